"""Finds the lifter among other people, and the part of the picture to look at.

In: the people that a light pose model found in pictures from all over a clip, and these pictures.  Out: a `Region` of
the picture in display pixels, or None for the whole picture.  Why: the pose model follows one person.  It often prefers
an upright bystander to a bent lifter, and it loses a lifter who looks small.

The user may name the lifter (`Wanted`).  Then that person counts, whatever moves.

Steps (`region`):

1. Link people across pictures by place and size (`_grouped`).  Score each person: large, present throughout, shoulders
   that move up and down (`_score`).  The best one may be the lifter.
2. A person who never bends is a bystander if what moves (`moving_part`) is elsewhere: look there.
3. If there are several people, look at the room around the lifter, standing and bending (`_around`).
4. Else look at the whole picture.

`seldom_found` says whether a closer look at the part that moves is worth a try.

Steps of `moving_part`:

1. Reduce the pictures to mean grey levels of squares.
2. Mark squares that change by `_MOVED_LEVEL` and by `_MOVED_SHARE` of the strongest change in the clip.
3. Take the connected part with the most marked squares.  Reject it if it is too low, or so wide that the camera moved.
4. Add some room around it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
import scipy

from hingecheck import landmarks
from hingecheck.records import Bytes, Floats, Frame, Wanted

_SAME_PERSON: Final = 0.4
"""Largest distance between two mid-hips of one person, in body sizes (shoulders to ankles)."""

_SAME_SIZE: Final = (0.6, 1.7)
"""Smallest and largest ratio of two body sizes of one person, who may bend."""

_STANDING_SCORE: Final = 0.3
"""Factor of a person who does not move.  The travel of the shoulders, in body sizes, is added to it (a lift: about
0.5)."""

_STANDING_ROOM: Final = 1.7
"""Room above the ankles for a person who stands, in body sizes."""

_FLOOR_ROOM: Final = 0.3
"""Room below the ankles for plates, in body sizes."""

_FEWEST_PICTURES: Final = 4
"""Smallest number of pictures between which motion is found."""

_SQUARE_PX: Final = 8
"""Side of the squares whose mean grey level is compared, in pixels."""

_MOVED_LEVEL: Final = 15.0
"""Smallest change of a square that moves, in grey levels of 255."""

_MOVED_SHARE: Final = 0.4
"""The same as a share of the clip's strongest change."""

_STRONGEST: Final = 0.99
"""Quantile of the changes that counts as the strongest; single squares above are errors."""

_BRIDGED_SQUARES: Final = 2
"""Number of squares by which moving squares grow before they are connected."""

_LEAST_MOVED: Final = 0.15
"""Smallest height of the moving part, as a share of the picture's height."""

_MOST_MOVED: Final = 0.85
"""Largest width of the moving part, as a share of the picture's width.  A wider part means that the camera moved."""

_ROOM_BESIDE: Final = 0.05
"""Room at both sides of the moving part, as a share of its height: little, because onlookers stand there."""

_ROOM_ABOVE: Final = 0.15
"""Room above the moving part, as a share of its height."""

_CROWDED: Final = 2
"""Smallest number of pictures with several people.  In a single one the model may have seen a person twice."""

_BENDS: Final = 0.2
"""Smallest travel of the shoulders of a person who bends, in body sizes."""

_OFTEN_SEEN: Final = 0.75
"""Smallest share of the pictures in which a lifter is found who needs no closer look.  The network follows a lifter
whom it would not find anew, so it sees more than that."""

_MOST_CUT: Final = 0.3
"""Largest share of a region's width that is cut off to remove a bystander.  Plates may reach over a bystander, but the
lifter does not."""


_LASTS: Final = 0.3
"""Smallest number of pictures with a person whom the user may name, as a share of the most frequent person's."""

