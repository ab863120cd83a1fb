"""Calibrate the trained members on bodies they have not seen, and write the files that the analyzer loads.

    python -m models.spine.export RUN/seed1.pt RUN/seed2.pt --data DIR --out models
    python -m models.spine.export --data NEW --out models

The second calibrates the members that ship anew, on lifters none of whom they were trained on, and writes the heads.

`spine_encoder.onnx`: crop (B, 1, S, S) in 0..1 and features (B, F) to the codes (B, M * 128) of M members.
`spine_head.onnx`: codes of frames and of standing, and how far the picture's trunk has turned between them (B, 1),
to `single` (B, 16), eight means and eight SDs of what one frame says alone, the last of each being yaw; and `change`
(B, 21), seven means, seven SDs and seven disagreements of the members, counted from standing.  Degrees; the first
seven as `models.spine.data.TARGETS`.

Calibration: a network that is unsure of the lumbar share answers with the usual one, the more the less it sees.
What it says is a posterior mean: the training's own spread of shares, PRIOR, is in it.  That prior is taken out
again, frame by frame, as far as the frame's own variance says it weighs: the lumbar share moves away from the
usual one, the pelvis takes up the rest, and the thoraco-lumbar junction, which is read well, stays.  The prior's
width is chosen so that lumbar changes of bent frames have the slope WANTED_SLOPE against the truth.  The SDs are
scaled so that 90 % of the errors of bent frames lie within 1.645 of them.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import brentq
from torch import nn

from hingecheck.records import CROP_SIZE_PX, Z90
from hingecheck.spine import features
from models.spine.data import TARGETS, UNIT_DEG, Frames, load, make_batch
from models.spine.net import CODE, SpineNet
from models.spine.restore import restored
from models.spine.train import by_item, predict

OPSET = 17
MEMBERS = 2
CALIBRATED_YAW_DEG = 25.0
BENT_DEG = 30.0
WANTED_SLOPE = 0.92
MOST_PRIOR = 0.4
TURNED_FROM_DEG, TURNED_TO_DEG = 15.0, 35.0
PELVIS, LUMBAR, JUNCTION = (TARGETS.index(name) for name in ("pelvis", "lumbar", "junction"))


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
        """(B, 16), (B, 21), degrees."""
        parts = zip(self.members, torch.split(code, CODE, dim=1), torch.split(standing, CODE, dim=1), strict=True)
        return self.together([head(own, zero) for head, own, zero in parts], turned_deg)

    def together(
        self, found: list[tuple[torch.Tensor, torch.Tensor]], turned_deg: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """What members that each say (own, change) say together, calibrated."""
        count = len(TARGETS)
        owns = [torch.cat([own[:, :count], own[:, 2 * count : 2 * count + 1]], dim=1) for own, _ in found]
        own_vars = [torch.cat([own[:, count : 2 * count], own[:, 2 * count + 1 :]], dim=1).exp() for own, _ in found]
        single, single_sd, _ = _together(owns, own_vars)
        change, change_sd, apart = _together([c[:, :count] for _, c in found], [c[:, count:].exp() for _, c in found])
        single, single_sd = single * UNIT_DEG + self.single_shift, single_sd * UNIT_DEG * self.single_width
        change_sd = change_sd * UNIT_DEG * self.change_width
        change = self._without_prior(change * UNIT_DEG, change_sd, turned_deg)
        return torch.cat([single, single_sd], dim=1), torch.cat([change, change_sd, apart * UNIT_DEG], dim=1)

    def _without_prior(self, change: torch.Tensor, sd: torch.Tensor, turned_deg: torch.Tensor) -> torch.Tensor:
        """Lumbar share moved away from the usual one by as much as the prior has drawn it there."""
        lumbar = change[:, LUMBAR : LUMBAR + 1]
        junction = change[:, JUNCTION : JUNCTION + 1] + turned_deg
        bent = ((junction - TURNED_FROM_DEG) / (TURNED_TO_DEG - TURNED_FROM_DEG)).clamp(0.0, 1.0)
        weight = (sd[:, LUMBAR : LUMBAR + 1] / (self.prior * junction.clamp(min=1.0))) ** 2
        weight = weight.clamp(max=MOST_PRIOR) * bent
        more = weight / (1.0 - weight) * (lumbar - self.usual_share * junction)
        pelvis = change[:, PELVIS : PELVIS + 1] - more
        return torch.cat([pelvis, lumbar + more, change[:, LUMBAR + 1 :]], dim=1)


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


def chosen(paths: list[Path], data: Path, folder: Path) -> tuple[list[SpineNet], Frames]:
    """Trained members and the lifters kept from their training; without paths, those in `folder` and all of `data`."""
    if paths:
        return [load_member(path) for path in paths], load(data, part="check")
    frames = load(data, part="all")
    sample = make_batch(frames, np.concatenate(by_item(frames)[:300]), CROP_SIZE_PX, None)
    return [restored(folder, member, sample) for member in range(MEMBERS)], frames


@torch.no_grad()
def together(
    members: list[SpineNet], heads: Heads, frames: Frames
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What the ensemble says of frames: single (N, 16), change (N, 21), and the truths (N, 8), (N, 7); degrees."""
    outputs = [_predicted(member, frames) for member in members]
    found = [(torch.from_numpy(own), torch.from_numpy(change)) for own, change, _, _ in outputs]
    single, change = heads.together(found, torch.from_numpy(turned_deg(frames)[:, None].astype(np.float32)))
    target, yaw = outputs[0][2], outputs[0][3]
    return single.numpy(), change.numpy(), np.concatenate([target[0], yaw[:, None]], 1) * UNIT_DEG, target[1] * UNIT_DEG


