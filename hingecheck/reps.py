"""Stage 8, segment: angles become repetitions with their events.

Steps.  The height of the hands (in leg lengths above the ankles) goes up and down between the floor and
the top; its valleys and peaks cut the clip into pulls.  A pull from the floor is a repetition if the hands
were at the floor before it and come back down after it: so standing up from the bar after the last
repetition, or a set-up bend that does not reach it, is none.  A Romanian repetition begins and ends at the
top.  It is told apart by its valleys: hands above the floor's height and knees little bent.

Events are read off the rise of the hands.  A centimetre is about 2 % of a pull, less than landmark noise, so
lift-off is extrapolated from where the rise passes 5 % and 15 % along a minimum-jerk movement (Flash and
Hogan 1985), lockout likewise from 95 % and 85 %.

Departs from the contract where a camera must: 1 cm is taken as 2 % of the pull.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from scipy.signal import find_peaks

from hingecheck.records import AngleTrack, Floats, Rep

SMALLEST_PULL: Final = 0.18
"""Hands that move less than this up and down, in leg lengths, are not lifting."""

TOP_BAND: Final = 0.15
"""How near to the top's height a peak must be, in shares of the pull."""

HANDS_LOW: Final = 0.85
"""At the bottom the hands are below this height, in leg lengths: mid-thigh."""

ROMANIAN_HEIGHT: Final = 0.40
GRIPPED_KNEE_DEG, TOUCHED_KNEE_DEG = 42.0, 60.0
"""Knees straighter than this at the bottom: where the hands stay there, and where they turn at once."""

DWELL_S: Final = 0.7
DWELL_BAND: Final = 0.06
"""Gripping the bar takes at least DWELL_S within DWELL_BAND (leg lengths) of the lowest point."""

SAME_FLOOR: Final = 0.05
"""Hands this near, in shares of the pull, to where they gripped the bar are on it again."""

FEWEST_TOUCHES: Final = 3
"""Without any grip in the clip, this many equally deep bends are a set that began before the clip."""

REST_BAND: Final = 0.06
"""Within this share of a pull from its ends the hands count as at rest."""

LEAST_FOLLOWED: Final = 0.7
"""Share of a repetition's frames in which the lifter must be seen."""

FULL_EXTENSION_DEG: Final = 30.0
"""At the top of a complete repetition trunk and thighs together are this near to standing."""

HAND_TO_BAR: Final = 0.09
"""The bar hangs this far below the wrists, in leg lengths (about 8 cm)."""

QUIET_DEG_S: Final = 8.0
LONGEST_PULL_SLACK_S: Final = 0.6
"""The body moves before the bar does: it is still if it turns slower than this, looked for this far back."""

CUT_OFF_S: Final = 1.5
"""A clip that ends this soon after lockout was cut while the bar was up."""

_EARLY, _LATER, _HALF = 0.05, 0.15, 0.5

# A minimum-jerk movement passes 2 %, 5 % and 15 % at 0.128, 0.180 and 0.270 of its duration.
_TO_REST: Final = 0.180 / (0.270 - 0.180)
_TO_CENTIMETRE: Final = (0.180 - 0.128) / (0.270 - 0.180)
_SLOWEST_END_S: Final = 0.25
_FEWEST_FRAMES: Final = 5


@dataclass(frozen=True, slots=True)
class _Rise:
    """One way up: times at which the hands pass shares of it, extrapolated at both ends."""

    onset_s: float
    liftoff_s: float
    lockout_s: float
    top_s: float


def segment(track: AngleTrack) -> tuple[Rep, ...]:
    """The repetitions of a clip in order; empty if there is none."""
    height = _filled(track)
    if height is None:
        return ()
    low, high = float(np.quantile(height, 0.01)), float(np.quantile(height, 0.98))
    if high - low < SMALLEST_PULL or low > HANDS_LOW:
        return ()
    valleys, peaks = _turns(height)
    if not valleys:
        return ()
    if _is_romanian(track, height, valleys):
        return _romanian(track, height, valleys, peaks)
    return _from_floor(track, height, valleys, peaks)


def _filled(track: AngleTrack) -> Floats | None:
    known = ~np.isnan(track.hand_height)
    if known.sum() < _FEWEST_FRAMES:
        return None
    return np.asarray(np.interp(track.time_s, track.time_s[known], track.hand_height[known]))


def _turns(height: Floats) -> tuple[list[int], list[int]]:
    """Valleys at least SMALLEST_PULL deep and the peaks around them: peak, valley, peak, ... valley, peak."""
    wall = [height.max() + 1.0]
    found = find_peaks(-np.concatenate([wall, height, wall]), prominence=SMALLEST_PULL)[0] - 1
    valleys: list[int] = []
    for valley in found:  # two equally low points of one rest at the bottom count as one valley
        if valleys and height[valleys[-1] : valley + 1].max() - height[valley] < SMALLEST_PULL:
            continue
        valleys.append(int(valley))
    edges = [0, *valleys, len(height) - 1]
    peaks = [a + int(np.argmax(height[a : b + 1])) for a, b in pairwise(edges)]
    return valleys, peaks


