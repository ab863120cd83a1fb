"""What is seen of the bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hingecheck.records.arrays import Floats, check, check_time

LARGEST_BARE: Final = 0.08
"""What looks smaller than this, in leg lengths, is the end of a sleeve without plates: 25 mm, and 0.03 to 0.06."""


@dataclass(frozen=True)
class Plates:
    """Plates at the near end of the bar, or its bare sleeve, at some times (M,), NaN where they are not seen.

    `forward` of their median place and `up` from where they lie lowest (M,), sagittal, in radii of theirs as they look,
    so exact in their own plane, which is nearer to the camera than the lifter's; `radius_legs`: that radius in leg
    lengths of the lifter, 0.2 to 0.5 of plates, 0.03 to 0.05 of a sleeve.
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
        """True for a sleeve without plates."""
        return self.radius_legs < LARGEST_BARE

    @property
    def up_legs(self) -> Floats:
        """How high they are above where they lie lowest (M,), in leg lengths."""
        return self.up * self.radius_legs
