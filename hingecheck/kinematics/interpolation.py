"""The end of stage 7: angles of the samples become angles of every frame.

In: angles at the times that the pose network looked at (`AngleTrack`), and the times of all frames.  Out: the angles at
these times.  Why: the network looks about ten times a second, which a lift does not need more often.  But events and
tables have the frames' own times.

Between two samples in a row in which an angle is known, it follows a cubic through the samples around (`_filled`).
Between others it stays unknown.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import scipy

from hingecheck.records import Angle, AngleTrack, Bools, Floats


def at_frames(track: AngleTrack, frame_s: Floats) -> AngleTrack:
    """The angles and lengths of `track` at the times `frame_s` (N,), which lie between its first and last."""
    if np.array_equal(track.time_s, frame_s):
        return track
    after = np.clip(np.searchsorted(track.time_s, frame_s), 1, max(len(track.time_s) - 1, 1))
    values: dict[str, Any] = {}
    for field in fields(track):
        value = getattr(track, field.name)
        if isinstance(value, Angle):
            values[field.name] = _angle(track.time_s, value, frame_s, after)
        elif isinstance(value, np.ndarray):
            values[field.name] = _filled(track.time_s, value, frame_s)
    return replace(track, **values | {"time_s": frame_s})


def _angle(time_s: Floats, angle: Angle, frame_s: Floats, after: Any) -> Angle:
    """An angle at the frames.  Its errors are interpolated.  A frame beside an unknown sample has that one's reason."""
    value_deg = _filled(time_s, angle.value_deg, frame_s)
    before = angle.reason[after - 1]
    reason = np.where(before != "", before, angle.reason[np.minimum(after, len(time_s) - 1)])
    known = ~np.isnan(angle.value_deg)
    return Angle(
        value_deg=value_deg,
        noise_sd_deg=_between(time_s, angle.noise_sd_deg, frame_s, known),
        bias_sd_deg=_between(time_s, angle.bias_sd_deg, frame_s, known),
        bias_slope_sd=angle.bias_slope_sd,
        reason=np.where(np.isnan(value_deg), reason, ""),
    )


def _between(time_s: Floats, values: Floats, frame_s: Floats, known: Bools) -> Floats:
    """Values (N,) at the frames, by straight lines between known samples; NaN if there is none."""
    return np.interp(frame_s, time_s[known], values[known]) if known.any() else np.full(len(frame_s), np.nan)


def _filled(time_s: Floats, values: Floats, frame_s: Floats) -> Floats:
    """Values (N,) at the frames: a cubic within each run of known samples, NaN elsewhere."""
    out = np.full(len(frame_s), np.nan)
    known = np.flatnonzero(~np.isnan(values))
    for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if not len(run):
            continue
        inside = (frame_s >= time_s[run[0]]) & (frame_s <= time_s[run[-1]])
        few = len(run) < 3
        curve = None if few else scipy.interpolate.Akima1DInterpolator(time_s[run], values[run], method="makima")
        out[inside] = np.interp(frame_s[inside], time_s[run], values[run]) if curve is None else curve(frame_s[inside])
    return out
