"""Two sessions of one lifter, metric by metric, against the minimal detectable change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from hingecheck import metrics
from hingecheck.detectable import detectable
from hingecheck.records import Measure

COMPARED: Final = ("lumbar_share_trunk", "lumbar_change_deg", "hip_change_deg", "knee_change_deg")


class Repetition(Protocol):
    """What is needed of a repetition, just measured or read back."""

    @property
    def complete(self) -> bool:
        """Whether it was locked out."""

    @property
    def values(self) -> Mapping[str, Measure]:
        """Its metrics."""


@dataclass(frozen=True, slots=True)
class Change:
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


def compare(earlier: Sequence[Repetition], now: Sequence[Repetition]) -> Iterator[Change]:
    """Each compared metric over the complete repetitions of both sessions."""
    for metric in COMPARED:
        first, second = pooled(earlier, metric), pooled(now, metric)
        yield Change(metric, first, second, detectable(metric, (first, second)))


def pooled(reps: Sequence[Repetition], metric: str) -> Measure:
    """A metric over the complete repetitions; over all of them if none is complete."""
    complete = [rep for rep in reps if rep.complete] or list(reps)
    return metrics.pool([rep.values[metric] for rep in complete])
