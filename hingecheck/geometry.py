"""Geometry of points in a plane.  A NaN in the input gives NaN in the output.

Image coordinates are pixels: x to the right, y down.  Sagittal coordinates are `forward` (where the lifter faces) and
`up`.  Angles are in degrees: 0 = upright; flexion and forward lean are positive.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sagittal(xy_px: Floats, facing_sign: int) -> Floats:
    """Image points (..., 2) as (forward, up) in pixels; `facing_sign`: +1 faces image right, -1 image left."""
    return np.asarray(xy_px * np.array([facing_sign, -1.0]))


def pitch_deg(lower: Floats, upper: Floats) -> Floats:
    """Forward lean of the line from `lower` to `upper`, in degrees from the vertical, in (-180, 180].

    Both are sagittal points (..., 2).
    """
    line = upper - lower
    return np.degrees(np.arctan2(line[..., 0], line[..., 1]))


def thigh_pitch_deg(hip: Floats, knee: Floats) -> Floats:
    """Forward pitch of the thigh in degrees; 0 = the knee is vertically below the hip.

    Both are sagittal points (..., 2).
    """
    line = knee - hip
    return np.degrees(np.arctan2(line[..., 0], -line[..., 1]))


def length(vector: Floats) -> Floats:
    """Length of vectors (..., 2), in their own unit."""
    return np.asarray(np.hypot(vector[..., 0], vector[..., 1]))


def slope_deg(values: Floats, spacing: float, half_window: int) -> Floats:
    """Slope angle in degrees of a sampled curve (..., K), from straight-line fits of 2 * half_window + 1 samples.

    `spacing`: distance between samples, in the unit of `values`.  A sample is NaN if its window leaves the curve or
    holds a NaN.
    """
    k = np.arange(-half_window, half_window + 1)
    weights = k / (np.sum(k**2) * spacing)
    out = np.full_like(values, np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(values, len(k), axis=-1)
    out[..., half_window : values.shape[-1] - half_window] = windows @ weights
    return np.degrees(np.arctan(out))


def circular_mean_deg(angles_deg: Floats) -> float:
    """Mean direction of angles, in degrees.  NaN values are left out; NaN if none remain."""
    rad = np.radians(angles_deg[~np.isnan(angles_deg)])
    if rad.size == 0:
        return float("nan")
    return float(np.degrees(np.arctan2(np.sin(rad).mean(), np.cos(rad).mean())))


def known_median(values: Floats) -> float:
    """Median of the known values (not NaN); NaN if none is known."""
    known = values[~np.isnan(values)]
    return float(np.median(known)) if known.size else float("nan")
