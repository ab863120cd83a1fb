"""The plate finder's network.

Input: grey pictures (B, 1, S, S) in 0..1. Output: five maps (B, 5, S/4, S/4), one value per cell of 4 x 4 pixels: is
the middle of the near plates in this cell, where exactly, and how large are the plates.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (16, 32, 48, 64)
"""Channels from fine to coarse."""

JOINED = 40
"""Channels on the way back to the fine maps."""

OUTPUTS = 5
"""The five maps, all in cells. First: logit of the middle being in the cell. Second and third: offset from the cell's
middle, right and down. Fourth and fifth: natural logarithms of half width and half height."""

CELL_PX = 4
RARE = -4.0
"""Initial logit: one cell of 784 holds a middle."""


class Block(nn.Module):
    """Two 3x3 convolutions with a shortcut; the picture's size is halved."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_conv(narrow, wide, 2), nn.ReLU(inplace=True), *_conv(wide, wide, 1))
        self.around = nn.Sequential(nn.Conv2d(narrow, wide, 1, 2, bias=False), nn.BatchNorm2d(wide))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, H, W) -> (B, C', H / 2, W / 2)."""
        return torch.relu(self.body(x) + self.around(x))


class PlateNet(nn.Module):
    """A residual network with a way back up: pictures (B, 1, S, S), 0..1, to maps (B, 5, S / 4, S / 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_conv(1, WIDTHS[0], 2, 5), nn.ReLU(inplace=True))
        self.fine, self.middle, self.coarse = (Block(WIDTHS[i], WIDTHS[i + 1]) for i in range(3))
        self.deepest = nn.Sequential(*_conv(WIDTHS[3], WIDTHS[3], 1), nn.ReLU(inplace=True))
        self.join_middle = nn.Sequential(*_conv(WIDTHS[3] + WIDTHS[2], JOINED, 1), nn.ReLU(inplace=True))
        self.join_fine = nn.Sequential(*_conv(JOINED + WIDTHS[1], JOINED, 1), nn.ReLU(inplace=True))
        self.readout = nn.Sequential(*_conv(JOINED, JOINED, 1), nn.ReLU(inplace=True), nn.Conv2d(JOINED, OUTPUTS, 1))
        last = self.readout[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.constant_(last.bias[:1], RARE)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Return the five maps. The picture's brightness and contrast are normalised first."""
        level = picture.mean(dim=(2, 3), keepdim=True)
        away = picture - level
        spread = (away * away).mean(dim=(2, 3), keepdim=True).sqrt() + 0.02
        fine = self.fine(self.stem(away / spread))
        middle = self.middle(fine)
        coarse = self.deepest(self.coarse(middle))
        joined = self.join_middle(torch.cat([_twice(coarse), middle], dim=1))
        maps: torch.Tensor = self.readout(self.join_fine(torch.cat([_twice(joined), fine], dim=1)))
        return maps


def _conv(narrow: int, wide: int, stride: int, size: int = 3) -> list[nn.Module]:
    """A convolution and its batch normalisation."""
    return [nn.Conv2d(narrow, wide, size, stride, size // 2, bias=False), nn.BatchNorm2d(wide)]


def _twice(x: torch.Tensor) -> torch.Tensor:
    """The map at twice its size."""
    return functional.interpolate(x, scale_factor=2, mode="nearest")
