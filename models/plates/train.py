"""Train the plate finder; write OUT/plates.onnx and OUT/plates/train_log.json.

    python -m models.plates.train --data DIR --out models
    python -m models.plates.train --data DIR --out models --bare

The second command also learns the ends of bars without plates. It writes OUT/bar_end.onnx and
OUT/plates/bare_log.json.

Input: the items of `models.plates.frames` in DIR. Rendered plates all look alike, but plates in gyms have grips,
letters, rings and smaller plates in front. So training paints most plates over, inside their outline, at random.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from hingecheck.barbell.detection import SIDE, SIZE_PX
from hingecheck.records import LARGEST_BARE
from models.plates.examples import Example, batch_of, load
from models.plates.net import CELL_PX, PlateNet
from models.plates.painting import Floats

BATCH: Final = 64
"""Pictures per step."""

CELLS: Final = SIZE_PX // CELL_PX
"""Cells along each side of the maps."""

SPREAD_CELLS: Final = 1.0
"""SD of the target's peak around a middle, in cells."""

NEAR_CELLS: Final = 1.6
"""Place and size are learned in cells at most this far from the middle."""

OPSET: Final = 17
"""ONNX operator set of the exported file."""

BARE_OFF_PX: Final = 4.0
"""A bare bar's end counts as found if it is at most this far off."""


def targets(plates: Floats) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return the training targets of plates (B, 4), NaN for none.

    1. Heat (B, C, C): how near each cell is to the plate's middle; 1 in the nearest cell, 0 everywhere if the middle
       is outside.
    2. Box (B, 4, C, C): offset to the middle, right and down, and the logarithms of half width and half height, in
       cells.
    3. Near (B, C, C): 1 in the cells where the box is learned.
    """
    middles = np.arange(CELLS) + 0.5
    has_plate = np.asarray(~np.isnan(plates).any(axis=1))
    cells = np.nan_to_num(plates, nan=-1e3 * CELL_PX) / CELL_PX
    right = cells[:, 0, None, None] - middles[None, None, :] + np.zeros((1, CELLS, 1))
    down = cells[:, 1, None, None] - middles[None, :, None] + np.zeros((1, 1, CELLS))
    away = right**2 + down**2
    nearest = away == away.min(axis=(1, 2), keepdims=True)
    inside = np.asarray(((cells[:, :2] > 0) & (cells[:, :2] < CELLS)).all(axis=1) & has_plate)
    heat = np.exp(-away / (2 * SPREAD_CELLS**2))  # 1.
    heat[nearest] = 1.0
    heat[~inside] = 0.0
    size = np.log(np.maximum(cells[:, 2:], 0.1))[:, :, None, None] + np.zeros((1, 1, CELLS, CELLS))
    box = np.concatenate([np.stack([right, down], axis=1), size], axis=1)  # 2.
    near = ((away <= NEAR_CELLS**2) & inside[:, None, None]).astype(np.float32)  # 3.
    return tuple(torch.from_numpy(np.asarray(part, np.float32)) for part in (heat, box, near))  # type: ignore[return-value]


def loss_of(out: torch.Tensor, heat: torch.Tensor, box: torch.Tensor, near: torch.Tensor) -> torch.Tensor:
    """Return the loss: focal loss of the middle (Law and Deng 2018), and absolute errors of the box near it."""
    logit = out[:, 0]
    probability = torch.sigmoid(logit)
    is_middle = (heat == 1.0).float()
    hit = is_middle * (1 - probability) ** 2 * functional.logsigmoid(logit)
    miss = (1 - is_middle) * (1 - heat) ** 4 * probability**2 * functional.logsigmoid(-logit)
    focal = -(hit + miss).sum() / is_middle.sum().clamp(min=1.0)
    box_error = (functional.smooth_l1_loss(out[:, 1:], box, beta=0.1, reduction="none").sum(dim=1) * near).sum()
    return focal + box_error / near.sum().clamp(min=1.0)


def train(frames: list[Example], check: list[Example], options: Any) -> tuple[PlateNet, list[dict[str, float]]]:
    """Train, and return the averaged weights after the last epoch and one log line per epoch."""
    random = np.random.default_rng([options.seed, 52])
    model = PlateNet().to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
    optimiser = torch.optim.AdamW(model.parameters(), lr=options.rate, weight_decay=0.02)
    steps = options.epochs * (len(frames) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps, pct_start=0.15)
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.995)  # type: ignore[no-untyped-call]
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=average, use_buffers=True)
    averaged = mean.module
    assert isinstance(averaged, PlateNet)
    log, begin = [], time.monotonic()
    for epoch in range(options.epochs):
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
    """Return the errors on the lifters kept for checking.

    `found`, `elsewhere`, `false`: share of plates found, of plates found at a wrong place, and of pictures without
    plates in which one is found. `place`, `size` (and `..90`): median (and 90 %) errors of middle and size, in shares
    of the radius. `bare...`: the same for bars without plates; `bare_place` in leg lengths. `least` is the lowest
    probability that counts as found.
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
    no_bar = np.isnan(true).any(axis=1)
    error_px = np.hypot(*(place - true)[:, :2].T)
    error_in_radii, bare = error_px / true[:, 3], inside & (true[:, 3] < LARGEST_BARE * SIZE_PX / SIDE)
    near_truth = error_px < np.maximum(0.5 * true[:, 3], BARE_OFF_PX)
    bare_found = bare & (chance > least) & near_truth
    inside &= ~bare
    found_plates = inside & (chance > least) & near_truth
    size = np.abs(np.log(place[found_plates, 3] / true[found_plates, 3]))
    if not found_plates.any():
        return {"found": 0.0}
    return {
        "found": float(found_plates[inside].mean()),
        "elsewhere": float(((chance > least) & ~near_truth)[inside].mean()),
        "bare": float(bare_found[bare].mean()) if bare.any() else 0.0,
        "bare_elsewhere": float(((chance > least) & ~near_truth)[bare].mean()) if bare.any() else 0.0,
        "bare_place": float(np.median(error_px[bare_found])) * SIDE / SIZE_PX if bare_found.any() else 0.0,
        "false": float((chance[no_bar] > least).mean()),
        "place": float(np.median(error_in_radii[found_plates])),
        "place90": float(np.quantile(error_in_radii[found_plates], 0.9)),
        "size": float(np.median(size)),
        "size90": float(np.quantile(size, 0.9)),
    }


