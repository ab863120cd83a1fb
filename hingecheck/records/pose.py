"""What is seen of people: landmarks, the trunk's edges, the view."""

from __future__ import annotations

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

CROP_SIZE_PX: Final = 72
"""Side of the square around the trunk that the spine model is shown."""

SMALLEST_TRUNK_PX: Final = 60.0
"""A trunk with fewer pixels is not read."""

YAW_WITHHOLD_DEG: Final = 30.0
"""Farther off the side view neither hips, knees nor shares are judged, nor is a back read without standing."""


@dataclass(frozen=True)
class Sighting:
    """One person in one frame: pixels of the frame's `rgb`, `mask` (h, w) 0..1 over the same pixels."""

    xy_px: Floats
    visibility: Floats
    world_m: Floats
    mask: NDArray[np.float32]

    def __post_init__(self) -> None:
        n = landmarks.COUNT
        check(self, {"xy_px": (n, 2), "visibility": (n,), "world_m": (n, 3), "mask": (-1, -1)})


@dataclass(frozen=True)
class Trace:
    """The trunk's two edges in one frame, measured from the axis mid-hip -> mid-shoulder.

    `origin_px` (2,) is the mid-hip, `axis_px` (2,) the vector to the mid-shoulder; `offset` (2, K) is the
    distance of each edge from the axis in trunk lengths, `valid` (2, K).  `crop` (72, 72) is the mask around
    the trunk, axis upright, image left on the left.  `cut`: part of the trunk lies outside the picture.
    """

    origin_px: Floats
    axis_px: Floats
    offset: Floats
    valid: Bools
    crop: Bytes
    cut: bool


@dataclass(frozen=True)
class PoseTrack:
    """Landmarks over time: `xy_px` (N, 33, 2), `visibility` (N, 33), `world_m` (N, 33, 3), `filled` (N, 33)."""

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
        """Midpoint of a left/right pair, (N, 2)."""
        return np.asarray(self.xy_px[:, list(pair)].mean(axis=1))

    @property
    def seen(self) -> Bools:
        """Frames (N,) in which the trunk is known."""
        trunk = self.xy_px[:, [*landmarks.HIPS, *landmarks.SHOULDERS]]
        return np.asarray(~np.isnan(trunk).any(axis=(1, 2)))


@dataclass(frozen=True)
class BackContour:
    """Traces over time; `station` (K,) runs along the trunk axis, 0 = mid-hip, 1 = mid-shoulder."""

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

    def edge_px(self, edge: int) -> Floats:
        """Picture points (N, K, 2) of one edge (0 = image left of an upright trunk)."""
        axis = self.axis_px[:, None, :]
        left = np.stack([axis[..., 1], -axis[..., 0]], axis=-1)
        outward = left if edge == 0 else -left
        along = self.station[None, :, None] * axis
        return self.origin_px[:, None, :] + along + self.offset[:, edge, :, None] * outward


@dataclass(frozen=True)
class Seen:
    """Everything a pose source saw of one person in a clip: landmarks, a trace of the trunk a frame, thumbnails.

    Coordinates are those of the picture as it was filmed; the camera's motion is still in them.
    """

    track: PoseTrack
    traces: tuple[Trace, ...]
    thumbnails: Thumbnails

    def __post_init__(self) -> None:
        if len(self.traces) != len(self.track.time_s):
            raise ValueError(f"{len(self.traces)} traces of {len(self.track.time_s)} frames")


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera stood.  Yaw 0 = square to the side, positive = seen from behind, negative = from the front."""

    side: Facing
    facing: Facing
    yaw_deg: Measure
    assessable: bool
    reasons: tuple[Reason, ...]

    @property
    def facing_sign(self) -> int:
        """+1 when the lifter faces image right, -1 when left."""
        return 1 if self.facing == "right" else -1

    @property
    def dorsal(self) -> int:
        """Index along a contour's edge axis of the edge that is the back (0 = image left of an upright trunk)."""
        return 0 if self.facing == "right" else 1


@dataclass(frozen=True)
class Observed:
    """What the stages before this one made of a clip; `raw` are the landmarks before cleaning."""

    contour: BackContour
    raw: PoseTrack
    track: PoseTrack
    view: View
