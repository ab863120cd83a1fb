"""The spine model's two networks, run by OpenCV: no training library is needed to use them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.backends.networks import network
from hingecheck.records import Bytes, Floats, SpineReading

_BATCH: Final = 64
_ANGLES: Final = 7


class SpineNet:
    """Crops and features to codes, codes to angles; see models/SPINE.md for what each output is."""

    def __init__(self, encoder: Path, head: Path) -> None:
        """Loads both files; raises ModelError if OpenCV refuses one."""
        self._encoder, self._head = network(encoder), network(head)

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        """Codes (N, C) of crops (N, S, S), back on the left, and features (N, F)."""
        parts = []
        for start in range(0, len(crop), _BATCH):
            picture = crop[start : start + _BATCH, None].astype(np.float32) / np.float32(255)
            self._encoder.setInput(np.ascontiguousarray(picture), "crop")
            self._encoder.setInput(np.ascontiguousarray(features[start : start + _BATCH], np.float32), "features")
            parts.append(np.array(self._encoder.forward("code"), np.float64))
        return np.concatenate(parts)

    def read(self, code: Floats, standing: Floats, turned_deg: Floats) -> SpineReading:
        """What frames with codes (N, C) say, alone and against the standing's code (C,).

        `turned_deg` (N,): how far the picture's trunk has turned between the two.
        """
        self._head.setInput(np.ascontiguousarray(code, np.float32), "code")
        self._head.setInput(np.ascontiguousarray(np.tile(standing, (len(code), 1)), np.float32), "standing")
        self._head.setInput(np.ascontiguousarray(turned_deg[:, None], np.float32), "turned")
        single, change = (np.array(part, np.float64) for part in self._head.forward(["single", "change"]))
        return SpineReading(
            single_deg=single[:, : _ANGLES + 1],
            single_sd_deg=single[:, _ANGLES + 1 :],
            change_deg=change[:, :_ANGLES],
            change_sd_deg=change[:, _ANGLES : 2 * _ANGLES],
            disagreement_deg=change[:, 2 * _ANGLES :],
        )
