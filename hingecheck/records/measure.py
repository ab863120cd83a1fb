"""A number with its 90 % interval, or the reason why there is none; and how to compute with such numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.records.reasons import Code, Reason

Z90: Final = 1.645
"""Half the width of a 90 % interval of a normal distribution, in SDs."""

LEAST_SD: Final = 1e-6
"""Smallest SD with which a probability is computed.  An interval of zero width would divide by zero."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its 90 % interval from `low` to `high`, or NaN with the reason why it is not measured.

    Raises ValueError for a number with a reason, a NaN without one, and a number outside its own interval.
    """

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
        """A measure without a number, for this reason."""
        why = Reason(reason) if isinstance(reason, Code) else reason
        return Measure(float("nan"), float("nan"), float("nan"), why)

    @staticmethod
    def of(value: float, sd: float) -> Measure:
        """A number with the interval of an error with this SD."""
        return Measure(value, value - Z90 * sd, value + Z90 * sd)

    @staticmethod
    def pool(measures: Sequence[Measure]) -> Measure:
        """The mean of the known measures; its interval has the mean width.

        It does not get narrower with more repetitions, because they share the bias.  If none is known, the first one.
        """
        known = [m for m in measures if m.known]
        if not known:
            return measures[0] if measures else Measure.missing(Code.NO_REP_MEASURED)
        value, low, high = np.mean([(m.value, m.low, m.high) for m in known], axis=0).tolist()
        return Measure(value, low, high)

    @property
    def known(self) -> bool:
        """True if the measure has a number."""
        return self.reason is None

    @property
    def sd(self) -> float:
        """SD of the error, from the wider half of the interval, because the other half may be cut."""
        return max(self.value - self.low, self.high - self.value) / Z90

    def chance_below(self, limit: float) -> float:
        """Probability that the true value lies below `limit`, if the error has a normal distribution."""
        from scipy.special import ndtr

        return float(ndtr((limit - self.value) / max(self.sd, LEAST_SD)))

    def minus(self, other: Measure) -> Measure:
        """The difference of two measures with independent errors, so that half-widths add up in squares."""
        reasons = tuple(dict.fromkeys(m.reason for m in (self, other) if m.reason))
        if reasons:
            return Measure.missing(reasons[0] if len(reasons) == 1 else Reason(Code.SEVERAL, causes=reasons))
        value = self.value - other.value
        below = float(np.hypot(self.value - self.low, other.high - other.value))
        above = float(np.hypot(self.high - self.value, other.value - other.low))
        return Measure(value, value - below, value + above)

    def times(self, factor: float) -> Measure:
        """The measure times a factor: the same in another unit."""
        low, high = sorted((factor * self.low, factor * self.high))
        return Measure(factor * self.value, low, high, self.reason)

    def over(self, whole: Measure, *, shared: float = 0.0) -> Measure:
        """The measure divided by `whole`, with its error to first order; `shared`: correlation of the two errors."""
        for measure in (self, whole):
            if not measure.known:
                return measure
        ratio = self.value / whole.value
        sd, whole_sd = self.sd, ratio * whole.sd
        return Measure.of(ratio, float(np.sqrt(sd**2 + whole_sd**2 - 2 * shared * sd * whole_sd)) / whole.value)

    def clipped(self, low: float, high: float) -> Measure:
        """The measure with its value and both ends of its interval cut to the possible range."""
        if not self.known:
            return self
        value, least, most = (min(max(end, low), high) for end in (self.value, self.low, self.high))
        return Measure(value, least, most)
