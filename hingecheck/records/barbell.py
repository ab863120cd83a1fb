"""The near end of the bar over time, as the bar finder sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
    for a sleeve.
    """

    time_s: Floats
    forward: Floats
    up: Floats
    radius_legs: float

    def __post_init__(self) -> None:
        n = len(self.time_s)
        check(self, {"time_s": (n,), "forward": (n,), "up": (n,)})
        check_time(self.time_s)

    @property
    def bare(self) -> bool:
        """True if the bar carries no plates."""
        return self.radius_legs < LARGEST_BARE

    @property
    def up_legs(self) -> Floats:
        """Height (M,) above the lowest place, in leg lengths."""
        return self.up * self.radius_legs


@dataclass(frozen=True)
class Looks:
    """How the upright moments of a clip look around the feet, as two kinds of pictures.

    `like` (M, 2): log likelihood of each picture if it is of the first kind and of the second kind.  `first_up`: log
    odds that pictures of the first kind are those with the load in the hands.  `contrast`: how much the two kinds
    differ, as a share of the area around the feet.  `moved`: the smallest share of that area that differs between an
    upright moment and the bend beside it.  `contrast` and `moved` are NaN if the pictures cannot be compared.
    """

    like: Floats
    first_up: float
    contrast: float
    moved: float

    def __post_init__(self) -> None:
        check(self, {"like": (-1, 2)})
