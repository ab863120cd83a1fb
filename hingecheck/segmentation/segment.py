"""Stage 8, segment: angles become repetitions with their events.

Steps.  The height of the hands (in leg lengths above the ankles) goes up and down between the floor and
the top; its valleys and peaks cut the clip into bends, of which only those count that hinge at hip or knee with
hanging arms.  What a bend is depends on how the load is lifted:

- from the floor: a pull is a repetition if the hands were at the bar before it and come back down after it, so
  standing up from the bar after the last repetition, or a set-up bend that does not reach it, is none;
- top to top (Romanian, hinge): a bend from standing to standing;
- picked up: one bend after which something is held out in front.

Where small pictures of the upright moments fall into two groups (`load.Pictures`), the load was seen on the
floor in one and in the hands in the other: then a rise without the load is no repetition, and one with it is,
even if the clip ends at its top.  `bends` finds the bends, `events` reads the instants.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from hingecheck import posture
from hingecheck.records import AngleTrack, LiftType, Rep
from hingecheck.segmentation import events
from hingecheck.segmentation.hand_height import Hands, follow, follow_load, lost
from hingecheck.segmentation.lift_type import floor_band, lift_type_of
from hingecheck.segmentation.turns import SMALLEST_PULL, Course, Pictures, at_the_bar, course_of, is_upright

TOP_BAND: Final = 0.20
"""How near to the top's height a peak must be, in shares of the pull."""

LOAD_BAND: Final = 0.10
"""The same where the load alone tells it."""

FASTEST_S: Final = 0.2
"""What rises in less time is another thing that looks like the load."""

STRAIGHT_S: Final = 0.5
"""A lifter who is straight so soon after the highest hands stands, wherever the hands are thought to be."""

MOST_STEP: Final = 0.35
"""Feet that move farther than this between bottom and top, in leg lengths, walk."""

FEWEST_TOUCHES: Final = 3
"""Without any grip in the clip, this many equally deep bends are a set that began before the clip."""

LEAST_FOLLOWED: Final = 0.7
"""Share of a repetition's time, or of the hands' way up and down, in which the lifter must be seen: small lifters are
lost while they are bent and nothing moves."""

FIRST_S, FASTEST_START = 0.1, 0.25
"""Hands that rise faster than this from the clip's beginning on, in leg lengths a second, had left the floor before."""

SAME_TURN_S: Final = 0.3
"""Hands and plates are lowest at the same time, to so much."""

LEAST_ALONG: Final = 0.5
"""Plates that rise by less than this share of the hands' way do not go along with them."""

CUT_OFF_S: Final = 1.5
"""A clip that ends this soon after lockout was cut while the bar was up."""


def segment(
    track: AngleTrack, *, lift_type: LiftType | None = None, pictures: Pictures | None = None
) -> tuple[Rep, ...]:
    """The repetitions of a clip in order; empty if there is none.  `lift_type`: how it is lifted, if that is known.

    Where the lifter is lost, the load tells the repetitions that the hands do not: it is lifted from where it lies.
    """
    found = _found(track, follow(track), lift_type, pictures)
    if pictures is None or not (lost(track) or not found):
        return found
    told = _found(track, follow_load(track, pictures, surely=bool(found)), lift_type or "floor", pictures)
    new = [rep for rep in told if not any(_overlap(rep, other) for other in found)]
    more = [replace(rep, by_load=True) for rep in new if not rep.lockout_s - rep.liftoff_s < FASTEST_S]
    both = sorted((*found, *more), key=lambda rep: rep.liftoff_s)
    return tuple(replace(rep, number=number) for number, rep in enumerate(both, 1))


def _overlap(one: Rep, other: Rep) -> bool:
    """True if the ways up of two repetitions share a moment."""
    ends_s = [rep.top_s if np.isnan(rep.lockout_s) else rep.lockout_s for rep in (one, other)]
    return one.liftoff_s < ends_s[1] and other.liftoff_s < ends_s[0]


