"""Stage 8, segment: angles become repetitions with their events.

Steps.  The height of the hands (in leg lengths above the ankles) goes up and down between the floor and
the top; its valleys and peaks cut the clip into bends, of which only those count that hinge at hip or knee with
hanging arms.  What a bend is depends on how the load is lifted:

- from the floor: a pull is a repetition if the hands were at the bar before it and come back down after it, so
  standing up from the bar after the last repetition, or a set-up bend that does not reach it, is none;
- top to top (Romanian, hinge): a bend from standing to standing;
- picked up: one bend after which something is held out in front.

Where small pictures of the upright moments fall into two groups (`load.groups`), the load was seen on the
floor in one and in the hands in the other: then a rise without the load is no repetition, and one with it is,
even if the clip ends at its top.  `events` reads the instants.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final, Protocol

import numpy as np
from scipy.signal import find_peaks

from hingecheck import events
from hingecheck.records import AngleTrack, Family, Floats, Rep


class Pictures(Protocol):
    """Small pictures of the clip, compared around the feet, where a load on the floor lies (`load.Pictures`)."""

    def groups(self, upright_s: Sequence[float]) -> list[int] | None:
        """The number of each upright moment's group of like pictures; None if they cannot be told apart."""

    def alike(self, first_s: float, second_s: float) -> bool:
        """True if two moments look the same there."""

    def moved(self, first_s: float, second_s: float) -> bool:
        """True if more differs there between two moments than legs and arms alone make differ."""


SMALLEST_PULL: Final = 0.18
"""Hands that move less than this up and down, in leg lengths, are not lifting."""

TOP_BAND: Final = 0.20
"""How near to the top's height a peak must be, in shares of the pull."""

HANDS_LOW: Final = 0.85
"""At the bottom the hands are below this height, in leg lengths: mid-thigh."""

LOWEST_HANDS, LOWEST_KNEE = -0.15, 0.30
"""Hands under the ankles, or knees near the floor: the lifter lies or kneels."""

SMALLEST_HINGE_DEG: Final = 40.0
ARMS_HANG: Final = 0.22
"""Hands at least this far below the shoulders at the bottom, in leg lengths (straight arms: about 0.65)."""

MOST_STEP: Final = 0.35
"""Feet that move farther than this between bottom and top, in leg lengths, walk."""

ROMANIAN_HEIGHT: Final = 0.42
GRIPPED_KNEE_DEG, TOUCHED_KNEE_DEG, LOW_KNEE_DEG, ONCE_KNEE_DEG = 38.0, 60.0, 47.0, 40.0
"""Knees straighter than this at the bottom: where the hands stay there; where they turn at once, above the floor's
height; lower; and lower, if it is the only bend."""

GRIP_S: Final = 0.45
SLOW_GRIP_S, NEAR_BOTTOM = 1.1, 0.06
"""Gripping the bar takes at least so much rest at the bottom, or so much time this near to it (leg lengths)."""

STARTS_DOWN: Final = 0.12
"""A clip that begins with the hands this near to the bottom, in shares of the pull, begins with a grip."""

SAME_FLOOR: Final = 0.10
"""Hands this near, in shares of the pull, to where they gripped the bar are on it again."""

FEWEST_TOUCHES: Final = 3
"""Without any grip in the clip, this many equally deep bends are a set that began before the clip."""

LEAST_FOLLOWED: Final = 0.7
"""Share of a repetition's frames in which the lifter must be seen."""

FULL_EXTENSION_DEG: Final = 30.0
"""At the top of a complete repetition trunk and thighs together are this near to standing."""

FIRST_S, FASTEST_START = 0.1, 0.25
"""Hands that rise faster than this from the clip's beginning on, in leg lengths a second, had left the floor before."""

CUT_FRAMES: Final = 2
"""A lowest point this near to the clip's last frame is where it was cut, not where the hands turned."""

CUT_OFF_S: Final = 1.5
"""A clip that ends this soon after lockout was cut while the bar was up."""

CARRIED: Final = 0.11
"""Hands this much farther in front than before, in leg lengths, carry what was picked up."""

_FEWEST_FRAMES: Final = 5


@dataclass(frozen=True)
class _Course:
    """The hands' way: `valleys` and the `peaks` around them (one more), frame indices.

    `grips`: the hands rest at the valley.  `in_hand`: the load hung from the hands at the peak, None where it cannot
    be said.  `held`: it was seen to go down with the hands from every peak, and never to stay there.
    """

    track: AngleTrack
    height: Floats
    valleys: tuple[int, ...]
    peaks: tuple[int, ...]
    grips: tuple[bool, ...]
    in_hand: tuple[bool | None, ...]
    held: bool = False

    @property
    def time_s(self) -> Floats:
        return self.track.time_s


