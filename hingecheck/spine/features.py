"""What the spine model is told beside the crop: the landmarks in the trunk's own frame.

The frame has its origin at the mid-hip, `up` along mid-hip -> mid-shoulder, `forward` the way the lifter
faces, and the trunk's length as its unit, so place, size and facing are taken out; near and far are the
sides of the body as the camera sees them.  The same function makes the training data and runs in the
analyzer.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.geometry import Floats, length, pitch_deg, sagittal, thigh_pitch_deg

PAIRS: Final = (
    landmarks.EARS,
    landmarks.SHOULDERS,
    landmarks.ELBOWS,
    landmarks.WRISTS,
    landmarks.HIPS,
    landmarks.KNEES,
    landmarks.ANKLES,
    landmarks.HEELS,
    landmarks.TOES,
)
DEEP: Final = (landmarks.SHOULDERS, landmarks.HIPS, landmarks.KNEES)
"""Pairs whose metric landmarks tell how far the lifter is turned from the side view."""

FURTHEST: Final = 3.0
"""Coordinates are cut off here, in trunk lengths."""

METRES: Final = 0.3
COUNT: Final = (2 * len(PAIRS) + 1) * 3 + 3 * len(DEEP) + 6


def describe(xy_px: Floats, visibility: Floats, world_m: Floats, facing_sign: int) -> Floats:
    """Features (N, COUNT) of landmarks (N, 33, 2), (N, 33), (N, 33, 3); NaN where the lifter is not seen."""
    sides = _near_far(facing_sign)
    points = [landmarks.Point.NOSE, *(pair[side] for pair in PAIRS for side in sides)]
    place = np.clip(in_trunk_frame(xy_px, facing_sign)[:, points], -FURTHEST, FURTHEST)
    depth = np.stack([world_m[:, pair[sides[0]]] - world_m[:, pair[sides[1]]] for pair in DEEP], axis=1)
    depth = depth * np.array([facing_sign, 1.0, 1.0]) / METRES
    trunk, thigh, shank = np.radians(segment_pitch_deg(xy_px, facing_sign)).T
    turned = np.stack([part(angle) for angle in (trunk, thigh, shank) for part in (np.sin, np.cos)], axis=1)
    parts = [place.reshape(len(place), -1), visibility[:, points], depth.reshape(len(depth), -1), turned]
    return np.concatenate(parts, axis=1)


def in_trunk_frame(xy_px: Floats, facing_sign: int) -> Floats:
    """Points (N, P, 2) as (forward, up) from the mid-hip in trunk lengths."""
    flat = sagittal(xy_px, facing_sign)
    hip, shoulder = (flat[:, list(pair)].mean(axis=1) for pair in (landmarks.HIPS, landmarks.SHOULDERS))
    axis = shoulder - hip
    size = length(axis)[:, None, None]
    up = axis[:, None, :] / size
    forward = np.stack([up[..., 1], -up[..., 0]], axis=-1)
    apart = (flat - hip[:, None]) / size
    return np.stack([(apart * forward).sum(axis=-1), (apart * up).sum(axis=-1)], axis=-1)


def segment_pitch_deg(xy_px: Floats, facing_sign: int) -> Floats:
    """Pitch of trunk, thigh and shank in the picture (N, 3): forward lean, knee ahead of hip, knee ahead of ankle."""
    flat = sagittal(xy_px, facing_sign)
    shoulder, hip, knee, ankle = (flat[:, list(pair)].mean(axis=1) for pair in landmarks.CHAIN)
    return np.stack([pitch_deg(hip, shoulder), thigh_pitch_deg(hip, knee), pitch_deg(ankle, knee)], axis=1)


def _near_far(facing_sign: int) -> tuple[int, int]:
    """Index in a (left, right) pair of the side near to the camera, and of the far one."""
    return (1, 0) if facing_sign > 0 else (0, 1)
