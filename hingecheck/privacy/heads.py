"""Looks for heads in one picture.

In: a picture and a face detector.  Out: circles around heads, in pixels of the picture, each with the detector's score.
"""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from hingecheck.records import Bytes, Floats

FACE_RADIUS: Final = 0.65
"""Radius of a blurred head, in heights of a face (chin to forehead).  With its soft rim (`blurring.RIM`) the blur is
1.3 heads wide: a head is 1.2 times as high as its face."""


class Faces(Protocol):
    """A face detector."""

    def faces(self, rgb: Bytes) -> Floats:
        """Possible faces (n, 5) in a picture: left, top, width, height in pixels, and a score 0..1."""


def circles(picture: Bytes, detector: Faces) -> Floats:
    """Heads (n, 4) whose faces the detector sees: x, y, radius and score.  A face that lies is wider than high."""
    left, top, width, height, score = detector.faces(picture).reshape(-1, 5).T
    radius = FACE_RADIUS * np.maximum(width, height)
    return np.stack([left + width / 2, top + height / 2, radius, score], axis=1)
