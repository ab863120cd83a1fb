"""The whole analysis, top to bottom: the order of the stages (2 to 5 stand in `observation`)."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import observation
from hingecheck.backends import bundles
from hingecheck.barbell import detection, evidence
from hingecheck.errors import NobodyFound, NoRepetition
from hingecheck.judgement import advice, criteria
from hingecheck.judgement import self_report as self_reports
from hingecheck.judgement import verdict as verdicts
from hingecheck.kinematics import angles, view
from hingecheck.metrics import repetition, set_drift
from hingecheck.pose import camera_motion
from hingecheck.records import Analysis, AngleTrack, Bools, Code, Measure, Rep, SelfReport, StyleName
from hingecheck.segmentation import segment, style
from hingecheck.spine import inference
from hingecheck.video import reading


@dataclass(frozen=True)
class _Models:
    """What reads the back and finds the plates, and the lifter's standing in another clip, if there is one."""

    back: inference.SpineModel
    zero: inference.Zero | None
    finder: detection.Finder


BEFORE_S: Final = 1.0
"""Where the load alone tells a repetition, landmarks are not believed from so long before it on."""


@dataclass(frozen=True)
class Asked:
    """What the user wants beside the clip itself.

    `standing` and `max_bend` are clips of the same lifter standing quietly, and bending the back as far as it goes;
    `criteria` is a file of thresholds laid over ours; `style` is the user's word for how it is lifted, or `auto`.
    """

    model: str = bundles.DEFAULT
    standing: Path | None = None
    max_bend: Path | None = None
    criteria: Path | None = None
    style: str = style.AUTO
    self_report: SelfReport = field(default_factory=SelfReport)


@dataclass(frozen=True)
class Ready:
    """A clip and what is wanted beside it, each of them opened, read or found."""

    clip: reading.Video
    standing: reading.Video | None
    max_bend: reading.Video | None
    report: SelfReport
    rules: criteria.Criteria
    style: StyleName | None
    pose: bundles.Bundle
    parts: tuple[bundles.Bundle, bundles.Bundle, bundles.Bundle, bundles.Bundle]


def ready(path: Path, asked: Asked) -> Ready:
    """All that an analysis of the clip needs; raises a HingecheckError for whatever is wrong, measures nothing."""
    return Ready(
        report=self_reports.checked(asked.self_report),
        rules=criteria.load(asked.criteria),
        style=style.parse(asked.style),
        pose=bundles.find(asked.model),
        parts=(*bundles.spine(), *bundles.plates()),
        clip=reading.Video(path),
        standing=None if asked.standing is None else reading.Video(asked.standing),
        max_bend=None if asked.max_bend is None else reading.Video(asked.max_bend),
    )


def analyze(
    path: Path,
    asked: Asked | None = None,
    *,
    watch: observation.Watch | None = None,
    source: observation.PoseSource | None = None,
) -> Analysis:
    """Measure one clip.  Raises a HingecheckError that says what could not be done and what to do.

    Mistakes in the call are reported before anything is measured.  `source` gives the landmarks in place of the pose
    network that `asked` names.
    """
    asked = asked or Asked()
    given = ready(path, asked)
    poses = source or observation.PoseNetwork(given.pose.path)
    net, finder = _nets(*given.parts)
    zero = _zero(given.standing, poses, net)
    best = observation.best_pass(
        given.clip.spread_pictures,
        lambda framing: observation.observe(given.clip, poses, watch, framing),
        lambda seen: _measure(seen, _Models(net, zero, finder), given.style),
    )
    lifter = repetition.Lifter(_max_bend(given.max_bend, poses, net, zero), given.report.height_cm)
    described = tuple(
        repetition.describe(best.angles, rep, best.view, lifter, best.plates) for rep in repetitions(best, path)
    )
    over_set = set_drift.describe(described)
    findings, verdict = verdicts.judge(described, repetition.pooled(described) | over_set, best.view, given.rules)
    return Analysis(
        video=given.clip.info(),
        view=best.view,
        pose=camera_motion.put_back(best.observation.observed.track, best.observation.camera_px),
        contour=best.observation.observed.contour,
        spine=best.spine,
        angles=best.angles,
        style=best.style,
        reps=described,
        findings=findings,
        verdict=verdict,
        over_set=over_set,
        most_different=set_drift.most_different(described),
        self_report=given.report,
        advice=advice.give(given.report, findings, verdict),
        criteria=given.rules.used,
        provenance=_provenance((given.pose, *given.parts)) | _own(asked),
    )