_SIZED: Final = 0.4
"""Smallest size of such a person, as a share of the largest: others are far behind, or no people."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture in display pixels; `right` and `bottom` do not belong to it."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Person:
    """One person in one picture, in display pixels.

    Middles of shoulders, hips and ankles (2,), the length of the body, its left and right end, the index of the
    picture, and all landmarks (33, 2).
    """

    shoulder_px: Floats
    hip_px: Floats
    ankle_px: Floats
    size_px: float
    sides_px: tuple[float, float]
    picture: int
    xy_px: Floats


def region(found: Sequence[Sequence[Floats]], moving: Region | None, wanted: Wanted = "auto") -> Region | None:
    """The part of the picture to look at; None for the whole picture.

    `found`: for some pictures, the landmarks (33, 2) of everybody in it, in display pixels.  `moving`: the part in
    which most things move.
    """
    # 1
    people, together = _grouped(found)
    best = _best(people, wanted)
    if best is None:
        return None
    if wanted != "auto":
        return _around(best)
    # 2
    if moving is not None and _travel(best) < _BENDS and not _overlap(best, moving):
        return beside(moving, *_sides(best))
    # 3, 4
    return _around(best) if together >= _CROWDED else None


def finds(found: Sequence[Sequence[Floats]], part: Region | None, wanted: Wanted = "auto") -> dict[int, Floats]:
    """Where the lifter was found: from indices of pictures to landmarks (33, 2).

    `found`: for some pictures, the landmarks of everybody in it.  `part`: the part of the picture with the lifter.
    """
    people, _ = _grouped(found)
    inside = [group for group in people if part is None or _overlap(group, part)]
    best = _best(inside, wanted) or []
    return {person.picture: person.xy_px for person in best}


def among_others(
    found: Sequence[Sequence[Floats]], part: Region | None, wanted: Wanted = "auto"
) -> tuple[float, float] | None:
    """Where the lifter stands, in display pixels, if others in the same pictures could be meant as well.

    None if nobody else is as large as a lifter, or if the user names the lifter.
    """
    people, _ = _grouped(found)
    best = _best([group for group in people if part is None or _overlap(group, part)], wanted)
    if best is None or wanted != "auto":
        return None
    pictures, size_px = {person.picture for person in best}, _SIZED * _size_px(best)
    others = [group for group in people if group is not best and _size_px(group) >= size_px]
    if not any(len(pictures & {person.picture for person in group}) >= _CROWDED for group in others):
        return None
    x, y = np.median([person.hip_px for person in best], axis=0)
    return float(x), float(y)


def seldom_found(found: Sequence[Sequence[Floats]]) -> bool:
    """True if nobody, or nobody in particular, is found in most pictures."""
    people, _ = _grouped(found)
    return max(map(len, people), default=0) < _OFTEN_SEEN * len(found)


def moving_part(pictures: Sequence[Frame]) -> Region | None:
    """The region in which most things move between pictures from all over a clip: the lifter and the bar.

    None if nothing moves, if everything moves because the camera shakes, or if the pictures are tiny.
    """
    if len(pictures) < _FEWEST_PICTURES or min(pictures[0].rgb.shape[:2]) < _SQUARE_PX:
        return None
    gray = np.stack([_coarse(picture.rgb) for picture in pictures])  # 1
    change = np.abs(gray - np.median(gray, axis=0)).max(axis=0)
    moved = change > max(_MOVED_LEVEL, _MOVED_SHARE * float(np.quantile(change, _STRONGEST)))  # 2
    parts = scipy.ndimage.find_objects(
        scipy.ndimage.label(scipy.ndimage.binary_dilation(moved, iterations=_BRIDGED_SQUARES))[0]
    )
    if not parts:
        return None
    # 3
    rows, columns = max(parts, key=lambda part: moved[part].sum())
    height, width = moved.shape
    tall, wide = rows.stop - rows.start, columns.stop - columns.start
    if tall < _LEAST_MOVED * height or wide > _MOST_MOVED * width:
        return None
    # 4
    beside, above = tall * _ROOM_BESIDE, tall * _ROOM_ABOVE
    zoom = _SQUARE_PX / pictures[0].scale
    return Region(
        left=(columns.start - beside) * zoom,
        top=(rows.start - above) * zoom,
        right=(columns.stop + beside) * zoom,
        bottom=(rows.stop + above) * zoom,
    )


def beside(region: Region, left_px: float, right_px: float) -> Region:
    """The region without the side on which a bystander stands, unless that would cut into the lifter.

    `left_px`, `right_px`: both ends of the bystander, in display pixels.
    """
    room = _MOST_CUT * (region.right - region.left)
    if 0.0 < right_px - region.left < room:
        return replace(region, left=right_px)
    return replace(region, right=left_px) if 0.0 < region.right - left_px < room else region


def _coarse(rgb: Bytes) -> Floats:
    """Mean grey level of squares of _SQUARE_PX pixels, which a slightly shaking camera hardly changes."""
    rows, columns = (n // _SQUARE_PX for n in rgb.shape[:2])
    whole = rgb[: rows * _SQUARE_PX, : columns * _SQUARE_PX].reshape(rows, _SQUARE_PX, columns, _SQUARE_PX * 3)
    return np.asarray(whole.mean(axis=(1, 3)))


def _person(picture: int, xy_px: Floats) -> _Person:
    """The person with landmarks (33, 2) in display pixels in one picture."""
    joints = [xy_px[list(pair)].mean(axis=0) for pair in landmarks.CHAIN]
    size_px = sum(float(np.hypot(*(b - a))) for a, b in pairwise(joints))
    sides_px = (float(xy_px[:, 0].min()), float(xy_px[:, 0].max()))
    return _Person(joints[0], joints[1], joints[3], size_px, sides_px, picture, xy_px)


def _grouped(found: Sequence[Sequence[Floats]]) -> tuple[list[list[_Person]], int]:
    """Everybody in the clip, each as they were found from picture to picture; and how many pictures show several."""
    people: list[list[_Person]] = []
    in_picture = [
        {_group(people, _person(picture, xy_px)) for xy_px in persons} for picture, persons in enumerate(found)
    ]
    return people, sum(len(groups) > 1 for groups in in_picture)


def _group(people: list[list[_Person]], person: _Person) -> int:
    """Index of the group that `person` joins, by place and size; a new group if none fits."""
    smallest, largest = _SAME_SIZE
    for index, group in enumerate(people):
        last = group[-1]
        near = np.hypot(*(last.hip_px - person.hip_px)) < _SAME_PERSON * last.size_px
        if near and smallest < person.size_px / last.size_px < largest:
            group.append(person)
            return index
    people.append([person])
    return len(people) - 1


def _travel(group: Sequence[_Person]) -> float:
    """How far the shoulders of a person move up and down, in body sizes."""
    heights = [p.shoulder_px[1] for p in group]
    return float(max(heights) - min(heights)) / max(p.size_px for p in group)


def _best(people: Sequence[Sequence[_Person]], wanted: Wanted) -> Sequence[_Person] | None:
    """The person whom the user wants, or who looks most like the lifter; None if there is nobody."""
    if wanted == "auto":
        return max(people, key=_score, default=None)
    most = max(map(len, people), default=0)
    largest_px = max(map(_size_px, people), default=0.0)
    lasting = [g for g in people if len(g) >= _LASTS * most and _size_px(g) >= _SIZED * largest_px]

    def fits(group: Sequence[_Person]) -> float:
        """How well a person fits the user's words."""
        x, y = np.median([p.hip_px for p in group], axis=0)
        if isinstance(wanted, tuple):
            return -float(np.hypot(x - wanted[0], y - wanted[1]))
        return {"left": -float(x), "right": float(x)}.get(wanted, _size_px(group))

    return max(lasting, key=fits, default=None)


