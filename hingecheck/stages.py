"""The stages of an analysis, one function each, in their order.

`analysis.analyze` calls them one after the other.  A program can call them alone, to look at what lies between them or
to replace one.  Networks and criteria are the ones that ship, unless others are given.

=============  ====================================  ==============================================================
`observe`      clip -> `Observation`                 landmarks, trunk edges and thumbnails of the lifter; first view
               (`observe_parts`: one for each part of a clip with cuts)
`infer`        `Observation` -> `Spine`              pelvis, lumbar and thoracic angles from the outline of the back
`orient`       -> `View`                             the view, with the yaw that the spine model sees
`measure`      -> `AngleTrack`                       all angles of the contract in every frame of the clip
`find_bar`     -> `Plates` or None                   the near end of the bar over time
`segment`      -> `Segmentation`                     the repetitions with their events
`believed`     -> `AngleTrack`                       the angles without the frames in which only the load is seen
`describe`     -> `RepMetrics` for each repetition   every metric with its interval, or the reason why it has none
`follow_bar`   -> `BarTrack` or None                 the bar in every frame: its path and its velocity
`place_bar`    -> `BarPlace`                         where the bar is drawn in the picture
`judge`        -> `Judged`                           findings and verdict, drift over the set
=============  ====================================  ==============================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import observation
from hingecheck.backends import bundles, plugins
from hingecheck.backends.pose_network import PoseNetwork
from hingecheck.backends.source import PoseSource
from hingecheck.barbell import detection, evidence
from hingecheck.judgement import criteria
from hingecheck.judgement import verdict as verdicts
from hingecheck.kinematics import angles, blindness, interpolation
from hingecheck.kinematics import view as views
from hingecheck.metrics import bar_track, repetition, set_drift
from hingecheck.observation import Observation
from hingecheck.progress import Watch
from hingecheck.records import (
    AngleTrack,
    BarPlace,
    BarTrack,
    Bools,
    Code,
    Finding,
    LiftType,
    Measure,
    Plates,
    Rep,
    RepMetrics,
    Segmentation,
    Spine,
    Verdict,
    View,
    Wanted,
)
from hingecheck.segmentation import segment as segmentation
from hingecheck.spine import inference
from hingecheck.spine.zero import Zero
from hingecheck.video import reading
from hingecheck.video.working_copy import WorkingCopy

BEFORE_S: Final = 1.0
"""Time before a repetition that only the load shows, in which the landmarks are not believed either, in seconds."""

Lifter = repetition.Lifter
"""What is known of the lifter beside the clip: the greatest lumbar flexion, the height, the length of the leg."""


@dataclass(frozen=True)
class Judged:
    """What is said of a set.

    `over_set`: drift, scatter and tempo over the repetitions, by name.  `most_different`: number of the repetition that
    differs most from the others, None in a set that is too small.
    """

    findings: tuple[Finding, ...]
    verdict: Verdict
    over_set: Mapping[str, Measure]
    most_different: int | None


def pose_network(
    model: str | bundles.Bundle = bundles.DEFAULT, workers: int = 0, person: Wanted = "auto"
) -> PoseSource:
    """The pose network of a shipped bundle (lite, full, heavy) or of a `.task` file, or the pose source of a plug-in.

    `workers`: number of threads; 0 = one a core.  `person`: who of several people is the lifter.
    """
    bundle = bundles.find(model) if isinstance(model, str) else model
    if bundle.package:
        made: PoseSource = plugins.load(plugins.POSE, bundle.name).make(workers)
        return made
    return PoseNetwork(bundle.path, workers, person)


def spine_model(name: str = "") -> inference.SpineModel:
    """The spine model that ships, or that of a plug-in by its name."""
    from hingecheck.backends.spinenet import SpineNet

    if name:
        made: inference.SpineModel = plugins.load(plugins.SPINE, name).make()
        return made
    encoder, head = bundles.spine()
    return SpineNet(encoder.path, head.path)


def bar_finder() -> detection.Finder:
    """The bar finder that ships: a network for plates, another one for bare bars."""
    from hingecheck.backends.platenet import PlateNet

    plated, bare = bundles.plates()
    return detection.Finder(PlateNet(plated.path), PlateNet(bare.path))


def observe_parts(
    clip: Path | reading.Video,
    source: PoseSource | None = None,
    copy: WorkingCopy | None = None,
    watch: Watch | None = None,
) -> tuple[Observation, ...]:
    """What is seen of the lifter in each part of a clip between its cuts.

    `source` gives the landmarks.  `copy` gets the working copy of the clip.  `watch` hears how far it is.  Raises
    NobodyFound, or an InputError for a clip that cannot be read.
    """
    video = clip if isinstance(clip, reading.Video) else reading.Video(clip)
    with nullcontext(copy) if copy is not None else WorkingCopy() as working:
        return observation.observe(video, source or pose_network(), working, watch)


def observe(
    clip: Path | reading.Video,
    source: PoseSource | None = None,
    copy: WorkingCopy | None = None,
    watch: Watch | None = None,
) -> Observation:
    """The same for the part in which the lifter is seen longest: the whole clip, if it has no cuts."""
    return max(observe_parts(clip, source, copy, watch), key=lambda part: part.seen_s)


def infer(seen: Observation, model: inference.SpineModel | None = None, zero: Zero | None = None) -> Spine:
    """The segment angles that the outline of the back shows.  `zero`: the lifter's standing in another clip."""
    return inference.infer(model or spine_model(), seen.observed, zero)


