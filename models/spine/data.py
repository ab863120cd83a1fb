"""Training frames as arrays.

Input: the items of `models.spine.frames`. Output: one `Frames` object for the training or the checking lifters. Every
frame is mirrored, if needed, so that the lifter faces right.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hingecheck import landmarks
from hingecheck.spine import features
from samples.film.joints import JOINTS

CROP_PX = 144
"""Side of the stored crops, about the detail that the pose model's mask has."""

TARGETS = ("pelvis", "lumbar", "junction", "thoracic", "trunk", "thigh", "shank")
"""What the network learns, in this order. Pitch of the pelvis and of the thoraco-lumbar junction (pelvis + lumbar),
and of the lines of trunk, thigh and shank; each minus the pitch of the landmarks' segment in the picture. Lumbar
and thoracic flexion are learned as they are."""

IMAGE_SEGMENT = (0, None, 0, None, 0, 1, 2)
"""For each target, the picture's pitch that is subtracted: 0 trunk, 1 thigh, 2 shank, None for nothing."""

UNIT_DEG = 10.0
"""Targets are divided by this, so that the network's outputs are near 1."""

PART = 8
"""One lifter of this many is kept for checking."""

HIGHER_SKIN_M = 0.03
"""Slide of the thigh's pull on the skin from which it pulls higher than in the average body, in metres."""

Wanted = Callable[[Any], bool]
"""Says of a spec whether its lifter is wanted."""

KINDS: dict[str, Wanted] = {
    "cloth": lambda spec: spec["clothes"]["top"] in ("loose", "hoodie"),
    "skin": lambda spec: spec["body"].get("thigh_skin_m", 0.0) > HIGHER_SKIN_M,
}
"""Kinds of lifters that training can leave out, to see how the members do on what they never saw: those in loose tops
and hoodies, and those whose thigh pulls the skin higher.  Each says of a spec whether it is of the kind."""

_COLUMNS = ("pelvis_tilt", "lumbar_flexion", "thoracic_flexion", "trunk_lean", "thigh", "shank")


@dataclass(frozen=True)
class Frames:
    """All frames of one part of the lifters, facing right.

    `first` (N,) is the row of the same lifter's standing. `crop` lies in the trunk frame of `axis` (N, 2, 2), which is
    mid-hip and mid-shoulder in pixels.
    """

    crop: NDArray[np.uint8]
    true_crop: NDArray[np.uint8]
    axis: NDArray[np.float32]
    points: NDArray[np.float32]
    visibility: NDArray[np.float32]
    world: NDArray[np.float32]
    joints: NDArray[np.float32]
    angles_deg: NDArray[np.float32]  # (N, 7) in the order of TARGETS, nothing subtracted
    yaw_deg: NDArray[np.float32]
    first: NDArray[np.int64]
    item: NDArray[np.int64]
    drawn: NDArray[np.bool_]  # True: a silhouette

    def __len__(self) -> int:
        return len(self.crop)


def without(kind: str) -> Wanted:
    """Want all lifters but those of a kind (one of KINDS; empty: all)."""
    return lambda spec: not (kind and KINDS[kind](spec))


def load(folder: Path, *, part: str, wanted: Wanted | None = None) -> Frames:
    """Return the frames of one part: `train`, `check` (numbers that are multiples of PART), or `all`.

    `wanted` chooses lifters; None: all.
    """
    tables: list[dict[str, Any]] = []
    rows = 0
    for number, path in enumerate(sorted(folder.glob("item_*.npz"))):
        if part not in ("all", "check" if int(path.stem.split("_")[1]) % PART == 0 else "train"):
            continue
        with np.load(path) as item:
            count = len(item["true_crop"])
            if count < 2 or (wanted and not wanted(json.loads(str(item["spec"])))):
                continue
            tables.append(_facing_right(item) | _known(item, count, rows, number))
            rows += count
    return Frames(**{name: np.concatenate([table[name] for table in tables]) for name in tables[0]})


