"""Train the plate finder; write OUT/plates.onnx and OUT/plates/train_log.json.

    python -m models.plates.train --data DIR --out models
    python -m models.plates.train --data DIR --out models --bare

The second finds the ends of bare bars as well; it writes OUT/bar_end.onnx and OUT/plates/bare_log.json.

Rendered plates all look alike; plates in gyms have grips, letters, rings and smaller plates before them.  So most
plates are painted over in training, inside their outline, at random.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from hingecheck.barbell.detection import SIDE, SIZE_PX, window
from hingecheck.records import LARGEST_BARE
from hingecheck.video.thumbnails import BLUR_PX
from models.plates.net import CELL_PX, PlateNet

BATCH: Final = 64
CHECKED: Final = 12
"""One item of so many is kept for checking."""

CELLS: Final = SIZE_PX // CELL_PX
SPREAD_CELLS: Final = 1.0
NEAR_CELLS: Final = 1.6
OPSET: Final = 17
PAINTED: Final = 0.65
ENLARGED: Final = 4
SMALLEST_PX: Final = 4
MIDDLE: Final = np.zeros(2)
BARE_OFF_PX: Final = 4.0
"""Farther than this from a bare bar's end it is not found."""

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One picture (h, w), where the lifter stands in it, and its plate (4,) or NaN, as `models.plates.frames` says."""

    grey: Grey
    plate: Floats
    foot: Floats
    leg_px: float


def load(folder: Path, *, check: bool, bare: bool) -> list[Example]:
    """The examples of one part of the items; `bare`: bars without plates have an end to find."""
    found = []
    for number, path in enumerate(sorted(folder.glob("item_*.npz"))):
        if (number % CHECKED == 0) == check:
            item = np.load(path)
            foot, leg_px = item["foot"].astype(np.float64), float(item["leg_px"])
            plates = item["plate"].astype(np.float64)
            if not bare:
                plates[plates[:, 3] < LARGEST_BARE * leg_px] = np.nan
            pairs = zip(item["grey"], plates, strict=True)
            found += [Example(grey, plate, foot, leg_px) for grey, plate in pairs]
    return found


def example(one: Example, random: np.random.Generator | None) -> tuple[Grey, Floats]:
    """The part that is looked at (S, S) and the plate in it (4,); with a generator, moved and repainted at random."""
    grey, plate, foot, leg_px = one.grey, one.plate.copy(), one.foot, one.leg_px
    if random is not None:
        if not np.isnan(plate).any() and random.random() < PAINTED:
            grey = painted(grey, plate, random)
        grey = _developed(grey, random)
        foot = foot + random.normal(0.0, 0.07, 2) * leg_px
        leg_px *= float(np.exp(random.normal(0.0, 0.08)))
    grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), BLUR_PX), np.uint8)
    turn = window(foot, leg_px)
    if random is not None:
        angle = np.radians(random.normal(0.0, 2.0))
        rotate = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = np.full(2, SIZE_PX / 2)
        turn = np.column_stack([rotate @ turn[:, :2], rotate @ (turn[:, 2] - middle) + middle])
    bent = cv2.warpAffine(grey, turn, (SIZE_PX, SIZE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    part = np.asarray(bent, np.uint8)
    scale = float(np.hypot(*turn[:, 0]))
    plate = np.concatenate([turn[:, :2] @ plate[:2] + turn[:, 2], plate[2:] * scale])
    if random is not None and random.random() < 0.5:
        part = part[:, ::-1]
        plate[0] = SIZE_PX - plate[0]
    return np.ascontiguousarray(part, np.uint8), plate


@dataclass(frozen=True)
class _Face:
    """A plate's face in an enlarged picture: its middle (2,) and half axes (2,) px, and what draws at random."""

    picture: Grey
    middle: Floats
    radii: Floats
    random: np.random.Generator

    def disc(self, at: Floats, share: Floats | float, shade: float, thick: int = -1) -> None:
        """An ellipse at a place and of a size in shares of the face."""
        centre = tuple(int(v) for v in (self.middle + at * self.radii))
        axes = tuple(max(1, int(v)) for v in self.radii * share)
        cv2.ellipse(self.picture, centre, axes, 0, 0, 360, float(np.clip(shade, 0, 255)), thick, cv2.LINE_AA)

    def colour(self) -> None:
        """Another grey, a rim, rings."""
        random, shade = self.random, float(self.random.uniform(5, 245))
        if random.random() < 0.7:
            self.disc(MIDDLE, 1.0, shade)
            if random.random() < 0.5:
                self.disc(MIDDLE, float(random.uniform(0.85, 0.97)), shade + random.normal(0, 25))
        for _ in range(int(random.integers(0, 3))):
            share, thick = float(random.uniform(0.3, 0.9)), int(random.integers(1, 8))
            self.disc(MIDDLE, share, shade + random.normal(0, 60), thick)

    def grips(self) -> None:
        """Round holes around the middle."""
        random = self.random
        count, ring, hole = int(random.integers(2, 9)), random.uniform(0.5, 0.75), random.uniform(0.08, 0.2)
        dark, first = float(random.uniform(0, 120)), random.uniform(0, 2 * np.pi)
        for angle in first + 2 * np.pi * np.arange(count) / count:
            self.disc(ring * np.array([np.cos(angle), np.sin(angle)]), hole, dark)

    def letters(self) -> None:
        """Light spots along an arc."""
        random = self.random
        light, first, ring = float(random.uniform(100, 255)), random.uniform(0, 2 * np.pi), random.uniform(0.55, 0.8)
        for angle in first + np.arange(0, random.uniform(0.6, 6.0), 0.25):
            if random.random() < 0.75:
                self.disc(ring * np.array([np.cos(angle), np.sin(angle)]), random.uniform(0.02, 0.08, 2), light)

    def smaller(self) -> None:
        """A smaller plate in front."""
        share, shade = float(self.random.uniform(0.3, 0.8)), float(self.random.uniform(5, 245))
        self.disc(MIDDLE, share, shade)
        self.disc(MIDDLE, share * 0.85, shade + self.random.normal(0, 20))

    def hub(self) -> None:
        """The end of the sleeve."""
        self.disc(MIDDLE, float(self.random.uniform(0.06, 0.16)), float(self.random.uniform(60, 230)))


