"""Which pictures the pose network looks at: about ten a second in a lift, two at rest, up to thirty in a fast pull.

In: the times of the working copy's pictures, and in which of them something moves.  Out: the pictures to look at, and
chunks of them for several workers.  Why: the network takes nine tenths of the time of an analysis.  On 23 drawn clips
ten looks a second give the same angles, lift-offs and lockouts as thirty (docs/development/speed.md).

Steps:

1. `first`: look every LIFT_STEP_S where something moves, and every REST_STEP_S elsewhere.
2. `between`: where the lifter moved far from one look to the next, look in between.  This happens in fast movements,
   and where a rest was none.

`chunks` cuts the pictures to look at into pieces of about CHUNK.  Each piece begins with a few pictures more, with
which the network finds the lifter (WARM_UP).  The pieces depend on the clip alone and never on the number of workers,
so the results do not either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hingecheck import landmarks
from hingecheck.geometry import length
from hingecheck.records import Bools, Floats, PoseTrack

Ints = NDArray[np.intp]

LIFT_STEP_S: Final = 0.1
"""Time between two looks where something moves, in seconds."""

REST_STEP_S: Final = 0.5
"""Time between two looks at rest, in seconds."""

FAST: Final = 0.25
"""Largest distance that shoulders or hips move between two looks in a lift, in trunk lengths (about 12 cm).  At
LIFT_STEP_S that is a speed of 1.2 m/s."""

RESTING: Final = 0.08
"""The same between two looks at rest (about 4 cm)."""

CHUNK: Final = 120
"""Usual number of pictures in a chunk.  A new worker costs about as much as four pictures."""

WARM_UP: Final = 3
"""Number of pictures before a chunk with which the network finds the lifter."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Indices of pictures for one worker: `warm_up` first, whose results are dropped, then `looks`."""

    warm_up: Ints
    looks: Ints


def first(time_s: Floats, moving: Bools) -> Ints:
    """Indices of the pictures to look at first, the first and the last among them; `time_s`, `moving` (C,)."""
    half_s = float(np.median(np.diff(time_s))) / 2 if len(time_s) > 1 else 0.0
    looks = [0]
    for index in range(1, len(time_s)):
        step_s = LIFT_STEP_S if moving[index] else REST_STEP_S
        if time_s[index] - time_s[looks[-1]] >= step_s - half_s:
            looks.append(index)
    if looks[-1] != len(time_s) - 1:
        looks.append(len(time_s) - 1)
    return np.array(looks)


def between(time_s: Floats, looks: Ints, track: PoseTrack) -> Ints:
    """Indices of more pictures to look at, between two looks from which the lifter moved too far.

    `time_s` (C,): times of all pictures.  `looks` (M,): those that `track` shows.  Between two looks at rest the
    pictures are LIFT_STEP_S apart, between two in a lift there is one more.
    """
    if not track.seen.any():
        return np.array([], np.intp)
    trunk_px = np.nanmedian(length(track.middle_px(landmarks.SHOULDERS) - track.middle_px(landmarks.HIPS)))
    parts = np.stack([track.middle_px(p) for p in (landmarks.SHOULDERS, landmarks.HIPS)], axis=1)
    far = length(np.diff(parts, axis=0)).max(axis=1) / trunk_px
    more: list[int] = []
    for begin, end, moved in zip(looks, looks[1:], far, strict=False):
        rested = time_s[end] - time_s[begin] > 2 * LIFT_STEP_S
        if end - begin < 2 or not moved > (RESTING if rested else FAST):
            continue
        parts_count = round((time_s[end] - time_s[begin]) / LIFT_STEP_S) if rested else 2
        more += np.linspace(begin, end, min(parts_count, end - begin) + 1).round().astype(int)[1:-1].tolist()
    return np.array(more, np.intp)


def chunks(looks: Ints, before: Ints | None = None) -> list[Chunk]:
    """The pictures to look at, in an even number of chunks of about CHUNK.

    `before`: the pictures that were looked at already, which may serve to warm up as well.
    """
    if not len(looks):
        return []
    usual = looks if before is None else np.union1d(looks, before)
    count = 1 if len(looks) < CHUNK / 2 else 2 * max(1, round(len(looks) / CHUNK / 2))
    return [Chunk(usual[usual < part[0]][-WARM_UP:], part) for part in np.array_split(looks, count)]
