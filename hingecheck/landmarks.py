"""Names of the body points, and the pairs that the measurements use.

The numbers are those of the BlazePose topology (33 points), which MediaPipe's pose models return.  No other file uses a
landmark's number.  "Left" and "right" are the lifter's own.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

COUNT: Final = 33
"""Number of landmarks of one person."""


class Point(IntEnum):
    """Index of a body point along the landmark axis of an array."""

    NOSE = 0
    LEFT_EAR = 7
    RIGHT_EAR = 8
    LEFT_SHOULDER = 11
    RIGHT_SHOULDER = 12
    LEFT_ELBOW = 13
    RIGHT_ELBOW = 14
    LEFT_WRIST = 15
    RIGHT_WRIST = 16
    LEFT_HIP = 23
    RIGHT_HIP = 24
    LEFT_KNEE = 25
    RIGHT_KNEE = 26
    LEFT_ANKLE = 27
    RIGHT_ANKLE = 28
    LEFT_HEEL = 29
    RIGHT_HEEL = 30
    LEFT_TOE = 31
    RIGHT_TOE = 32


Pair = tuple[Point, Point]
"""A paired body part: (left, right)."""

# The paired body parts.
EARS: Final[Pair] = (Point.LEFT_EAR, Point.RIGHT_EAR)
SHOULDERS: Final[Pair] = (Point.LEFT_SHOULDER, Point.RIGHT_SHOULDER)
ELBOWS: Final[Pair] = (Point.LEFT_ELBOW, Point.RIGHT_ELBOW)
WRISTS: Final[Pair] = (Point.LEFT_WRIST, Point.RIGHT_WRIST)
HIPS: Final[Pair] = (Point.LEFT_HIP, Point.RIGHT_HIP)
KNEES: Final[Pair] = (Point.LEFT_KNEE, Point.RIGHT_KNEE)
ANKLES: Final[Pair] = (Point.LEFT_ANKLE, Point.RIGHT_ANKLE)
HEELS: Final[Pair] = (Point.LEFT_HEEL, Point.RIGHT_HEEL)
TOES: Final[Pair] = (Point.LEFT_TOE, Point.RIGHT_TOE)

CHAIN: Final[tuple[Pair, ...]] = (SHOULDERS, HIPS, KNEES, ANKLES)
"""The joints from shoulders to ankles; trunk, thigh and shank lie between them."""
