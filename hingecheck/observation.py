"""Stages 2 to 5 of a clip: observe, trace, clean, orient; and a second pass if the lifter was not seen well.

In: a clip and a source of landmarks.  Out: everything that the spine is inferred from, thumbnails, and the motion of
the camera (`Observation`); or the better of two passes over the clip (`Pass`).

Steps of one pass (`observe`):

1. The pose source reads the clip.  It gives landmarks, traces of the trunk, and thumbnails.
2. The thumbnails show how the camera moved.  This motion is taken out here, once: from now on the landmarks have the
   coordinates of a camera that stands still.  They are put back into the picture only for drawing.
3. The landmarks are cleaned.  If hardly anybody is seen, the pass ends with NobodyFound.
4. The view is determined.

Steps of the choice between two passes (`best_pass`).  Why: the pose model follows one person.  This can be a bystander,
and a lifter who looks small can get lost while bent.

1. Make a pass over the whole picture.  It is enough if the lifter is measured often and repetitions are found.
2. Else find the part of the picture in which things move, and make a second pass there.  A bystander stands still in
   the room.  If the followed person was a bystander, what moved them in the picture was the camera.
3. Use the second pass if it sees more of the lifter, or follows another person (`is_better`).
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
"""Number of pictures in which all people are detected before one person is chosen."""

LEAST_SEEN, LEAST_SEEN_S = 0.1, 0.09
"""Smallest share of the frames, and shortest time in seconds, in which the trunk of a lifter must be seen."""

MOTION_PICTURES: Final = 10
"""Number of pictures from all over the clip that are compared to find the part that moves."""

OFTEN_SEEN: Final = 0.75
"""Smallest share of measured frames that needs no second pass."""

CLEARLY_MORE: Final = 0.1
"""Smallest gain in the share of measured frames with which a second pass is better although the first was good."""

BYSTANDER_HEIGHT: Final = 0.85
"""Smallest distance from shoulders to ankles of a person who does not bend, as a share of the usual distance."""

Spread = Callable[[int], Sequence[Frame]]
"""Gives a number of pictures from all over the clip."""


@dataclass(frozen=True)
class PoseNetwork:
    """The pose network of a bundle (`.task`).  It runs on every frame."""

    bundle: Path

    def read(self, clip: reading.Video, region: lifter.Region | None, watch: Watch | None) -> Seen:
        """Follow the lifter through the clip.  If several people are in the picture, choose the lifter first."""
        from hingecheck.backends.mediapipe import MediaPipeEstimator

        keeper = small.Keeper()
        with MediaPipeEstimator(self.bundle) as estimator:
            part = region or _lifter(clip, estimator)
            frames = _watched(reading.ahead(lifter.crop(clip.frames(), part)), clip.expected_s, watch)
            track, traces = estimation.observe(keeper.watch(frames), estimator, contour.trace)
        return Seen(track, tuple(traces), keeper.thumbnails())


@dataclass(frozen=True)
class Framing:
    """The part of the picture that a pass looks at.

    `camera_px` (N, 2): the motion of the camera in each frame, in display pixels; None if it is not known.
    """

    region: lifter.Region
    camera_px: Floats | None = None


@dataclass(frozen=True)
class Observation:
    """The result of stages 2 to 5 for a clip, or for a part of its picture.

    `observed.track` and `thumbnails` are those of a camera that stands still.  `camera_px` (N, 2): the motion that was
    taken out of each frame, in display pixels.
    """

    observed: Observed
    thumbnails: Thumbnails
    camera_px: Floats


@dataclass(frozen=True)
class Pass:
    """The result of stages 2 to 8 for a clip, or for a part of its picture."""

    observation: Observation
    spine: Spine
    view: View
    angles: AngleTrack
    style: LiftStyle
    reps: Sequence[Rep]
    plates: Plates | None = None

    @property
    def measured(self) -> float:
        """Share of the frames in which the lifter is seen with a possible posture."""
        return float((~np.isnan(self.angles.trunk_thigh.value_deg)).mean())


def observe(
    clip: reading.Video, source: PoseSource, watch: Watch | None = None, framing: Framing | None = None
) -> Observation:
    """One pass over the clip, or over the part of the picture in `framing`.  Raises NobodyFound."""
    # 1
    seen = source.read(clip, None if framing is None else framing.region, watch)
    # 2
    if framing is None or framing.camera_px is None:
        motion = camera_motion.transforms(seen.thumbnails, seen.track)
        camera_px = camera_motion.shift_px(seen.thumbnails, motion, seen.track)
    else:
        camera_px = framing.camera_px
        motion = camera_motion.from_shifts(seen.thumbnails, seen.track.time_s, camera_px)
    # 3
    track = _check_somebody(cleaning.clean(camera_motion.taken_out(seen.track, camera_px)), clip.path)
    # 4
    observed = Observed(contour.collect(seen.traces), seen.track, track, view.orient(track))
    return Observation(observed, camera_motion.steadied(seen.thumbnails, motion), camera_px)


def best_pass(
    spread: Spread, see: Callable[[Framing | None], Observation], measure: Callable[[Observation], Pass]
) -> Pass:
    """The better of two passes: over the whole picture, and over the part of it that moves.

    `spread` gives pictures of the clip, `see` makes a pass with a framing, `measure` measures what it sees.  Raises
    NobodyFound if nobody is seen.  The result may hold no repetition.
    """
    # 1
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
    # 2
    second = _second_pass(_framing(spread, observation), see, measure)
    # 3
    return second if second is not None and is_better(second, first) else first


def is_better(second: Pass, first: Pass) -> bool:
    """True if the second pass is better than the first.

    If it follows another person: it must measure more frames, or the first pass found no repetition.  If it follows the
    same person: it must measure more frames, clearly more if the first pass measured most of them.  A repetition alone
    is no gain then, because the first pass saw the same movement.
    """
    if _different_people(first.observation.observed.track, second.observation.observed.track):
        return second.measured > first.measured or not first.reps
    gain = second.measured - first.measured
    return gain > 0 and (first.measured < OFTEN_SEEN or gain >= CLEARLY_MORE)


def _lifter(clip: reading.Video, estimator: estimation.PoseEstimator) -> lifter.Region | None:
    """The region of the lifter if several people are in the picture; None if one person is.

    Key frames are used, because they are cheap to read.  If there are too few of them and several people are in the
    picture, pictures from all over the clip are used.
    """
    pictures = clip.key_pictures(LOOK_AROUND)
    if len(pictures) < LOOK_AROUND and lifter.crowded(pictures, estimator):
        pictures = clip.spread_pictures(LOOK_AROUND)
    return lifter.choose_lifter(pictures, estimator)


def _watched(frames: Iterable[Frame], expected_s: float, watch: Watch | None) -> Iterator[Frame]:
    """The frames, with a call of `watch` before each."""
    for frame in frames:
        if watch is not None:
            watch(frame.time_s, expected_s)
        yield frame


def _check_somebody(track: PoseTrack, path: Path) -> PoseTrack:
    """The track unchanged.  Raises NobodyFound if the trunk is hardly ever seen."""
    if track.seen.mean() < LEAST_SEEN or lasting_s(track.time_s, track.seen) < LEAST_SEEN_S:
        raise NobodyFound(
            f"{path}: nobody was found in {len(track.seen)} frames",
            "Film the whole lifter from the side, in good light, filling at least half of the picture's height.",
        )
    return track


def _second_pass(
    framing: Framing | None, see: Callable[[Framing | None], Observation], measure: Callable[[Observation], Pass]
) -> Pass | None:
    """A pass with this framing; None if it sees nobody or finds no repetition."""
    if framing is None:
        return None
    try:
        second = measure(see(framing))
    except NobodyFound:
        return None
    return second if second.reps else None


def _framing(spread: Spread, first: Observation | None) -> Framing | None:
    """The part of the picture that moves when the motion of the camera is taken out; None if nothing moves.

    1. If nobody was seen, look at the whole pictures: the motion of the camera is not known.
    2. If the followed person bends, the thumbnails without the motion of the camera show what moves.
    3. If the followed person never bends, it is a bystander.  The motion that is left in a bystander is motion of the
       camera that was not taken out, so it is taken out as well.  The bystander is left out of the region.
    """
    # 1
    if first is None:
        region = lifter.moving_part(spread(MOTION_PICTURES))
        return None if region is None else Framing(region)
    # 2
    track = first.observed.track
    left_px = bystander_motion_px(track)
    if left_px is None:
        region = lifter.moving_part(small.pictures(first.thumbnails, MOTION_PICTURES))
        return None if region is None else Framing(region)
    # 3
    steady = camera_motion.steadied(
        first.thumbnails, camera_motion.from_shifts(first.thumbnails, track.time_s, left_px)
    )
    region = lifter.moving_part(small.pictures(steady, MOTION_PICTURES))
    return None if region is None else Framing(lifter.beside(region, track), first.camera_px + left_px)


def bystander_motion_px(track: PoseTrack) -> Floats | None:
    """How far a bystander is from the usual place in each frame (N, 2), in pixels; None for a person who bends."""
    shoulder, hip = (track.middle_px(pair) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    known = track.seen
    height_px = length(shoulder - track.middle_px(landmarks.ANKLES))[known]
    if np.quantile(height_px, 0.05) < BYSTANDER_HEIGHT * np.median(height_px):
        return None
    middle = (shoulder + hip) / 2
    shift_px = middle - np.median(middle[known], axis=0)
    return np.stack([np.interp(track.time_s, track.time_s[known], shift_px[known, k]) for k in (0, 1)], axis=1)


def _different_people(first: PoseTrack, second: PoseTrack) -> bool:
    """True if two tracks of a clip are more than a trunk length apart, at the hips."""
    hips = [track.middle_px(landmarks.HIPS) for track in (first, second)]
    trunk = first.middle_px(landmarks.SHOULDERS) - hips[0]
    return bool(np.hypot(*(np.nanmedian(hips[0], 0) - np.nanmedian(hips[1], 0))) > np.nanmedian(length(trunk)))
