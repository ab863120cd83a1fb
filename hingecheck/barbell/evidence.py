"""What thumbnails show of the load.

In: the thumbnails of a clip, the landmarks, and the end of the bar if it was found (`detection`).  Out: `Pictures`,
which answers the questions of the segmentation stage.  What cannot be answered is NaN or None: no evidence.  How much
an answer says is learnt (`segmentation.tables`).

Idea.  Where plates lie on the floor at one upright moment and hang from the hands at another, the picture around the
feet differs.  Where nothing was lifted in between, or nothing of it can be seen, the picture stays the same.

Steps (`Pictures.looks`):

1. Compare every two upright moments coarsely (`comparison.COARSE_NEIGHBOURS`): the share of the area around the feet
   that differs.
2. If all are ALIKE, compare finely (`comparison.FINE_NEIGHBOURS`): a bare bar changes little, and feet that shift
   change as much.  So only pixels below the knees and beside the legs count.  If moments change and come back, all
   pixels below the knees count, because feet that shift do not come back to the same pixel.
3. The two moments that differ most stand for two kinds of pictures.  Every other moment lies between them.
4. The load lies on the floor in the bends too.  So the kind that differs more from the bends beside it has the load in
   the hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from hingecheck.barbell import comparison
from hingecheck.barbell.beside import LEG, LEGS, Beside, drawn
from hingecheck.barbell.comparison import differing, nearest
from hingecheck.geometry import known_median
from hingecheck.records import Bools, Bytes, Floats, Looks, Plates, PoseTrack, Thumbnails

HANGING: Final = 0.1
"""Height above their resting place from which plates hang from the hands, in leg lengths."""

NEARLY_ALWAYS: Final = 0.95
"""Share of the pictures in which a bare bar that stays on the floor is seen.  It is seen in all pictures; one that is
lifted is seen in 0.47 to 1.00 of them (27 rendered sets), and then higher."""

ALIKE: Final = 0.05
"""Share of the area around the feet below which two moments are alike.  Of 86 rendered clips, 84 differ by at most 0.01
where nothing was lifted in between, two by 0.04.  Plates of 230 mm or more change 0.06 to 0.5."""

FINE: Final = 0.006
"""The same share in the fine comparison.  Where nothing was lifted, less differs in 158 of 176 rendered sets; in the
others somebody walked or stepped, or the motion of a shaken camera was not found.  A bare bar changes 0.012 to 0.123,
of which 0.002 to 0.039 lie below the knees and beside the legs."""

PAIR: Final = 2
"""The fewest moments that can be compared."""

MOST_AWAY: Final = 0.10
"""Largest share of the room that may differ between two moments.  If more differs, the moments cannot be compared."""

CARRIED: Final = 0.3
"""Area that changes beside the lifter where a load is seen to be carried, in squared leg lengths.  In 22 clips, 14 of
them of real people, it is more in all of 56 moments with the load and in none of 21 without it."""


class Pictures:
    """The thumbnails of a clip, compared around the feet of the lifter.  All times are in seconds."""

    def __init__(self, thumbnails: Thumbnails, track: PoseTrack, plates: Plates | None = None) -> None:
        self._thumbnails = thumbnails
        self._plates = plates
        self._track = track
        self._areas = comparison.areas(thumbnails, track)

    def plates_up(self) -> tuple[Floats, Floats] | None:
        """Times (M,) and heights (M,) of the plates above their resting place, in leg lengths; None without plates.

        None for a bare bar too: it does not hide the hands, and they give its height better.
        """
        return None if self._plates is None or self._plates.bare else (self._plates.time_s, self._plates.up_legs)

    def bar_up(self, times_s: Sequence[float], within_s: float) -> Floats:
        """Height (M,) of the bar's end above its resting place, in leg lengths; NaN where it is not seen.

        It is the median over the pictures within `within_s` of each time.  What looks like a bare bar and never hangs
        may be something else.  It is a bar only if it is seen in nearly all pictures and always lies.
        """
        unseen, plates = np.full(len(times_s), np.nan), self._plates
        if plates is None:
            return unseen
        near = [plates.up_legs[np.abs(plates.time_s - time_s) <= within_s] for time_s in times_s]
        height = np.array([known_median(each) for each in near])
        if plates.bare and not (height >= HANGING).any() and not never_leaves_floor(plates):
            return unseen
        return height

    def looks(self, upright_s: Sequence[float], bent_s: Sequence[float]) -> Looks | None:
        """The upright moments as two kinds of pictures; None if they cannot be compared.

        `upright_s`: NaN for a moment without upright lifter.  `bent_s`: the bend after each moment but the last.
        """
        upright = [i for i, time_s in enumerate(upright_s) if not np.isnan(time_s)]
        if self._areas is None or len(upright) < PAIR:
            return None
        times_s = [upright_s[i] for i in upright]
        distance, fine = self._matrices(times_s, comparison.COARSE_NEIGHBOURS)[0], False  # 1
        if np.isnan(distance[~np.eye(len(times_s), dtype=bool)]).all():
            return None
        if np.nanmax(distance) < ALIKE:  # 2
            whole, low, beside = self._matrices(times_s, comparison.FINE_NEIGHBOURS)
            distance, fine = low if _returns(whole < FINE) else beside, True
        contrast, near, first_more = float(np.nanmax(distance)), np.full(len(upright_s), np.nan), float("nan")
        if contrast >= FINE:  # 3
            first, second = (int(n) for n in np.unravel_index(np.nanargmax(distance), distance.shape))
            near[upright] = (distance[:, second] - distance[:, first]) / contrast
            members = [np.flatnonzero(side * near > 0).tolist() for side in (1, -1)]
            first_more = self._more_from_bends(members, upright_s, bent_s)  # 4
        moved = [self._coarse(upright_s[i], bent_s[i]) for i in upright if i < len(bent_s)]
        return Looks(near, fine, first_more, contrast, float(np.min(moved, initial=np.inf)) if moved else float("nan"))

    def beside(self, upright_s: Sequence[float], bent_s: Sequence[float], left_s: Sequence[float]) -> Floats:
        """How much (M,) the picture beside the lifter changes, in squared leg lengths; NaN = unknown.

        It changes between a moment with the load in the hands and the bends around it, in which the load is lower.
        `upright_s` (M): NaN for a moment without upright lifter.  `bent_s`, `left_s` (M - 1): when the hands are
        lowest in the bends between them, and when they leave the bottom.  The moment after a bend is compared with
        the latter: then the load has come to rest.  Unknown if the picture never changes much: a kettlebell hangs
        between the legs, or a bar points at the camera.
        """
        changed = np.full(len(upright_s), np.nan)
        if self._areas is None:
            return changed
        change = Beside(self._thumbnails, self._track, self._areas.leg_px).change
        for i, time_s in enumerate(upright_s):
            if not np.isnan(time_s):
                around_s = (*left_s[max(i - 1, 0) : i], *bent_s[i : i + 1])
                changed[i] = known_median(np.array([change(time_s, each) for each in around_s]))
        return changed if (changed >= CARRIED).any() else np.full(len(upright_s), np.nan)

    def _more_from_bends(
        self, members: Sequence[Sequence[int]], upright_s: Sequence[float], bent_s: Sequence[float]
    ) -> float:
        """How much more the first kind of moments differs from the bends beside them than the second; NaN = unknown.

        It is the natural logarithm of a ratio.
        """
        differences = []
        for kind in members:
            beside = [(i, bend) for i in kind for bend in (i - 1, i) if 0 <= bend < len(bent_s)]
            each = np.array([self._fine(upright_s[i], bent_s[bend]) for i, bend in beside])
            differences.append(known_median(each))
        first, second = differences
        if not (first > 0 and second > 0):  # NaN is no evidence
            return float("nan")
        return float(np.log(first / second))

    def _fine(self, first_s: float, second_s: float) -> float:
        """Share of the area around the feet that differs in the fine comparison, 0..1; NaN if unknown."""
        return float(self._either_way(first_s, second_s, comparison.FINE_NEIGHBOURS)[0])

    def _coarse(self, first_s: float, second_s: float) -> float:
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
        first, second = nearest(self._thumbnails, first_s), nearest(self._thumbnails, second_s)
        unlike = differing(first, second, neighbours, areas.compared)
        if areas.away.any() and unlike[areas.away].mean() > MOST_AWAY:
            return np.full(3, np.nan)
        legs = self._legs(first_s) | self._legs(second_s)
        return np.array(
            [(unlike & area).sum() / areas.part.sum() for area in (areas.part, areas.low, areas.low & ~legs)]
        )

    def _legs(self, time_s: float) -> Bools:
        """Pixels (h, w) of the legs and feet at a moment, as lines LEG wide."""
        assert self._areas is not None
        points_px = self._track.xy_px[int(np.argmin(np.abs(self._track.time_s - time_s)))]
        places = (points_px - np.array(self._thumbnails.origin_px)) * self._thumbnails.scale
        return drawn(self._thumbnails.grey.shape[1:], [places[list(leg)] for leg in LEGS], LEG * self._areas.leg_px)


def never_leaves_floor(plates: Plates) -> bool:
    """True if the bar's end is seen in nearly all pictures and lies on the floor in all of them."""
    known = ~np.isnan(plates.up)
    return bool(known.mean() >= NEARLY_ALWAYS and plates.up_legs[known].max() < HANGING)


def _returns(same: Bools) -> bool:
    """True if there are two groups, and the last moment is in the first moment's group."""
    number = _first_same(same)
    return len(set(number)) == PAIR and number[0] == number[-1]


def _first_same(same: Bools) -> list[int]:
    """For each moment, the index of the first moment that is the same (n, n)."""
    return [int(np.argmax(row)) for row in same]
