"""Stage 8, segment: angles become repetitions with their events.

In: the angles of a clip and, if there are any, the thumbnails (`Pictures`).  Out: the repetitions in order, each with
its events in seconds.  Why: everything that is reported is measured per repetition.

Steps (`segment`):

1. Take the height of the hands in every frame, in leg lengths above the ankles (`hand_height`).
2. Cut the clip into bends at the valleys and peaks of that height (`turns`).  Only bends count that hinge at hip or
   knee with hanging arms.
3. Find out how the load is lifted (`lift_type`), unless the user said so.
4. Turn bends into repetitions:
   - From the floor: the hands are at the bar before the pull and come back to it.  So standing up from the bar after
     the last repetition is none, and a set-up bend that does not reach the bar is none.
   - Top to top (Romanian, hinge): a bend from standing to standing.
   - Picked up: the one bend after which something is held out in front.
   Where the pictures show the load on the floor at some peaks and in the hands at others (`load_evidence`), a rise
   without the load is no repetition.  A rise with the load is one even if the clip ends at its top.
5. Read the events of each repetition (`events`), from the hands and, where they move along, from the plates.
6. If the lifter is lost for a while, or no repetition was found, repeat the steps with the height of the load.  Add the
   repetitions that overlap no other; they are marked `by_load`.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from hingecheck import posture
from hingecheck.records import AngleTrack, LiftType, Rep
from hingecheck.segmentation import events
from hingecheck.segmentation.hand_height import follow, follow_load, has_long_gap
from hingecheck.segmentation.lift_type import floor_band, lift_type_of
from hingecheck.segmentation.model import Course, Hands, Pictures, at_the_bar
from hingecheck.segmentation.turns import HIGHEST_SHARE, SMALLEST_PULL, course_of

TOP_BAND: Final = 0.20
"""Largest distance of a peak from the height of the top, as a share of the pull, at a lockout."""

LOAD_BAND: Final = 0.10
"""The same where only the load gives the height."""

FASTEST_S: Final = 0.2
"""Shortest time from lift-off to lockout of a load, in seconds.  What rises faster only looks like the load."""

STRAIGHT_S: Final = 0.5
"""Time after the highest hands in which a straight body is a lockout, in seconds, whatever height the hands seem to
have."""

MOST_STEP: Final = 0.35
"""Largest movement of the feet between bottom and top, in leg lengths.  A lifter who moves farther walks."""

FEWEST_TOUCHES: Final = 3
"""Number of equally deep bends that make a set if the clip holds no grip: the set began before the clip."""

LEAST_FOLLOWED: Final = 0.7
"""Share of a repetition's time, or of the hands' way up and down, in which the lifter must be seen.  The way is enough,
because small lifters are lost while they are bent and nothing moves."""

FIRST_S: Final = 0.1
"""Time at the beginning of the clip over which the speed of the hands is read, in seconds."""

FASTEST_START: Final = 0.25
"""Speed of the hands at the beginning of the clip, in leg lengths a second.  Faster hands had left the floor before."""

SAME_TURN_S: Final = 0.3
"""Largest time between the lowest hands and the lowest plates, in seconds."""

LEAST_ALONG: Final = 0.5
"""Smallest rise of the plates, as a share of the hands' rise, at which they move along with the hands."""

CUT_OFF_S: Final = 1.5
"""Longest time from lockout to the end of a clip that was cut while the bar was up, in seconds."""


def segment(
    track: AngleTrack, *, lift_type: LiftType | None = None, pictures: Pictures | None = None
) -> tuple[Rep, ...]:
    """The repetitions of a clip in order; empty if there is none.

    `lift_type`: how the load is lifted, if the user said so.  `pictures`: the thumbnails of the clip.
    """
    reps = _reps(track, follow(track), lift_type, pictures)
    if pictures is None or not (has_long_gap(track) or not reps):
        return reps
    load_hands = follow_load(track, pictures, surely=bool(reps))  # 6
    load_reps = _reps(track, load_hands, lift_type or "floor", pictures)
    new = [rep for rep in load_reps if not any(_overlap(rep, by_hands) for by_hands in reps)]
    more = [replace(rep, by_load=True) for rep in new if not rep.lockout_s - rep.liftoff_s < FASTEST_S]
    both = sorted((*reps, *more), key=lambda rep: rep.liftoff_s)
    return tuple(replace(rep, number=number) for number, rep in enumerate(both, 1))


