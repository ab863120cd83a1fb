"""Pure planar maths.  NaN in, NaN out.

Image coordinates are pixels, x to the right, y down.  The sagittal frame has `forward` (the way the
lifter faces) and `up`.  Angles are degrees; 0 = upright; flexion and forward lean are positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sagittal(xy_px: Floats, facing_sign: int) -> Floats:
    """Image points (..., 2) as (forward, up) in pixels; `facing_sign` +1 faces image right, -1 left."""
    return np.asarray(xy_px * np.array([facing_sign, -1.0]))


def pitch_deg(lower: Floats, upper: Floats) -> Floats:
    """Forward lean of the line lower -> upper from the vertical; sagittal points (..., 2), range (-180, 180]."""
    line = upper - lower
    return np.degrees(np.arctan2(line[..., 0], line[..., 1]))


def thigh_pitch_deg(hip: Floats, knee: Floats) -> Floats:
    """How far the knee end of the thigh has gone forward; 0 = thigh vertical below the hip."""
    line = knee - hip
    return np.degrees(np.arctan2(line[..., 0], -line[..., 1]))


def length(vector: Floats) -> Floats:
    """Euclidean length along the last axis."""
    return np.asarray(np.hypot(vector[..., 0], vector[..., 1]))


def slope_deg(values: Floats, spacing: float, half_window: int) -> Floats:
    """Tangent angle of a sampled curve (N, K) by a local straight-line fit of 2 * half_window + 1 samples.

    A sample whose window leaves the curve or holds a NaN is NaN.
    """
    k = np.arange(-half_window, half_window + 1)
    weights = k / (np.sum(k**2) * spacing)
    out = np.full_like(values, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(values, len(k), axis=-1)
    out[..., half_window : values.shape[-1] - half_window] = windows @ weights
    return np.degrees(np.arctan(out))


def circular_mean_deg(angles_deg: Floats) -> float:
    """Mean direction of angles; NaN entries are left out, NaN if none remain."""
    rad = np.radians(angles_deg[~np.isnan(angles_deg)])
    if rad.size == 0:
        return float("nan")
    return float(np.degrees(np.arctan2(np.sin(rad).mean(), np.cos(rad).mean())))


def known_median(values: Floats) -> float:
    """The median of the values that are known (not NaN), NaN if none is."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else float("nan")