def _found(
    track: AngleTrack, hands: Hands | None, lift_type: LiftType | None, pictures: Pictures | None
) -> tuple[Rep, ...]:
    """The repetitions that the hands' way tells."""
    course = None if hands is None else course_of(track, hands, pictures)
    if course is None:
        return ()
    how = lift_type or lift_type_of(course)
    if how == "romanian":
        return _top_to_top(course)
    return _picked_up(course) if how == "pick_up" else _from_floor(course)


def _from_floor(course: Course) -> tuple[Rep, ...]:
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


def _picked_up(course: Course) -> tuple[Rep, ...]:
    """Every bend that is left for standing; the load does not come back."""
    found: list[Rep] = []
    for valley, top in zip(course.valleys, course.peaks[1:], strict=True):
        if course.height[top] - course.height[valley] >= SMALLEST_PULL and _followed(course, valley, top, top):
            found.append(replace(_floor_rep(course, (valley, top, -1), len(found) + 1), style="pick_up"))
    return tuple(found)


def _followed(course: Course, first: int, top: int, last: int) -> bool:
    """True if the lifter was seen most of a movement's time or on most of its way, and did not walk in it."""
    seen = (~np.isnan(course.track.trunk_lean.value_deg) | course.hands.borrowed)[first : last + 1]
    steps = np.abs(np.diff(course.height[first : last + 1]))
    way = float(steps[seen[1:] & seen[:-1]].sum())
    feet = course.track.foot_forward
    followed = seen.mean() >= LEAST_FOLLOWED or way >= LEAST_FOLLOWED * steps.sum()
    return bool(followed and not abs(feet[top] - feet[first]) > MOST_STEP)


def _on_bar(course: Course) -> list[bool]:
    """For each valley, whether the hands hold the bar: they stay to grip it, or are where they gripped it.

    A set-up bend stops short of the bar or is over at once.
    """
    height = course.height
    bottom = height[list(course.valleys)]
    band = floor_band(course)
    grips = np.array(course.grips)
    cut = course.ends_at(course.valleys[-1])  # on the way down when the clip ends
    if not grips.any():
        floor = float(np.median(bottom))
        level = np.abs(bottom - floor) <= band
        level &= int(level.sum()) >= FEWEST_TOUCHES
    else:
        level = grips | (bottom <= float(np.median(bottom[grips])) + band)
    level[-1] |= cut and level[:-1].any()
    return [bool(ok) for ok in level]


def _ends_up(course: Course, *, alone: bool) -> bool:
    """True if the clip ends while the load is still up.

    It was seen to have left the floor; or the clip holds this one pull only, from the grip to just after lockout.
    """
    first, top = course.valleys[-1], course.peaks[-1]
    if course.height[top] - course.height[first] < SMALLEST_PULL:
        return False
    if course.in_hand[-1] is not None:
        return course.in_hand[-1]
    trimmed = course.height[: first + 1].max() - course.height[first] < SMALLEST_PULL
    rise = events.rise(course.time_s, course.height, first, top)
    return alone and trimmed and bool(course.time_s[-1] - rise.lockout_s < CUT_OFF_S)


def _rises_at_once(course: Course) -> bool:
    """True if the clip begins with the hands already on their way up: the first lift-off is not in it."""
    early = course.height[course.time_s <= course.time_s[0] + FIRST_S]
    return course.begins_at(course.valleys[0]) and bool(early[-1] - early[0] > FASTEST_START * FIRST_S)


def _floor_rep(course: Course, turns: tuple[int, int, int], number: int) -> Rep:
    track = course.track
    complete = _locks_out(course, turns[1])
    rise, lowering_s, end_s = _ways(course, turns)
    knee_pass_s = events.knee_pass_s(track, course.height, *turns[:2])
    return Rep(
        number=number,
        style="floor",
        start_s=rise.liftoff_s,
        onset_s=min(rise.onset_s, events.quiet_s(track, rise.liftoff_s)),
        liftoff_s=rise.liftoff_s,
        knee_pass_s=knee_pass_s if rise.liftoff_s <= knee_pass_s <= rise.top_s else float("nan"),
        lockout_s=rise.lockout_s if complete else float("nan"),
        top_s=min(rise.top_s, lowering_s),
        lowering_s=lowering_s,
        end_s=end_s,
        complete=complete,
    )


