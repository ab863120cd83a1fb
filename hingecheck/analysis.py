"""The whole analysis of a clip: all stages in their order, from the file to findings, verdict and advice.

In: a clip and what the user wants (`Asked`).  Out: everything that was measured and judged (`Analysis`).  Only this
module knows the order of the stages; `stages` has a function for each of them.

Steps (`analyze`):

1. Open the clip and find everything that the analysis needs.  A mistake of the user is reported before anything is
   measured.
2. Measure the lifter's own standing in another clip, if `--standing` gives one.
3. Observe, trace, clean and orient.  Then infer the spine, measure the angles, find the bar and segment the
   repetitions (`_measure`); all of it for each part of the clip between two cuts.
4. Describe each repetition and the set by metrics.
5. Judge the metrics, and give advice.  Put the parts together.
"""

from __future__ import annotations

import contextlib
import platform
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import scipy

from hingecheck import bend_texts, observation, parts, stages, texts
from hingecheck.backends import bundles, plugins
from hingecheck.backends.pose_network import LOOK_PX
from hingecheck.backends.source import PoseSource
from hingecheck.barbell import detection, evidence
from hingecheck.errors import InputError, NobodyFound, NoRepetition
from hingecheck.judgement import advice, criteria, style
from hingecheck.judgement import self_report as self_reports
from hingecheck.metrics import bar_track
from hingecheck.pose import camera_motion
from hingecheck.progress import Stage, Watch, as_stage, begin
from hingecheck.records import (
    Analysis,
    AngleTrack,
    Limits,
    Measure,
    Part,
    Plates,
    PoseTrack,
    Repairs,
    RepMetrics,
    Segmentation,
    SelfReport,
    Spine,
    StyleName,
    View,
    Wanted,
)
from hingecheck.spine import inference
from hingecheck.spine.zero import Zero
from hingecheck.video import quality, reading, wishes
from hingecheck.video.working_copy import WorkingCopy


@dataclass(frozen=True)
class _Models:
    """The spine model, the bar finder, and the lifter's standing in another clip if there is one."""

    back: inference.SpineModel
    zero: Zero | None
    finder: detection.Finder


@dataclass(frozen=True)
class Asked:
    """What the user wants, beside the clip itself.

    `model`: name of the pose bundle.  `standing`: a clip in which the same lifter stands quietly.  `max_bend`: a clip
    in which the same lifter rounds the back as far as possible.  `criteria`: a file of the user's own thresholds.
    `style`: the style of the set, or `auto`.  `workers`: number of threads that run the pose network; 0 = one a core.
    `person`: who of several people is the lifter.
    `rate_hz`: the rate of tracks whose files do not say theirs.  `spine`: the name of a plug-in's spine model.
    `picture_size`: width and height of the picture of which tracks hold parts.
    `repairs`: what the clip's file does not say.  `limits`: how large each clip may be.
    """

    model: str = bundles.DEFAULT
    standing: Path | None = None
    max_bend: Path | None = None
    criteria: Path | None = None
    style: str = style.AUTO
    self_report: SelfReport = field(default_factory=SelfReport)
    workers: int = 0
    person: Wanted = "auto"
    rate_hz: float | None = None
    spine: str = ""
    repairs: Repairs = field(default_factory=Repairs)
    limits: Limits = field(default_factory=Limits)
    picture_size: tuple[int, int] | None = None


@dataclass(frozen=True)
class Ready:
    """Everything that an analysis needs: clips opened, criteria read, models found."""

    clip: reading.Video
    standing: reading.Video | None
    max_bend: reading.Video | None
    report: SelfReport
    rules: criteria.Criteria
    style: StyleName | None
    pose: bundles.Bundle
    parts: tuple[bundles.Bundle, bundles.Bundle, bundles.Bundle, bundles.Bundle]


def ready(path: Path, asked: Asked) -> Ready:
    """Open, read and find everything that the analysis of a clip needs.  Raises a HingecheckError; measures nothing."""
    clip = reading.Video(path, asked.repairs, asked.limits)
    wishes.check_place(asked.person, clip.width, clip.height)
    return Ready(
        report=self_reports.checked(asked.self_report),
        rules=criteria.load(asked.criteria),
        style=style.parse(asked.style),
        pose=bundles.find(asked.model),
        parts=(*bundles.spine(), *bundles.plates()),
        clip=clip,
        standing=None if asked.standing is None else reading.Video(asked.standing, limits=asked.limits),
        max_bend=None if asked.max_bend is None else reading.Video(asked.max_bend, limits=asked.limits),
    )


