"""Errors of every measure of a repetition and of a set.

    python -m samples.card.motion TRUTHS RESULTS

TRUTHS is a folder with NAME.truth.json. RESULTS is a folder with NAME/analysis.json, as `hingecheck analyze NAME.mp4
--out RESULTS/NAME` writes it. The true value of a measure is what the analyzer's own code gives for the exact angles
between the true events. So the table shows errors of reading, not differences of definition.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from hingecheck.metrics import repetition, set_drift
from hingecheck.records import Angle, AngleTrack, Floats, Measure, Rep, RepMetrics, View

SAME_REP_S = 0.6  # lockouts at most this far apart belong to the same repetition
LEG_SHARE, KNEE_SHARE = 0.491, 0.285  # leg length and knee height, shares of body height (Drillis and Contini 1966)
SIDE = View("right", "right", Measure(0.0, -1.0, 1.0), True, ())
NAN = float("nan")


def true_reps(truth: Mapping[str, Any]) -> list[RepMetrics]:
    """Return the complete repetitions of a truth file, described like the analyzer's own."""
    track = _track(truth)
    reps = [_rep(track, rep, truth["style"]) for rep in truth["reps"] if rep["complete"]]
    lifter = repetition.Lifter(height_cm=100 * _stature_m(truth))
    return [repetition.describe(track, rep, SIDE, lifter) for rep in reps]


def _stature_m(truth: Mapping[str, Any]) -> float:
    """The lifter's body height."""
    return float(truth["spec"].get("body", {}).get("stature_m", 1.76))


def _track(truth: Mapping[str, Any]) -> AngleTrack:
    """The exact angles in the analyzer's form."""
    frames = truth["frames"]
    time_s = np.array(frames["time_s"])
    leg_m = LEG_SHARE * _stature_m(truth)
    angles: dict[str, Any] = {
        name: _angle(np.array(frames[f"{name}_deg"]))
        for name in ("trunk_lean", "trunk_thigh", "knee_flexion", "hip_flexion", "pelvis_tilt", "lumbar_flexion")
    }
    junction = _angle(angles["pelvis_tilt"].value_deg + angles["lumbar_flexion"].value_deg)
    bar = np.array(frames["bar_height_m"]) / leg_m
    ahead = np.array(frames.get("bar_forward_m", np.full(len(bar), np.nan))) / leg_m
    still = np.zeros(len(time_s))
    return AngleTrack(
        time_s=time_s,
        **angles,
        junction=junction,
        thoracic_flexion=junction,
        hand_height=bar,
        knee_height=still + KNEE_SHARE / LEG_SHARE,
        arm_drop=still,
        hand_forward=ahead,
        foot_forward=still,
    )


def _angle(value_deg: Floats) -> Angle:
    """An exact angle: no uncertainty."""
    zero = np.zeros(len(value_deg))
    return Angle(value_deg, zero, zero.copy(), 0.0, np.where(np.isnan(value_deg), "not drawn", ""))


def _rep(track: AngleTrack, rep: Mapping[str, Any], style: str) -> Rep:
    """One true repetition.

    It lasts between the planned ends, which stand for the analyzer's still moments.
    """
    planned = rep["planned"]
    inside = (track.time_s >= planned["liftoff_s"]) & (track.time_s <= planned["lockout_s"])
    passed = inside & (track.hand_height >= track.knee_height)
    end_s = NAN if rep["end_s"] is None else rep["end_s"]
    return Rep(
        number=rep["number"],
        style="romanian" if style == "rdl" else "floor",
        start_s=rep["start_s"],
        onset_s=planned["liftoff_s"],
        liftoff_s=rep["liftoff_s"],
        knee_pass_s=float(track.time_s[np.argmax(passed)]) if passed.any() else NAN,
        lockout_s=rep["lockout_s"],
        top_s=planned["lockout_s"],
        lowering_s=_leaves_top_s(track, rep),
        end_s=end_s,
        complete=True,
    )


def _leaves_top_s(track: AngleTrack, rep: Mapping[str, Any]) -> float:
    """Time at which the bar is more than 1 cm (the contract's limit) below its top."""
    after = (track.time_s > rep["lockout_s"]) & (track.time_s <= (rep["planned"]["end_s"] or track.time_s[-1]))
    top = track.hand_height[after].max() if after.any() else NAN
    up = after & (track.hand_height >= top - 0.01 / LEG_SHARE / 1.76)
    return float(track.time_s[up][-1]) if up.any() else NAN


def compare(truth: Mapping[str, Any], measured: Mapping[str, Any]) -> list[tuple[str, float, Mapping[str, float]]]:
    """Return (name, truth, measured interval) of every number that truth and measurement have."""
    rows = []
    true = true_reps(truth)
    matched = [(true_rep, _nearest(true_rep, measured["reps"])) for true_rep in true]
    for true_rep, measured_rep in matched:
        if measured_rep is not None:
            rows += _both(true_rep.values, measured_rep["metrics"])
    if all(measured_rep is not None for _, measured_rep in matched):
        rows += _both(set_drift.describe(true), measured["set"]["metrics"])
    return rows


def _nearest(true_rep: RepMetrics, measured_reps: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The measured repetition with the nearest lockout, or None."""
    complete = [rep for rep in measured_reps if rep["complete"]]
    best = min(complete, key=lambda rep: abs(rep["lockout_s"] - true_rep.rep.lockout_s), default=None)
    near = best is not None and abs(best["lockout_s"] - true_rep.rep.lockout_s) <= SAME_REP_S
    return best if near else None


def _both(
    true: Mapping[str, Measure], measured: Mapping[str, Mapping[str, float] | None]
) -> list[tuple[str, float, Mapping[str, float]]]:
    """The numbers that both tables have."""
    return [
        (name, measure.value, interval)
        for name, measure in true.items()
        if measure.known and (interval := measured.get(name)) is not None
    ]


def table(rows: list[tuple[str, float, Mapping[str, float]]]) -> str:
    """Return bias, root mean square error and coverage per measure."""
    by_name = defaultdict(list)
    for name, true, interval in rows:
        by_name[name].append((interval["value"] - true, interval["low"] <= true <= interval["high"]))
    lines = [f"{'measure':34s} {'n':>4s} {'bias':>8s} {'rms':>8s} {'inside':>7s}"]
    for name, pairs in sorted(by_name.items()):
        error = np.array([pair[0] for pair in pairs])
        inside = np.mean([pair[1] for pair in pairs])
        lines.append(f"{name:34s} {len(error):4d} {error.mean():8.3f} {np.sqrt((error**2).mean()):8.3f} {inside:7.2f}")
    return "\n".join(lines)


def main(truths: Path, results: Path) -> None:
    """Print the table over all clips with a truth and a result."""
    rows = []
    for path in sorted(truths.glob("*.truth.json")):
        result_path = results / path.name.removesuffix(".truth.json") / "analysis.json"
        if result_path.exists():
            rows += compare(json.loads(path.read_text()), json.loads(result_path.read_text()))
    print(table(rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
