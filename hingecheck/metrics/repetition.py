"""Stage 9, describe: what each repetition's angles changed by, the two shares, tempo; each with an interval.

A change is the position the lifter pulls from less the position at the top.  The body moves before the bar
does, and goes on after the bar is within a centimetre of its top; so the second is read when the hands are at
rest at the top (`Rep.top_s`), the first between the last quiet moment (`Rep.onset_s`) and lift-off.  In between
the slack is taken up, and the back may round once more: so it is read as soon as the lumbar spine is as flexed
as it gets there.

Errors are propagated to first order.  Frame noise counts once an end; the bias of a clip does not average
out over frames or repetitions and stays whole.  The share L / T of the lumbar change in the change of the
thoraco-lumbar junction (T = lumbar + pelvis), or in lumbar + hip, has

    SD(share)^2 = (SD(L) / T)^2 + (L SD(T) / T^2)^2 - 2 r L SD(L) SD(T) / T^3,

where r is how the errors of L and T go together (SHARED_ERROR for the junction, 0 where it is not known).
A share lies between 0 and 1.  Errors of L and T may put it outside; it is cut off there, and a note says so.

Where a plate hides the back at lockout, the lifter's own standing stands in for it, with a wider interval
and a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.metrics import bar_path, coordination
from hingecheck.records import (
    METRICS,
    Angle,
    AngleTrack,
    Code,
    Measure,
    Plates,
    Reason,
    Rep,
    RepMetrics,
    View,
    bounded,
    counting,
    most_frequent,
)

SETUP_WINDOW_S: Final = (-0.15, 0.0)
PULL_WINDOW_S: Final = (0.0, 0.10)
AS_FLEXED_DEG: Final = 2.0
"""Lumbar flexion this near to its largest value before lift-off is as good as it: noise of a smoothed frame, twice."""

BOTTOM_WINDOW_S: Final = (-0.10, 0.10)
TOP_WINDOW_S: Final = (0.0, 0.20)
LEAST_KNOWN: Final = 0.5
"""Share of a window's frames that must be measured."""

STANDING_FOR_LOCKOUT_SD_DEG: Final = 4.0
"""How far a lockout can be from the own standing: lean-back, or a pull not quite finished."""

SMALLEST_MOVEMENT_DEG: Final = 20.0
"""A share of less movement than this means nothing."""

SHARED_ERROR: Final = 0.5
"""Correlation of a frame's errors of lumbar spine and thoraco-lumbar junction; 0.57 over 1,902 rendered frames of 2,001
lifters bent as to pull (models/SPINE.md)."""

AROUND_S: Final = (-0.07, 0.07)
RISE_BIAS_SHARE: Final = 0.4
"""How much of a frame's lasting error changes between lift-off and knee pass: own choice, wide (over 37
repetitions of rendered clips the rise was off by 1.1 degrees, 97 % inside)."""

EVENT_SD_S: Final = 0.07
EVENT_SDS_S: Final = {"onset_s": 0.07, "knee_pass_s": 0.19, "top_s": 0.17, "lowering_s": 0.10, "end_s": 0.04}
"""By how much the instants are off (root mean square), over 30 repetitions of ten rendered clips."""

EARLY_TRAVEL: Final = 0.25
EARLY_DROP_SD_DEG: Final = 1.5

CHANGES: Final = {
    "lumbar_change_deg": "lumbar_flexion",
    "pelvis_change_deg": "pelvis_tilt",
    "junction_change_deg": "junction",
    "hip_change_deg": "hip_flexion",
    "knee_change_deg": "knee_flexion",
    "trunk_change_deg": "trunk_lean",
}
SIDE_VIEW_ONLY: Final = ("hip_change_deg", "knee_change_deg", "lumbar_share_trunk", "lumbar_share_thigh")
FROM_STANDING: Final = ("lumbar_change_deg", "pelvis_change_deg", "junction_change_deg", "hip_change_deg")
"""Changes whose top position may be taken from the own standing, which is their zero."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """An angle over a window: median, noise and bias, or why there is none."""

    value: float
    noise_sd: float
    bias_sd: float
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of the lifter beside the clip: the greatest lumbar flexion, if it was filmed, and the height."""

    most_lumbar: Measure | None = None
    height_cm: float | None = None


