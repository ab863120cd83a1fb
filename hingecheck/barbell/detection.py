"""Beside stage 8: the near end of the bar, its plates or the bare sleeve, found in a clip's small pictures.

A small network (models/PLATES.md) looks at the part of each picture in which plates can be while somebody lifts them,
from the floor to the hips around where the lifter stands, and tells where the middle of the near plates' face is and
how large it looks.  Plates that are seen keep their size, and hands that lift them are at them; whatever else looks
like plates does not.  A bar without plates ends in a sleeve of 50 mm, which is found like very small plates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np

from hingecheck import landmarks, posture
from hingecheck.records import LARGEST_BARE, Bools, Bytes, Floats, Plates, PoseTrack, Thumbnails, View

SIZE_PX: Final = 112
"""The part of the picture that is looked at, in pixels of its own."""

SIDE, ABOVE = 2.0, 1.4
"""Its side, and how much of it lies above the ankles, in leg lengths: plates from the floor to the hips."""

LEAST_CHANCE: Final = 0.5
"""The bar's end is seen in a picture from this chance on."""

LEAST_SEEN: Final = 0.25
"""Share of the pictures in which it must be seen."""

LOWEST: Final = 0.05
"""The lowest of so many is where they lie: fewer are errors."""

NEAR_END: Final = 1.4
"""Hands are farther from the bar's near end by so much for the sine of the yaw, in leg lengths: the end of plates is
0.7 m nearer to the camera."""

HANDS_LOW: Final = 0.15


class PlateModel(Protocol):
    """Finds the likeliest end of a bar in a picture."""

    def look(self, pictures: Bytes) -> tuple[Floats, Floats]:
        """Chance (M,), and middle x, y, half width, half height (M, 4) px, of pictures (M, SIZE_PX, SIZE_PX)."""


@dataclass(frozen=True)
class Finder:
    """Two models: of plates, and of a bar's end with or without them, which is asked where there are no plates."""

    plated: PlateModel
    either: PlateModel


@dataclass(frozen=True)
class _Kind:
    """What is asked of plates, and of a sleeve without any.

    They look as large in every picture, to `same` of their radius; half of the pictures in which they are seen have the
    chance `usual`; and they are no farther than `aside` to the side of the lowest hands, in leg lengths.
    """

    bare: bool
    same: float
    usual: float
    aside: float


PLATED: Final = _Kind(bare=False, same=0.15, usual=0.8, aside=0.35)
"""Where there are plates, on 52 rendered sets, the middle chance is 0.84 to 0.99."""

BARE: Final = _Kind(bare=True, same=0.6, usual=0.6, aside=0.75)
"""Where there are none, on 27 rendered sets, the middle chance is 0.65 to 0.97, and 0.01 to 0.66 leg lengths lie to the
side of the hands: a sleeve of two pixels ends 1.1 m nearer to the camera, and the yaw is known to about 10 degrees."""


def window(foot_px: Floats, leg_px: float) -> Floats:
    """The transform (2, 3) from the picture to the part that is looked at."""
    scale = SIZE_PX / (SIDE * leg_px)
    corner = np.asarray(foot_px) - np.array([SIDE / 2, ABOVE]) * leg_px
    return np.column_stack([scale * np.eye(2), -scale * corner])


def find(finder: Finder, thumbnails: Thumbnails, track: PoseTrack, view: View) -> Plates | None:
    """The end of the bar that the lifter handles; None where it is hardly ever seen."""
    foot_px, leg_px = posture.feet_px(track), posture.leg_px(track)
    if np.isnan(leg_px) or not view.assessable:
        return None
    turn = window((foot_px - np.array(thumbnails.origin_px)) * thumbnails.scale, leg_px * thumbnails.scale)
    parts = np.asarray(
        [
            cv2.warpAffine(grey, turn, (SIZE_PX, SIZE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            for grey in thumbnails.grey
        ],
        np.uint8,
    )

    def found(model: PlateModel, kind: _Kind) -> Plates | None:
        chance, ends = model.look(parts)
        seen = _seen(chance, ends[:, 3], kind)
        if seen.mean() < LEAST_SEEN or np.median(chance[seen]) < kind.usual:
            return None
        aside = _aside(track, thumbnails.time_s[seen], _display_px(ends[seen], turn, thumbnails)) / leg_px
        if aside > kind.aside + NEAR_END * abs(np.sin(np.radians(view.yaw_deg.value))):
            return None
        return _followed(np.where(seen[:, None], ends, np.nan), thumbnails.time_s, view)

    return found(finder.plated, PLATED) or found(finder.either, BARE)


def _seen(chance: Floats, radius: Floats, kind: _Kind) -> Bools:
    """Where (M,) something of this kind is likely, and as large as mostly."""
    likely = chance >= LEAST_CHANCE
    usual = float(np.median(radius[likely])) if likely.any() else np.nan
    if (usual * SIDE / SIZE_PX < LARGEST_BARE) != kind.bare:
        return np.zeros(len(chance), bool)
    return np.asarray(likely & (np.abs(radius / usual - 1.0) <= kind.same))


def _followed(ends: Floats, time_s: Floats, view: View) -> Plates:
    """How a bar's end (M, 4) that is seen, else NaN, goes forward and up."""
    radius = float(np.nanmedian(ends[:, 3]))
    away = ends[:, :2] / radius
    lies = float(np.nanquantile(away[:, 1], 1 - LOWEST))
    ahead = (away[:, 0] - float(np.nanmedian(away[:, 0]))) * (1 if view.facing == "right" else -1)
    return Plates(time_s, ahead / np.cos(np.radians(view.yaw_deg.value)), lies - away[:, 1], radius * SIDE / SIZE_PX)


def _display_px(found: Floats, turn: Floats, thumbnails: Thumbnails) -> Floats:
    """Middles (M, 2) in display pixels."""
    small = (found[:, :2] - turn[:, 2]) / turn[0, 0]
    return np.asarray(small / thumbnails.scale + np.array(thumbnails.origin_px))


def _aside(track: PoseTrack, time_s: Floats, middle_px: Floats) -> float:
    """How far to the side of the plates the hands are when they are lowest, px; 0 where plates hide them always."""
    hands = track.middle_px(landmarks.WRISTS)
    known = ~np.isnan(hands).any(axis=1)
    if not known.any():
        return 0.0
    low = known & (hands[:, 1] >= np.quantile(hands[known, 1], 1 - HANDS_LOW))
    nearest = np.abs(time_s[:, None] - track.time_s[low]).argmin(axis=0)
    return float(np.median(np.abs(middle_px[nearest, 0] - hands[low, 0])))
