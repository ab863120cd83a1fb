"""Beside stage 8: did what the lifter holds leave the floor?  Small pictures of the lifter upright are compared.

Where plates lie on the floor in one of two upright moments and hang from the hands in the other, the picture
around the feet differs; where nothing was lifted in between, or nothing can be seen of it, it is the same.  So
moments fall into groups of like pictures.  Two groups tell which pulls were real; one tells nothing (dark plates on a
dark floor, a Romanian set, or no load at all).

A bar without plates makes little differ, and feet that shift make as much.  So where the pictures are like each other,
they are compared once more and finely: two moments are different then only for what differs under the knees and beside
the legs, and the same only if next to nothing differs at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks, posture
from hingecheck.barbell import template
from hingecheck.landmarks import Point
from hingecheck.records import Bools, Bytes, Floats, Plates, PoseTrack, Thumbnails

SOON_S: Final = 0.2
"""What plates do in pictures so near to a moment, they do then."""

HANGING: Final = 0.1
"""Plates this much higher than where they lie, in leg lengths, hang from the hands."""

NEARLY_ALWAYS: Final = 0.95
"""A bare bar that stays where it is is seen in all pictures; one that is lifted, in 0.47 to 1.00 of them (27 rendered
sets), and then higher."""

BESIDE, ABOVE, BELOW = 0.55, 0.10, 0.15
"""The part around the feet that is compared, in leg lengths: to the sides of the hands, above the knees, below the
ankles."""

UNDER: Final = 0.10
"""So far under the knees, in leg lengths, no plate hangs of a load in the hands."""

AROUND, NEARER = 0.8, 0.5
"""Plates at the near end of the bar look larger and lie lower in the picture than the feet: so far, in leg lengths."""

AWAY, OVER_HEAD = 1.0, 0.5
"""Farther than this many leg lengths to the side, or over the shoulders of the upright lifter, nothing reaches: what
differs there is the camera's or the light's."""

LEGS: Final = 0.24
"""So wide are thighs, shanks and feet with what wobbles around them, in leg lengths."""

LEVEL: Final = 9
"""Grey levels of 255 by which a blurred picture must differ."""

ALIKE: Final = 0.05
"""Two moments are alike if less than this share of the part differs: of 86 rendered clips, 84 differ by at most 0.01
where nothing was lifted in between, two by 0.04; plates of 230 mm and more make 0.06 to 0.5 differ."""

FINE: Final = 0.006
"""The same for the fine comparison: where nothing was lifted less differs in 158 of 176 rendered sets; in the others
somebody walked or stepped, or a shaken camera was not followed.  A bar without plates makes 0.012 to 0.123 differ, of
which 0.002 to 0.039 lie under the knees and beside the legs."""

CLEARLY: Final = 2.0
"""Groups are distinct if they are this many times farther apart than moments within one."""

PAIR: Final = 2

MOST_AWAY: Final = 0.10
FEWEST_PX: Final = 200
SHIFTS_PX: Final = ((-4, -2, 0, 2, 4), (-1, 0, 1))
"""The shift that makes least differ is looked for along each axis in these steps, then in these around the best."""

COARSE: Final = np.ones((5, 5), np.uint8)
SHARP: Final = np.ones((3, 3), np.uint8)
"""Neighbours of a pixel: edges may move by two pixels in the first comparison, by one in the fine one."""

_LEGS: Final = (
    (Point.LEFT_HIP, Point.LEFT_KNEE, Point.LEFT_ANKLE, Point.LEFT_HEEL, Point.LEFT_TOE),
    (Point.RIGHT_HIP, Point.RIGHT_KNEE, Point.RIGHT_ANKLE, Point.RIGHT_HEEL, Point.RIGHT_TOE),
)


@dataclass(frozen=True)
class _Place:
    """Pixels (h, w): `part` around the feet, `low` of it under the knees; a load lies `around`, nobody is `away`."""

    part: Bools
    low: Bools
    around: Bools
    away: Bools
    leg_px: float

    @property
    def compared(self) -> Bools:
        """What tells how far the camera has shifted: the room, with what lies on its floor."""
        return np.asarray(self.part | self.away)


class Pictures:
    """Small pictures of a clip with the part of each that is compared; raises nothing: what cannot be told is None."""

    def __init__(self, thumbnails: Thumbnails, track: PoseTrack, found: Plates | None = None) -> None:
        self._thumbnails = thumbnails
        self._plates = found
        self._track = track
        self._place = _place(thumbnails, track)

    def groups(self, upright_s: Sequence[float]) -> list[int] | None:
        """For each of some upright moments the number of its group of like pictures; None if it cannot be said."""
        whole, *_ = self._matrices(upright_s, COARSE)
        if np.isnan(whole).any():
            return None
        number = _grouped(whole, whole, ALIKE)
        if number is None or len(set(number)) > 1:
            return number
        whole, low, beside = self._matrices(upright_s, SHARP)
        return _grouped(whole, low if _returns(whole < FINE) else beside, FINE) or number

    def unmoved(self, upright_s: Sequence[float]) -> bool:
        """True if nothing left its place around the feet between upright moments, as far as can be seen."""
        return bool((self._matrices(upright_s, SHARP)[0] < FINE).all())

    def heights(self, upright_s: Sequence[float]) -> list[tuple[Floats, Floats]]:
        """Times (M,) and how high (M,) the load may be above where it lies, in leg lengths; NaN where it is not seen.

        Up to two answers, of which one at most is the load's; none if it leaves its place in no upright moment.
        """
        if self._place is None or len(upright_s) < PAIR:
            return []
        first_s, *later_s = upright_s
        apart = np.nan_to_num([self._either_way(first_s, time_s, COARSE)[0] for time_s in later_s])
        if apart.max() < ALIKE:
            return []
        one, other = (_at(self._thumbnails, time_s) for time_s in (first_s, later_s[int(np.argmax(apart))]))
        unlike = _unlike(one, other, COARSE, self._place.compared) | _unlike(other, one, COARSE, self._place.compared)
        found = template.heights(self._thumbnails, (one, other), unlike & self._place.around, self._place.leg_px)
        return [(self._thumbnails.time_s, height) for height in found]

    def plates_up(self) -> tuple[Floats, Floats] | None:
        """Times (M,) and how high (M,) plates are above where they lie, in leg lengths; None if there are none.

        A bare bar hides no hands, which tell its height better.
        """
        return None if self._plates is None or self._plates.bare else (self._plates.time_s, self._plates.up_legs)

    def hanging(self, times_s: Sequence[float]) -> list[bool | None]:
        """For each moment whether plates, or the bare bar, hang above where they lie; None if that is not seen.

        What looks like a bare bar and never hangs is one if it is seen in nearly all pictures and always lies.
        """
        unknown: list[bool | None] = [None] * len(times_s)
        if (found := self._plates) is None:
            return unknown
        told = [_hanging(found.up_legs[np.abs(found.time_s - time_s) <= SOON_S]) for time_s in times_s]
        return unknown if found.bare and True not in told and not lies(found) else told

    def apart(self, first_s: float, second_s: float) -> float:
        """Share of what is around the feet that differs between two moments, looked at finely; NaN if not known."""
        return float(self._either_way(first_s, second_s, SHARP)[0])

    def alike(self, first_s: float, second_s: float) -> bool:
        """True if two moments look the same around the feet."""
        return bool(self._either_way(first_s, second_s, COARSE)[0] < ALIKE)

    def moved(self, first_s: float, second_s: float) -> float:
        """Share of what is around the feet that differs from one moment to another, looked at coarsely."""
        return float(self._apart(first_s, second_s, COARSE)[0])

    def _matrices(self, moments_s: Sequence[float], neighbours: Bytes) -> Floats:
        """How far apart moments are: whole, low, beside the legs (3, n, n)."""
        table = np.zeros((3, len(moments_s), len(moments_s)))
        for i, j in combinations(range(len(moments_s)), 2):
            table[:, i, j] = table[:, j, i] = self._either_way(moments_s[i], moments_s[j], neighbours)
        return table

    def _either_way(self, first_s: float, second_s: float, neighbours: Bytes) -> Floats:
        """The same, whichever of the two pictures shows the plates before a plain floor."""
        return np.maximum(self._apart(first_s, second_s, neighbours), self._apart(second_s, first_s, neighbours))

    def _apart(self, first_s: float, second_s: float, neighbours: Bytes) -> Floats:
        """What differs around the feet between two moments, in shares of the part (3,).

        All of it; under the knees; there, and beside the legs.  NaN if the room differs.
        """
        if self._place is None:
            return np.full(3, np.nan)
        part, low, away = self._place.part, self._place.low, self._place.away
        unlike = _unlike(
            _at(self._thumbnails, first_s), _at(self._thumbnails, second_s), neighbours, self._place.compared
        )
        if away.any() and unlike[away].mean() > MOST_AWAY:
            return np.full(3, np.nan)
        legs = self._legs(first_s) | self._legs(second_s)
        return np.array([(unlike & where).sum() / part.sum() for where in (part, low, low & ~legs)])

    def _legs(self, time_s: float) -> Bools:
        """The pixels (h, w) of the legs and feet at a moment, and a little around them."""
        assert self._place is not None
        drawn = np.zeros(self._thumbnails.grey.shape[1:], np.uint8)
        points_px = self._track.xy_px[int(np.argmin(np.abs(self._track.time_s - time_s)))]
        places = (points_px - np.array(self._thumbnails.origin_px)) * self._thumbnails.scale
        wide = max(1, round(LEGS * self._place.leg_px))
        for start, end in (places[list(ends)] for leg in _LEGS for ends in pairwise(leg)):
            if not np.isnan([start, end]).any():
                cv2.line(drawn, start.round().astype(int).tolist(), end.round().astype(int).tolist(), 1, wide)
        return drawn > 0


def lies(found: Plates) -> bool:
    """True if a bar's end is seen nearly all the time, and always where it lies."""
    known = ~np.isnan(found.up)
    return bool(known.mean() >= NEARLY_ALWAYS and found.up_legs[known].max() < HANGING)


