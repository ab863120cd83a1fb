"""Where a clip is cut: from one picture to the next everything in it changes, and does not change back.

In: grey pictures in order of time.  Out: the times of the cuts.  Why: across a cut nothing is one movement.  A cut
between two views of the same camera cannot be seen here.

Steps of `Watcher`:

1. Reduce each picture to SIDE_PX by SIDE_PX pixels.
2. Correlate it with the picture before.  Below ALIKE it may be a cut.
3. It is one if the pictures SETTLED_S before and after it are unlike, too.  A flash or a hand at the lens goes away.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes, Floats

SIDE_PX: Final = 24
"""Side of the small pictures, in pixels: a lifter is a few of them."""

ALIKE: Final = 0.6
"""Least correlation of two pictures of the same scene, one after the other.  A shaken camera gives 0.9."""

SETTLED_S: Final = 0.3
"""Time after a cut at which the new scene must still be there, in seconds."""


class Watcher:
    """Finds the cuts in pictures that come in order of time."""

    def __init__(self) -> None:
        """No picture has come yet."""
        self.times_s: list[float] = []
        """The times of the first pictures after a cut, in seconds."""
        self._recent: deque[tuple[float, Floats]] = deque()
        self._before: Floats | None = None
        self._cut_s = float("nan")

    def watch(self, time_s: float, grey: Bytes) -> None:
        """Look at the next picture (h, w)."""
        small = np.asarray(cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.float64)
        if self._before is not None and time_s >= self._cut_s + SETTLED_S:
            if _correlation(self._before, small) < ALIKE:
                self.times_s.append(self._cut_s)
            self._before = None
        if self._before is None and self._recent and _correlation(self._recent[-1][1], small) < ALIKE:
            self._before, self._cut_s = self._recent[0][1], time_s
        self._recent.append((time_s, small))
        while len(self._recent) > 1 and self._recent[1][0] <= time_s - SETTLED_S:
            self._recent.popleft()


def _correlation(one: Floats, other: Floats) -> float:
    """Correlation of two pictures; 1 if one of them is even, as in the dark."""
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return 1.0 if size < SIDE_PX**2 else float((one * other).sum()) / size
