"""Beside stage 8: plates at the near end of the bar, found in a clip's small pictures.

A small network (models/PLATES.md) looks at the part of each picture in which plates can be while somebody lifts them,
from the floor to the hips around where the lifter stands, and tells where the middle of the near plates' face is and
how large it looks.  Plates that are seen keep their size, and hands that lift them are at them; whatever else looks
like plates does not.
"""

from __future__ import annotations

from typing import Final, Protocol

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.geometry import length
from hingecheck.records import Bools, Bytes, Floats, Glimpses, Plates, PoseTrack, View

SIZE_PX: Final = 112
"""The part of the picture that is looked at, in pixels of its own."""

SIDE, ABOVE = 2.0, 1.4
"""Its side, and how much of it lies above the ankles, in leg lengths: plates from the floor to the hips."""

LEAST_CHANCE, USUAL_CHANCE = 0.5, 0.8
"""Plates are seen in a picture from the first chance on, in a clip if half of those are above the second: where there
are plates, on 52 rendered sets, the middle chance is 0.84 to 0.99."""

SAME_SIZE: Final = 0.15
"""Plates look as large in every picture, to so much of their radius."""

LEAST_SEEN: Final = 0.25
"""Share of the pictures in which plates must be seen."""

LOWEST: Final = 0.05
"""The lowest of so many is where they lie: fewer are errors."""

AT_HANDS, NEAR_END = 0.35, 1.4
"""When the hands are lowest, they are no farther than this to the side of plates that they lift, in leg lengths, and
farther by so much for the sine of the yaw: the bar's near end is 0.7 m nearer to the camera."""

HANDS_LOW: Final = 0.15


class PlateModel(Protocol):
    """Finds the likeliest plates of a picture."""

    def look(self, pictures: Bytes) -> tuple[Floats, Floats]:
        """Chance (M,), and middle x, y, half width, half height (M, 4) px, of pictures (M, SIZE_PX, SIZE_PX)."""


def place(track: PoseTrack) -> tuple[Floats, float]:
    """Where the feet are (2,) and how long the leg is, in display pixels; NaN if that is never seen."""
    hip, ankle = (track.middle_px(pair) for pair in (landmarks.HIPS, landmarks.ANKLES))
    legs_px = length(hip - ankle)
    if np.isnan(legs_px).all():
        return np.full(2, np.nan), float("nan")
    return np.nanmedian(ankle, axis=0), float(np.nanquantile(legs_px, 0.9))


def window(foot_px: Floats, leg_px: float) -> Floats:
    """The transform (2, 3) from the picture to the part that is looked at."""
    scale = SIZE_PX / (SIDE * leg_px)
    corner = np.asarray(foot_px) - np.array([SIDE / 2, ABOVE]) * leg_px
    return np.column_stack([scale * np.eye(2), -scale * corner])


def find(model: PlateModel, glimpses: Glimpses, track: PoseTrack, view: View) -> Plates | None:
    """The plates that the lifter handles; None where they are hardly ever seen."""
    foot_px, leg_px = place(track)
    if np.isnan(leg_px) or not view.assessable:
        return None
    turn = window((foot_px - np.array(glimpses.origin_px)) * glimpses.scale, leg_px * glimpses.scale)
    parts = [
        cv2.warpAffine(grey, turn, (SIZE_PX, SIZE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        for grey in glimpses.grey
    ]
    chance, found = model.look(np.asarray(parts, np.uint8))
    seen = _alike(chance >= LEAST_CHANCE, found[:, 3])
    if seen.mean() < LEAST_SEEN or np.median(chance[seen]) < USUAL_CHANCE:
        return None
    yaw = np.radians(view.yaw_deg.value)
    aside = _aside(track, glimpses.time_s[seen], _display_px(found[seen], turn, glimpses)) / leg_px
    if aside > AT_HANDS + NEAR_END * abs(np.sin(yaw)):
        return None
    radius = float(np.median(found[seen, 3]))
    away = np.where(seen[:, None], found[:, :2], np.nan) / radius
    lies = float(np.quantile(away[seen, 1], 1 - LOWEST))
    ahead = (away[:, 0] - float(np.median(away[seen, 0]))) * (1 if view.facing == "right" else -1)
    return Plates(glimpses.time_s, ahead / np.cos(yaw), lies - away[:, 1], radius * SIDE / SIZE_PX)


def _alike(likely: Bools, radius: Floats) -> Bools:
    """Of the likely ones those as large as most."""
    if not likely.any():
        return likely
    usual = float(np.median(radius[likely]))
    return np.asarray(likely & (np.abs(radius / usual - 1.0) <= SAME_SIZE))


def _display_px(found: Floats, turn: Floats, glimpses: Glimpses) -> Floats:
    """Middles (M, 2) in display pixels."""
    small = (found[:, :2] - turn[:, 2]) / turn[0, 0]
    return np.asarray(small / glimpses.scale + np.array(glimpses.origin_px))


def _aside(track: PoseTrack, time_s: Floats, middle_px: Floats) -> float:
    """How far to the side of the plates the hands are when they are lowest, px; 0 where plates hide them always."""
    hands = track.middle_px(landmarks.WRISTS)
    known = ~np.isnan(hands).any(axis=1)
    if not known.any():
        return 0.0
    low = known & (hands[:, 1] >= np.quantile(hands[known, 1], 1 - HANDS_LOW))
    nearest = np.abs(time_s[:, None] - track.time_s[low]).argmin(axis=0)
    return float(np.median(np.abs(middle_px[nearest, 0] - hands[low, 0])))
