"""Calibrate the trained members on bodies they have not seen, and write the files that the analyzer loads.

    python -m models.spine.export RUN/seed1.pt RUN/seed2.pt --data DIR --out models

`spine_encoder.onnx`: crop (B, 1, S, S) in 0..1 and features (B, F) to the codes (B, M * 128) of M members.
`spine_head.onnx`: codes of frames and of standing to `single` (B, 16), eight means and eight SDs of what one
frame says alone, the last of each being yaw; and `change` (B, 21), seven means, seven SDs and seven disagreements
of the members, counted from standing.  Degrees; the first seven as `models.spine.data.TARGETS`.

Calibration: every change is stretched until it has slope one against the truth, which undoes the network's
regression to the mean; the SDs are scaled so that 90 % of the errors lie within 1.645 of them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import nn

from hingecheck import features
from models.spine.data import TARGETS, UNIT_DEG, Frames, load
from models.spine.net import CODE, SpineNet
from models.spine.train import predict

OPSET = 17
Z90 = 1.645
CALIBRATED_YAW_DEG = 25.0


class Encoders(nn.Module):
    """All members' encoders side by side."""

    def __init__(self, members: list[SpineNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList([member.encoder for member in members])

    def forward(self, crop: torch.Tensor, described: torch.Tensor) -> torch.Tensor:
        """(B, M * CODE)."""
        return torch.cat([member(crop, described) for member in self.members], dim=1)


class Heads(nn.Module):
    """The members' heads and what they say together."""

    single_gain: torch.Tensor
    single_shift: torch.Tensor
    single_width: torch.Tensor
    change_gain: torch.Tensor
    change_shift: torch.Tensor
    change_width: torch.Tensor

    def __init__(self, members: list[SpineNet]) -> None:
        super().__init__()
        self.members = nn.ModuleList([member.head for member in members])
        count = len(TARGETS)
        for name, size in (("single", count + 1), ("change", count)):
            self.register_buffer(f"{name}_gain", torch.ones(size))
            self.register_buffer(f"{name}_shift", torch.zeros(size))
            self.register_buffer(f"{name}_width", torch.ones(size))

    def forward(self, code: torch.Tensor, standing: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, 16), (B, 21), degrees."""
        parts = zip(self.members, torch.split(code, CODE, dim=1), torch.split(standing, CODE, dim=1), strict=True)
        found = [head(own, zero) for head, own, zero in parts]
        count = len(TARGETS)
        owns = [torch.cat([own[:, :count], own[:, 2 * count : 2 * count + 1]], dim=1) for own, _ in found]
        own_vars = [torch.cat([own[:, count : 2 * count], own[:, 2 * count + 1 :]], dim=1).exp() for own, _ in found]
        single, single_sd, _ = _together(owns, own_vars)
        change, change_sd, apart = _together([c[:, :count] for _, c in found], [c[:, count:].exp() for _, c in found])
        single = (single * self.single_gain + self.single_shift) * UNIT_DEG
        change = (change * self.change_gain + self.change_shift) * UNIT_DEG
        single_sd, change_sd = single_sd * self.single_width * UNIT_DEG, change_sd * self.change_width * UNIT_DEG
        return torch.cat([single, single_sd], dim=1), torch.cat([change, change_sd, apart * UNIT_DEG], dim=1)


def _together(means: list[torch.Tensor], variances: list[torch.Tensor]) -> tuple[torch.Tensor, ...]:
    """Mean, total SD and disagreement of members."""
    mean = sum(means[1:], means[0]) / len(means)
    apart = sum(((m - mean) ** 2 for m in means[1:]), (means[0] - mean) ** 2) / len(means)
    variance = sum(variances[1:], variances[0]) / len(variances)
    return mean, (variance + apart).sqrt(), apart.sqrt()


def load_member(path: Path) -> SpineNet:
    """A trained member, ready to predict."""
    kept = torch.load(path, weights_only=True)
    model = SpineNet(kept["size"], kept["depth"])
    model.load_state_dict(kept["state"])
    return model.eval()


@torch.no_grad()
def together(
    members: list[SpineNet], heads: Heads, frames: Frames
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What the ensemble says of frames: single (N, 16), change (N, 21), and the truths (N, 8), (N, 7); degrees."""
    outputs = [predict(member, frames) for member in members]
    count = len(TARGETS)
    owns = [torch.from_numpy(np.concatenate([o[0][:, :count], o[0][:, 2 * count : 2 * count + 1]], 1)) for o in outputs]
    own_vars = [
        torch.from_numpy(np.concatenate([o[0][:, count : 2 * count], o[0][:, 2 * count + 1 :]], 1)).exp()
        for o in outputs
    ]
    single, single_sd, _ = _together(owns, own_vars)
    change, change_sd, apart = _together(
        [torch.from_numpy(o[1][:, :count]) for o in outputs], [torch.from_numpy(o[1][:, count:]).exp() for o in outputs]
    )
    single = (single * heads.single_gain + heads.single_shift) * UNIT_DEG
    change = (change * heads.change_gain + heads.change_shift) * UNIT_DEG
    said = torch.cat([single, single_sd * heads.single_width * UNIT_DEG], 1).numpy()
    differs = torch.cat([change, change_sd * heads.change_width * UNIT_DEG, apart * UNIT_DEG], 1).numpy()
    target, yaw = outputs[0][2], outputs[0][3]
    return said, differs, np.concatenate([target[0], yaw[:, None]], 1) * UNIT_DEG, target[1] * UNIT_DEG


def calibrate(members: list[SpineNet], frames: Frames) -> Heads:
    """Heads whose means and SDs are right on these frames."""
    heads = Heads(members).eval()
    said, differs, true, changed = together(members, heads, frames)
    side = np.abs(frames.yaw_deg) <= CALIBRATED_YAW_DEG
    moved = side & (frames.first != np.arange(len(frames)))
    count = len(TARGETS)
    for k in range(count + 1):
        shift = float(np.median((true - said[:, : count + 1])[side, k]))
        heads.single_shift[k] = shift / UNIT_DEG
        heads.single_width[k] = _width(said[side, k] + shift - true[side, k], said[side, count + 1 + k])
    for k in range(count):
        gain = _gain(differs[moved, k], changed[moved, k])
        heads.change_gain[k] = gain
        heads.change_width[k] = _width(gain * differs[moved, k] - changed[moved, k], differs[moved, count + k])
    return heads


def _gain(read: np.ndarray, true: np.ndarray) -> float:
    """Factor that gives the read changes slope one against the true ones, through the origin."""
    return float((true @ true) / (read @ true))


def _width(error: np.ndarray, sd: np.ndarray) -> float:
    return float(np.quantile(np.abs(error) / sd, 0.9) / Z90)


def export(members: list[SpineNet], heads: Heads, folder: Path) -> None:
    """Write both files."""
    size = members[0].size_px
    crop, described = torch.zeros(2, 1, size, size), torch.zeros(2, features.COUNT)
    encoders = Encoders(members).eval()
    codes = encoders(crop, described)
    _write(encoders, (crop, described), folder / "spine_encoder.onnx", ["crop", "features"], ["code"])
    _write(heads, (codes, codes), folder / "spine_head.onnx", ["code", "standing"], ["single", "change"])


def _write(
    model: nn.Module, example: tuple[torch.Tensor, ...], path: Path, inputs: list[str], outputs: list[str]
) -> None:
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
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("members", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    members = [load_member(path) for path in wanted.members]
    export(members, calibrate(members, load(wanted.data, part="check")), wanted.out)


if __name__ == "__main__":
    main()
