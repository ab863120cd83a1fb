"""Part of stage 9: how much each joint changes in each phase of a repetition.

In: the angle track and the events of one repetition.  Out: the change of hips, knees, lumbar spine and pelvis from the
start of the pull to the knee, from the knee to the top, and on the way down, each with its interval (`describe`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.metrics.moment import read
from hingecheck.metrics.postures import pull_start_s
from hingecheck.records import Angle, AngleTrack, Code, Measure, Rep

JOINTS: Final = {
    "hip": "hip_flexion",
    "knee": "knee_flexion",
    "lumbar": "lumbar_flexion",
    "pelvis": "pelvis_tilt",
}
"""Joints whose changes are given, and the angle of each."""

PHASES: Final = {
    "to_knee": ("onset_s", "knee_pass_s"),
    "from_knee": ("knee_pass_s", "top_s"),
    "lowering": ("end_s", "lowering_s"),
}
"""Phases of a repetition, each with its event at the bottom and its event at the top."""

AROUND_S: Final = (-0.07, 0.07)
"""Window around an event between two phases, in seconds."""

EVENT_SDS_S: Final = {"onset_s": 0.07, "knee_pass_s": 0.19, "top_s": 0.17, "lowering_s": 0.10, "end_s": 0.04}
"""SD of the time of each event, in seconds: root mean square error over 30 repetitions of ten rendered clips."""


def describe(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Change of each joint in each of PHASES: angle at the lower event minus angle at the upper one, in degrees."""
    changes = {}
    for joint, name in JOINTS.items():
        angle: Angle = getattr(track, name)
        for phase, (low, high) in PHASES.items():
            changes[f"{joint}_change_{phase}_deg"] = _between(track, angle, rep, (low, high))
    return changes


def _between(track: AngleTrack, angle: Angle, rep: Rep, events: tuple[str, str]) -> Measure:
    """Angle at one event minus angle at another, in degrees.  The error of the events' times counts as well."""
    times_s = [pull_start_s(track, rep) if name == "onset_s" else float(getattr(rep, name)) for name in events]
    if np.isnan(times_s).any():
        return Measure.missing(Code.PHASE_NOT_SHOWN)
    low, high = (read(track, angle, at_s, AROUND_S) for at_s in times_s)
    for end in (low, high):
        if end.reason:
            return Measure.missing(end.reason)
    timing = [_timing_deg(track, angle, at_s, EVENT_SDS_S[name]) for at_s, name in zip(times_s, events, strict=True)]
    sd = np.linalg.norm([low.noise_sd, high.noise_sd, max(low.bias_sd, high.bias_sd), *timing])
    return Measure.of(low.value - high.value, float(sd))


def _timing_deg(track: AngleTrack, angle: Angle, at_s: float, sd_s: float) -> float:
    """SD of an angle in degrees because its moment is only known with `sd_s`: half its change over twice that time."""
    known = angle.reason == ""
    before, after = np.interp([at_s - sd_s, at_s + sd_s], track.time_s[known], angle.value_deg[known])
    return float(abs(after - before)) / 2
