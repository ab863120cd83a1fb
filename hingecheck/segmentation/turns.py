"""Beside stage 8: the bends of a clip, and what small pictures tell of the load at their ends.

The height of the hands (in leg lengths above the ankles) goes up and down between the floor and the top; its valleys
and peaks cut the clip into bends, of which only those count that hinge at hip or knee with hanging arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Protocol

import numpy as np
from scipy.signal import find_peaks

from hingecheck import posture
from hingecheck.geometry import known_median
from hingecheck.records import AngleTrack, Bools, Floats
from hingecheck.segmentation import events
from hingecheck.segmentation.hand_height import Hands, Load, between

SMALLEST_PULL: Final = 0.18
"""Hands that move less than this up and down, in leg lengths, are not lifting."""

HANDS_LOW: Final = 0.85
"""At the bottom the hands are below this height, in leg lengths: mid-thigh."""

LOWEST_HANDS, LOWEST_KNEE = -0.15, 0.20
"""Hands under the ankles, or knees near the floor: the lifter lies or kneels."""

SMALLEST_HINGE_DEG: Final = 40.0

ARMS_HANG: Final = 0.22
"""Hands at least this far below the shoulders at the bottom, in leg lengths (straight arms: about 0.65)."""

GRIP_S, GRIP_SHARE = 0.35, 0.7
"""Gripping the bar takes at least so much rest at the bottom, in seconds and in shares of the time that the quicker of
the ways down and up takes: slow bends, and all bends in slow motion, turn round slowly.  On rendered sets, grips take
0.73 of it and more, bends that turn round without any 0.67 and less."""

SLOW_GRIP_S, SLOW_GRIP_SHARE, NEAR_BOTTOM = 1.1, 1.25, 0.06
"""Or so much time this near to the bottom (leg lengths), where the hands do not keep still; others take up to 1.17."""

STARTS_DOWN: Final = 0.12
"""A clip that begins with the hands this near to the bottom, in shares of the pull, begins with a grip."""

CUT_S: Final = 0.085
"""A lowest point this near to the clip's first or last frame is where it was cut, not where the hands turned."""

HALFWAY: Final = 0.3
"""So far up, in shares of the way from the lowest point, hands that have turned round at the bar are not."""

AROUND_S: Final = 0.2
"""The moments of the highest and lowest hands are known to about so much, and plates hide the hips now and again."""

SURELY: Final = 1.1
"""Of two groups of upright moments the one that differs so many times more from the bends has the load in the hands: so
in 103 of 103 rendered sets."""

LIMBS, ONCE_LIMBS, ARMS = 0.14, 0.20, 0.10
"""Bending with nothing in the hands makes mostly under 0.11 of what is around the feet differ, at most 0.14; so do
small plates that go along, large ones 0.15 to 0.5 (rendered sets).  Of one bend alone more is asked than of several."""

AT_REST: Final = 0.02
"""Hands this near to their highest, in leg lengths, rest there."""

IN_HAND: Final = 0.1
"""A load that is followed is in the hands where it is higher than this above where it lies, in leg lengths."""

AT_THE_BAR: Final = 0.35
"""Feet and hands that are no farther than this from where they are in the bend, in leg lengths, are at the bar: plates
may hide the feet of who walks away."""


class Pictures(Load, Protocol):
    """Small pictures of the clip, compared around the feet, where a load on the floor lies (`load.Pictures`)."""

    def groups(self, upright_s: Sequence[float]) -> list[int] | None:
        """The number of each upright moment's group of like pictures; None if they cannot be told apart."""

    def unmoved(self, upright_s: Sequence[float]) -> bool:
        """True if nothing left its place there between upright moments."""

    def plates_up(self) -> tuple[Floats, Floats] | None:
        """Times (M,) and how high (M,) plates are above where they lie, in leg lengths; None if there are none."""

    def hanging(self, times_s: Sequence[float]) -> list[bool | None]:
        """For each moment whether plates hang above where they lie; None if that is not seen."""

    def apart(self, first_s: float, second_s: float) -> float:
        """How much differs there between two moments, 0..1; NaN if that cannot be said."""

    def alike(self, first_s: float, second_s: float) -> bool:
        """True if two moments look the same there."""

    def moved(self, first_s: float, second_s: float) -> float:
        """How much differs there from one moment to another, looked at coarsely, 0..1; NaN if that cannot be said."""