_KNOWN: dict[tuple[int, int], tuple[np.ndarray, ...]] = {}


def _predicted(member: SpineNet, frames: Frames) -> tuple[np.ndarray, ...]:
    """`predict`, once for each member and lot of frames."""
    key = (id(member), id(frames))
    if key not in _KNOWN:
        _KNOWN[key] = predict(member, frames)
    return _KNOWN[key]


def turned_deg(frames: Frames) -> np.ndarray:
    """How far the picture's trunk has turned since the lifter's standing (N,)."""
    pitch = features.segment_pitch_deg(frames.points.astype(float), 1)[:, 0]
    turned: np.ndarray = pitch - pitch[frames.first]
    return turned


def calibrate(members: list[SpineNet], frames: Frames) -> Heads:
    """Heads whose means and SDs are right on these frames."""
    heads = Heads(members).eval()
    side = np.abs(frames.yaw_deg) <= CALIBRATED_YAW_DEG
    moved = side & (frames.first != np.arange(len(frames)))
    bent = moved & (frames.angles_deg[:, TARGETS.index("trunk")] > BENT_DEG)
    count = len(TARGETS)
    said, read, true, changed = together(members, heads, frames)
    _widen(heads, read[bent], changed[bent])
    junction = (read[:, JUNCTION] + turned_deg(frames))[bent]
    heads.usual_share[0] = float((read[bent, LUMBAR] @ junction) / (junction @ junction))
    heads.prior[0] = brentq(lambda width: _slope(members, heads, (frames, bent), width) - WANTED_SLOPE, 0.12, 2.0)
    said, read, true, changed = together(members, heads, frames)
    _widen(heads, read[bent], changed[bent])
    for k in range(count + 1):
        shift = float(np.median((true - said[:, : count + 1])[side, k]))
        heads.single_shift[k] = shift
        heads.single_width[k] = _width(said[side, k] + shift - true[side, k], said[side, count + 1 + k])
    return heads


def _slope(members: list[SpineNet], heads: Heads, which: tuple[Frames, np.ndarray], width: float) -> float:
    """Slope of the lumbar change of chosen frames against the truth with a prior of that width."""
    frames, bent = which
    heads.prior[0] = width
    _, read, _, changed = together(members, heads, frames)
    return float(np.polyfit(changed[bent, LUMBAR], read[bent, LUMBAR], 1)[0])


def _widen(heads: Heads, read: np.ndarray, true: np.ndarray) -> None:
    """Scale the SDs of the changes until nine errors in ten lie within them."""
    count = len(TARGETS)
    for k in range(count):
        heads.change_width[k] *= _width(read[:, k] - true[:, k], read[:, count + k])


def _width(error: np.ndarray, sd: np.ndarray) -> float:
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
    parser.add_argument("members", type=Path, nargs="*", help="trained members; none: calibrate those in OUT anew")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    members, frames = chosen(wanted.members, wanted.data, wanted.out)
    if wanted.members:
        write_encoders(members, wanted.out)
    write_heads(calibrate(members, frames), wanted.out)


if __name__ == "__main__":
    main()
