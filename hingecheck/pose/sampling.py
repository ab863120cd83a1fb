"""Which pictures the pose network looks at: ten a second in movement, two at rest.

In: the times of the working copy's pictures, and in which of them something moves.  Out: the pictures to look at, and
chunks of them for several workers.  Why: the network takes most of the time of an analysis.  On 23 drawn clips these
looks give about the same angles, lift-offs and lockouts as thirty a second (docs/development/speed.md).

Steps:

1. `first`: look every LIFT_STEP_S where something moves, and every REST_STEP_S elsewhere.
2. `closer`: where the lifter was lost, or moved far from one look to the next, look again at up to thirty pictures a
   second.  This happens where a rest was none, and where the network has seen something else.  The lifter is followed
   into such a stretch from both ends: forwards from the look before it, backwards from the look after it.

`chunks` cuts the pictures to look at into pieces of about CHUNK.  The pieces depend on the clip alone and never on the
number of workers, so the results do not either.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from hingecheck import landmarks
from hingecheck.geometry import length
from hingecheck.pose import cleaning
from hingecheck.records import Bools, Floats, PoseTrack

Ints = NDArray[np.intp]

LIFT_STEP_S: Final = 0.1
"""Time between two looks where something moves, in seconds."""

REST_STEP_S: Final = 0.5
"""Time between two looks at rest, in seconds."""

FAST: Final = 0.5
"""Largest distance that shoulders or hips move between two looks in a lift, in trunk lengths (about 25 cm).  Farther,
the network has jumped to something else."""

RESTING: Final = 0.08
"""The same between two looks at rest (about 4 cm)."""

LEAST_AGAIN: Final = 15
"""Number of pictures that may always be looked at again, about a second of a core's time: short clips need it, too."""

EDGE_S: Final = 1.0
"""Longest time before the first and after the last good look in which a lifter who is there may be lost, in seconds:
clips are cut in a bend, in which nobody is found at once.  Own choice; a lifter who is away for longer is away."""

CHUNK: Final = 120
"""Usual number of pictures in a chunk.  A new worker costs about as much as four pictures."""

MOST_AGAIN: Final = 0.4
"""Largest number of pictures that are looked at again, as a share of the first looks.  It limits what a clip costs in
which the lifter is hard to see."""


def first(time_s: Floats, moving: Bools) -> Ints:
    """Indices of the pictures to look at first, the first and the last among them.

    `time_s` (C,): times of all pictures.  `moving` (C,): where something moves.
    """
    half_s = float(np.median(np.diff(time_s))) / 2 if len(time_s) > 1 else 0.0
    looks = [0]
    for index in range(1, len(time_s)):
        step_s = LIFT_STEP_S if moving[index] else REST_STEP_S
        if time_s[index] - time_s[looks[-1]] >= step_s - half_s:
            looks.append(index)
    if looks[-1] != len(time_s) - 1:
        looks.append(len(time_s) - 1)
    return np.array(looks)


def chunks(looks: Ints) -> list[Ints]:
    """The pictures to look at, in an even number of chunks of about CHUNK."""
    count = 1 if len(looks) < CHUNK / 2 else 2 * max(1, round(len(looks) / CHUNK / 2))
    return list(np.array_split(looks, count))


def closer(time_s: Floats, looks: Ints, track: PoseTrack) -> list[Ints]:
    """The pictures to look at again, closely: a chunk for each way into a stretch, of growing or of falling indices.

    `time_s` (C,): times of all pictures.  `looks` (M,): those that `track` shows.  A stretch goes from the last good
    look before it to the first good one after it; up to EDGE_S before the first good look of all and after the last.
    Together they hold at most MOST_AGAIN pictures for each look, or LEAST_AGAIN: of longer ones only every second or
    third picture, then the longest are left out.
    """
    good = cleaning.without_wrong_frames(track).seen
    bad = _bad(time_s[looks], track, good)
    if not bad.any():
        return []
    bad[1:-1] |= bad[:-2] & bad[2:]  # a single good step between two bad ones saves nothing
    edges = np.flatnonzero(np.diff(np.concatenate([[False], bad, [False]])))
    stretches = sorted(edges.reshape(-1, 2).tolist(), key=lambda ends: int(looks[ends[1]] - looks[ends[0]]))
    most = max(MOST_AGAIN * len(looks), LEAST_AGAIN)
    step = next((n for n in (1, 2, 3) if sum(looks[b] - looks[a] for a, b in stretches) <= n * most), 3)
    again, used = list[Ints](), 0.0
    for a, b in stretches:
        used += (looks[b] - looks[a]) / step
        if used > most:
            break
        again += _ways_in(np.append(np.arange(looks[a], looks[b], step), looks[b]), bool(good[a]), bool(good[b]))
    return again


def _ways_in(pictures: Ints, before: bool, after: bool) -> list[Ints]:
    """The pictures of a stretch as they are looked at: in order of time from a good look before it, then backwards.

    `before`, `after`: there is a good look at its beginning, at its end.
    """
    middle = len(pictures) // 2 if before and after else len(pictures) * before
    return [each for each in (pictures[:middle], pictures[middle:][::-1]) if len(each)]


def _bad(time_s: Floats, track: PoseTrack, good: Bools) -> Bools:
    """The steps (M - 1,) from look to look in which the lifter is lost, or moves too far; `good` (M,): right looks."""
    if not good.any():
        return np.zeros(len(time_s) - 1, bool)
    trunk_px = np.nanmedian(length(track.middle_px(landmarks.SHOULDERS) - track.middle_px(landmarks.HIPS))[good])
    parts = np.stack([track.middle_px(p) for p in (landmarks.SHOULDERS, landmarks.HIPS)], axis=1)
    far = length(np.diff(parts, axis=0)).max(axis=1) / trunk_px
    limit = np.where(np.diff(time_s) > 2 * LIFT_STEP_S, RESTING, FAST)
    first_s, last_s = time_s[good][[0, -1]]
    inside = (time_s[1:] > first_s - EDGE_S) & (time_s[:-1] < last_s + EDGE_S)
    return np.asarray(inside & (~good[:-1] | ~good[1:] | (far > limit)))
