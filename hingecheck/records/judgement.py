"""What is judged and what the lifter reports: findings, verdict, self-report and advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from hingecheck.records.measure import Measure
from hingecheck.records.reasons import Code, Reason

Pattern = Literal["hip_led", "mixed", "low_back_led", "cannot_tell"]
"""The four outcomes of the verdict."""

Rounding = Literal["rounder_than_most", "rounder", "similar", "less_round", "unknown"]
"""How round the low back is at the start of the pull, compared with lifters who were measured."""

Opening = Literal["clearly_rounder", "rounder", "alike", "cannot_tell", "unknown"]
"""How round the low back is at the start of the pull, compared with the top of the same repetition."""

Status = Literal["ok", "flag", "not_assessed"]
"""The three outcomes of a rule."""

LOW_BACK_RULE: Final = "low_back_led"
"""The rule about the verdict's own number.  A low-back-led lift gets its cue also without a flag."""


class Filming(StrEnum):
    """Ways to film that give a clearer answer."""

    FROM_FLOOR = "from_floor"  # let the clip begin before lift-off
    TO_LOCKOUT = "to_lockout"  # let the clip end after the lockout
    SQUARE = "square"  # put the camera square to the side
    CLOSE_FITTING = "close_fitting"  # wear a close-fitting shirt
    PAST_PLATES = "past_plates"  # put the camera where plates do not hide the hips
    STANDING = "standing"  # stand still for a second
    NEARER = "nearer"  # film from nearer, with the whole lifter in the picture
    MORE_REPS = "more_reps"  # film more repetitions


@dataclass(frozen=True, slots=True)
class CriteriaUsed:
    """The thresholds that a clip was judged by: their version, and the name of the user's own file, "" without one."""

    version: str
    own_file: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The outcome of one rule.

    `measure`, `limit`, `unit`: the metric over the set and the rule's limit.  `reps`: numbers of the repetitions with a
    value.  `evidence_s`: begin and end of the pull that shows it best.  `text`: the rule's sentence; "" if the rule
    was not assessed, and `why` then gives the reason.
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
    """The pattern of the set, and what it rests on.

    `share`: the lumbar share of the trunk's movement.  `chances`: probability of each pattern, 0 to 1.  A share near a
    limit fits both patterns beside it, so they can add up to more than 1.  `reasons`: if the clip cannot tell, the
    first one says why.  `reps_used`: numbers of the repetitions with a share.  `cue`: one thing to practise, and
    `cue_reason` what it answers.  `surer`: how to film for a clearer answer.  `start_deg`: lumbar flexion at the start
    of the pull, `rounding` how that compares with measured lifters, and `opening` how it compares with the top.
    `bands`: the limits between hip-led, mixed and low-back-led.
    """

    pattern: Pattern
    share: Measure
    chances: Mapping[Pattern, float]
    reasons: tuple[Reason, ...]
    reps_used: tuple[int, ...]
    cue: str
    surer: tuple[Filming, ...] = ()
    cue_reason: str = ""
    start_deg: Measure = field(default_factory=lambda: Measure.missing(Code.NOT_STORED))
    rounding: Rounding = "unknown"
    opening: Opening = "unknown"
    bands: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class SelfReport:
    """What the lifter reports; None or empty where nothing was reported.

    `soreness`: 0 to 10 by part of the body, a day after the last session.  `rpe`: perceived effort, 0 to 10.
    """

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
    """A general movement drill: how to do it, what it is for, and the rules and patterns that it helps with.

    `loaded`: it is done with a weight.
    """

    name: str
    how: str
    purpose: str
    answers: tuple[str, ...]
    loaded: bool = False


@dataclass(frozen=True, slots=True)
class Advice:
    """What is said beside the measurement.

    `context`: sentences that show the self-report beside the pattern.  `see`: whom to ask.  `red_flags`: signs with
    which to see a clinician soon; empty if the self-report does not call for them.
    """

    context: tuple[str, ...]
    drills: tuple[Drill, ...]
    see: str
    red_flags: tuple[str, ...]
