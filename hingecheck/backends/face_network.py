"""The network that finds faces, also small ones, in a whole picture: CenterFace, run by OpenCV.

In: a picture in RGB.  Out: boxes around faces with their scores, in pixels of the picture (`faces`).

Reference: Y. Xu et al., CenterFace: Joint Face Detection and Alignment Using Face as Point, arXiv:1911.03599 (2019).

Steps:

1. Pad the picture on the right and below to a multiple of MULTIPLE pixels.
2. Run the network.  Each of its cells, of CELL by CELL pixels, has a score, the height and width of a face, and the
   place of its middle in the cell.
3. Take the cells with at least LEAST_SCORE.  Of boxes that overlap, keep the one with the best score.

Departure: the five points of a face that the network also finds are not used.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hingecheck.backends.networks import network
from hingecheck.records import Bytes, Floats

MULTIPLE: Final = 32
"""Width and height of the network's input are multiples of this, in pixels."""

CELL: Final = 4
"""Side of a cell of the network's output, in pixels of its input."""

LEAST_SCORE: Final = 0.25
"""Smallest score of a face, 0..1.  On three real clips everything above it, 3 of 4 below it, was a face or a head."""

OVERLAP: Final = 0.3
"""Two boxes that share more than this part of their common area are one face."""

OUTPUTS: Final = ("537", "538", "539", "540")
"""Names of the network's outputs: scores, sizes, shifts, and the points of a face.  OpenCV wants all or one of them."""


class FaceNetwork:
    """The face detector for blurring."""

    def __init__(self, path: Path) -> None:
        """Load the network; raises ModelError if OpenCV refuses it."""
        self._net = network(path)

    def faces(self, rgb: Bytes) -> Floats:
        """Faces (n, 5) in a picture: left, top, width, height in pixels, and a score 0..1."""
        height, width = rgb.shape[:2]
        padded = cv2.copyMakeBorder(rgb, 0, -height % MULTIPLE, 0, -width % MULTIPLE, cv2.BORDER_CONSTANT)  # 1
        self._net.setInput(cv2.dnn.blobFromImage(padded))
        scores, sizes, shifts, _ = (out[0] for out in self._net.forward(OUTPUTS))  # 2
        rows, columns = np.nonzero(scores[0] >= LEAST_SCORE)  # 3
        high, wide = CELL * np.exp(sizes[:, rows, columns])
        down, right = shifts[:, rows, columns]
        left, top = CELL * (columns + right + 0.5) - wide / 2, CELL * (rows + down + 0.5) - high / 2
        return _apart(np.stack([left, top, wide, high, scores[0, rows, columns]], axis=1).astype(np.float64))


def _apart(boxes: Floats) -> Floats:
    """The boxes (n, 5) without those that overlap a better one, the best first."""
    left = boxes[np.argsort(-boxes[:, 4])]
    kept = []
    while len(left):
        best, left = left[0], left[1:]
        kept.append(best)
        left = left[_shared(best, left) <= OVERLAP]
    return np.array(kept).reshape(-1, 5)


def _shared(box: Floats, others: Floats) -> Floats:
    """Area that a box (5,) shares with each of the others (n, 5), as a part of the area that both cover."""
    sides = np.minimum(box[:2] + box[2:4], others[:, :2] + others[:, 2:4]) - np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.maximum(sides, 0.0), axis=1)
    return np.asarray(shared / (box[2] * box[3] + others[:, 2] * others[:, 3] - shared))
