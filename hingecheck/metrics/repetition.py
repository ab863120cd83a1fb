"""Stage 9, describe: how much each angle changes in a repetition, the lumbar shares, the tempo; each with an interval.

In: the angle track, the events of one repetition, the view, and what is known of the lifter and the plates.  Out: all
metrics of METRICS, each with its 90 % interval, or the reason why it is not measured (`RepMetrics`).

A change is the angle at the start of the pull minus the angle at the top; `postures` says what these two are.  If a
plate hides the back at the top, the lifter's own standing is used in its place, with a wider interval and a note.

Errors are propagated to first order.  The noise of a frame counts once at each end.  The bias of a clip is the same in
all frames and repetitions, so it does not average out and counts in full.  The lumbar share is L / T: L is the lumbar
change, T the change of the thoraco-lumbar junction (lumbar + pelvis), or of lumbar + hip.  Its error is

    SD(share)^2 = (SD(L) / T)^2 + (L SD(T) / T^2)^2 - 2 r L SD(L) SD(T) / T^3,

where r is the correlation of the errors of L and T: SHARED_ERROR for the junction, 0 where it is not known.  A true
share lies between 0 and 1.  Errors can put the measured one outside; it is then cut to the limit, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hingecheck.metrics import bar_path, bar_track, bar_velocity, coordination, loading, phases, postures
from hingecheck.metrics.moment import LEAST_KNOWN, at, event_sd_s, read
from hingecheck.metrics.postures import BOTTOM_WINDOW_S, SETUP_WINDOW_S, TOP_WINDOW_S
from hingecheck.records import (
    METRICS,
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
)

SMALLEST_MOVEMENT_DEG: Final = 20.0
"""Smallest movement of which a part is given, in degrees.  A part of less means nothing."""

LEAST_TURN_DEG: Final = 30.0
"""Smallest turn of the thoraco-lumbar junction of which a share is given, in degrees.  A trunk that turns less belongs
to a squat-like start.  An error of 5 degrees at both ends would give its share an SD above 0.2."""

SHARED_ERROR: Final = 0.5
"""Correlation of a frame's errors of lumbar spine and thoraco-lumbar junction.  It is 0.57 over 1,902 rendered frames
of 2,001 lifters bent as in a pull (models/SPINE.md)."""

EARLY_TRAVEL: Final = 0.25
"""Part of the hands' way up over which an early drop of the trunk is looked for."""

EARLY_DROP_SD_DEG: Final = 1.5
"""SD of the early drop of the trunk, in degrees."""

CHANGES: Final = {
    "lumbar_change_deg": "lumbar_flexion",
    "pelvis_change_deg": "pelvis_tilt",
    "junction_change_deg": "junction",
    "hip_change_deg": "hip_flexion",
    "knee_change_deg": "knee_flexion",
    "trunk_change_deg": "trunk_lean",
}
"""Changes over the whole pull, and the angle of each."""

SIDE_VIEW_ONLY: Final = (
    *("hip_change_deg", "knee_change_deg", "lumbar_share_trunk", "lumbar_share_thigh"),
    *(f"{joint}_{posture}_deg" for posture in postures.POSTURES for joint in ("hip", "knee")),
    *("early_trunk_drop_deg", "lean_back_deg"),
)
"""Metrics that are not measured if the camera is too far off the side view."""


AFTER_THE_START: Final = (
    *(f"{joint}_{posture}_deg" for posture in ("at_knee_pass", "at_top") for joint in ("hip", "knee", "lumbar")),
    *(f"{joint}_change_{phase}_deg" for joint in phases.JOINTS for phase in ("from_knee", "lowering")),
    *("lean_back_deg", "lockout_short_deg", "eccentric_s"),
)
"""Metrics that do not need the start of the pull."""


@dataclass(frozen=True, slots=True)
class Lifter:
    """What is known of the lifter beside the clip; None where it is not known.

    `most_lumbar`: the greatest lumbar flexion, in degrees, from the clip of `--max-bend`.  `height_cm`: the height.
    `leg_m`: the length of the leg, hip to ankle, from tracks in metres.
    """

    most_lumbar: Measure | None = None
    height_cm: float | None = None
    leg_m: float | None = None


UNKNOWN_LIFTER: Final = Lifter()
"""A lifter of whom nothing is known beside the clip."""


