"""Part of stage 9: the two postures between which a change is measured, and the posture as the bar passes the knee.

In: the angle track and the events of one repetition.  Out: when and how flexed a joint is at each posture.

- Start of the pull: between the last quiet moment (`Rep.onset_s`) and lift-off, because the body moves before the bar
  does.  In this time the lifter takes up the slack and the back may round further.  So the start is the first moment
  at which the lumbar spine is as flexed as it gets before lift-off (`pull_start_s`).
- Top: when the hands are at rest up there (`Rep.top_s`).  The body still moves after the bar is within 1 cm of its top.

If a plate hides the back at the top, the lifter's own standing is used in its place, with a wider interval.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from hingecheck.metrics.moment import Reading, at, event_sd_s, read, timing_deg
from hingecheck.records import Angle, AngleTrack, Code, Measure, Reason, Rep

SETUP_WINDOW_S: Final = (-0.15, 0.0)
"""Window around the last quiet moment, in seconds: the still frames before it."""

PULL_WINDOW_S: Final = (0.0, 0.10)
"""Window around the start of the pull, in seconds: the frames after it."""

BOTTOM_WINDOW_S: Final = (-0.10, 0.10)
"""Window around the lowest point of a Romanian repetition, and around lift-off, in seconds."""

KNEE_WINDOW_S: Final = (-0.07, 0.07)
"""Window around the knee pass, in seconds."""

KNEE_PASS_SD_S: Final = 0.12
"""SD of the time of the knee pass, in seconds.  Half of the errors over 82 repetitions of drawn clips are below 0.10 s,
a tenth above 0.27.  With it, 96 % of the angles of hips, 90 % of knees and 91 % of the lumbar spine at the knee pass
lie inside their intervals; without it 82, 67 and 74 %, because the joints turn fastest there."""

TOP_WINDOW_S: Final = (0.0, 0.20)
"""Window around the top, in seconds: the frames after it."""

AS_FLEXED_DEG: Final = 2.0
"""Largest difference from the largest lumbar flexion before lift-off that counts as equal, in degrees: twice the noise
of a smoothed frame."""

STANDING_FOR_LOCKOUT_SD_DEG: Final = 4.0
"""SD of the difference between the top and own standing, in degrees: the lifter leans back or does not quite finish."""

JOINTS: Final = {"hip": "hip_flexion", "knee": "knee_flexion", "lumbar": "lumbar_flexion"}
"""Joints whose angle is given at each posture, and the angle of each."""

FROM_STANDING: Final = ("lumbar_flexion", "pelvis_tilt", "junction", "hip_flexion")
"""Angles whose zero is own standing, so that it can stand for a hidden top."""


def pull_start_s(track: AngleTrack, rep: Rep) -> float:
    """The start of the pull, in seconds: see the module.

    If the lumbar spine is unknown up to lift-off, it is the set-up.  A Romanian repetition starts at its lowest point.
    """
    if rep.style == "romanian":
        return rep.onset_s
    angle, begin_s = track.lumbar_flexion, max(rep.onset_s + SETUP_WINDOW_S[0], float(track.time_s[0]))
    known = (track.time_s >= begin_s) & (track.time_s <= rep.liftoff_s) & (angle.reason == "")
    if not known.any():
        return begin_s
    flexed = angle.value_deg[known] >= angle.value_deg[known].max() - AS_FLEXED_DEG
    return float(track.time_s[known][int(np.argmax(flexed))])


def at_start(track: AngleTrack, name: str, rep: Rep) -> Reading:
    """The angle `name` at the start of the pull."""
    return _named(read(track, _angle(track, name), pull_start_s(track, rep), start_window_s(rep)), Code.AT_LIFTOFF)


def start_window_s(rep: Rep) -> tuple[float, float]:
    """The window around the start of the pull, in seconds."""
    return BOTTOM_WINDOW_S if rep.style == "romanian" else PULL_WINDOW_S


def at_knee_pass(track: AngleTrack, name: str, rep: Rep) -> Reading:
    """The angle `name` as the hands pass the knees.  An error of that time counts as noise of the angle."""
    if np.isnan(rep.knee_pass_s):
        return _unknown(Code.NO_KNEE_PASS)
    angle = _angle(track, name)
    reading = read(track, angle, rep.knee_pass_s, KNEE_WINDOW_S)
    if reading.reason:
        return reading
    timing = timing_deg(track, angle, rep.knee_pass_s, event_sd_s(track, rep.knee_pass_s, KNEE_PASS_SD_S))
    return replace(reading, noise_sd=float(np.hypot(reading.noise_sd, timing)))


def at_top(track: AngleTrack, name: str, rep: Rep) -> Reading:
    """The angle `name` at the top; own standing if the top is hidden and the angle's zero is own standing."""
    if not rep.complete:
        return _unknown(rep.no_lockout)
    if standing_for_top(track, name, rep):
        return Reading(0.0, STANDING_FOR_LOCKOUT_SD_DEG, 0.0)
    return _named(read(track, _angle(track, name), rep.top_s, TOP_WINDOW_S), Code.AT_LOCKOUT)


def standing_for_top(track: AngleTrack, name: str, rep: Rep) -> bool:
    """True if standing stands for the angle `name` at a hidden top; not for an angle that is never measured."""
    angle = _angle(track, name)
    hidden = read(track, angle, rep.top_s, TOP_WINDOW_S).reason is not None
    return hidden and name in FROM_STANDING and bool((angle.reason == "").any())


POSTURES: Final[dict[str, Callable[[AngleTrack, str, Rep], Reading]]] = {
    "at_start": at_start,
    "at_knee_pass": at_knee_pass,
    "at_top": at_top,
}
"""The postures, each with the function that reads an angle there."""


def describe(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """The angle of each of JOINTS at each of POSTURES, in degrees from own standing."""
    return {
        f"{joint}_{posture}_deg": _measure(reading(track, name, rep))
        for posture, reading in POSTURES.items()
        for joint, name in JOINTS.items()
    }


def _angle(track: AngleTrack, name: str) -> Angle:
    angle: Angle = getattr(track, name)
    return angle


def _measure(reading: Reading) -> Measure:
    """A reading with the interval of its noise and its bias."""
    if reading.reason:
        return Measure.missing(reading.reason)
    return Measure.of(reading.value, reading.sd)


def _named(reading: Reading, moment: Code) -> Reading:
    """The reading; if it is unknown, its reason says at which moment."""
    if reading.reason is None:
        return reading
    return Reading(np.nan, np.nan, np.nan, at(moment, reading.reason))


def _unknown(code: Code) -> Reading:
    return Reading(np.nan, np.nan, np.nan, Reason(code))