def orient(seen: Observation, spine: Spine) -> View:
    """Where the camera stood, with the yaw that the spine model sees."""
    return views.with_yaw(seen.observed.view, spine.yaw_deg)


def measure(seen: Observation, view: View, spine: Spine) -> AngleTrack:
    """All angles of the contract in every frame of the clip, less sure around times without a picture."""
    track = interpolation.at_frames(angles.measure(seen.observed.track, view, spine), seen.frame_s)
    return blindness.widened(track, seen.frame_s if seen.new_s is None else seen.new_s)


def find_bar(seen: Observation, view: View, finder: detection.Finder | None = None) -> Plates | None:
    """The near end of the bar over time; None if it is hardly ever seen."""
    return detection.find(finder or bar_finder(), seen.thumbnails, seen.observed.track, view)


def segment(
    track: AngleTrack,
    seen: Observation | None = None,
    plates: Plates | None = None,
    lift_type: LiftType | None = None,
) -> Segmentation:
    """The repetitions and every bend that was weighed.  `seen` lets the thumbnails show whether the load was lifted."""
    pictures = None if seen is None else evidence.Pictures(seen.thumbnails, seen.observed.track, plates)
    return segmentation.segment(track, lift_type=lift_type, pictures=pictures)


def believed(track: AngleTrack, found: Segmentation) -> AngleTrack:
    """The angles without those of repetitions that only the load shows."""
    return angles.without(track, _by_load(track, found.reps), Code.BEHIND_LOAD)


def _by_load(track: AngleTrack, reps: Sequence[Rep]) -> Bools:
    """Frames (N,) of the repetitions that only the load shows, and of BEFORE_S before each."""
    spans = [(rep.onset_s - BEFORE_S, np.nan_to_num(rep.end_s, nan=np.inf)) for rep in reps if rep.by_load]
    frames = [(track.time_s >= begin_s) & (track.time_s <= end_s) for begin_s, end_s in spans]
    return np.any(frames, axis=0) if frames else np.zeros(len(track.time_s), bool)


def describe(
    track: AngleTrack,
    reps: Sequence[Rep],
    view: View,
    lifter: Lifter = repetition.UNKNOWN_LIFTER,
    plates: Plates | None = None,
) -> tuple[RepMetrics, ...]:
    """All metrics of each repetition."""
    return tuple(repetition.describe(track, rep, view, lifter, plates) for rep in reps)


def follow_bar(
    track: AngleTrack, plates: Plates | None = None, lifter: Lifter = repetition.UNKNOWN_LIFTER
) -> BarTrack | None:
    """The bar in every frame, in metres if plates or the lifter's size give the scale; None if nothing is followed."""
    return bar_track.follow(track, plates, lifter.height_cm, lifter.leg_m)


def place_bar(seen: Observation, plates: Plates | None = None) -> BarPlace:
    """Where the bar, or the hands that hold it, are in the picture, in every frame."""
    pose, frame_s = seen.observed.track, seen.frame_s
    camera_px = [np.interp(frame_s, pose.time_s, motion) for motion in seen.camera_px.T]
    return BarPlace(frame_s, bar_track.place_px(frame_s, plates, pose), np.stack(camera_px, axis=1))


def judge(reps: Sequence[RepMetrics], view: View, rules: criteria.Criteria | None = None) -> Judged:
    """Findings, verdict, and what changes over the set.  `rules`: the criteria that ship, or others."""
    over_set = set_drift.describe(reps)
    pooled = repetition.pooled(reps) | over_set
    findings, verdict = verdicts.judge(reps, pooled, view, rules or criteria.load())
    return Judged(findings, verdict, over_set, set_drift.most_different(reps))
