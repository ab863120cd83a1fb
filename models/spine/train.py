"""Train one member of the spine model's ensemble.

    python -m models.spine.train --data DIR --seed 1 --out DIR

Input: the items of `models.spine.frames`. Output: OUT/seed1.pt (weights) and OUT/seed1.log.json (errors by epoch).
After each epoch OUT/seed1.part is written; the same command goes on from there after an interruption.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from hingecheck.records import Z90
from models.spine.batches import CPU, Batch, Chance, make_batch
from models.spine.data import KINDS, TARGETS, UNIT_DEG, Frames, joined, load, without
from models.spine.lending import lend
from models.spine.net import SpineNet
from models.spine.restore import member_count, restored

ITEMS_A_BATCH = 24
"""Lifters per step."""

SHORT_FLOATS = "AVX512" in torch.backends.cpu.get_cpu_capability()
"""Whether to compute in bfloat16.  With AVX2 alone that is twelve times slower than in full precision."""

BETA = 0.5
"""Weight of the variance in the loss (Seitzer 2022)."""

WEIGHT_DECAY = 0.05

LIFTERS_SEEN = 0.8
"""Share of the lifters that each member is trained on, drawn anew for each, so that members differ."""

OTHER_ZERO = 0.25
"""Share of lifters per step whose reference is another frame than standing, so that a clip without standing can count
from the most upright posture that it shows."""


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--silhouettes", type=Path, help="folder of silhouettes, for many more bodies")
    parser.add_argument("--start", type=Path, help="folder of shipped files; train a member of them further")
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--last", type=int, default=0, help="number of last epochs without silhouettes")
    parser.add_argument("--size", type=int, default=72)
    parser.add_argument("--depth", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", type=torch.device, default=CPU, help="cuda: train on a graphics card")
    parser.add_argument("--limit", type=int, default=10**9, help="number of bodies used, to test how many are needed")
    parser.add_argument("--without", choices=KINDS, default="", help="experiment: leave out a kind of lifters")
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--perfect", action="store_true", help="experiment: exact masks instead of the pose model's")
    parser.add_argument("--true-share", type=float, default=0.1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    wanted = without(options.without)
    frames = {"train": load(options.data, part="train", wanted=wanted), "check": load(options.data, part="check")}
    drawn = load(options.silhouettes, part="train", wanted=wanted) if options.silhouettes else None
    if drawn is not None:
        lend(frames["train"], drawn, np.random.default_rng([options.seed, 41]))
    if options.perfect:
        for part in frames.values():
            part.crop[:] = part.true_crop
    options.out.mkdir(parents=True, exist_ok=True)
    parts = [frames["train"]] if drawn is None else [frames["train"], drawn]
    model, log = train(joined(parts), frames["check"], options)
    name = f"seed{options.seed}"
    kept = {"state": model.cpu().state_dict(), "size": options.size, "depth": options.depth}
    torch.save(kept, options.out / f"{name}.pt")
    (options.out / f"{name}.log.json").write_text(json.dumps(log, indent=1))


def train(frames: Frames, check: Frames, options: Any) -> tuple[SpineNet, list[dict[str, Any]]]:
    """Train, and return the averaged weights after the last epoch and one log line per epoch."""
    random = np.random.default_rng([options.seed, 40])
    groups = [group for group in by_item(frames)[: options.limit] if random.random() < LIFTERS_SEEN]
    chance = None if options.start else Chance(random)
    model = _first(options, make_batch(frames, np.concatenate(groups[:300]), options.size, chance))
    optimiser = _optimiser(model, options.rate)
    observed_groups = [group for group in groups if not frames.drawn[group[0]]]
    plan = [groups] * (options.epochs - options.last) + [observed_groups] * options.last
    steps = sum(-(-len(lot) // ITEMS_A_BATCH) for lot in plan)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.rate, total_steps=steps, pct_start=0.1)
    average = torch.optim.swa_utils.get_ema_multi_avg_fn(0.998)  # type: ignore[no-untyped-call]
    mean = torch.optim.swa_utils.AveragedModel(model, multi_avg_fn=average, use_buffers=True)
    run = _Run(model, mean, optimiser, schedule, options.out / f"seed{options.seed}.part")
    log = run.resumed()
    begin = time.monotonic() - (log[-1]["seconds"] if log else 0.0)
    weights = sum(p.numel() for p in model.parameters())
    print(f"{len(groups)} bodies, {len(frames)} frames; {len(check)} to check; {weights} weights", flush=True)
    for epoch, lot in list(enumerate(plan))[len(log) :]:
        model.train()
        losses = []
        random = np.random.default_rng([options.seed, 42, epoch])
        order = random.permutation(len(lot))
        for start in range(0, len(order), ITEMS_A_BATCH):
            rows = np.concatenate([lot[k] for k in order[start : start + ITEMS_A_BATCH]])
            chance = Chance(random, options.true_share)
            batch = make_batch(frames, rows, options.size, chance, device=options.device)
            batch.first = _other_zeros(batch.first, random)
            losses.append(_step(model, optimiser, batch))
            schedule.step()
            mean.update_parameters(model)
        row = {"epoch": epoch + 1, "loss": float(np.mean(losses)), "seconds": time.monotonic() - begin}
        if (epoch + 1) % 3 == 0 or epoch + 1 == options.epochs:
            row |= measure(_averaged(mean), check)
        log.append(row)
        run.keep(log)
        print(" ".join(f"{k} {v:.2f}" for k, v in row.items()), flush=True)
    run.path.unlink()
    return _averaged(mean), log


@dataclass(frozen=True)
class _Run:
    """Everything that training changes, and the file that keeps it after each epoch."""

    model: SpineNet
    mean: torch.optim.swa_utils.AveragedModel
    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.OneCycleLR
    path: Path

    def keep(self, log: list[dict[str, Any]]) -> None:
        """Write the state after an epoch to a temporary name, then rename."""
        parts = {name: getattr(self, name).state_dict() for name in ("model", "mean", "optimiser", "schedule")}
        part = self.path.with_suffix(".new")
        torch.save(parts | {"log": log, "torch": torch.get_rng_state()}, part)
        part.replace(self.path)

    def resumed(self) -> list[dict[str, Any]]:
        """Load the state that was kept; return the log of the epochs that are done, empty at a first start."""
        if not self.path.exists():
            return []
        kept = torch.load(self.path, weights_only=True, map_location=CPU)
        for name in ("model", "mean", "optimiser", "schedule"):
            getattr(self, name).load_state_dict(kept[name])
        torch.set_rng_state(kept["torch"])
        log: list[dict[str, Any]] = kept["log"]
        return log


def _other_zeros(first: torch.Tensor, random: np.random.Generator) -> torch.Tensor:
    """The row of each frame's reference: that of standing, or for OTHER_ZERO of the lifters another of their frames."""
    rows = first.cpu().numpy()
    out = rows.copy()
    for standing in np.unique(rows):
        if random.random() < OTHER_ZERO:
            out[rows == standing] = random.choice(np.flatnonzero(rows == standing))
    return torch.from_numpy(out).to(first.device)


