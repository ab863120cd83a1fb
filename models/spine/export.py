"""Calibrate the trained members on lifters they have not seen, and write the files that the analyzer loads.

    python -m models.spine.export RUN/seed1.pt RUN/seed2.pt --data DIR --out models
    python -m models.spine.export --data NEW --out models

The second command calibrates the shipped members again, on lifters that none of them was trained on, and writes the
heads.

`spine_encoder.onnx`. In: crop (B, 1, S, S) in 0..1 and features (B, F). Out: the codes (B, M * 128) of M members.

`spine_head.onnx`. In: codes of frames, codes of standing, and how far the picture's trunk has turned between them (B,
1). Out, in degrees: `single` (B, 16), eight means and eight SDs from one frame alone, the last of each being yaw;
`change` (B, 14), seven means and seven SDs, counted from the reference, mostly standing. The first seven
are in the order of `models.spine.data.TARGETS`.

Calibration. A network that is unsure of the lumbar share answers with the usual share, more so the less it sees. Its
answer is a posterior mean, which contains the spread of shares in the training data (the prior).

1. Scale the SDs of the changes so that 90 % of the errors of bent frames lie within 1.645 of them.
2. Remove the prior, frame by frame, as much as the frame's own variance says it weighs. The lumbar share moves away
   from the usual one. The pelvis takes the difference. The thoraco-lumbar junction, which is measured well, stays. The
   prior's width is chosen so that lumbar changes of bent frames have the slope WANTED_SLOPE against the truth.
3. Scale the SDs again.
4. Shift the means of single frames to the median truth, and scale their SDs, so that they hold for bent and for upright
   frames.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import brentq
from torch import nn

from hingecheck.records import CROP_SIZE_PX, Z90
from hingecheck.spine import features
from models.spine.batches import make_batch
from models.spine.data import TARGETS, UNIT_DEG, Frames, load
from models.spine.net import CODE, SpineNet
from models.spine.restore import member_count, restored
from models.spine.train import by_item, predict

OPSET = 17
CALIBRATED_YAW_DEG = 25.0
"""Calibration uses frames within this angle of the side view."""

BENT_DEG = 30.0
"""A frame is bent if the trunk leans more than this from standing."""

WANTED_SLOPE = 0.92
"""Slope of the lumbar change against the truth that calibration sets."""

PRIOR_WIDTHS = (0.12, 2.0)
"""Limits of the prior's width, as an SD of the lumbar share: from one that pulls a lot to one that hardly pulls.  Own
choice."""

MOST_PRIOR = 0.4
"""Largest weight that the prior may have in one frame."""

TURNED_FROM_DEG, TURNED_TO_DEG = 15.0, 35.0
"""The prior is removed from this turn of the junction on, and fully from the second value on."""

PELVIS, LUMBAR, JUNCTION, TRUNK = (TARGETS.index(name) for name in ("pelvis", "lumbar", "junction", "trunk"))


class Encoders(nn.Module):
    """All members' encoders side by side."""

    def __init__(self, members: list[SpineNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList([member.encoder for member in members])

    def forward(self, crop: torch.Tensor, described: torch.Tensor) -> torch.Tensor:
        """Return the codes (B, M * CODE)."""
        return torch.cat([member(crop, described) for member in self.members], dim=1)


class Heads(nn.Module):
    """The members' heads, their combination, and the calibration."""

    single_shift: torch.Tensor
    single_width: torch.Tensor
    change_width: torch.Tensor
    prior: torch.Tensor
    usual_share: torch.Tensor

    def __init__(self, members: list[SpineNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList([member.head for member in members])
        count = len(TARGETS)
        self.register_buffer("single_shift", torch.zeros(count + 1))
        self.register_buffer("single_width", torch.ones(count + 1))
        self.register_buffer("change_width", torch.ones(count))
        self.register_buffer("prior", torch.full((1,), 1e6))
        self.register_buffer("usual_share", torch.zeros(1))

    def forward(
        self, code: torch.Tensor, standing: torch.Tensor, turned_deg: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return `single` (B, 16) and `change` (B, 14), degrees."""
        parts = zip(self.members, torch.split(code, CODE, dim=1), torch.split(standing, CODE, dim=1), strict=True)
        return self.combined([head(own, zero) for head, own, zero in parts], turned_deg)

    def combined(
        self, pairs: list[tuple[torch.Tensor, torch.Tensor]], turned_deg: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Combine the members' outputs, each (own, change), and calibrate them."""
        count = len(TARGETS)
        owns = [torch.cat([own[:, :count], own[:, 2 * count : 2 * count + 1]], dim=1) for own, _ in pairs]
        own_vars = [torch.cat([own[:, count : 2 * count], own[:, 2 * count + 1 :]], dim=1).exp() for own, _ in pairs]
        single, single_sd = _combined_moments(owns, own_vars)
        change, change_sd = _combined_moments([c[:, :count] for _, c in pairs], [c[:, count:].exp() for _, c in pairs])
        single, single_sd = single * UNIT_DEG + self.single_shift, single_sd * UNIT_DEG * self.single_width
        change_sd = change_sd * UNIT_DEG * self.change_width
        change = self._without_prior(change * UNIT_DEG, change_sd, turned_deg)
        return torch.cat([single, single_sd], dim=1), torch.cat([change, change_sd], dim=1)

    def _without_prior(self, change: torch.Tensor, sd: torch.Tensor, turned_deg: torch.Tensor) -> torch.Tensor:
        """Move the lumbar share away from the usual one by as much as the prior has pulled it there."""
        lumbar = change[:, LUMBAR : LUMBAR + 1]
        junction = change[:, JUNCTION : JUNCTION + 1] + turned_deg
        bent = ((junction - TURNED_FROM_DEG) / (TURNED_TO_DEG - TURNED_FROM_DEG)).clamp(0.0, 1.0)
        weight = (sd[:, LUMBAR : LUMBAR + 1] / (self.prior * junction.clamp(min=1.0))) ** 2
        weight = weight.clamp(max=MOST_PRIOR) * bent
        difference = weight / (1.0 - weight) * (lumbar - self.usual_share * junction)
        pelvis = change[:, PELVIS : PELVIS + 1] - difference
        return torch.cat([pelvis, lumbar + difference, change[:, LUMBAR + 1 :]], dim=1)


def _combined_moments(means: list[torch.Tensor], variances: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """Mean and SD of the members together; their disagreement counts in the SD."""
    mean = sum(means[1:], means[0]) / len(means)
    spread = sum(((m - mean) ** 2 for m in means[1:]), (means[0] - mean) ** 2) / len(means)
    variance = sum(variances[1:], variances[0]) / len(variances)
    return mean, (variance + spread).sqrt()


def load_member(path: Path) -> SpineNet:
    """Return a trained member, ready to predict."""
    stored = torch.load(path, weights_only=True)
    model = SpineNet(stored["size"], stored["depth"])
    model.load_state_dict(stored["state"])
    return model.eval()


def members_and_frames(paths: list[Path], data: Path, folder: Path) -> tuple[list[SpineNet], Frames]:
    """Return the members and the frames to calibrate on.

    With paths: these members, and the lifters kept from their training. Without: the members in `folder`, and all of
    `data`.
    """
    if paths:
        return [load_member(path) for path in paths], load(data, part="check")
    frames = load(data, part="all")
    sample = make_batch(frames, np.concatenate(by_item(frames)[:300]), CROP_SIZE_PX, None)
    return [restored(folder, member, sample) for member in range(member_count(folder))], frames


@torch.no_grad()
def predict_ensemble(
    members: list[SpineNet], heads: Heads, frames: Frames
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return the ensemble's outputs: single (N, 16), change (N, 14), and the truths (N, 8), (N, 7); degrees."""
    outputs = [_predicted(member, frames) for member in members]
    pairs = [(torch.from_numpy(own), torch.from_numpy(change)) for own, change, _, _ in outputs]
    single, change = heads.combined(pairs, torch.from_numpy(turned_deg(frames)[:, None].astype(np.float32)))
    target, yaw = outputs[0][2], outputs[0][3]
    return single.numpy(), change.numpy(), np.concatenate([target[0], yaw[:, None]], 1) * UNIT_DEG, target[1] * UNIT_DEG


_KNOWN: dict[tuple[int, int], tuple[np.ndarray, ...]] = {}
"""Outputs by member and frames, so that they are computed once."""


def _predicted(member: SpineNet, frames: Frames) -> tuple[np.ndarray, ...]:
    """Return `predict`, computed once for each member and each set of frames."""
    key = (id(member), id(frames))
    if key not in _KNOWN:
        _KNOWN[key] = predict(member, frames)
    return _KNOWN[key]


def turned_deg(frames: Frames) -> np.ndarray:
    """Return how far the picture's trunk has turned since the lifter's standing (N,)."""
    pitch = features.segment_pitch_deg(frames.points.astype(float), 1)[:, 0]
    turned: np.ndarray = pitch - pitch[frames.first]
    return turned


def calibrate(members: list[SpineNet], frames: Frames) -> Heads:
    """Return heads whose means and SDs are right on these frames. The module docstring has the steps."""
    heads = Heads(members).eval()
    side = np.abs(frames.yaw_deg) <= CALIBRATED_YAW_DEG
    moved = side & (frames.first != np.arange(len(frames)))
    bent = moved & (frames.angles_deg[:, TRUNK] > BENT_DEG)
    count = len(TARGETS)
    single, change, true, true_change = predict_ensemble(members, heads, frames)
    _widen(heads, change[bent], true_change[bent])  # 1.
    junction = (change[:, JUNCTION] + turned_deg(frames))[bent]  # 2.
    heads.usual_share[0] = float((change[bent, LUMBAR] @ junction) / (junction @ junction))
    heads.prior[0] = _prior(lambda width: _slope(members, heads, (frames, bent), width))
    single, change, true, true_change = predict_ensemble(members, heads, frames)
    _widen(heads, change[bent], true_change[bent])  # 3.
    for k in range(count + 1):  # 4.
        shift = float(np.median((true - single[:, : count + 1])[side, k]))
        heads.single_shift[k] = shift
        groups = (side & (frames.angles_deg[:, TRUNK] > BENT_DEG), side & (frames.angles_deg[:, TRUNK] <= BENT_DEG))
        heads.single_width[k] = max(
            _width(single[group, k] + shift - true[group, k], single[group, count + 1 + k]) for group in groups
        )
    return heads


def _prior(slope: Callable[[float], float]) -> float:
    """Width of the prior at which the slope is WANTED_SLOPE; the nearest of the limits if it is at none."""
    narrow, wide = PRIOR_WIDTHS
    if slope(narrow) <= WANTED_SLOPE:
        return narrow
    if slope(wide) >= WANTED_SLOPE:
        return wide
    return float(brentq(lambda width: slope(width) - WANTED_SLOPE, narrow, wide))


def _slope(members: list[SpineNet], heads: Heads, which: tuple[Frames, np.ndarray], width: float) -> float:
    """Slope of the lumbar change of the bent frames against the truth, with a prior of that width."""
    frames, bent = which
    heads.prior[0] = width
    _, change, _, true_change = predict_ensemble(members, heads, frames)
    return float(np.polyfit(true_change[bent, LUMBAR], change[bent, LUMBAR], 1)[0])


def _widen(heads: Heads, change: np.ndarray, true: np.ndarray) -> None:
    """Scale the SDs of the changes until 90 % of the errors lie within 1.645 of them."""
    count = len(TARGETS)
    for k in range(count):
        heads.change_width[k] *= _width(change[:, k] - true[:, k], change[:, count + k])


def _width(error: np.ndarray, sd: np.ndarray) -> float:
    """Factor for SDs, so that 90 % of the errors lie within 1.645 of them."""
    return float(np.quantile(np.abs(error) / sd, 0.9) / Z90)


def write_encoders(members: list[SpineNet], folder: Path) -> None:
    """Write the members' encoders."""
    size = members[0].size_px
    crop, described = torch.zeros(2, 1, size, size), torch.zeros(2, features.COUNT)
    encoders = Encoders(members).eval()
    _write(encoders, (crop, described), folder / "spine_encoder.onnx", ["crop", "features"], ["code"])


def write_heads(heads: Heads, folder: Path) -> None:
    """Write the calibrated heads."""
    codes, turned = torch.zeros(2, CODE * len(heads.members)), torch.zeros(2, 1)
    inputs = ["code", "standing", "turned"]
    _write(heads, (codes, codes, turned), folder / "spine_head.onnx", inputs, ["single", "change"])


def _write(
    model: nn.Module, example: tuple[torch.Tensor, ...], path: Path, inputs: list[str], outputs: list[str]
) -> None:
    """Write a network as an ONNX file with a free number of frames."""
    axes = {name: {0: "frames"} for name in inputs + outputs}
    torch.onnx.export(
        model,
        example,
        str(path),
        input_names=inputs,
        output_names=outputs,
        dynamic_axes=axes,
        opset_version=OPSET,
        dynamo=False,
    )


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("members", type=Path, nargs="*", help="trained members; none: calibrate those in OUT again")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    members, frames = members_and_frames(options.members, options.data, options.out)
    if options.members:
        write_encoders(members, options.out)
    write_heads(calibrate(members, frames), options.out)


if __name__ == "__main__":
    main()
