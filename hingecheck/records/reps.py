"""Repetitions, the style of a set, and the metrics of each repetition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol, TypeVar

from hingecheck.records.measure import Measure
from hingecheck.records.reasons import Code, Reason

LiftType = Literal["floor", "romanian", "pick_up"]
"""How the load moves: from the floor up and back, from the top down and back, or from the floor up only."""

SURELY: Final = 0.9
"""Probability from which a repetition is reported without remark.  Below it the reports call it "probable"."""

StyleName = Literal[
    "conventional",
    "sumo",
    "stiff_leg",
    "block",
    "kettlebell",
    "trap_bar",
    "romanian",
    "hinge",
    "pick_up",
    "not_sure",
]
"""Style of a set: a deadlift style, an unloaded hinge, picking something up, or not sure."""


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition and its events, in seconds.  NaN = the clip does not show the event.

    `onset_s`: the pull begins; the body moves before the bar does.  `liftoff_s`: the bar has risen 1 cm.
    `knee_pass_s`: the hands pass the knees.  `lockout_s`: the bar is within 1 cm of its top.  `top_s`: the hands are at
    rest at the top.  `lowering_s`: the hands leave the top.  `end_s`: the bar is back within 1 cm of the floor.

    `complete`: True if it was locked out.  `by_load`: True if only the load shows it, because the lifter is lost or
    the landmarks are misplaced.  `missed_way`: the share of the way up that lies before the clip; if it is not 0, the
    load was on its way up when the clip began, so `liftoff_s` is not the lift-off (`under_way`).  `cut_off`: the load
    was on its way up when the clip ended, so nobody knows whether it was locked out.
    `probability`: how probable it is that this is a repetition.  `complete_probability`: that it was locked out, if it
    is one.  `style_probability`: that the load moves in this way (`style`) in this set.
    """

    number: int
    style: LiftType
    start_s: float
    onset_s: float
    liftoff_s: float
    knee_pass_s: float
    lockout_s: float
    top_s: float
    lowering_s: float
    end_s: float
    complete: bool
    by_load: bool = False
    missed_way: float = 0.0
    cut_off: bool = False
    probability: float = 1.0
    complete_probability: float = 1.0
    style_probability: float = 1.0

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a report says beside the number of this repetition."""
        return remarks(complete=self.complete, cut_off=self.cut_off, probability=self.probability)

    @property
    def under_way(self) -> bool:
        """True if the load was on its way up when the clip began."""
        return self.missed_way > 0.0

    @property
    def no_lockout(self) -> Code:
        """Why there is no lockout in a repetition that is not complete."""
        return Code.PULL_CUT_OFF if self.cut_off else Code.NO_LOCKOUT


def remarks(*, complete: bool, cut_off: bool, probability: float) -> tuple[str, ...]:
    """What a report says beside the number of a repetition: "missed" or "cut off", "probable", both or nothing."""
    return ("cut off" if cut_off else "missed",) * (not complete) + ("probable",) * (probability < SURELY)


@dataclass(frozen=True, slots=True)
class Bend:
    """One bend of the hands, and what the repetition model makes of it.

    `lowest_s`, `top_s`: when the hands are lowest, and highest after it, in seconds.  `kind`: what the bend is; unless
    it counts, on the most probable path.  `after`: the state of the load at the top.  `probability`: that a repetition
    begins here.  `seen`: the numbers that the model weighs, by name; NaN = not seen.  `load_up`: what is seen of the
    bar's end at the top, as log odds that the load is up; 0 = no evidence.  `changed`: how much the pictures around the
    feet differ between the upright moments of the clip, as a share; NaN = they cannot be compared.  `beside_up`: as
    `load_up`, from what changes beside the lifter between the bend and the top.
    """

    lowest_s: float
    top_s: float
    kind: str
    after: str
    probability: float
    seen: Mapping[str, float]
    load_up: float
    changed: float
    beside_up: float = 0.0


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The repetitions of a clip in order, and all of its bends."""

    reps: tuple[Rep, ...]
    bends: tuple[Bend, ...]


@dataclass(frozen=True, slots=True)
class LiftStyle:
    """The style of a set: named by the user (`given`), or recognized from the movement.

    `name`: a StyleName; a file of a later version may hold another.  `confidence`: probability of the style, 0 to 1.
    """

    name: str
    confidence: float
    given: bool


