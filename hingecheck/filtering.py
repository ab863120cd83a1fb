"""Smoothing of series with gaps, without a shift in time.

In: times (N,) in seconds and values with NaN in gaps.  Out: the same series, smoothed.  Why: landmarks jitter, but
events must not move.  The times may be uneven: a lift is sampled often, rest seldom.

Steps (`smooth`), for each stretch between long gaps alone, so that nothing crosses a gap:

1. Remove spikes by a running median over SPIKE_S before and after each sample.
2. Interpolate to an even time grid by a cubic that does not overshoot.
3. Run a Butterworth low-pass of order 2 (cutoff CUTOFF_HZ) forwards and backwards.
4. Interpolate to the original times.

Unknown samples over up to LONGEST_GAP_S are bridged by straight lines (`bridge`).  Longer gaps stay NaN.  Two known
samples in a row are no gap, however long the rest between them, up to LONGEST_REST_S.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CUTOFF_HZ: Final = 5.0
"""Cutoff frequency of the low-pass.  A deadlift's joint angles hold next to nothing above it; landmark jitter does."""

LONGEST_GAP_S: Final = 0.3
"""Longest gap that is bridged, in seconds."""

LONGEST_REST_S: Final = 0.7
"""Longest time between two samples in a row, in seconds: at rest a clip is sampled every half second."""

GRID_S: Final = 1 / 30
"""Largest time step at which the low-pass runs, in seconds."""

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

_FEWEST: Final = 9
"""Number of samples that a filter of this order must exceed."""

_TOGETHER: Final = 20
"""Number of series that are smoothed together: ten minutes of them take about 60 MB meanwhile."""

_OFTEN: Final = 0.1
"""Quantile of the times between samples that counts as the usual one: at least a tenth of a clip is a lift."""


def smooth(time_s: Floats, values: Floats) -> Floats:
    """Values (n, ...) without NaN, smoothed along the first axis.

    A stretch shorter than SHORTEST_S, or with too few samples, comes back unchanged.
    """
    if time_s[-1] - time_s[0] < SHORTEST_S or len(time_s) <= _FEWEST:
        return values
    flat = values.reshape(len(values), -1)
    parts = [flat[:, first : first + _TOGETHER] for first in range(0, flat.shape[1], _TOGETHER)]
    return np.concatenate([_smoothed(time_s, part) for part in parts], axis=1).reshape(values.shape)


def _smoothed(time_s: Floats, columns: Floats) -> Floats:
    """Columns (n, k) smoothed."""
    step_s = usual_step_s(time_s)
    # 1
    steady = scipy.ndimage.median_filter(columns, size=(2 * max(1, round(SPIKE_S / step_s)) + 1, 1), mode="nearest")
    # 2
    grid_s = np.arange(time_s[0], time_s[-1], min(step_s, GRID_S))
    even = scipy.interpolate.PchipInterpolator(time_s, steady)(grid_s)
    # 3
    sections = scipy.signal.butter(
        _ORDER, min(CUTOFF_HZ, NYQUIST_SHARE / step_s), fs=1.0 / (grid_s[1] - grid_s[0]), output="sos"
    )
    even = scipy.signal.sosfiltfilt(sections, even, axis=0)
    # 4
    return np.asarray(scipy.interpolate.PchipInterpolator(grid_s, even)(np.minimum(time_s, grid_s[-1])))


def smooth_known(time_s: Floats, values: Floats) -> Floats:
    """A series (N,) with NaN, smoothed: gaps up to LONGEST_GAP_S are bridged, longer ones stay NaN."""
    known = ~np.isnan(values)
    out = np.full(len(values), np.nan)
    for stretch in stretches(time_s, known):
        bridged = bridge(time_s[stretch], values[stretch], known[stretch])
        out[stretch] = smooth(time_s[stretch], bridged)
    return out


def stretches(time_s: Floats, known: Bools) -> Iterator[slice]:
    """Half-open runs of samples that begin and end with a known one and hold no long gap.

    A gap is long if samples over more than LONGEST_GAP_S are unknown, or if there is no sample for LONGEST_REST_S.
    """
    index = np.flatnonzero(known)
    if index.size == 0:
        return
    apart_s = np.diff(time_s[index])
    cuts = np.flatnonzero(((apart_s > LONGEST_GAP_S) & (np.diff(index) > 1)) | (apart_s > LONGEST_REST_S))
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
    """Usual time from sample to sample where the clip is sampled often, in seconds; 0 if there is only one sample."""
    return float(np.quantile(np.diff(time_s), _OFTEN)) if len(time_s) > 1 else 0.0


def lasting_s(time_s: Floats, frames: Bools) -> float:
    """Total duration of the marked samples (N,), in seconds; each lasts until the next, but no longer than a rest."""
    until_next_s = np.minimum(np.diff(time_s, append=time_s[-1] + usual_step_s(time_s)), LONGEST_REST_S)
    return float(until_next_s[frames].sum())


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
