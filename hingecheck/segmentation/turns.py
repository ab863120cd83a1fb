"""The turns of a clip: where the hands turn round at the bottom and at the top, and what is seen there.

In: the angles of a clip and the height of the hands in every frame.  Out: a `Course` with the valleys and peaks of the
hands, and numbers that describe each of them (`Seen`).  Why: the model judges turns, of which there are twenty times
fewer than frames.

Steps (`course_of`, `describe`):

1. Stop if the hands move too little (SMALLEST_PULL).
2. Find the valleys of the hand height that are at least SMALLEST_PULL deep.
3. Find the peak before, between and after the valleys, at the bar where possible.
4. Describe each valley and each peak.  What is not seen is NaN.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import scipy

from hingecheck import posture
from hingecheck.records import AngleTrack, Bools, Floats, Ints
from hingecheck.segmentation.model import AROUND_S, Course, at_the_bar
from hingecheck.signals import events
from hingecheck.signals.hand_height import USUAL_FLOOR, Hands

SMALLEST_PULL: Final = 0.18
"""Minimum vertical travel of the hands, in leg lengths; smaller movements are not lifts."""

LOWEST_SHARE, HIGHEST_SHARE = 0.01, 0.98
"""Quantiles of the hand height that count as its lowest and its highest; single frames beyond are errors."""

NEAR_BOTTOM: Final = 0.1
"""Height above a valley, as a share of the pull, below which the hands are near it."""

AT_REST: Final = 0.02
"""Largest distance from the highest point at which hands rest there, in leg lengths."""

STRAIGHT_S: Final = 0.5
"""Time after the highest hands over which the straightest body counts, in seconds: plates hide hips at the top."""

LEAST_SHOULDERS: Final = 0.15
"""Smallest rise of the shoulders in a pull, as a share of the hands' rise: arms that hang carry the load.  In a row the
arms bend instead.  In 186 bends of public clips that the model took for pulls it is 0.26 or more, but for one lifter
who is seen upright at the top; for one bend of a lifter who only stoops (0.08); and for two rows (below 0)."""

MOST: Final = 0.5
"""Share that is most of a rise: of its time, or of its way, in which the lifter must be seen.  The way is enough,
because small lifters are lost while they are bent and nothing moves.  Plates move along if they rise as much."""

LEAST_SEEN_REST: Final = 0.7
"""Share of the time near a valley in which the hands must be seen to tell how long they rest there."""

LONGEST_LOST_S: Final = 3.0
"""Longest time for which the lifter may be lost in a rise, once the hands are off the bottom, in seconds: the time of a
whole repetition (own choice)."""

EDGE_S: Final = 0.1
"""Time at the beginning and at the end of the clip over which the speed of the hands is read, in seconds."""

FASTEST_AT_EDGE: Final = 0.25
"""Speed of the hands at the clip's ends, in leg lengths a second.  Faster hands are in the middle of a rise."""


