"""The spine model's network.

One encoder turns a frame, and the same lifter's standing, into codes. One head compares the two codes. Input: a mask
crop and a row of features. Output: angles with uncertainties.
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

from hingecheck.spine import features
from models.spine.data import TARGETS

WIDTHS = (16, 32, 64, 96)
"""Channels of the encoder's picture part."""

CODE = 128
"""Length of a code."""


class Block(nn.Module):
    """Two 3x3 convolutions with a shortcut; the block may halve the picture's size."""

    def __init__(self, narrow: int, wide: int, stride: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(narrow, wide, 3, stride, 1, bias=False),
            nn.BatchNorm2d(wide),
            nn.ReLU(inplace=True),
            nn.Conv2d(wide, wide, 3, 1, 1, bias=False),
            nn.BatchNorm2d(wide),
        )
        same = narrow == wide and stride == 1
        self.around = (
            nn.Identity()
            if same
            else nn.Sequential(nn.Conv2d(narrow, wide, 1, stride, bias=False), nn.BatchNorm2d(wide))
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(B, C, H, W) -> (B, C', H', W')."""
        return torch.relu(self.body(x) + self.around(x))


class Encoder(nn.Module):
    """From crop (B, 1, S, S) and features (B, F) to a code (B, CODE)."""

    middle: torch.Tensor
    spread: torch.Tensor

    def __init__(self, size_px: int, depth: int = 2) -> None:
        super().__init__()
        stem = [nn.Conv2d(1, WIDTHS[0], 5, 2, 2, bias=False), nn.BatchNorm2d(WIDTHS[0]), nn.ReLU(inplace=True)]
        blocks: list[nn.Module] = [Block(WIDTHS[0], WIDTHS[0], 1)]
        for narrow, wide in pairwise(WIDTHS):
            blocks += [Block(narrow, wide, 2), *(Block(wide, wide, 1) for _ in range(depth - 1))]
        side = -(-size_px // 16)
        self.picture = nn.Sequential(
            *stem, *blocks, nn.Conv2d(WIDTHS[-1], 24, 1, bias=False), nn.BatchNorm2d(24), nn.ReLU(), nn.Flatten()
        )
        self.register_buffer("middle", torch.zeros(features.COUNT))
        self.register_buffer("spread", torch.ones(features.COUNT))
        self.numbers = nn.Sequential(
            nn.Linear(features.COUNT, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 96), nn.ReLU()
        )
        self.join = nn.Sequential(
            nn.Dropout(0.2), nn.Linear(24 * side * side + 96, 256), nn.ReLU(), nn.Dropout(0.1), nn.Linear(256, CODE)
        )

    def forward(self, crop: torch.Tensor, described: torch.Tensor) -> torch.Tensor:
        """Return the code (B, CODE)."""
        numbers = self.numbers((described - self.middle) / self.spread)
        code: torch.Tensor = self.join(torch.cat([self.picture(crop), numbers], dim=1))
        return code


class Head(nn.Module):
    """From the codes of a frame and of the standing to means and log variances."""

    def __init__(self) -> None:
        super().__init__()
        count = len(TARGETS)
        self.single = nn.Sequential(nn.ReLU(), nn.Linear(CODE, 2 * count + 2))
        self.pair = nn.Sequential(nn.Linear(3 * CODE, 128), nn.ReLU(), nn.Dropout(0.1), nn.Linear(128, 2 * count))

    def forward(self, code: torch.Tensor, standing: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return what one frame gives alone, and the change from standing.

        (B, 2 * 7 + 2): means, log variances, yaw's mean and log variance. (B, 14): means and log variances of the
        change.
        """
        own, zero = self.single(code), self.single(standing)
        count = len(TARGETS)
        pair = self.pair(torch.cat([code, standing, code - standing], dim=1))
        change = own[:, :count] - zero[:, :count] + pair[:, :count]
        return own, torch.cat([change, pair[:, count:]], dim=1)


class SpineNet(nn.Module):
    """Encoder and head."""

    def __init__(self, size_px: int, depth: int = 2) -> None:
        super().__init__()
        self.size_px = size_px
        self.encoder = Encoder(size_px, depth)
        self.head = Head()

    def forward(
        self, crop: torch.Tensor, described: torch.Tensor, first: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Run the network; `first` (B,) is the row of the standing within the batch."""
        code = self.encoder(crop, described)
        outputs: tuple[torch.Tensor, torch.Tensor] = self.head(code, code[first])
        return outputs
