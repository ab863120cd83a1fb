"""Part of stage 9: how hips, knees and lumbar spine work together over time during a pull.

In: the angle track and the events of one repetition.  Out: two lags, the fastest lumbar extension, and four shares of
coupling, each with its interval (`describe`).  All are read between the start of the pull and the top.

Order of motion: a joint's time is the moment at which it has done half of its own change.  A lag is the time of the
later joint minus that of the earlier one.  The usual order is knee, hip, lumbar spine [6].  Positive = usual order.

Fastest extension: the largest lumbar extension over a quarter of the pull, in degrees per second.

Vector coding [27]:

1. At every moment, draw an arrow: its parts are how fast the hip and how fast the lumbar spine extend.
2. The coupling angle is the direction of the arrow.  It falls into one of four bins: "hip" (only the hip moves),
   "together" (both extend or both flex), "lumbar" (only the spine moves), "apart" (one extends while the other flexes).
3. Weight each moment by the length of its arrow and add up.  The result is the share of the movement in each bin.

Departure from the reference: shares of the movement, not of the time, so that standing still does not count.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.metrics.moment import event_sd_s
from hingecheck.records import Angle, AngleTrack, Code, Floats, Measure, Reason, Rep

ORDER: Final = {
    "knee_to_hip_lag_s": ("knee_flexion", "hip_flexion"),
    "hip_to_lumbar_lag_s": ("hip_flexion", "lumbar_flexion"),
}
"""Lags, and the angles of the earlier and of the later joint."""

BINS: Final = ("hip", "together", "lumbar", "apart")
"""Bins of the coupling angle, centred on 0, 45, 90 and 135 degrees and 45 degrees wide; so are their opposites."""

SMALLEST_CHANGE_DEG: Final = 8.0
"""Smallest change of a joint whose time is measured, in degrees."""

TIMING_SD_S: Final = 0.12
"""SD of the time at which a joint has done half of its change, in seconds: error over 41 repetitions of 14 rendered
clips."""

COUPLING_SD: Final = 0.12
"""SD of a coupling share: error over the same repetitions."""

SPEED_SD_DEG_S: Final = 12.0
"""SD of the fastest extension, in degrees per second: error over the same repetitions."""

FASTEST_OVER: Final = 0.25
"""Part of the pull over which the fastest extension is taken.  A shorter part shows the noise of the reading."""

LEAST_KNOWN: Final = 0.8
"""Smallest share of the pull's frames in which an angle must be known."""

STEPS: Final = 40
"""Number of evenly spaced times at which a pull is read."""

NOT_FOLLOWED: Final = Reason(Code.PULL_NOT_FOLLOWED)
"""Reason if an angle is unknown over too much of the pull."""

TOO_LITTLE: Final = Reason(Code.JOINT_STILL, (SMALLEST_CHANGE_DEG,))
"""Reason if a joint moves too little."""


