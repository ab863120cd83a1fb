"""A number with its 90 % interval, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.records.reasons import Code, Reason

Z90: Final = 1.645
"""Half-width of a 90 % interval in SDs of a normal distribution."""

LEAST_SD: Final = 1e-6
"""Smallest SD that chances are computed with: an interval without width would divide by zero."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its 90 % interval, or NaN with the reason why it is not measured."""

    value: float
    low: float
    high: float
    reason: Reason | None = None

    def __post_init__(self) -> None:
        if np.isnan(self.value) != (self.reason is not None):
            raise ValueError("a measure is either a number or a reason")
        if not np.isnan(self.value) and not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} lies outside its own interval {self.low}..{self.high}")

    @staticmethod
    def missing(reason: Reason | Code) -> Measure:
        """Not measured, and why."""
        why = Reason(reason) if isinstance(reason, Code) else reason
        return Measure(float("nan"), float("nan"), float("nan"), why)

    @staticmethod
    def of(value: float, sd: float) -> Measure:
        """A number whose error has this SD."""
        return Measure(value, value - Z90 * sd, value + Z90 * sd)

    @staticmethod
    def pool(measures: Sequence[Measure]) -> Measure:
        """Several repetitions as one: mean value, mean ends, because the shared bias does not average out."""
        known = [m for m in measures if m.known]
        if not known:
            return measures[0] if measures else Measure.missing(Code.NO_REP_MEASURED)
        value, low, high = np.mean([(m.value, m.low, m.high) for m in known], axis=0).tolist()
        return Measure(value, low, high)

    @property
    def known(self) -> bool:
        """True if there is a number."""
        return self.reason is None

    @property
    def sd(self) -> float:
        """SD of a normal distribution with this interval: from its wider half, as the other may be cut off."""
        return max(self.value - self.low, self.high - self.value) / Z90

    def chance_below(self, limit: float) -> float:
        """Probability that the true value lies under `limit`, if errors are normally distributed."""
        from scipy.special import ndtr

        return float(ndtr((limit - self.value) / max(self.sd, LEAST_SD)))

    def minus(self, other: Measure) -> Measure:
        """The difference of two measures with independent errors: half-widths add up in squares."""
        reasons = tuple(dict.fromkeys(m.reason for m in (self, other) if m.reason))
        if reasons:
            return Measure.missing(reasons[0] if len(reasons) == 1 else Reason(Code.SEVERAL, causes=reasons))
        value = self.value - other.value
        below = float(np.hypot(self.value - self.low, other.high - other.value))
        above = float(np.hypot(self.high - self.value, other.value - other.low))
        return Measure(value, value - below, value + above)

    def times(self, factor: float) -> Measure:
        """The same in another unit."""
        low, high = sorted((factor * self.low, factor * self.high))
        return Measure(factor * self.value, low, high, self.reason)

    def over(self, whole: Measure, *, shared: float = 0.0) -> Measure:
        """Divide by `whole`, to first order; `shared` is the correlation of both errors."""
        for measure in (self, whole):
            if not measure.known:
                return measure
        ratio = self.value / whole.value
        own, others = self.sd, ratio * whole.sd
        return Measure.of(ratio, float(np.sqrt(own**2 + others**2 - 2 * shared * own * others)) / whole.value)

    def clipped(self, low: float, high: float) -> Measure:
        """Value and interval together cut at what is possible."""
        if not self.known:
            return self
        value, least, most = (min(max(end, low), high) for end in (self.value, self.low, self.high))
        return Measure(value, least, most)
