"""The whole analysis, top to bottom: the only module that knows the order of the stages."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from hingecheck import (
    angles,
    bundles,
    cleaning,
    contour,
    criteria,
    heuristics,
    metrics,
    pose,
    reps,
    spine,
    video,
    view,
)
from hingecheck.errors import NobodyFound, NoRepetition
from hingecheck.records import Analysis, Frame, Measure, PoseTrack, Rep, RepMetrics, Trace

LOOK_AROUND: Final = 6
"""Pictures in which everybody is looked for before one person is followed."""

LEAST_SEEN: Final = 0.1
FEWEST_SEEN: Final = 3
"""A lifter is there if the trunk is seen in this share of the frames and in this many."""

Watch = Callable[[float, float], None]
"""Called with each frame's time and the clip's expected duration, in seconds; for a progress bar."""


def analyze(path: Path, *, model: str = bundles.DEFAULT, watch: Watch | None = None) -> Analysis:
    """Measure one clip.  Raises a HingecheckError that says what could not be done and what to do."""
    bundle = bundles.find(model)
    clip = video.Video(path)
    raw, traces = _observe(clip, bundle, watch)
    track = cleaning.clean(raw)
    _somebody(track, path)
    back = contour.collect(traces)
    seen = view.orient(track)
    bones = spine.GeometricSpine().infer(back, track, seen)
    angle = angles.measure(track, seen, bones)
    found = _some(reps.segment(angle), path)
    described = tuple(metrics.describe(angle, rep, seen) for rep in found)
    rules = criteria.load()
    findings, verdict = heuristics.judge(described, _pool(described), seen, rules)
    return Analysis(
        video=clip.info(),
        view=seen,
        pose=track,
        contour=back,
        spine=bones,
        angles=angle,
        reps=described,
        findings=findings,
        verdict=verdict,
        provenance=_provenance(bundle, rules),
    )


def _observe(clip: video.Video, bundle: bundles.Bundle, watch: Watch | None) -> tuple[PoseTrack, list[Trace]]:
    from hingecheck.backends.mediapipe import MediaPipeEstimator  # noqa: PLC0415  heavy: loaded when used

    with MediaPipeEstimator(bundle.path) as estimator:
        frames = video.ahead(pose.crop(clip.frames(), _lifter(clip, estimator)))
        return pose.observe(_watched(frames, clip.expected_s, watch), estimator, contour.trace)


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


def _somebody(track: PoseTrack, path: Path) -> None:
    if track.seen.mean() < LEAST_SEEN or track.seen.sum() < FEWEST_SEEN:
        raise NobodyFound(
            f"{path}: nobody was found in {len(track.seen)} frames",
            "Film the whole lifter from the side, in good light, filling at least half of the picture's height.",
        )


def _some(found: Sequence[Rep], path: Path) -> Sequence[Rep]:
    if not found:
        raise NoRepetition(
            f"{path}: a person is there, but no repetition was found",
            "Film from before the first pull until the bar is down again, hands and feet in the picture.",
        )
    return found


def _pool(described: Sequence[RepMetrics]) -> Mapping[str, Measure]:
    """Each metric over the complete repetitions; over all of them if none is complete."""
    complete = [rep for rep in described if rep.rep.complete] or described
    return {name: metrics.pool([rep.values[name] for rep in complete]) for name in complete[0].values}


def _provenance(bundle: bundles.Bundle, rules: criteria.Criteria) -> Mapping[str, object]:
    packages = ("hingecheck", "mediapipe", "opencv-python", "numpy", "scipy", "av")
    return {
        "versions": {"python": platform.python_version()} | {name: version(name) for name in packages},
        "models": {"pose": {"name": bundle.name, "sha256": bundle.sha256}},
        "criteria": rules.version,
        "settings": {"model": bundle.name, "spine": "contour tangents", "frame_height_px": video.HEIGHT_PX},
    }
