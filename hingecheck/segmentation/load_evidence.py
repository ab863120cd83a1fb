"""What the thumbnails show of the load at the peaks of a clip: it hangs from the hands, or it lies on the floor.

In: a `Course` (bends found from the hands alone) and the pictures of the clip.  Out: `LoadAtPeaks`, one answer per
peak, None where nothing can be said.  Why: a bend without a load in the hands is no repetition.

Steps (`load_at_peaks`).  The first step that has an answer decides.

1. The load was followed (`hand_height.follow_load`): it is in the hands where it is higher than IN_HAND.
2. Plates or a bare bar are seen to hang at a peak.
3. Plates are seen only on the floor.  They may be other plates, so they are believed only if nothing else around the
   feet moved between the upright moments.
4. The upright moments form two groups of similar pictures: in one the load lies on the floor, in the other it hangs.
   Find the group without the load (`_empty_group`); the load is in the hands in the other.
5. The upright moments all look alike: only say whether something large moved down with the hands (LIMBS, ARMS).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.segmentation.model import AROUND_S, Course, Pictures, at_the_bar

SURELY: Final = 1.1
"""Ratio of the differences of two groups of upright moments from the bends.  From this ratio on, the group that differs
more has the load in the hands: correct in 103 of 103 rendered sets."""

LIMBS: Final = 0.14
"""Share of the picture around the feet that the limbs alone change in a bend.  A bend with empty hands changes mostly
under 0.11, at most 0.14, and so does one with small plates; large plates change 0.15 to 0.5 (rendered sets)."""

ONCE_LIMBS: Final = 0.20
"""The same for a clip with one bend only, where one value must suffice."""

ARMS: Final = 0.10
"""Share of the picture around the feet that the arms alone change in a bend."""

AT_REST: Final = 0.02
"""Largest distance from the highest point at which hands rest there, in leg lengths."""

IN_HAND: Final = 0.1
"""Height above its resting place from which a load that was followed is in the hands, in leg lengths."""


@dataclass(frozen=True)
class LoadAtPeaks:
    """What the pictures show of the load.

    `in_hand` (B + 1), `always_held` and `maybe_held` have the meaning of the same fields of `Course`.
    """

    in_hand: tuple[bool | None, ...]
    always_held: bool = False
    maybe_held: bool = False


def load_at_peaks(course: Course, pictures: Pictures) -> LoadAtPeaks:
    """Whether the load hangs from the hands at each peak, as far as the pictures show it."""
    unknown = (None,) * len(course.peaks)
    lifted = course.hands.load_height[list(course.peaks)]
    if np.isfinite(lifted).any():  # 1
        followed = tuple(None if np.isnan(height) else bool(height > IN_HAND) for height in lifted)
        # A load that is never seen on the floor may be the hands themselves.
        return LoadAtPeaks(followed if False in followed else unknown)
    rests_s = [_at_rest_s(course, peak) for peak in course.peaks]
    upright = [course.is_upright(peak) for peak in course.peaks]
    cut = _cut_off(upright)
    hanging = tuple(None if up is False and off else up for up, off in zip(pictures.hanging(rests_s), cut, strict=True))
    answers = {up for up, off in zip(hanging, cut, strict=True) if not off}
    if True in answers and (False in answers or None not in answers):  # 2
        return LoadAtPeaks(hanging, always_held=answers == {True})
    group_of = pictures.groups([time_s for time_s, up in zip(rests_s, upright, strict=True) if up])
    if False in hanging and (group_of is None or len(set(group_of)) < 2):  # 3
        return LoadAtPeaks(hanging)
    if group_of is None:
        return LoadAtPeaks(unknown)
    if len(set(group_of)) < 2:
        return _from_bends_alone(course, pictures, rests_s, upright)  # 5
    remaining = iter(group_of)
    return LoadAtPeaks(_from_groups(course, pictures, [next(remaining) if up else None for up in upright]))  # 4


def _from_bends_alone(
    course: Course, pictures: Pictures, rests_s: Sequence[float], upright: Sequence[bool]
) -> LoadAtPeaks:
    """Whether something large moves down with the hands in every bend; all upright moments look alike."""
    bottoms_s = [float(course.time_s[valley]) for valley in course.valleys]
    least = float(np.min([pictures.coarse_difference(*pair) for pair in zip(rests_s, bottoms_s, strict=False)]))
    limbs = LIMBS if len(bottoms_s) > 1 else ONCE_LIMBS
    upright_s = [time_s for time_s, up in zip(rests_s, upright, strict=True) if up]
    maybe_held = least > ARMS and upright[0] and pictures.nothing_moved(upright_s)
    return LoadAtPeaks((None,) * len(course.peaks), always_held=least > limbs, maybe_held=maybe_held)


def _cut_off(upright: Sequence[bool]) -> list[bool]:
    """For each peak: True if the clip was cut there on the way down or up, so that even low plates may hang."""
    ends = (0, len(upright) - 1)
    return [i in ends and not up for i, up in enumerate(upright)]


def _at_rest_s(course: Course, peak: int) -> float:
    """Time in seconds at which the hands rest at the bar around a peak.

    Between two bends it is the middle of the rest.  Before the first bend the load may still be taken up, and after the
    last bend it may be put away, so there it is at most AROUND_S from the end that is nearer to the bend.
    """
    rests = (course.height >= course.height[peak] - AT_REST) & at_the_bar(course.track, peak)
    leaves = np.flatnonzero(~rests)
    begin_s = float(course.time_s[leaves[leaves < peak].max(initial=-1) + 1])
    end_s = float(course.time_s[leaves[leaves > peak].min(initial=len(rests)) - 1])
    middle_s = (begin_s + end_s) / 2
    if peak < course.valleys[0]:
        return max(middle_s, end_s - AROUND_S)
    return min(middle_s, begin_s + AROUND_S) if peak > course.valleys[-1] else middle_s


def _from_groups(course: Course, pictures: Pictures, groups: Sequence[int | None]) -> tuple[bool | None, ...]:
    """Whether the load hung from the hands at each peak.

    `groups`: number of the group of each peak; None if the lifter is not upright there.  A pull that turns round before
    standing is compared with the bottom that it left.  A first or last moment that is like no other says nothing: the
    load was set down elsewhere.
    """
    empty = _empty_group(course, pictures, groups)
    loaded = {number for number in groups[1:-1] if number not in (empty, None)} or {groups[0], groups[-1]} - {
        empty,
        None,
    }
    in_hand: list[bool | None] = []
    for index, (peak, number) in enumerate(zip(course.peaks, groups, strict=True)):
        inside = 0 < index < len(groups) - 1
        if number is None:
            left_s = float(course.time_s[course.valleys[index - 1]])
            in_hand.append(not pictures.look_same(_at_rest_s(course, peak), left_s) if inside else None)
        else:
            in_hand.append(number != empty if inside or number in loaded | {empty} else None)
    return tuple(in_hand)


def _empty_group(course: Course, pictures: Pictures, groups: Sequence[int | None]) -> int | None:
    """Number of the group of upright moments without the load.

    1. Before and after a set the hands are empty: if the first and last peak share a group, it is that one.
    2. Otherwise the clip shows only one of the two.  The load lies on the floor in the bends too, so the empty group
       differs less from the bends beside it (by the ratio SURELY).
    3. If that is not clear: the first peak is empty if the hands then rest at the bottom to grip, else the last.
    """
    first, last = groups[0], groups[-1]
    if first is None or last is None:
        return last if first is None else first
    if first == last:  # 1
        return first
    differences = [
        _from_nearby_bends(course, pictures, [i for i, number in enumerate(groups) if number == end])
        for end in (first, last)
    ]
    if max(differences) > SURELY * min(differences):  # 2
        return first if differences[0] < differences[1] else last
    return first if course.grips[0] else last  # 3


def _from_nearby_bends(course: Course, pictures: Pictures, peaks: Sequence[int]) -> float:
    """Median difference (0..1) of some peaks, given by number, from the bends before and after them."""
    beside = [(peak, bend) for peak in peaks for bend in (peak - 1, peak) if 0 <= bend < len(course.valleys)]
    times_s = [(_at_rest_s(course, course.peaks[peak]), course.time_s[course.valleys[bend]]) for peak, bend in beside]
    return float(np.median([pictures.fine_difference(up_s, float(bent_s)) for up_s, bent_s in times_s]))
