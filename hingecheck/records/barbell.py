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