@dataclass(frozen=True)
class Seen:
    """What is seen at B valleys and B + 1 peaks; NaN = not seen.

    Valleys: `low` is the height of the hands, in leg lengths; it is bridged unless `low_known`.  `rest` is the natural
    logarithm of the time near the valley over the time of the quicker way to or from it.  `bent_deg`, `knee_deg`:
    trunk-thigh angle and knee flexion.  `arm`: from the shoulders down to the wrists, in leg lengths.  `step`: how far
    the feet are moved until the next peak, in leg lengths.  `rises`: the hands rise by a pull after it.  `by_arms`: the
    shoulders hardly rise along, and nobody is seen upright at the top: a row; or the hands end a pull above the
    shoulders: a clean or a snatch.  `whole`: most of its rise is seen; other bends tell how much is missing of a rise
    that is under way when the clip begins, and a single one is whole if it begins at the floor (USUAL_FLOOR) or the
    clip ends at its top.

    Peaks: `high` is the height of the hands, in leg lengths; NaN where the clip is cut in a bend.  `straight_deg`: the
    smallest trunk-thigh angle at it or soon after.  `forward`: the hands ahead of the ankles, in leg lengths.
    `below_knee`: the hands are seen, and below the knees.

    `top`: the highest hands of the clip, in leg lengths.  `begins`: "upright", or "low" if the clip begins in a bend.
    `left_s`: time in seconds from the last peak to the end of the clip; NaN if the clip ends in a bend.
    `ends_rising`: the clip ends while the hands are on their way up, and the lifter is not seen to have straightened.
    From the front the bend is not seen, so there a body that looks straight says nothing.
    """

    low: Floats
    low_known: Bools
    rest: Floats
    bent_deg: Floats
    knee_deg: Floats
    arm: Floats
    step: Floats
    rises: Bools
    by_arms: Bools
    whole: Bools
    high: Floats
    straight_deg: Floats
    forward: Floats
    below_knee: Bools
    top: float
    begins: str
    left_s: float
    ends_rising: bool

    @property
    def below_others(self) -> Floats:
        """How far the hands of each upright moment are below the highest of the others, in leg lengths (B + 1)."""
        others = np.where(np.eye(len(self.high)), np.nan, self.high)
        return np.asarray(np.fmax.reduce(others, axis=1) - self.high)

    @property
    def less_straight_deg(self) -> Floats:
        """How much larger the trunk-thigh angle of each upright moment is than the smallest one (B + 1)."""
        return self.straight_deg - np.nanmin(self.straight_deg, initial=180.0)

    def numbers(self, bend: int) -> dict[str, float]:
        """What is seen of one bend and of the upright moment after it, by name."""
        places = dict.fromkeys(("low", "rest", "bent_deg", "knee_deg", "arm", "step"), bend)
        places |= dict.fromkeys(("high", "straight_deg"), bend + 1)
        return {name: float(getattr(self, name)[place]) for name, place in places.items()}


def course_of(track: AngleTrack, hands: Hands, plates: Floats) -> Course | None:
    """The bends of a clip; None if there is none.  `plates` (N,): height of the plates, in leg lengths."""
    height = hands.height
    if np.quantile(height, HIGHEST_SHARE) - np.quantile(height, LOWEST_SHARE) < SMALLEST_PULL:  # 1
        return None
    valleys = _valleys(height)  # 2
    return Course(track, hands, plates, valleys, _peaks(track, hands, valleys)) if valleys else None  # 3


def _valleys(height: Floats) -> tuple[int, ...]:
    """Lowest points of the hands that are at least SMALLEST_PULL deep, as frame indices.

    Two equally low points of one rest at the bottom count once.
    """
    wall = [height.max() + 1.0]
    lows = scipy.signal.find_peaks(-np.concatenate([wall, height, wall]), prominence=SMALLEST_PULL)[0] - 1
    valleys: list[int] = []
    for valley in lows:
        if not valleys or height[valleys[-1] : valley + 1].max() - height[valley] >= SMALLEST_PULL:
            valleys.append(int(valley))
    return tuple(valleys)


def _peaks(track: AngleTrack, hands: Hands, valleys: tuple[int, ...]) -> tuple[int, ...]:
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
    return tuple(peaks)