def _hanging(up: Floats) -> bool | None:
    """Of some heights in leg lengths: all of them tell the same, or it is not known."""
    known = up[~np.isnan(up)]
    if not len(known) or (known.min() < HANGING <= known.max()):
        return None
    return bool(known.min() >= HANGING)


def _grouped(near: Floats, far: Floats, limit: float) -> list[int] | None:
    """Numbers of the groups of moments; None if they do not fall into groups.

    Two moments are the same if they are less than the limit apart by `near`, different if not by `far`.
    """
    same = near < limit
    number = _first_like(same)
    if not (same == np.equal.outer(number, number)).all() or not (same | (far >= limit)).all():
        return None
    return number if same.all() or far[~same].min() >= CLEARLY * near[same].max() else None


def _returns(same: Bools) -> bool:
    """True if moments go from one group to another and back: feet that shift do not come back to the pixel."""
    number = _first_like(same)
    return len(set(number)) == PAIR and number[0] == number[-1]


def _first_like(same: Bools) -> list[int]:
    return [int(np.argmax(row)) for row in same]


def _at(thumbnails: Thumbnails, time_s: float) -> Bytes:
    return np.asarray(thumbnails.grey[int(np.argmin(np.abs(thumbnails.time_s - time_s)))])


def _place(thumbnails: Thumbnails, track: PoseTrack) -> _Place | None:
    """Where the feet are, and where the lifter does not reach; None if that is not known, or too small."""
    shoulder, knee = (track.middle_px(pair) for pair in (landmarks.SHOULDERS, landmarks.KNEES))
    foot, leg_px = posture.feet_px(track), posture.leg_px(track)
    if np.isnan(leg_px):
        return None
    knee_y = float(np.nanmedian(knee[:, 1]))
    rows, columns = np.indices(thumbnails.grey.shape[1:])
    x, y = (
        (grid + 0.5) / thumbnails.scale + origin
        for grid, origin in zip((columns, rows), thumbnails.origin_px, strict=True)
    )
    aside = np.abs(x - foot[0]) / leg_px
    part = (aside < BESIDE) & (y > knee_y - ABOVE * leg_px) & (y < foot[1] + BELOW * leg_px)
    high = float(np.nanquantile(shoulder[:, 1], 0.02)) - OVER_HEAD * leg_px
    away = (aside > AWAY) | (y < high)
    low = part & (y > knee_y + UNDER * leg_px)
    around = (aside < AROUND) & (y > knee_y - ABOVE * leg_px) & (y < foot[1] + NEARER * leg_px)
    return _Place(part, low, around, away, leg_px * thumbnails.scale) if part.sum() >= FEWEST_PX else None


