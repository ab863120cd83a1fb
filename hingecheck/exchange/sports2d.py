"""The angles of Sports2D (`.mot`) as the pitch of shank, thigh and trunk.

Sports2D (0.8) measures in the picture, as if the lifter faced right.  `trunk` and other segments count from the
horizontal, `right hip` is the angle between thigh and trunk and `right knee` that between shank and thigh, flexion
positive.  Where it takes a lifter for facing the other way, all signs change.  In a lift hips and knees bend, and the
trunk leans forward; so the signs are turned so that the largest values are positive, and both ways give equal numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from hingecheck.geometry import known_median
from hingecheck.records import Floats

UPRIGHT_DEG: Final = 90.0
"""The angle of an upright trunk from the horizontal, in degrees."""

_SIDES: Final = ("right", "left")

LARGE: Final = 0.9
"""Quantile of the sizes of an angle from which it counts as large: the bends."""


def holds_angles(columns: Mapping[str, Floats]) -> bool:
    """True if these are angles of Sports2D: trunk, a hip and a knee."""
    return "trunk" in columns and all(any(f"{side} {joint}" in columns for side in _SIDES) for joint in ("hip", "knee"))


def pitches(columns: Mapping[str, Floats]) -> tuple[Floats, Floats, Floats]:
    """Lean of the shank, pitch of the thigh and lean of the trunk (N,), in degrees, forward positive."""
    upright_deg = np.copysign(UPRIGHT_DEG, known_median(columns["trunk"]))
    trunk_deg = _bending(upright_deg - columns["trunk"])
    hip_deg, knee_deg = (_bending(_both(columns, joint)) for joint in ("hip", "knee"))
    thigh_deg = hip_deg - trunk_deg
    return knee_deg - thigh_deg, thigh_deg, trunk_deg


def _both(columns: Mapping[str, Floats], joint: str) -> Floats:
    """The mean of right and left where both are known, else the one that is."""
    found = np.stack([columns[f"{side} {joint}"] for side in _SIDES if f"{side} {joint}" in columns])
    known = np.isfinite(found)
    total = np.where(known, found, 0.0).sum(axis=0)
    return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)


def _bending(angle_deg: Floats) -> Floats:
    """The angle with the sign that makes its largest values positive."""
    size = np.abs(angle_deg)
    if not np.isfinite(size).any():
        return angle_deg
    large = size >= np.nanquantile(size, LARGE)
    return -angle_deg if np.nanmedian(angle_deg[large]) < 0 else angle_deg