NOTHING: Final = Own()


def describe(track: AngleTrack, rep: Rep, view: View, own: Own = NOTHING, plates: Plates | None = None) -> RepMetrics:
    """All metrics of one repetition."""
    notes: list[Reason] = []
    values = {name: _change(track, rep, name, notes) for name in CHANGES}
    lumbar = values["lumbar_change_deg"]
    shares = {
        "lumbar_share_trunk": _ratio(lumbar, values["junction_change_deg"], shared=SHARED_ERROR),
        "lumbar_share_thigh": _ratio(lumbar, _plus(lumbar, values["hip_change_deg"])),
    }
    values |= {name: bounded(name, share) for name, share in shares.items()}
    values["lumbar_at_liftoff_deg"] = _at_liftoff(track, rep)
    values["lumbar_peak_deg"] = _peak(track, rep)
    values["lumbar_peak_percent_of_max"] = _percent(values["lumbar_peak_deg"], own.most_lumbar)
    values |= coordination.describe(track, rep)
    values |= _by_phase(track, rep) | _at_top(track, rep)
    values["lumbar_rise_under_load_deg"] = _rise_under_load(track, rep)
    values |= bar_path.describe(track, rep, own.height_cm, plates, notes)
    values["early_trunk_drop_deg"] = _early_trunk_drop(track, rep)
    values["concentric_s"] = _lasting(rep.liftoff_s, rep.lockout_s, Code.NO_LOCKOUT)
    values["eccentric_s"] = _eccentric(rep)
    if view.assessable:
        notes += _beyond(shares)
    else:
        values |= {name: Measure.missing(Code.VIEW_OBLIQUE) for name in SIDE_VIEW_ONLY}
    return RepMetrics(rep, values, _pulled_from_s(track, rep), tuple(dict.fromkeys(notes)))


def pooled(reps: Sequence[RepMetrics]) -> dict[str, Measure]:
    """Each metric over the repetitions that count."""
    return {name: Measure.pool([rep.values[name] for rep in counting(reps)]) for name in METRICS}


def _read(track: AngleTrack, angle: Angle, at_s: float, window_s: tuple[float, float]) -> _Reading:
    """Median over the frames in a window around `at_s`, at least the nearest frame."""
    inside = (track.time_s >= at_s + window_s[0]) & (track.time_s <= at_s + window_s[1])
    if not inside.any():
        inside = np.arange(len(track.time_s)) == np.argmin(np.abs(track.time_s - at_s))
    value = angle.value_deg[inside]
    if np.mean(~np.isnan(value)) < LEAST_KNOWN:
        return _Reading(np.nan, np.nan, np.nan, most_frequent(angle.reason[inside]))
    known = inside & (angle.reason == "")
    median = float(np.median(angle.value_deg[known]))
    bias = float(np.hypot(np.median(angle.bias_sd_deg[known]), angle.bias_slope_sd * median))
    return _Reading(median, float(np.median(angle.noise_sd_deg[known])), bias)


def _pull_reading(track: AngleTrack, angle: Angle, rep: Rep) -> _Reading:
    window_s = BOTTOM_WINDOW_S if rep.style == "romanian" else PULL_WINDOW_S
    return _read(track, angle, _pulled_from_s(track, rep), window_s)


def _pulled_from_s(track: AngleTrack, rep: Rep) -> float:
    """When, between set-up and lift-off, the lumbar spine first is as flexed as it gets there; at set-up if unknown.

    A Romanian repetition is pulled from its lowest point.
    """
    if rep.style == "romanian":
        return rep.onset_s
    angle, begin_s = track.lumbar_flexion, rep.onset_s + SETUP_WINDOW_S[0]
    known = (track.time_s >= begin_s) & (track.time_s <= rep.liftoff_s) & (angle.reason == "")
    if not known.any():
        return begin_s
    flexed = angle.value_deg[known] >= angle.value_deg[known].max() - AS_FLEXED_DEG
    return float(track.time_s[known][int(np.argmax(flexed))])