def describe(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Lags in seconds, fastest lumbar extension in degrees per second, and the four shares of coupling (0 to 1)."""
    names = [*ORDER, "lumbar_velocity_deg_s", *(f"coupling_{name}" for name in BINS)]
    if not rep.complete:
        return {name: Measure.missing(rep.no_lockout) for name in names}
    return (
        {name: _lag(track, rep, pair) for name, pair in ORDER.items()} | _velocity(track, rep) | _coupling(track, rep)
    )


def _over_pull(track: AngleTrack, angle: Angle, rep: Rep) -> tuple[Floats, Floats, float] | None:
    """Evenly spaced times of the pull (STEPS,), the angle at them in degrees, and its noise SD.

    None if the angle is unknown over too much of the pull.
    """
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.top_s)
    known = inside & (angle.reason == "")
    if inside.sum() < 3 or known.sum() < LEAST_KNOWN * inside.sum():
        return None
    time_s = np.linspace(rep.onset_s, rep.top_s, STEPS)
    value_deg = np.interp(time_s, track.time_s[known], angle.value_deg[known])
    return time_s, value_deg, float(np.median(angle.noise_sd_deg[known]))


def _half_way(track: AngleTrack, angle: Angle, rep: Rep) -> tuple[float, float] | Reason:
    """When an angle has done half of its change, and the SD of that time, in seconds; or the reason why it is unknown.

    The noise of the angle divided by its speed adds to TIMING_SD_S: a slow joint passes half its way at a vague time.
    """
    pull = _over_pull(track, angle, rep)
    if pull is None:
        return NOT_FOLLOWED
    time_s, value_deg, noise_deg = pull
    change_deg = value_deg[0] - value_deg[-1]
    if change_deg < SMALLEST_CHANGE_DEG:
        return TOO_LITTLE
    done = (value_deg[0] - value_deg) / change_deg
    at = int(np.argmax(done >= 0.5))
    before, after = done[at - 1], done[at]
    half_s = time_s[at - 1] + (0.5 - before) / (after - before) * (time_s[at] - time_s[at - 1])
    speed_deg_s = change_deg * (after - before) / (time_s[at] - time_s[at - 1])
    timing_sd_s = event_sd_s(track, half_s, TIMING_SD_S)
    return float(half_s), float(np.hypot(timing_sd_s, noise_deg / speed_deg_s))


def _lag(track: AngleTrack, rep: Rep, pair: tuple[str, str]) -> Measure:
    """Time of the second joint minus that of the first, in seconds."""
    first, second = (_half_way(track, getattr(track, name), rep) for name in pair)
    if isinstance(first, Reason):
        return Measure.missing(first)
    if isinstance(second, Reason):
        return Measure.missing(second)
    return Measure.of(second[0] - first[0], float(np.hypot(first[1], second[1])))


def _velocity(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Fastest lumbar extension, in degrees per second.

    Its SD combines SPEED_SD_DEG_S and the relative error of the angle's change.
    """
    name, angle = "lumbar_velocity_deg_s", track.lumbar_flexion
    pull = _over_pull(track, angle, rep)
    if pull is None:
        return {name: Measure.missing(NOT_FOLLOWED)}
    time_s, value_deg, _ = pull
    steps = round(FASTEST_OVER * STEPS)
    fastest = float((value_deg[:-steps] - value_deg[steps:]).max() / (time_s[steps] - time_s[0]))
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.top_s) & (angle.reason == "")
    relative = float(np.median(angle.bias_sd_deg[inside])) / max(float(np.ptp(value_deg)), SMALLEST_CHANGE_DEG)
    return {name: Measure.of(fastest, float(np.hypot(relative * fastest, SPEED_SD_DEG_S)))}


def _coupling(track: AngleTrack, rep: Rep) -> dict[str, Measure]:
    """Share of the pull's movement in each bin."""
    names = [f"coupling_{name}" for name in BINS]
    hip, lumbar = (_over_pull(track, angle, rep) for angle in (track.hip_flexion, track.lumbar_flexion))
    if hip is None or lumbar is None:
        return {name: Measure.missing(NOT_FOLLOWED) for name in names}
    hip_deg, lumbar_deg = hip[1], lumbar[1]
    if np.ptp(hip_deg) + np.ptp(lumbar_deg) < SMALLEST_CHANGE_DEG:
        return {name: Measure.missing(TOO_LITTLE) for name in names}
    shares = _bins(hip_deg, lumbar_deg).tolist()
    return {name: Measure.of(share, COUPLING_SD).clipped(0.0, 1.0) for name, share in zip(names, shares, strict=True)}


def _bins(hip_deg: Floats, lumbar_deg: Floats) -> Floats:
    """Share (4,) of the movement in each of BINS, from the hip and lumbar angles (STEPS,) in degrees."""
    # 1
    hip, lumbar = -np.diff(hip_deg), -np.diff(lumbar_deg)
    # 2
    coupling_deg = np.degrees(np.arctan2(lumbar, hip)) % 180.0
    which = np.floor((coupling_deg + 22.5) / 45.0).astype(int) % len(BINS)
    # 3
    amount = np.hypot(hip, lumbar)
    shares = np.bincount(which, amount, len(BINS)) / amount.sum()
    return np.asarray(np.minimum(shares, 1.0))  # rounding can give a little more than 1
