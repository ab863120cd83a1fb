"""Beside stage 8: the instants of one way up or down, read off the height of the hands.

A centimetre is about 2 % of a pull, less than landmark noise, so lift-off is extrapolated from where the rise
passes 5 % and 15 % along a minimum-jerk movement (Flash and Hogan 1985), lockout likewise from 95 % and 85 %.

Departs from the contract where a camera must: 1 cm is taken as 2 % of the pull.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.records import AngleTrack, Floats

REST_BAND, PLATEAU = 0.06, 0.15
"""Within these shares of a pull from its bottom and from its top the hands count as at rest."""

HAND_TO_BAR: Final = 0.09
"""The bar hangs this far below the wrists, in leg lengths (about 8 cm)."""

PLATES_S: Final = 0.05
"""Plates tell an instant to so much: to 0.03 s on average (100 pulls of rendered sets), hands that they do not hide to
0.02 s, hands that they hide to 0.76 s."""

QUIET_DEG_S: Final = 8.0
LONGEST_PULL_SLACK_S: Final = 0.6
"""The body moves before the bar does: it is still if it turns slower than this, looked for this far back."""

_EARLY, _LATER, _HALF = 0.05, 0.15, 0.5
_NEAR, _OVER = 0.12, 0.30

# A minimum-jerk movement passes 2 %, 5 % and 15 % at 0.128, 0.180 and 0.270 of its duration.
_TO_REST: Final = 0.180 / (0.270 - 0.180)
_TO_CENTIMETRE: Final = (0.180 - 0.128) / (0.270 - 0.180)
_SLOWEST_END_S: Final = 0.25

# It passes 12 % at 0.266 and 30 % at 0.390.
_NEAR_OVER: Final = 0.266 / (0.390 - 0.266)


@dataclass(frozen=True, slots=True)
class Rise:
    """One way up: times at which the hands pass shares of it, extrapolated at both ends."""

    onset_s: float
    liftoff_s: float
    lockout_s: float
    top_s: float


def rise(time_s: Floats, height: Floats, before: int, top: int) -> Rise:
    """Times of a rise between two turns; its level at rest is taken over what lies near each end."""
    share = _share(height, before, top)
    middle = _middle(share, before, top)
    early, later = (_crossing_s(time_s, share, middle, level) for level in (_EARLY, _LATER))
    late, sooner = (_crossing_s(time_s, share, middle, 1 - level) for level in (_EARLY, _LATER))
    begin, end = min(later - early, _SLOWEST_END_S), min(late - sooner, _SLOWEST_END_S)
    first_s, last_s = float(time_s[0]), float(time_s[-1])
    return Rise(
        onset_s=max(early - _TO_REST * begin, first_s),
        liftoff_s=max(early - _TO_CENTIMETRE * begin, first_s),
        lockout_s=min(late + _TO_CENTIMETRE * end, last_s),
        top_s=min(late + _TO_REST * end, last_s),
    )


def finer_s(hands_s: float, plates_s: float) -> float:
    """An instant that hands and plates tell: plates are not hidden, but known in every eighth of a second only."""
    return hands_s if abs(hands_s - plates_s) <= PLATES_S else plates_s


def finer(hands: Rise, plates: Rise) -> Rise:
    """The same of a way up, either end of it by the one or the other."""
    begin = hands if finer_s(hands.liftoff_s, plates.liftoff_s) == hands.liftoff_s else plates
    end = hands if finer_s(hands.lockout_s, plates.lockout_s) == hands.lockout_s else plates
    return Rise(begin.onset_s, begin.liftoff_s, end.lockout_s, end.top_s)


def lowering_s(time_s: Floats, height: Floats, top: int, after: int) -> tuple[float, float]:
    """(begin, end) of the way down, read as a rise in reversed time; (clip's end, NaN) if there is none."""
    if after < 0:
        return float(time_s[-1]), float("nan")
    n = len(height) - 1
    back = rise(-time_s[::-1], height[::-1], n - after, n - top)
    return -back.lockout_s, -back.liftoff_s


def lowest_s(track: AngleTrack, height: Floats, turns: tuple[int, int, int]) -> float:
    """When the way up from a lowest point begins, which need not be a sharp one.

    That is the middle of the time spent near it; or, where the lifter pauses there, the last moment after the middle at
    which trunk and thighs are still.
    """
    before, valley, after = turns
    time_s, last = track.time_s, len(height) - 1
    up_s = _later_s(time_s, height, valley, after)
    down_s = -_later_s(-time_s[::-1], height[::-1], last - valley, last - before)
    middle_s = (down_s + up_s) / 2
    return still_s(track, middle_s, middle_s + rest_s(time_s, height, turns) / 2, middle_s)


def still_s(track: AngleTrack, first_s: float, last_s: float, otherwise_s: float) -> float:
    """The last moment between two at which trunk and thighs are still."""
    angles = np.stack([track.trunk_lean.value_deg, track.trunk_thigh.value_deg])
    speed = np.abs(np.gradient(angles, track.time_s, axis=1)).max(axis=0)
    quiet = np.flatnonzero((track.time_s >= first_s) & (track.time_s <= last_s) & (speed < QUIET_DEG_S))
    return float(track.time_s[quiet[-1]]) if quiet.size else otherwise_s


def quiet_s(track: AngleTrack, liftoff_s: float) -> float:
    """The last moment before lift-off at which trunk and thighs are still; `liftoff_s` if they never are."""
    return still_s(track, liftoff_s - LONGEST_PULL_SLACK_S, liftoff_s, liftoff_s)


def rest_s(time_s: Floats, height: Floats, turns: tuple[int, int, int]) -> float:
    """How long the hands rest at a lowest point (peak before, valley, peak after), without the time of turning.

    That time is what minimum-jerk movements need below 12 % of their way, told from how long they take to 30 %; the
    shorter of the two ways counts for both, for one of them may have a pause in it.
    """
    before, valley, after = turns
    last = len(height) - 1
    up = _slow_end_s(time_s, height, valley, after)
    down = _slow_end_s(-time_s[::-1], height[::-1], last - valley, last - before)
    ends = [end for end in (up, down) if end is not None]
    if not ends:
        return 0.0
    turning_s = min(over_s for _, over_s in ends)
    return max(0.0, sum(near_s for near_s, _ in ends) - len(ends) * _NEAR_OVER * turning_s)


def _slow_end_s(time_s: Floats, height: Floats, valley: int, top: int) -> tuple[float, float] | None:
    """Times from the valley to where 12 % of the rise is done, and from there to 30 %; None if there is no rise."""
    share = (height - height[valley]) / max(height[top] - height[valley], 1e-9)
    middle = _middle(share, valley, top)
    if middle <= valley:
        return None
    low_s, high_s = (_crossing_s(time_s, share, middle, level) for level in (_NEAR, _OVER))
    return low_s - float(time_s[valley]), high_s - low_s


def knee_pass_s(track: AngleTrack, height: Floats, before: int, top: int) -> float:
    """When the bar, a hand's length below the wrist, passes the knee on the way up; NaN if it does not."""
    over = height[before : top + 1] - HAND_TO_BAR >= track.knee_height[before : top + 1]
    if over[0] or not over.any():
        return float("nan")
    return float(track.time_s[before + int(np.argmax(over))])


def _later_s(time_s: Floats, height: Floats, valley: int, top: int) -> float:
    """When a rise passes the later of the two low shares."""
    share = _share(height, valley, top)
    return _crossing_s(time_s, share, _middle(share, valley, top), _LATER)


def _middle(share: Floats, valley: int, top: int) -> int:
    """Index at which a rise first passes one half."""
    return valley + int(np.argmax(share[valley : top + 1] >= _HALF))


def _share(height: Floats, valley: int, top: int) -> Floats:
    """Height as a share of the way from one turn to the next, each taken as the level the hands rest at there.

    The top's is the plateau that goes on after the highest frame, which may stick out of it.
    """
    pull = float(height[top] - height[valley])
    below = np.append(height[top:], -np.inf) < height[top] - PLATEAU * pull
    between, until_down = height[valley : top + 1], height[valley : top + int(np.argmax(below))]
    low = float(np.median(between[between <= height[valley] + REST_BAND * pull]))
    high = float(np.median(until_down[until_down >= height[top] - PLATEAU * pull]))
    return np.asarray((height - low) / (high - low))


def _crossing_s(time_s: Floats, share: Floats, middle: int, level: float) -> float:
    """When `share` crosses `level` on the way that passes one half at index `middle`, interpolated.

    Looks from the middle outwards: towards earlier frames for a level under one half, later ones above.
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
