"""Items of `frames` packed into arrays, split by body, and the augmentation of a batch.

Every frame is turned to face right.  A silhouette has no pose model's landmarks: it borrows those of a seen
frame in a like posture and view, each point moved by what the model misplaced it there, with its visibility
and depth.  So the network meets many more bodies, with the errors that landmarks have.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from torch.nn import functional

from hingecheck import landmarks
from hingecheck.geometry import pitch_deg
from hingecheck.spine import contour, features
from models.spine.frames import CROP_PX
from samples.film.frames import JOINTS

TARGETS = ("pelvis", "lumbar", "junction", "thoracic", "trunk", "thigh", "shank")
"""Pitch of the pelvis, of the thoraco-lumbar junction (pelvis + lumbar) and of the lines of trunk, thigh and shank,
each less the pitch that the landmarks' segment has in the picture; lumbar and thoracic flexion as they are."""
IMAGE_SEGMENT = (0, None, 0, None, 0, 1, 2)
"""Which of the picture's pitches (trunk, thigh, shank) each target is counted from."""

UNIT_DEG = 10.0
PART = 12

BONES = {
    "upperarm01": landmarks.SHOULDERS,
    "lowerarm01": landmarks.ELBOWS,
    "wrist": landmarks.WRISTS,
    "upperleg01": landmarks.HIPS,
    "lowerleg01": landmarks.KNEES,
    "foot": landmarks.ANKLES,
}
NEIGHBOURS = 6
YAW_SCALE_DEG, PLACE_SCALE = 4.0, 0.06
"""How near in yaw and in joint places (trunk lengths) counts as equally like."""


@dataclass(frozen=True)
class Frames:
    """All frames of one part of the bodies, facing right; `first` (N,) is the row of the same lifter's standing.

    `crop` lies in the trunk frame of `axis` (N, 2, 2), mid-hip and mid-shoulder in pixels.
    """

    crop: NDArray[np.uint8]
    true_crop: NDArray[np.uint8]
    axis: NDArray[np.float32]
    points: NDArray[np.float32]
    visibility: NDArray[np.float32]
    world: NDArray[np.float32]
    joints: NDArray[np.float32]
    angles_deg: NDArray[np.float32]  # (N, 7) in the order of TARGETS, none of them less anything
    yaw_deg: NDArray[np.float32]
    first: NDArray[np.int64]
    item: NDArray[np.int64]
    drawn: NDArray[np.bool_]  # silhouettes

    def __len__(self) -> int:
        return len(self.crop)


def load(folder: Path, *, part: str) -> Frames:
    """`train`: bodies whose number is no multiple of 12; `check`: the others; `all`: both."""
    tables: list[dict[str, Any]] = []
    rows = 0
    for number, path in enumerate(sorted(folder.glob("item_*.npz"))):
        if part not in ("all", "check" if int(path.stem.split("_")[1]) % PART == 0 else "train"):
            continue
        with np.load(path) as item:
            count = len(item["true_crop"])
            if count < 2:
                continue
            tables.append(_facing_right(item) | _known(item, count, rows, number))
            rows += count
    return Frames(**{name: np.concatenate([table[name] for table in tables]) for name in tables[0]})


def _known(item: Any, count: int, rows: int, number: int) -> dict[str, Any]:
    names = list(item["angle_names"])
    column = {name: item["angles_deg"][:, names.index(f"{name}_deg")] for name in _COLUMNS}
    return {
        "angles_deg": np.stack(_targets(column), axis=1),
        "yaw_deg": np.full(count, float(item["yaw_deg"]), np.float32),
        "first": np.full(count, rows),
        "item": np.full(count, number),
        "drawn": np.full(count, "points" not in item),
    }


def _facing_right(item: Any) -> dict[str, Any]:
    """Crops, landmarks and joints as a mirror would show them, where the lifter faces left."""
    left = int(item["facing_sign"]) < 0
    count = len(item["true_crop"])
    joints = _mirrored_joints(item["joints_px"]) if left else item["joints_px"]
    if "points" in item:
        points, world, visibility = item["points"], item["world"], item["visibility"]
        if left:
            points = (points * np.array([-1, 1], np.float32))[:, _SWAPPED_POINTS]
            world = (world * np.array([-1, 1, 1], np.float32))[:, _SWAPPED_POINTS]
            visibility = visibility[:, _SWAPPED_POINTS]
        axis = _axis(points, landmarks.HIPS, landmarks.SHOULDERS)
    else:
        points = np.full((count, landmarks.COUNT, 2), np.nan, np.float32)
        world, visibility = np.full((count, landmarks.COUNT, 3), np.nan, np.float32), points[..., 0]
        axis = _axis(joints, *(_bone(name) for name in ("upperleg01", "upperarm01")))
    seen = item["seen_crop"] if "seen_crop" in item else item["true_crop"]
    crops = {"crop": seen, "true_crop": item["true_crop"]}
    return {
        **{name: crop[:, :, ::-1] if left else crop for name, crop in crops.items()},
        "axis": axis,
        "points": points,
        "visibility": visibility,
        "world": world,
        "joints": joints,
    }


