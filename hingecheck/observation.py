"""Stages 2 to 5 of a clip, or of a part of its picture: observe, trace, clean, orient, with the camera's sway out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.backends import bundles
from hingecheck.errors import NobodyFound
from hingecheck.filtering import lasting_s
from hingecheck.geometry import length
from hingecheck.kinematics import view
from hingecheck.pose import camera_motion, cleaning, estimation, lifter
from hingecheck.records import (
    AngleTrack,
    Floats,
    Frame,
    Glimpses,
    LiftStyle,
    Plates,
    PoseTrack,
    Rep,
    Spine,
    Trace,
    View,
    pose,
)
from hingecheck.spine import contour
from hingecheck.video import reading, thumbnails

LOOK_AROUND: Final = 6
"""Pictures in which everybody is looked for before one person is followed."""

LEAST_SEEN, LEAST_SEEN_S = 0.1, 0.09
"""A lifter is there if the trunk is seen in this share of the frames and for so long."""

Through = Callable[[Iterable[Frame]], Iterable[Frame]]

Watch = Callable[[float, float], None]
"""Called with each frame's time and the clip's expected duration, in seconds; for a progress bar."""


@dataclass(frozen=True)
class Nearer:
    """A part of the picture to look at alone, and how far (N, 2) the room is shifted in each frame, where known."""

    region: lifter.Region
    sway_px: Floats | None = None


@dataclass(frozen=True)
class Sight:
    """What stages 2 to 5 make of a clip, or of a part of its picture.

    `glimpses` are small pictures of it, with the camera's sway taken out; `sway_px` (N, 2) is that sway, in frames.
    """

    observed: pose.Observed
    glimpses: Glimpses
    sway_px: Floats


@dataclass(frozen=True)
class Look:
    """What stages 2 to 8 make of a clip, or of a part of its picture."""

    observed: pose.Observed
    spine: Spine
    view: View
    angles: AngleTrack
    style: LiftStyle
    reps: Sequence[Rep]
    plates: Plates | None = None


def sight(
    clip: reading.Video, bundle: bundles.Bundle, watch: Watch | None = None, nearer: Nearer | None = None
) -> Sight:
    """Observe, trace, clean, orient; raises NobodyFound."""
    keeper = thumbnails.Keeper()
    region = None if nearer is None else nearer.region
    raw, traces = _observe(clip, bundle, lambda frames: keeper.watch(_watched(frames, clip.expected_s, watch)), region)
    glimpses = keeper.glimpses()
    if nearer is None or nearer.sway_px is None:
        turns = camera_motion.turns(glimpses, raw)
        sway_px = camera_motion.shift_px(glimpses, turns, raw)
    else:
        sway_px = nearer.sway_px
        turns = camera_motion.shifts(glimpses, raw.time_s, sway_px)
    steady = _with_somebody(cleaning.clean(camera_motion.taken_out(raw, sway_px)), clip.path)
    track = camera_motion.taken_out(steady, -sway_px)
    observed = pose.Observed(contour.collect(traces), raw, track, view.orient(track))
    return Sight(observed, camera_motion.steadied(glimpses, turns), sway_px)


def _observe(
    clip: reading.Video, bundle: bundles.Bundle, through: Through, region: lifter.Region | None
) -> tuple[PoseTrack, list[Trace]]:
    from hingecheck.backends.mediapipe import MediaPipeEstimator

    with MediaPipeEstimator(bundle.path) as estimator:
        part = region or _lifter(clip, estimator)
        frames = reading.ahead(lifter.crop(clip.frames(), part))
        return estimation.observe(through(frames), estimator, contour.trace)


def _lifter(clip: reading.Video, estimator: estimation.PoseEstimator) -> lifter.Region | None:
    """Where the lifter is, if others are in the picture; looked for in pictures from all over the clip."""
    pictures = clip.key_pictures(LOOK_AROUND)
    if len(pictures) < LOOK_AROUND and lifter.crowded(pictures, estimator):
        pictures = clip.spread_pictures(LOOK_AROUND)
    return lifter.choose_lifter(pictures, estimator)


def _watched(frames: Iterable[Frame], expected_s: float, watch: Watch | None) -> Iterator[Frame]:
    for frame in frames:
        if watch is not None:
            watch(frame.time_s, expected_s)
        yield frame


def _with_somebody(track: PoseTrack, path: Path) -> PoseTrack:
    if track.seen.mean() < LEAST_SEEN or lasting_s(track.time_s, track.seen) < LEAST_SEEN_S:
        raise NobodyFound(
            f"{path}: nobody was found in {len(track.seen)} frames",
            "Film the whole lifter from the side, in good light, filling at least half of the picture's height.",
        )
    return track


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
        region = lifter.moving_part(spread(MOTION_PICTURES))
        return None if region is None else Nearer(region)
    track = camera_motion.taken_out(first.observed.track, first.sway_px)
    left_px = _wander_px(track)
    if left_px is None:
        region = lifter.moving_part(thumbnails.pictures(first.glimpses, MOTION_PICTURES))
        return None if region is None else Nearer(region)
    steady = camera_motion.steadied(first.glimpses, camera_motion.shifts(first.glimpses, track.time_s, left_px))
    region = lifter.moving_part(thumbnails.pictures(steady, MOTION_PICTURES))
    return None if region is None else Nearer(lifter.beside(region, track), first.sway_px + left_px)


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