@dataclass(frozen=True)
class Course:
    """The hands' way: `valleys` and the `peaks` around them (one more), frame indices.

    `plates`: how high (N,) they are above where they lie, in leg lengths; NaN where they are not seen.
    `grips`: the hands rest at the valley.  `in_hand`: the load hung from the hands at the peak, None where it cannot
    be said.  `held`: it was seen to go down with the hands from every peak, and never to stay there.  `steady`: more
    than arms may have gone down with them, and from the first moment upright to the last nothing left its place.
    """

    track: AngleTrack
    hands: Hands
    plates: Floats
    valleys: tuple[int, ...]
    peaks: tuple[int, ...]
    grips: tuple[bool, ...]
    in_hand: tuple[bool | None, ...]
    held: bool = False
    steady: bool = False

    @property
    def height(self) -> Floats:
        """Height of the hands (N,), in leg lengths."""
        return self.hands.height

    @property
    def time_s(self) -> Floats:
        """Times of the frames (N,)."""
        return self.track.time_s

    def begins_at(self, frame: int) -> bool:
        """True if the clip begins at a frame, to CUT_S."""
        return bool(self.time_s[frame] - self.time_s[0] <= CUT_S)

    def ends_at(self, frame: int) -> bool:
        """True if the clip ends at a frame, to CUT_S."""
        return bool(self.time_s[-1] - self.time_s[frame] <= CUT_S)


def course_of(track: AngleTrack, hands: Hands, pictures: Pictures | None) -> Course | None:
    """The bends of a clip, and of the load what the pictures tell; None if there is no bend."""
    height = hands.height
    low, high = float(np.quantile(height, 0.01)), float(np.quantile(height, 0.98))
    if high - low < SMALLEST_PULL or low > HANDS_LOW:
        return None
    valleys = _hinges(track, hands, _valleys(track.time_s, height))
    if not valleys:
        return None
    peaks = _peaks(track, hands, valleys)
    grips = tuple(_grips(track, height, turns) for turns in zip(peaks, valleys, peaks[1:], strict=False))
    unseen = np.full(len(height), np.nan)
    course = Course(track, hands, unseen, tuple(valleys), tuple(peaks), grips, (None,) * len(peaks))
    if pictures is None:
        return course
    known = pictures.plates_up()
    plates = unseen if known is None else between(track.time_s, *known)
    return replace(course, plates=plates, **_seen(course, pictures))


def _valleys(time_s: Floats, height: Floats) -> list[int]:
    """Lowest points at least SMALLEST_PULL deep; two equally low points of one rest at the bottom count as one.

    A clip that begins halfway up begins with a low point that is none.
    """
    wall = [height.max() + 1.0]
    found = find_peaks(-np.concatenate([wall, height, wall]), prominence=SMALLEST_PULL)[0] - 1
    valleys: list[int] = []
    for valley in found:
        if valleys and height[valleys[-1] : valley + 1].max() - height[valley] < SMALLEST_PULL:
            continue
        valleys.append(int(valley))
    if len(valleys) > 1 and time_s[valleys[0]] - time_s[0] <= CUT_S:
        lowest = float(height[valleys[1:]].min())
        if height[valleys[0]] - lowest > HALFWAY * (height.max() - lowest):
            return valleys[1:]
    return valleys


def _hinges(track: AngleTrack, hands: Hands, valleys: list[int]) -> list[int]:
    """Those at which the lifter is seen bent with hanging arms: not lying, kneeling, or with a bar on the back.

    Hands hang and knees are off the floor if they are in most bends of the clip: plates and motion blur hide them in
    some.  Hands that hold a load which was followed need no more.
    """
    if not valleys:
        return []
    height, bottom = hands.height, np.array(valleys)
    arm, knee = (np.fmax(series, known_median(series[bottom])) for series in (track.arm_drop, track.knee_height))
    near = np.abs(track.time_s[bottom, None] - track.time_s) <= AROUND_S
    bent = (near & (track.trunk_thigh.value_deg >= SMALLEST_HINGE_DEG)).any(axis=1)
    lifts = bent & (arm[bottom] >= ARMS_HANG) & (height[bottom] >= LOWEST_HANDS) & (knee[bottom] >= LOWEST_KNEE)
    return [int(valley) for valley in bottom[(lifts | hands.borrowed[bottom]) & (height[bottom] <= HANDS_LOW)]]


