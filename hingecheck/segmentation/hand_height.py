"""Beside stage 8: the height of the hands over a whole clip; where the lifter is lost, that of the load they hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from scipy.interpolate import PchipInterpolator

from hingecheck import posture
from hingecheck.filtering import lasting_s
from hingecheck.records import AngleTrack, Bools, Floats

MOMENTS, APART_S = 24, 0.6
"""So many moments upright are compared at most, and no two nearer to each other."""

LOST_S: Final = 0.3
"""Between small pictures farther apart than this the load may have been anywhere."""

LONG_S: Final = 0.5
"""Who is lost for longer may have lifted in between."""

LIFTED: Final = 0.05
"""Higher than this above where it lies, in leg lengths, the load is in the hands."""

AROUND_S: Final = 1.5
"""The hands are at the load for at least so long before it is lifted and after it is put down."""

USUAL_FLOOR: Final = 0.3
"""How high hands are that hold a bar on the floor, where neither they nor a bend are ever seen, in leg lengths."""

MOST_OFF, LEAST_AGREEING, SURELY_AGREEING = 0.15, 0.55, 0.85
"""A load that is not where the hands are, to so much in leg lengths and in this share of the frames, is not in them; it
surely is in the second share, which is asked where the hands are not lost altogether."""

LEAST_WAY: Final = 0.18
"""Nor is one with which they go up and down by less."""

LEAST_S: Final = 0.15
"""What is known for less time tells nothing of the hands."""

FEWEST, STEPS = 5, 8
"""Pictures that a series needs, and steps of the load's height."""


class Load(Protocol):
    """Small pictures of a clip (`load.Pictures`)."""

    def heights(self, upright_s: Sequence[float]) -> list[tuple[Floats, Floats]]:
        """Times (M,) and how high (M,) the load may be above where it lies, in leg lengths; NaN where it is unseen."""


@dataclass(frozen=True)
class Hands:
    """`height` (N,) in leg lengths, without gaps.

    Where the load tells it, `lifted` (N,) says how high that is above where it lies, else NaN.
    """

    height: Floats
    lifted: Floats

    @property
    def borrowed(self) -> Bools:
        """Frames (N,) in which the load tells where the hands are, whether the lifter is seen or not."""
        return ~np.isnan(self.lifted)


@dataclass(frozen=True)
class _Held:
    """A load that may be in the hands: `height` (N,) of the hands if it is, and the share of frames that says so."""

    height: Floats
    lifted: Floats
    agreeing: float


def follow(track: AngleTrack) -> Hands | None:
    """Where the hands are in every frame, gaps bridged; None if that is hardly ever known."""
    return _bridged(track, track.hand_height, np.full(len(track.time_s), np.nan))


def lost(track: AngleTrack) -> bool:
    """True if the hands are unknown for longer than LONG_S between frames in which they are known."""
    known_s = track.time_s[~np.isnan(track.hand_height)]
    return bool(np.diff(known_s).max(initial=0.0) > LONG_S)


def follow_load(track: AngleTrack, load: Load, *, surely: bool) -> Hands | None:
    """The same, told by the load where that is, or surely is, in the hands; None if it cannot be followed."""
    found = [_held(track, *one) for one in load.heights(_moments(track))]
    held = max((one for one in found if one is not None), key=lambda one: one.agreeing, default=None)
    if held is None or held.agreeing < (SURELY_AGREEING if surely else LEAST_AGREEING):
        return None
    return _bridged(track, np.where(np.isnan(held.height), track.hand_height, held.height), held.lifted)


def _bridged(track: AngleTrack, height: Floats, lifted: Floats) -> Hands | None:
    known = ~np.isnan(height)
    if lasting_s(track.time_s, known) < LEAST_S:
        return None
    return Hands(np.interp(track.time_s, track.time_s[known], height[known]), lifted)


def _held(track: AngleTrack, time_s: Floats, over: Floats) -> _Held | None:
    """The load in the frames in which the hands must be at it, if it is seen to go with them.

    How high the hands are at each height of the load is told by the frames in which both are known.
    """
    lifted = _lifted(track.time_s, time_s, over)
    both = ~np.isnan(lifted) & ~np.isnan(track.hand_height)
    if lasting_s(track.time_s, both) < LEAST_S:
        bent = track.trunk_thigh.value_deg >= posture.HINGED_DEG  # then the hands were seen not to hang: a squat
        unseen = not bent.any() and bool(np.isnan(track.hand_height).all())
        usual = unseen and lasting_s(track.time_s, np.isfinite(lifted)) >= LEAST_S
        return _Held(USUAL_FLOOR + lifted, lifted, LEAST_AGREEING) if usual else None
    told = _along(lifted, lifted[both], track.hand_height[both])
    agreeing = float((np.abs(told - track.hand_height)[both] <= MOST_OFF).mean())
    return _Held(told, lifted, agreeing) if np.nanmax(told) - np.nanmin(told) > LEAST_WAY else None


def _along(lifted: Floats, known: Floats, hands: Floats) -> Floats:
    """How high (N,) the hands are at each height of the load, from pairs of both (n,); NaN where that is not known."""
    if np.ptp(known) < LEAST_WAY:  # the hands are seen at one height only, mostly upright
        return lifted - float(np.median(known)) + float(np.median(hands))
    edges = np.quantile(known, np.linspace(0, 1, STEPS + 1))
    step = np.clip(np.searchsorted(edges, known, side="right") - 1, 0, STEPS - 1)
    at, there = (np.array([np.median(one[step == n]) for n in np.unique(step)]) for one in (known, hands))
    return np.where(np.isnan(lifted), np.nan, np.interp(lifted, at, np.maximum.accumulate(there)))


def _lifted(frame_s: Floats, time_s: Floats, over: Floats) -> Floats:
    """How high (N,) the load is in frames near to those in which it is lifted, else NaN; from a sparser series."""
    height = between(frame_s, time_s, over)
    at_it = _away_s(frame_s, frame_s[height > LIFTED]) <= AROUND_S
    return np.where(at_it, height, np.nan)


def between(frame_s: Floats, time_s: Floats, over: Floats) -> Floats:
    """A series (N,) from a sparser one (M,); NaN farther than LOST_S from what that knows."""
    known = np.isfinite(over)
    if known.sum() < FEWEST:
        return np.full(len(frame_s), np.nan)
    time_s, over = time_s[known], over[known]
    filled = np.asarray(PchipInterpolator(time_s, over)(np.clip(frame_s, time_s[0], time_s[-1])))
    return np.where(_away_s(frame_s, time_s) <= LOST_S, filled, np.nan)


def _away_s(frame_s: Floats, time_s: Floats) -> Floats:
    """How far (N,) frames are from the nearest of some ordered times."""
    if not len(time_s):
        return np.full(len(frame_s), np.inf)
    after = np.searchsorted(time_s, frame_s).clip(1, max(len(time_s) - 1, 1))
    before_s, after_s = time_s[after - 1], time_s[np.minimum(after, len(time_s) - 1)]
    return np.asarray(np.minimum(np.abs(frame_s - before_s), np.abs(frame_s - after_s)))


def _moments(track: AngleTrack) -> list[float]:
    """Times at which the lifter is seen upright, spread over the clip."""
    upright = track.time_s[track.trunk_thigh.value_deg <= posture.EXTENDED_DEG]
    chosen: list[float] = []
    for time_s in upright:
        if not chosen or time_s - chosen[-1] >= APART_S:
            chosen.append(float(time_s))
    keep = np.unique(np.linspace(0, len(chosen) - 1, min(MOMENTS, len(chosen))).round().astype(int))
    return [chosen[i] for i in keep]