def _known(item: Any, count: int, first_row: int, number: int) -> dict[str, Any]:
    """The truth of one item, and its place among all frames."""
    names = list(item["angle_names"])
    column = {name: item["angles_deg"][:, names.index(f"{name}_deg")] for name in _COLUMNS}
    return {
        "angles_deg": np.stack(_targets(column), axis=1),
        "yaw_deg": np.full(count, float(item["yaw_deg"]), np.float32),
        "first": np.full(count, first_row),
        "item": np.full(count, number),
        "drawn": np.full(count, "points" not in item),
    }


def _targets(column: dict[str, Any]) -> list[Any]:
    """The columns in the order of TARGETS."""
    pelvis, lumbar = column["pelvis_tilt"], column["lumbar_flexion"]
    return [pelvis, lumbar, pelvis + lumbar, *(column[name] for name in _COLUMNS[2:])]


def _facing_right(item: Any) -> dict[str, Any]:
    """Crops, landmarks and joints of one item, mirrored if the lifter faces left."""
    left = int(item["facing_sign"]) < 0
    count = len(item["true_crop"])
    joints = _mirrored_joints(item["joints_px"]) if left else item["joints_px"]
    if "points" in item:
        points, world, visibility = item["points"], item["world"], item["visibility"]
        if left:
            points = (points * np.array([-1, 1], np.float32))[:, SWAPPED_POINTS]
            world = (world * np.array([-1, 1, 1], np.float32))[:, SWAPPED_POINTS]
            visibility = visibility[:, SWAPPED_POINTS]
        axis = pair_middles(points, landmarks.HIPS, landmarks.SHOULDERS)
    else:
        points = np.full((count, landmarks.COUNT, 2), np.nan, np.float32)
        world, visibility = np.full((count, landmarks.COUNT, 3), np.nan, np.float32), points[..., 0]
        axis = pair_middles(joints, *(bone_pair(name) for name in ("upperleg01", "upperarm01")))
    crop = item["seen_crop"] if "seen_crop" in item else item["true_crop"]
    crops = {"crop": crop, "true_crop": item["true_crop"]}
    return {
        **{name: crop[:, :, ::-1] if left else crop for name, crop in crops.items()},
        "axis": axis,
        "points": points,
        "visibility": visibility,
        "world": world,
        "joints": joints,
    }


def bone_pair(name: str) -> tuple[int, int]:
    """Return the indices of the left and right joint."""
    return JOINTS.index(f"{name}.L"), JOINTS.index(f"{name}.R")


def pair_middles(points: NDArray[np.float32], low: tuple[int, int], high: tuple[int, int]) -> NDArray[np.float32]:
    """Return the middles of two pairs of points: low and high end, (N, 2, 2)."""
    return np.stack([points[:, list(low)].mean(axis=1), points[:, list(high)].mean(axis=1)], axis=1)


def swapped(names: list[str]) -> list[int]:
    """Return the order of names with left and right exchanged."""
    mirrored_names = [
        name[:-1] + {"L": "R", "R": "L"}.get(name[-1], name[-1]) if "." in name else name for name in names
    ]
    return [names.index(name) for name in mirrored_names]


def _mirrored_joints(joints_px: NDArray[np.float32]) -> NDArray[np.float32]:
    """Joints as in a mirror."""
    return (joints_px * np.array([-1, 1], np.float32))[:, swapped(list(JOINTS))]


def _swap_points() -> list[int]:
    """Order of the landmarks with left and right exchanged."""
    order = list(range(landmarks.COUNT))
    for left, right in features.PAIRS:
        order[left], order[right] = int(right), int(left)
    return order


SWAPPED_POINTS = _swap_points()


def joined(parts: list[Frames]) -> Frames:
    """Combine several sets of frames into one."""
    table: dict[str, Any] = {}
    rows = np.cumsum([0, *(len(part) for part in parts)])
    items = np.cumsum([0, *(int(part.item.max()) + 1 for part in parts)])
    for field in fields(Frames):
        values = [getattr(part, field.name) for part in parts]
        shift = {"first": rows, "item": items}.get(field.name)
        table[field.name] = np.concatenate(
            values if shift is None else [value + by for value, by in zip(values, shift, strict=False)]
        )
    return Frames(**table)
