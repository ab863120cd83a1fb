"""Zero-phase smoothing of series with gaps.

A Butterworth low-pass run forwards and backwards, so events do not move, at CUTOFF_HZ, on an even time grid
because phones record at a variable rate.  Each stretch between long gaps is smoothed by itself: nothing
leaks across a gap, and a gap longer than LONGEST_GAP_S stays NaN.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import butter, sosfiltfilt

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CUTOFF_HZ = 5.0
"""A deadlift's joint angles hold next to nothing above this; landmark jitter does."""

LONGEST_GAP_S = 0.3
SHORTEST_S = 0.49
"""A stretch that lasts less is left as it is."""

SPIKE_S = 0.067
"""The median is taken over so much time before and after each frame, at least one frame: two at 30 Hz."""

_ORDER = 2
_PADDING = 9
"""Samples that a filter of this order needs more than."""


def smooth(time_s: Floats, values: Floats) -> Floats:
    """Zero-phase low-pass along the first axis of an array without NaN; spikes up to SPIKE_S are taken out.

    A stretch too short to filter (under SHORTEST_S) comes back as it is.
    """
    if time_s[-1] - time_s[0] < SHORTEST_S:
        return values
    step_s = usual_step_s(time_s)
    grid_s = np.arange(time_s[0], time_s[-1] + step_s / 2, step_s)
    if len(grid_s) <= _PADDING:
        return values
    flat = values.reshape(len(values), -1)
    even = np.stack([np.interp(grid_s, time_s, column) for column in flat.T], axis=1)
    even = median_filter(even, size=(2 * max(1, round(SPIKE_S / step_s)) + 1, 1), mode="nearest")
    sections = butter(_ORDER, min(CUTOFF_HZ, 0.4 / step_s), fs=1.0 / step_s, output="sos")
    even = sosfiltfilt(sections, even, axis=0)
    back = np.stack([np.interp(time_s, grid_s, column) for column in even.T], axis=1)
    return np.asarray(back.reshape(values.shape))


def smooth_known(time_s: Floats, values: Floats) -> Floats:
    """`smooth` for a series (N,) with NaN: gaps up to LONGEST_GAP_S are bridged, longer ones stay NaN."""
    known = ~np.isnan(values)
    out = np.full(len(values), np.nan)
    for stretch in stretches(time_s, known):
        bridged = bridge(time_s[stretch], values[stretch], known[stretch])
        out[stretch] = smooth(time_s[stretch], bridged)
    return out


def stretches(time_s: Floats, known: Bools) -> Iterator[slice]:
    """Half-open runs of frames that begin and end known and hold no gap longer than LONGEST_GAP_S."""
    index = np.flatnonzero(known)
    if index.size == 0:
        return
    cuts = np.flatnonzero(np.diff(time_s[index]) > LONGEST_GAP_S)
    starts = [index[0], *index[cuts + 1]]
    ends = [*index[cuts], index[-1]]
    for start, end in zip(starts, ends, strict=True):
        yield slice(int(start), int(end) + 1)


def bridge(time_s: Floats, values: Floats, known: Bools) -> Floats:
    """`values` (n, ...) with unknown frames filled by straight lines between known ones."""
    flat = values.reshape(len(values), -1)
    columns = [np.interp(time_s, time_s[known], column[known]) for column in flat.T]
    return np.asarray(np.stack(columns, axis=1).reshape(values.shape))


def usual_step_s(time_s: Floats) -> float:
    """The usual time from frame to frame; 0 if there is one frame only."""
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0


def lasting_s(time_s: Floats, frames: Bools) -> float:
    """How long some of the frames last together, each as long as is usual."""
    return float(frames.sum()) * usual_step_s(time_s)


def residual_sd(time_s: Floats, raw: Floats, smoothed: Floats) -> float:
    """SD of what noise is left after smoothing, from the scatter that smoothing took away; NaN if all unknown.

    White noise of the scatter's size keeps the share 2 * CUTOFF_HZ / rate of its power.
    """
    scatter = np.abs(raw - smoothed)
    scatter = scatter[~np.isnan(scatter)]
    if scatter.size == 0 or len(time_s) < 2:
        return float("nan")
    rate_hz = 1.0 / usual_step_s(time_s)
    return float(1.4826 * np.median(scatter) * np.sqrt(min(1.0, 2 * CUTOFF_HZ / rate_hz)))
