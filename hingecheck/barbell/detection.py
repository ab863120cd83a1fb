"""Finds the near end of the bar in the thumbnails: its plates, or the bare sleeve.

In: the thumbnails of a clip, the landmarks, the view, and two small networks (models/PLATES.md).  Out: `Plates`, the
path of the bar's end in units of its own radius; None if it is hardly ever seen.  Why: plates show when the bar leaves
the floor, and how it moves forward, even where they hide the hands.

Steps (`find`):

1. Cut out the part of each thumbnail in which plates can be: from the floor to the hips around the feet (`window`).
2. Ask the network for plates: the probability, the middle and the size of the likeliest near plate in each picture.
3. Keep pictures in which it is likely (LEAST_CHANCE) and as large as usual, because plates keep their size.
4. Reject it if it is seen too rarely (LEAST_SEEN), is too unlikely (`_Kind.usual`), or is not where the lowest hands
   are (`_Kind.aside`).
5. If there are no plates, repeat steps 2 to 4 with the network that also knows the bare sleeve (50 mm).  It is found
   like very small plates.
6. Measure the rim of plates in the thumbnails, which have more pixels than the network sees (`rim`).
7. Turn the pixels into forward and upward distances, corrected for the yaw and the tilt of the camera.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np

from hingecheck import landmarks, posture
from hingecheck.barbell import rim
from hingecheck.records import LARGEST_BARE, Bools, Bytes, Floats, Plates, PoseTrack, Thumbnails, View

SIZE_PX: Final = 112
"""Side of the cut-out part, in its own pixels: the input size of the networks."""

SIDE: Final = 2.0
"""Side of the cut-out part, in leg lengths: plates from the floor to the hips."""

ABOVE: Final = 1.4
"""Distance that the cut-out part reaches above the ankles, in leg lengths."""

LEAST_CHANCE: Final = 0.5
"""Smallest probability at which the bar's end is seen in a picture."""

LEAST_SEEN: Final = 0.25
"""Smallest share of the pictures in which the bar's end must be seen."""

LOWEST: Final = 0.05
"""Quantile of the heights that counts as the resting place; lower ones are errors."""

NEAR_END: Final = 1.4
"""Distance that the bar's near end moves away from the hands in the picture, in leg lengths per sine of the yaw: the
end of plates is 0.7 m nearer to the camera."""

HANDS_LOW: Final = 0.15
"""Share of the frames, those with the lowest hands, in which the hands must be near the bar's end."""


class PlateModel(Protocol):
    """A network that finds the likeliest end of a bar in a picture (`backends.platenet`)."""

    def look(self, pictures: Bytes) -> tuple[Floats, Floats]:
        """Probability (M,) and ends (M, 4) of grey pictures (M, SIZE_PX, SIZE_PX).

        An end is middle x, middle y, half width and half height, in pixels of the picture.
        """


@dataclass(frozen=True)
class Finder:
    """Two networks: `plated` finds plates; `either` finds the end of a bar with or without plates."""

    plated: PlateModel
    either: PlateModel


@dataclass(frozen=True)
class _Kind:
    """What plates, or a bare sleeve, must look like.

    `bare`: True for the sleeve.  `same`: largest deviation from the usual radius, as a share of it.  `usual`: smallest
    median probability over the pictures in which it is seen.  `aside`: largest distance to the side of the lowest
    hands, in leg lengths.
    """

    bare: bool
    same: float
    usual: float
    aside: float


PLATED: Final = _Kind(bare=False, same=0.15, usual=0.8, aside=0.35)
"""Plates.  Where there are some, on 52 rendered sets, the median probability is 0.84 to 0.99."""

BARE: Final = _Kind(bare=True, same=0.6, usual=0.6, aside=0.75)
"""A bare sleeve.  Where there are no plates, on 27 rendered sets, the median probability is 0.65 to 0.97, and the end
lies 0.01 to 0.66 leg lengths to the side of the hands: a sleeve of two pixels ends 1.1 m nearer to the camera, and the
yaw is known to about 10 degrees."""


def window(foot_px: Floats, leg_px: float) -> Floats:
    """The transform (2, 3) from pixels of the picture to pixels of the cut-out part.

    `foot_px` (2,): where the lifter stands.  `leg_px`: length of the leg.
    """
    scale = SIZE_PX / (SIDE * leg_px)
    corner = np.asarray(foot_px) - np.array([SIDE / 2, ABOVE]) * leg_px
    return np.column_stack([scale * np.eye(2), -scale * corner])