def _bone(name: str) -> tuple[int, int]:
    return JOINTS.index(f"{name}.L"), JOINTS.index(f"{name}.R")


def _axis(points: NDArray[np.float32], low: tuple[int, int], high: tuple[int, int]) -> NDArray[np.float32]:
    return np.stack([points[:, list(low)].mean(axis=1), points[:, list(high)].mean(axis=1)], axis=1)


def _swapped(names: list[str]) -> list[int]:
    other = [name[:-1] + {"L": "R", "R": "L"}.get(name[-1], name[-1]) if "." in name else name for name in names]
    return [names.index(name) for name in other]


def _mirrored_joints(joints_px: NDArray[np.float32]) -> NDArray[np.float32]:
    return (joints_px * np.array([-1, 1], np.float32))[:, _swapped(list(JOINTS))]


def _swap_points() -> list[int]:
    order = list(range(landmarks.COUNT))
    for left, right in features.PAIRS:
        order[left], order[right] = int(right), int(left)
    return order


_SWAPPED_POINTS = _swap_points()


def lend(seen: Frames, drawn: Frames, random: np.random.Generator) -> None:
    """Give each silhouette the landmark errors, visibility and depth of a seen frame like it (in place)."""
    tree = cKDTree(_likeness(seen))
    near = tree.query(_likeness(drawn), NEIGHBOURS)[1]
    donor = near[np.arange(len(drawn)), random.integers(0, NEIGHBOURS, len(drawn))]
    error = _in_true_frame(seen.points, seen.joints)[donor] - _in_true_frame(_anchors(seen), seen.joints)[donor]
    place = _in_true_frame(_anchors(drawn), drawn.joints) + error
    drawn.points[:] = _out_of_true_frame(place, drawn.joints)
    drawn.visibility[:], drawn.world[:] = seen.visibility[donor], seen.world[donor]


def _likeness(frames: Frames) -> NDArray[np.float64]:
    place = _in_true_frame(frames.joints, frames.joints)
    trunk = _axis(frames.joints, _bone("upperleg01"), _bone("upperarm01"))
    pitch = pitch_deg(trunk[:, 0] * [1, -1], trunk[:, 1] * [1, -1])
    flat = place.reshape(len(place), -1) / PLACE_SCALE / np.sqrt(place.shape[1])
    return np.asarray(np.column_stack([flat, frames.yaw_deg / YAW_SCALE_DEG, pitch / YAW_SCALE_DEG / 2]))


def _anchors(frames: Frames) -> NDArray[np.float32]:
    """The true joint that each landmark (N, 33, 2) belongs to."""
    out = np.repeat(frames.joints[:, [JOINTS.index("head")]], landmarks.COUNT, axis=1)
    for name, pair in BONES.items():
        for point, bone in zip(pair, _bone(name), strict=True):
            out[:, point] = frames.joints[:, bone]
    for pair in (landmarks.HEELS, landmarks.TOES):
        for point, bone in zip(pair, _bone("foot"), strict=True):
            out[:, point] = frames.joints[:, bone]
    return out


def _true_base(joints: NDArray[np.float32]) -> tuple[Any, Any, Any]:
    trunk = _axis(joints, _bone("upperleg01"), _bone("upperarm01")).astype(float)
    up = (trunk[:, 1] - trunk[:, 0])[:, None]
    return trunk[:, :1], up, np.stack([-up[..., 1], up[..., 0]], axis=-1)


def _in_true_frame(points: NDArray[np.float32], joints: NDArray[np.float32]) -> NDArray[np.float64]:
    """Points (N, P, 2) as (forward, up) from the true mid-hip in true trunk lengths."""
    hip, up, forward = _true_base(joints)
    apart = points - hip
    square = (up**2).sum(axis=-1)
    both = np.stack([(apart * forward).sum(axis=-1), (apart * up).sum(axis=-1)], axis=-1)
    return np.asarray(both / square[..., None], np.float64)


def _out_of_true_frame(place: NDArray[np.float64], joints: NDArray[np.float32]) -> NDArray[np.float64]:
    hip, up, forward = _true_base(joints)
    out: NDArray[np.float64] = hip + place[..., :1] * forward + place[..., 1:] * up
    return out


