"""Looks for faces and people in one picture.

In: a picture, a detector, and the sizes of the squares (`levels`, in shorter sides of the picture).  Out: circles
around heads, or landmarks of people, in pixels of the picture.

Steps (`faces`, `people`):

1. Cut the picture into overlapping squares of each size.  The detectors see few pixels (128 and 224 each way), so a
   bystander is too small for them in the whole picture, but not in a square of a third of its width.
2. Ask the detector for each square.
3. Group the sightings of one head, best score first (`_groups`).
4. Keep the groups that enough squares saw, or that one saw with a high score.  Return their median.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, Protocol

import numpy as np

from hingecheck import landmarks, posture
from hingecheck.privacy import bodies, head_tracks
from hingecheck.records import Bytes, Floats, Frame

OVERLAP: Final = 0.5
"""Largest step from one square to the next, as a share of the square's side."""

SMALLEST_SQUARE_PX: Final = 32
"""Smallest side of a square, in pixels."""

FACE_RADIUS: Final = 0.8
"""Radius of a blurred head, in widths of the face box."""

SAME: Final = 0.5
"""Largest distance between two sightings of one head, in widths of the face or radii of the head."""

VOTES: Final = 3
"""Number of squares that must see a face.  On 60 frames of three sample clips the lifter's face had three votes or more
in every frame.  Hands and plates, taken for faces 17 times, had two at most, with scores up to 0.66."""

FAIR: Final = 0.65
"""Least score of the best square, where VOTES are asked for.  On 14 frames of six real clips every face had 0.68 or
more; plates, which four squares took for a face, had 0.64 at most."""

LOST_VOTES: Final = 2
"""The same number where the lifter was lost: a face too many only leaves a picture out."""

LIKELY: Final = 0.7
"""Score from which one vote less is enough."""

SURE: Final = 0.85
"""Score from which one vote is enough."""

PEOPLE_VOTES: Final = 2
"""Number of squares that must see a person."""


class Faces(Protocol):
    """A face detector."""

    def faces(self, rgb: Bytes) -> Floats:
        """Possible faces (n, 5) in a picture: left, top, width, height in pixels, and a score 0..1."""


class People(Protocol):
    """A pose model for single pictures."""

    def everyone(self, frame: Frame) -> list[Floats]:
        """Landmarks (33, 2), in pixels of `frame.rgb`, of all people in one picture."""


def faces(picture: Bytes, detector: Faces, levels: Sequence[float], votes: int = VOTES) -> Floats:
    """Circles (n, 3) around the heads whose faces `votes` squares see, or fewer squares with a high score."""

    def sightings(square: Bytes) -> Floats:
        x, y, width, height, score = detector.faces(square).reshape(-1, 5).T
        return np.stack([x + width / 2, y + height / 2, np.maximum(width, height), score], axis=1)

    shifted = [sightings(square) + shift for square, shift in _squares(picture, levels)]  # 1, 2
    groups = _groups(np.concatenate(shifted))  # 3
    sure = (group for group in groups if _counts(len(group), float(group[:, 3].max()), votes))  # 4
    return _circles(np.median(group[:, :3], axis=0) * np.array([1.0, 1.0, FACE_RADIUS]) for group in sure)


def people(picture: Bytes, model: People, levels: Sequence[float]) -> Floats:
    """Landmarks (n, 33, 2) of people whom PEOPLE_VOTES squares see, also from behind."""

    def sightings(square: Bytes, corner: Floats) -> Floats:
        bodies_px = [points + corner for points in model.everyone(Frame(0.0, square, 1.0))]
        upright = [points for points in bodies_px if not posture.upside_down(points)]
        points = np.array(upright).reshape(-1, landmarks.COUNT, 2)
        circles = head_tracks.heads(points, bodies.trunk_lengths(points))
        return np.column_stack([circles, np.zeros(len(points)), points.reshape(len(points), 2 * landmarks.COUNT)])

    shifted = [sightings(square, shift[:2]) for square, shift in _squares(picture, levels)]  # 1, 2
    groups = _groups(np.concatenate(shifted))  # 3
    medians = [np.median(group[:, 4:], axis=0) for group in groups if len(group) >= PEOPLE_VOTES]  # 4
    return np.array(medians).reshape(-1, landmarks.COUNT, 2)


def _counts(squares: int, score: float, votes: int) -> bool:
    """True if a face counts that so many squares saw, with that best score."""
    fair = score >= FAIR or votes < VOTES
    return score >= SURE or (squares >= votes and fair) or (squares == votes - 1 and score >= LIKELY)


def _groups(sightings: Floats) -> Iterator[Floats]:
    """Groups of the sightings (n, 4 or more: x, y, size, score) of one head each, beginning with the best score."""
    while len(sightings):
        best = sightings[np.argmax(sightings[:, 3])]
        near = np.hypot(*(sightings - best)[:, :2].T) <= SAME * np.maximum(sightings[:, 2], best[2])
        yield sightings[near]
        sightings = sightings[~near]


def _circles(rows: Iterable[Floats]) -> Floats:
    """The circles as an array (n, 3), also if there are none."""
    return np.array(list(rows), np.float64).reshape(-1, 3)


def _squares(picture: Bytes, levels: Sequence[float]) -> Iterator[tuple[Bytes, Floats]]:
    """Overlapping squares that cover the picture, each with the shift (4,) from its pixels to the picture's."""
    height, width = picture.shape[:2]
    for level in levels:
        side = max(SMALLEST_SQUARE_PX, round(level * min(height, width)))
        steps = [
            np.linspace(0, max(0, length - side), 1 + int(np.ceil(max(0, length - side) / (OVERLAP * side))))
            for length in (width, height)
        ]
        for left, top in product(*(step.round().astype(int) for step in steps)):
            square = np.ascontiguousarray(picture[top : top + side, left : left + side])
            yield square, np.array([left, top, 0.0, 0.0])
