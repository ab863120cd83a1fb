"""Describe the landmarks of a frame to the spine model, as numbers beside the crop.

In: landmarks in display pixels, their visibility and the pose model's metric landmarks.  Out: COUNT numbers per frame
(`describe`).  Why: the model must not see where the lifter stands, how large the lifter looks and which way the lifter
faces.

So the coordinates are those of the trunk: the origin is the mid-hip, `up` points to the mid-shoulder, `forward` points
where the lifter faces, and the unit is the trunk length.  "Near" and "far" are the sides of the body as the camera
sees them.

The same function makes the training data and runs in the analysis.
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
"""Pairs of landmarks whose places and visibilities the model gets, beside the nose."""

DEEP: Final = (landmarks.SHOULDERS, landmarks.HIPS, landmarks.KNEES)
"""Pairs whose metric landmarks show how far the lifter is turned from the side view."""

FURTHEST: Final = 3.0
"""Largest distance along one axis, in trunk lengths.  Larger ones are cut to it."""

METRES: Final = 0.3
"""Unit of the metric differences, in metres, so that they are about 1."""

COUNT: Final = (2 * len(PAIRS) + 1) * 3 + 3 * len(DEEP) + 6
"""Number of features: place and visibility of each point, the differences of DEEP, sine and cosine of three pitches."""


def describe(xy_px: Floats, visibility: Floats, world_m: Floats, facing_sign: int) -> Floats:
    """Features (N, COUNT) of landmarks; NaN where the lifter is not seen.

    `xy_px` (N, 33, 2) in display pixels, `visibility` (N, 33), `world_m` (N, 33, 3) in metres; `facing_sign`: +1 faces
    image right, -1 image left.
    """
    sides = _near_far(facing_sign)
    points = [landmarks.Point.NOSE, *(pair[side] for pair in PAIRS for side in sides)]
    place = np.clip(in_trunk_frame(xy_px, facing_sign)[:, points], -FURTHEST, FURTHEST)
    depth = np.stack([world_m[:, pair[sides[0]]] - world_m[:, pair[sides[1]]] for pair in DEEP], axis=1)
    depth = depth * np.array([facing_sign, 1.0, 1.0]) / METRES
    trunk, thigh, shank = np.radians(segment_pitch_deg(xy_px, facing_sign)).T
    pitch = np.stack([part(angle) for angle in (trunk, thigh, shank) for part in (np.sin, np.cos)], axis=1)
    parts = [place.reshape(len(place), -1), visibility[:, points], depth.reshape(len(depth), -1), pitch]
    return np.concatenate(parts, axis=1)


def in_trunk_frame(xy_px: Floats, facing_sign: int) -> Floats:
    """Image points (N, P, 2) as (forward, up) from the mid-hip, in trunk lengths."""
    flat = sagittal(xy_px, facing_sign)
    hip, shoulder = (flat[:, list(pair)].mean(axis=1) for pair in (landmarks.HIPS, landmarks.SHOULDERS))
    axis = shoulder - hip
    size = length(axis)[:, None, None]
    up = axis[:, None, :] / size
    forward = np.stack([up[..., 1], -up[..., 0]], axis=-1)
    from_hip = (flat - hip[:, None]) / size
    return np.stack([(from_hip * forward).sum(axis=-1), (from_hip * up).sum(axis=-1)], axis=-1)


def segment_pitch_deg(xy_px: Floats, facing_sign: int) -> Floats:
    """Pitch (N, 3) of trunk, thigh and shank in the picture, in degrees from the vertical.

    Positive: the trunk leans forward, the knee is ahead of the hip, the knee is ahead of the ankle.
    """
    flat = sagittal(xy_px, facing_sign)
    shoulder, hip, knee, ankle = (flat[:, list(pair)].mean(axis=1) for pair in landmarks.CHAIN)
    return np.stack([pitch_deg(hip, shoulder), thigh_pitch_deg(hip, knee), pitch_deg(ankle, knee)], axis=1)


def _near_far(facing_sign: int) -> tuple[int, int]:
    """Index, in a (left, right) pair, of the side near to the camera, and of the far side."""
    return (1, 0) if facing_sign > 0 else (0, 1)