def _overlap(first: Rep, second: Rep) -> bool:
    """True if the ways up of two repetitions share a moment."""
    ends_s = [rep.top_s if np.isnan(rep.lockout_s) else rep.lockout_s for rep in (first, second)]
    return first.liftoff_s < ends_s[1] and second.liftoff_s < ends_s[0]


def _reps(
    track: AngleTrack, hands: Hands | None, lift_type: LiftType | None, pictures: Pictures | None
) -> tuple[Rep, ...]:
    """The repetitions that follow from the height of the hands; none if that height is unknown."""
    course = None if hands is None else course_of(track, hands, pictures)  # 2
    if course is None:
        return ()
    lift_type = lift_type or lift_type_of(course)  # 3
    if lift_type == "romanian":  # 4
        return _top_to_top(course)
    return _picked_up(course) if lift_type == "pick_up" else _from_floor(course)


def _from_floor(course: Course) -> tuple[Rep, ...]:
    """Pulls that begin with the hands at the bar on the floor and come back to it."""
    on_bar = _on_bar(course)
    reps: list[Rep] = []
    for i, (before, after) in enumerate(pairwise(course.valleys)):
        top = course.peaks[i + 1]
        if i == 0 and _rises_at_once(course):
            continue
        in_hand = course.in_hand[i + 1]
        pulled = on_bar[i] and on_bar[i + 1] if in_hand is None else in_hand
        if pulled and _followed(course, before, top, after):
            reps.append(_floor_rep(course, (before, top, after), len(reps) + 1))
    if (on_bar[-1] or course.in_hand[-1]) and _ends_up(course, alone=not reps):
        reps.append(_floor_rep(course, (course.valleys[-1], course.peaks[-1], -1), len(reps) + 1))
    return tuple(reps)


def _picked_up(course: Course) -> tuple[Rep, ...]:
    """Every bend after which the lifter stands up; the load does not come back."""
    reps: list[Rep] = []
    for valley, top in zip(course.valleys, course.peaks[1:], strict=True):
        if course.height[top] - course.height[valley] >= SMALLEST_PULL and _followed(course, valley, top, top):
            reps.append(replace(_floor_rep(course, (valley, top, -1), len(reps) + 1), style="pick_up"))
    return tuple(reps)


def _followed(course: Course, first: int, top: int, last: int) -> bool:
    """True if the lifter was seen for most of a movement's time or most of its way, and did not walk during it."""
    known = (~np.isnan(course.track.trunk_lean.value_deg) | course.hands.from_load)[first : last + 1]
    steps = np.abs(np.diff(course.height[first : last + 1]))
    way = float(steps[known[1:] & known[:-1]].sum())
    feet = course.track.foot_forward
    followed = known.mean() >= LEAST_FOLLOWED or way >= LEAST_FOLLOWED * steps.sum()
    return bool(followed and not abs(feet[top] - feet[first]) > MOST_STEP)


def _on_bar(course: Course) -> list[bool]:
    """For each valley, whether the hands are at the bar on the floor.

    They are if they rest to grip it, or are as low as where they gripped it.  If the clip holds no grip, at least
    FEWEST_TOUCHES equally deep bends count.  A set-up bend stops above the bar, or the hands turn round at once.
    """
    height = course.height
    bottom = height[list(course.valleys)]
    band = floor_band(course)
    grips = np.array(course.grips)
    cut = course.ends_at(course.valleys[-1])  # the clip ends on the way down
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

    Either the pictures show the load in the hands.  Or the clip holds this pull only (`alone`), from the grip to at
    most CUT_OFF_S after lockout.
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
    """True if the clip begins with the hands already on their way up, so that it lacks the first lift-off."""
    early = course.height[course.time_s <= course.time_s[0] + FIRST_S]
    return course.begins_at(course.valleys[0]) and bool(early[-1] - early[0] > FASTEST_START * FIRST_S)