def joined(parts: list[Frames]) -> Frames:
    """Several lots of frames as one."""
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


_COLUMNS = ("pelvis_tilt", "lumbar_flexion", "thoracic_flexion", "trunk_lean", "thigh", "shank")


def _targets(column: dict[str, Any]) -> list[Any]:
    pelvis, lumbar = column["pelvis_tilt"], column["lumbar_flexion"]
    return [pelvis, lumbar, pelvis + lumbar, *(column[name] for name in _COLUMNS[2:])]


@dataclass
class Batch:
    """What the network sees, and the truth in units of 10 degrees."""

    crop: torch.Tensor  # (B, 1, S, S)
    features: torch.Tensor  # (B, F)
    target: torch.Tensor  # (B, 7)
    yaw: torch.Tensor  # (B,)
    first: torch.Tensor  # (B,) row of the standing within the batch


def make_batch(
    frames: Frames,
    rows: NDArray[np.int64],
    size_px: int,
    random: np.random.Generator | None,
    *,
    true_share: float = 0.0,
) -> Batch:
    """Rows of `frames`, augmented if `random` is given; every row's standing must be among the rows."""
    points = frames.points[rows].astype(float)
    moved = points if random is None else _jitter(points, random)
    angles = features.segment_pitch_deg(moved, 1)
    world, visible = frames.world[rows].astype(float), frames.visibility[rows].astype(float)
    described = features.describe(moved, visible, world, 1)
    matrix = _between_frames(frames.axis[rows].astype(float), moved)
    source = frames.crop[rows]
    if random is not None and true_share:
        perfect = random.random(len(rows)) < true_share
        source = np.where(perfect[:, None, None], frames.true_crop[rows], source)
    picture = torch.from_numpy(np.ascontiguousarray(source))
    if random is None:
        crop = _warp(picture, matrix, size_px)
    else:
        crop = _warp(picture, matrix, size_px, _waver(np.where(frames.drawn[rows], 0.02, 0.006), size_px, random))
        crop = torch.where(torch.from_numpy(frames.drawn[rows])[:, None, None, None], _soften(crop), crop)
    described_t = torch.from_numpy(described.astype(np.float32))
    if random is not None:
        crop = _spoil(crop, random)
        described_t = _blur_features(described_t, random)
    image = np.stack([np.zeros(len(rows)) if s is None else angles[:, s] for s in IMAGE_SEGMENT], axis=1)
    target = (frames.angles_deg[rows] - image) / UNIT_DEG
    place = {row: index for index, row in enumerate(rows)}
    first = np.array([place[row] for row in frames.first[rows]])
    return Batch(
        crop,
        described_t,
        torch.from_numpy(target.astype(np.float32)),
        torch.from_numpy(frames.yaw_deg[rows] / UNIT_DEG),
        torch.from_numpy(first),
    )