@dataclass(frozen=True)
class Measured:
    """The result of stages 2 to 8 for a part of a clip.  The repetitions of all parts are numbered in a row."""

    seen: observation.Observation
    spine: Spine
    view: View
    angles: AngleTrack
    found: Segmentation
    plates: Plates | None

    @property
    def pose(self) -> PoseTrack:
        """The landmarks in the picture as it was filmed."""
        return camera_motion.put_back(self.seen.observed.track, self.seen.camera_px)


def analyze(
    path: Path,
    asked: Asked | None = None,
    *,
    watch: Watch | None = None,
    source: PoseSource | None = None,
    copy: WorkingCopy | None = None,
) -> Analysis:
    """Measure and judge one clip.  Raises a HingecheckError that says what could not be done and what to do.

    `watch` hears how far it is.  `source` gives the landmarks in place of the pose network that `asked` names.
    `copy` gets the working copy of the clip, from which the film can be drawn.
    """
    # 1
    begin(watch, Stage.STARTING)
    asked = asked or Asked()
    inputs = ready(path, asked)
    poses = source or stages.pose_network(inputs.pose, asked.workers, asked.person)
    net, finder = stages.spine_model(asked.spine), stages.bar_finder()
    threading.Thread(target=_load_later_stages).start()  # while the clip is decoded
    # 2
    zero = _zero(inputs.standing, poses, net, as_stage(watch, Stage.STANDING))
    # 3
    with blaming_the_file(inputs.clip.lost):
        seen = stages.observe_parts(inputs.clip, poses, copy, watch)
    begin(watch, Stage.JUDGING)
    measured = _numbered([_measure(part, _Models(net, zero, finder), inputs.style) for part in seen])
    # 4
    bent = _max_bend(inputs.max_bend, poses, net, zero, as_stage(watch, Stage.MAX_BEND))
    lifter = stages.Lifter(bent, inputs.report.height_cm)
    with blaming_the_file(inputs.clip.lost):
        check_repetitions(measured, path)
    described = [stages.describe(part.angles, part.found.reps, part.view, lifter, part.plates) for part in measured]
    # 5
    provenance = _provenance((inputs.pose, *inputs.parts)) | _plugins(inputs.pose, asked) | _own_clips(asked)
    return _judged(inputs, measured, described, provenance)


@contextlib.contextmanager
def blaming_the_file(losses: Callable[[], str]) -> Iterator[None]:
    """Raise InputError where nobody or no repetition was found, if `losses` says that much of the file is lost."""
    try:
        yield
    except (NobodyFound, NoRepetition) as error:
        lost = losses()
        if not lost:
            raise
        raise InputError(f"{error.message}. But {lost}", "Give the whole file, undamaged.") from error


def _judged(
    inputs: Ready,
    measured: Sequence[Measured],
    described: Sequence[tuple[RepMetrics, ...]],
    provenance: dict[str, object],
) -> Analysis:
    """The result of all stages, with findings, verdict and advice.

    What there is only once, such as the view and the verdict, is that of the part with the most repetitions: another
    part may show another lifter.
    """
    number = max(range(len(measured)), key=lambda i: (len(described[i]), measured[i].seen.seen_s))
    main, reps = measured[number], tuple(rep for part in described for rep in part)
    judged = stages.judge(described[number], main.view, inputs.rules)
    angles = parts.joined([part.angles for part in measured], main.angles)
    info = quality.with_cuts(inputs.clip.info(), [float(part.angles.time_s[0]) for part in measured[1:]])
    notes = observation.notes([part.seen for part in measured])
    places = [stages.place_bar(part.seen, part.plates) for part in measured]
    bar = stages.follow_bar(main.angles, main.plates, stages.Lifter(height_cm=inputs.report.height_cm))
    return Analysis(
        video=replace(info, notes=(*info.notes, *notes)),
        view=main.view,
        pose=parts.joined([part.pose for part in measured], main.pose),
        contour=parts.joined([part.seen.observed.contour for part in measured], main.seen.observed.contour),
        spine=parts.joined([part.spine for part in measured], main.spine),
        angles=angles,
        style=style.classify(angles, [rep.rep for rep in reps], inputs.style, assessable=main.view.assessable),
        reps=reps,
        bends=tuple(bend for part in measured for bend in part.found.bends),
        findings=judged.findings,
        verdict=judged.verdict,
        over_set=judged.over_set,
        most_different=judged.most_different,
        self_report=inputs.report,
        advice=advice.give(inputs.report, judged.findings, judged.verdict),
        criteria=inputs.rules.used,
        provenance=provenance,
        bar=None if bar is None else bar_track.in_all(bar, angles.time_s),
        bar_place=parts.joined(places, places[number]),
        parts=tuple(Part(float(part.angles.time_s[0]), part.view, part.spine.tangents) for part in measured),
    )


