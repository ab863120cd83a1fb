"""Two repetitions against each other: both sides and the difference of every metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hingecheck.records.analysis import Analysis
from hingecheck.records.measure import Measure
from hingecheck.records.reps import RepMetrics

Basis = Literal["within one clip", "independent"]


@dataclass(frozen=True)
class Side:
    """One of the two repetitions and the clip it is from."""

    analysis: Analysis
    rep: RepMetrics


@dataclass(frozen=True, slots=True)
class Difference:
    """A metric of both repetitions, and the second's less the first's with its 90 % interval.

    `basis` says which errors the interval holds.
    """

    name: str
    first: Measure
    second: Measure
    difference: Measure
    basis: Basis

    @property
    def clear(self) -> bool:
        """True if the interval excludes zero."""
        return self.difference.known and not self.difference.low <= 0.0 <= self.difference.high


@dataclass(frozen=True)
class Comparison:
    """Both sides and the differences of every metric that either has."""

    first: Side
    second: Side
    differences: tuple[Difference, ...]

    @property
    def one_clip(self) -> bool:
        """True if both repetitions are of one clip."""
        return self.first.analysis.video.sha256 == self.second.analysis.video.sha256
