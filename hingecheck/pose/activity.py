"""When something moves in a clip: changes between pictures, in squares, over a whole clip.

In: the pictures of a clip in order of time.  Out: `Activity`, how much each square of the picture changed; and for a
part of the picture, the times around which something moves in it (`moving`).  Why: at rest a lifter looks the same
for seconds, and the pose network need not look at every picture.

`Watcher` takes the difference of each small grey picture from the one LAG_S earlier, as the mean over squares.

Steps of `moving`:

1. In each picture, take the squares with the most change in the part of the picture.
2. Something moves where that is a good part of the clip's strongest movement.
3. Add NEAR_S before and after, because a movement begins and ends slowly.  Leave out rests shorter than REST_S.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hingecheck.pose.lifter import Region
from hingecheck.records import Bools, Bytes, Floats

SQUARE_PX: Final = 8
"""Side of a square, in pixels of the small picture."""

STEP_S: Final = 0.06
"""Smallest time between two pictures whose change is measured, in seconds."""

LAG_S: Final = 0.2
"""Time between two pictures that are compared, in seconds: a slow lift moves by more than a pixel."""

MOST_SQUARES: Final = 3
"""Number of squares, those with the most change, whose mean counts: a lifter's smallest movement changes more."""

STRONG: Final = 0.95
"""Quantile of the change over the clip that counts as its strongest movement."""

MOVES: Final = 0.2
"""Change that is a movement, as a share of the strongest.  A lifter who stands at rest sways by less, on 23 drawn clips
with sway and a hand-held camera.  The landmarks check it later: see `sampling.closer`."""

LEVELS: Final = (2.0, 15.0)
"""Smallest and largest limit between rest and movement, in grey levels of 255, as the mean of a square.  Noise is below
the first.  The second is the change when an edge of 120 grey levels moves by one pixel of the small picture."""

NEAR_S: Final = 0.2
"""Time before and after a movement in which the lifter may move already, in seconds."""

REST_S: Final = 1.0
"""Shortest rest, in seconds.  A shorter one, as at the top of a lift, is a part of the movement."""


@dataclass(frozen=True)
class Activity:
    """Change of C pictures.

    `time_s` (C,): their times.  `change` (C, rows, columns): mean change of each square, in grey levels.  `square_px`:
    side of a square, in display pixels.
    """

    time_s: Floats
    change: NDArray[np.float16]
    square_px: float


class Watcher:
    """Measures the change of pictures that come in order of time."""

    def __init__(self) -> None:
        """No picture has come yet."""
        self._earlier: deque[tuple[float, Bytes]] = deque()
        self._time_s: list[float] = []
        self._change: list[NDArray[np.float16]] = []
        self._square_px = float("nan")

    def watch(self, time_s: float, grey: Bytes, scale: float) -> None:
        """Compare a small grey picture (h, w) with the one LAG_S earlier, or with the first.

        `scale`: its pixels per display pixel.  A picture soon after the last is left out.
        """
        if self._time_s and time_s < self._time_s[-1] + STEP_S:
            return
        self._square_px = SQUARE_PX / scale
        self._earlier.append((time_s, grey))
        while len(self._earlier) > 1 and self._earlier[1][0] <= time_s - LAG_S:
            self._earlier.popleft()
        self._time_s.append(time_s)
        self._change.append(_in_squares(np.asarray(cv2.absdiff(grey, self._earlier[0][1]), np.uint8)))

    def activity(self) -> Activity:
        """The change of all pictures so far; at least one must have come."""
        return Activity(np.array(self._time_s), np.stack(self._change), self._square_px)


def moving(activity: Activity, part: Region | None, time_s: Floats) -> Bools:
    """The times (T,) around which something moves in a part of the picture, or in the whole picture."""
    # 1
    change, strongest = _change(activity, part)
    # 2
    begin_s, end_s = _around(activity.time_s[change > np.clip(MOVES * strongest, *LEVELS)])
    # 3
    short = begin_s[1:] - end_s[:-1] < REST_S
    begin_s[1:][short] = end_s[:-1][short]
    return _within(begin_s, end_s, time_s)


def _change(activity: Activity, part: Region | None) -> tuple[Floats, float]:
    """The change of each picture (C,) in a part of it, and the strongest change of the clip."""
    squares = _inside(activity, part).reshape(len(activity.time_s), -1)
    most = min(MOST_SQUARES, squares.shape[1])
    change = np.partition(squares, -most, axis=1)[:, -most:].mean(axis=1, dtype=np.float64)
    return change, float(np.quantile(change, STRONG))


def _around(moved_s: Floats) -> tuple[Floats, Floats]:
    """Beginnings and ends of the times around changes.  A change is seen up to LAG_S after the movement."""
    return moved_s - LAG_S - NEAR_S, moved_s + NEAR_S


def _within(begin_s: Floats, end_s: Floats, time_s: Floats) -> Bools:
    """Times (T,) that lie between a beginning and an end."""
    return np.asarray(np.searchsorted(begin_s, time_s, side="right") > np.searchsorted(end_s, time_s))


def _in_squares(change: Bytes) -> NDArray[np.float16]:
    """Mean change of whole squares (rows, columns); a small picture is one square."""
    rows, columns = (max(1, side // SQUARE_PX) for side in change.shape)
    whole = change[: rows * SQUARE_PX, : columns * SQUARE_PX].astype(np.float32)
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), np.float16)


def _inside(activity: Activity, part: Region | None) -> NDArray[np.float16]:
    """The squares in a part of the picture."""
    if part is None:
        return activity.change
    rows, columns = activity.change.shape[1:]
    y0, y1 = (int(side / activity.square_px) for side in (part.top, part.bottom))
    x0, x1 = (int(side / activity.square_px) for side in (part.left, part.right))
    y0, x0 = min(max(y0, 0), rows - 1), min(max(x0, 0), columns - 1)
    return activity.change[:, y0 : max(y1, y0) + 1, x0 : max(x1, x0) + 1]
