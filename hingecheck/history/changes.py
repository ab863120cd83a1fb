"""Compare two sessions of one lifter: the change of each metric, and whether it is larger than measurement error.

`compare` takes the repetitions of both sessions and gives a MetricChange for each metric of COMPARED.  A change counts
as larger than error if it exceeds the smallest detectable change (`detectable`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hingecheck.history.detectable import detectable
from hingecheck.records import Measure, Repetition, counting

COMPARED: Final = ("lumbar_share_trunk", "lumbar_change_deg", "hip_change_deg", "knee_change_deg")
"""The metrics that are compared, in this order."""


class Measured(Repetition, Protocol):
    """A repetition with its metrics."""

    @property
    def values(self) -> Mapping[str, Measure]:
        """The metrics of the repetition, by name."""


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric in an earlier session and in the current one.

    `detectable` is the smallest change that exceeds measurement error, in the metric's unit.  It is None if unknown.
    """

    metric: str
    earlier: Measure
    now: Measure
    detectable: float | None

    @property
    def change(self) -> float | None:
        """The current value minus the earlier one; None if one of them was not measured."""
        return self.now.value - self.earlier.value if self.earlier.known and self.now.known else None

    @property
    def exceeds_error(self) -> bool:
        """True if the change is larger than the measurement error.  False, too, if either is unknown."""
        return self.change is not None and self.detectable is not None and abs(self.change) > self.detectable


def compare(earlier: Sequence[Measured], now: Sequence[Measured]) -> Iterator[MetricChange]:
    """Compare the repetitions of an earlier session with those of the current one, metric by metric."""
    for metric in COMPARED:
        first, second = pooled(earlier, metric), pooled(now, metric)
        yield MetricChange(metric, first, second, detectable(metric, second, [first]))


def pooled(reps: Sequence[Measured], metric: str) -> Measure:
    """The metric pooled over the complete repetitions of a session, or over all if none is complete."""
    return Measure.pool([rep.values[metric] for rep in counting(reps)])
