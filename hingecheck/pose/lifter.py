"""Finds the lifter among other people, and the part of the picture to look at.

In: a few pictures from all over a clip and, except for `moving_part`, a pose model.  Out: a `Region` of the picture in
display pixels.  Why: the pose model follows one person and often prefers an upright bystander to a bent lifter.

`choose_lifter` uses people:

1. Find everybody in each picture.
2. Link people across pictures by place and size (`_group`).
3. Score each person: large, present throughout, shoulders that move up and down (`_score`).
4. Return the room around the best one, standing and bending (`_around`).

`moving_part` uses motion alone:

1. Reduce the pictures to mean grey levels of squares.
2. Mark squares that change by MOVED_LEVEL and by MOVED_SHARE of the strongest change in the clip.
3. Take the connected part with the most marked squares.  Reject it if it is too low, or so wide that the camera moved.
4. Add some room around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.ndimage import binary_dilation, find_objects, label

from hingecheck import landmarks
from hingecheck.pose.estimation import PoseEstimator, on_display
from hingecheck.records import Bytes, Floats, Frame, PoseTrack

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

_MOST_CUT: Final = 0.3
"""Largest share of a region's width that is cut off to remove a bystander.  Plates may reach over a bystander, but the
lifter does not."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture in display pixels; `right` and `bottom` do not belong to it."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Person:
    """Middles of shoulders, hips and ankles (2,) of one person, and the length of the body, in display pixels."""

    shoulder_px: Floats
    hip_px: Floats
    ankle_px: Floats
    size_px: float


def crowded(pictures: Sequence[Frame], estimator: PoseEstimator) -> bool:
    """True if one of the pictures shows more than one person."""
    return any(len(_groups_in(picture, estimator, [])) > 1 for picture in pictures)


def choose_lifter(pictures: Sequence[Frame], estimator: PoseEstimator) -> Region | None:
    """The region of the lifter, if others are in the picture too; None if no picture shows two people.

    The lifter is large, is there throughout, and moves the shoulders up and down.
    """
    people: list[list[_Person]] = []
    # 1, 2
    if max((len(_groups_in(picture, estimator, people)) for picture in pictures), default=0) < 2:
        return None
    return _around(max(people, key=_score))  # 3, 4


def moving_part(pictures: Sequence[Frame]) -> Region | None:
    """The region in which most things move between pictures from all over a clip: the lifter and the bar.

    None if nothing moves, or if everything moves because the camera shakes.
    """
    if len(pictures) < _FEWEST_PICTURES:
        return None
    gray = np.stack([_coarse(picture.rgb) for picture in pictures])  # 1
    change = np.abs(gray - np.median(gray, axis=0)).max(axis=0)
    moved = change > max(_MOVED_LEVEL, _MOVED_SHARE * float(np.quantile(change, _STRONGEST)))  # 2
    parts = find_objects(label(binary_dilation(moved, iterations=_BRIDGED_SQUARES))[0])
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


def beside(region: Region, watching: PoseTrack) -> Region:
    """The region without the side on which a bystander stands, unless that would cut into the lifter.

    `watching`: the landmarks of the bystander, in display pixels.
    """
    x = np.nanmedian(watching.xy_px[..., 0], axis=0)
    first, last = float(np.nanmin(x)), float(np.nanmax(x))
    room = _MOST_CUT * (region.right - region.left)
    if 0.0 < last - region.left < room:
        return replace(region, left=last)
    return replace(region, right=first) if 0.0 < region.right - first < room else region


def _coarse(rgb: Bytes) -> Floats:
    """Mean grey level of squares of _SQUARE_PX pixels, which a slightly shaking camera hardly changes."""
    rows, columns = (n // _SQUARE_PX for n in rgb.shape[:2])
    whole = rgb[: rows * _SQUARE_PX, : columns * _SQUARE_PX].reshape(rows, _SQUARE_PX, columns, _SQUARE_PX * 3)
    return np.asarray(whole.mean(axis=(1, 3)))


def crop(frames: Iterable[Frame], region: Region | None) -> Iterator[Frame]:
    """The frames, cut to `region` if there is one."""
    for frame in frames:
        yield frame if region is None else _cut(frame, region)


def _person(xy_px: Floats) -> _Person:
    """The person with landmarks (33, 2) in display pixels."""
    joints = [xy_px[list(pair)].mean(axis=0) for pair in landmarks.CHAIN]
    size_px = sum(float(np.hypot(*(b - a))) for a, b in pairwise(joints))
    return _Person(shoulder_px=joints[0], hip_px=joints[1], ankle_px=joints[3], size_px=size_px)


def _groups_in(picture: Frame, estimator: PoseEstimator, people: list[list[_Person]]) -> set[int]:
    """Indices of the people in a picture; `people` grows by what is found, and a person found twice counts once."""
    persons = [_person(on_display(points, picture)) for points in estimator.everyone(picture)]
    return {_group(people, person) for person in persons}


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


def _score(group: list[_Person]) -> float:
    """How much a person looks like the lifter: size, summed over the pictures, times a factor for vertical movement."""
    heights = [p.shoulder_px[1] for p in group]
    travel = float(max(heights) - min(heights)) / max(p.size_px for p in group)
    return sum(p.size_px for p in group) * (_STANDING_SCORE + travel)


def _around(group: list[_Person]) -> Region:
    """Room for a person who stands and bends at every place where the person was seen."""
    size_px = max(p.size_px for p in group)
    hips, ankles = np.stack([p.hip_px for p in group]), np.stack([p.ankle_px for p in group])
    return Region(
        left=hips[:, 0].min() - size_px,
        top=ankles[:, 1].min() - _STANDING_ROOM * size_px,
        right=hips[:, 0].max() + size_px,
        bottom=ankles[:, 1].max() + _FLOOR_ROOM * size_px,
    )


def _cut(frame: Frame, region: Region) -> Frame:
    """The frame cut to a region; `origin_px` says where it lies on the display."""
    height, width = frame.rgb.shape[:2]
    x0, x1 = np.clip(np.round(np.array([region.left, region.right]) * frame.scale), 0, width).astype(int)
    y0, y1 = np.clip(np.round(np.array([region.top, region.bottom]) * frame.scale), 0, height).astype(int)
    rgb = np.ascontiguousarray(frame.rgb[y0:y1, x0:x1])
    return replace(frame, rgb=rgb, origin_px=(x0 / frame.scale, y0 / frame.scale))
