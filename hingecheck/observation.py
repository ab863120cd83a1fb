"""Stages 2 to 5 of a clip: observe, trace, clean, orient; and, where the lifter was not seen well, a second pass.

Steps of one pass (`observe`):

1. The pose source reads the clip: landmarks, traces of the trunk and thumbnails.
2. The thumbnails tell how the camera moved.  Its motion is taken out once, here: from now on all coordinates of the
   track lie in the room.  They are put back into the picture only when something is drawn.
3. The landmarks are cleaned, and the view is told.

The pose model follows one person.  If that is a bystander, or if a small lifter is lost while bent, a second pass is
framed on the part of the picture in which things move (`best_pass`).  Bystanders stand still in the room, so what moves
them in the picture is the camera.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.backends.source import PoseSource, Watch
from hingecheck.errors import NobodyFound
from hingecheck.filtering import lasting_s
from hingecheck.geometry import length
from hingecheck.kinematics import view
from hingecheck.pose import camera_motion, cleaning, estimation, lifter
from hingecheck.records import (
    AngleTrack,
    Floats,
    Frame,
    LiftStyle,
    Observed,
    Plates,
    PoseTrack,
    Rep,
    Seen,
    Spine,
    Thumbnails,
    View,
)
from hingecheck.spine import contour
from hingecheck.video import reading
from hingecheck.video import thumbnails as small

LOOK_AROUND: Final = 6
"""Number of pictures in which everybody is looked for before one person is followed."""

LEAST_SEEN, LEAST_SEEN_S = 0.1, 0.09
"""A lifter is there if the trunk is seen in this share of the frames and for so long."""

MOTION_PICTURES: Final = 10
"""Number of pictures, spread over the clip, that are compared to find the part that moves."""

OFTEN_SEEN: Final = 0.75
"""A lifter who is measured in a smaller share of the frames is looked for again."""

CLEARLY_MORE: Final = 0.1
"""A pass that measures so much more of the frames saw something that the other did not."""

BYSTANDER_HEIGHT: Final = 0.85
"""A person whose shoulders never come nearer to the ankles than this share of the usual distance never bends."""

Spread = Callable[[int], Sequence[Frame]]
"""Gives so many pictures from all over the clip."""


@dataclass(frozen=True)
class PoseNetwork:
    """The pose network of a bundle (`.task`), run on every frame."""

    bundle: Path

    def read(self, clip: reading.Video, region: lifter.Region | None, watch: Watch | None) -> Seen:
        """Follow the lifter through the clip; where others are in the picture, choose the lifter first."""
        from hingecheck.backends.mediapipe import MediaPipeEstimator

        keeper = small.Keeper()
        with MediaPipeEstimator(self.bundle) as estimator:
            part = region or _lifter(clip, estimator)
            frames = _watched(reading.ahead(lifter.crop(clip.frames(), part)), clip.expected_s, watch)
            track, traces = estimation.observe(keeper.watch(frames), estimator, contour.trace)
        return Seen(track, tuple(traces), keeper.thumbnails())


@dataclass(frozen=True)
class Framing:
    """The part of the picture that a pass looks at, and the camera's motion (N, 2) in each frame, where known."""

    region: lifter.Region
    camera_px: Floats | None = None


@dataclass(frozen=True)
class Observation:
    """What stages 2 to 5 make of a clip, or of a part of its picture.

    `observed.track` and `thumbnails` are those of a camera that stands still; `camera_px` (N, 2) is the motion that
    was taken out of each frame.
    """

    observed: Observed
    thumbnails: Thumbnails
    camera_px: Floats


@dataclass(frozen=True)
class Pass:
    """What stages 2 to 8 make of a clip, or of a part of its picture."""

    observation: Observation
    spine: Spine
    view: View
    angles: AngleTrack
    style: LiftStyle
    reps: Sequence[Rep]
    plates: Plates | None = None

    @property
    def measured(self) -> float:
        """Share of the frames in which the lifter is seen, with landmarks that make a posture."""
        return float((~np.isnan(self.angles.trunk_thigh.value_deg)).mean())


