"""Two repetitions compared: both sides and the difference of every metric."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from hingecheck.records.arrays import Floats
from hingecheck.records.measure import Measure
from hingecheck.records.stored import Stored, StoredRep

Basis = Literal["within one clip", "independent"]
"""Which errors the interval of a difference holds: what two repetitions of one clip do not
share, or all errors of both."""


@dataclass(frozen=True)
class Curves:
    """The angles of a clip over its frames (N,), in degrees, by name; NaN = not measured.

    `time_s` (N,): seconds from the first frame.  `half_deg`: half of the 90 % interval of those angles that have one.
    """

    time_s: Floats
    value_deg: Mapping[str, Floats]
    half_deg: Mapping[str, Floats]


@dataclass(frozen=True)
class Side:
    """One of the two repetitions, with the analysis and the angles of its clip."""

    stored: Stored
    rep: StoredRep
    curves: Curves

    @property
    def liftoff_s(self) -> float:
        """Lift-off in seconds of the clip; the first event of the repetition if lift-off is not in the clip."""
        return self.rep.events.get("liftoff_s", min(self.rep.events.values(), default=0.0))


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of both repetitions, and the difference, second minus first, with its 90 % interval.

    `basis`: which errors the interval holds.
    """

    name: str
    first: Measure
    second: Measure
    difference: Measure
    basis: Basis

    @property
    def clear(self) -> bool:
        """True if the 90 % interval excludes zero."""
        return self.difference.known and not self.difference.low <= 0.0 <= self.difference.high


@dataclass(frozen=True)
class Comparison:
    """Both sides, and the difference of every metric that at least one side has."""

    first: Side
    second: Side
    differences: tuple[Difference, ...]

    @property
    def one_clip(self) -> bool:
        """True if both repetitions come from the same clip."""
        return self.first.stored.video.sha256 == self.second.stored.video.sha256