def find(finder: Finder, thumbnails: Thumbnails, track: PoseTrack, view: View) -> Plates | None:
    """The end of the bar that the lifter handles; None if it is hardly ever seen or the view is not assessable."""
    foot_px, leg_px = posture.feet_px(track), posture.leg_px(track)
    if np.isnan(leg_px) or not view.assessable:
        return None
    to_part = window((foot_px - np.array(thumbnails.origin_px)) * thumbnails.scale, leg_px * thumbnails.scale)
    parts = _parts(thumbnails, to_part)  # 1

    def plates(model: PlateModel, kind: _Kind) -> Plates | None:
        chance, ends = model.look(parts)  # 2
        likely = _alike(chance, ends[:, 3], kind)  # 3
        if likely.mean() < LEAST_SEEN or np.median(chance[likely]) < kind.usual:  # 4
            return None
        aside = _aside_px(track, thumbnails.time_s[likely], _display_px(ends[likely], to_part, thumbnails)) / leg_px
        if aside > kind.aside + NEAR_END * abs(np.sin(np.radians(view.yaw_deg.value))):
            return None
        kept = np.where(likely[:, None], ends, np.nan)
        if not kind.bare:
            kept = _by_rim(kept, to_part, thumbnails, view)
        level = np.column_stack([view.levelled(kept[:, :2]), kept[:, 2:]])  # 7
        return _path(level, _display_px(kept, to_part, thumbnails), thumbnails.time_s, view)

    return plates(finder.plated, PLATED) or plates(finder.either, BARE)  # 5


def _parts(thumbnails: Thumbnails, to_part: Floats) -> Bytes:
    """The part (M, SIZE_PX, SIZE_PX) of each thumbnail in which plates can be."""
    size = (SIZE_PX, SIZE_PX)
    return np.asarray(
        [
            cv2.warpAffine(grey, to_part, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for grey in thumbnails.grey
        ],
        np.uint8,
    )


def _alike(chance: Floats, radius_px: Floats, kind: _Kind) -> Bools:
    """Pictures (M,) in which an end of this kind is likely and about as large as in most of them."""
    likely = chance >= LEAST_CHANCE
    usual_px = float(np.median(radius_px[likely])) if likely.any() else np.nan
    if (usual_px * SIDE / SIZE_PX < LARGEST_BARE) != kind.bare:
        return np.zeros(len(chance), bool)
    return np.asarray(likely & (np.abs(radius_px / usual_px - 1.0) <= kind.same))


def _by_rim(ends: Floats, to_part: Floats, thumbnails: Thumbnails, view: View) -> Floats:
    """The ends (M, 4) with middles and radius of the rim; as they are if the rim is not clear."""
    known, scale = np.isfinite(ends[:, 0]), to_part[0, 0]
    radius = float(np.median(ends[known, 3]))
    places = (ends[known, :2] - to_part[:, 2]) / scale
    pictures = [thumbnails.grey[look] for look in np.flatnonzero(known)]  # no copies
    found = rim.measured(pictures, places, radius / scale, view.yaw_deg.value)  # 6
    if found is None:
        return ends
    middles, radius_px = found
    out = ends.copy()
    out[known, :2], out[known, 2:] = middles * scale + to_part[:, 2], radius_px * scale
    return out


def _path(ends: Floats, place_px: Floats, time_s: Floats, view: View) -> Plates:
    """The path of a bar's end (M, 4), in display pixels (M, 2), over time; rows are NaN where it is not seen."""
    radius_px = float(np.nanmedian(ends[:, 3]))
    middle = ends[:, :2] / radius_px
    rest = float(np.nanquantile(middle[:, 1], 1 - LOWEST))
    ahead = (middle[:, 0] - float(np.nanmedian(middle[:, 0]))) * (1 if view.facing == "right" else -1)
    forward = ahead / np.cos(np.radians(view.yaw_deg.value))
    return Plates(time_s, forward, rest - middle[:, 1], radius_px * SIDE / SIZE_PX, place_px)


def _display_px(ends: Floats, to_part: Floats, thumbnails: Thumbnails) -> Floats:
    """Middles (M, 2) of ends (M, 4) in display pixels."""
    small_px = (ends[:, :2] - to_part[:, 2]) / to_part[0, 0]
    return np.asarray(small_px / thumbnails.scale + np.array(thumbnails.origin_px))


def _aside_px(track: PoseTrack, time_s: Floats, middle_px: Floats) -> float:
    """Distance to the side from the plates to the lowest hands, display pixels; 0 if the hands are always hidden."""
    hands = track.middle_px(landmarks.WRISTS)
    known = ~np.isnan(hands).any(axis=1)
    if not known.any():
        return 0.0
    low = known & (hands[:, 1] >= np.quantile(hands[known, 1], 1 - HANDS_LOW))
    nearest = np.abs(time_s[:, None] - track.time_s[low]).argmin(axis=0)
    return float(np.median(np.abs(middle_px[nearest, 0] - hands[low, 0])))