def _change(track: AngleTrack, rep: Rep, name: str, notes: list[Reason]) -> Measure:
    """Pull position less top position of one angle."""
    if not rep.complete:
        return Measure.missing(Code.NO_LOCKOUT)
    angle: Angle = getattr(track, CHANGES[name])
    low = _pull_reading(track, angle, rep)
    if low.reason:
        return Measure.missing(_at(Code.AT_LIFTOFF, low.reason))
    high = _read(track, angle, rep.top_s, TOP_WINDOW_S)
    if high.reason and name in FROM_STANDING:
        notes.append(Reason(Code.STANDING_FOR_LOCKOUT))
        high = _Reading(0.0, STANDING_FOR_LOCKOUT_SD_DEG, 0.0)
    if high.reason:
        return Measure.missing(_at(Code.AT_LOCKOUT, high.reason))
    bias = max(low.bias_sd, high.bias_sd)  # both ends share their cause
    return Measure.of(low.value - high.value, float(np.hypot(np.hypot(low.noise_sd, high.noise_sd), bias)))


def _plus(lumbar: Measure, other: Measure) -> Measure:
    """Lumbar and another change together, as sure as the other: what one is read too large the other is too small."""
    if not (lumbar.known and other.known):
        return lumbar if not lumbar.known else other
    return Measure(lumbar.value + other.value, lumbar.value + other.low, lumbar.value + other.high)


def _at(moment: Code, cause: Reason) -> Reason:
    return Reason(moment, causes=(cause,))


def _ratio(part: Measure, whole: Measure, too_little: Code = Code.TRUNK_STILL, *, shared: float = 0.0) -> Measure:
    """Part / whole, their errors correlated by `shared`; `too_little` of too small a whole."""
    if part.known and whole.known and whole.value < SMALLEST_MOVEMENT_DEG:
        return Measure.missing(Reason(too_little, (SMALLEST_MOVEMENT_DEG,)))
    return part.over(whole, shared=shared)


def _beyond(shares: Mapping[str, Measure]) -> Iterator[Reason]:
    """Notes on shares that were read outside 0 to 1."""
    for name, share in shares.items():
        if share.known and share.value > 1.0:
            yield Reason(Code.SHARE_OVER_ONE, (name,))
        elif share.known and share.value < 0.0:
            yield Reason(Code.SHARE_UNDER_ZERO, (name,))


def _percent(part: Measure, whole: Measure | None) -> Measure:
    """`part` in percent of the lifter's own greatest flexion."""
    if whole is None:
        return Measure.missing(Code.NO_MAX_BEND)
    return _ratio(part, whole, Code.MAX_BEND_SMALL).times(100)


def _at_liftoff(track: AngleTrack, rep: Rep) -> Measure:
    reading = _read(track, track.lumbar_flexion, rep.liftoff_s, BOTTOM_WINDOW_S)
    if reading.reason:
        return Measure.missing(_at(Code.AT_LIFTOFF, reading.reason))
    return Measure.of(reading.value, float(np.hypot(reading.noise_sd, reading.bias_sd)))


def _peak(track: AngleTrack, rep: Rep) -> Measure:
    """Largest lumbar flexion from the pull's beginning to the top."""
    angle = track.lumbar_flexion
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.top_s)
    value = np.where(inside, angle.value_deg, np.nan)
    if np.mean(~np.isnan(value[inside])) < LEAST_KNOWN:
        return Measure.missing(Code.LUMBAR_NOT_FOLLOWED)
    at = int(np.nanargmax(value))
    return Measure.of(float(value[at]), float(angle.sd_deg[at]))


