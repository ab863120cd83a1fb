"""Findings, verdict, self-report and advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from hingecheck.records.measure import Measure
from hingecheck.records.reasons import Reason

Pattern = Literal["hip_led", "mixed", "low_back_led", "cannot_tell"]
Status = Literal["ok", "flag", "not_assessed"]


class Filming(StrEnum):
    """Ways to film that make an answer surer."""

    SQUARE = "square"  # the camera square to the side
    CLOSE_FITTING = "close_fitting"  # in a close-fitting shirt
    PAST_PLATES = "past_plates"  # so that the plates do not hide the hips
    STANDING = "standing"  # with a second of quiet standing
    NEARER = "nearer"  # from nearer, the whole lifter in the picture
    MORE_REPS = "more_reps"  # more repetitions


@dataclass(frozen=True, slots=True)
class CriteriaUsed:
    """Which thresholds a clip was judged by: the version of ours, and the name of a file laid over them, or ""."""

    version: str
    own_file: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says, with the number, the limit and the place it rests on.

    `text` is the rule's sentence.  It is "" where the rule says nothing, and `why` tells the reason.
    """

    rule: str
    status: Status
    measure: Measure
    limit: float
    unit: str
    reps: tuple[int, ...]
    evidence_s: tuple[float, float] | None
    text: str
    source: str
    why: Reason | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The pattern of the set, the share of the trunk's movement it rests on, why, and what would make it surer.

    `reasons`: the first one says why a clip cannot tell.  `chances`: how probable each pattern is, 0..1; near a limit
    two of them are, so they add up to more than 1.
    """

    pattern: Pattern
    share: Measure
    chances: Mapping[Pattern, float]
    reasons: tuple[Reason, ...]
    reps_used: tuple[int, ...]
    cue: str
    surer: tuple[Filming, ...] = ()


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
