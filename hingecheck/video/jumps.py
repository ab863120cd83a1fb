"""When a clip jumps in the same view: some seconds were cut out, and the lifter is elsewhere in the next picture.

In: grey pictures in order of time.  Out: the times of the first pictures after what may be a jump.  Why: what was cut
out takes no time, so a pull looks too fast.  The room stays the same, so `cuts` does not see it.

Steps of `Watcher`:

1. Reduce each picture to SIDE_PX by SIDE_PX pixels.  Take the share of the pixels that change by LEVEL since the
   picture before: it grows with the way that something has moved.  For what may be a jump, take off the shift of the
   whole picture (phase correlation): a shake of the camera is none.
2. After a time without a picture or without a change, count the change for that time: neither is a jump.
3. It may be a jump if LEAST of the pixels change, RATIO times as many as in any other picture within AROUND_S, and the
   picture SETTLED_S later still differs from the one before.

Only the landmarks show whether it is the lifter who jumped (`observation`).  Plates that are put down out of view, or a
shake of the camera, can look like it.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes, Floats

SIDE_PX: Final = 64
"""Side of the small pictures, in pixels: a trunk is some ten of them."""

LEVEL: Final = 10.0
"""Change of a pixel that counts, in grey levels of 255: noise changes the mean of many pixels by less."""

LEAST: Final = 0.03
"""Smallest share of the pixels that change in a jump."""

RATIO: Final = 1.5
"""Smallest ratio of the change in a jump to that in pictures beside it: 1.9 to 3.8 where 0.2 s or more of a pull were
cut out of three drawn clips.  Of 86 public clips, two have a place with more: 1.8, and one just
after the clip's begin."""

STILL: Final = 0.004
"""Share of the pixels that change at rest; less counts as that."""

AROUND_S: Final = 0.15
"""Time before and after a jump whose changes are compared with it, in seconds."""

SETTLED_S: Final = 0.3
"""Time after which the picture must still differ, in seconds: a flash goes away."""

_WINDOW: Final = cv2.createHanningWindow((SIDE_PX, SIDE_PX), cv2.CV_64F)
"""Weights of the pixels for the shift of the whole picture: the edges count nothing."""


class Watcher:
    """Finds what may be jumps in pictures that come in order of time."""

    def __init__(self) -> None:
        """No picture has come yet."""
        self._small: Floats | None = None
        self._changes: list[tuple[float, float, float]] = []  # time, share, own share a second
        self._new_s = 0.0
        self._held: list[tuple[int, float, Floats]] = []  # place, time and picture before what may be a jump
        self._stayed: list[int] = []

    @property
    def times_s(self) -> list[float]:
        """The times of the first pictures after what may be a jump, in seconds."""
        stayed = [*self._stayed, *(place for place, _, before in self._held if self._differs(before))]
        step_s = float(np.median(np.diff([time_s for time_s, _, _ in self._changes]))) if stayed else 0.0
        return [self._changes[place][0] for place in stayed if self._stands_out(place, step_s)]

    def watch(self, time_s: float, grey: Bytes) -> None:
        """Look at the next picture (h, w)."""
        before = self._small
        self._small = cv2.resize(grey, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA).astype(np.float64)
        if before is None:
            self._new_s = time_s
            return
        share = _changed(before, self._small)
        own = min(share, _changed(_steadied(before, self._small), self._small)) if share >= LEAST else share
        self._changes.append((time_s, share, own / max(time_s - self._new_s, 1e-6)))
        if own >= LEAST:
            self._held.append((len(self._changes) - 1, time_s, before))
        for place, _, earlier in [each for each in self._held if each[1] <= time_s - SETTLED_S]:
            if self._differs(earlier):
                self._stayed.append(place)
        self._held = [each for each in self._held if each[1] > time_s - SETTLED_S]
        self._new_s = time_s if share > 0 else self._new_s

    def _differs(self, before: Floats) -> bool:
        return self._small is not None and _changed(_steadied(before, self._small), self._small) >= LEAST

    def _stands_out(self, place: int, step_s: float) -> bool:
        """True if the change at a place is RATIO times as large as those around it; `step_s`: the usual step."""
        time_s, _, own_a_second = self._changes[place]
        change = own_a_second * step_s
        first = last = place
        while first > 0 and self._changes[first - 1][0] >= time_s - AROUND_S:
            first -= 1
        while last + 1 < len(self._changes) and self._changes[last + 1][0] <= time_s + AROUND_S:
            last += 1
        beside = [share for _, share, _ in (*self._changes[first:place], *self._changes[place + 1 : last + 1])]
        return bool(beside) and change >= RATIO * max(STILL, *beside)


def _changed(before: Floats, after: Floats) -> float:
    """The share of the pixels that change by LEVEL."""
    return float((np.abs(after - before) > LEVEL).mean())


def _steadied(before: Floats, after: Floats) -> Floats:
    """A picture, shifted as a whole so that it fits the one after."""
    (right, down), _ = cv2.phaseCorrelate(before.copy(), after.copy(), _WINDOW)  # it changes its arguments
    shift = np.array([[1.0, 0.0, right], [0.0, 1.0, down]])
    return np.asarray(cv2.warpAffine(before, shift, (SIDE_PX, SIDE_PX), borderMode=cv2.BORDER_REPLICATE), np.float64)