def _by_phase(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Changes from the pull's beginning to the knee, from the knee to the top, and on the way down."""
    phases = {
        "to_knee": ("onset_s", "knee_pass_s"),
        "from_knee": ("knee_pass_s", "top_s"),
        "lowering": ("end_s", "lowering_s"),
    }
    out = {}
    for joint in ("hip", "knee", "lumbar", "pelvis"):
        angle: Angle = getattr(track, CHANGES[f"{joint}_change_deg"])
        for phase, (low, high) in phases.items():
            out[f"{joint}_change_{phase}_deg"] = _between(track, angle, rep, (low, high))
    return out


def _between(track: AngleTrack, angle: Angle, rep: Rep, events: tuple[str, str]) -> Measure:
    """The angle at one event less that at another; what their instants may be off by counts as well."""
    times_s = [float(getattr(rep, name)) for name in events]
    if np.isnan(times_s).any():
        return Measure.missing(Code.PHASE_NOT_SHOWN)
    low, high = (_read(track, angle, at_s, AROUND_S) for at_s in times_s)
    for end in (low, high):
        if end.reason:
            return Measure.missing(end.reason)
    moved = [_meanwhile(track, angle, at_s, EVENT_SDS_S[name]) for at_s, name in zip(times_s, events, strict=True)]
    spread = np.linalg.norm([low.noise_sd, high.noise_sd, max(low.bias_sd, high.bias_sd), *moved])
    return Measure.of(low.value - high.value, float(spread))


def _meanwhile(track: AngleTrack, angle: Angle, at_s: float, sd_s: float) -> float:
    """Half of what the angle changes by between `sd_s` before a moment and `sd_s` after it, degrees."""
    known = angle.reason == ""
    before, after = np.interp([at_s - sd_s, at_s + sd_s], track.time_s[known], angle.value_deg[known])
    return float(abs(after - before)) / 2


def _at_top(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Lean-back beyond own standing at the top, and what hips or knees lack there to own standing."""
    names = ("lean_back_deg", "lockout_short_deg")
    if not rep.complete:
        return {name: Measure.missing(Code.NO_LOCKOUT) for name in names}
    back, hip, knee = (
        _read(track, angle, rep.top_s, TOP_WINDOW_S)
        for angle in (track.junction, track.hip_flexion, track.knee_flexion)
    )
    short = hip if hip.reason or (not knee.reason and hip.value >= knee.value) else knee
    return {
        name: Measure.missing(_at(Code.AT_LOCKOUT, end.reason))
        if end.reason
        else Measure.of(sign * end.value, float(np.hypot(end.noise_sd, end.bias_sd)))
        for name, end, sign in (("lean_back_deg", back, -1.0), ("lockout_short_deg", short, 1.0))
    }


def _rise_under_load(track: AngleTrack, rep: Rep) -> Measure:
    """Lumbar flexion gained between set-up and knee pass; what is constant in a reading drops out."""
    angle = track.lumbar_flexion
    window_s = BOTTOM_WINDOW_S if rep.style == "romanian" else SETUP_WINDOW_S
    first = _read(track, angle, rep.onset_s, window_s)
    if first.reason:
        return Measure.missing(_at(Code.AT_LIFTOFF, first.reason))
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.knee_pass_s)
    value = angle.value_deg[inside & (angle.reason == "")]
    if len(value) < LEAST_KNOWN * inside.sum() or not len(value):
        return Measure.missing(Code.LUMBAR_UNKNOWN_TO_KNEE)
    gained = max(0.0, float(value.max()) - first.value)
    return Measure.of(gained, float(np.hypot(np.sqrt(2) * first.noise_sd, RISE_BIAS_SHARE * first.bias_sd)))


def _early_trunk_drop(track: AngleTrack, rep: Rep) -> Measure:
    """How much more horizontal the trunk gets while the hands rise the first quarter of their way."""
    if rep.style == "romanian":
        return Measure.missing(Code.NOT_FROM_FLOOR)
    begin, end = np.searchsorted(track.time_s, [rep.onset_s, rep.top_s])
    height, lean = track.hand_height[begin : end + 1], track.trunk_lean.value_deg[begin : end + 1]
    if len(height) == 0 or np.isnan(height).any() or np.isnan(lean).any():
        return Measure.missing(Code.PULL_NOT_SEEN)
    travel = (height - height[0]) / (height.max() - height[0]) if height.max() > height[0] else height * 0
    early = lean[: int(np.argmax(travel >= EARLY_TRAVEL)) + 1]
    return Measure.of(float(early.max() - lean[0]), EARLY_DROP_SD_DEG)


def _eccentric(rep: Rep) -> Measure:
    if rep.style == "romanian":
        return _lasting(rep.start_s, rep.liftoff_s, Code.PHASE_NOT_SHOWN)
    return _lasting(rep.lowering_s, rep.end_s, Code.BAR_NOT_BACK)


def _lasting(begin_s: float, end_s: float, reason: Code) -> Measure:
    if np.isnan(begin_s) or np.isnan(end_s):
        return Measure.missing(reason)
    return Measure.of(end_s - begin_s, EVENT_SD_S * float(np.sqrt(2))).clipped(0.0, np.inf)
