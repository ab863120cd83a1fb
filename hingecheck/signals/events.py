"""The instants of one way up or down, read from the height of the hands.

In: times (N,) in seconds, heights (N,) in leg lengths, and the frames at which the hands turn (`turns`).  Out: times in
seconds, between frames.  Why: the contract wants lift-off and lockout to a centimetre of bar height.

A centimetre is about 2 % of a pull, which is less than the landmark noise.  So lift-off is extrapolated (`rise`):

1. Express the height as a share of the pull, from the rest level at the bottom to the rest level at the top.  The
   bottom is the last place at which the hands rest before the pull (`_last_low`).
2. Find the times at which the rise passes 5 % and 15 %, and 95 % and 85 %.
3. Assume a minimum-jerk movement (Flash and Hogan 1985, J Neurosci 5:1688-1703).  Extrapolate along it to the beginning
   of the movement, to 2 % (lift-off), to 98 % (lockout) and to its end.

Parameters: the shares 5 % and 15 % (`_EARLY`, `_LATER`), the longest end that is extrapolated (`_SLOWEST_END_S`, in
seconds), and the bands of rest at the bottom and top (`REST_BAND`, `PLATEAU`, in shares of the pull).

Departure from the contract: 1 cm is taken as 2 % of the pull, because the camera gives no scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck import posture
from hingecheck.records import AngleTrack, Floats

REST_BAND: Final = 0.06
"""Height above the bottom within which the hands count as at rest, as a share of the pull."""

PLATEAU: Final = 0.15
"""Depth below the top within which the hands count as at rest, as a share of the pull."""

HAND_TO_BAR: Final = 0.09
"""Distance from the wrists down to the bar, in leg lengths (about 8 cm)."""

PLATES_S: Final = 0.05
"""Largest difference between an instant from the hands and one from the plates, in seconds; beyond it the hands were
hidden.  Plates give an instant to 0.03 s on average (100 pulls of rendered sets).  Hands give it to 0.02 s where plates
do not hide them, and to 0.76 s where they do."""

LONGEST_PULL_SLACK_S: Final = 0.6
"""Longest time between the last still moment and lift-off, in seconds: the body moves before the bar does."""

_LONGEST_HALF_S: Final = 4.0
"""Longest time from the floor to half of the way up, in seconds.  Hands that are a little above their lowest place for
longer rest there: a lifter who waits at the bar changes the height of the hands with every breath.  Own choice: twice
the 1.9 s of the slowest of 213 pulls in 98 public clips."""

_RESTS_S: Final = 0.4
"""Time for which resting hands stay within a centimetre, in seconds."""

_CENTIMETRE: Final = 0.02
"""A centimetre of the bar's height, as a share of the pull."""

_EARLY: Final = 0.05
"""The first share of a rise from which its beginning is extrapolated."""

_LATER: Final = 0.15
"""The second share."""

_HALF: Final = 0.5
"""Share of a rise that it passes once only: the search for other shares starts there."""

_NEAR: Final = 0.12
"""Share of a rise below which the hands are near the bottom."""

_OVER: Final = 0.30
"""Share of a rise whose time tells how quickly the hands turned round."""

# A minimum-jerk movement passes 2 %, 5 % and 15 % at 0.128, 0.180 and 0.270 of its duration.
_TO_REST: Final = 0.180 / (0.270 - 0.180)
"""Time from the beginning of a movement to 5 %, in units of the time from 5 % to 15 %."""

_TO_CENTIMETRE: Final = (0.180 - 0.128) / (0.270 - 0.180)
"""Time from 2 % to 5 % of a movement, in units of the time from 5 % to 15 %."""

_SLOWEST_END_S: Final = 0.25
"""Longest time from 5 % to 15 % that is extrapolated, in seconds; a slower end is a pause."""

# It passes 12 % at 0.266 and 30 % at 0.390.
_NEAR_OVER: Final = 0.266 / (0.390 - 0.266)
"""Time from the beginning of a movement to 12 %, in units of the time from 12 % to 30 %."""


@dataclass(frozen=True, slots=True)
class Rise:
    """Times of one way up, in seconds.

    `onset_s`: the hands start to move.  `liftoff_s`: they have risen 2 % of the way.  `lockout_s`: they are 2 % below
    the top.  `top_s`: they are at rest at the top.
    """

    onset_s: float
    liftoff_s: float
    lockout_s: float
    top_s: float


