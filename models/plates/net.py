"""The plate finder's network: where the near plates' middle is, and how large they look."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

WIDTHS = (16, 32, 48, 64)
JOINED = 40
OUTPUTS = 5
"""Logit of the middle being in a cell; from the cell's own middle to the plates', right and down, in cells; half width
and half height as natural logarithms, in cells."""

CELL_PX = 4
RARE = -4.0
"""The logit to begin with: one cell of 784 holds a middle."""


class Block(nn.Module):
    """Two 3x3 convolutions with a way around them, halving the picture."""

    def __init__(self, narrow: int, wide: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*_conv(narrow, wide, 2), nn.ReLU(inplace=True), *_conv(wide, wide, 1))
        self.around = nn.Sequential(nn.Conv2d(narrow, wide, 1, 2, bias=False), nn.BatchNorm2d(wide))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, H, W) -> (B, C', H / 2, W / 2)."""
        return torch.relu(self.body(x) + self.around(x))


class PlateNet(nn.Module):
    """Pictures (B, 1, S, S), 0..1, to (B, 5, S / 4, S / 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_conv(1, WIDTHS[0], 2, 5), nn.ReLU(inplace=True))
        self.fine, self.middle, self.coarse = (Block(WIDTHS[i], WIDTHS[i + 1]) for i in range(3))
        self.deepest = nn.Sequential(*_conv(WIDTHS[3], WIDTHS[3], 1), nn.ReLU(inplace=True))
        self.join_middle = nn.Sequential(*_conv(WIDTHS[3] + WIDTHS[2], JOINED, 1), nn.ReLU(inplace=True))
        self.join_fine = nn.Sequential(*_conv(JOINED + WIDTHS[1], JOINED, 1), nn.ReLU(inplace=True))
        self.told = nn.Sequential(*_conv(JOINED, JOINED, 1), nn.ReLU(inplace=True), nn.Conv2d(JOINED, OUTPUTS, 1))
        last = self.told[-1]
        assert isinstance(last, nn.Conv2d)
        assert last.bias is not None
        nn.init.constant_(last.bias[:1], RARE)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """The five maps; contrast and brightness of the picture are taken out first."""
        level = picture.mean(dim=(2, 3), keepdim=True)
        away = picture - level
        spread = (away * away).mean(dim=(2, 3), keepdim=True).sqrt() + 0.02
        fine = self.fine(self.stem(away / spread))
        middle = self.middle(fine)
        coarse = self.deepest(self.coarse(middle))
        joined = self.join_middle(torch.cat([_twice(coarse), middle], dim=1))
        told: torch.Tensor = self.told(self.join_fine(torch.cat([_twice(joined), fine], dim=1)))
        return told


def _conv(narrow: int, wide: int, stride: int, size: int = 3) -> list[nn.Module]:
    return [nn.Conv2d(narrow, wide, size, stride, size // 2, bias=False), nn.BatchNorm2d(wide)]


def _twice(x: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(x, scale_factor=2, mode="nearest")
