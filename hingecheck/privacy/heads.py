"""Looks for faces and people in one picture.

In: a picture, a detector, and the sizes of the squares (`levels`, in shorter sides of the picture).  Out: circles
around heads, or landmarks of people, in pixels of the picture.

Steps (`faces`, `people`):

1. Cut the picture into overlapping squares of each size.  The detectors see few pixels (128 and 224 each way), so a
   bystander is too small for them in the whole picture, but not in a square of a third of its width.
2. Ask the detector for each square.
3. Group the sightings of one head, best score first (`_groups`).
4. Keep the groups that enough squares saw, or that one saw with a high score.  Return their median.

Plates, racks and marks on a wall look like faces to the detector, with scores as high as real faces.  So a face counts
only with its body (`embodied`): a person model, which looks at a square around the face, sees a person whose head is
there.
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

VOTES: Final = 2
"""Number of squares that must see a face."""

SURE: Final = 0.7
"""Score from which one square is enough.  Plates reach it, too, but they have no body."""

BODY_SIDES: Final = (6.0, 9.0)
"""Sides of the squares around a face in which its body is looked for, in widths of the face: down to the waist, and to
the knees.  On 14 pictures of four real clips, 20 of 21 faces had a body in one of them, and 3 of 46 plates and racks
that the detector took for a face."""

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


def faces(picture: Bytes, detector: Faces, levels: Sequence[float]) -> Floats:
    """Circles (n, 3) around the heads whose faces VOTES squares see, or one square with a high score."""

    def sightings(square: Bytes) -> Floats:
        x, y, width, height, score = detector.faces(square).reshape(-1, 5).T
        return np.stack([x + width / 2, y + height / 2, np.maximum(width, height), score], axis=1)

    shifted = [sightings(square) + shift for square, shift in _squares(picture, levels)]  # 1, 2
    groups = _groups(np.concatenate(shifted))  # 3
    sure = (group for group in groups if len(group) >= VOTES or group[:, 3].max() >= SURE)  # 4
    return _circles(np.median(group[:, :3], axis=0) * np.array([1.0, 1.0, FACE_RADIUS]) for group in sure)


def embodied(picture: Bytes, faces_px: Floats, model: People, lifter_px: Floats) -> Floats:
    """The faces (n, 3) of other people: `model` sees somebody whose head lies in the circle of the face.

    `lifter_px` (3,): the circle of the lifter's head.
    """

    def is_head(circle: Floats, side: float) -> bool:
        square, corner = _around(picture, circle, side * float(circle[2]) / FACE_RADIUS)
        found = np.array(model.everyone(Frame(0.0, square, 1.0))).reshape(-1, landmarks.COUNT, 2) + corner
        middles = head_tracks.heads(found, bodies.trunk_lengths(found))[:, :2]
        here, own = (np.hypot(*(middles - head[:2]).T) < head[2] for head in (circle, lifter_px))
        return bool((here & ~own).any())

    kept = [any(is_head(circle, side) for side in BODY_SIDES) for circle in faces_px]
    return np.asarray(faces_px[np.array(kept, bool)])


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


def _around(picture: Bytes, circle: Floats, side_px: float) -> tuple[Bytes, Floats]:
    """The square of a picture around a circle (3,), moved to lie inside, and its upper left corner (2,)."""
    height, width = picture.shape[:2]
    side = min(max(SMALLEST_SQUARE_PX, round(side_px)), height, width)
    left, top = (
        round(float(np.clip(at - side / 2, 0, room - side))) for at, room in zip(circle, (width, height), strict=False)
    )
    return np.ascontiguousarray(picture[top : top + side, left : left + side]), np.array([left, top], np.float64)