def describe(
    track: AngleTrack, rep: Rep, view: View, lifter: Lifter = UNKNOWN_LIFTER, plates: Plates | None = None
) -> RepMetrics:
    """All metrics of one repetition.

    1. Angles at the postures, changes over the whole pull, and the lumbar shares.
    2. Lumbar flexion at single moments.
    3. Coordination, changes by phase, position at the top, rounding under load.
    4. Bar path, bar velocity and early drop of the trunk.
    5. Tempo.
    6. Drop what needs the start of the pull if the clip begins after it.
    7. Drop what needs a side view if the camera is too far off.
    """
    # 1
    notes = [Reason(track.zero)] if track.zero == Code.STANDING_USUAL else []
    values = {name: _change(track, rep, name, notes) for name in CHANGES}
    values |= postures.describe(track, rep)
    shares = _shares(values["lumbar_change_deg"], values["junction_change_deg"], values["hip_change_deg"])
    values |= {name: bounded(name, share) for name, share in shares.items()}
    # 2
    values |= loading.describe(track, rep)
    values["lumbar_peak_deg"] = _peak(track, rep)
    values["lumbar_peak_percent_of_max"] = _percent(values["lumbar_peak_deg"], lifter.most_lumbar)
    # 3
    values |= coordination.describe(track, rep)
    values |= phases.describe(track, rep) | _at_top(track, rep)
    values["lumbar_rise_under_load_deg"] = _rise_under_load(track, rep)
    # 4
    values |= bar_path.describe(track, rep, lifter.height_cm, plates, notes)
    bar = bar_track.follow(track, plates, lifter.height_cm, lifter.leg_m)
    if bar is not None:  # between two pictures nobody saw it
        bar = replace(bar, step_s=max(bar.step_s, track.gap_s(rep.onset_s, rep.top_s)))
    values |= bar_velocity.describe(bar, rep)
    if bar is not None and bar.scale == "plates" and values["bar_displacement_m"].known:
        notes.append(Reason(Code.PLATES_AS_SCALE))
    values["early_trunk_drop_deg"] = _early_trunk_drop(track, rep)
    # 5
    values["concentric_s"] = _duration(track, rep.liftoff_s, rep.lockout_s, rep.no_lockout)
    values["eccentric_s"] = _eccentric(track, rep)
    # 6
    if rep.under_way:
        values |= {name: Measure.missing(Code.PULL_UNDER_WAY) for name in METRICS if name not in AFTER_THE_START}
        values |= loading.before_the_clip(track, rep)
    # 7
    if view.assessable:
        notes += _cut_shares(shares)
    else:
        values |= {name: Measure.missing(Code.VIEW_OBLIQUE) for name in SIDE_VIEW_ONLY}
    ordered = {name: values[name] for name in METRICS}
    pulled_from_s = np.nan if rep.under_way else postures.pull_start_s(track, rep)
    return RepMetrics(rep, ordered, pulled_from_s, tuple(dict.fromkeys(notes)))


def pooled(reps: Sequence[RepMetrics]) -> dict[str, Measure]:
    """Each metric over the set: mean of the complete repetitions, or of all if none is complete."""
    return {name: Measure.pool([rep.values[name] for rep in counting(reps)]) for name in METRICS}


def _change(track: AngleTrack, rep: Rep, name: str, notes: list[Reason]) -> Measure:
    """Angle at the start of the pull minus angle at the top, in degrees.

    If own standing replaces the top, a note that says so is appended to `notes`.
    """
    if not rep.complete:
        return Measure.missing(rep.no_lockout)
    angle = CHANGES[name]
    start, top = postures.at_start(track, angle, rep), postures.at_top(track, angle, rep)
    for end in (start, top):
        if end.reason:
            return Measure.missing(end.reason)
    if postures.standing_for_top(track, angle, rep):
        notes.append(Reason(Code.STANDING_FOR_LOCKOUT))
    bias = max(start.bias_sd, top.bias_sd)  # the bias has the same cause at both ends, so it does not add up
    return Measure.of(start.value - top.value, float(np.hypot(np.hypot(start.noise_sd, top.noise_sd), bias)))


def _plus(lumbar: Measure, hip: Measure) -> Measure:
    """Lumbar change plus hip change, with the error of the hip change.

    The two errors do not add up: if one change is read too large, the other is read too small.
    """
    if not (lumbar.known and hip.known):
        return lumbar if not lumbar.known else hip
    return Measure(lumbar.value + hip.value, lumbar.value + hip.low, lumbar.value + hip.high)


def _shares(lumbar: Measure, junction: Measure, hip: Measure) -> dict[str, Measure]:
    """Both lumbar shares, or why there is none."""
    if junction.known and junction.value < LEAST_TURN_DEG:
        still = Measure.missing(Reason(Code.TRUNK_STILL, (LEAST_TURN_DEG,)))
        return {"lumbar_share_trunk": still, "lumbar_share_thigh": still}
    return {
        "lumbar_share_trunk": _ratio(lumbar, junction, shared=SHARED_ERROR),
        "lumbar_share_thigh": _ratio(lumbar, _plus(lumbar, hip)),
    }


def _ratio(part: Measure, whole: Measure, too_little: Code = Code.TRUNK_STILL, *, shared: float = 0.0) -> Measure:
    """Part / whole; `too_little` is the reason if the whole is too small, `shared` the correlation of their errors."""
    if part.known and whole.known and whole.value < SMALLEST_MOVEMENT_DEG:
        return Measure.missing(Reason(too_little, (SMALLEST_MOVEMENT_DEG,)))
    return part.over(whole, shared=shared)


def _cut_shares(shares: Mapping[str, Measure]) -> Iterator[Reason]:
    """Notes on shares that were measured outside 0 to 1."""
    for name, share in shares.items():
        if share.known and share.value > 1.0:
            yield Reason(Code.SHARE_OVER_ONE, (name,))
        elif share.known and share.value < 0.0:
            yield Reason(Code.SHARE_UNDER_ZERO, (name,))


