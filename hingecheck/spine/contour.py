"""Stage 3, trace: find both edges of the trunk in one frame.

In: the landmarks and the person mask of one frame (`Sighting`).  Out: the distance of both edges from the trunk axis,
and a small crop of the mask around the trunk (`Trace`).  Why: the outline of the back shows the shape of the spine,
which no landmark shows.  The mask itself is not kept.

The trunk axis runs from the mid-hip to the mid-shoulder.  Lengths are in trunk lengths, that is, lengths of this axis.

Steps (`trace`):

1. Set up the trunk axis.
2. At each station of the axis, send one ray to each side, at right angles to the axis.
3. The edge is the first place on the ray where the mask falls below MASK_EDGE, interpolated between two samples.
4. Mark the stations whose edge can be the edge of a back (`_valid`).
5. Cut the mask around the trunk out, with the axis upright (`crop`).

Which of the two edges is the back is decided later, once for the whole clip.

Departure from a contour follower: a ray cannot follow the outline along an arm or a plate.  Each station also means the
same place on the trunk in every frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hingecheck import landmarks
from hingecheck.records import CROP_SIZE_PX, BackContour, Bools, Bytes, Floats, Frame, Sighting, Trace

STATION: Floats = np.linspace(-0.4, 1.1, 61)
"""Positions of the rays along the trunk axis: 0 = mid-hip, 1 = mid-shoulder."""

RAY_LENGTH = 0.8
"""Length of a ray, in trunk lengths.  An edge farther away is not the edge of a back."""

RAY_STEP_PX = 0.5
"""Distance between two samples on a ray, in pixels of the frame."""

LIMB_CLEARANCE = 0.05
"""Smallest distance of a valid edge from an elbow or wrist, in trunk lengths.  A nearer edge may be that of the arm."""

LIMB_SEEN = 0.5
"""Smallest visibility of an elbow or wrist that counts as seen."""

BORDER_PX = 2.0
"""Smallest distance of a valid edge from the border of the picture, in pixels of the frame."""

HALF_TRUNK = 0.25
"""Half the width of the strip along the axis that must lie in the picture, in trunk lengths."""

JUMP = 0.06
"""Largest step of a back's edge from one station to the next, in trunk lengths: a slope of 67 degrees."""

HIP_IN_CROP = (0.5, 0.73)
"""Place (x, y) of the mid-hip in the crop, as a share of the crop's side."""

TRUNK_IN_CROP = 0.47
"""Length of the trunk axis in the crop, as a share of the crop's side."""

MASK_EDGE = 0.5
"""Mask value at the edge of the person: 1 = inside, 0 = outside."""


def trace(frame: Frame, sighting: Sighting | None) -> Trace:
    """Both edges of the trunk in one frame, in display pixels and trunk lengths; all NaN if nobody is seen."""
    if sighting is None:
        return _unknown()
    # 1
    hip, shoulder = _middle(sighting, landmarks.HIPS), _middle(sighting, landmarks.SHOULDERS)
    axis = shoulder - hip
    # 2
    rays = _rays(hip, axis)
    # 3
    offset = np.stack([_first_exit(sighting.mask, ray) for ray in rays]) * (RAY_STEP_PX / np.hypot(*axis))
    # 4, 5
    return Trace(
        origin_px=hip / frame.scale + np.array(frame.origin_px),
        axis_px=axis / frame.scale,
        offset=offset,
        valid=_valid(sighting, hip, axis, offset),
        crop=crop(sighting.mask, hip, axis),
        cut=_cut(sighting, hip, axis),
    )


def collect(traces: Sequence[Trace]) -> BackContour:
    """The traces of all frames as arrays over time."""
    return BackContour(
        station=STATION.copy(),
        origin_px=np.stack([t.origin_px for t in traces]),
        axis_px=np.stack([t.axis_px for t in traces]),
        offset=np.stack([t.offset for t in traces]),
        valid=np.stack([t.valid for t in traces]),
        crop=np.stack([t.crop for t in traces]),
        cut=np.array([t.cut for t in traces]),
    )


def _unknown() -> Trace:
    """The trace of a frame in which nobody is seen."""
    k = len(STATION)
    unknown = np.full(2, np.nan)
    empty = np.zeros((CROP_SIZE_PX, CROP_SIZE_PX), np.uint8)
    return Trace(unknown, unknown, np.full((2, k), np.nan), np.zeros((2, k), bool), empty, False)


def _middle(sighting: Sighting, pair: landmarks.Pair) -> Floats:
    """Midpoint (2,) of a left and a right landmark, in pixels of the frame."""
    return np.asarray(sighting.xy_px[list(pair)].mean(axis=0))


