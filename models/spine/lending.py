"""Landmarks for silhouettes.

A silhouette is drawn without the pose model, so it has no landmarks. It borrows the landmark errors, visibility and
depth of an observed frame with a similar posture and view. So the network sees many more bodies, with realistic
landmark errors.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hingecheck import landmarks
from hingecheck.geometry import pitch_deg
from models.spine.data import Frames, bone_pair, pair_middles
from models.spine.joints import BONES
from samples.film.joints import JOINTS

NEIGHBOURS = 6
"""The donor is drawn from this many most similar frames."""

YAW_SCALE_DEG, PLACE_SCALE = 4.0, 0.06
"""These differences of yaw (degrees) and of joint places (trunk lengths) count as equal in similarity."""


def lend(observed: Frames, drawn: Frames, random: np.random.Generator) -> None:
    """Give each silhouette the landmarks of a similar observed frame (in place).

    1. Find the observed frames with the most similar joints, yaw and trunk pitch; draw one of them as the donor.
    2. Take the donor's landmark errors: landmark minus true joint, in the frame of the true trunk.
    3. Add them to the silhouette's true joints; copy visibility and depth.
    """
    tree = cKDTree(_likeness(observed))  # 1.
    near = tree.query(_likeness(drawn), NEIGHBOURS)[1]
    donor = near[np.arange(len(drawn)), random.integers(0, NEIGHBOURS, len(drawn))]
    error = (  # 2.
        _in_true_frame(observed.points, observed.joints)[donor]
        - _in_true_frame(_anchors(observed), observed.joints)[donor]
    )
    place = _in_true_frame(_anchors(drawn), drawn.joints) + error  # 3.
    drawn.points[:] = _out_of_true_frame(place, drawn.joints)
    drawn.visibility[:], drawn.world[:] = observed.visibility[donor], observed.world[donor]


def _likeness(frames: Frames) -> NDArray[np.float64]:
    """Coordinates in which similar frames are near each other."""
    place = _in_true_frame(frames.joints, frames.joints)
    trunk = pair_middles(frames.joints, bone_pair("upperleg01"), bone_pair("upperarm01"))
    pitch = pitch_deg(trunk[:, 0] * [1, -1], trunk[:, 1] * [1, -1])
    flat = place.reshape(len(place), -1) / PLACE_SCALE / np.sqrt(place.shape[1])
    return np.asarray(np.column_stack([flat, frames.yaw_deg / YAW_SCALE_DEG, pitch / YAW_SCALE_DEG / 2]))


def _anchors(frames: Frames) -> NDArray[np.float32]:
    """The true joint that each landmark (N, 33, 2) belongs to."""
    out = np.repeat(frames.joints[:, [JOINTS.index("head")]], landmarks.COUNT, axis=1)
    for name, pair in BONES.items():
        for point, bone in zip(pair, bone_pair(name), strict=True):
            out[:, point] = frames.joints[:, bone]
    for pair in (landmarks.HEELS, landmarks.TOES):
        for point, bone in zip(pair, bone_pair("foot"), strict=True):
            out[:, point] = frames.joints[:, bone]
    return out


def _true_base(joints: NDArray[np.float32]) -> tuple[Any, Any, Any]:
    """Mid-hip, and the up and forward vectors of the true trunk."""
    trunk = pair_middles(joints, bone_pair("upperleg01"), bone_pair("upperarm01")).astype(float)
    up = (trunk[:, 1] - trunk[:, 0])[:, None]
    return trunk[:, :1], up, np.stack([-up[..., 1], up[..., 0]], axis=-1)


def _in_true_frame(points: NDArray[np.float32], joints: NDArray[np.float32]) -> NDArray[np.float64]:
    """Points (N, P, 2) as (forward, up) from the true mid-hip, in true trunk lengths."""
    hip, up, forward = _true_base(joints)
    from_hip = points - hip
    square = (up**2).sum(axis=-1)
    coordinates = np.stack([(from_hip * forward).sum(axis=-1), (from_hip * up).sum(axis=-1)], axis=-1)
    return np.asarray(coordinates / square[..., None], np.float64)


def _out_of_true_frame(place: NDArray[np.float64], joints: NDArray[np.float32]) -> NDArray[np.float64]:
    """The inverse of `_in_true_frame`: points in pixels."""
    hip, up, forward = _true_base(joints)
    out: NDArray[np.float64] = hip + place[..., :1] * forward + place[..., 1:] * up
    return out