def _size_px(group: Sequence[_Person]) -> float:
    """The usual length of a person's body, in display pixels."""
    return float(np.median([p.size_px for p in group]))


def _score(group: Sequence[_Person]) -> float:
    """How much a person looks like the lifter: size, summed over the pictures, times a factor for vertical movement."""
    return sum(p.size_px for p in group) * (_STANDING_SCORE + _travel(group))


def _sides(group: Sequence[_Person]) -> tuple[float, float]:
    """The usual left and right end of a person, in display pixels."""
    left, right = np.median([p.sides_px for p in group], axis=0)
    return float(left), float(right)


def _overlap(group: Sequence[_Person], part: Region) -> bool:
    """True if the usual place of a person's hips lies in a part of the picture."""
    x, y = np.median([p.hip_px for p in group], axis=0)
    return bool(part.left <= x <= part.right and part.top <= y <= part.bottom)


def _around(group: Sequence[_Person]) -> Region:
    """Room for a person who stands and bends at every place where the person was seen."""
    size_px = max(p.size_px for p in group)
    hips, ankles = np.stack([p.hip_px for p in group]), np.stack([p.ankle_px for p in group])
    return Region(
        left=hips[:, 0].min() - size_px,
        top=ankles[:, 1].min() - _STANDING_ROOM * size_px,
        right=hips[:, 0].max() + size_px,
        bottom=ankles[:, 1].max() + _FLOOR_ROOM * size_px,
    )


def cut(frame: Frame, region: Region | None) -> Frame:
    """The frame cut to a region, if there is one; `origin_px` says where it lies on the display."""
    if region is None:
        return frame
    height, width = frame.rgb.shape[:2]
    x0, x1 = np.clip(np.round(np.array([region.left, region.right]) * frame.scale), 0, width).astype(int)
    y0, y1 = np.clip(np.round(np.array([region.top, region.bottom]) * frame.scale), 0, height).astype(int)
    rgb = np.ascontiguousarray(frame.rgb[y0:y1, x0:x1])
    return replace(frame, rgb=rgb, origin_px=(x0 / frame.scale, y0 / frame.scale))