def painted(grey: Grey, plate: Floats, random: np.random.Generator) -> Grey:
    """The picture with another plate inside the outline; as it is where the plate is cut off or tiny."""
    x, y, wide, high = plate
    left, top = int(x - wide) - 2, int(y - high) - 2
    right, bottom = int(x + wide) + 3, int(y + high) + 3
    if left < 0 or top < 0 or right > grey.shape[1] or bottom > grey.shape[0] or min(wide, high) < SMALLEST_PX:
        return grey
    cut = grey[top:bottom, left:right]
    large = np.asarray(cv2.resize(cut, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_LINEAR), np.uint8)
    middle = np.array([x - left, y - top]) * ENLARGED
    face = _Face(large, middle, np.array([wide, high]) * ENLARGED, random)
    face.colour()
    for paint, odds in ((face.grips, 0.4), (face.letters, 0.4), (face.smaller, 0.35), (face.hub, 0.6)):
        if random.random() < odds:
            paint()
    out = grey.copy()
    out[top:bottom, left:right] = cv2.resize(large, cut.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(out, np.uint8)


def _developed(grey: Grey, random: np.random.Generator) -> Grey:
    """Another exposure, contrast, sharpness and noise."""
    light = grey.astype(np.float32) / 255
    light = light ** float(np.exp(random.normal(0.0, 0.35)))
    light = (light - 0.5) * float(random.uniform(0.5, 1.2)) + 0.5 + float(random.normal(0.0, 0.08))
    if random.random() < 0.3:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), float(random.uniform(0.5, 1.5))), np.float32)
    light = light + random.standard_normal(light.shape, dtype=np.float32) * abs(random.normal(0.0, 0.02))
    return np.asarray(np.clip(light * 255, 0, 255), np.uint8)


