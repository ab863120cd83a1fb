"""How hips, knees and lumbar spine share a pull over time: order of motion, speed, vector coding.

Order: each joint is timed where it has done half of its own change between the pull's beginning and the top;
a lag is the later joint's time less the earlier's (the usual order is knee, hip, lumbar [6]).

Vector coding [27]: at every moment of the pull the coupling angle is that of the arrow (hip extending, lumbar
extending); it falls into one of four bins of 90 degrees: hip (the hip alone), together, lumbar (the spine
alone), apart (one extends while the other flexes).  What is told is the share of the pull's movement, not of
its time, so that standing still counts nothing.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.records import Angle, AngleTrack, Code, Floats, Measure, Reason, Rep

ORDER: Final = {
    "knee_to_hip_lag_s": ("knee_flexion", "hip_flexion"),
    "hip_to_lumbar_lag_s": ("hip_flexion", "lumbar_flexion"),
}
BINS: Final = ("hip", "together", "lumbar", "apart")
SMALLEST_CHANGE_DEG: Final = 8.0
"""A joint that turns less than this has no time of its own."""

TIMING_SD_S: Final = 0.12
COUPLING_SD: Final = 0.12
SPEED_SD_DEG_S: Final = 12.0
"""SD of a joint's half-way time, of a coupling share and of the fastest extension against the truth, over 41
repetitions of 14 rendered clips."""

FASTEST_OVER: Final = 0.25
"""The fastest extension is that over a quarter of the pull: shorter stretches tell the reading's noise."""

LEAST_KNOWN: Final = 0.8
STEPS: Final = 40
NOT_FOLLOWED: Final = Reason(Code.PULL_NOT_FOLLOWED)
TOO_LITTLE: Final = Reason(Code.JOINT_STILL, (SMALLEST_CHANGE_DEG,))


def describe(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Lags, the lumbar spine's fastest extension and the four bins of one repetition."""
    names = [*ORDER, "lumbar_velocity_deg_s", *(f"coupling_{name}" for name in BINS)]
    if not rep.complete:
        return {name: Measure.missing(Code.NO_LOCKOUT) for name in names}
    return (
        {name: _lag(track, rep, pair) for name, pair in ORDER.items()} | _velocity(track, rep) | _coupling(track, rep)
    )


def _course(track: AngleTrack, angle: Angle, rep: Rep) -> tuple[Floats, Floats, float] | None:
    """Even times of the pull (STEPS,), the angle there, and its noise SD; None if too much is unknown."""
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.top_s)
    known = inside & (angle.reason == "")
    if inside.sum() < 3 or known.sum() < LEAST_KNOWN * inside.sum():
        return None
    time_s = np.linspace(rep.onset_s, rep.top_s, STEPS)
    value_deg = np.interp(time_s, track.time_s[known], angle.value_deg[known])
    return time_s, value_deg, float(np.median(angle.noise_sd_deg[known]))


def _half_way(track: AngleTrack, angle: Angle, rep: Rep) -> tuple[float, float] | Reason:
    """When an angle has done half of its change, with its SD; or why that is not known."""
    course = _course(track, angle, rep)
    if course is None:
        return NOT_FOLLOWED
    time_s, value_deg, noise_deg = course
    change = value_deg[0] - value_deg[-1]
    if change < SMALLEST_CHANGE_DEG:
        return TOO_LITTLE
    done = (value_deg[0] - value_deg) / change
    at = int(np.argmax(done >= 0.5))
    before, after = done[at - 1], done[at]
    half_s = time_s[at - 1] + (0.5 - before) / (after - before) * (time_s[at] - time_s[at - 1])
    speed = change * (after - before) / (time_s[at] - time_s[at - 1])
    return float(half_s), float(np.hypot(TIMING_SD_S, noise_deg / speed))


def _lag(track: AngleTrack, rep: Rep, pair: tuple[str, str]) -> Measure:
    first, second = (_half_way(track, getattr(track, name), rep) for name in pair)
    if isinstance(first, Reason):
        return Measure.missing(first)
    if isinstance(second, Reason):
        return Measure.missing(second)
    return Measure.of(second[0] - first[0], float(np.hypot(first[1], second[1])))


def _velocity(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Fastest lumbar extension, degrees a second; as uncertain, relatively, as the change itself."""
    name, angle = "lumbar_velocity_deg_s", track.lumbar_flexion
    course = _course(track, angle, rep)
    if course is None:
        return {name: Measure.missing(NOT_FOLLOWED)}
    time_s, value_deg, _ = course
    over = round(FASTEST_OVER * STEPS)
    fastest = float((value_deg[:-over] - value_deg[over:]).max() / (time_s[over] - time_s[0]))
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.top_s) & (angle.reason == "")
    part = float(np.median(angle.bias_sd_deg[inside])) / max(float(np.ptp(value_deg)), SMALLEST_CHANGE_DEG)
    return {name: Measure.of(fastest, float(np.hypot(part * fastest, SPEED_SD_DEG_S)))}


def _coupling(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Share of the pull's movement in each bin."""
    names = [f"coupling_{name}" for name in BINS]
    courses = [_course(track, angle, rep) for angle in (track.hip_flexion, track.lumbar_flexion)]
    if courses[0] is None or courses[1] is None:
        return {name: Measure.missing(NOT_FOLLOWED) for name in names}
    hip_deg, lumbar_deg = courses[0][1], courses[1][1]
    if np.ptp(hip_deg) + np.ptp(lumbar_deg) < SMALLEST_CHANGE_DEG:
        return {name: Measure.missing(TOO_LITTLE) for name in names}
    shares = _bins(hip_deg, lumbar_deg).tolist()
    return {name: Measure.of(share, COUPLING_SD).clipped(0.0, 1.0) for name, share in zip(names, shares, strict=True)}


def _bins(hip_deg: Floats, lumbar_deg: Floats) -> Floats:
    """Shares (4,) of the movement in hip, together, lumbar, apart; bins are centred on 0, 45, 90 and 135 degrees."""
    hip, lumbar = -np.diff(hip_deg), -np.diff(lumbar_deg)
    angle_deg = np.degrees(np.arctan2(lumbar, hip)) % 180.0
    which = np.floor((angle_deg + 22.5) / 45.0).astype(int) % len(BINS)
    amount = np.hypot(hip, lumbar)
    return np.asarray(np.minimum(np.bincount(which, amount, len(BINS)) / amount.sum(), 1.0))  # rounding
