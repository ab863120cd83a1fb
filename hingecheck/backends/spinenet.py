"""The two networks of the spine model, run by OpenCV.

In: crops of the mask around the trunk, and features of the landmarks.  Out: angles of the spine per frame, with their
SD (`SpineReading`).  models/SPINE.md describes the networks and each output.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.backends.networks import network
from hingecheck.records import Bytes, Floats, SpineReading

_BATCH: Final = 16
"""Number of crops that are given to the encoder at once, to limit memory."""

_ANGLES: Final = 7
"""Number of angles in an output; those of a single frame have the yaw as an eighth."""


class SpineNet:
    """The encoder turns crops and features into codes; the head turns codes into angles."""

    def __init__(self, encoder: Path, head: Path) -> None:
        """Load both files; raises ModelError if OpenCV refuses one."""
        self._encoder, self._head = network(encoder), network(head)

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        """Codes (N, C) of N frames, from crops (N, S, S) with the back on the left, and features (N, F)."""
        parts = []
        for start in range(0, len(crop), _BATCH):
            picture = crop[start : start + _BATCH, None].astype(np.float32) / np.float32(255)
            self._encoder.setInput(np.ascontiguousarray(picture), "crop")
            self._encoder.setInput(np.ascontiguousarray(features[start : start + _BATCH], np.float32), "features")
            parts.append(np.array(self._encoder.forward("code"), np.float64))
        return np.concatenate(parts)

    def read(self, code: Floats, standing: Floats, turned_deg: Floats) -> SpineReading:
        """Angles of frames with codes (N, C): of each frame alone, and as a change from standing.

        `standing` (C,): code of the lifter's standing.  `turned_deg` (N,): how far the trunk has turned in the picture
        between standing and the frame, in degrees.
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
        )