def targets(plates: Floats) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """How near each cell is to a plate's middle (B, C, C), what to tell there (B, 4, C, C), and where (B, C, C)."""
    middles = np.arange(CELLS) + 0.5
    known = np.asarray(~np.isnan(plates).any(axis=1))
    cells = np.nan_to_num(plates, nan=-1e3 * CELL_PX) / CELL_PX
    right = cells[:, 0, None, None] - middles[None, None, :] + np.zeros((1, CELLS, 1))
    down = cells[:, 1, None, None] - middles[None, :, None] + np.zeros((1, 1, CELLS))
    away = right**2 + down**2
    nearest = away == away.min(axis=(1, 2), keepdims=True)
    inside = np.asarray(((cells[:, :2] > 0) & (cells[:, :2] < CELLS)).all(axis=1) & known)
    heat = np.exp(-away / (2 * SPREAD_CELLS**2))
    heat[nearest] = 1.0
    heat[~inside] = 0.0
    size = np.log(np.maximum(cells[:, 2:], 0.1))[:, :, None, None] + np.zeros((1, 1, CELLS, CELLS))
    told = np.concatenate([np.stack([right, down], axis=1), size], axis=1)
    near = ((away <= NEAR_CELLS**2) & inside[:, None, None]).astype(np.float32)
    return tuple(torch.from_numpy(np.asarray(part, np.float32)) for part in (heat, told, near))  # type: ignore[return-value]


def loss_of(out: torch.Tensor, heat: torch.Tensor, told: torch.Tensor, near: torch.Tensor) -> torch.Tensor:
    """Focal loss of the middle (Law and Deng 2018) and absolute errors of what is told near it."""
    logit = out[:, 0]
    chance = torch.sigmoid(logit)
    is_middle = (heat == 1.0).float()
    hit = is_middle * (1 - chance) ** 2 * functional.logsigmoid(logit)
    miss = (1 - is_middle) * (1 - heat) ** 4 * chance**2 * functional.logsigmoid(-logit)
    focal = -(hit + miss).sum() / is_middle.sum().clamp(min=1.0)
    apart = (functional.smooth_l1_loss(out[:, 1:], told, beta=0.1, reduction="none").sum(dim=1) * near).sum()
    return focal + apart / near.sum().clamp(min=1.0)


def batch_of(examples: list[Example], random: np.random.Generator | None) -> tuple[torch.Tensor, Floats]:
    """Pictures (B, 1, S, S) and plates (B, 4)."""
    drawn = [example(one, random) for one in examples]
    pictures = np.stack([picture for picture, _ in drawn])[:, None].astype(np.float32) / 255
    return torch.from_numpy(pictures), np.stack([plate for _, plate in drawn])