def _percent(part: Measure, whole: Measure | None) -> Measure:
    """A lumbar flexion in percent of the lifter's own greatest one, `whole`."""
    if whole is None:
        return Measure.missing(Code.NO_MAX_BEND)
    return _ratio(part, whole, Code.MAX_BEND_SMALL).times(100)


def _peak(track: AngleTrack, rep: Rep) -> Measure:
    """Largest lumbar flexion between the start of the pull and the top, in degrees from standing.

    It begins with the window of the start, so that it is never less than the flexion there.
    """
    angle = track.lumbar_flexion
    begin_s = postures.pull_start_s(track, rep) + postures.start_window_s(rep)[0]
    inside = (track.time_s >= begin_s) & (track.time_s <= rep.top_s)
    value = np.where(inside, angle.value_deg, np.nan)
    if np.mean(~np.isnan(value[inside])) < LEAST_KNOWN:
        return Measure.missing(Code.LUMBAR_NOT_FOLLOWED)
    peak = int(np.nanargmax(value))
    return Measure.of(float(value[peak]), float(angle.sd_deg[peak]))


def _at_top(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Position at the top, in degrees from own standing.

    Lean-back: how far the thoraco-lumbar junction leans backward.  Short of lockout: how far the hips or the knees, the
    more bent of the two, are bent.
    """
    names = ("lean_back_deg", "lockout_short_deg")
    if not rep.complete:
        return {name: Measure.missing(rep.no_lockout) for name in names}
    back, hip, knee = (
        read(track, angle, rep.top_s, TOP_WINDOW_S) for angle in (track.junction, track.hip_flexion, track.knee_flexion)
    )
    short = hip if hip.reason or (not knee.reason and hip.value >= knee.value) else knee
    return {
        name: Measure.missing(at(Code.AT_LOCKOUT, end.reason)) if end.reason else Measure.of(sign * end.value, end.sd)
        for name, end, sign in (("lean_back_deg", back, -1.0), ("lockout_short_deg", short, 1.0))
    }


def _rise_under_load(track: AngleTrack, rep: Rep) -> Measure:
    """Largest lumbar flexion up to the knee pass minus that at set-up, in degrees, at least 0.

    An error that is constant over these frames cancels.
    """
    angle = track.lumbar_flexion
    window_s = BOTTOM_WINDOW_S if rep.style == "romanian" else SETUP_WINDOW_S
    setup = read(track, angle, rep.onset_s, window_s)
    if setup.reason:
        return Measure.missing(at(Code.AT_LIFTOFF, setup.reason))
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.knee_pass_s)
    value = angle.value_deg[inside & (angle.reason == "")]
    if len(value) < LEAST_KNOWN * inside.sum() or not len(value):
        return Measure.missing(Code.LUMBAR_UNKNOWN_TO_KNEE)
    rise = max(0.0, float(value.max()) - setup.value)
    return Measure.of(rise, float(np.hypot(np.sqrt(2) * setup.noise_sd, loading.CHANGING_BIAS * setup.bias_sd)))


def _early_trunk_drop(track: AngleTrack, rep: Rep) -> Measure:
    """How much farther the trunk leans forward in the first quarter of the hands' way up, in degrees."""
    if rep.style == "romanian":
        return Measure.missing(Code.NOT_FROM_FLOOR)
    begin, end = np.searchsorted(track.time_s, [rep.onset_s, rep.top_s])
    height, lean = track.hand_height[begin : end + 1], track.trunk_lean.value_deg[begin : end + 1]
    if len(height) == 0 or np.isnan(height).any() or np.isnan(lean).any():
        return Measure.missing(Code.PULL_NOT_SEEN)
    travel = (height - height[0]) / (height.max() - height[0]) if height.max() > height[0] else height * 0
    early = lean[: int(np.argmax(travel >= EARLY_TRAVEL)) + 1]
    blind = track.blind_s(track.time_s[begin : end + 1]).any()
    noise_deg = float(np.max(track.trunk_lean.noise_sd_deg[begin : end + 1])) if blind else 0.0
    return Measure.of(float(early.max() - lean[0]), float(np.hypot(EARLY_DROP_SD_DEG, noise_deg)))


def _eccentric(track: AngleTrack, rep: Rep) -> Measure:
    """Duration of the lowering, in seconds.  A Romanian repetition is lowered first."""
    if rep.style == "romanian":
        return _duration(track, rep.start_s, rep.liftoff_s, Code.PHASE_NOT_SHOWN)
    return _duration(track, rep.lowering_s, rep.end_s, Code.BAR_NOT_BACK)


def _duration(track: AngleTrack, begin_s: float, end_s: float, reason: Code) -> Measure:
    """Time between two events, in seconds, or the reason if one of them did not happen."""
    if np.isnan(begin_s) or np.isnan(end_s):
        return Measure.missing(reason)
    sd_s = float(np.hypot(event_sd_s(track, begin_s), event_sd_s(track, end_s)))
    return Measure.of(end_s - begin_s, sd_s).clipped(0.0, np.inf)