def rise(time_s: Floats, height: Floats, before: int, top: int) -> Rise:
    """Times of the rise from the lowest frame `before` to the highest frame `top`; never outside the clip."""
    # 1
    before = _last_low(time_s, height, before, top)
    share = _share(height, before, top)
    middle = _middle(share, before, top)
    # 2
    early, later = (_crossing_s(time_s, share, middle, level) for level in (_EARLY, _LATER))
    late, sooner = (_crossing_s(time_s, share, middle, 1 - level) for level in (_EARLY, _LATER))
    # 3
    begin, end = min(later - early, _SLOWEST_END_S), min(late - sooner, _SLOWEST_END_S)
    first_s, last_s = float(time_s[0]), float(time_s[-1])
    return Rise(
        onset_s=max(early - _TO_REST * begin, first_s),
        liftoff_s=max(early - _TO_CENTIMETRE * begin, first_s),
        lockout_s=min(late + _TO_CENTIMETRE * end, last_s),
        top_s=min(late + _TO_REST * end, last_s),
    )


def reconciled_s(hands_s: float, plates_s: float) -> float:
    """The better of two times of an instant, in seconds: the hands' if both agree within PLATES_S, else the plates'.

    The hands are known in every frame, but plates may hide them.  Plates are never hidden, but they are known only
    every eighth of a second.
    """
    return hands_s if abs(hands_s - plates_s) <= PLATES_S else plates_s


def reconciled(hands: Rise, plates: Rise) -> Rise:
    """One way up from two: the better lift-off and the better lockout, each with the rest beside it."""
    begin = hands if reconciled_s(hands.liftoff_s, plates.liftoff_s) == hands.liftoff_s else plates
    end = hands if reconciled_s(hands.lockout_s, plates.lockout_s) == hands.lockout_s else plates
    return Rise(begin.onset_s, begin.liftoff_s, end.lockout_s, end.top_s)


def lowering_s(time_s: Floats, height: Floats, top: int, after: int) -> tuple[float, float]:
    """Beginning and end of the way down, in seconds: a rise in reversed time.

    (end of the clip, NaN) if `after` is negative: the load does not come down in the clip.
    """
    if after < 0:
        return float(time_s[-1]), float("nan")
    n = len(height) - 1
    reversed_rise = rise(-time_s[::-1], height[::-1], n - after, n - top)
    return -reversed_rise.lockout_s, -reversed_rise.liftoff_s


def lowest_s(track: AngleTrack, height: Floats, turns: tuple[int, int, int]) -> float:
    """Time in seconds at which the way up from a lowest point begins.

    1. Take the middle of the time spent near the lowest point: between 15 % on the way down and 15 % on the way up.
    2. If the lifter pauses there, take the last moment after the middle at which trunk and thighs are still.

    `turns`: frames of the peak before, the valley, the peak after.
    """
    before, valley, after = turns
    time_s, last = track.time_s, len(height) - 1
    # 1
    up_s = _later_s(time_s, height, valley, after)
    down_s = -_later_s(-time_s[::-1], height[::-1], last - valley, last - before)
    middle_s = (down_s + up_s) / 2
    # 2
    return still_s(track, middle_s, middle_s + rest_s(time_s, height, turns) / 2, middle_s)


def still_s(track: AngleTrack, first_s: float, last_s: float, otherwise_s: float) -> float:
    """The last moment between two at which trunk and thighs are still (`posture.SET_DEG_S`).

    `otherwise_s` if there is none.
    """
    angles = np.stack([track.trunk_lean.value_deg, track.trunk_thigh.value_deg])
    speed = np.abs(np.gradient(angles, track.time_s, axis=1)).max(axis=0)
    quiet = np.flatnonzero((track.time_s >= first_s) & (track.time_s <= last_s) & (speed < posture.SET_DEG_S))
    return float(track.time_s[quiet[-1]]) if quiet.size else otherwise_s


def quiet_s(track: AngleTrack, liftoff_s: float) -> float:
    """The last moment before lift-off at which trunk and thighs are still; `liftoff_s` if there is none.

    It looks back at most LONGEST_PULL_SLACK_S.
    """
    return still_s(track, liftoff_s - LONGEST_PULL_SLACK_S, liftoff_s, liftoff_s)


def rest_s(time_s: Floats, height: Floats, turns: tuple[int, int, int]) -> float:
    """Time in seconds that the hands rest at a lowest point, without the time that turning round takes.

    1. Measure how long the hands are below 12 % of the way down and of the way up.
    2. Estimate how long turning round takes: a minimum-jerk movement below 12 %, scaled by the time from 12 % to 30 %.
       The quicker of the two ways counts for both, because the other may hold a pause.
    3. The rest is the difference; never negative.

    `turns`: frames of the peak before, the valley, the peak after.
    """
    before, valley, after = turns
    last = len(height) - 1
    # 1
    up = _slow_end_s(time_s, height, valley, after)
    down = _slow_end_s(-time_s[::-1], height[::-1], last - valley, last - before)
    ends = [end for end in (up, down) if end is not None]
    if not ends:
        return 0.0
    # 2
    turning_s = min(over_s for _, over_s in ends)
    # 3
    return max(0.0, sum(near_s for near_s, _ in ends) - len(ends) * _NEAR_OVER * turning_s)