METRICS: Final = (
    *("lumbar_change_deg", "pelvis_change_deg", "junction_change_deg"),
    *("hip_change_deg", "knee_change_deg", "trunk_change_deg"),
    *("lumbar_share_trunk", "lumbar_share_thigh"),
    *("hip_at_start_deg", "knee_at_start_deg", "lumbar_at_start_deg"),
    *("hip_at_knee_pass_deg", "knee_at_knee_pass_deg", "lumbar_at_knee_pass_deg"),
    *("hip_at_top_deg", "knee_at_top_deg", "lumbar_at_top_deg"),
    *("lumbar_at_liftoff_deg", "lumbar_peak_deg", "lumbar_peak_percent_of_max"),
    *("lumbar_before_liftoff_deg", "lumbar_after_liftoff_deg", "lumbar_gain_at_liftoff_deg"),
    *("knee_to_hip_lag_s", "hip_to_lumbar_lag_s", "lumbar_velocity_deg_s"),
    *("coupling_hip", "coupling_together", "coupling_lumbar", "coupling_apart"),
    *("hip_change_to_knee_deg", "hip_change_from_knee_deg", "hip_change_lowering_deg"),
    *("knee_change_to_knee_deg", "knee_change_from_knee_deg", "knee_change_lowering_deg"),
    *("lumbar_change_to_knee_deg", "lumbar_change_from_knee_deg", "lumbar_change_lowering_deg"),
    *("pelvis_change_to_knee_deg", "pelvis_change_from_knee_deg", "pelvis_change_lowering_deg"),
    *("lean_back_deg", "lockout_short_deg", "lumbar_rise_under_load_deg"),
    *("bar_forward_percent", "bar_forward_cm"),
    *("bar_displacement_m", "mean_concentric_velocity_m_s", "peak_concentric_velocity_m_s"),
    *("early_trunk_drop_deg", "concentric_s", "eccentric_s"),
)
"""The metrics of every repetition, in this order.  Each has a value, or the reason why it has none."""

SHARES: Final = (
    *("lumbar_share_trunk", "lumbar_share_thigh"),
    *("coupling_hip", "coupling_together", "coupling_lumbar", "coupling_apart"),
)
"""Metrics that are parts of a whole.  Value and interval lie between 0 and 1."""

UNASKED: Final = frozenset({Code.NO_MAX_BEND, Code.NO_SCALE, Code.NOT_STORED})
"""Reasons of metrics that nobody asked for.  Reports leave a metric out if every repetition has one of these."""


UNSHOWN: Final = frozenset({"lumbar_at_liftoff_deg", "lumbar_before_liftoff_deg", "lumbar_after_liftoff_deg"})
"""Metrics that only other programs read: people are shown lumbar flexion at pull start, knee pass and top only."""


def bounded(name: str, measure: Measure) -> Measure:
    """The measure of the metric `name`, cut to 0..1 if the metric is a share."""
    return measure.clipped(0.0, 1.0) if name in SHARES else measure


def listed(reps: Sequence[Mapping[str, Measure]]) -> tuple[str, ...]:
    """The metrics that a file lists: all except those that nobody asked for in any of the repetitions."""
    names = dict.fromkeys(name for values in reps for name in values)
    return tuple(name for name in names if any(name in each and not _unasked(each[name]) for each in reps))


def for_readers(reps: Sequence[Mapping[str, Measure]]) -> tuple[str, ...]:
    """The metrics that a report shows: those listed, without UNSHOWN."""
    return tuple(name for name in listed(reps) if name not in UNSHOWN)


def _unasked(measure: Measure) -> bool:
    """True if nobody asked for this measure."""
    return measure.reason is not None and measure.reason.code in UNASKED


@dataclass(frozen=True, slots=True)
class RepMetrics:
    """The metrics of one repetition.

    `values`: all of METRICS, in their order.  `pulled_from_s`: the start of the pull, at lift-off or a moment before;
    NaN if the clip begins after it.
    `notes`: what a report says beside the numbers.  Raises ValueError for missing metrics and for shares
    outside 0 to 1.
    """

    rep: Rep
    values: Mapping[str, Measure]
    pulled_from_s: float
    notes: tuple[Reason, ...] = ()

    def __post_init__(self) -> None:
        if tuple(self.values) != METRICS:
            differing = sorted(set(self.values) ^ set(METRICS)) or "their order"
            raise ValueError(
                f"a repetition needs each metric of METRICS once, in their order; these differ: {differing}"
            )
        for name in SHARES:
            share = self.values[name]
            if share.known and not 0.0 <= share.low <= share.high <= 1.0:
                raise ValueError(f"{name} must lie between 0 and 1, not between {share.low} and {share.high}")

    @property
    def complete(self) -> bool:
        """True if the repetition was locked out."""
        return self.rep.complete


class Repetition(Protocol):
    """A repetition: just measured, or read from a file."""

    @property
    def complete(self) -> bool:
        """True if the repetition was locked out."""


AnyRep = TypeVar("AnyRep", bound=Repetition)
"""A kind of repetition: what goes in comes out."""


def counting(reps: Sequence[AnyRep]) -> Sequence[AnyRep]:
    """The repetitions that count for the set: the complete ones, or all if none is complete."""
    return [rep for rep in reps if rep.complete] or reps