def observe(
    clip: reading.Video, source: PoseSource, watch: Watch | None = None, framing: Framing | None = None
) -> Observation:
    """Observe, trace, clean, orient; raises NobodyFound."""
    seen = source.read(clip, None if framing is None else framing.region, watch)
    if framing is None or framing.camera_px is None:
        motion = camera_motion.transforms(seen.thumbnails, seen.track)
        camera_px = camera_motion.shift_px(seen.thumbnails, motion, seen.track)
    else:
        camera_px = framing.camera_px
        motion = camera_motion.from_shifts(seen.thumbnails, seen.track.time_s, camera_px)
    track = _with_somebody(cleaning.clean(camera_motion.taken_out(seen.track, camera_px)), clip.path)
    observed = Observed(contour.collect(seen.traces), seen.track, track, view.orient(track))
    return Observation(observed, camera_motion.steadied(seen.thumbnails, motion), camera_px)


def best_pass(
    spread: Spread, see: Callable[[Framing | None], Observation], measure: Callable[[Observation], Pass]
) -> Pass:
    """The pass over the whole picture; or one over the part that moves, if the lifter was lost or a bystander followed.

    Raises NobodyFound if nobody is seen.  A pass may hold no repetition.
    """
    try:
        observation = see(None)
    except NobodyFound:
        second = _second_pass(_framing(spread, None), see, measure)
        if second is None:
            raise
        return second
    first = measure(observation)
    if first.reps and first.measured >= OFTEN_SEEN:
        return first
    second = _second_pass(_framing(spread, observation), see, measure)
    return second if second is not None and is_better(second, first) else first


def is_better(second: Pass, first: Pass) -> bool:
    """True if the second pass sees more of a lifter who was often lost, or follows somebody else.

    It is no second chance to find a repetition in what was seen as well before.
    """
    if _somebody_else(first.observation.observed.track, second.observation.observed.track):
        return second.measured > first.measured or not first.reps
    more = second.measured - first.measured
    return more > 0 and (first.measured < OFTEN_SEEN or more >= CLEARLY_MORE)


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


def _second_pass(
    framing: Framing | None, see: Callable[[Framing | None], Observation], measure: Callable[[Observation], Pass]
) -> Pass | None:
    """A pass with that framing, if it finds repetitions."""
    if framing is None:
        return None
    try:
        second = measure(see(framing))
    except NobodyFound:
        return None
    return second if second.reps else None


def _framing(spread: Spread, first: Observation | None) -> Framing | None:
    """The part that moves once the camera's motion is taken out as far as it is known; None if nothing moves."""
    if first is None:
        region = lifter.moving_part(spread(MOTION_PICTURES))
        return None if region is None else Framing(region)
    track = first.observed.track
    left_px = bystander_motion_px(track)
    if left_px is None:
        region = lifter.moving_part(small.pictures(first.thumbnails, MOTION_PICTURES))
        return None if region is None else Framing(region)
    steady = camera_motion.steadied(
        first.thumbnails, camera_motion.from_shifts(first.thumbnails, track.time_s, left_px)
    )
    region = lifter.moving_part(small.pictures(steady, MOTION_PICTURES))
    return None if region is None else Framing(lifter.beside(region, track), first.camera_px + left_px)


def bystander_motion_px(track: PoseTrack) -> Floats | None:
    """How far (N, 2) a person who stands still is from their usual place; None for a person who bends."""
    shoulder, hip = (track.middle_px(pair) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    known = track.seen
    tall_px = length(shoulder - track.middle_px(landmarks.ANKLES))[known]
    if np.quantile(tall_px, 0.05) < BYSTANDER_HEIGHT * np.median(tall_px):
        return None
    middle = (shoulder + hip) / 2
    away = middle - np.median(middle[known], axis=0)
    return np.stack([np.interp(track.time_s, track.time_s[known], away[known, k]) for k in (0, 1)], axis=1)


def _somebody_else(one: PoseTrack, other: PoseTrack) -> bool:
    """True if two tracks of a clip are of people more than a trunk apart."""
    hips = [track.middle_px(landmarks.HIPS) for track in (one, other)]
    trunk = one.middle_px(landmarks.SHOULDERS) - hips[0]
    return bool(np.hypot(*(np.nanmedian(hips[0], 0) - np.nanmedian(hips[1], 0))) > np.nanmedian(length(trunk)))
