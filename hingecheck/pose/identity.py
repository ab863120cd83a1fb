"""Whether another person than the lifter was followed for a while.

In: the landmarks of a part of a clip as the pose model gave them.  Out: the times in which they are somebody else's
(`others_s`).  Why: such times are left out (`cleaning`), and the report says so; they are never averaged in.

Steps:

1. Find the samples in which the hips are far from their usual place or the trunk has another size.
2. Take them as another person's where they begin or end with a jump, faster than anybody moves.  A lifter who walks to
   the bar is far from it, too, but does not jump.
3. Take them as another person's, too, where the ankles are much lower than the lifter's (`cleaning.nearer`), and the
   lifter is seen before and after: somebody walks through in front.

Two people who change places at one and the same spot, and look equally large, cannot be told apart here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.geometry import length
from hingecheck.pose import cleaning
from hingecheck.records import Code, PoseTrack, Reason

FASTEST: Final = 8.0
"""Largest speed of a person's hips, in trunk lengths a second: about 4 m/s."""

FARTHEST: Final = 0.8
"""Smallest jump, in trunk lengths: a misplaced hip moves by less."""

SHORTEST_S: Final = 0.4
"""Shortest time that counts, in seconds.  Single samples are errors of the pose model."""


def others_s(raw: PoseTrack) -> list[tuple[float, float]]:
    """Times in which another person was followed, each as begin and end in seconds; `raw`: before cleaning."""
    kept = np.flatnonzero(raw.seen)
    if len(kept) < 2:
        return []
    time_s, hip = raw.time_s[kept], raw.middle_px(landmarks.HIPS)[kept]
    trunk_px = float(np.median(length(raw.middle_px(landmarks.SHOULDERS)[kept] - hip)))
    other, in_front = ~cleaning.without_wrong_frames(raw).seen[kept], cleaning.nearer(raw)[kept]
    step = length(np.diff(hip, axis=0)) / trunk_px
    jump = (step > FARTHEST) & (step > FASTEST * np.diff(time_s))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], other, [False]])))
    spans = []
    for begin, end in edges.reshape(-1, 2):
        jumps, nearer = jump[max(begin - 1, 0) : end], in_front[begin:end].any()
        alone = (begin > 0 and jumps[0]) or (end < len(kept) and jumps[-1])
        crosses = nearer and ((begin > 0 and end < len(kept)) or jumps.any())
        if (alone or crosses) and time_s[end - 1] - time_s[begin] >= SHORTEST_S:
            spans.append((float(time_s[begin]), float(time_s[end - 1])))
    return spans


def notes(others_s: Sequence[tuple[float, float]], among_px: tuple[float, float] | None = None) -> list[Reason]:
    """That another person was followed for some times, and who of several people was measured (`among_px`)."""
    total_s = sum(end_s - begin_s for begin_s, end_s in others_s)
    others = [Reason(Code.OTHER_PERSON, (total_s, others_s[0][0]))] if others_s else []
    return [*others, *([Reason(Code.SEVERAL_PEOPLE, among_px)] if among_px else [])]