def _first(options: Any, sample: Batch) -> SpineNet:
    """A shipped member, or an untrained network with its features scaled by a sample."""
    if options.start:
        member = (options.seed - 1) % member_count(options.start)
        started: SpineNet = restored(options.start, member, sample)
        started.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
        return started.to(options.device)
    model = SpineNet(options.size, options.depth)
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing from torch's stubs
    model.encoder.middle.copy_(sample.features.mean(dim=0))
    model.encoder.spread.copy_(sample.features.std(dim=0) + 0.05)
    return model.to(options.device)


def _optimiser(model: SpineNet, rate: float) -> torch.optim.Optimizer:
    """AdamW; weights decay, offsets and normalisations do not."""
    decay = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    return torch.optim.AdamW(
        [{"params": decay, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}], lr=rate
    )


def _step(model: SpineNet, optimiser: torch.optim.Optimizer, batch: Batch) -> float:
    """Make one training step; return the loss."""
    with torch.autocast("cpu", torch.bfloat16, enabled=SHORT_FLOATS and batch.crop.device == CPU):
        own, change = model(batch.crop.contiguous(memory_format=torch.channels_last), batch.features, batch.first)
    loss = loss_of(own.float(), change.float(), batch)
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(model.parameters(), 2.0)
    optimiser.step()
    return float(loss.detach())


def _averaged(mean: torch.optim.swa_utils.AveragedModel) -> SpineNet:
    """The averaged network."""
    model = mean.module
    assert isinstance(model, SpineNet)
    return model


