"""Beside stage 8: did what the lifter holds leave the floor?  Small pictures of the lifter upright are compared.

Where plates lie on the floor in one of two upright moments and hang from the hands in the other, the picture
around the feet differs; where nothing was lifted in between, or nothing can be seen of it, it is the same.  So
moments fall into groups of like pictures.  Two groups tell which pulls were real; one tells nothing (a bar
without plates, dark plates on a dark floor, a Romanian set, or no load at all).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.geometry import length
from hingecheck.records import Bools, Bytes, Floats, Frame, Glimpses, PoseTrack

HEIGHT_PX: Final = 128
ENLARGED: Final = 4
STEP_S: Final = 0.12
MOST: Final = 1024
"""More pictures than this are thinned out to half: about 10 MB for a clip of any length."""

BESIDE, ABOVE, BELOW = 0.55, 0.10, 0.15
"""The part around the feet that is compared, in leg lengths: to the sides of the hands, above the knees, below the
ankles."""

AWAY, OVER_HEAD = 1.0, 0.5
"""Farther than this many leg lengths to the side, or over the shoulders of the upright lifter, nothing reaches: what
differs there is the camera's or the light's."""

LEVEL: Final = 9.0
"""Grey levels of 255 by which a blurred picture must differ."""

ALIKE: Final = 0.05
"""Two moments are alike if less than this share of the part differs: of 86 rendered clips, 84 differ by at most 0.01
where nothing was lifted in between, two by 0.04; plates of 230 mm and more make 0.06 to 0.5 differ."""

LIMBS: Final = 0.15
"""Bending with nothing in the hands makes mostly under 0.13 of the part differ, at most 0.16; plates that go along 0.16
to 0.5 (rendered sets).  So it is asked of several bends together only."""

CLEARLY: Final = 2.0
"""Groups are distinct if they are this many times farther apart than moments within one."""

MOST_AWAY: Final = 0.10
FEWEST_PX: Final = 50
SHIFTS_PX: Final = 2
_NEIGHBOURS: Final = np.ones((3, 3), np.uint8)


class Keeper:
    """Keeps small grey pictures of the frames that pass through it."""

    def __init__(self) -> None:
        self._grey: list[Bytes] = []
        self._time_s: list[float] = []
        self._step_s = STEP_S
        self._place = (1.0, (0.0, 0.0))

    def watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames; every STEP_S one of them is kept small."""
        for frame in frames:
            if not self._time_s or frame.time_s >= self._time_s[-1] + self._step_s:
                self._keep(frame)
            yield frame

    def _keep(self, frame: Frame) -> None:
        shrink = min(1.0, HEIGHT_PX / frame.rgb.shape[0])
        small = cv2.resize(frame.rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        self._grey.append(np.asarray(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 0.8), np.uint8))
        self._time_s.append(frame.time_s)
        self._place = (frame.scale * shrink, frame.origin_px)
        if len(self._time_s) > MOST:
            self._grey, self._time_s, self._step_s = self._grey[::2], self._time_s[::2], 2 * self._step_s

    def glimpses(self) -> Glimpses:
        """What was kept."""
        scale, origin_px = self._place
        return Glimpses(np.array(self._time_s), np.stack(self._grey), scale, origin_px)


def pictures(glimpses: Glimpses, count: int) -> list[Frame]:
    """`count` of the small pictures at even distances, enlarged, as frames."""
    chosen = np.unique(np.linspace(0, len(glimpses.grey) - 1, count).round().astype(int))
    large = [
        cv2.resize(glimpses.grey[i], None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_LINEAR) for i in chosen
    ]
    return [
        Frame(
            float(glimpses.time_s[i]),
            np.repeat(np.asarray(grey, np.uint8)[..., None], 3, axis=2),
            glimpses.scale * ENLARGED,
            glimpses.origin_px,
        )
        for i, grey in zip(chosen, large, strict=True)
    ]


