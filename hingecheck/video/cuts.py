"""Where a clip is cut: from one picture to the next everything in it changes, and does not change back.

In: grey pictures in order of time.  Out: the times of the cuts.  Why: across a cut nothing is one movement.  A cut
between two views of the same camera cannot be seen here.

Steps of `Watcher`:

1. Reduce each picture to SIDE_PX by SIDE_PX pixels.
2. Correlate it with the picture before, where one of the two is not BLACK: borders stay the same across a cut.  Below
   ALIKE, and if the change is EVERYWHERE, it may be a cut.
3. It is one if the pictures SETTLED_S before and after it are unlike, too; the last picture stands for those after it
   that the clip does not have.  A flash or a hand at the lens goes away.
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

BLACK: Final = 20.0
"""Largest grey level of a black border: 16 in most files, and some noise.  In ten public clips with borders over two
thirds of the picture, pictures across a cut have a correlation of -0.14 to 0.59 beside the borders, and of 0.52 to 0.82
with them."""

LEAST_LIT: Final = 0.1
"""Least share of the pixels that are not black in which a cut is looked for."""

EVERYWHERE: Final = 0.3
"""Least share of the pixels that change by CHANGED in a cut: 0.38 to 0.93 between pictures of different shipped clips,
up to 0.15 within one, 0.22 where only large plates jump in an even room."""

CHANGED: Final = 0.3
"""Change of a pixel that counts, in SDs of the picture."""

SETTLED_S: Final = 0.3
"""Time after a cut at which the new scene must still be there, in seconds."""


class Watcher:
    """Finds the cuts in pictures that come in order of time."""

    def __init__(self) -> None:
        """No picture has come yet."""
        self._found_s: list[float] = []
        self._recent: deque[tuple[float, Floats]] = deque()
        self._before: Floats | None = None
        self._cut_s = float("nan")

    @property
    def times_s(self) -> list[float]:
        """The times of the first pictures after a cut, in seconds."""
        last = self._before is not None and _unlike(self._before, self._recent[-1][1])
        return [*self._found_s, self._cut_s] if last else self._found_s.copy()

    def watch(self, time_s: float, grey: Bytes) -> None:
        """Look at the next picture (h, w)."""
        small = np.asarray(cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.float64)
        if self._before is not None and time_s >= self._cut_s + SETTLED_S:
            if _unlike(self._before, small):
                self._found_s.append(self._cut_s)
            self._before = None
        if self._before is None and self._recent and _unlike(self._recent[-1][1], small):
            self._before, self._cut_s = self._recent[0][1], time_s
        self._recent.append((time_s, small))
        while len(self._recent) > 1 and self._recent[1][0] <= time_s - SETTLED_S:
            self._recent.popleft()


def _unlike(one: Floats, other: Floats) -> bool:
    """True if two pictures may be of different scenes; not if one of them is even, as in the dark."""
    lit = np.maximum(one, other) > BLACK
    if lit.mean() < LEAST_LIT:
        return False
    one, other = one[lit] - one[lit].mean(), other[lit] - other[lit].mean()
    size = float(np.sqrt((one**2).sum() * (other**2).sum()))
    if size < lit.sum() or float((one * other).sum()) >= ALIKE * size:
        return False
    return bool((np.abs(one - other) > CHANGED * max(one.std(), other.std())).mean() >= EVERYWHERE)