def train(frames: list[Example], check: list[Example], wanted: Any) -> tuple[PlateNet, list[dict[str, float]]]:
    """The averaged weights after the last epoch, and a line an epoch."""
    random = np.random.default_rng([wanted.seed, 52])
    model = PlateNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
    optimiser = torch.optim.AdamW(model.parameters(), lr=wanted.rate, weight_decay=0.02)
    steps = wanted.epochs * (len(frames) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, wanted.rate, total_steps=steps, pct_start=0.15)
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.995)  # type: ignore[no-untyped-call]
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=average, use_buffers=True)
    averaged = mean.module
    assert isinstance(averaged, PlateNet)
    log, begin = [], time.monotonic()
    for epoch in range(wanted.epochs):
        model.train()
        losses = []
        order = random.permutation(len(frames))[: len(frames) // BATCH * BATCH]
        for rows in order.reshape(-1, BATCH):
            pictures, plates = batch_of([frames[row] for row in rows], random)
            out = model(pictures.contiguous(memory_format=torch.channels_last))
            loss = loss_of(out, *targets(plates))
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(model.parameters(), 5.0)
            optimiser.step()
            schedule.step()
            mean.update_parameters(model)
            losses.append(float(loss.detach()))
        row = {"epoch": epoch + 1, "loss": float(np.mean(losses)), "seconds": round(time.monotonic() - begin)}
        log.append(row | measure(averaged, check))
        print(" ".join(f"{name} {value:.3f}" for name, value in log[-1].items()), flush=True)
    return averaged, log


@torch.no_grad()
def measure(model: PlateNet, check: list[Example], least: float = 0.5) -> dict[str, float]:
    """On lifters kept for checking: shares found and wrongly found, median and 90 % errors in shares of the radius.

    Of bars without plates: the share found, and the median error in leg lengths.
    """
    model.eval()
    chances, places, plates = [], [], []
    for start in range(0, len(check), 256):
        pictures, true = batch_of(check[start : start + 256], None)
        chance, place = decoded(model(pictures))
        chances.append(chance)
        places.append(place)
        plates.append(true)
    chance, place, true = np.concatenate(chances), np.concatenate(places), np.concatenate(plates)
    inside = ((true[:, :2] > 0) & (true[:, :2] < SIZE_PX)).all(axis=1)
    none = np.isnan(true).any(axis=1)
    apart_px = np.hypot(*(place - true)[:, :2].T)
    apart, bare = apart_px / true[:, 3], inside & (true[:, 3] < LARGEST_BARE * SIZE_PX / SIDE)
    there = apart_px < np.maximum(0.5 * true[:, 3], BARE_OFF_PX)
    bare_found = bare & (chance > least) & there
    inside &= ~bare
    found = inside & (chance > least) & there
    size = np.abs(np.log(place[found, 3] / true[found, 3]))
    if not found.any():
        return {"found": 0.0}
    return {
        "found": float(found[inside].mean()),
        "elsewhere": float(((chance > least) & ~there)[inside].mean()),
        "bare": float(bare_found[bare].mean()) if bare.any() else 0.0,
        "bare_elsewhere": float(((chance > least) & ~there)[bare].mean()) if bare.any() else 0.0,
        "bare_place": float(np.median(apart_px[bare_found])) * SIDE / SIZE_PX if bare_found.any() else 0.0,
        "false": float((chance[none] > least).mean()),
        "place": float(np.median(apart[found])),
        "place90": float(np.quantile(apart[found], 0.9)),
        "size": float(np.median(size)),
        "size90": float(np.quantile(size, 0.9)),
    }


def decoded(out: torch.Tensor) -> tuple[Floats, Floats]:
    """The likeliest plate of each picture: chance (B,), and x, y, half width, half height (B, 4) px."""
    maps = out.double().numpy()
    best = maps[:, 0].reshape(len(maps), -1).argmax(axis=1)
    row, column = np.divmod(best, CELLS)
    told = maps[np.arange(len(maps)), :, row, column]
    middle = np.stack([column, row], axis=1) + 0.5 + told[:, 1:3]
    return 1 / (1 + np.exp(-told[:, 0])), CELL_PX * np.concatenate([middle, np.exp(told[:, 3:])], axis=1)


def write(model: PlateNet, path: Path) -> None:
    """The form that OpenCV runs."""
    part = path.with_name(f".{path.name}.part")
    torch.onnx.export(
        model.eval(),
        (torch.zeros(1, 1, SIZE_PX, SIZE_PX),),
        str(part),
        input_names=["picture"],
        output_names=["maps"],
        dynamic_axes={"picture": {0: "frames"}, "maps": {0: "frames"}},
        opset_version=OPSET,
        dynamo=False,
    )
    part.replace(path)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bare", action="store_true", help="find the ends of bars without plates as well")
    wanted = parser.parse_args()
    torch.set_num_threads(wanted.threads)
    torch.manual_seed(wanted.seed)
    frames, check = (load(wanted.data, check=part, bare=wanted.bare) for part in (False, True))
    print(f"{len(frames)} frames, {len(check)} to check", flush=True)
    model, log = train(frames, check, wanted)
    logs = wanted.out / "plates"
    logs.mkdir(parents=True, exist_ok=True)
    write(model, wanted.out / ("bar_end.onnx" if wanted.bare else "plates.onnx"))
    (logs / ("bare_log.json" if wanted.bare else "train_log.json")).write_text(
        json.dumps(log, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
