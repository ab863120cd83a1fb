"""How much a picture changes beside the lifter from one moment to another: a load that was lifted is somewhere else.

In: thumbnails, the landmarks, two moments.  Out: the area that differs, in squared leg lengths.  Why: the bar's end and
the plates around the feet show the load from the side.  From 45 degrees they do not, but plates still leave the floor
and appear beside the thighs.

Steps (`Beside.change`):

1. Take away slow changes of brightness over the picture: phones adjust their exposure, and plates cast shadows.
2. Take the area around the hands of either moment, without the body of either moment.
3. Count the pixels in it that differ (`comparison.differing`).
4. Say nothing if much of the room differs as well: then the camera moved, or somebody walked through.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.barbell.comparison import COARSE_NEIGHBOURS, differing, nearest
from hingecheck.landmarks import Point
from hingecheck.records import Bools, Bytes, Floats, PoseTrack, Thumbnails

SLOW: Final = 0.12
"""SD of the Gaussian filter that finds slow changes of brightness, in leg lengths: a quarter of a large plate."""

ASIDE, ALONG = 1.3, 0.6
"""How far the area reaches to either side of the hands, and above and below them, in leg lengths.  Plates that are seen
from 45 degrees hang up to 1.3 leg lengths beside the hands."""

MOST_AWAY: Final = 0.25
"""Largest share of the room that may differ.  Own choice: where only the load moved, at most 0.20 differed in 16 real
clips; where a hand-held camera moved, 0.3 and more."""

LEGS: Final = (
    (Point.LEFT_HIP, Point.LEFT_KNEE, Point.LEFT_ANKLE, Point.LEFT_HEEL, Point.LEFT_TOE),
    (Point.RIGHT_HIP, Point.RIGHT_KNEE, Point.RIGHT_ANKLE, Point.RIGHT_HEEL, Point.RIGHT_TOE),
)
"""The landmarks along each leg, from hip to toe."""

_ARMS: Final = (
    (Point.LEFT_SHOULDER, Point.LEFT_ELBOW, Point.LEFT_WRIST),
    (Point.RIGHT_SHOULDER, Point.RIGHT_ELBOW, Point.RIGHT_WRIST),
)

LEG, _ARM, _TRUNK, _HEAD = 0.26, 0.18, 0.5, 0.4
"""Widths of a leg, of an arm, of the trunk, and of neck and head with what wobbles around them, in leg lengths."""

_MIDDLE_GREY: Final = 128


def drawn(shape: tuple[int, int], lines: Sequence[Floats], wide_px: float) -> Bools:
    """Pixels (h, w) of lines through points (n, 2), this wide; unknown points are left out."""
    canvas = np.zeros(shape, np.uint8)
    for start, end in (ends for line in lines for ends in pairwise(line)):
        if not np.isnan([start, end]).any():
            first, second = (np.round(point).astype(int).tolist() for point in (start, end))
            cv2.line(canvas, first, second, 1, max(1, round(wide_px)))
    return canvas > 0


@dataclass(frozen=True)
class Beside:
    """The thumbnails of a clip with its landmarks.  `leg_px`: length of the leg in pixels of the thumbnails."""

    thumbnails: Thumbnails
    track: PoseTrack
    leg_px: float

    def change(self, first_s: float, second_s: float) -> float:
        """Area that differs between the pictures of two times, in squared leg lengths; NaN if it cannot be told."""
        moments = self._points_px(first_s), self._points_px(second_s)
        first, second = (self._levelled(nearest(self.thumbnails, time_s)) for time_s in (first_s, second_s))
        body = np.logical_or(*map(self._body, moments))  # 2
        around = np.logical_or(*map(self._around_hands, moments)) & ~body
        room = ~around & ~body
        if not (around.any() and room.any()):
            return float("nan")
        unlike = np.logical_or(  # 3
            differing(first, second, COARSE_NEIGHBOURS, room), differing(second, first, COARSE_NEIGHBOURS, room)
        )
        if unlike[room].mean() > MOST_AWAY:  # 4
            return float("nan")
        return float((unlike & around).sum() / self.leg_px**2)

    def _levelled(self, grey: Bytes) -> Bytes:
        """The picture (h, w) without slow changes of brightness."""
        slow = cv2.GaussianBlur(grey, (0, 0), SLOW * self.leg_px).astype(np.int16)
        return np.asarray(np.clip(grey - slow + _MIDDLE_GREY, 0, 255), np.uint8)

    def _points_px(self, time_s: float) -> Floats:
        """The landmarks (33, 2) at a time, in pixels of the thumbnails."""
        xy_px = self.track.xy_px[int(np.argmin(np.abs(self.track.time_s - time_s)))]
        return np.asarray((xy_px - np.array(self.thumbnails.origin_px)) * self.thumbnails.scale)

    def _body(self, points_px: Floats) -> Bools:
        """Pixels (h, w) of the lifter."""
        shape = self.thumbnails.grey.shape[1:]
        hip, shoulder, ear = (
            points_px[list(pair)].mean(axis=0) for pair in (landmarks.HIPS, landmarks.SHOULDERS, landmarks.EARS)
        )
        parts = (
            ([points_px[list(leg)] for leg in LEGS], LEG),
            ([points_px[list(arm)] for arm in _ARMS], _ARM),
            ([np.array([hip, shoulder])], _TRUNK),
            ([np.array([shoulder, ear])], _HEAD),
        )
        return np.asarray(np.any([drawn(shape, lines, wide * self.leg_px) for lines, wide in parts], axis=0))

    def _around_hands(self, points_px: Floats) -> Bools:
        """Pixels (h, w) around the hands; none if they are unknown."""
        x, y = points_px[list(landmarks.WRISTS)].mean(axis=0) / self.leg_px
        rows, columns = np.indices(self.thumbnails.grey.shape[1:]) / self.leg_px
        return np.asarray((np.abs(columns - x) < ASIDE) & (np.abs(rows - y) < ALONG))