def _load_later_stages() -> None:
    """Load what the stages after the pose network need: SciPy loads its parts when they are first used."""
    _ = scipy.signal, scipy.interpolate, scipy.stats


def _measure(seen: observation.Observation, models: _Models, named_style: StyleName | None) -> Measured:
    """Infer the spine, measure the angles in every frame, find the bar, segment the repetitions.

    Where only the load shows a repetition, the angles are dropped.
    """
    spine = stages.infer(seen, models.back, models.zero)
    seen_from = stages.orient(seen, spine)
    track = stages.measure(seen, seen_from, spine)
    plates = stages.find_bar(seen, seen_from, models.finder)
    lift_type = None if named_style is None else style.LIFT_TYPES[named_style]
    found = stages.segment(track, seen, plates, lift_type)
    return Measured(seen, spine, seen_from, stages.believed(track, found), found, plates)


def _numbered(measured: Sequence[Measured]) -> list[Measured]:
    """The parts with their repetitions numbered in a row."""
    out, before = [], 0
    for part in measured:
        reps = tuple(replace(rep, number=rep.number + before) for rep in part.found.reps)
        out.append(replace(part, found=replace(part.found, reps=reps)))
        before += len(reps)
    return out


def check_repetitions(measured: Sequence[Measured], path: Path) -> None:
    """Raise NoRepetition, whose message names `path` and says what was seen, if there is no repetition."""
    if any(part.found.reps for part in measured):
        return
    longest = max(measured, key=lambda part: part.seen.seen_s)
    found, plates = longest.found, longest.plates
    on_floor = plates is not None and evidence.never_leaves_floor(plates)
    what = "a person is at a bar that never leaves the floor:" if on_floor else "a person is there, but"
    why = bend_texts.missing(found.bends, hands_known=bool(np.isfinite(longest.angles.hand_height).any()))
    why = "; ".join([why, *map(texts.reason, observation.notes([part.seen for part in measured]))])
    raise NoRepetition(
        f"{path}: {what} no repetition was found; {why}",
        "Film from before the first pull until the bar is down again, hands and feet in the picture.",
        bend_texts.bends(found.bends),
    )


def _zero(clip: reading.Video | None, poses: PoseSource, net: inference.SpineModel, watch: Watch | None) -> Zero | None:
    """The lifter's standing in the clip of `--standing`; None without such a clip.

    Raises NobodyFound if nobody stands in it.
    """
    if clip is None:
        return None
    zero = inference.standing_zero(net, stages.observe(clip, poses, watch=watch).observed)
    if zero is None:
        raise NobodyFound(
            f"{clip.path}: nobody stands still and upright in this clip",
            "Film the lifter from the same side, standing quietly for two seconds, hands hanging, in the same clothes.",
        )
    return zero


def _max_bend(
    clip: reading.Video | None,
    poses: PoseSource,
    net: inference.SpineModel,
    zero: Zero | None,
    watch: Watch | None,
) -> Measure | None:
    """The largest lumbar flexion in the clip of `--max-bend`, in degrees; None without one.

    It counts from `zero`, or from standing in the clip itself if there is none.
    """
    if clip is None:
        return None
    return inference.most_lumbar(stages.infer(stages.observe(clip, poses, watch=watch), net, zero))


def _provenance(used: tuple[bundles.Bundle, ...]) -> dict[str, object]:
    """Versions, models and settings that the numbers come from."""
    roles = ("pose", "spine_encoder", "spine_head", "plates", "bare_bar")
    return {
        "versions": installed(),
        "models": {role: {"name": b.name, "sha256": b.sha256} for role, b in zip(roles, used, strict=True)},
        "settings": {"model": used[0].name, "frame_height_px": LOOK_PX},
    }


def _plugins(pose: bundles.Bundle, asked: Asked) -> dict[str, object]:
    """The estimators of other packages that were used, each with its package; nothing without one."""
    used = {asked.model: pose.package, asked.spine: plugins.package(plugins.SPINE, asked.spine)}
    found = {name: package for name, package in used.items() if package}
    return {"plugins": found} if found else {}


def _own_clips(asked: Asked) -> dict[str, object]:
    """Names of the lifter's other clips that were used."""
    clips = {"standing": asked.standing, "max_bend": asked.max_bend}
    return {"own_clips": {role: None if path is None else path.name for role, path in clips.items()}}


def installed() -> dict[str, str]:
    """Versions of Python and of the packages that compute the numbers.  OpenCV has one of two names."""
    versions = {"python": platform.python_version()}
    networks, opencv = ("mediapipe", "ai-edge-litert"), ("opencv-python", "opencv-python-headless")
    for name in ("hingecheck", *networks, *opencv, "numpy", "scipy", "av"):
        with contextlib.suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions
