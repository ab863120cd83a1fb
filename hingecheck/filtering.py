"""Smoothing of series with gaps, without a shift in time.

In: times (N,) in seconds and values with NaN in gaps.  Out: the same series, smoothed.  Why: landmarks jitter, but
events must not move.

Steps (`smooth`), for each stretch between long gaps alone, so that nothing crosses a gap:

1. Resample to an even time grid, because phones record at a variable rate.
2. Remove spikes by a running median over SPIKE_S before and after each frame.
3. Run a Butterworth low-pass of order 2 (cutoff CUTOFF_HZ) forwards and backwards.
4. Resample to the original times.

Gaps up to LONGEST_GAP_S are bridged by straight lines (`bridge`).  Longer gaps stay NaN.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.signal import butter, sosfiltfilt

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CUTOFF_HZ: Final = 5.0
"""Cutoff frequency of the low-pass.  A deadlift's joint angles hold next to nothing above it; landmark jitter does."""

LONGEST_GAP_S: Final = 0.3
"""Longest gap that is bridged, in seconds."""

SHORTEST_S: Final = 0.49
"""Shortest stretch that is smoothed, in seconds."""

SPIKE_S: Final = 0.067
"""Time before and after a frame over which the median is taken, in seconds; at least one frame, two at 30 Hz."""

NYQUIST_SHARE: Final = 0.4
"""Highest cutoff as a share of the frame rate, below the limit of 0.5, for clips with a low frame rate."""

MAD_TO_SD: Final = 1.4826
"""Ratio of the SD to the median absolute deviation of a normal distribution."""

_ORDER: Final = 2
"""Order of the low-pass in one direction."""

_PADDING: Final = 9
"""Number of samples that a filter of this order must exceed."""


def smooth(time_s: Floats, values: Floats) -> Floats:
    """Values (n, ...) without NaN, smoothed along the first axis.

    A stretch shorter than SHORTEST_S, or with too few samples, comes back unchanged.
    """
    if time_s[-1] - time_s[0] < SHORTEST_S:
        return values
    step_s = usual_step_s(time_s)
    grid_s = np.arange(time_s[0], time_s[-1] + step_s / 2, step_s)
    if len(grid_s) <= _PADDING:
        return values
    flat = values.reshape(len(values), -1)
    # 1
    even = np.stack([np.interp(grid_s, time_s, column) for column in flat.T], axis=1)
    # 2
    even = median_filter(even, size=(2 * max(1, round(SPIKE_S / step_s)) + 1, 1), mode="nearest")
    # 3
    sections = butter(_ORDER, min(CUTOFF_HZ, NYQUIST_SHARE / step_s), fs=1.0 / step_s, output="sos")
    even = sosfiltfilt(sections, even, axis=0)
    # 4
    smoothed = np.stack([np.interp(time_s, grid_s, column) for column in even.T], axis=1)
    return np.asarray(smoothed.reshape(values.shape))


def smooth_known(time_s: Floats, values: Floats) -> Floats:
    """A series (N,) with NaN, smoothed: gaps up to LONGEST_GAP_S are bridged, longer ones stay NaN."""
    known = ~np.isnan(values)
    out = np.full(len(values), np.nan)
    for stretch in stretches(time_s, known):
        bridged = bridge(time_s[stretch], values[stretch], known[stretch])
        out[stretch] = smooth(time_s[stretch], bridged)
    return out


def stretches(time_s: Floats, known: Bools) -> Iterator[slice]:
    """Half-open runs of frames that begin and end with a known frame and hold no gap longer than LONGEST_GAP_S."""
    index = np.flatnonzero(known)
    if index.size == 0:
        return
    cuts = np.flatnonzero(np.diff(time_s[index]) > LONGEST_GAP_S)
    starts = [index[0], *index[cuts + 1]]
    ends = [*index[cuts], index[-1]]
    for start, end in zip(starts, ends, strict=True):
        yield slice(int(start), int(end) + 1)


def bridge(time_s: Floats, values: Floats, known: Bools) -> Floats:
    """Values (n, ...) with unknown frames filled by straight lines between known frames (n,)."""
    flat = values.reshape(len(values), -1)
    columns = [np.interp(time_s, time_s[known], column[known]) for column in flat.T]
    return np.asarray(np.stack(columns, axis=1).reshape(values.shape))


def usual_step_s(time_s: Floats) -> float:
    """Median time from frame to frame, in seconds; 0 if there is only one frame."""
    return float(np.median(np.diff(time_s))) if len(time_s) > 1 else 0.0


def lasting_s(time_s: Floats, frames: Bools) -> float:
    """Total duration of the marked frames (N,), in seconds; each lasts the usual step."""
    return float(frames.sum()) * usual_step_s(time_s)


def residual_sd(time_s: Floats, raw: Floats, smoothed: Floats) -> float:
    """SD of the noise that is left after smoothing, in the unit of the values; NaN if nothing is known.

    The scatter that smoothing removed gives the SD of the noise before.  White noise keeps the share
    2 * CUTOFF_HZ / frame rate of its power.
    """
    scatter = np.abs(raw - smoothed)
    scatter = scatter[~np.isnan(scatter)]
    if scatter.size == 0 or len(time_s) < 2:
        return float("nan")
    rate_hz = 1.0 / usual_step_s(time_s)
    return float(MAD_TO_SD * np.median(scatter) * np.sqrt(min(1.0, 2 * CUTOFF_HZ / rate_hz)))