def segment(track: AngleTrack, *, family: Family | None = None, pictures: Pictures | None = None) -> tuple[Rep, ...]:
    """The repetitions of a clip in order; empty if there is none.  `family`: how it is lifted, if that is known."""
    course = _course(track, pictures)
    if course is None:
        return ()
    how = family or _family(course)
    if how == "romanian":
        return _top_to_top(course)
    return _picked_up(course) if how == "pick_up" else _from_floor(course)


def _course(track: AngleTrack, pictures: Pictures | None) -> _Course | None:
    """The bends of a clip; None if there is none."""
    height = _filled(track)
    if height is None:
        return None
    low, high = float(np.quantile(height, 0.01)), float(np.quantile(height, 0.98))
    if high - low < SMALLEST_PULL or low > HANDS_LOW:
        return None
    valleys = [valley for valley in _valleys(height) if _hinges(track, height, valley)]
    if not valleys:
        return None
    edges = [0, *valleys, len(height) - 1]
    seen = np.where(np.isnan(track.trunk_thigh.value_deg), height.min(), height)
    peaks = [a + int(np.argmax(seen[a : b + 1])) for a, b in pairwise(edges)]
    grips = tuple(_grips(track, height, turns) for turns in zip(peaks, valleys, peaks[1:], strict=False))
    course = _Course(track, height, tuple(valleys), tuple(peaks), grips, (None,) * len(peaks))
    return course if pictures is None else replace(course, **_seen(course, pictures))


def _filled(track: AngleTrack) -> Floats | None:
    known = ~np.isnan(track.hand_height)
    if known.sum() < _FEWEST_FRAMES:
        return None
    return np.asarray(np.interp(track.time_s, track.time_s[known], track.hand_height[known]))


def _valleys(height: Floats) -> list[int]:
    """Lowest points at least SMALLEST_PULL deep; two equally low points of one rest at the bottom count as one."""
    wall = [height.max() + 1.0]
    found = find_peaks(-np.concatenate([wall, height, wall]), prominence=SMALLEST_PULL)[0] - 1
    valleys: list[int] = []
    for valley in found:
        if valleys and height[valleys[-1] : valley + 1].max() - height[valley] < SMALLEST_PULL:
            continue
        valleys.append(int(valley))
    return valleys


def _hinges(track: AngleTrack, height: Floats, valley: int) -> bool:
    """True if the lifter is seen bent there with hanging arms: not lying, kneeling, or with a bar on the back."""
    bent = track.trunk_thigh.value_deg[valley] >= SMALLEST_HINGE_DEG
    stands = height[valley] >= LOWEST_HANDS and track.knee_height[valley] >= LOWEST_KNEE
    return bool(bent and stands and track.arm_drop[valley] >= ARMS_HANG and height[valley] <= HANDS_LOW)


def _seen(course: _Course, pictures: Pictures) -> dict[str, Any]:
    """What the pictures tell of the load: `in_hand` and `held`."""
    seconds = [float(course.time_s[peak]) for peak in course.peaks]
    upright = [_upright(course, peak) for peak in course.peaks]
    found = pictures.groups([t for t, up in zip(seconds, upright, strict=True) if up])
    if found is None:
        return {}
    if len(set(found)) < 2:
        bottoms_s = [float(course.time_s[valley]) for valley in course.valleys]
        return {"held": all(pictures.moved(*pair) for pair in zip(seconds, bottoms_s, strict=False))}
    left = iter(found)
    return {"in_hand": _in_hand(course, pictures, [next(left) if up else None for up in upright])}


def _in_hand(course: _Course, pictures: Pictures, group: Sequence[int | None]) -> tuple[bool | None, ...]:
    """Whether the load hung from the hands at each peak, from the upright ones' groups of like pictures.

    A pull that turns round before standing is compared with the bottom it left.  A first or last moment like no other
    tells nothing: the load was set down elsewhere.
    """
    empty = _without(group, grips=course.grips[0])
    held = {number for number in group[1:-1] if number not in (empty, None)} or {group[0], group[-1]} - {empty, None}
    told: list[bool | None] = []
    for index, (peak, number) in enumerate(zip(course.peaks, group, strict=True)):
        inside = 0 < index < len(group) - 1
        if number is None:
            times_s = course.time_s[[peak, course.valleys[index - 1]]]
            told.append(not pictures.alike(*map(float, times_s)) if inside else None)
        else:
            told.append(number != empty if inside or number in held | {empty} else None)
    return tuple(told)


