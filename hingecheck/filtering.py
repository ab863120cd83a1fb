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
SHORTEST_FRAMES = 16
_ORDER = 2
_SPIKE_FRAMES = 5


def smooth(time_s: Floats, values: Floats) -> Floats:
    """Zero-phase low-pass along the first axis of an array without NaN; spikes of a frame or two are taken out.

    A stretch too short to filter (under SHORTEST_FRAMES) comes back as it is.
    """
    if len(time_s) < SHORTEST_FRAMES:
        return values
    step_s = float(np.median(np.diff(time_s)))
    flat = values.reshape(len(values), -1)
    grid_s = np.arange(time_s[0], time_s[-1] + step_s / 2, step_s)
    even = np.stack([np.interp(grid_s, time_s, column) for column in flat.T], axis=1)
    even = median_filter(even, size=(_SPIKE_FRAMES, 1), mode="nearest")
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


def residual_sd(time_s: Floats, raw: Floats, smoothed: Floats) -> float:
    """SD of what noise is left after smoothing, from the scatter that smoothing took away; NaN if all unknown.

    White noise of the scatter's size keeps the share 2 * CUTOFF_HZ / rate of its power.
    """
    scatter = np.abs(raw - smoothed)
    scatter = scatter[~np.isnan(scatter)]
    if scatter.size == 0 or len(time_s) < 2:
        return float("nan")
    rate_hz = 1.0 / float(np.median(np.diff(time_s)))
    return float(1.4826 * np.median(scatter) * np.sqrt(min(1.0, 2 * CUTOFF_HZ / rate_hz)))