class Pictures:
    """Small pictures of a clip with the part of each that is compared; raises nothing: what cannot be told is None."""

    def __init__(self, glimpses: Glimpses, track: PoseTrack) -> None:
        self._glimpses = glimpses
        self._place = _place(glimpses, track)

    def groups(self, upright_s: Sequence[float]) -> list[int] | None:
        """For each of some upright moments the number of its group of like pictures; None if it cannot be said."""
        apart = np.zeros((len(upright_s), len(upright_s)))
        for i, j in combinations(range(len(upright_s)), 2):
            apart[i, j] = apart[j, i] = self._either_way(upright_s[i], upright_s[j])
        return None if np.isnan(apart).any() else _grouped(apart)

    def alike(self, first_s: float, second_s: float) -> bool:
        """True if two moments look the same around the feet."""
        return self._either_way(first_s, second_s) < ALIKE

    def moved(self, first_s: float, second_s: float) -> bool:
        """True if more differs around the feet than the legs and arms of a lifter who bends make differ."""
        return self._apart(first_s, second_s) > LIMBS

    def _either_way(self, first_s: float, second_s: float) -> float:
        """The same, whichever of the two pictures shows the plates before a plain floor."""
        return float(np.maximum(self._apart(first_s, second_s), self._apart(second_s, first_s)))

    def _apart(self, first_s: float, second_s: float) -> float:
        """Share of the part around the feet that differs, 0..1; NaN if something else differs as well."""
        if self._place is None:
            return float("nan")
        first, second = _at(self._glimpses, first_s), _at(self._glimpses, second_s)
        inside, outside = _difference(first, second, *self._place)
        return inside if outside <= MOST_AWAY else float("nan")


def _grouped(apart: Floats) -> list[int] | None:
    """Numbers of the groups within which moments are less than ALIKE apart; None if the groups are not distinct."""
    near = apart < ALIKE
    number = [int(np.argmax(row)) for row in near]
    same = np.equal.outer(number, number)
    if not (near == same).all() or (not same.all() and apart[~same].min() < CLEARLY * apart[same].max()):
        return None
    return number


def _at(glimpses: Glimpses, time_s: float) -> Bytes:
    return np.asarray(glimpses.grey[int(np.argmin(np.abs(glimpses.time_s - time_s)))])


def _place(glimpses: Glimpses, track: PoseTrack) -> tuple[Bools, Bools] | None:
    """Pixels (h, w) around the feet, and those that the lifter does not reach."""
    shoulder, hip, knee, ankle = (track.middle_px(pair) for pair in landmarks.CHAIN)
    if np.isnan(hip).all():
        return None
    leg_px = float(np.nanquantile(length(hip - ankle), 0.9))
    foot, knee_y = np.nanmedian(ankle, axis=0), float(np.nanmedian(knee[:, 1]))
    rows, columns = np.indices(glimpses.grey.shape[1:])
    x, y = (
        (grid + 0.5) / glimpses.scale + origin for grid, origin in zip((columns, rows), glimpses.origin_px, strict=True)
    )
    aside = np.abs(x - foot[0]) / leg_px
    part = (aside < BESIDE) & (y > knee_y - ABOVE * leg_px) & (y < foot[1] + BELOW * leg_px)
    high = float(np.nanquantile(shoulder[:, 1], 0.02)) - OVER_HEAD * leg_px
    return (part, (aside > AWAY) | (y < high)) if part.sum() >= FEWEST_PX else None


def _difference(a: Bytes, b: Bytes, part: Bools, away: Bools) -> tuple[float, float]:
    """Shares of the part and of what is away that differ, for the shift of the camera that makes them least.

    A pixel differs if it is lighter or darker than all its neighbours in the other picture: edges may move by one.
    """
    lightest, darkest = cv2.dilate(b, _NEIGHBOURS), cv2.erode(b, _NEIGHBOURS)
    best = (1.0, 1.0)
    for rows in range(-SHIFTS_PX, SHIFTS_PX + 1):
        for columns in range(-SHIFTS_PX, SHIFTS_PX + 1):
            high, low = (np.roll(c, (rows, columns), (0, 1)).astype(np.int16) for c in (lightest, darkest))
            unlike = (a > high + LEVEL) | (a < low - LEVEL)
            shares = (float(unlike[part].mean()), float(unlike[away].mean()) if away.any() else 0.0)
            best = min(best, shares)
    return best
