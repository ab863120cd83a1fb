"""The network that finds the bar's end, run by OpenCV.

In: grey pictures.  Out: the likeliest end of the bar in each picture, in pixels.  models/PLATES.md describes the
network.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.backends.networks import network
from hingecheck.records import Bytes, Floats

_BATCH: Final = 16
"""Number of pictures that are given to the network at once, to limit memory."""


class PlateNet:
    """Finds the likeliest end of the bar in each picture."""

    def __init__(self, path: Path) -> None:
        """Load the file; raises ModelError if OpenCV refuses it."""
        self._net = network(path)

    def look(self, pictures: Bytes) -> tuple[Floats, Floats]:
        """Probability (M,) and end (M, 4) of the likeliest end in grey pictures (M, S, S).

        An end is middle x, middle y, half width and half height, in pixels of the picture.

        1. The network gives maps (M, 5, C, C).  For each cell of the picture they hold: the logit that the middle lies
           in it; the distance right and down of the middle from the cell's middle; the logarithms of half width and
           half height.  Lengths are in cells.
        2. Take the cell with the largest logit.
        3. Turn its numbers into pixels, and its logit into a probability.
        """
        # 1
        parts = []
        for start in range(0, len(pictures), _BATCH):
            batch = pictures[start : start + _BATCH, None].astype(np.float32) / np.float32(255)
            self._net.setInput(np.ascontiguousarray(batch), "picture")
            parts.append(np.array(self._net.forward("maps"), np.float64))
        maps = np.concatenate(parts)
        # 2
        cells = maps.shape[-1]
        row, column = np.divmod(maps[:, 0].reshape(len(maps), -1).argmax(axis=1), cells)
        best = maps[np.arange(len(maps)), :, row, column]
        # 3
        middle = np.stack([column, row], axis=1) + 0.5 + best[:, 1:3]
        cell_px = pictures.shape[-1] / cells
        return 1 / (1 + np.exp(-best[:, 0])), cell_px * np.concatenate([middle, np.exp(best[:, 3:])], axis=1)
