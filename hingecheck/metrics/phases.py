"""Part of stage 9: how much each joint changes in each phase of a repetition.

In: the angle track and the events of one repetition.  Out: the change of hips, knees, lumbar spine and pelvis from the
start of the pull to the knee, from the knee to the top, and on the way down, each with its interval (`describe`).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.metrics import postures
from hingecheck.metrics.moment import Reading, event_sd_s, read, timing_deg
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

POSTURES: Final = {"onset_s": postures.at_start, "knee_pass_s": postures.at_knee_pass, "top_s": postures.at_top}
"""The events at which a posture is read."""

AROUND_S: Final = (-0.07, 0.07)
"""Window around an event that is no posture, in seconds."""

EVENT_SDS_S: Final = {"onset_s": 0.07, "top_s": 0.17, "lowering_s": 0.10, "end_s": 0.04}
"""SD of the time of each event, in seconds: root mean square error over 30 repetitions of ten rendered clips.  What is
read at the knee pass has that error already (`postures.KNEE_PASS_SD_S`)."""


def describe(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Change of each joint in each of PHASES: angle at the lower event minus angle at the upper one, in degrees."""
    changes = {}
    for joint, name in JOINTS.items():
        for phase, (low, high) in PHASES.items():
            changes[f"{joint}_change_{phase}_deg"] = _between(track, name, rep, (low, high))
    return changes


def _between(track: AngleTrack, name: str, rep: Rep, events: tuple[str, str]) -> Measure:
    """The angle `name` at one event minus that at another, in degrees, with the error of the events' times as well."""
    angle: Angle = getattr(track, name)
    times_s = [_time_s(track, rep, event) for event in events]
    if np.isnan(times_s).any():
        return Measure.missing(Code.PHASE_NOT_SHOWN)
    low, high = (_reading(track, name, rep, event) for event in events)
    for end in (low, high):
        if end.reason:
            return Measure.missing(end.reason)
    timing = [
        timing_deg(track, angle, at_s, event_sd_s(track, at_s, EVENT_SDS_S[event]))
        for at_s, event in zip(times_s, events, strict=True)
        if event in EVENT_SDS_S
    ]
    sd = np.linalg.norm([low.noise_sd, high.noise_sd, max(low.bias_sd, high.bias_sd), *timing])
    return Measure.of(low.value - high.value, float(sd))


def _time_s(track: AngleTrack, rep: Rep, event: str) -> float:
    """Time in seconds of an event; the pull starts where its posture is read."""
    return postures.pull_start_s(track, rep) if event == "onset_s" else float(getattr(rep, event))


def _reading(track: AngleTrack, name: str, rep: Rep, event: str) -> Reading:
    """The angle `name` at an event; at the postures as they are read everywhere, so that parts add up to the change."""
    if event in POSTURES:
        return POSTURES[event](track, name, rep)
    return read(track, getattr(track, name), float(getattr(rep, event)), AROUND_S)
