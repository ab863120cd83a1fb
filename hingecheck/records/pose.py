"""What is seen of the lifter: landmarks, the edges of the trunk, the view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hingecheck import landmarks
from hingecheck.records.arrays import Bools, Bytes, Floats, check, check_time
from hingecheck.records.measure import Measure
from hingecheck.records.reasons import Reason
from hingecheck.records.video import Thumbnails

Facing = Literal["left", "right"]
"""The image direction that the lifter faces."""

Wanted = Literal["auto", "left", "right", "largest"] | tuple[float, float]
"""The lifter as the user names him or her: by side, by size, or by a point in display pixels.  Auto: by movement."""

CROP_SIZE_PX: Final = 72
"""Side of the square picture of the trunk that the spine model gets, in pixels."""

SMALLEST_TRUNK_PX: Final = 60.0
"""Smallest length of a trunk that is read, mid-hip to mid-shoulder, in display pixels."""

YAW_WITHHOLD_DEG: Final = 30.0
"""Largest yaw, to either side, with which hips, knees, shares and the spine are reported, in degrees."""


@dataclass(frozen=True)
class Sighting:
    """One person in one frame, in pixels of the frame's `rgb`.

    `xy_px` (33, 2): landmarks.  `visibility` (33,): 0 to 1.  `world_m` (33, 3): landmarks in metres, x to image right,
    z away from the camera.  `mask` (h, w): 1 where the person is, 0 elsewhere.
    """

    xy_px: Floats
    visibility: Floats
    world_m: Floats
    mask: NDArray[np.float32]

    def __post_init__(self) -> None:
        n = landmarks.COUNT
        check(self, {"xy_px": (n, 2), "visibility": (n,), "world_m": (n, 3), "mask": (-1, -1)})


@dataclass(frozen=True)
class Trace:
    """Both edges of the trunk in one frame, measured from the axis mid-hip -> mid-shoulder.

    `origin_px` (2,): the mid-hip.  `axis_px` (2,): the vector from there to the mid-shoulder.  `offset` (2, K):
    distance of each edge from the axis, in trunk lengths.  `valid` (2, K): where the edge can be that of a back.
    `crop` (72, 72): the mask around the trunk, with the axis upright, not mirrored.  `cut`: True if part of the trunk
    lies outside the picture.
    """

    origin_px: Floats
    axis_px: Floats
    offset: Floats
    valid: Bools
    crop: Bytes
    cut: bool


@dataclass(frozen=True)
class PoseTrack:
    """Landmarks over time.

    `xy_px` (N, 33, 2) in display pixels.  `visibility` (N, 33): 0 to 1.  `world_m` (N, 33, 3) in metres.  `filled`
    (N, 33): True where a short gap was filled.
    """

    time_s: Floats
    xy_px: Floats
    visibility: Floats
    world_m: Floats
    filled: Bools

    def __post_init__(self) -> None:
        n, p = len(self.time_s), landmarks.COUNT
        shapes = {"time_s": (n,), "xy_px": (n, p, 2), "visibility": (n, p)}
        check(self, shapes | {"world_m": (n, p, 3), "filled": (n, p)})
        check_time(self.time_s)

    def middle_px(self, pair: landmarks.Pair) -> Floats:
        """Midpoint (N, 2) of a left and a right landmark, in display pixels."""
        return np.asarray(self.xy_px[:, list(pair)].mean(axis=1))

    @property
    def any_filled(self) -> Bools:
        """Samples (N,) in which a landmark was filled."""
        return np.asarray(self.filled.any(axis=1))

    @property
    def seen(self) -> Bools:
        """Frames (N,) in which the trunk is known."""
        trunk = self.xy_px[:, [*landmarks.HIPS, *landmarks.SHOULDERS]]
        return np.asarray(~np.isnan(trunk).any(axis=(1, 2)))


@dataclass(frozen=True)
class BackContour:
    """The traces of all frames; `station` (K,): positions along the trunk axis, 0 = mid-hip, 1 = mid-shoulder."""

    station: Floats
    origin_px: Floats
    axis_px: Floats
    offset: Floats
    valid: Bools
    crop: Bytes
    cut: Bools

    def __post_init__(self) -> None:
        n, k = len(self.offset), len(self.station)
        shapes = {"origin_px": (n, 2), "axis_px": (n, 2), "offset": (n, 2, k), "valid": (n, 2, k)}
        check(self, shapes | {"crop": (n, CROP_SIZE_PX, CROP_SIZE_PX), "cut": (n,)})

    def edge_px(self, edge: int, frames: slice | Sequence[int] = slice(None)) -> Floats:
        """Points (n, K, 2) of one edge in display pixels, of all frames or the given ones.

        Edge 0 is on the image left of an upright trunk.
        """
        axis = self.axis_px[frames, None, :]
        left = np.stack([axis[..., 1], -axis[..., 0]], axis=-1)
        outward = left if edge == 0 else -left
        along = self.station[None, :, None] * axis
        return self.origin_px[frames, None, :] + along + self.offset[frames, edge, :, None] * outward


@dataclass(frozen=True)
class Seen:
    """What a pose source gives for one person in a clip: landmarks, one trace per sample, thumbnails.

    A sample is a frame that the source looked at.  `frame_s` (N,): the times of all frames of the clip, in seconds; the
    first and the last of them are samples.  Coordinates are those of the picture as it was filmed, so they still
    contain the motion of the camera.  `among_px`: where the lifter stands, if it could be somebody else in the picture.
    """

    track: PoseTrack
    traces: tuple[Trace, ...]
    thumbnails: Thumbnails
    frame_s: Floats
    among_px: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if len(self.traces) != len(self.track.time_s):
            raise ValueError(f"{len(self.traces)} traces for {len(self.track.time_s)} samples")
        check(self, {"frame_s": (-1,)})
        check_time(self.frame_s)
        if not np.array_equal(self.frame_s[[0, -1]], self.track.time_s[[0, -1]]):
            raise ValueError("the first and the last frame must be samples")


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera stood.

    `side`: the side of the body that the camera sees.  `yaw_deg`: 0 = square to the side, positive = from behind,
    negative = from the front.  `assessable`: whether hips, knees and shares can be judged.  `reasons`: what the yaw
    does to the results.  `tilt_deg`: how far the camera is tilted; positive = what is upright leans forward in the
    picture, 0 = it may be level.
    """

    side: Facing
    facing: Facing
    yaw_deg: Measure
    assessable: bool
    reasons: tuple[Reason, ...]
    tilt_deg: float = 0.0

    @property
    def facing_sign(self) -> int:
        """+1 if the lifter faces image right, -1 if image left."""
        return 1 if self.facing == "right" else -1

    def levelled(self, xy_px: Floats) -> Floats:
        """Points (..., 2) of a picture, turned about its corner, as a level camera would have taken them."""
        turn = self.facing_sign * np.radians(self.tilt_deg)
        return np.asarray(xy_px @ np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]))

    @property
    def dorsal(self) -> int:
        """Index of the edge of the contour that is the back: 0 = image left of an upright trunk."""
        return 0 if self.facing == "right" else 1


@dataclass(frozen=True)
class Observed:
    """What the spine is inferred from: `raw` are the landmarks before cleaning, `track` those after it."""

    contour: BackContour
    raw: PoseTrack
    track: PoseTrack
    view: View
