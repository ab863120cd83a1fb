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
from models.spine.data import IMAGE_SEGMENT, UNIT_DEG, Frames
from models.spine.frames import CROP_PX


@dataclass
class Batch:
    """The network's inputs, and the truth in units of 10 degrees."""

    crop: torch.Tensor  # (B, 1, S, S)
    features: torch.Tensor  # (B, F)
    target: torch.Tensor  # (B, 7)
    yaw: torch.Tensor  # (B,)
    first: torch.Tensor  # (B,) row of the lifter's standing within the batch


def make_batch(
    frames: Frames,
    rows: NDArray[np.int64],
    size_px: int,
    random: np.random.Generator | None,
    *,
    true_share: float = 0.0,
) -> Batch:
    """Return the batch of some rows; the rows must contain every lifter's standing row.

    1. Move the landmarks at random, as the pose model misplaces them.
    2. Describe the moved landmarks as features.
    3. Cut the crop in the trunk frame of the moved landmarks. A share `true_share` of the crops are exact masks.
    4. Add faults of masks and features.
    5. Subtract the picture's pitches from the true angles to get the targets.

    Steps 1 and 4 need `random`; without it nothing changes at random.
    """
    points = frames.points[rows].astype(float)
    moved = points if random is None else _jitter(points, random)  # 1.
    angles = features.segment_pitch_deg(moved, 1)
    world, visible = frames.world[rows].astype(float), frames.visibility[rows].astype(float)
    described = features.describe(moved, visible, world, 1)  # 2.
    matrix = between_frames(frames.axis[rows].astype(float), moved)
    source = frames.crop[rows]  # 3.
    if random is not None and true_share:
        exact = random.random(len(rows)) < true_share
        source = np.where(exact[:, None, None], frames.true_crop[rows], source)
    picture = torch.from_numpy(np.ascontiguousarray(source))
    if random is None:
        crop = warp(picture, matrix, size_px)
    else:
        crop = warp(picture, matrix, size_px, _waver(np.where(frames.drawn[rows], 0.02, 0.006), size_px, random))
        crop = torch.where(torch.from_numpy(frames.drawn[rows])[:, None, None, None], _soften(crop), crop)
    described_t = torch.from_numpy(described.astype(np.float32))
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
        torch.from_numpy(target.astype(np.float32)),
        torch.from_numpy(frames.yaw_deg[rows] / UNIT_DEG),
        torch.from_numpy(first),
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


def _waver(trunks: NDArray[np.float64], size_px: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Smooth random shifts (B, S, S, 2) with SD `trunks` (B,), in trunk lengths.

    A mask follows the outline only roughly.
    """
    coarse = torch.from_numpy(random.standard_normal((len(trunks), 2, 10, 10)).astype(np.float32))
    fine = functional.interpolate(coarse, size=(size_px, size_px), mode="bilinear", align_corners=False)
    out: NDArray[np.float64] = fine.permute(0, 2, 3, 1).numpy() * trunks[:, None, None, None].astype(np.float32)
    return out


def _soften(crop: torch.Tensor) -> torch.Tensor:
    """Soften the edges like those of a model's mask."""
    return functional.avg_pool2d(functional.pad(crop, (1, 1, 1, 1)), 3, stride=1)


def warp(
    source: torch.Tensor, matrix: NDArray[np.float64], size_px: int, waver: NDArray[np.float64] | None = None
) -> torch.Tensor:
    """Sample crops (B, 1, S, S) from the stored ones, through the change of the trunk frame."""
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
    """Add faults of masks: wavy, hard or soft edges, coarse grids, and discs merged in or cut out, like plates."""
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
    """Add noise, and set 4 % of the features to zero, so that the network does not rely on one of them."""
    count, width = described.shape
    noise = torch.from_numpy(random.standard_normal((count, width)).astype(np.float32))
    lost = torch.from_numpy(random.random((count, width)) < 0.04)
    return torch.where(lost, torch.zeros(()), described + 0.03 * noise)
