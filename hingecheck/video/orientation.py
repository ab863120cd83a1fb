"""How a stored picture is turned and mirrored to be shown, and doing so.

In: the first decoded picture and the tags of its stream.  Out: an `Orientation`, and arrays that are upright.
Phones store what the sensor gives, and a matrix that says how to show it.  A selfie camera also asks for a mirror.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import cv2
import numpy as np
from av.sidedata.sidedata import Type
from av.video.frame import VideoFrame

from hingecheck.records import Bytes

TURNS: Final = {90: cv2.ROTATE_90_COUNTERCLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_CLOCKWISE}
"""OpenCV's rotation for each counter-clockwise rotation in degrees."""

TAG: Final = "rotate"
"""The tag of a stream with a clockwise rotation in degrees, which old programs write instead of a matrix."""


@dataclass(frozen=True, slots=True)
class Orientation:
    """What makes a stored picture upright: first mirror it left to right, if so, then turn it counter-clockwise."""

    rotation_deg: int = 0
    mirrored: bool = False

    def turned(self, clockwise_deg: int) -> Orientation:
        """The same with another clockwise turn after it."""
        return Orientation((self.rotation_deg - clockwise_deg) % 360, self.mirrored)

    def upright(self, picture: Bytes) -> Bytes:
        """The stored picture (h, w) or (h, w, 3), upright and C-contiguous."""
        if self.mirrored:
            picture = np.asarray(cv2.flip(picture, 1), np.uint8)
        if self.rotation_deg:
            picture = np.asarray(cv2.rotate(picture, TURNS[self.rotation_deg]), np.uint8)
        return np.ascontiguousarray(picture)


def of(picture: VideoFrame, tags: Mapping[str, str]) -> Orientation:
    """The orientation that the picture's display matrix asks for; without a matrix, that of the stream's tags."""
    with contextlib.suppress(KeyError, ValueError):
        matrix = np.frombuffer(bytes(cast(Any, picture.side_data)[Type.DISPLAYMATRIX]), np.int32).tolist()
        return _of_matrix(matrix[0], matrix[1], matrix[3], matrix[4])
    for name, value in tags.items():
        if name.lower() == TAG:
            with contextlib.suppress(ValueError, OverflowError):
                return Orientation().turned(_nearest(float(value)))
    return Orientation()


def _of_matrix(a: float, b: float, c: float, d: float) -> Orientation:
    """The orientation nearest to a matrix that takes the stored point (x, y) to (a x + c y, b x + d y), y down."""
    if not (a or b):
        return Orientation()
    mirrored = bool(a * d - b * c < 0)
    right = (-a, -b) if mirrored else (a, b)
    return Orientation(_nearest(math.degrees(math.atan2(-right[1], right[0]))), mirrored)


def _nearest(angle_deg: float) -> int:
    """The nearest of 0, 90, 180 and 270 degrees."""
    return round(angle_deg / 90) * 90 % 360
