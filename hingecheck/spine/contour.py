"""Stage 3, trace: a person mask and landmarks become the trunk's two edges and a small crop.

The trunk frame has its origin at the mid-hip and its axis along mid-hip -> mid-shoulder; lengths are in
trunk lengths.  At each station rays leave the axis at right angles to both sides; the edge is the first
place where the mask falls through one half, interpolated between samples.  Which edge is the back is
decided later, once for the clip.  The mask is not kept.

Where it departs from a contour follower: rays cannot wander off along an arm or a plate, and every
station stays comparable from frame to frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hingecheck import landmarks
from hingecheck.records import CROP_SIZE_PX, BackContour, Bools, Bytes, Floats, Frame, Sighting, Trace

STATION: Floats = np.linspace(-0.4, 1.1, 61)
"""Positions along the trunk axis, 0 = mid-hip, 1 = mid-shoulder."""

RAY_LENGTH = 0.8
"""How far a ray looks for the edge, in trunk lengths: further away is no back."""

RAY_STEP_PX = 0.5
LIMB_CLEARANCE = 0.05
LIMB_SEEN = 0.5
"""An edge this near to an elbow or wrist that the model sees, in trunk lengths, may be the arm's."""

BORDER_PX = 2.0
HALF_TRUNK = 0.25
JUMP = 0.06
"""Between neighbouring stations a back does not step by more than this (67 degrees), in trunk lengths."""

HIP_IN_CROP = (0.5, 0.73)
TRUNK_IN_CROP = 0.47
"""Where the mid-hip lies in the crop and how long the trunk is there, in shares of the crop's side."""

_MASK_EDGE = 0.5


def trace(frame: Frame, sighting: Sighting | None) -> Trace:
    """Both edges of the trunk in one frame, all unknown if there is nobody in it."""
    if sighting is None:
        return _nothing()
    hip, shoulder = _middle(sighting, landmarks.HIPS), _middle(sighting, landmarks.SHOULDERS)
    axis = shoulder - hip
    rays = _rays(hip, axis)
    offset = np.stack([_first_exit(sighting.mask, ray) for ray in rays]) * (RAY_STEP_PX / np.hypot(*axis))
    return Trace(
        origin_px=hip / frame.scale + np.array(frame.origin_px),
        axis_px=axis / frame.scale,
        offset=offset,
        valid=_valid(sighting, hip, axis, offset),
        crop=crop(sighting.mask, hip, axis),
        cut=_cut(sighting, hip, axis),
    )


def collect(traces: Sequence[Trace]) -> BackContour:
    """Single traces as arrays over time."""
    return BackContour(
        station=STATION.copy(),
        origin_px=np.stack([t.origin_px for t in traces]),
        axis_px=np.stack([t.axis_px for t in traces]),
        offset=np.stack([t.offset for t in traces]),
        valid=np.stack([t.valid for t in traces]),
        crop=np.stack([t.crop for t in traces]),
        cut=np.array([t.cut for t in traces]),
    )


def _nothing() -> Trace:
    """All unknown."""
    k = len(STATION)
    unknown = np.full(2, np.nan)
    empty = np.zeros((CROP_SIZE_PX, CROP_SIZE_PX), np.uint8)
    return Trace(unknown, unknown, np.full((2, k), np.nan), np.zeros((2, k), bool), empty, False)


def _middle(sighting: Sighting, pair: landmarks.Pair) -> Floats:
    return np.asarray(sighting.xy_px[list(pair)].mean(axis=0))


def _rays(hip: Floats, axis: Floats) -> tuple[Floats, Floats]:
    """Sample points (K, M, 2) along the rays to image left and right of an upright trunk."""
    trunk_px = float(np.hypot(*axis))
    unit = axis / trunk_px
    left = np.array([unit[1], -unit[0]])
    base = hip + STATION[:, None] * axis
    reach = np.arange(0.0, RAY_LENGTH * trunk_px, RAY_STEP_PX)[None, :, None]
    return base[:, None] + reach * left, base[:, None] - reach * left


