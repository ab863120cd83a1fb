"""Looks for heads in one picture: overlapping squares of it are shown to a detector, and what several see counts.

Both detectors look at few pixels (128 and 224 each way): a bystander in the whole picture is too small for them, in a
square of a third of its width not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Final, Protocol

import numpy as np

from hingecheck import landmarks
from hingecheck.privacy import blurring, bodies
from hingecheck.records import Bytes, Floats, Frame

OVERLAP: Final = 0.5
"""Of the squares, whose sizes are given as levels: in shorter sides of the picture."""

FACE_RADIUS: Final = 0.9
"""Of a blurred head, in widths of the face box."""

SAME: Final = 0.5
"""Sightings nearer than this, in widths of the face or radii of the head, are of one."""

VOTES, LIKELY, SURE = 3, 0.7, 0.85
"""A face counts if three squares see it, or two if one of them scores 0.7, or one that scores 0.85: on 60 frames of
three sample clips the lifter's face had three votes or more in every frame, and hands and plates, taken for faces 17
times, two at most with scores up to 0.66."""

PEOPLE_VOTES: Final = 2
UPSIDE_DOWN: Final = 0.7
"""Shoulders this far below the hips, in lengths of the same trunk, are a bad guess."""


class Faces(Protocol):
    """A face detector."""

    def faces(self, rgb: Bytes) -> Floats:
        """What may be a face in a picture, (n, 5): left, top, width, height in pixels, and its score 0..1."""


class People(Protocol):
    """A pose model that looks at single pictures."""

    def everyone(self, frame: Frame) -> list[Floats]:
        """Landmarks (33, 2), in pixels of `frame.rgb`, of all people in one picture."""


def faces(picture: Bytes, detector: Faces, levels: Sequence[float], votes: int = VOTES) -> Floats:
    """Circles (n, 3) around the heads whose faces `votes` squares see, or fewer surely."""

    def seen(square: Bytes) -> Floats:
        x, y, width, height, score = detector.faces(square).reshape(-1, 5).T
        return np.stack([x + width / 2, y + height / 2, np.maximum(width, height), score], axis=1)

    groups = _groups(np.concatenate([seen(square) + shift for square, shift in _squares(picture, levels)]))
    sure = (group for group in groups if _counts(len(group), float(group[:, 3].max()), votes))
    return _circles(np.median(group[:, :3], axis=0) * np.array([1.0, 1.0, FACE_RADIUS]) for group in sure)


def people(picture: Bytes, model: People, levels: Sequence[float]) -> Floats:
    """Landmarks (n, 33, 2) of people whom two squares see; also from behind."""

    def seen(square: Bytes, corner: Floats) -> Floats:
        found = [points + corner for points in model.everyone(Frame(0.0, square, 1.0))]
        points = np.array([each for each in found if not _on_the_head(each)]).reshape(-1, landmarks.COUNT, 2)
        circles = blurring.heads(points, bodies.trunk_lengths(points))
        return np.column_stack([circles, np.zeros(len(points)), points.reshape(len(points), 2 * landmarks.COUNT)])

    groups = _groups(np.concatenate([seen(square, shift[:2]) for square, shift in _squares(picture, levels)]))
    found = [np.median(group[:, 4:], axis=0) for group in groups if len(group) >= PEOPLE_VOTES]
    return np.array(found).reshape(-1, landmarks.COUNT, 2)


def _on_the_head(points: Floats) -> bool:
    """Whether somebody seems to stand on the head: a bad guess, which takes plates or shoes for a head."""
    shoulder, hip = (points[list(pair)].mean(axis=0) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    return bool(shoulder[1] - hip[1] > UPSIDE_DOWN * np.hypot(*(shoulder - hip)))


def _counts(seen: int, score: float, votes: int) -> bool:
    return seen >= votes or score >= SURE or (seen == votes - 1 and score >= LIKELY)


def _groups(found: Floats) -> Iterator[Floats]:
    """Sightings (n, 4 or more) of x, y, size, score, put together where they are of one head; the best one leads."""
    while len(found):
        best = found[np.argmax(found[:, 3])]
        near = np.hypot(*(found - best)[:, :2].T) <= SAME * np.maximum(found[:, 2], best[2])
        yield found[near]
        found = found[~near]


def _circles(rows: Iterable[Floats]) -> Floats:
    return np.array(list(rows), np.float64).reshape(-1, 3)


def _squares(picture: Bytes, levels: Sequence[float]) -> Iterator[tuple[Bytes, Floats]]:
    """Overlapping squares that cover the picture, each with what its points lack to those of the picture."""
    height, width = picture.shape[:2]
    for level in levels:
        side = max(32, round(level * min(height, width)))
        steps = [
            np.linspace(0, max(0, length - side), 1 + int(np.ceil(max(0, length - side) / (OVERLAP * side))))
            for length in (width, height)
        ]
        for left, top in product(*(step.round().astype(int) for step in steps)):
            square = np.ascontiguousarray(picture[top : top + side, left : left + side])
            yield square, np.array([left, top, 0.0, 0.0])
