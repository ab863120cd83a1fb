"""Whether the load left the floor: thumbnails of the upright lifter are compared.

In: the thumbnails of a clip, the landmarks, and the end of the bar if it was found (`detection`).  Out: `Pictures`,
which answers the questions of the segmentation stage.  What cannot be answered is None or NaN; nothing is raised.

Idea.  Where plates lie on the floor at one upright moment and hang from the hands at another, the picture around the
feet differs.  Where nothing was lifted in between, or nothing of it can be seen, the picture stays the same.  So the
moments form groups of similar pictures.  Two groups show which pulls were real.  One group shows nothing: dark plates
on a dark floor, a Romanian set, or no load at all.

Steps (`Pictures.groups`):

1. Compare every two upright moments coarsely (`comparison.COARSE_NEIGHBOURS`).  Two moments are the same if less than
   ALIKE of the area around the feet differs.
2. If that makes one group only, compare finely (`comparison.FINE_NEIGHBOURS`): a bare bar changes little, and feet that
   shift change as much.  Two moments are the same only if less than FINE differs anywhere.  They differ only if FINE or
   more differs below the knees and beside the legs.  If the moments go from one group to another and back, below the
   knees is enough, because feet that shift do not come back to the same pixel.
3. Groups must be distinct: at least CLEARLY times farther apart than moments within one group.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Final

import cv2
import numpy as np

from hingecheck.barbell import comparison, template
from hingecheck.barbell.comparison import differing
from hingecheck.landmarks import Point
from hingecheck.records import Bools, Bytes, Floats, Plates, PoseTrack, Thumbnails

SOON_S: Final = 0.2
"""Time around a moment whose pictures show what plates do at that moment, in seconds."""

HANGING: Final = 0.1
"""Height above their resting place from which plates hang from the hands, in leg lengths."""

NEARLY_ALWAYS: Final = 0.95
"""Share of the pictures in which a bare bar that stays on the floor is seen.  It is seen in all pictures; one that is
lifted is seen in 0.47 to 1.00 of them (27 rendered sets), and then higher."""

LEGS: Final = 0.24
"""Width of thighs, shanks and feet with what wobbles around them, in leg lengths."""

ALIKE: Final = 0.05
"""Share of the area around the feet below which two moments are alike.  Of 86 rendered clips, 84 differ by at most 0.01
where nothing was lifted in between, two by 0.04.  Plates of 230 mm or more change 0.06 to 0.5."""

FINE: Final = 0.006
"""The same share in the fine comparison.  Where nothing was lifted, less differs in 158 of 176 rendered sets; in the
others somebody walked or stepped, or the motion of a shaken camera was not found.  A bare bar changes 0.012 to 0.123,
of which 0.002 to 0.039 lie below the knees and beside the legs."""

CLEARLY: Final = 2.0
"""Ratio of the distance between groups to the distance within one group from which groups are distinct."""

PAIR: Final = 2
"""Number of groups that show the load on the floor and in the hands; also the fewest moments that can be compared."""

MOST_AWAY: Final = 0.10
"""Largest share of the room that may differ between two moments.  If more differs, the moments cannot be compared."""

_LEGS: Final = (
    (Point.LEFT_HIP, Point.LEFT_KNEE, Point.LEFT_ANKLE, Point.LEFT_HEEL, Point.LEFT_TOE),
    (Point.RIGHT_HIP, Point.RIGHT_KNEE, Point.RIGHT_ANKLE, Point.RIGHT_HEEL, Point.RIGHT_TOE),
)
"""The landmarks along each leg, from hip to toe."""


class Pictures:
    """The thumbnails of a clip, compared around the feet of the lifter.  All times are in seconds."""

    def __init__(self, thumbnails: Thumbnails, track: PoseTrack, plates: Plates | None = None) -> None:
        self._thumbnails = thumbnails
        self._plates = plates
        self._track = track
        self._areas = comparison.areas(thumbnails, track)

    def groups(self, upright_s: Sequence[float]) -> list[int] | None:
        """Number of the group of similar pictures for each upright moment; None if no groups can be formed."""
        whole, *_ = self._matrices(upright_s, comparison.COARSE_NEIGHBOURS)  # 1
        if np.isnan(whole).any():
            return None
        number = _grouped(whole, whole, ALIKE)
        if number is None or len(set(number)) > 1:
            return number
        whole, low, beside = self._matrices(upright_s, comparison.FINE_NEIGHBOURS)  # 2
        return _grouped(whole, low if _returns(whole < FINE) else beside, FINE) or number

    def nothing_moved(self, upright_s: Sequence[float]) -> bool:
        """True if nothing around the feet moved between the upright moments, as far as can be seen."""
        return bool((self._matrices(upright_s, comparison.FINE_NEIGHBOURS)[0] < FINE).all())

    def heights(self, upright_s: Sequence[float]) -> list[tuple[Floats, Floats]]:
        """Possible paths of the load: times (M,) and heights (M,) above its resting place, in leg lengths.

        NaN where the load is not seen.  There are up to two paths, and at most one of them is the load's.  There is
        none if the load leaves its place at no upright moment.
        """
        if self._areas is None or len(upright_s) < PAIR:
            return []
        first_s, *later_s = upright_s
        differences = np.nan_to_num(
            [self._either_way(first_s, time_s, comparison.COARSE_NEIGHBOURS)[0] for time_s in later_s]
        )
        if differences.max() < ALIKE:
            return []
        moved_s = later_s[int(np.argmax(differences))]
        first, second = _nearest(self._thumbnails, first_s), _nearest(self._thumbnails, moved_s)
        compared, neighbours = self._areas.compared, comparison.COARSE_NEIGHBOURS
        unlike = differing(first, second, neighbours, compared) | differing(second, first, neighbours, compared)
        paths = template.heights(self._thumbnails, (first, second), unlike & self._areas.around, self._areas.leg_px)
        return [(self._thumbnails.time_s, height) for height in paths]

    def plates_up(self) -> tuple[Floats, Floats] | None:
        """Times (M,) and heights (M,) of the plates above their resting place, in leg lengths; None without plates.

        None for a bare bar too: it does not hide the hands, and they give its height better.
        """
        return None if self._plates is None or self._plates.bare else (self._plates.time_s, self._plates.up_legs)

    def hanging(self, times_s: Sequence[float]) -> list[bool | None]:
        """For each moment: True if plates or the bare bar hang, False if they lie, None if they are not seen.

        What looks like a bare bar and never hangs may be something else.  It is a bar only if it is seen in nearly all
        pictures and always lies.
        """
        unknown: list[bool | None] = [None] * len(times_s)
        plates = self._plates
        if plates is None:
            return unknown
        hang = [_hangs(plates.up_legs[np.abs(plates.time_s - time_s) <= SOON_S]) for time_s in times_s]
        return unknown if plates.bare and True not in hang and not never_leaves_floor(plates) else hang

    def fine_difference(self, first_s: float, second_s: float) -> float:
        """Share of the area around the feet that differs in the fine comparison, 0..1; NaN if unknown."""
        return float(self._either_way(first_s, second_s, comparison.FINE_NEIGHBOURS)[0])

    def look_same(self, first_s: float, second_s: float) -> bool:
        """True if two moments look the same around the feet, in the coarse comparison."""
        return bool(self._either_way(first_s, second_s, comparison.COARSE_NEIGHBOURS)[0] < ALIKE)

    def coarse_difference(self, first_s: float, second_s: float) -> float:
        """Share of the area around the feet that differs in the coarse comparison, 0..1; NaN if unknown.

        Only pixels of the first picture count.
        """
        return float(self._difference(first_s, second_s, comparison.COARSE_NEIGHBOURS)[0])

    def _matrices(self, moments_s: Sequence[float], neighbours: Bytes) -> Floats:
        """Differences between every two moments (3, n, n), as in `_difference`."""
        table = np.zeros((3, len(moments_s), len(moments_s)))
        for i, j in combinations(range(len(moments_s)), 2):
            table[:, i, j] = table[:, j, i] = self._either_way(moments_s[i], moments_s[j], neighbours)
        return table

    def _either_way(self, first_s: float, second_s: float, neighbours: Bytes) -> Floats:
        """The larger difference (3,) of the two directions: plates before a plain floor show in one of them only."""
        return np.maximum(
            self._difference(first_s, second_s, neighbours), self._difference(second_s, first_s, neighbours)
        )

    def _difference(self, first_s: float, second_s: float, neighbours: Bytes) -> Floats:
        """Share of the area around the feet that differs (3,): all, below the knees, and there but beside the legs.

        NaN if the room differs too (MOST_AWAY), or if the lifter's place is unknown.
        """
        areas = self._areas
        if areas is None:
            return np.full(3, np.nan)
        first, second = _nearest(self._thumbnails, first_s), _nearest(self._thumbnails, second_s)
        unlike = differing(first, second, neighbours, areas.compared)
        if areas.away.any() and unlike[areas.away].mean() > MOST_AWAY:
            return np.full(3, np.nan)
        legs = self._legs(first_s) | self._legs(second_s)
        return np.array(
            [(unlike & area).sum() / areas.part.sum() for area in (areas.part, areas.low, areas.low & ~legs)]
        )

    def _legs(self, time_s: float) -> Bools:
        """Pixels (h, w) of the legs and feet at a moment, as lines LEGS wide."""
        assert self._areas is not None
        drawn = np.zeros(self._thumbnails.grey.shape[1:], np.uint8)
        points_px = self._track.xy_px[int(np.argmin(np.abs(self._track.time_s - time_s)))]
        places = (points_px - np.array(self._thumbnails.origin_px)) * self._thumbnails.scale
        wide = max(1, round(LEGS * self._areas.leg_px))
        for start, end in (places[list(ends)] for leg in _LEGS for ends in pairwise(leg)):
            if not np.isnan([start, end]).any():
                cv2.line(drawn, start.round().astype(int).tolist(), end.round().astype(int).tolist(), 1, wide)
        return drawn > 0


def never_leaves_floor(plates: Plates) -> bool:
    """True if the bar's end is seen in nearly all pictures and lies on the floor in all of them."""
    known = ~np.isnan(plates.up)
    return bool(known.mean() >= NEARLY_ALWAYS and plates.up_legs[known].max() < HANGING)


