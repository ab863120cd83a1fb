"""The bends of a clip: where the hands turn round at the bottom and at the top.

In: the angles of a clip, the height of the hands in every frame, and the thumbnails if there are any.  Out: a `Course`
with the valleys and peaks of the hands and what is known of the load at each peak.  Why: `segment` decides bend by bend
which of them is a repetition.

Steps (`course_of`):

1. Stop if the hands move too little (SMALLEST_PULL) or never come low enough (HANDS_LOW).
2. Find the valleys of the hand height that are at least SMALLEST_PULL deep.
3. Keep the valleys in which the lifter hinges at hip or knee with hanging arms.  Others are lying, kneeling, or
   squatting with a bar on the back.
4. Find the peak before, between and after the valleys, at the bar where possible.
5. Decide for each valley whether the hands rest there long enough to grip a bar.
6. Add what the thumbnails show of the load (`load_evidence`).
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np
import scipy

from hingecheck.geometry import known_median
from hingecheck.records import AngleTrack, Floats
from hingecheck.segmentation import events, load_evidence
from hingecheck.segmentation.hand_height import resampled
from hingecheck.segmentation.model import AROUND_S, CUT_S, Course, Hands, Pictures, at_the_bar

SMALLEST_PULL: Final = 0.18
"""Minimum vertical travel of the hands, in leg lengths; smaller movements are not lifts."""

LOWEST_SHARE: Final = 0.01
"""Quantile of the hand height that counts as its lowest; single frames below are errors."""

HIGHEST_SHARE: Final = 0.98
"""Quantile of the hand height that counts as its highest; single frames above are errors."""

HANDS_LOW: Final = 0.85
"""Largest height of the hands at the bottom of a bend, in leg lengths: mid-thigh."""

LOWEST_HANDS: Final = -0.15
"""Lowest height of the hands in a lift, in leg lengths.  Hands lower than the ankles: the lifter lies."""

LOWEST_KNEE: Final = 0.20
"""Lowest height of the knees in a lift, in leg lengths.  Lower knees: the lifter kneels or lies."""

SMALLEST_HINGE_DEG: Final = 40.0
"""Smallest trunk-thigh angle at the bottom of a bend, in degrees from standing."""

ARMS_HANG: Final = 0.22
"""Smallest drop from the shoulders to the hands at the bottom, in leg lengths (straight arms: about 0.65)."""

GRIP_S: Final = 0.35
"""Shortest rest at the bottom in which a lifter grips the bar, in seconds."""

GRIP_SHARE: Final = 0.7
"""The same as a share of the time that the quicker of the ways down and up takes, because slow bends, and all bends in
slow motion, turn round slowly.  On rendered sets grips take 0.73 or more of it; bends without a grip take 0.67 or
less."""

SLOW_GRIP_S: Final = 1.1
"""Shortest time near the bottom that counts as a grip even if the hands do not rest, in seconds."""

SLOW_GRIP_SHARE: Final = 1.25
"""The same as a share of the quicker way's time; bends without a grip take up to 1.17 of it."""

NEAR_BOTTOM: Final = 0.06
"""Height above the lowest point that counts as near the bottom, in leg lengths."""

STARTS_DOWN: Final = 0.12
"""Height above the bottom, as a share of the pull.  A clip that begins with lower hands begins with a grip."""

HALFWAY: Final = 0.3
"""Height above the lowest valley, as a share of the whole way.  Hands that turn round higher are not at the bar."""


def course_of(track: AngleTrack, hands: Hands, pictures: Pictures | None) -> Course | None:
    """The bends of a clip and what the pictures show of the load; None if there is no bend."""
    height = hands.height
    low, high = float(np.quantile(height, LOWEST_SHARE)), float(np.quantile(height, HIGHEST_SHARE))
    if high - low < SMALLEST_PULL or low > HANDS_LOW:  # 1
        return None
    valleys = _hinges(track, hands, _valleys(track.time_s, height))  # 2, 3
    if not valleys:
        return None
    peaks = _peaks(track, hands, valleys)  # 4
    grips = tuple(_grips(track, height, turns) for turns in zip(peaks, valleys, peaks[1:], strict=False))  # 5
    unseen = np.full(len(height), np.nan)
    course = Course(track, hands, unseen, tuple(valleys), tuple(peaks), grips, (None,) * len(peaks))
    return course if pictures is None else _with_load(course, pictures)  # 6


def _with_load(course: Course, pictures: Pictures) -> Course:
    """The course with the path of the plates and what the pictures show of the load."""
    path = pictures.plates_up()
    plates = course.plates if path is None else resampled(course.time_s, *path)
    load = load_evidence.load_at_peaks(course, pictures)
    return replace(
        course, plates=plates, in_hand=load.in_hand, always_held=load.always_held, maybe_held=load.maybe_held
    )