def loss_of(own: torch.Tensor, change: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return the Gaussian losses of each frame alone and of its change from standing.

    A standing frame has no change to learn.
    """
    count = len(TARGETS)
    target = torch.cat([batch.target, batch.yaw[:, None]], dim=1)
    mean = torch.cat([own[:, :count], own[:, 2 * count : 2 * count + 1]], dim=1)
    log_variance = torch.cat([own[:, count : 2 * count], own[:, 2 * count + 1 :]], dim=1)
    moved = batch.first != torch.arange(len(batch.first), device=batch.first.device)
    from_standing = batch.target - batch.target[batch.first]
    pair = _likelihood(change[moved, :count], change[moved, count:], from_standing[moved])
    return _likelihood(mean, log_variance, target) + 2.0 * pair


def _likelihood(mean: torch.Tensor, log_variance: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Beta-weighted negative log likelihood (Seitzer 2022). The weight keeps the network learning on hard frames."""
    log_variance = log_variance.clamp(-5.0, 3.0)
    loss = 0.5 * ((target - mean) ** 2 / log_variance.exp() + log_variance)
    weighted: torch.Tensor = (loss * (BETA * log_variance.detach()).exp()).mean()
    return weighted


def by_item(frames: Frames) -> list[Any]:
    """Return the rows of each lifter."""
    edges = np.flatnonzero(np.diff(frames.item)) + 1
    groups: list[Any] = np.split(np.arange(len(frames)), edges)
    return groups


@torch.no_grad()
def predict(model: SpineNet, frames: Frames) -> tuple[Any, Any, Any, Any]:
    """Return outputs of single frames and of changes, with their targets.

    All lifters, without random changes.
    """
    model.eval()
    device = next(model.parameters()).device
    groups = by_item(frames)
    owns, changes, targets, yaws = [], [], [], []
    for start in range(0, len(groups), 30):
        batch = make_batch(frames, np.concatenate(groups[start : start + 30]), model.size_px, None, device=device)
        own, change = model(batch.crop, batch.features, batch.first)
        owns.append(own.cpu().numpy())
        changes.append(change.cpu().numpy())
        target = batch.target.cpu().numpy()
        targets.append(np.stack([target, target - target[batch.first.cpu().numpy()]]))
        yaws.append(batch.yaw.cpu().numpy())
    return np.concatenate(owns), np.concatenate(changes), np.concatenate(targets, axis=1), np.concatenate(yaws)


def measure(model: SpineNet, frames: Frames) -> dict[str, float]:
    """Return the errors in degrees on the checking lifters, within 25 degrees of the side view."""
    own, change, target, yaw = predict(model, frames)
    count = len(TARGETS)
    side = np.abs(frames.yaw_deg) <= 25.0
    moved = side & (frames.first != np.arange(len(frames)))
    out = {}
    for k, name in enumerate(TARGETS):
        out[f"abs_{name}"] = float(np.abs(own[side, k] - target[0][side, k]).mean() * UNIT_DEG)
        out[name] = float(np.abs(change[moved, k] - target[1][moved, k]).mean() * UNIT_DEG)
    own_pair = own[:, :count] - own[frames.first, :count]
    out["differ_lumbar"] = float(np.abs(own_pair[moved, 1] - target[1][moved, 1]).mean() * UNIT_DEG)
    z = np.abs(change[moved, 1] - target[1][moved, 1]) / np.exp(change[moved, count + 1] / 2)
    out["lumbar_inside"] = float((z < Z90).mean())
    slope = np.polyfit(target[1][moved, 1], change[moved, 1], 1)[0]
    out["slope"] = float(slope)
    rows = _image_only(frames)
    for k, name in ((4, "trunk"), (5, "thigh"), (6, "shank")):
        out[f"image_{name}"] = float(np.abs(rows[moved, k] - np.median(rows[moved, k])).mean() * UNIT_DEG)
    out["yaw"] = float(np.abs(own[side, 2 * count] - yaw[side]).mean() * UNIT_DEG)
    return out


def _image_only(frames: Frames) -> Any:
    """Errors of the landmarks' own segments, from standing: the baseline that the network must improve on."""
    target = make_batch(frames, np.arange(len(frames)), 8, None).target.numpy()
    return target - target[frames.first]


if __name__ == "__main__":
    main()
