"""Batches for training: network inputs and targets, changed at random.

Input: `Frames` and the rows to use. Output: a `Batch` of tensors. With a random generator, landmarks, masks and
features get the faults that a pose model makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from hingecheck import landmarks
from hingecheck.spine import contour, features
from models.spine.data import CROP_PX, IMAGE_SEGMENT, UNIT_DEG, Frames

CPU = torch.device("cpu")


@dataclass
class Batch:
    """The network's inputs, and the truth in units of 10 degrees."""

    crop: torch.Tensor  # (B, 1, S, S)
    features: torch.Tensor  # (B, F)
    target: torch.Tensor  # (B, 7)
    yaw: torch.Tensor  # (B,)
    first: torch.Tensor  # (B,) row of the lifter's standing within the batch


@dataclass(frozen=True)
class Chance:
    """Source of the random changes of a batch, and the share of its crops that are exact masks."""

    random: np.random.Generator
    true_share: float = 0.0


def make_batch(
    frames: Frames, rows: NDArray[np.int64], size_px: int, chance: Chance | None, *, device: torch.device = CPU
) -> Batch:
    """Return the batch of some rows on a device; the rows must contain every lifter's standing row.

    1. Move the landmarks at random, as the pose model misplaces them.
    2. Describe the moved landmarks as features.
    3. Cut the crop in the trunk frame of the moved landmarks. Some of the crops are exact masks.
    4. Add faults of masks and features.
    5. Subtract the picture's pitches from the true angles to get the targets.

    Steps 1 and 4 need `chance`; without it nothing changes at random.
    """
    random = chance.random if chance else None
    points = frames.points[rows].astype(float)
    moved = points if random is None else _jitter(points, random)  # 1.
    angles = features.segment_pitch_deg(moved, 1)
    world, visible = frames.world[rows].astype(float), frames.visibility[rows].astype(float)
    described = features.describe(moved, visible, world, 1)  # 2.
    matrix = between_frames(frames.axis[rows].astype(float), moved)
    source = frames.crop[rows]  # 3.
    if chance and chance.true_share:
        exact = chance.random.random(len(rows)) < chance.true_share
        source = np.where(exact[:, None, None], frames.true_crop[rows], source)
    picture = torch.from_numpy(np.ascontiguousarray(source)).to(device)
    if random is None:
        crop = warp(picture, matrix, size_px)
    else:
        drawn = torch.from_numpy(frames.drawn[rows]).to(device)
        crop = warp(picture, matrix, size_px, _waver(torch.where(drawn, 0.02, 0.006), size_px, random))
        crop = torch.where(drawn[:, None, None, None], _soften(crop, size_px), crop)
    described_t = torch.from_numpy(described.astype(np.float32)).to(device)
    if random is not None:  # 4.
        crop = _spoil(crop, random)
        described_t = _blur_features(described_t, random)
    image = np.stack([np.zeros(len(rows)) if s is None else angles[:, s] for s in IMAGE_SEGMENT], axis=1)
    target = (frames.angles_deg[rows] - image) / UNIT_DEG  # 5.
    place = {row: index for index, row in enumerate(rows)}
    first = np.array([place[row] for row in frames.first[rows]])
    return Batch(
        crop,
        described_t,
        torch.from_numpy(target.astype(np.float32)).to(device),
        torch.from_numpy(frames.yaw_deg[rows] / UNIT_DEG).to(device),
        torch.from_numpy(first).to(device),
    )


def _jitter(points: NDArray[np.float64], random: np.random.Generator) -> NDArray[np.float64]:
    """Move hips, shoulders and knees in pairs, and all points a little on their own."""
    hips, shoulders = list(landmarks.HIPS), list(landmarks.SHOULDERS)
    axis = points[:, shoulders].mean(axis=1) - points[:, hips].mean(axis=1)
    trunk = np.hypot(*axis.T)[:, None, None]
    out: NDArray[np.float64] = points + 0.008 * trunk * random.standard_normal(points.shape)
    for pair in (hips, shoulders, list(landmarks.KNEES)):
        out[:, pair] += 0.02 * trunk * random.standard_normal((len(points), 1, 2))
    return out