def describe(course: Course) -> Seen:
    """What is seen at the turns of a clip."""
    track, height = course.track, course.height
    valleys, peaks = np.array(course.valleys), np.array(course.peaks)
    turns = list(zip(course.peaks, course.valleys, course.peaks[1:], strict=False))
    feet, known = track.foot_forward, ~np.isnan(track.hand_height) | course.hands.from_load
    straight = np.array([_straight_deg(course, peak) for peak in peaks])
    fall, rise = (height[peaks[side]] - height[valleys] >= SMALLEST_PULL for side in (np.s_[:-1], np.s_[1:]))
    whole = np.array([_followed(course, valley, peak) for _, valley, peak in turns])
    left_s = float(course.time_s[-1] - course.time_s[peaks[-1]])
    low_known = np.array([known[course.around(valley)].any() for valley in valleys])
    if _moves_up(course, course.valleys[0]):
        part = (height[peaks[1]] - height[valleys[0]]) / (height[peaks[1]] - height[valleys].min())
        from_floor = left_s <= AROUND_S or height[valleys[0]] <= USUAL_FLOOR
        whole[0] &= part >= MOST if len(valleys) > 1 else from_floor
        low_known[0] &= len(valleys) == 1
    bent = _around(course, track.trunk_thigh.value_deg, valleys, np.nanmax)
    straightened = straight[-1] <= posture.STRAIGHT_DEG and bent[-1] >= posture.HINGED_DEG
    high, ends_rising = _high(course, peaks), _moves_up(course, course.peaks[-1]) and not straightened
    for series in (straight, high):
        series[[0, -1]] = np.where([fall[0], rise[-1] and not ends_rising], series[[0, -1]], np.nan)
    return Seen(
        low=height[valleys],
        low_known=low_known,
        rest=np.array([_rest(course, each) for each in turns]),
        bent_deg=bent,
        knee_deg=_around(course, track.knee_flexion.value_deg, valleys, np.nanmedian),
        arm=_around(course, track.arm_drop, valleys, np.nanmedian),
        step=np.abs(feet[peaks[1:]] - feet[valleys]),
        rises=rise,
        by_arms=_by_arms(course, valleys, peaks[1:], straight[1:]),
        whole=whole,
        high=high,
        straight_deg=straight,
        forward=track.hand_forward[peaks],
        below_knee=track.hand_height[peaks] < track.knee_height[peaks],
        top=float(np.quantile(height, HIGHEST_SHARE)),
        begins="upright" if fall[0] else "low",
        left_s=left_s if rise[-1] else np.nan,
        ends_rising=ends_rising,
    )


def _high(course: Course, peaks: Ints) -> Floats:
    """Height of the hands (B + 1) at the peaks, in leg lengths.

    Hidden feet misplace the ground, and with it the hands, but not the plates.  So where plates are nearer to their
    highest than to the floor, the hands are at least as near to their own highest.
    """
    plates = _around(course, course.plates, peaks, np.nanmedian)
    short = plates[np.isfinite(plates)].max(initial=-np.inf) - plates
    held = np.where(short <= plates, np.quantile(course.height, HIGHEST_SHARE) - short, np.nan)
    return np.fmax(course.height[peaks], held)


def _around(course: Course, values: Floats, frames: Ints, kind: Callable[[Floats], float]) -> Floats:
    """One number of a series (N,) around each frame; NaN where nothing is known."""
    known = [values[course.around(frame)] for frame in frames]
    return np.array([kind(near) if np.isfinite(near).any() else np.nan for near in known])


def _by_arms(course: Course, valleys: Ints, peaks: Ints, straight_deg: Floats) -> Bools:
    """The rises (B) of rows, to a bent body, along which the shoulders hardly rise (LEAST_SHOULDERS), and of cleans."""
    low, high = (_around(course, course.track.arm_drop, frames, np.nanmedian) for frames in (valleys, peaks))
    rise = course.height[peaks] - course.height[valleys]
    rows = (rise - (low - high) < LEAST_SHOULDERS * rise) & ~(straight_deg <= posture.EXTENDED_DEG)
    return np.asarray(rows | (high < -SMALLEST_PULL))


def _straight_deg(course: Course, peak: int) -> float:
    """The smallest trunk-thigh angle at a peak or within STRAIGHT_S after it, in degrees.

    NaN if it is not seen, or if a lifter who is not straight yet is lost there: the lifter may straighten unseen.
    """
    soon = course.around(peak)
    soon |= (course.time_s >= course.time_s[peak]) & (course.time_s <= course.time_s[peak] + STRAIGHT_S)
    deg = course.track.trunk_thigh.value_deg[soon]
    known_deg = deg[np.isfinite(deg)]
    lost = len(known_deg) < len(deg) and known_deg.min(initial=np.inf) > posture.STRAIGHT_DEG
    return float("nan") if lost else float(known_deg.min())


