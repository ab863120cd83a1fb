"""Who in the picture is the lifter, and which part of the picture to look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.ndimage import binary_dilation, find_objects, label

from hingecheck import landmarks
from hingecheck.pose.estimation import PoseEstimator, on_display
from hingecheck.records import Bytes, Floats, Frame, PoseTrack

_SAME_PERSON = 0.4
"""Two mid-hips closer than this, in body sizes, belong to one person."""


_STANDS_ABOUT = 0.3
"""What somebody who does not move counts, against shoulders that move by a body size (a lift: about 0.5)."""

_FEWEST_PICTURES = 4
_COARSE = 8
_MOVED_LEVEL, _MOVED_SHARE = 15.0, 0.4
_LEAST_MOVED, _MOST_MOVED = 0.15, 0.85
_ROOM_BESIDE, _ROOM_ABOVE = 0.05, 0.15
"""Motion: a change by 15 of 255 grey levels and by 40 % of the clip's strongest, over at least 15 % of the picture's
height and at most 85 % of its width; the part gets room in shares of its height,
little at the sides, where those who watch stand."""

_MOST_CUT = 0.3
"""A bystander may be cut off with so much of the part's width: plates reach over them, the lifter does not."""


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture in display pixels, half-open."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class _Person:
    shoulder_px: Floats
    hip_px: Floats
    ankle_px: Floats
    size_px: float


def crowded(pictures: Sequence[Frame], estimator: PoseEstimator) -> bool:
    """True if more than one person is in one of the pictures."""
    return any(len(_seen(picture, estimator, [])) > 1 for picture in pictures)


def choose_lifter(pictures: Sequence[Frame], estimator: PoseEstimator) -> Region | None:
    """Where the lifter is, when others are in the picture too; None if one person at most is seen.

    The lifter is whoever is large, there throughout, and whose shoulders go up and down.
    """
    people: list[list[_Person]] = []
    if max((len(_seen(picture, estimator, people)) for picture in pictures), default=0) < 2:
        return None
    return _around(max(people, key=_lifting))


def moving_part(pictures: Sequence[Frame]) -> Region | None:
    """Where most moves between pictures from all over a clip: the lifter and the bar, not those who watch.

    None if nothing moves, or if everything does because the camera shakes.
    """
    if len(pictures) < _FEWEST_PICTURES:
        return None
    gray = np.stack([_coarse(picture.rgb) for picture in pictures])
    change = np.abs(gray - np.median(gray, axis=0)).max(axis=0)
    moved = change > max(_MOVED_LEVEL, _MOVED_SHARE * float(np.quantile(change, 0.99)))
    parts = find_objects(label(binary_dilation(moved, iterations=2))[0])
    if not parts:
        return None
    rows, columns = max(parts, key=lambda part: moved[part].sum())
    height, width = moved.shape
    tall, wide = rows.stop - rows.start, columns.stop - columns.start
    if tall < _LEAST_MOVED * height or wide > _MOST_MOVED * width:
        return None
    beside, above = tall * _ROOM_BESIDE, tall * _ROOM_ABOVE
    zoom = _COARSE / pictures[0].scale
    return Region(
        left=(columns.start - beside) * zoom,
        top=(rows.start - above) * zoom,
        right=(columns.stop + beside) * zoom,
        bottom=(rows.stop + above) * zoom,
    )


def beside(region: Region, watching: PoseTrack) -> Region:
    """The part without the side on which somebody watches, unless that would cut into the lifter."""
    x = np.nanmedian(watching.xy_px[..., 0], axis=0)
    first, last = float(np.nanmin(x)), float(np.nanmax(x))
    room = _MOST_CUT * (region.right - region.left)
    if 0.0 < last - region.left < room:
        return replace(region, left=last)
    return replace(region, right=first) if 0.0 < region.right - first < room else region


def _coarse(rgb: Bytes) -> Floats:
    """Mean grey level of squares of _COARSE pixels: what a slightly shaking camera hardly changes."""
    rows, columns = (n // _COARSE for n in rgb.shape[:2])
    whole = rgb[: rows * _COARSE, : columns * _COARSE].reshape(rows, _COARSE, columns, _COARSE * 3)
    return np.asarray(whole.mean(axis=(1, 3)))


def crop(frames: Iterable[Frame], region: Region | None) -> Iterator[Frame]:
    """The same frames, cut to `region` where one is given."""
    for frame in frames:
        yield frame if region is None else _cut(frame, region)


def _person(xy_px: Floats) -> _Person:
    joints = [xy_px[list(pair)].mean(axis=0) for pair in landmarks.CHAIN]
    size_px = sum(float(np.hypot(*(b - a))) for a, b in pairwise(joints))
    return _Person(shoulder_px=joints[0], hip_px=joints[1], ankle_px=joints[3], size_px=size_px)


def _seen(picture: Frame, estimator: PoseEstimator, people: list[list[_Person]]) -> set[int]:
    """Groups of `people`, which grow by whoever is in the picture; the same person found twice counts once."""
    found = [_person(on_display(points, picture)) for points in estimator.everyone(picture)]
    return {_group(people, person) for person in found}


def _group(people: list[list[_Person]], person: _Person) -> int:
    """Index of the group that `person` belongs to, by place and size; a new one if none fits."""
    for index, group in enumerate(people):
        last = group[-1]
        near = np.hypot(*(last.hip_px - person.hip_px)) < _SAME_PERSON * last.size_px
        if near and 0.6 < person.size_px / last.size_px < 1.7:
            group.append(person)
            return index
    people.append([person])
    return len(people) - 1


def _lifting(group: list[_Person]) -> float:
    """How much a person looks like the lifter: size summed over the pictures, more with vertical movement."""
    heights = [p.shoulder_px[1] for p in group]
    moved = float(max(heights) - min(heights)) / max(p.size_px for p in group)
    return sum(p.size_px for p in group) * (_STANDS_ABOUT + moved)


def _around(group: list[_Person]) -> Region:
    """Room for the person standing and bending anywhere they were seen."""
    size_px = max(p.size_px for p in group)
    hips, ankles = np.stack([p.hip_px for p in group]), np.stack([p.ankle_px for p in group])
    return Region(
        left=hips[:, 0].min() - size_px,
        top=ankles[:, 1].min() - 1.7 * size_px,
        right=hips[:, 0].max() + size_px,
        bottom=ankles[:, 1].max() + 0.3 * size_px,
    )


def _cut(frame: Frame, region: Region) -> Frame:
    height, width = frame.rgb.shape[:2]
    x0, x1 = np.clip(np.round(np.array([region.left, region.right]) * frame.scale), 0, width).astype(int)
    y0, y1 = np.clip(np.round(np.array([region.top, region.bottom]) * frame.scale), 0, height).astype(int)
    rgb = np.ascontiguousarray(frame.rgb[y0:y1, x0:x1])
    return replace(frame, rgb=rgb, origin_px=(x0 / frame.scale, y0 / frame.scale))