def _sample(mask: NDArray[np.float32], points: Floats) -> Floats:
    x, y = points[..., 0].astype(np.float32), points[..., 1].astype(np.float32)
    return np.asarray(cv2.remap(mask, x, y, cv2.INTER_LINEAR, borderValue=0.0), np.float64)


def _first_exit(mask: NDArray[np.float32], points: Floats) -> Floats:
    """Index (K,), with fraction, at which each ray first leaves the mask; NaN if it starts outside or never leaves."""
    level = _sample(mask, points)
    outside = level < _MASK_EDGE
    first = np.argmax(outside, axis=1)
    row = np.arange(len(level))
    inner, outer = level[row, np.maximum(first - 1, 0)], level[row, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = first - 1 + (inner - _MASK_EDGE) / (inner - outer)
    return np.where(outside[:, 0] | ~outside.any(axis=1), np.nan, exact)


def _valid(sighting: Sighting, hip: Floats, axis: Floats, offset: Floats) -> Bools:
    """Stations (2, K) whose edge is a back's: found, smooth, inside the picture, no arm nearby."""
    trunk_px = np.hypot(*axis)
    left = np.array([axis[1], -axis[0]])
    base = hip + STATION[:, None] * axis
    edge = np.stack([base + offset[0][:, None] * left, base - offset[1][:, None] * left])
    size = np.array(sighting.mask.shape[::-1])
    inside = ((edge > BORDER_PX) & (edge < size - 1 - BORDER_PX)).all(axis=-1)
    arms = [p for p in (*landmarks.ELBOWS, *landmarks.WRISTS) if sighting.visibility[p] > LIMB_SEEN]
    apart = np.hypot(*np.moveaxis(edge[:, :, None] - sighting.xy_px[arms], -1, 0))
    nearest = apart.min(axis=-1, initial=np.inf)
    clear = nearest > LIMB_CLEARANCE * trunk_px
    return np.asarray(~np.isnan(offset) & inside & clear & ~_steps(offset))


def _cut(sighting: Sighting, hip: Floats, axis: Floats) -> bool:
    """True if a corridor of HALF_TRUNK to both sides of the axis, mid-hip to mid-shoulder, leaves the picture."""
    beside = HALF_TRUNK * np.array([axis[1], -axis[0]])
    corners = np.stack([end + side * beside for end in (hip, hip + axis) for side in (-1, 1)])
    size = np.array(sighting.mask.shape[::-1])
    return bool(((corners < 0) | (corners > size - 1)).any())


def _steps(offset: Floats) -> Bools:
    """Stations (2, K) beside a step in the edge."""
    jump = np.abs(np.diff(offset, axis=1)) > JUMP
    beside = np.zeros(offset.shape, bool)
    beside[:, 1:] |= jump
    beside[:, :-1] |= jump
    return beside


def crop(mask: NDArray[np.float32], hip: Floats, axis: Floats, size_px: int = CROP_SIZE_PX) -> Bytes:
    """The mask around the trunk (size_px, size_px), 8 bit: mid-hip at a fixed place, axis upright, image left left."""
    zoom = TRUNK_IN_CROP * size_px / float(np.hypot(*axis))
    turn = np.arctan2(axis[0], -axis[1])  # clockwise lean of the axis in the picture
    cos, sin = zoom * np.cos(turn), zoom * np.sin(turn)
    linear = np.array([[cos, sin], [-sin, cos]])
    at = np.array(HIP_IN_CROP) * size_px - 0.5
    matrix = np.column_stack([linear, at - linear @ hip])
    sampled = cv2.warpAffine(mask, matrix, (size_px, size_px), flags=cv2.INTER_LINEAR)
    return np.asarray(np.clip(sampled * 255.0, 0, 255).round(), np.uint8)