def _rays(hip: Floats, axis: Floats) -> tuple[Floats, Floats]:
    """Sample points (K, M, 2) on the rays to the left and to the right of the axis, as seen with the trunk upright."""
    trunk_px = float(np.hypot(*axis))
    unit = axis / trunk_px
    left = np.array([unit[1], -unit[0]])
    base = hip + STATION[:, None] * axis
    reach = np.arange(0.0, RAY_LENGTH * trunk_px, RAY_STEP_PX)[None, :, None]
    return base[:, None] + reach * left, base[:, None] - reach * left


def _sample(mask: NDArray[np.float32], points: Floats) -> Floats:
    """Mask values at points (..., 2), interpolated; 0 outside the picture."""
    x, y = points[..., 0].astype(np.float32), points[..., 1].astype(np.float32)
    return np.asarray(cv2.remap(mask, x, y, cv2.INTER_LINEAR, borderValue=0.0), np.float64)


def _first_exit(mask: NDArray[np.float32], points: Floats) -> Floats:
    """Fractional index (K,) of the sample at which each ray first leaves the mask.

    NaN if the ray starts outside the mask or never leaves it.
    """
    level = _sample(mask, points)
    outside = level < MASK_EDGE
    first = np.argmax(outside, axis=1)
    row = np.arange(len(level))
    inner, outer = level[row, np.maximum(first - 1, 0)], level[row, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = first - 1 + (inner - MASK_EDGE) / (inner - outer)
    return np.where(outside[:, 0] | ~outside.any(axis=1), np.nan, exact)


def _valid(sighting: Sighting, hip: Floats, axis: Floats, offset: Floats) -> Bools:
    """Stations (2, K) whose edge can be that of a back: known, smooth, inside the picture, away from the arms."""
    trunk_px = np.hypot(*axis)
    left = np.array([axis[1], -axis[0]])
    base = hip + STATION[:, None] * axis
    edge = np.stack([base + offset[0][:, None] * left, base - offset[1][:, None] * left])
    size = np.array(sighting.mask.shape[::-1])
    inside = ((edge > BORDER_PX) & (edge < size - 1 - BORDER_PX)).all(axis=-1)
    arms = [p for p in (*landmarks.ELBOWS, *landmarks.WRISTS) if sighting.visibility[p] > LIMB_SEEN]
    distance_px = np.hypot(*np.moveaxis(edge[:, :, None] - sighting.xy_px[arms], -1, 0))
    nearest_px = distance_px.min(axis=-1, initial=np.inf)
    clear = nearest_px > LIMB_CLEARANCE * trunk_px
    return np.asarray(~np.isnan(offset) & inside & clear & ~_at_jump(offset))


def _cut(sighting: Sighting, hip: Floats, axis: Floats) -> bool:
    """True if part of the trunk lies outside the picture.

    The trunk is taken as a strip from mid-hip to mid-shoulder, HALF_TRUNK to each side of the axis.
    """
    beside = HALF_TRUNK * np.array([axis[1], -axis[0]])
    corners = np.stack([end + side * beside for end in (hip, hip + axis) for side in (-1, 1)])
    size = np.array(sighting.mask.shape[::-1])
    return bool(((corners < 0) | (corners > size - 1)).any())


def _at_jump(offset: Floats) -> Bools:
    """Stations (2, K) on both sides of a step larger than JUMP in the edge."""
    jump = np.abs(np.diff(offset, axis=1)) > JUMP
    at_jump = np.zeros(offset.shape, bool)
    at_jump[:, 1:] |= jump
    at_jump[:, :-1] |= jump
    return at_jump


def crop(mask: NDArray[np.float32], hip: Floats, axis: Floats, size_px: int = CROP_SIZE_PX) -> Bytes:
    """The mask around the trunk (size_px, size_px), 0 to 255.

    The mid-hip lies at HIP_IN_CROP and the axis is upright.  The crop is turned but not mirrored.  `hip` (2,) and
    `axis` (2,) are in pixels of the mask.
    """
    zoom = TRUNK_IN_CROP * size_px / float(np.hypot(*axis))
    turn = np.arctan2(axis[0], -axis[1])  # clockwise lean of the axis in the picture
    cos, sin = zoom * np.cos(turn), zoom * np.sin(turn)
    linear = np.array([[cos, sin], [-sin, cos]])
    at = np.array(HIP_IN_CROP) * size_px - 0.5
    matrix = np.column_stack([linear, at - linear @ hip])
    sampled = cv2.warpAffine(mask, matrix, (size_px, size_px), flags=cv2.INTER_LINEAR)
    return np.asarray(np.clip(sampled * 255.0, 0, 255).round(), np.uint8)