def _ways(course: Course, turns: tuple[int, int, int]) -> tuple[events.Rise, float, float]:
    """The way up, and when the way down begins and ends: by hands and, where they are seen to go along, by plates."""
    before, top, after = turns
    rise = events.rise(course.time_s, course.height, before, top)
    lowering_s, end_s = events.lowering_s(course.time_s, course.height, top, after)
    if (own := _plates_turns(course, turns)) is None:
        return rise, lowering_s, end_s
    down_s = events.lowering_s(course.time_s, course.plates, own[1], after)
    return (
        events.finer(rise, events.rise(course.time_s, course.plates, *own)),
        events.finer_s(lowering_s, down_s[0]),
        events.finer_s(end_s, down_s[1]),
    )


def _plates_turns(course: Course, turns: tuple[int, int, int]) -> tuple[int, int] | None:
    """When plates are lowest and highest in a way up; None where they are not seen or do not go along."""
    plates, time_s = course.plates, course.time_s
    before, top, after = turns
    if np.isnan(plates[before : max(top, after) + 1]).any():
        return None
    near = np.flatnonzero((np.abs(time_s - time_s[before]) <= SAME_TURN_S) & (np.arange(len(time_s)) < top))
    low = int(near[np.nanargmin(plates[near])])
    high = low + int(np.nanargmax(plates[low : after + 1 if after >= 0 else None]))
    along = plates[high] - plates[low] >= LEAST_ALONG * (course.height[top] - course.height[before])
    return (low, high) if along else None


def _top_to_top(course: Course) -> tuple[Rep, ...]:
    """One repetition a valley that is reached from the top and left for the top again."""
    height, peaks, found = course.height, course.peaks, list[Rep]()
    for index, valley in enumerate(course.valleys):
        before, after = peaks[index], peaks[index + 1]
        begun = course.begins_at(before) and not is_upright(course, before)
        if begun or min(height[before], height[after]) - height[valley] < SMALLEST_PULL:
            continue  # the clip begins or ends in the middle of it
        if _followed(course, valley, after, after) and _followed(course, before, valley, valley):
            following = course.valleys[index + 1] if index + 1 < len(course.valleys) else -1
            found.append(_romanian_rep(course, (before, valley, after), following, len(found) + 1))
    return tuple(found)


def _romanian_rep(course: Course, turns: tuple[int, int, int], following: int, number: int) -> Rep:
    time_s, height = course.time_s, course.height
    before, valley, after = turns
    lowest_s = events.lowest_s(course.track, height, turns)
    complete = _locks_out(course, after)
    rise, leaves_s, _ = _ways(course, (valley, after, following))
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


def _locks_out(course: Course, top: int) -> bool:
    """Hands as high as elsewhere at the bar, trunk and thighs near standing; or the load as high, if they are lost.

    Plates hide the hands, which are then thought to be lower than they are: a straight body tells as well.
    """
    bent_deg = course.track.trunk_thigh.value_deg
    high = float(np.quantile(course.height[at_the_bar(course.track, top)], 0.98))
    span = high - float(course.height.min())
    if course.hands.borrowed[top] and np.isnan(bent_deg[top]):
        return bool(course.height[top] >= high - LOAD_BAND * span)
    if course.height[top] >= high - TOP_BAND * span:
        return is_upright(course, top)
    then = (course.time_s >= course.time_s[top]) & (course.time_s <= course.time_s[top] + STRAIGHT_S)
    return bool((bent_deg[then] <= posture.STRAIGHT_DEG).any())