def _peaks(track: AngleTrack, hands: Hands, valleys: list[int]) -> list[int]:
    """The highest moment before, between and after the valleys: of those at which the lifter is seen at the bar."""
    edges = [0, *valleys, len(hands.height) - 1]
    known = ~np.isnan(track.trunk_thigh.value_deg) | hands.borrowed
    found = []
    for number, (first, last) in enumerate(pairwise(edges)):
        frames = np.arange(first, last + 1)
        bend = last if number == 0 else first
        seen = frames[known[frames]]
        there = seen[at_the_bar(track, bend)[seen]]
        best = next((some for some in (there, seen, frames) if len(some)), frames)
        found.append(int(best[np.argmax(hands.height[best])]))
    return found


def at_the_bar(track: AngleTrack, frame: int) -> Bools:
    """Frames (N,) in which feet and hands are about where they are in one frame, seen from the side."""
    forward = [_without_gaps(series) for series in (track.foot_forward, track.hand_forward)]
    return np.asarray(np.fmax(*(np.abs(series - series[frame]) for series in forward)) <= AT_THE_BAR)


def _without_gaps(series: Floats) -> Floats:
    known = np.flatnonzero(~np.isnan(series))
    return np.asarray(np.interp(np.arange(len(series)), known, series[known])) if len(known) else series


def _seen(course: Course, pictures: Pictures) -> dict[str, Any]:
    """What the pictures tell of the load: `in_hand`, `held` and `steady`.

    Plates that are seen to hang go before what else differs.  Plates that are only seen to lie may be others, so they
    are believed where nothing else is seen to have left its place.
    """
    lifted = course.hands.lifted[list(course.peaks)]
    if np.isfinite(lifted).any():
        told = tuple(None if np.isnan(height) else bool(height > IN_HAND) for height in lifted)
        return {"in_hand": told} if False in told else {}  # else it may be the hands themselves
    seconds = [_at_rest_s(course, peak) for peak in course.peaks]
    upright = [is_upright(course, peak) for peak in course.peaks]
    cut = _cut(upright)
    hanging = [None if up is False and off else up for up, off in zip(pictures.hanging(seconds), cut, strict=True)]
    known = {up for up, off in zip(hanging, cut, strict=True) if not off}
    if True in known and (False in known or None not in known):
        return {"in_hand": tuple(hanging), "held": known == {True}}
    found_s = [t for t, up in zip(seconds, upright, strict=True) if up]
    found = pictures.groups(found_s)
    if False in hanging and (found is None or len(set(found)) < 2):
        return {"in_hand": tuple(hanging)}
    if found is None:
        return {}
    if len(set(found)) < 2:
        bottoms_s = [float(course.time_s[valley]) for valley in course.valleys]
        least = float(np.min([pictures.moved(*pair) for pair in zip(seconds, bottoms_s, strict=False)]))
        limbs = LIMBS if len(bottoms_s) > 1 else ONCE_LIMBS
        return {"held": least > limbs, "steady": least > ARMS and upright[0] and pictures.unmoved(found_s)}
    left = iter(found)
    return {"in_hand": _in_hand(course, pictures, [next(left) if up else None for up in upright])}


def _cut(upright: Sequence[bool]) -> list[bool]:
    """Which peaks are where the clip was cut on the way down or up, so that even low plates may hang."""
    ends = (0, len(upright) - 1)
    return [i in ends and not up for i, up in enumerate(upright)]


def _at_rest_s(course: Course, peak: int) -> float:
    """When the hands rest around a peak, at the bar: halfway between two bends, else nearest to the one beside it.

    Before the first bend the load may still be taken up, after the last one it may be put away.
    """
    rests = (course.height >= course.height[peak] - AT_REST) & at_the_bar(course.track, peak)
    leaves = np.flatnonzero(~rests)
    begin_s = float(course.time_s[leaves[leaves < peak].max(initial=-1) + 1])
    end_s = float(course.time_s[leaves[leaves > peak].min(initial=len(rests)) - 1])
    middle_s = (begin_s + end_s) / 2
    if peak < course.valleys[0]:
        return max(middle_s, end_s - AROUND_S)
    return min(middle_s, begin_s + AROUND_S) if peak > course.valleys[-1] else middle_s