def decoded(out: torch.Tensor) -> tuple[Floats, Floats]:
    """Return the likeliest plate of each picture: probability (B,), and x, y, half width, half height (B, 4) px."""
    maps = out.double().numpy()
    best = maps[:, 0].reshape(len(maps), -1).argmax(axis=1)
    row, column = np.divmod(best, CELLS)
    values = maps[np.arange(len(maps)), :, row, column]
    middle = np.stack([column, row], axis=1) + 0.5 + values[:, 1:3]
    return 1 / (1 + np.exp(-values[:, 0])), CELL_PX * np.concatenate([middle, np.exp(values[:, 3:])], axis=1)


def write(model: PlateNet, path: Path) -> None:
    """Write the network as an ONNX file, which OpenCV runs."""
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
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=24)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bare", action="store_true", help="also find the ends of bars without plates")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    frames, check = (load(options.data, check=part, bare=options.bare) for part in (False, True))
    print(f"{len(frames)} frames, {len(check)} to check", flush=True)
    model, log = train(frames, check, options)
    logs = options.out / "plates"
    logs.mkdir(parents=True, exist_ok=True)
    write(model, options.out / ("bar_end.onnx" if options.bare else "plates.onnx"))
    (logs / ("bare_log.json" if options.bare else "train_log.json")).write_text(
        json.dumps(log, indent=1) + "\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
