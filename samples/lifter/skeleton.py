"""Forward kinematics and linear-blend skinning of a Body.

Input: a body and the rotations of some bones. Output: the place of every bone and of every vertex.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from samples.lifter.body import Array, Body


@dataclass(frozen=True)
class Posed:
    """A body in a pose: world rotation and joint centre of each bone."""

    rotations: Array  # (B, 3, 3), from rest to the pose
    joints: Array  # (B, 3) metres


def pitch(angle_deg: float) -> Array:
    """Return the rotation about +y; a positive angle leans +z towards +x (forward)."""
    angle = np.radians(angle_deg)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])


def turn(angle_deg: float) -> Array:
    """Return the rotation about +z; a positive angle turns to the left."""
    angle = np.radians(angle_deg)
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def unit(vector: Array) -> Array:
    """Return the vector scaled to length 1."""
    length_one: Array = vector / np.linalg.norm(vector)
    return length_one


def frame(direction: Array, hinge: Array) -> Array:
    """Return orthonormal columns: the direction, the part of `hinge` perpendicular to it, and their cross product."""
    along = unit(direction)
    across = unit(hinge - along * (hinge @ along))
    return np.column_stack([along, across, np.cross(along, across)])


def between(start: Array, end: Array, share: float) -> Array:
    """Return the rotation that lies `share` (0..1) of the way from one rotation to another, by the shorter arc."""
    relative = start.T @ end
    angle = np.arccos(np.clip((np.trace(relative) - 1.0) / 2.0, -1.0, 1.0))
    if angle < 1e-9:
        return start
    skew = (relative - relative.T) / (2.0 * np.sin(angle))
    step = share * angle
    turned: Array = start @ (np.eye(3) + np.sin(step) * skew + (1.0 - np.cos(step)) * skew @ skew)
    return turned


def pose_body(body: Body, world: Mapping[str, Array], root_m: Array) -> Posed:
    """Place all bones.

    `world` gives rotations from rest for some bones. The other bones follow their parent. `root_m` (3,) is the joint
    centre of the first bone.
    """
    rotations = np.empty((len(body.names), 3, 3))
    joints = np.empty_like(body.heads)
    for bone, (name, parent) in enumerate(zip(body.names, body.parents, strict=True)):
        if parent < 0:
            rotations[bone], joints[bone] = world.get(name, np.eye(3)), root_m
            continue
        rotations[bone] = world.get(name, rotations[parent])
        joints[bone] = joints[parent] + rotations[parent] @ (body.heads[bone] - body.heads[parent])
    return Posed(rotations, joints)


def skin(body: Body, posed: Posed) -> Array:
    """Return the vertices (V, 3) of the posed body."""
    return skin_points(body.vertices, blend(body, posed))


def blend(body: Body, posed: Posed) -> Array:
    """Return each vertex's blended bone transform (V, 12): nine numbers of rotation, three of shift."""
    shifts = posed.joints - np.einsum("bij,bj->bi", posed.rotations, body.heads)
    blended: Array = body.weights @ np.concatenate([posed.rotations.reshape(-1, 9), shifts], axis=1)
    return blended


def skin_points(points: Array, blended: Array) -> Array:
    """Move resting points (V, 3) by their blended transforms (V, 12)."""
    moved: Array = np.einsum("vij,vj->vi", blended[:, :9].reshape(-1, 3, 3), points) + blended[:, 9:]
    return moved
