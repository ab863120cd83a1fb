"""When a clip stands still although the lift goes on: the same picture again and again, then a jump.

In: grey pictures in order of time.  Out: the times over which no new picture was shown.  Why: a phone that is too slow,
a screen recorder or a bad connection repeats pictures.  Nothing can be measured there, as if the pictures were missing.

Steps of `Watcher`:

1. Reduce each picture to SIDE_PX by SIDE_PX pixels, and take its change from the one before: the mean of the MOST
   pixels that change most.
2. Below SAME the picture is the same one again.
3. After such a run the picture jumps if it changes by JUMP and more, and by JUMP_RATIO times as much as the next time.
   A lifter at rest who begins to move changes the picture slowly, and then more and more.
4. The run counts if something moved just before it or just after it.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes, Floats

SIDE_PX: Final = 64
"""Side of the small pictures, in pixels: a plate is some of them."""

MOST: Final = 40
"""Number of pixels, one in a hundred, whose mean change counts."""

SAME: Final = 2.0
"""Largest change of a picture that is the same again, in grey levels of 255.  Encoders repeat it to within 0.8, at key
frames; a pull in a shipped clip changes 35 from one picture to the next.  More is a movement."""

JUMP: Final = 6.0
"""Smallest change after a picture that stood still during a movement, in grey levels of 255."""

JUMP_RATIO: Final = 1.8
"""The same as a multiple of the next change.  Two missing pictures and more change at least twice as much."""

SHORTEST_S: Final = 0.09
"""Shortest time that counts, in seconds: at 30 Hz two pictures that are the same as the one before."""


class Watcher:
    """Finds the times without a new picture in pictures that come in order of time."""

    def __init__(self) -> None:
        """No picture has come yet."""
        self.spans_s: list[tuple[float, float]] = []
        """From the last new picture to the next new one, in seconds."""
        self._small: Floats | None = None
        self._last_s = self._new_s = self._moved = 0.0
        self._jump: tuple[float, float, float, float] | None = None

    def watch(self, time_s: float, grey: Bytes) -> None:
        """Look at the next picture (h, w)."""
        small = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float64)
        before, self._small = self._small, small
        if before is None:
            self._last_s = self._new_s = time_s
            return
        change = float(np.partition(np.abs(small - before).ravel(), -MOST)[-MOST:].mean())
        if self._jump is not None:  # 3, 4
            begin_s, end_s, jumped, moved = self._jump
            if jumped >= JUMP_RATIO * change and max(moved, change) > SAME:
                self.spans_s.append((begin_s, end_s))
            self._jump = None
        if change > SAME:
            held = self._last_s - self._new_s >= SHORTEST_S / 2 and time_s - self._new_s >= SHORTEST_S
            self._jump = (self._new_s, time_s, change, self._moved) if held and change >= JUMP else None
            self._new_s, self._moved = time_s, change
        self._last_s = time_s


def new(time_s: Floats, spans_s: list[tuple[float, float]] | tuple[tuple[float, float], ...]) -> Floats:
    """The times (F,) of the pictures that show something new: those (N,) inside no span."""
    inside = np.zeros(len(time_s), bool)
    for begin_s, end_s in spans_s:
        inside |= (time_s > begin_s + 1e-6) & (time_s < end_s - 1e-6)
    return time_s[~inside]