def _jitter(points: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Hips and shoulders moved together as the model misplaces them, all points a little on their own."""
    hips, shoulders = list(landmarks.HIPS), list(landmarks.SHOULDERS)
    axis = points[:, shoulders].mean(axis=1) - points[:, hips].mean(axis=1)
    trunk = np.hypot(*axis.T)[:, None, None]
    out: NDArray[np.float64] = points + 0.008 * trunk * random.standard_normal(points.shape)
    for pair in (hips, shoulders, list(landmarks.KNEES)):
        out[:, pair] += 0.02 * trunk * random.standard_normal((len(points), 1, 2))
    return out


def _between_frames(axis: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, 2, 3): points of the trunk frame of `points` in the frame of `axis` (N, 2, 2), both facing right."""
    flip = np.array([1.0, -1.0])
    hip, shoulder = axis[:, 0] * flip, axis[:, 1] * flip
    up = shoulder - hip
    forward = np.stack([up[:, 1], -up[:, 0]], axis=1)
    square = (up**2).sum(axis=1)[:, None]

    def place(point: NDArray[np.float64]) -> NDArray[np.float64]:
        apart = point * flip - hip
        both = np.stack([(apart * forward).sum(axis=1), (apart * up).sum(axis=1)], axis=1)
        return np.asarray(both / square)

    new_hip, new_shoulder = (
        place(points[:, list(pair)].mean(axis=1)) for pair in (landmarks.HIPS, landmarks.SHOULDERS)
    )
    new_up = new_shoulder - new_hip
    new_forward = np.stack([new_up[:, 1], -new_up[:, 0]], axis=1)
    return np.stack([new_forward, new_up, new_hip], axis=2)


def _waver(trunks: NDArray[np.float64], size_px: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Smooth random shifts (B, S, S, 2) of SD `trunks` (B,), in trunk lengths: a mask is not quite the outline."""
    coarse = torch.from_numpy(random.standard_normal((len(trunks), 2, 10, 10)).astype(np.float32))
    fine = functional.interpolate(coarse, size=(size_px, size_px), mode="bilinear", align_corners=False)
    out: NDArray[np.float64] = fine.permute(0, 2, 3, 1).numpy() * trunks[:, None, None, None].astype(np.float32)
    return out


def _soften(crop: torch.Tensor) -> torch.Tensor:
    """Edges as soft as those of a model's mask."""
    return functional.avg_pool2d(functional.pad(crop, (1, 1, 1, 1)), 3, stride=1)


def _warp(
    source: torch.Tensor, matrix: NDArray[np.float64], size_px: int, waver: NDArray[np.float64] | None = None
) -> torch.Tensor:
    """Sample crops (B, S, S) from the kept ones, through the change of the trunk frame."""
    unit = contour.TRUNK_IN_CROP * size_px
    at_x, at_y = (part * size_px - 0.5 for part in contour.HIP_IN_CROP)
    ys, xs = np.mgrid[0:size_px, 0:size_px].astype(float)
    new = np.stack([(xs - at_x) / unit, (at_y - ys) / unit, np.ones_like(xs)], axis=-1).astype(np.float32)
    flat = new.reshape(-1, 3) @ matrix.transpose(0, 2, 1).astype(np.float32)
    old: NDArray[np.floating[Any]] = flat.reshape(len(matrix), size_px, size_px, 2)
    if waver is not None:
        old = old + waver
    kept = contour.TRUNK_IN_CROP * CROP_PX
    x = old[..., 0] * kept + contour.HIP_IN_CROP[0] * CROP_PX - 0.5
    y = contour.HIP_IN_CROP[1] * CROP_PX - 0.5 - old[..., 1] * kept
    grid = torch.from_numpy(
        np.stack([(2 * x + 1) / CROP_PX - 1, (2 * y + 1) / CROP_PX - 1], axis=-1).astype(np.float32)
    )
    return functional.grid_sample(source[:, None].float() / 255.0, grid, align_corners=False)


def _spoil(crop: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Faults of masks: wavy, hard or soft edges, plates merged in or biting out, holes, coarse grids."""
    count, _, size, _ = crop.shape
    waves = torch.from_numpy(random.standard_normal((count, 1, 9, 9)).astype(np.float32))
    waves = functional.interpolate(waves, size=(size, size), mode="bicubic", align_corners=False)
    level = torch.from_numpy(random.uniform(-0.1, 0.1, (count, 1, 1, 1)).astype(np.float32))
    gain = torch.from_numpy(np.exp(random.normal(0.1, 0.4, (count, 1, 1, 1))).astype(np.float32))
    out = ((crop - 0.5) * gain + 0.5 + level + 0.12 * waves).clamp(0.0, 1.0) * (crop > 0.01)
    coarse = torch.from_numpy(random.random((count, 1, 1, 1)) < 0.2)
    small = functional.interpolate(
        functional.avg_pool2d(out, 2), size=(size, size), mode="bilinear", align_corners=False
    )
    out = torch.where(coarse, small, out)
    ys, xs = torch.meshgrid(torch.arange(size) / size, torch.arange(size) / size, indexing="ij")
    for chance in (0.25, 0.15):
        at = torch.from_numpy(random.uniform([0.0, 0.35], [1.0, 1.05], (count, 2)).astype(np.float32))
        radius = torch.from_numpy(random.uniform(0.04, 0.3, count).astype(np.float32))
        inside = (xs - at[:, 0, None, None]) ** 2 + (ys - at[:, 1, None, None]) ** 2 < radius[:, None, None] ** 2
        chosen = torch.from_numpy(random.random(count) < chance)[:, None, None]
        value = torch.from_numpy(np.clip(random.normal(0.5, 0.6, (count, 1, 1)), 0, 1).astype(np.float32))
        out = torch.where((inside & chosen)[:, None], value[:, None].expand_as(out), out)
    return out


def _blur_features(described: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Noise, and now and then a whole kind of features gone (zero), so that the model leans on no single one."""
    count, width = described.shape
    noise = torch.from_numpy(random.standard_normal((count, width)).astype(np.float32))
    lost = torch.from_numpy(random.random((count, width)) < 0.04)
    return torch.where(lost, torch.zeros(()), described + 0.03 * noise)
