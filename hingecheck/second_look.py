"""A second, nearer look at a clip where the first did not see the lifter well, and which of the two counts.

The pose model follows one person.  If that is a bystander, or if a small lifter is lost while bent, the clip is looked
at again in the part of the picture where things move.  Somebody who watches stands still in the room, so what moves
them in the picture is the camera's doing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np

from hingecheck import landmarks, load, pose, sway
from hingecheck.errors import NobodyFound
from hingecheck.geometry import length
from hingecheck.records import Floats, Frame, PoseTrack
from hingecheck.sight import Look, Nearer, Sight

MOTION_PICTURES: Final = 10
OFTEN_SEEN: Final = 0.75
"""A lifter who is measured in less than this share of the frames is looked for again, nearer."""

CLEARLY_MORE: Final = 0.1
"""A look that measures so much more of the frames sees what the other did not."""

STANDS: Final = 0.85
"""Somebody whose shoulders never come nearer to the ankles than this share of the usual distance only watches."""

Spread = Callable[[int], Sequence[Frame]]
"""So many pictures from all over the clip."""


def best(spread: Spread, see: Callable[[Nearer | None], Sight], read: Callable[[Sight], Look]) -> Look:
    """The whole picture; or the part where things move, if a bystander was followed or the lifter often lost.

    Raises NobodyFound if nobody is seen; a look may tell no repetition.
    """
    try:
        sight = see(None)
    except NobodyFound:
        second = _again(_nearer(spread, None), see, read)
        if second is None:
            raise
        return second
    first = read(sight)
    if first.reps and _measured(first) >= OFTEN_SEEN:
        return first
    second = _again(_nearer(spread, sight), see, read)
    return second if second is not None and is_better(second, first) else first


def is_better(second: Look, first: Look) -> bool:
    """True if the second look sees more of a lifter who was often lost, or follows somebody else.

    A second chance to find a repetition it is not.
    """
    one, other = _measured(first), _measured(second)
    if _somebody_else(first.observed.track, second.observed.track):
        return other > one or not first.reps
    return other > one and (one < OFTEN_SEEN or other - one >= CLEARLY_MORE)


def _again(nearer: Nearer | None, see: Callable[[Nearer | None], Sight], read: Callable[[Sight], Look]) -> Look | None:
    """A look that tells repetitions, if there is one."""
    if nearer is None:
        return None
    try:
        second = read(see(nearer))
    except NobodyFound:
        return None
    return second if second.reps else None


def _nearer(spread: Spread, first: Sight | None) -> Nearer | None:
    """Where things move, with the camera's sway taken out as far as it is known; None if nothing does."""
    if first is None:
        region = pose.moving_part(spread(MOTION_PICTURES))
        return None if region is None else Nearer(region)
    track = sway.taken_out(first.observed.track, first.sway_px)
    left_px = _wander_px(track)
    if left_px is None:
        region = pose.moving_part(load.pictures(first.glimpses, MOTION_PICTURES))
        return None if region is None else Nearer(region)
    steady = sway.steadied(first.glimpses, sway.shifts(first.glimpses, track.time_s, left_px))
    region = pose.moving_part(load.pictures(steady, MOTION_PICTURES))
    return None if region is None else Nearer(pose.beside(region, track), first.sway_px + left_px)


def _wander_px(track: PoseTrack) -> Floats | None:
    """How far (N, 2) somebody who stands still is from where they usually are; None for anybody who bends."""
    shoulder, hip = (track.middle_px(pair) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    known = track.seen
    tall_px = length(shoulder - track.middle_px(landmarks.ANKLES))[known]
    if np.quantile(tall_px, 0.05) < STANDS * np.median(tall_px):
        return None
    middle = (shoulder + hip) / 2
    away = middle - np.median(middle[known], axis=0)
    return np.stack([np.interp(track.time_s, track.time_s[known], away[known, k]) for k in (0, 1)], axis=1)


def _somebody_else(one: PoseTrack, other: PoseTrack) -> bool:
    """True if two tracks of a clip are of people more than a trunk apart."""
    hips = [track.middle_px(landmarks.HIPS) for track in (one, other)]
    trunk = one.middle_px(landmarks.SHOULDERS) - hips[0]
    return bool(np.hypot(*(np.nanmedian(hips[0], 0) - np.nanmedian(hips[1], 0))) > np.nanmedian(length(trunk)))


def _measured(look: Look) -> float:
    """Share of the frames in which the lifter is seen, with landmarks that make a posture."""
    return float((~np.isnan(look.angles.trunk_thigh.value_deg)).mean())