def _unlike(a: Bytes, b: Bytes, neighbours: Bytes, compared: Bools) -> Bools:
    """Pixels (h, w) that differ, for the shift of the camera that makes least of what is compared differ.

    A pixel differs if it is lighter or darker than all its neighbours in the other picture.
    """
    most = sum(steps[-1] for steps in SHIFTS_PX)
    framed = (most, most, most, most, cv2.BORDER_REPLICATE)
    lightest, darkest = (cv2.copyMakeBorder(how(b, neighbours), *framed) for how in (cv2.dilate, cv2.erode))
    height, width = a.shape
    mask = compared.astype(np.uint8)

    def unlike(down: int, right: int) -> Bytes:
        there = np.s_[down : down + height, right : right + width]
        apart = cv2.max(cv2.subtract(a, lightest[there]), cv2.subtract(darkest[there], a))
        return np.asarray(cv2.threshold(apart, LEVEL, 1, cv2.THRESH_BINARY)[1], np.uint8)

    best = (most, most)
    for steps in SHIFTS_PX:
        shifts = [(best[0] + down, best[1] + right) for down, right in product(steps, steps)]
        best = min(shifts, key=lambda shift: cv2.countNonZero(cv2.bitwise_and(unlike(*shift), mask)))
    return unlike(*best) > 0