def _slow_end_s(time_s: Floats, height: Floats, valley: int, top: int) -> tuple[float, float] | None:
    """Time from the valley to 12 % of the rise, and from there to 30 %, in seconds; None if there is no rise."""
    share = (height - height[valley]) / max(height[top] - height[valley], 1e-9)
    middle = _middle(share, valley, top)
    if middle <= valley:
        return None
    low_s, high_s = (_crossing_s(time_s, share, middle, level) for level in (_NEAR, _OVER))
    return low_s - float(time_s[valley]), high_s - low_s


def knee_pass_s(track: AngleTrack, height: Floats, turns: tuple[int, int], pull_s: tuple[float, float]) -> float:
    """Time in seconds at which the bar passes the knee on the way up; NaN if it does not, or not within the pull.

    The bar hangs HAND_TO_BAR below the wrists.  `turns`: frames of the valley and the top.  `pull_s`: lift-off and
    lockout; a pull can begin a little after the lowest frame, above the knee.
    """
    before, top = turns
    over = height[before : top + 1] - HAND_TO_BAR >= track.knee_height[before : top + 1]
    if over[0] or not over.any():
        return float("nan")
    passed_s = float(track.time_s[before + int(np.argmax(over))])
    return passed_s if pull_s[0] <= passed_s <= pull_s[1] else float("nan")


def _later_s(time_s: Floats, height: Floats, valley: int, top: int) -> float:
    """Time in seconds at which a rise passes 15 %."""
    share = _share(height, valley, top)
    return _crossing_s(time_s, share, _middle(share, valley, top), _LATER)


def _last_low(time_s: Floats, height: Floats, before: int, top: int) -> int:
    """Frame of the lowest hands within _LONGEST_HALF_S before half of the way up, or where they rest after that.

    In a pull that takes longer, as in slow motion, the hands rise then already, and in one that pauses on the way they
    are higher than _OVER of it: `before` is its lowest frame.  Hands rest where they move by less than _CENTIMETRE of
    the way for _RESTS_S, no higher than _NEAR of it.
    """
    middle = _middle(_share(height, before, top), before, top)
    first = max(before, int(np.searchsorted(time_s, time_s[middle] - _LONGEST_HALF_S)))
    low = first + int(np.argmin(height[first : middle + 1]))
    pull = height[top] - height[low]
    soon = height[first : int(np.searchsorted(time_s, time_s[first] + _RESTS_S)) + 1]
    paused = height[low] - height[before] > _OVER * (height[top] - height[before])
    if paused or (low == first and np.ptp(soon) > _CENTIMETRE * pull):
        return before
    for last in range(middle, low, -1):
        begin = max(low, int(np.searchsorted(time_s, time_s[last] - _RESTS_S)))
        if height[last] - height[low] > _NEAR * pull or time_s[last] - time_s[begin] < _RESTS_S * 0.9:
            continue
        if np.ptp(height[begin : last + 1]) <= _CENTIMETRE * pull:
            return begin + int(np.argmin(height[begin : last + 1]))
    return low


def _middle(share: Floats, valley: int, top: int) -> int:
    """Frame at which a rise first passes one half."""
    return valley + int(np.argmax(share[valley : top + 1] >= _HALF))


def _share(height: Floats, valley: int, top: int) -> Floats:
    """Height (N,) as a share of the pull: 0 = the hands rest at the bottom, 1 = they rest at the top.

    Each rest level is the median of the frames near it.  The bottom's frames end at half of the way, because the
    hands may come down again before the top.  The top's frames go on after the highest one, until the hands leave the
    plateau, because a single highest frame may be an error.
    """
    pull = float(height[top] - height[valley])
    below = np.append(height[top:], -np.inf) < height[top] - PLATEAU * pull
    half = int(np.argmax(height[valley : top + 1] >= height[valley] + _HALF * pull))
    between, until_down = height[valley : valley + half + 1], height[valley : top + int(np.argmax(below))]
    low = float(np.median(between[between <= height[valley] + REST_BAND * pull]))
    high = float(np.median(until_down[until_down >= height[top] - PLATEAU * pull]))
    return np.asarray((height - low) / (high - low)) if high > low else np.full(len(height), np.nan)


def _crossing_s(time_s: Floats, share: Floats, middle: int, level: float) -> float:
    """Time in seconds at which `share` (N,) crosses `level`, interpolated between frames.

    The search starts at frame `middle`, where the rise passes one half.  It goes to earlier frames for a level below
    one half and to later frames for a level above.
    """
    if level < _HALF:
        below = np.flatnonzero(share[:middle] < level)
        left = int(below[-1]) if below.size else 0
    else:
        above = np.flatnonzero(share[middle:] >= level)
        left = middle + int(above[0]) - 1 if above.size else len(share) - 2
    left = min(max(left, 0), len(share) - 2)
    step = share[left + 1] - share[left]
    part = float(np.clip((level - share[left]) / step, 0.0, 1.0)) if step else 0.0
    return float(time_s[left] + part * (time_s[left + 1] - time_s[left]))