def _rest(course: Course, turns: tuple[int, int, int]) -> float:
    """Logarithm of the time near a valley over the time of the quicker way; NaN if the clip begins or ends there.

    `turns`: frames of the peak before, the valley, the peak after.
    """
    before, valley, after = turns
    time_s, height = course.time_s, course.height
    pull = float(min(height[before], height[after]) - height[valley])
    if pull < SMALLEST_PULL:
        return float("nan")
    near = np.flatnonzero(height[before : after + 1] < height[valley] + NEAR_BOTTOM * pull) + before
    up = events.rise(time_s, height, valley, after)
    down_s = np.diff(events.lowering_s(time_s, height, before, valley))[0]
    if np.isfinite(course.track.hand_height[near]).mean() < LEAST_SEEN_REST:
        return float("nan")
    way_s = min(up.lockout_s - up.liftoff_s, down_s)
    step_s = (time_s[-1] - time_s[0]) / (len(time_s) - 1)
    return float(np.log((time_s[near[-1]] - time_s[near[0]] + step_s) / max(way_s, step_s)))


def _followed(course: Course, first: int, last: int) -> bool:
    """True if the lifter was seen for most of a rise's time or way, and is never lost for long above its bottom."""
    frames = slice(first, last + 1)
    known = (~np.isnan(course.track.trunk_lean.value_deg) | course.hands.from_load)[frames]
    height, time_s = course.height[frames], course.time_s[frames]
    steps = np.abs(np.diff(height))
    way = float(steps[known[1:] & known[:-1]].sum())
    at_bar = height <= height[0] + NEAR_BOTTOM * (height[-1] - height[0])
    lost_s = np.diff(time_s[known | at_bar]).max(initial=0.0)
    return bool(lost_s <= LONGEST_LOST_S and (known.mean() >= MOST or way >= MOST * steps.sum()))


def _moves_up(course: Course, frame: int) -> bool:
    """True if a frame is where the clip was cut while the hands were on their way up."""
    time_s = course.time_s
    near = course.height[np.abs(time_s - time_s[frame]) <= EDGE_S]
    cut = course.begins_at(frame) or course.ends_at(frame)
    return cut and bool(near[-1] - near[0] > FASTEST_AT_EDGE * EDGE_S)


def missed_way(course: Course, bend: int, liftoff_s: float) -> float:
    """Share of the way up from a bend that lies before the clip, at least NEAR_BOTTOM; 0 if all of it is seen.

    It is not if lift-off is not after the clip's second frame, or other bends show that the hands are off the bottom.
    """
    first, others = course.valleys[0], course.height[list(course.valleys[1:])]
    if bend or not len(others) or not _moves_up(course, first):
        return 0.0
    share = float((course.height[first] - others.min()) / (course.height[course.peaks[1]] - others.min()))
    return max(share, NEAR_BOTTOM) if liftoff_s <= course.time_s[1] or share > NEAR_BOTTOM else 0.0


def cut_off(course: Course, top: int) -> bool:
    """True if the hands are still on their way up to a top when the clip ends."""
    return top == course.peaks[-1] and _moves_up(course, top)


def leaves_s(course: Course, bend: int) -> float:
    """Last time in seconds at which the hands are near the bottom of a bend, before they rise: there the load rests."""
    valley, peak = course.valleys[bend], course.peaks[bend + 1]
    rise = course.height[valley : peak + 1]
    near = np.flatnonzero(rise <= rise[0] + NEAR_BOTTOM * (rise[-1] - rise[0]))
    return float(course.time_s[valley + near[-1]])


def rest_s(course: Course, peak: int) -> float:
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
