"""Part of stage 9: read an angle around one moment.

In: an angle over time and a moment.  Out: its median over a short window with the errors of a single reading
(`Reading`), or the reason why it is not known there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.records import Angle, AngleTrack, Code, Reason, most_frequent

EVENT_SD_S: Final = 0.07
"""SD of the time of an event, in seconds: the mean error of lift-off on drawn clips by another hand is 0.07 s."""

BLIND_EVENT: Final = 0.5
"""SD of the time of an event for each second without a picture around it, beyond the usual: 0.4 to 0.7 for lift-off,
lockout and end, up to 1 for the pull start and the top, over four drawn pulls (`python -m samples.edits learn`)."""

LEAST_KNOWN: Final = 0.5
"""Smallest share of a window's frames that must be measured."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An angle over a window in degrees: median, SD of its noise and of its bias; NaN with a reason if unknown."""

    value: float
    noise_sd: float
    bias_sd: float
    reason: Reason | None = None

    @property
    def sd(self) -> float:
        """SD of the whole error, in degrees."""
        return float(np.hypot(self.noise_sd, self.bias_sd))


def read(track: AngleTrack, angle: Angle, at_s: float, window_s: tuple[float, float]) -> Reading:
    """Median of an angle over the frames of a window around `at_s`, or over the nearest frame if it holds none.

    `window_s`: begin and end of the window, in seconds from `at_s`.
    """
    inside = (track.time_s >= at_s + window_s[0]) & (track.time_s <= at_s + window_s[1])
    if not inside.any():
        inside = np.arange(len(track.time_s)) == np.argmin(np.abs(track.time_s - at_s))
    value = angle.value_deg[inside]
    if np.mean(~np.isnan(value)) < LEAST_KNOWN:
        return Reading(np.nan, np.nan, np.nan, most_frequent(angle.reason[inside]))
    known = inside & (angle.reason == "")
    median = float(np.median(angle.value_deg[known]))
    bias = float(np.hypot(np.median(angle.bias_sd_deg[known]), angle.bias_slope_sd * median))
    return Reading(median, float(np.median(angle.noise_sd_deg[known])), bias)


def event_sd_s(track: AngleTrack, at_s: float, usual_sd_s: float = EVENT_SD_S) -> float:
    """SD of the time of an event, in seconds; larger where the lifter was not seen within one usual SD."""
    around_s = at_s + usual_sd_s * np.array([-1.0, 0.0, 1.0])
    return float(np.hypot(usual_sd_s, BLIND_EVENT * float(track.blind_s(around_s).max())))


def timing_deg(track: AngleTrack, angle: Angle, at_s: float, sd_s: float) -> float:
    """SD of an angle in degrees because its moment is only known with `sd_s`: half its change over twice that time."""
    known = angle.reason == ""
    before, after = np.interp([at_s - sd_s, at_s + sd_s], track.time_s[known], angle.value_deg[known])
    return float(abs(after - before)) / 2


def at(moment: Code, cause: Reason) -> Reason:
    """The reason that a cause holds at a moment."""
    return Reason(moment, causes=(cause,))
