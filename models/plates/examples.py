"""Training examples of the plate finder.

Input: the items of `models.plates.frames`. Output: the network's input picture (the window around the lifter) and the
plate in it, changed at random for training.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch

from hingecheck.barbell.detection import SIZE_PX, window
from hingecheck.records import LARGEST_BARE
from hingecheck.video.thumbnails import BLUR_PX
from models.plates.painting import Floats, Grey, developed, painted

CHECKED: Final = 12
"""One item of this many is kept for checking."""

PAINTED: Final = 0.65
"""Share of the plates that get another face in training."""


@dataclass(frozen=True)
class Example:
    """One picture (h, w), the lifter's place in it, and its plate (4,) or NaN, as in `models.plates.frames`."""

    grey: Grey
    plate: Floats
    foot: Floats
    leg_px: float


def load(folder: Path, *, check: bool, bare: bool) -> list[Example]:
    """Return the examples for checking (`check`) or for training.

    `bare`: a bar without plates has an end to find. Otherwise its plate becomes NaN.
    """
    examples = []
    for number, path in enumerate(sorted(folder.glob("item_*.npz"))):
        if (number % CHECKED == 0) == check:
            item = np.load(path)
            foot, leg_px = item["foot"].astype(np.float64), float(item["leg_px"])
            plates = item["plate"].astype(np.float64)
            if not bare:
                plates[plates[:, 3] < LARGEST_BARE * leg_px] = np.nan
            pairs = zip(item["grey"], plates, strict=True)
            examples += [Example(grey, plate, foot, leg_px) for grey, plate in pairs]
    return examples


def example(source: Example, random: np.random.Generator | None) -> tuple[Grey, Floats]:
    """Return the window around the lifter (S, S) and the plate in it (4,).

    With a random generator, the example changes for training:

    1. Paint another plate, and change exposure and noise.
    2. Shift and scale the window a little.
    3. Blur like the analyzer, cut out the window, and rotate it a little.
    4. Mirror half of the examples.
    """
    grey, plate, foot, leg_px = source.grey, source.plate.copy(), source.foot, source.leg_px
    if random is not None:  # 1. and 2.
        if not np.isnan(plate).any() and random.random() < PAINTED:
            grey = painted(grey, plate, random)
        grey = developed(grey, random)
        foot = foot + random.normal(0.0, 0.07, 2) * leg_px
        leg_px *= float(np.exp(random.normal(0.0, 0.08)))
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), BLUR_PX), np.uint8)  # 3.
    transform = window(foot, leg_px)
    if random is not None:
        angle = np.radians(random.normal(0.0, 2.0))
        rotate = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = np.full(2, SIZE_PX / 2)
        transform = np.column_stack([rotate @ transform[:, :2], rotate @ (transform[:, 2] - middle) + middle])
    warped = cv2.warpAffine(
        grey, transform, (SIZE_PX, SIZE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    window_picture = np.asarray(warped, np.uint8)
    scale = float(np.hypot(*transform[:, 0]))
    plate = np.concatenate([transform[:, :2] @ plate[:2] + transform[:, 2], plate[2:] * scale])
    if random is not None and random.random() < 0.5:  # 4.
        window_picture = window_picture[:, ::-1]
        plate[0] = SIZE_PX - plate[0]
    return np.ascontiguousarray(window_picture, np.uint8), plate


def batch_of(examples: list[Example], random: np.random.Generator | None) -> tuple[torch.Tensor, Floats]:
    """Return pictures (B, 1, S, S) in 0..1 and plates (B, 4)."""
    drawn = [example(each, random) for each in examples]
    pictures = np.stack([picture for picture, _ in drawn])[:, None].astype(np.float32) / 255
    return torch.from_numpy(pictures), np.stack([plate for _, plate in drawn])
