"""Two repetitions compared: both sides and the difference of every metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from hingecheck.records.analysis import Analysis
from hingecheck.records.measure import Measure
from hingecheck.records.reps import RepMetrics

Basis = Literal["within one clip", "independent"]
"""Which errors the interval of a difference holds: what two repetitions of one clip do not
share, or all errors of both."""


@dataclass(frozen=True)
class Side:
    """One of the two repetitions, with the analysis of its clip."""

    analysis: Analysis
    rep: RepMetrics


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
        return self.first.analysis.video.sha256 == self.second.analysis.video.sha256