def _measure(seen: observation.Observation, models: _Models, given: StyleName | None) -> observation.Pass:
    """Infer the spine, measure angles, find the bar, segment."""
    observed = seen.observed
    spine = inference.infer(models.back, observed, models.zero)
    better = view.with_yaw(observed.view, spine.yaw_deg)
    track = angles.measure(observed.track, better, spine)
    plates = detection.find(models.finder, seen.thumbnails, observed.track, better)
    pictures = evidence.Pictures(seen.thumbnails, observed.track, plates)
    lift_type = None if given is None else style.LIFT_TYPES[given]
    reps = segment.segment(track, lift_type=lift_type, pictures=pictures)
    track = angles.without(track, _by_load(track, reps), Code.BEHIND_LOAD)
    return observation.Pass(seen, spine, better, track, style.classify(track, reps, given), reps, plates)


def _by_load(track: AngleTrack, found: Sequence[Rep]) -> Bools:
    """Frames (N,) of the repetitions that the load alone tells."""
    spans = [(rep.onset_s - BEFORE_S, np.nan_to_num(rep.end_s, nan=np.inf)) for rep in found if rep.by_load]
    frames = [(track.time_s >= begin_s) & (track.time_s <= end_s) for begin_s, end_s in spans]
    return np.any(frames, axis=0) if frames else np.zeros(len(track.time_s), bool)


def repetitions(best: observation.Pass, path: Path) -> Sequence[Rep]:
    """The repetitions of the best pass; raises NoRepetition if there are none."""
    if not best.reps:
        on_floor = best.plates is not None and evidence.never_leaves_floor(best.plates)
        what = "a person is at a bar that never leaves the floor:" if on_floor else "a person is there, but"
        raise NoRepetition(
            f"{path}: {what} no repetition was found",
            "Film from before the first pull until the bar is down again, hands and feet in the picture.",
        )
    return best.reps


def _nets(
    encoder: bundles.Bundle, head: bundles.Bundle, plated: bundles.Bundle, bare: bundles.Bundle
) -> tuple[inference.SpineModel, detection.Finder]:
    from hingecheck.backends.platenet import PlateNet
    from hingecheck.backends.spinenet import SpineNet

    return SpineNet(encoder.path, head.path), detection.Finder(PlateNet(plated.path), PlateNet(bare.path))


def _zero(
    clip: reading.Video | None, poses: observation.PoseSource, net: inference.SpineModel
) -> inference.Zero | None:
    """The standing in the clip that `--standing` names."""
    if clip is None:
        return None
    found = inference.standing_zero(net, observation.observe(clip, poses).observed)
    if found is None:
        raise NobodyFound(
            f"{clip.path}: nobody stands still and upright in this clip",
            "Film the lifter from the same side, standing quietly for two seconds, hands hanging, in the same clothes.",
        )
    return found


def _max_bend(
    clip: reading.Video | None, poses: observation.PoseSource, net: inference.SpineModel, zero: inference.Zero | None
) -> Measure | None:
    """The most lumbar flexion in the clip that `--max-bend` names, zeroed on its own standing or on `--standing`'s."""
    if clip is None:
        return None
    return inference.most_lumbar(inference.infer(net, observation.observe(clip, poses).observed, zero))


def _provenance(used: tuple[bundles.Bundle, ...]) -> dict[str, object]:
    roles = ("pose", "spine_encoder", "spine_head", "plates", "bare_bar")
    return {
        "versions": {"python": platform.python_version()} | _installed(),
        "models": {role: {"name": b.name, "sha256": b.sha256} for role, b in zip(roles, used, strict=True)},
        "settings": {"model": used[0].name, "frame_height_px": reading.HEIGHT_PX},
    }


def _own(clips: Asked) -> dict[str, object]:
    """Which clips of the lifter's own stood in, by file name."""
    given = {"standing": clips.standing, "max_bend": clips.max_bend}
    return {"own_clips": {role: None if path is None else path.name for role, path in given.items()}}


def _installed() -> dict[str, str]:
    """Versions of what computes the numbers; OpenCV goes by one of two names."""
    found = {}
    for name in ("hingecheck", "mediapipe", "opencv-python", "opencv-python-headless", "numpy", "scipy", "av"):
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
