"""The near end of the bar over time, as the bar finder sees it, and the bar's path in every frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from hingecheck.records.arrays import Floats, check, check_time

LARGEST_BARE: Final = 0.08
"""Largest radius of a bare sleeve, in leg lengths; anything larger is a plate.  A sleeve measures 25 mm and looks 0.03
to 0.06 leg lengths large."""


@dataclass(frozen=True)
class Plates:
    """The near end of the bar over time: its plates, or its sleeve where no plates are on it.

    `time_s` (M,) are the times of the thumbnails.  `forward` (M,) is the distance from the median place, `up` (M,) the
    height above the lowest place; both are sagittal, and NaN where the end of the bar is not seen.  Their unit is the
    radius of the plates as it looks.  So they are exact in the plane of the plates, which lies nearer to the camera
    than the lifter.  `radius_legs` is that radius in leg lengths of the lifter: 0.2 to 0.5 for plates, 0.03 to 0.05
    for a sleeve.  `place_px` (M, 2) is where the bar's end is for a camera that stands still, in display pixels.
    """

    time_s: Floats
    forward: Floats
    up: Floats
    radius_legs: float
    place_px: Floats

    def __post_init__(self) -> None:
        n = len(self.time_s)
        check(self, {"time_s": (n,), "forward": (n,), "up": (n,), "place_px": (n, 2)})
        check_time(self.time_s)

    @property
    def bare(self) -> bool:
        """True if the bar carries no plates."""
        return self.radius_legs < LARGEST_BARE

    @property
    def up_legs(self) -> Floats:
        """Height (M,) above the lowest place, in leg lengths."""
        return self.up * self.radius_legs


Scale = Literal["plates", "height", "recorded", ""]
"""What turns lengths into metres: plates of 450 mm, the lifter's height, tracks that are in metres already; or none."""


@dataclass(frozen=True)
class BarTrack:
    """The bar in each of N frames.

    `forward`, `up` (N,) in leg lengths, from its median and its lowest place; `speed` (N,): how fast it rises, in leg
    lengths a second.  All are NaN where the bar is not followed.  `leg_m`: metres in a leg length, NaN without `scale`.
    `by`: what is followed, the bar's end or the hands that hold it.  `step_s`: usual time between two looks at it.
    """

    time_s: Floats
    forward: Floats
    up: Floats
    speed: Floats
    leg_m: float
    scale: Scale
    by: Literal["end", "hands"]
    step_s: float

    def __post_init__(self) -> None:
        n = len(self.time_s)
        check(self, {"time_s": (n,), "forward": (n,), "up": (n,), "speed": (n,)})
        check_time(self.time_s)
        if (self.scale == "") != np.isnan(self.leg_m):
            raise ValueError("a bar track has metres if it has a scale, and only then")


@dataclass(frozen=True)
class BarPlace:
    """Where the bar is drawn in each of N frames: `place_px` (N, 2) for a camera that stands still, NaN if unknown.

    `camera_px` (N, 2): the camera's motion, to be added at the time of the picture.  Both are display pixels.
    """

    time_s: Floats
    place_px: Floats
    camera_px: Floats

    def __post_init__(self) -> None:
        n = len(self.time_s)
        check(self, {"time_s": (n,), "place_px": (n, 2), "camera_px": (n, 2)})
        check_time(self.time_s)


@dataclass(frozen=True)
class Looks:
    """How the upright moments of a clip look around the feet, as two kinds of pictures.

    `near` (M): where each picture lies between the kinds: 1 is the first kind, -1 the second; NaN = unknown.  `fine`:
    they were compared finely.  `first_more`: how much more the first kind differs from the bends beside it than the
    second does, as the natural logarithm of a ratio; NaN = unknown.  `contrast`: how much the two kinds differ, as a
    share of the area around the feet.  `moved`: the smallest share of that area that differs between an upright moment
    and the bend beside it.  `contrast` and `moved` are NaN if the pictures cannot be compared.
    """

    near: Floats
    fine: bool
    first_more: float
    contrast: float
    moved: float

    def __post_init__(self) -> None:
        check(self, {"near": (-1,)})
