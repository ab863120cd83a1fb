"""A second, nearer look at a clip where the first did not see the lifter well, and which of the two counts.

The pose model follows one person.  If that is a bystander, or if a small lifter is lost while bent, the clip is looked
at again in the part of the picture where things move.  Somebody who watches stands still in the room, so what moves
them in the picture is the camera's doing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck import landmarks, load, pose, sway
from hingecheck.errors import HingecheckError, NobodyFound, NoRepetition
from hingecheck.geometry import length
from hingecheck.records import Floats, Frame, PoseTrack
from hingecheck.sight import Look, Nearer, Sight

MOTION_PICTURES: Final = 10
OFTEN_SEEN: Final = 0.75
"""A lifter who is seen in less than this share of the frames is looked for again, nearer."""

STANDS: Final = 0.85
"""Somebody whose shoulders never come nearer to the ankles than this share of the usual distance only watches."""


@dataclass(frozen=True)
class Try:
    """How far one look at a clip got, and why no farther."""

    sight: Sight | None
    look: Look | None = None
    error: HingecheckError | None = None


Spread = Callable[[int], Sequence[Frame]]
"""So many pictures from all over the clip."""


def best(spread: Spread, see: Callable[[Nearer | None], Sight], read: Callable[[Sight], Look]) -> Look:
    """The whole picture; or the part where things move, if a bystander was followed or the lifter often lost.

    Raises what the first look raised if neither tells a repetition.
    """
    first = _tried(lambda: see(None), read)
    if first.look is not None and _seen(first.look.observed.track) >= OFTEN_SEEN:
        return first.look
    nearer = _nearer(spread, first.sight)
    second = None if nearer is None else _tried(lambda: see(nearer), read)
    if second is not None and second.look is not None and is_better(second, first):
        return second.look
    if first.error is not None:
        raise first.error
    assert first.look is not None
    return first.look


def is_better(second: Try, first: Try) -> bool:
    """True if the second look sees more of a lifter who was often lost, or follows somebody else.

    A second chance to find a repetition it is not.
    """
    if first.sight is None or second.sight is None:
        return True
    one, other = first.sight.observed.track, second.sight.observed.track
    more = _seen(other) > _seen(one)
    if _somebody_else(one, other):
        return more or first.look is None
    return more and _seen(one) < OFTEN_SEEN


def _tried(see: Callable[[], Sight], read: Callable[[Sight], Look]) -> Try:
    """As far as one look at the clip gets."""
    seen = None
    try:
        seen = see()
        return Try(seen, read(seen))
    except (NobodyFound, NoRepetition) as error:
        return Try(seen, error=error)


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


def _seen(track: PoseTrack) -> float:
    return float(track.seen.mean())
