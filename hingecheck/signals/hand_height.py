"""Height of the hands over a whole clip; where the lifter is lost, it comes from the plates.

In: the angles of a clip (hand height in leg lengths above the ankles, NaN where unknown) and the path of the plates, if
there are any.  Out: `Hands`, a height for every frame.  Why: repetitions are cut out of this series, and plates often
hide the lifter just when it matters.  The plates themselves are in front of everything.

Steps (`follow`); what stays unknown is bridged with straight lines:

1. Fit the hands' height as a line over the plates' height, from the frames in which the plates are lifted (higher than
   LIFTED) and the hands are known.  Its slope is mostly 0.7 to 1.0: near plates look larger than the lifter.  If the
   hands are never seen, and the plates go down in the lifter's bends, if any are seen, assume USUAL_FLOOR and a slope
   of 1.
2. Drop the plates if the hands agree with the line (within MOST_OFF) in too few of these frames (LEAST_AGREEING), or
   hardly travel (LEAST_TRAVEL).
3. Take the line where the hands are unknown within AROUND_S of lifted plates, shifted to meet the hands at both ends.

Method of the fit: the median of the slopes of all pairs (Theil 1950, Sen 1968), because landmarks that are wrong are
wrong by much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from hingecheck import posture
from hingecheck.filtering import lasting_s
from hingecheck.geometry import known_median
from hingecheck.records import AngleTrack, Bools, Floats

LOST_S: Final = 0.3
"""Longest time to the nearest thumbnail with a known load, in seconds.  Farther away the load may be anywhere."""

LIFTED: Final = 0.05
"""Height above its resting place from which the load is in the hands, in leg lengths."""

AROUND_S: Final = 1.5
"""Time before lift-off and after the load is put down in which the hands are still at the load, in seconds."""

USUAL_FLOOR: Final = 0.3
"""Usual height of hands that hold a bar on the floor, in leg lengths.  Used if neither hands nor a bend are seen."""

MOST_OFF: Final = 0.15
"""Largest difference, in leg lengths, at which the hands agree with the height learned from the load."""

LEAST_AGREEING: Final = 0.55
"""Share of the frames that must agree for the plates to be in the hands."""

LEAST_TRAVEL: Final = 0.18
"""Vertical travel of plates in leg lengths.  Plates with less travel are not in the hands."""

LEAST_S: Final = 0.15
"""Shortest time for which a height must be known, in seconds.  Less says nothing about the hands."""

FEWEST: Final = 5
"""Smallest number of thumbnails with known plates that make a path."""

FITTED: Final = 400
"""Largest number of frames to which the line is fitted: each pair of them has a slope."""


@dataclass(frozen=True)
class Hands:
    """Height of the hands in every frame: `height` (N,) in leg lengths, without gaps.

    `from_load` (N,): the frames in which it comes from the load.
    """

    height: Floats
    from_load: Bools


def follow(track: AngleTrack, path: tuple[Floats, Floats] | None = None) -> Hands | None:
    """Height of the hands in every frame; None if it is known for less than LEAST_S.

    `path`: times (M,) in seconds and heights (M,) of the plates above their resting place, in leg lengths; NaN = not
    seen.
    """
    line = None if path is None else _line(track, *path)
    if line is None:
        return _bridged(track, track.hand_height, np.zeros(len(track.time_s), bool))
    off = track.hand_height - line
    known = np.isfinite(off)
    if known.any():  # no jumps where the landmarks begin and end
        line = line + np.interp(track.time_s, track.time_s[known], off[known])
    taken = np.isfinite(line) & np.isnan(track.hand_height)  # 3
    return _bridged(track, np.where(taken, line, track.hand_height), taken)


def _bridged(track: AngleTrack, height: Floats, from_load: Bools) -> Hands | None:
    """The height (N,) with gaps bridged by straight lines; None if it is known for less than LEAST_S."""
    known = ~np.isnan(height)
    if lasting_s(track.time_s, known) < LEAST_S:
        return None
    return Hands(np.interp(track.time_s, track.time_s[known], height[known]), from_load)


def _line(track: AngleTrack, time_s: Floats, plates: Floats) -> Floats | None:
    """Height (N,) of hands that hold the plates; None if they do not hold them.

    NaN where the plates are unknown or not near a lift.
    """
    lifted = _near_lifts(track.time_s, time_s, plates)
    both = (lifted > LIFTED) & ~np.isnan(track.hand_height)
    if lasting_s(track.time_s, both) < LEAST_S:
        unseen = np.isnan(track.hand_height).all() and _goes_along(track, lifted)
        long_enough = unseen and lasting_s(track.time_s, np.isfinite(lifted)) >= LEAST_S
        return USUAL_FLOOR + lifted if long_enough else None
    chosen = np.flatnonzero(both)
    chosen = chosen[np.unique(np.linspace(0, len(chosen) - 1, FITTED).astype(int))]
    travels = np.ptp(lifted[both]) >= LEAST_TRAVEL  # else the hands are seen at one height only, mostly upright
    slope = scipy.stats.theilslopes(track.hand_height[chosen], lifted[chosen]).slope if travels else 1.0  # 1
    height = known_median(track.hand_height[chosen] - slope * lifted[chosen]) + slope * lifted
    agree = np.abs(height - track.hand_height)[both] <= MOST_OFF  # 2
    held = agree.mean() >= LEAST_AGREEING and slope * np.ptp(lifted[np.isfinite(lifted)]) > LEAST_TRAVEL
    return height if held else None


def _goes_along(track: AngleTrack, lifted: Floats) -> bool:
    """True if plates (N,) hang lower in bends than at other times, or if no bend is seen."""
    bent = track.trunk_thigh.value_deg >= posture.HINGED_DEG
    down = known_median(lifted[~bent]) - known_median(lifted[bent])
    return bool(not bent.any() or down >= LEAST_TRAVEL)


def _near_lifts(frame_s: Floats, time_s: Floats, load_height: Floats) -> Floats:
    """Height of the load (N,) in frames within AROUND_S of a frame in which it is lifted; NaN in all others."""
    height = resampled(frame_s, time_s, load_height)
    near = _away_s(frame_s, frame_s[height > LIFTED]) <= AROUND_S
    return np.where(near, height, np.nan)


def resampled(frame_s: Floats, time_s: Floats, values: Floats) -> Floats:
    """A sparse series (M,) at the times of the frames (N,), in seconds.

    Interpolated by a monotone cubic (PCHIP).  NaN in frames farther than LOST_S from the nearest known value, and
    everywhere if fewer than FEWEST values are known.
    """
    known = np.isfinite(values)
    if known.sum() < FEWEST:
        return np.full(len(frame_s), np.nan)
    time_s, values = time_s[known], values[known]
    filled = np.asarray(scipy.interpolate.PchipInterpolator(time_s, values)(np.clip(frame_s, time_s[0], time_s[-1])))
    return np.where(_away_s(frame_s, time_s) <= LOST_S, filled, np.nan)


def _away_s(frame_s: Floats, time_s: Floats) -> Floats:
    """Time (N,) from each frame to the nearest of some ordered times, in seconds; infinite if there are none."""
    if not len(time_s):
        return np.full(len(frame_s), np.inf)
    after = np.searchsorted(time_s, frame_s).clip(1, max(len(time_s) - 1, 1))
    before_s, after_s = time_s[after - 1], time_s[np.minimum(after, len(time_s) - 1)]
    return np.asarray(np.minimum(np.abs(frame_s - before_s), np.abs(frame_s - after_s)))