def _without(group: Sequence[int | None], *, grips: bool) -> int | None:
    """The group of the upright moments without the load: before the set and after it.

    If only one of the two is in the clip, the set begins there if the hands then stay at the bottom, to grip.
    """
    first, last = group[0], group[-1]
    if first is None or last is None:
        return last if first is None else first
    return first if first == last or grips else last


def _grips(track: AngleTrack, height: Floats, turns: tuple[int, int, int]) -> bool:
    """True if the hands rest at the bottom long enough to grip a bar, or the clip begins with them there."""
    before, valley, after = turns
    pull = min(height[before], height[after]) - height[valley]
    if pull < SMALLEST_PULL:
        pull = max(height[before], height[after]) - height[valley]
    trimmed = (height[: valley + 1] < height[valley] + STARTS_DOWN * pull).all()
    near = np.flatnonzero(height[before : after + 1] < height[valley] + NEAR_BOTTOM) + before
    slow = track.time_s[near[-1]] - track.time_s[near[0]] >= SLOW_GRIP_S
    return bool(trimmed or slow or events.rest_s(track.time_s, height, turns) >= GRIP_S)


def _family(course: _Course) -> Family:
    """How it is lifted, as far as the movement and the pictures tell."""
    bottom = np.array(course.valleys)
    if len(bottom) == 1 and _carries(course):
        return "pick_up"
    if False in course.in_hand:
        return "floor"
    if course.held and _upright(course, course.peaks[0]):
        return "romanian"
    high = float(np.median(course.height[bottom])) > ROMANIAN_HEIGHT
    knee_deg = float(np.nanmedian(course.track.knee_flexion.value_deg[bottom]))
    lowest = course.height[bottom] <= course.height[bottom].min() + _floor_band(course)
    if course.grips[int(np.argmax(lowest))]:  # a set from the floor begins with a grip
        return "romanian" if high and knee_deg < GRIPPED_KNEE_DEG else "floor"
    low_deg = LOW_KNEE_DEG if len(bottom) > 1 else ONCE_KNEE_DEG
    return "romanian" if knee_deg < (TOUCHED_KNEE_DEG if high else low_deg) else "floor"


def _carries(course: _Course) -> bool:
    """True if the hands are held in front after the only bend, and were not before it."""
    before, after = (float(course.track.hand_forward[peak]) for peak in course.peaks)
    return after - before >= CARRIED and not course.track.trunk_thigh.value_deg[course.peaks[0]] > FULL_EXTENSION_DEG


def _upright(course: _Course, frame: int) -> bool:
    return bool(course.track.trunk_thigh.value_deg[frame] <= FULL_EXTENSION_DEG)


def _from_floor(course: _Course) -> tuple[Rep, ...]:
    """Pulls that begin with hands on the floor and come back to it."""
    on_bar = _on_bar(course)
    found: list[Rep] = []
    for i, (before, after) in enumerate(pairwise(course.valleys)):
        top = course.peaks[i + 1]
        if i == 0 and _rises_at_once(course):
            continue
        told = course.in_hand[i + 1]
        pulled = on_bar[i] and on_bar[i + 1] if told is None else told
        if pulled and _followed(course, before, top, after):
            found.append(_floor_rep(course, (before, top, after), len(found) + 1))
    if (on_bar[-1] or course.in_hand[-1]) and _ends_up(course, alone=not found):
        found.append(_floor_rep(course, (course.valleys[-1], course.peaks[-1], -1), len(found) + 1))
    return tuple(found)


def _picked_up(course: _Course) -> tuple[Rep, ...]:
    """Every bend that is left for standing; the load does not come back."""
    found: list[Rep] = []
    for valley, top in zip(course.valleys, course.peaks[1:], strict=True):
        if course.height[top] - course.height[valley] >= SMALLEST_PULL and _followed(course, valley, top, top):
            found.append(replace(_floor_rep(course, (valley, top, -1), len(found) + 1), style="pick_up"))
    return tuple(found)


def _followed(course: _Course, first: int, top: int, last: int) -> bool:
    """True if the lifter was seen in most frames of a movement and did not walk in it."""
    seen = np.mean(~np.isnan(course.track.trunk_lean.value_deg[first : last + 1])) >= LEAST_FOLLOWED
    feet = course.track.foot_forward
    return bool(seen and not abs(feet[top] - feet[first]) > MOST_STEP)