def _dwells(track: AngleTrack, height: Floats, valley: int) -> bool:
    """True if the hands stay at the bottom long enough to grip a bar, or the clip begins with them there."""
    near = height < height[valley] + DWELL_BAND
    if near[: valley + 1].all():
        return True
    before = valley - int(np.argmin(near[valley::-1]))
    after = valley + int(np.argmin(near[valley:])) if not near[valley:].all() else len(height) - 1
    return bool(track.time_s[after] - track.time_s[before] >= DWELL_S)


def _is_romanian(track: AngleTrack, height: Floats, valleys: list[int]) -> bool:
    bottom = np.array(valleys, int)
    high = float(np.median(height[bottom])) > ROMANIAN_HEIGHT
    gripped = any(_dwells(track, height, valley) for valley in valleys)
    knee_deg = float(np.nanmedian(track.knee_flexion.value_deg[bottom]))
    return high and knee_deg < (GRIPPED_KNEE_DEG if gripped else TOUCHED_KNEE_DEG)


def _from_floor(track: AngleTrack, height: Floats, valleys: list[int], peaks: list[int]) -> tuple[Rep, ...]:
    """Pulls that begin with hands on the floor and come back to it."""
    on_bar = _on_bar(track, height, valleys)
    reps: list[Rep] = []
    for i, (before, after) in enumerate(pairwise(valleys)):
        if on_bar[i] and on_bar[i + 1] and _followed(track, before, after):
            reps.append(_floor_rep(track, height, (before, peaks[i + 1], after), len(reps) + 1))
    if not reps and on_bar[-1] and _cut_off_at_top(track, height, valleys[-1]):
        reps.append(_floor_rep(track, height, (valleys[-1], peaks[-1], -1), 1))
    return tuple(reps)


def _followed(track: AngleTrack, first: int, last: int) -> bool:
    """True if the lifter was seen in most frames of a movement: across a long gap its shape is invented."""
    return bool(np.mean(~np.isnan(track.hand_height[first : last + 1])) >= LEAST_FOLLOWED)


def _on_bar(track: AngleTrack, height: Floats, valleys: list[int]) -> list[bool]:
    """For each valley, whether the hands hold the bar: they stay to grip it, or are where they gripped it.

    A set-up bend stops short of the bar or is over at once.
    """
    bottom = height[valleys]
    band = SAME_FLOOR * float(height.max() - bottom.min())
    grips = np.array([_dwells(track, height, v) for v in valleys])
    if not grips.any():
        floor = float(np.median(bottom))
        level = np.abs(bottom - floor) <= band
        return [bool(ok) and int(level.sum()) >= FEWEST_TOUCHES for ok in level]
    floor = float(np.median(bottom[grips]))
    return [bool(grip or low <= floor + band) for grip, low in zip(grips, bottom, strict=True)]


def _cut_off_at_top(track: AngleTrack, height: Floats, valley: int) -> bool:
    """True if the clip ends while its only pull is still at the top."""
    rise = _rise(track.time_s, height, valley, valley + int(np.argmax(height[valley:])))
    return bool(track.time_s[-1] - rise.lockout_s < CUT_OFF_S)


def _floor_rep(track: AngleTrack, height: Floats, turns: tuple[int, int, int], number: int) -> Rep:
    before, top, after = turns
    rise = _rise(track.time_s, height, before, top)
    lowering_s, end_s = _lowering_s(track.time_s, height, top, after)
    complete = _locks_out(track, height, top)
    return Rep(
        number=number,
        style="floor",
        start_s=rise.liftoff_s,
        onset_s=min(rise.onset_s, _quiet_s(track, rise.liftoff_s)),
        liftoff_s=rise.liftoff_s,
        knee_pass_s=_knee_pass_s(track, height, before, top),
        lockout_s=rise.lockout_s if complete else float("nan"),
        top_s=min(rise.top_s, lowering_s),
        lowering_s=lowering_s,
        end_s=end_s,
        complete=complete,
    )