def between_frames(axis: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the transform (N, 2, 3) from the trunk frame of `points` to that of `axis` (N, 2, 2); both face right."""
    flip = np.array([1.0, -1.0])
    hip, shoulder = axis[:, 0] * flip, axis[:, 1] * flip
    up = shoulder - hip
    forward = np.stack([up[:, 1], -up[:, 0]], axis=1)
    square = (up**2).sum(axis=1)[:, None]

    def place(point: NDArray[np.float64]) -> NDArray[np.float64]:
        from_hip = point * flip - hip
        coordinates = np.stack([(from_hip * forward).sum(axis=1), (from_hip * up).sum(axis=1)], axis=1)
        return np.asarray(coordinates / square)

    new_hip, new_shoulder = (
        place(points[:, list(pair)].mean(axis=1)) for pair in (landmarks.HIPS, landmarks.SHOULDERS)
    )
    new_up = new_shoulder - new_hip
    new_forward = np.stack([new_up[:, 1], -new_up[:, 0]], axis=1)
    return np.stack([new_forward, new_up, new_hip], axis=2)


def _waver(trunks: torch.Tensor, size_px: int, random: np.random.Generator) -> torch.Tensor:
    """Smooth random shifts (B, S, S, 2) with SD `trunks` (B,), in trunk lengths.

    A mask follows the outline only roughly.
    """
    coarse = _normal(random, (len(trunks), 2, 10, 10), trunks.device)
    fine = functional.interpolate(coarse, size=(size_px, size_px), mode="bilinear", align_corners=False)
    return fine.permute(0, 2, 3, 1) * trunks[:, None, None, None]


def _normal(random: np.random.Generator, shape: tuple[int, ...], device: torch.device) -> torch.Tensor:
    """Standard normal numbers on a device."""
    return torch.from_numpy(random.standard_normal(shape).astype(np.float32)).to(device)


def _soften(crop: torch.Tensor, size_px: int) -> torch.Tensor:
    """Soften the edges like those of a model's mask: three pixels of a crop of 72, in a finer crop as many more."""
    width = 2 * round(1.5 * size_px / 72 - 0.5) + 1
    edge = width // 2
    return functional.avg_pool2d(functional.pad(crop, (edge, edge, edge, edge)), width, stride=1)


def warp(
    source: torch.Tensor, matrix: NDArray[np.float64], size_px: int, waver: torch.Tensor | None = None
) -> torch.Tensor:
    """Sample crops (B, 1, S, S) from the stored ones, through the change of the trunk frame."""
    unit = contour.TRUNK_IN_CROP * size_px
    at_x, at_y = (part * size_px - 0.5 for part in contour.HIP_IN_CROP)
    ys, xs = np.mgrid[0:size_px, 0:size_px].astype(float)
    new = np.stack([(xs - at_x) / unit, (at_y - ys) / unit, np.ones_like(xs)], axis=-1).astype(np.float32)
    change = torch.from_numpy(matrix.transpose(0, 2, 1).astype(np.float32)).to(source.device)
    old = (torch.from_numpy(new.reshape(-1, 3)).to(source.device) @ change).reshape(-1, size_px, size_px, 2)
    if waver is not None:
        old = old + waver
    kept = contour.TRUNK_IN_CROP * CROP_PX
    x = old[..., 0] * kept + contour.HIP_IN_CROP[0] * CROP_PX
    y = contour.HIP_IN_CROP[1] * CROP_PX - old[..., 1] * kept
    grid = torch.stack([2 * x / CROP_PX - 1, 2 * y / CROP_PX - 1], dim=-1)
    return functional.grid_sample(source[:, None].float() / 255.0, grid, align_corners=False)


def _spoil(crop: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Add faults of masks: wavy, hard or soft edges, coarse grids, and discs merged in or cut out, like plates."""
    count, _, size, _ = crop.shape

    def there(values: Any) -> torch.Tensor:
        return torch.from_numpy(np.asarray(values)).to(crop.device)

    waves = _normal(random, (count, 1, 9, 9), crop.device)
    waves = functional.interpolate(waves, size=(size, size), mode="bicubic", align_corners=False)
    level = there(random.uniform(-0.1, 0.1, (count, 1, 1, 1)).astype(np.float32))
    gain = there(np.exp(random.normal(0.1, 0.4, (count, 1, 1, 1))).astype(np.float32))
    out = ((crop - 0.5) * gain + 0.5 + level + 0.12 * waves).clamp(0.0, 1.0) * (crop > 0.01)
    coarse = there(random.random((count, 1, 1, 1)) < 0.2)
    small = functional.interpolate(
        functional.avg_pool2d(out, round(size / 36)), size=(size, size), mode="bilinear", align_corners=False
    )
    out = torch.where(coarse, small, out)
    steps = torch.arange(size, device=crop.device) / size
    ys, xs = torch.meshgrid(steps, steps, indexing="ij")
    for chance in (0.25, 0.15):
        at = there(random.uniform([0.0, 0.35], [1.0, 1.05], (count, 2)).astype(np.float32))
        radius = there(random.uniform(0.04, 0.3, count).astype(np.float32))
        inside = (xs - at[:, 0, None, None]) ** 2 + (ys - at[:, 1, None, None]) ** 2 < radius[:, None, None] ** 2
        chosen = there(random.random(count) < chance)[:, None, None]
        value = there(np.clip(random.normal(0.5, 0.6, (count, 1, 1)), 0, 1).astype(np.float32))
        out = torch.where((inside & chosen)[:, None], value[:, None].expand_as(out), out)
    return out


def _blur_features(described: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """Add noise, and set 4 % of the features to zero, so that the network does not rely on one of them."""
    noise = _normal(random, tuple(described.shape), described.device)
    lost = torch.from_numpy(random.random(tuple(described.shape)) < 0.04).to(described.device)
    return (described + 0.03 * noise).masked_fill(lost, 0.0)