def _in_hand(course: Course, pictures: Pictures, group: Sequence[int | None]) -> tuple[bool | None, ...]:
    """Whether the load hung from the hands at each peak, from the upright ones' groups of like pictures.

    A pull that turns round before standing is compared with the bottom it left.  A first or last moment like no other
    tells nothing: the load was set down elsewhere.
    """
    empty = _without(course, pictures, group)
    held = {number for number in group[1:-1] if number not in (empty, None)} or {group[0], group[-1]} - {empty, None}
    told: list[bool | None] = []
    for index, (peak, number) in enumerate(zip(course.peaks, group, strict=True)):
        inside = 0 < index < len(group) - 1
        if number is None:
            left_s = float(course.time_s[course.valleys[index - 1]])
            told.append(not pictures.alike(_at_rest_s(course, peak), left_s) if inside else None)
        else:
            told.append(number != empty if inside or number in held | {empty} else None)
    return tuple(told)


def _without(course: Course, pictures: Pictures, group: Sequence[int | None]) -> int | None:
    """The group of the upright moments without the load: before the set and after it.

    If only one of the two is in the clip, it is the one that differs less from the bends beside it, when the load lies
    on the floor as well; or, if that cannot be seen, the set begins there if the hands then stay at the bottom, to
    grip.
    """
    first, last = group[0], group[-1]
    if first is None or last is None:
        return last if first is None else first
    if first == last:
        return first
    apart = [_from_bends(course, pictures, [i for i, each in enumerate(group) if each == one]) for one in (first, last)]
    if max(apart) > SURELY * min(apart):
        return first if apart[0] < apart[1] else last
    return first if course.grips[0] else last


def _from_bends(course: Course, pictures: Pictures, peaks: Sequence[int]) -> float:
    """How much some upright moments differ from the bends before and after them."""
    beside = [(peak, bend) for peak in peaks for bend in (peak - 1, peak) if 0 <= bend < len(course.valleys)]
    times_s = [(_at_rest_s(course, course.peaks[peak]), course.time_s[course.valleys[bend]]) for peak, bend in beside]
    return float(np.median([pictures.apart(up_s, float(bent_s)) for up_s, bent_s in times_s]))


def _grips(track: AngleTrack, height: Floats, turns: tuple[int, int, int]) -> bool:
    """True if the hands rest at the bottom long enough to grip a bar, or the clip begins with them there."""
    before, valley, after = turns
    pull = min(height[before], height[after]) - height[valley]
    if pull < SMALLEST_PULL:
        pull = max(height[before], height[after]) - height[valley]
    if (height[: valley + 1] < height[valley] + STARTS_DOWN * pull).all():
        return True
    near = np.flatnonzero(height[before : after + 1] < height[valley] + NEAR_BOTTOM) + before
    near_s, way_s = float(track.time_s[near[-1]] - track.time_s[near[0]]), _way_s(track.time_s, height, turns)
    slow = near_s >= max(SLOW_GRIP_S, SLOW_GRIP_SHARE * way_s)
    return bool(slow or events.rest_s(track.time_s, height, turns) >= max(GRIP_S, GRIP_SHARE * way_s))


def _way_s(time_s: Floats, height: Floats, turns: tuple[int, int, int]) -> float:
    """How long the quicker of the ways down to a valley and up from it takes; one that is no pull does not count."""
    before, valley, after = turns
    ways_s = []
    if height[after] - height[valley] >= SMALLEST_PULL:
        up = events.rise(time_s, height, valley, after)
        ways_s.append(up.top_s - up.onset_s)
    if height[before] - height[valley] >= SMALLEST_PULL:
        begin_s, end_s = events.lowering_s(time_s, height, before, valley)
        ways_s.append(end_s - begin_s)
    return min(ways_s, default=0.0)


def is_upright(course: Course, frame: int) -> bool:
    """True if the lifter is seen standing around then, trunk and thighs near the vertical."""
    near = np.abs(course.time_s - course.time_s[frame]) <= AROUND_S
    return bool((course.track.trunk_thigh.value_deg[near] <= posture.EXTENDED_DEG).any())
