"""Analyze one clip and compare the result with its truth."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hingecheck import __version__, texts
from hingecheck.analysis import analyze
from hingecheck.errors import HingecheckError
from hingecheck.landmarks import HIPS, SHOULDERS
from hingecheck.records import Z90, Analysis, Angle, Floats, PoseTrack, RepMetrics
from samples.card.design import Item
from samples.card.peers import at_lowest
from samples.card.records import ANALYSED, ClipResult, FrameError, RepResult, Value

METRICS = ("lumbar_change_deg", "pelvis_change_deg", "hip_change_deg", "knee_change_deg", "lumbar_share_trunk")
ANGLES = ("trunk_lean", "trunk_thigh", "knee_flexion", "hip_flexion", "pelvis_tilt", "lumbar_flexion")
SAME_REP_S = 0.6  # lockouts at most this far apart belong to the same repetition
NEAR_FRAME_S = 0.1  # a true frame counts as measured if a measured frame is at most this far away
HIP_LED_BELOW, BACK_LED_ABOVE, NEIGHBOUR = 0.35, 0.55, 0.04  # pattern limits of the lumbar share, and their tolerance


def measure_clip(item: Item, clip: Path, truth: Mapping[str, Any]) -> ClipResult:
    """Analyze a clip and return its result. A refusal by the analyzer is a result as well."""
    try:
        analysis = analyze(clip)
    except HingecheckError as error:
        return _result(item, truth, outcome=error.kind, message=error.message.replace(str(clip), clip.name))
    pairs = matched(_complete(truth), [rep for rep in analysis.reps if rep.rep.complete])
    yaw = analysis.view.yaw_deg
    return _result(
        item,
        truth,
        outcome=ANALYSED,
        pattern=analysis.verdict.pattern,
        yaw_error_deg=round(yaw.value - truth["yaw_deg"], 2) if yaw.known else None,
        facing_right=analysis.view.facing == truth["facing"],
        seen=seen_share(analysis.pose),
        extra_reps=sum(rep.rep.complete for rep in analysis.reps) - sum(measured is not None for _, measured in pairs),
        reps=tuple(_rep(analysis, true, measured) for true, measured in pairs),
        frames={name: frame_error(analysis, name, truth) for name in ANGLES},
    )


def seen_share(track: PoseTrack) -> float:
    """Return the share of frames in which hips and shoulders were detected; filled gaps do not count."""
    detected = track.seen & ~track.filled[:, [*HIPS, *SHOULDERS]].any(axis=1)
    return round(float(detected.mean()), 4)


def _result(item: Item, truth: Mapping[str, Any], **values: Any) -> ClipResult:
    """A result with what is known before the analysis; repetitions count as not found unless given."""
    complete = _complete(truth)
    head = {
        "name": item.name,
        "factor": item.factor,
        "level": item.level,
        "spec": truth["spec"],
        "yaw_deg": truth["yaw_deg"],
        "true_patterns": true_patterns([rep["lumbar_share_trunk"] for rep in complete]),
        "frame_count": len(truth["frames"]["time_s"]),
        "version": __version__,
        "reps": tuple(RepResult(rep["number"], _true_values(rep)) for rep in complete),
    }
    return ClipResult(**head | values)


def _complete(truth: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The complete repetitions of a truth file."""
    return [rep for rep in truth["reps"] if rep["complete"]]


def _true_values(rep: Mapping[str, Any]) -> dict[str, float]:
    """The true metrics of a repetition."""
    return {name: round(float(rep[name]), 4) for name in METRICS}


def true_patterns(shares: Sequence[float]) -> tuple[str, ...]:
    """Return the pattern of the true median share; both neighbours if the share is within 0.04 of a limit."""
    if not shares:
        return ()
    share = float(np.median(shares))
    within_tolerance = {_pattern(share - NEIGHBOUR), _pattern(share + NEIGHBOUR)}
    return tuple(name for name in ("hip_led", "mixed", "low_back_led") if name in within_tolerance)


def _pattern(share: float) -> str:
    """The pattern of a lumbar share."""
    if share < HIP_LED_BELOW:
        return "hip_led"
    return "mixed" if share <= BACK_LED_ABOVE else "low_back_led"


def matched(
    true: Sequence[Mapping[str, Any]], measured: Sequence[RepMetrics]
) -> list[tuple[Mapping[str, Any], RepMetrics | None]]:
    """Pair each true repetition with the measured one whose lockout is nearest, if it is near enough."""
    free = list(measured)
    pairs: list[tuple[Mapping[str, Any], RepMetrics | None]] = []
    for rep in true:
        nearest = min(free, key=lambda other: abs(other.rep.lockout_s - rep["lockout_s"]), default=None)
        if nearest is not None and abs(nearest.rep.lockout_s - rep["lockout_s"]) <= SAME_REP_S:
            free.remove(nearest)
            pairs.append((rep, nearest))
        else:
            pairs.append((rep, None))
    return pairs


def _rep(analysis: Analysis, true: Mapping[str, Any], measured_rep: RepMetrics | None) -> RepResult:
    """The result of one true repetition; `found` is its measured repetition."""
    if measured_rep is None:
        return RepResult(true["number"], _true_values(true))
    return RepResult(
        true["number"],
        _true_values(true),
        measured={name: value_of(measured_rep, name) for name in METRICS},
        liftoff_error_s=_number(measured_rep.rep.liftoff_s - true["liftoff_s"]),
        lockout_error_s=_number(measured_rep.rep.lockout_s - true["lockout_s"]),
        peers=at_lowest(analysis, measured_rep.rep),
    )


def value_of(rep: RepMetrics, name: str) -> Value:
    """Return one metric of a measured repetition."""
    measure = rep.values[name]
    return Value(_number(measure.value), _number(measure.low), _number(measure.high), texts.reason(measure.reason))


def _number(value: float) -> float | None:
    """A rounded number, or None for NaN."""
    return None if np.isnan(value) else round(float(value), 4)


def frame_error(analysis: Analysis, name: str, truth: Mapping[str, Any]) -> FrameError:
    """Return the error of an angle, frame by frame.

    The frames run from the first repetition's start to the last one's end. Measured values are interpolated to the
    truth's frames.
    """
    angle: Angle = getattr(analysis.angles, name)
    known = ~np.isnan(angle.value_deg)
    times: Floats = np.array(truth["frames"]["time_s"])
    inside = (times >= truth["reps"][0]["start_s"]) & (times <= truth["reps"][-1]["end_s"])
    if known.sum() < 2 or not inside.any():
        return FrameError(None, 0.0)
    true_s, measured_s = times[inside], analysis.angles.time_s[known]
    near = np.abs(true_s[:, None] - measured_s[None]).min(axis=1) < NEAR_FRAME_S
    error = np.interp(true_s, measured_s, angle.value_deg[known]) - np.array(truth["frames"][f"{name}_deg"])[inside]
    if not near.any():
        return FrameError(None, 0.0)
    half = Z90 * np.interp(true_s, measured_s, angle.sd_deg[known])
    inside = round(float((np.abs(error) <= half)[near].mean()), 4)
    return FrameError(_number(float(np.abs(error[near]).mean())), round(float(near.mean()), 4), inside)
