"""The plate finder's network, run by OpenCV."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.backends.networks import network
from hingecheck.records import Bytes, Floats

_BATCH: Final = 64


class PlateNet:
    """Pictures to the likeliest plates in each; see models/PLATES.md."""

    def __init__(self, path: Path) -> None:
        """Loads the file; raises ModelError if OpenCV refuses it."""
        self._net = network(path)

    def look(self, pictures: Bytes) -> tuple[Floats, Floats]:
        """Chance (M,), and middle x, y, half width, half height (M, 4) px, of pictures (M, S, S).

        The maps (M, 5, C, C) hold, for each cell of the picture: the logit of a middle lying in it; how far right and
        down of the cell's middle it is; the logarithms of half width and half height; all in cells.
        """
        parts = []
        for start in range(0, len(pictures), _BATCH):
            given = pictures[start : start + _BATCH, None].astype(np.float32) / np.float32(255)
            self._net.setInput(np.ascontiguousarray(given), "picture")
            parts.append(np.array(self._net.forward("maps"), np.float64))
        maps = np.concatenate(parts)
        cells = maps.shape[-1]
        row, column = np.divmod(maps[:, 0].reshape(len(maps), -1).argmax(axis=1), cells)
        told = maps[np.arange(len(maps)), :, row, column]
        middle = np.stack([column, row], axis=1) + 0.5 + told[:, 1:3]
        cell_px = pictures.shape[-1] / cells
        return 1 / (1 + np.exp(-told[:, 0])), cell_px * np.concatenate([middle, np.exp(told[:, 3:])], axis=1)