def _valleys(time_s: Floats, height: Floats) -> list[int]:
    """Lowest points of the hands that are at least SMALLEST_PULL deep, as frame indices.

    Two equally low points of one rest at the bottom count once.  If the clip begins halfway up, its first low point
    does not count.
    """
    wall = [height.max() + 1.0]
    lows = scipy.signal.find_peaks(-np.concatenate([wall, height, wall]), prominence=SMALLEST_PULL)[0] - 1
    valleys: list[int] = []
    for valley in lows:
        if valleys and height[valleys[-1] : valley + 1].max() - height[valley] < SMALLEST_PULL:
            continue
        valleys.append(int(valley))
    if len(valleys) > 1 and time_s[valleys[0]] - time_s[0] <= CUT_S:
        lowest = float(height[valleys[1:]].min())
        if height[valleys[0]] - lowest > HALFWAY * (height.max() - lowest):
            return valleys[1:]
    return valleys


def _hinges(track: AngleTrack, hands: Hands, valleys: list[int]) -> list[int]:
    """The valleys in which the lifter is bent, the arms hang and the knees are off the floor.

    Plates and motion blur hide arms and knees in some bends.  There the median over all bends counts.  Hands whose
    height comes from the load need none of these.
    """
    if not valleys:
        return []
    height, bottom = hands.height, np.array(valleys)
    arm, knee = (np.fmax(series, known_median(series[bottom])) for series in (track.arm_drop, track.knee_height))
    near = np.abs(track.time_s[bottom, None] - track.time_s) <= AROUND_S
    bent = (near & (track.trunk_thigh.value_deg >= SMALLEST_HINGE_DEG)).any(axis=1)
    lifts = bent & (arm[bottom] >= ARMS_HANG) & (height[bottom] >= LOWEST_HANDS) & (knee[bottom] >= LOWEST_KNEE)
    return [int(valley) for valley in bottom[(lifts | hands.from_load[bottom]) & (height[bottom] <= HANDS_LOW)]]


def _peaks(track: AngleTrack, hands: Hands, valleys: list[int]) -> list[int]:
    """Frame of the highest hands before, between and after the valleys.

    Frames in which the lifter is seen at the bar come first, then frames in which the lifter is seen, then all.
    """
    edges = [0, *valleys, len(hands.height) - 1]
    known = ~np.isnan(track.trunk_thigh.value_deg) | hands.from_load
    peaks = []
    for number, (first, last) in enumerate(pairwise(edges)):
        frames = np.arange(first, last + 1)
        bend = last if number == 0 else first
        visible = frames[known[frames]]
        present = visible[at_the_bar(track, bend)[visible]]
        best = next((choice for choice in (present, visible, frames) if len(choice)), frames)
        peaks.append(int(best[np.argmax(hands.height[best])]))
    return peaks


def _grips(track: AngleTrack, height: Floats, turns: tuple[int, int, int]) -> bool:
    """True if the hands rest at the bottom long enough to grip a bar, or if the clip begins with them there.

    `turns`: frames of the peak before, the valley, the peak after.
    """
    before, valley, after = turns
    pull = min(height[before], height[after]) - height[valley]
    if pull < SMALLEST_PULL:
        pull = max(height[before], height[after]) - height[valley]
    if (height[: valley + 1] < height[valley] + STARTS_DOWN * pull).all():
        return True
    near = np.flatnonzero(height[before : after + 1] < height[valley] + NEAR_BOTTOM) + before
    near_s, way_s = float(track.time_s[near[-1]] - track.time_s[near[0]]), _quicker_way_s(track.time_s, height, turns)
    slow = near_s >= max(SLOW_GRIP_S, SLOW_GRIP_SHARE * way_s)
    return bool(slow or events.rest_s(track.time_s, height, turns) >= max(GRIP_S, GRIP_SHARE * way_s))


def _quicker_way_s(time_s: Floats, height: Floats, turns: tuple[int, int, int]) -> float:
    """Time in seconds of the quicker of the ways down to a valley and up from it; 0 if neither is a pull."""
    before, valley, after = turns
    ways_s = []
    if height[after] - height[valley] >= SMALLEST_PULL:
        up = events.rise(time_s, height, valley, after)
        ways_s.append(up.top_s - up.onset_s)
    if height[before] - height[valley] >= SMALLEST_PULL:
        begin_s, end_s = events.lowering_s(time_s, height, before, valley)
        ways_s.append(end_s - begin_s)
    return min(ways_s, default=0.0)