def _romanian(track: AngleTrack, height: Floats, valleys: list[int], peaks: list[int]) -> tuple[Rep, ...]:
    """One repetition a valley that is reached from the top and left for the top again."""
    reps: list[Rep] = []
    for index, (valley, before, after) in enumerate(zip(valleys, peaks, peaks[1:], strict=False)):
        if min(height[before], height[after]) - height[valley] < SMALLEST_PULL:
            continue  # the clip begins or ends in the middle of it
        if not _followed(track, before, after):
            continue
        rise = _rise(track.time_s, height, valley, after)
        lowest_s = _lowest_s(track.time_s, height, (before, valley, after))
        complete = _locks_out(track, height, after)
        following = valleys[index + 1] if index + 1 < len(valleys) else -1
        leaves_s = _lowering_s(track.time_s, height, after, following)[0]
        reps.append(
            Rep(
                number=len(reps) + 1,
                style="romanian",
                start_s=_lowering_s(track.time_s, height, before, valley)[0],
                onset_s=lowest_s,
                liftoff_s=lowest_s,
                knee_pass_s=_knee_pass_s(track, height, valley, after),
                lockout_s=rise.lockout_s if complete else float("nan"),
                top_s=min(rise.top_s, leaves_s),
                lowering_s=leaves_s,
                end_s=rise.lockout_s,
                complete=complete,
            )
        )
    return tuple(reps)


def _lowest_s(time_s: Floats, height: Floats, turns: tuple[int, int, int]) -> float:
    """Middle of the time spent near the lowest point, which need not be a sharp one."""
    before, valley, after = turns
    last = len(height) - 1
    up_s = _later_s(time_s, height, valley, after)
    down_s = -_later_s(-time_s[::-1], height[::-1], last - valley, last - before)
    return (down_s + up_s) / 2


def _later_s(time_s: Floats, height: Floats, valley: int, top: int) -> float:
    """When a rise passes the later of the two low shares."""
    share = _share(height, valley, top)
    return _crossing_s(time_s, share, _middle(share, valley, top), _LATER)


def _middle(share: Floats, valley: int, top: int) -> int:
    """Index at which a rise first passes one half."""
    return valley + int(np.argmax(share[valley : top + 1] >= _HALF))


def _locks_out(track: AngleTrack, height: Floats, top: int) -> bool:
    """Hands as high as elsewhere in the clip, trunk and thighs near standing."""
    high = float(np.quantile(height, 0.98))
    span = high - float(height.min())
    extension_deg = track.trunk_thigh.value_deg[top]
    return bool(height[top] >= high - TOP_BAND * span and not extension_deg > FULL_EXTENSION_DEG)


def _rise(time_s: Floats, height: Floats, before: int, top: int) -> _Rise:
    """Times of a rise between two turns; its level at rest is taken over what lies near each end."""
    share = _share(height, before, top)
    middle = _middle(share, before, top)
    early, later = (_crossing_s(time_s, share, middle, level) for level in (_EARLY, _LATER))
    late, sooner = (_crossing_s(time_s, share, middle, 1 - level) for level in (_EARLY, _LATER))
    begin, end = min(later - early, _SLOWEST_END_S), min(late - sooner, _SLOWEST_END_S)
    first_s, last_s = float(time_s[0]), float(time_s[-1])
    return _Rise(
        onset_s=max(early - _TO_REST * begin, first_s),
        liftoff_s=max(early - _TO_CENTIMETRE * begin, first_s),
        lockout_s=min(late + _TO_CENTIMETRE * end, last_s),
        top_s=min(late + _TO_REST * end, last_s),
    )


def _share(height: Floats, valley: int, top: int) -> Floats:
    """Height as a share of the way from one turn to the next, each taken as the level the hands rest at there."""
    between = height[valley : top + 1]
    rest = REST_BAND * float(height[top] - height[valley])
    low = float(np.median(between[between <= height[valley] + rest]))
    high = float(np.median(between[between >= height[top] - rest]))
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


def _lowering_s(time_s: Floats, height: Floats, top: int, after: int) -> tuple[float, float]:
    """(begin, end) of the way down, read as a rise in reversed time; (clip's end, NaN) if there is none."""
    if after < 0:
        return float(time_s[-1]), float("nan")
    n = len(height) - 1
    rise = _rise(-time_s[::-1], height[::-1], n - after, n - top)
    return -rise.lockout_s, -rise.liftoff_s


def _quiet_s(track: AngleTrack, liftoff_s: float) -> float:
    """The last moment before lift-off at which trunk and thighs are still; `liftoff_s` if they never are."""
    angles = np.stack([track.trunk_lean.value_deg, track.trunk_thigh.value_deg])
    speed = np.abs(np.gradient(angles, track.time_s, axis=1)).max(axis=0)
    before = (track.time_s <= liftoff_s) & (track.time_s >= liftoff_s - LONGEST_PULL_SLACK_S)
    quiet = np.flatnonzero(before & (speed < QUIET_DEG_S))
    return float(track.time_s[quiet[-1]]) if quiet.size else liftoff_s


def _knee_pass_s(track: AngleTrack, height: Floats, before: int, top: int) -> float:
    """When the bar, a hand's length below the wrist, passes the knee on the way up; NaN if it does not."""
    over = height[before : top + 1] - HAND_TO_BAR >= track.knee_height[before : top + 1]
    if over[0] or not over.any():
        return float("nan")
    return float(track.time_s[before + int(np.argmax(over))])
