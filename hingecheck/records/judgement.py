"""Findings, verdict, self-report and advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from hingecheck.records.measure import Measure

Pattern = Literal["hip_led", "mixed", "low_back_led", "cannot_tell"]
Status = Literal["ok", "flag", "not_assessed"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says, with the number, the limit and the place it rests on."""

    rule: str
    status: Status
    measure: Measure
    limit: float
    unit: str
    reps: tuple[int, ...]
    evidence_s: tuple[float, float] | None
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The pattern of the set, the share of the trunk's movement it rests on, why, and what would make it surer.

    `chances`: how probable each pattern is, 0..1; near a limit two of them are, so they add up to more than 1.
    """

    pattern: Pattern
    share: Measure
    chances: Mapping[Pattern, float]
    reasons: tuple[str, ...]
    reps_used: tuple[int, ...]
    sentence: str
    cue: str
    surer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelfReport:
    """What the lifter says: soreness 0 to 10 by site, a day after the last session, and what surrounds the lift."""

    soreness: Mapping[str, float] = field(default_factory=dict)
    sitting_hours: float | None = None
    load_kg: float | None = None
    rpe: float | None = None
    note: str = ""
    height_cm: float | None = None

    @property
    def empty(self) -> bool:
        """True if nothing was reported."""
        numbers = (self.sitting_hours, self.load_kg, self.rpe, self.height_cm)
        return not self.soreness and not self.note and all(number is None for number in numbers)


@dataclass(frozen=True, slots=True)
class Drill:
    """A general movement drill, what it is for, and which findings it answers."""

    name: str
    how: str
    purpose: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What can be said beside the measurement: self-report next to what was seen, drills, whom to ask."""

    context: tuple[str, ...]
    drills: tuple[Drill, ...]
    see: str
    red_flags: tuple[str, ...]