def _on_bar(course: _Course) -> list[bool]:
    """For each valley, whether the hands hold the bar: they stay to grip it, or are where they gripped it.

    A set-up bend stops short of the bar or is over at once.
    """
    height = course.height
    bottom = height[list(course.valleys)]
    band = _floor_band(course)
    grips = np.array(course.grips)
    cut = len(height) - 1 - course.valleys[-1] <= CUT_FRAMES  # on the way down when the clip ends
    if not grips.any():
        floor = float(np.median(bottom))
        level = np.abs(bottom - floor) <= band
        level &= int(level.sum()) >= FEWEST_TOUCHES
    else:
        level = grips | (bottom <= float(np.median(bottom[grips])) + band)
    level[-1] |= cut and level[:-1].any()
    return [bool(ok) for ok in level]


def _floor_band(course: _Course) -> float:
    """How far apart two bottoms may be to be the same floor."""
    return SAME_FLOOR * float(course.height.max() - course.height[list(course.valleys)].min())


def _ends_up(course: _Course, *, alone: bool) -> bool:
    """True if the clip ends while the load is still up.

    It was seen to have left the floor; or the clip holds this one pull only, from the grip to just after lockout.
    """
    if course.in_hand[-1] is not None:
        return course.in_hand[-1]
    first, top = course.valleys[-1], course.peaks[-1]
    trimmed = course.height[: first + 1].max() - course.height[first] < SMALLEST_PULL
    rise = events.rise(course.time_s, course.height, first, top)
    return alone and trimmed and bool(course.time_s[-1] - rise.lockout_s < CUT_OFF_S)


def _rises_at_once(course: _Course) -> bool:
    """True if the clip begins with the hands already on their way up: the first lift-off is not in it."""
    early = course.height[course.time_s <= course.time_s[0] + FIRST_S]
    return course.valleys[0] <= CUT_FRAMES and bool(early[-1] - early[0] > FASTEST_START * FIRST_S)


def _floor_rep(course: _Course, turns: tuple[int, int, int], number: int) -> Rep:
    track, height = course.track, course.height
    before, top, after = turns
    rise = events.rise(track.time_s, height, before, top)
    lowering_s, end_s = events.lowering_s(track.time_s, height, top, after)
    complete = _locks_out(course, top)
    return Rep(
        number=number,
        style="floor",
        start_s=rise.liftoff_s,
        onset_s=min(rise.onset_s, events.quiet_s(track, rise.liftoff_s)),
        liftoff_s=rise.liftoff_s,
        knee_pass_s=events.knee_pass_s(track, height, before, top),
        lockout_s=rise.lockout_s if complete else float("nan"),
        top_s=min(rise.top_s, lowering_s),
        lowering_s=lowering_s,
        end_s=end_s,
        complete=complete,
    )


def _top_to_top(course: _Course) -> tuple[Rep, ...]:
    """One repetition a valley that is reached from the top and left for the top again."""
    height, peaks, found = course.height, course.peaks, list[Rep]()
    for index, valley in enumerate(course.valleys):
        before, after = peaks[index], peaks[index + 1]
        if min(height[before], height[after]) - height[valley] < SMALLEST_PULL:
            continue  # the clip begins or ends in the middle of it
        if _followed(course, valley, after, after) and _followed(course, before, valley, valley):
            following = course.valleys[index + 1] if index + 1 < len(course.valleys) else -1
            found.append(_romanian_rep(course, (before, valley, after), following, len(found) + 1))
    return tuple(found)


def _romanian_rep(course: _Course, turns: tuple[int, int, int], following: int, number: int) -> Rep:
    time_s, height = course.time_s, course.height
    before, valley, after = turns
    rise = events.rise(time_s, height, valley, after)
    lowest_s = events.lowest_s(time_s, height, turns)
    complete = _locks_out(course, after)
    leaves_s = events.lowering_s(time_s, height, after, following)[0]
    return Rep(
        number=number,
        style="romanian",
        start_s=events.lowering_s(time_s, height, before, valley)[0],
        onset_s=lowest_s,
        liftoff_s=lowest_s,
        knee_pass_s=events.knee_pass_s(course.track, height, valley, after),
        lockout_s=rise.lockout_s if complete else float("nan"),
        top_s=min(rise.top_s, leaves_s),
        lowering_s=leaves_s,
        end_s=rise.lockout_s,
        complete=complete,
    )


def _locks_out(course: _Course, top: int) -> bool:
    """Hands as high as elsewhere in the clip, trunk and thighs near standing."""
    high = float(np.quantile(course.height, 0.98))
    span = high - float(course.height.min())
    return bool(course.height[top] >= high - TOP_BAND * span) and _upright(course, top)
