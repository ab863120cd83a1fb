"""Height of the hands over a whole clip; where the lifter is lost, the height comes from the load.

In: the angles of a clip (hand height in leg lengths above the ankles, NaN where unknown) and, for `follow_load`, the
path of the plates.  Out: `Hands`, a height for every frame.  Why: repetitions are cut out of
this series, and plates often hide the lifter just when it matters.

`follow` bridges gaps with straight lines.  `follow_load` does this:

1. Keep the path only near the frames in which the load is lifted (higher than LIFTED, within AROUND_S).  Drop a path
   that never lies while the lifter is upright: it may be the hands themselves.
2. Learn how high the hands are at each height of the load, from the frames in which both are known.  If the hands are
   never seen and the lifter never bends, assume USUAL_FLOOR.
3. Count the share of those frames in which the learned height agrees with the hands (within MOST_OFF).  Drop a path
   along which the hands move by LEAST_TRAVEL or less.
4. If it agrees often enough, it gives the height of the hands where it is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from hingecheck import posture
from hingecheck.filtering import lasting_s
from hingecheck.records import AngleTrack, Bools, Floats

LOST_S: Final = 0.3
"""Longest time to the nearest thumbnail with a known load, in seconds.  Farther away the load may be anywhere."""

LONG_S: Final = 0.5
"""Longest gap in the hands that hides no lift, in seconds.  A lifter who is lost for longer may have lifted."""

LIFTED: Final = 0.05
"""Height above its resting place from which the load is in the hands, in leg lengths."""

AROUND_S: Final = 1.5
"""Time before lift-off and after the load is put down in which the hands are still at the load, in seconds."""

USUAL_FLOOR: Final = 0.3
"""Usual height of hands that hold a bar on the floor, in leg lengths.  Used if neither hands nor a bend are seen."""

MOST_OFF: Final = 0.15
"""Largest difference, in leg lengths, at which the hands agree with the height learned from the load."""

LEAST_AGREEING: Final = 0.55
"""Share of the frames that must agree for the load to be in the hands."""

SURELY_AGREEING: Final = 0.85
"""Share of the frames that must agree where the hands are mostly seen, so that the load must be surely in them."""

LEAST_TRAVEL: Final = 0.18
"""Vertical travel of the hands along a load, in leg lengths.  A load with less travel is not in the hands."""

LEAST_S: Final = 0.15
"""Shortest time for which a height must be known, in seconds.  Less says nothing about the hands."""

FEWEST: Final = 5
"""Smallest number of thumbnails with a known load that make a path."""

STEPS: Final = 8
"""Number of steps into which the load's height is divided to learn the height of the hands."""


@dataclass(frozen=True)
class Hands:
    """Height of the hands in every frame: `height` (N,) in leg lengths, without gaps.

    `load_height` (N,) is the load's height above its resting place, in leg lengths, in frames in which the height of
    the hands comes from the load.  It is NaN in all other frames.
    """

    height: Floats
    load_height: Floats

    @property
    def from_load(self) -> Bools:
        """Frames (N,) in which the height of the hands comes from the load, whether the lifter is seen or not."""
        return ~np.isnan(self.load_height)


@dataclass(frozen=True)
class _Candidate:
    """A load that may be in the hands.

    `height` (N,): height of the hands if it is, leg lengths.  `lifted` (N,): height of the load above its resting
    place.  `agreeing`: share of the frames in which the hands agree.
    """

    height: Floats
    lifted: Floats
    agreeing: float


def follow(track: AngleTrack) -> Hands | None:
    """Height of the hands in every frame, gaps bridged; None if it is known for less than LEAST_S."""
    return _bridged(track, track.hand_height, np.full(len(track.time_s), np.nan))


def has_long_gap(track: AngleTrack) -> bool:
    """True if the hands are unknown for longer than LONG_S between two frames in which they are known."""
    known_s = track.time_s[~np.isnan(track.hand_height)]
    return bool(np.diff(known_s).max(initial=0.0) > LONG_S)


def follow_load(track: AngleTrack, path: tuple[Floats, Floats], *, surely: bool) -> Hands | None:
    """Height of the hands in every frame, from the load where the load is in the hands; None if it never is.

    `path`: times (M,) in seconds and heights (M,) of the load above its resting place, in leg lengths; NaN = not seen.
    `surely`: ask for the larger share of agreeing frames (SURELY_AGREEING).
    """
    load = _candidate(track, *path)
    if load is None or load.agreeing < (SURELY_AGREEING if surely else LEAST_AGREEING):
        return None
    return _bridged(track, np.where(np.isnan(load.height), track.hand_height, load.height), load.lifted)  # 4


def _bridged(track: AngleTrack, height: Floats, lifted: Floats) -> Hands | None:
    """The height (N,) with gaps bridged by straight lines; None if it is known for less than LEAST_S."""
    known = ~np.isnan(height)
    if lasting_s(track.time_s, known) < LEAST_S:
        return None
    return Hands(np.interp(track.time_s, track.time_s[known], height[known]), lifted)


def _candidate(track: AngleTrack, time_s: Floats, load_height: Floats) -> _Candidate | None:
    """The load as a candidate for what the hands hold; None if it does not move with them."""
    lifted = _near_lifts(track.time_s, time_s, load_height)  # 1
    upright = track.trunk_thigh.value_deg <= posture.EXTENDED_DEG
    if upright.any() and not (resampled(track.time_s, time_s, load_height)[upright] <= LIFTED).any():
        return None
    both = ~np.isnan(lifted) & ~np.isnan(track.hand_height)
    if lasting_s(track.time_s, both) < LEAST_S:
        return _unseen_candidate(track, lifted)
    height = _hands_at(lifted, lifted[both], track.hand_height[both])  # 2
    agreeing = float((np.abs(height - track.hand_height)[both] <= MOST_OFF).mean())  # 3
    return _Candidate(height, lifted, agreeing) if np.nanmax(height) - np.nanmin(height) > LEAST_TRAVEL else None


def _unseen_candidate(track: AngleTrack, lifted: Floats) -> _Candidate | None:
    """A candidate at the usual height of the hands, if neither the hands nor a bend are ever seen.

    A bend that is seen without hands at the load is a squat: the arms do not hang.
    """
    bent = track.trunk_thigh.value_deg >= posture.HINGED_DEG
    unseen = not bent.any() and bool(np.isnan(track.hand_height).all())
    long_enough = unseen and lasting_s(track.time_s, np.isfinite(lifted)) >= LEAST_S
    return _Candidate(USUAL_FLOOR + lifted, lifted, LEAST_AGREEING) if long_enough else None


def _hands_at(lifted: Floats, load_height: Floats, hand_height: Floats) -> Floats:
    """Height of the hands (N,) at each height of the load; NaN where the load is unknown.

    It is learned from pairs of both heights (n,): the medians within STEPS steps of the load's height, made rising.
    """
    if np.ptp(load_height) < LEAST_TRAVEL:  # the hands are seen at one height only, mostly upright
        return lifted - float(np.median(load_height)) + float(np.median(hand_height))
    edges = np.quantile(load_height, np.linspace(0, 1, STEPS + 1))
    step = np.clip(np.searchsorted(edges, load_height, side="right") - 1, 0, STEPS - 1)
    load_level, hand_level = (
        np.array([np.median(series[step == n]) for n in np.unique(step)]) for series in (load_height, hand_height)
    )
    rising = np.maximum.accumulate(hand_level)
    return np.where(np.isnan(lifted), np.nan, np.interp(lifted, load_level, rising))


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
