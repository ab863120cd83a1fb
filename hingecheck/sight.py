"""Stages 2 to 5 of a clip, or of a part of its picture: observe, trace, clean, orient, with the camera's sway out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hingecheck import bundles, cleaning, contour, load, pose, spine, sway, video, view
from hingecheck.errors import NobodyFound
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
)

LOOK_AROUND: Final = 6
"""Pictures in which everybody is looked for before one person is followed."""

LEAST_SEEN: Final = 0.1
FEWEST_SEEN: Final = 3
"""A lifter is there if the trunk is seen in this share of the frames and in this many."""

Through = Callable[[Iterable[Frame]], Iterable[Frame]]

Watch = Callable[[float, float], None]
"""Called with each frame's time and the clip's expected duration, in seconds; for a progress bar."""


@dataclass(frozen=True)
class Nearer:
    """A part of the picture to look at alone, and how far (N, 2) the room is shifted in each frame, where known."""

    region: pose.Region
    sway_px: Floats | None = None


@dataclass(frozen=True)
class Sight:
    """What stages 2 to 5 make of a clip, or of a part of its picture.

    `glimpses` are small pictures of it, with the camera's sway taken out; `sway_px` (N, 2) is that sway, in frames.
    """

    observed: spine.Observed
    glimpses: Glimpses
    sway_px: Floats


@dataclass(frozen=True)
class Look:
    """What stages 2 to 8 make of a clip, or of a part of its picture."""

    observed: spine.Observed
    spine: Spine
    view: View
    angles: AngleTrack
    style: LiftStyle
    reps: Sequence[Rep]
    plates: Plates | None = None


def sight(clip: video.Video, bundle: bundles.Bundle, watch: Watch | None = None, nearer: Nearer | None = None) -> Sight:
    """Observe, trace, clean, orient; raises NobodyFound."""
    keeper = load.Keeper()
    region = None if nearer is None else nearer.region
    raw, traces = _observe(clip, bundle, lambda frames: keeper.watch(_watched(frames, clip.expected_s, watch)), region)
    glimpses = keeper.glimpses()
    if nearer is None or nearer.sway_px is None:
        turns = sway.turns(glimpses, raw)
        sway_px = sway.shift_px(glimpses, turns, raw)
    else:
        sway_px = nearer.sway_px
        turns = sway.shifts(glimpses, raw.time_s, sway_px)
    steady = _with_somebody(cleaning.clean(sway.taken_out(raw, sway_px)), clip.path)
    track = sway.taken_out(steady, -sway_px)
    observed = spine.Observed(contour.collect(traces), raw, track, view.orient(track))
    return Sight(observed, sway.steadied(glimpses, turns), sway_px)


def _observe(
    clip: video.Video, bundle: bundles.Bundle, through: Through, region: pose.Region | None
) -> tuple[PoseTrack, list[Trace]]:
    from hingecheck.backends.mediapipe import MediaPipeEstimator  # noqa: PLC0415  heavy: loaded when used

    with MediaPipeEstimator(bundle.path) as estimator:
        part = region or _lifter(clip, estimator)
        frames = video.ahead(pose.crop(clip.frames(), part))
        return pose.observe(through(frames), estimator, contour.trace)


def _lifter(clip: video.Video, estimator: pose.PoseEstimator) -> pose.Region | None:
    """Where the lifter is, if others are in the picture; looked for in pictures from all over the clip."""
    pictures = clip.key_pictures(LOOK_AROUND)
    if len(pictures) < LOOK_AROUND and pose.crowded(pictures, estimator):
        pictures = clip.spread_pictures(LOOK_AROUND)
    return pose.choose_lifter(pictures, estimator)


def _watched(frames: Iterable[Frame], expected_s: float, watch: Watch | None) -> Iterator[Frame]:
    for frame in frames:
        if watch is not None:
            watch(frame.time_s, expected_s)
        yield frame


def _with_somebody(track: PoseTrack, path: Path) -> PoseTrack:
    if track.seen.mean() < LEAST_SEEN or track.seen.sum() < FEWEST_SEEN:
        raise NobodyFound(
            f"{path}: nobody was found in {len(track.seen)} frames",
            "Film the whole lifter from the side, in good light, filling at least half of the picture's height.",
        )
    return track
