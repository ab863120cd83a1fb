"""Rebuild the trained members from the shipped files, to train them further: `models.spine.train --start models`.

The export merges each batch normalisation with the convolution before it. Here the normalisation is made again: its
mean and spread are measured on a sample. Its scale and shift are chosen so that the member's outputs stay the same.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from models.spine.batches import Batch
from models.spine.net import SpineNet

Table = dict[str, NDArray[Any]]


def restored(folder: Path, member: int, sample: Batch) -> SpineNet:
    """Return one member (from 0) of the shipped ensemble; its normalisations are fitted to `sample`."""
    encoder, head = (_initial(folder / f"spine_{part}.onnx") for part in ("encoder", "head"))
    model = SpineNet(sample.crop.shape[-1])
    named = {f"encoder.{name}": value for name, value in _of_member(encoder, member).items()}
    named |= {f"head.{name}": value for name, value in _of_member(head, member).items()}
    state = model.state_dict()
    state.update({name: torch.from_numpy(value.copy()) for name, value in named.items() if name in state})
    model.load_state_dict(state)
    _fill(model.eval(), _convolutions(encoder, member), sample)
    return model


def member_count(folder: Path) -> int:
    """The number of members in the shipped files."""
    return _members(_initial(folder / "spine_encoder.onnx"))


def _members(encoder: Table) -> int:
    return sum(name.endswith("middle") for name in encoder)


def _initial(path: Path) -> Table:
    """The weights in an ONNX file, by name; the export stores equal ones once, under one of their names."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    table = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    same = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "Identity"}
    return table | {name: table[source] for name, source in same.items() if source in table}


def _of_member(table: Table, member: int) -> Table:
    """The weights of one member."""
    start = f"members.{member}."
    return {name.removeprefix(start): value for name, value in table.items() if name.startswith(start)}


def _convolutions(encoder: Table, member: int) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """The merged weights and shifts of one member, in the order of use. The export does not name them."""
    values = [value for name, value in encoder.items() if name.startswith("onnx::Conv")]
    member_indices = np.array_split(np.arange(len(values)), _members(encoder))[member]
    return [(values[i], values[i + 1]) for i in member_indices[::2]]


@torch.no_grad()
def _fill(model: SpineNet, folded: list[tuple[NDArray[Any], NDArray[Any]]], sample: Batch) -> None:
    """Copy the convolutions and fit each normalisation while the sample passes through."""
    layers = list(model.encoder.picture.modules())
    convolutions = [layer for layer in layers if isinstance(layer, nn.Conv2d)]
    norms = [layer for layer in layers if isinstance(layer, nn.BatchNorm2d)]
    hooks = []
    for convolution, norm, (weight, shift) in zip(convolutions, norms, folded, strict=True):
        convolution.weight.copy_(torch.from_numpy(weight.copy()))
        hooks.append(norm.register_forward_pre_hook(partial(_fit, torch.from_numpy(shift.copy()))))
    model(sample.crop, sample.features, sample.first)
    for hook in hooks:
        hook.remove()


def _fit(shift: torch.Tensor, norm: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    """Make a normalisation add `shift` to its input, and nothing else."""
    assert isinstance(norm, nn.BatchNorm2d)
    assert norm.running_mean is not None
    assert norm.running_var is not None
    mean, variance = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3))
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    norm.weight.copy_((variance + norm.eps).sqrt())
    norm.bias.copy_(shift + mean)
