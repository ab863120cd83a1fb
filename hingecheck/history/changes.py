"""Two sessions of one lifter, metric by metric, against the smallest detectable change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hingecheck.history.detectable import detectable
from hingecheck.records import Measure, Repetition, counting

COMPARED: Final = ("lumbar_share_trunk", "lumbar_change_deg", "hip_change_deg", "knee_change_deg")


class Measured(Repetition, Protocol):
    """A repetition with its numbers."""

    @property
    def values(self) -> Mapping[str, Measure]:
        """Its metrics."""


@dataclass(frozen=True, slots=True)
class MetricChange:
    """One metric in an earlier session and now; `detectable` is in the metric's unit, None where it is not known."""

    metric: str
    earlier: Measure
    now: Measure
    detectable: float | None

    @property
    def change(self) -> float | None:
        """Now less earlier; None if either is not measured."""
        return self.now.value - self.earlier.value if self.earlier.known and self.now.known else None

    @property
    def told(self) -> bool:
        """Whether the change is larger than the measurement's error."""
        return self.change is not None and self.detectable is not None and abs(self.change) > self.detectable


def compare(earlier: Sequence[Measured], now: Sequence[Measured]) -> Iterator[MetricChange]:
    """Each compared metric over the complete repetitions of both sessions."""
    for metric in COMPARED:
        first, second = pooled(earlier, metric), pooled(now, metric)
        yield MetricChange(metric, first, second, detectable(metric, second, [first]))


def pooled(reps: Sequence[Measured], metric: str) -> Measure:
    """A metric over the repetitions that count."""
    return Measure.pool([rep.values[metric] for rep in counting(reps)])