def _hangs(up: Floats) -> bool | None:
    """True if all known heights (leg lengths) hang, False if all lie, None if they disagree or none is known."""
    known = up[~np.isnan(up)]
    if not len(known) or (known.min() < HANGING <= known.max()):
        return None
    return bool(known.min() >= HANGING)


def _grouped(near: Floats, far: Floats, limit: float) -> list[int] | None:
    """Number of each moment's group; None if the moments form no distinct groups.

    Two moments are the same if `near` (n, n) is below the limit.  They are different if `far` (n, n) is not.
    """
    same = near < limit
    number = _first_same(same)
    if not (same == np.equal.outer(number, number)).all() or not (same | (far >= limit)).all():
        return None
    return number if same.all() or far[~same].min() >= CLEARLY * near[same].max() else None  # 3


def _returns(same: Bools) -> bool:
    """True if there are two groups, and the last moment is in the first moment's group."""
    number = _first_same(same)
    return len(set(number)) == PAIR and number[0] == number[-1]


def _first_same(same: Bools) -> list[int]:
    """For each moment, the index of the first moment that is the same (n, n)."""
    return [int(np.argmax(row)) for row in same]


def _nearest(thumbnails: Thumbnails, time_s: float) -> Bytes:
    """The thumbnail (h, w) nearest to a time."""
    return np.asarray(thumbnails.grey[int(np.argmin(np.abs(thumbnails.time_s - time_s)))])