def _floor_rep(course: Course, turns: tuple[int, int, int], number: int) -> Rep:
    """The repetition from the floor with its events; `turns`: frames of the valley, the top, the valley after or -1."""
    track = course.track
    complete = _locks_out(course, turns[1])
    rise, lowering_s, end_s = _ways(course, turns)  # 5
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
    """The way up, and the times in seconds at which the way down begins and ends.

    Both come from the hands and, where the plates move along with them, from the plates.
    """
    before, top, after = turns
    rise = events.rise(course.time_s, course.height, before, top)
    lowering_s, end_s = events.lowering_s(course.time_s, course.height, top, after)
    if (plates_turns := _plates_turns(course, turns)) is None:
        return rise, lowering_s, end_s
    down_s = events.lowering_s(course.time_s, course.plates, plates_turns[1], after)
    return (
        events.reconciled(rise, events.rise(course.time_s, course.plates, *plates_turns)),
        events.reconciled_s(lowering_s, down_s[0]),
        events.reconciled_s(end_s, down_s[1]),
    )


def _plates_turns(course: Course, turns: tuple[int, int, int]) -> tuple[int, int] | None:
    """Frames in which the plates are lowest and highest on a way up; None if they are unseen or do not move along."""
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
    """One repetition for each valley that the hands reach from the top and leave for the top again."""
    height, peaks, reps = course.height, course.peaks, list[Rep]()
    for index, valley in enumerate(course.valleys):
        before, after = peaks[index], peaks[index + 1]
        begun = course.begins_at(before) and not course.is_upright(before)
        if begun or min(height[before], height[after]) - height[valley] < SMALLEST_PULL:
            continue  # the clip begins or ends in the middle of this bend
        if _followed(course, valley, after, after) and _followed(course, before, valley, valley):
            following = course.valleys[index + 1] if index + 1 < len(course.valleys) else -1
            reps.append(_romanian_rep(course, (before, valley, after), following, len(reps) + 1))
    return tuple(reps)


def _romanian_rep(course: Course, turns: tuple[int, int, int], following: int, number: int) -> Rep:
    """The Romanian repetition with its events.

    `turns`: frames of the peak before, the valley, the peak after.  `following`: frame of the next valley, or -1.
    """
    time_s, height = course.time_s, course.height
    before, valley, after = turns
    lowest_s = events.lowest_s(course.track, height, turns)
    complete = _locks_out(course, after)
    rise, leaves_s, _ = _ways(course, (valley, after, following))  # 5
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
    """True if the lifter stands at the top with the hands as high as anywhere at the bar.

    1. If the height comes from the load and the lifter is not seen: the load is as high as anywhere.
    2. If the hands are as high as anywhere: trunk and thighs are extended.
    3. Otherwise plates may hide the hands, which then seem lower than they are.  A straight body soon after is enough.
    """
    bent_deg = course.track.trunk_thigh.value_deg
    high = float(np.quantile(course.height[at_the_bar(course.track, top)], HIGHEST_SHARE))
    span = high - float(course.height.min())
    if course.hands.from_load[top] and np.isnan(bent_deg[top]):  # 1
        return bool(course.height[top] >= high - LOAD_BAND * span)
    if course.height[top] >= high - TOP_BAND * span:  # 2
        return course.is_upright(top)
    soon = (course.time_s >= course.time_s[top]) & (course.time_s <= course.time_s[top] + STRAIGHT_S)
    return bool((bent_deg[soon] <= posture.STRAIGHT_DEG).any())  # 3
