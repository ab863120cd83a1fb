"""The whole analysis, top to bottom: the only module that knows the order of the stages."""

from __future__ import annotations

import contextlib
import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import (
    advice,
    angles,
    bundles,
    cleaning,
    context,
    contour,
    criteria,
    heuristics,
    landmarks,
    load,
    metrics,
    pose,
    reps,
    set_trends,
    spine,
    style,
    sway,
    video,
    view,
)
from hingecheck.errors import HingecheckError, NobodyFound, NoRepetition
from hingecheck.geometry import length
from hingecheck.records import (
    Analysis,
    AngleTrack,
    Floats,
    Frame,
    Glimpses,
    LiftStyle,
    Measure,
    PoseTrack,
    Rep,
    RepMetrics,
    SelfReport,
    Spine,
    StyleName,
    Trace,
    View,
)

LOOK_AROUND: Final = 6
"""Pictures in which everybody is looked for before one person is followed."""

MOTION_PICTURES: Final = 10
OFTEN_SEEN: Final = 0.75
"""A lifter who is seen in less than this share of the frames is looked for again, nearer."""

LEAST_SEEN: Final = 0.1
FEWEST_SEEN: Final = 3
"""A lifter is there if the trunk is seen in this share of the frames and in this many."""

Through = Callable[[Iterable[Frame]], Iterable[Frame]]

Watch = Callable[[float, float], None]
"""Called with each frame's time and the clip's expected duration, in seconds; for a progress bar."""


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
class _Sight:
    """What stages 2 to 5 make of a clip, or of a part of its picture.

    `glimpses` are small pictures of it, with the camera's sway taken out; `sway_px` (N, 2) is that sway, in frames.
    """

    observed: spine.Observed
    glimpses: Glimpses
    sway_px: Floats


@dataclass(frozen=True)
class _Look:
    """What stages 2 to 8 make of a clip, or of a part of its picture."""

    observed: spine.Observed
    spine: Spine
    view: View
    angles: AngleTrack
    style: LiftStyle
    reps: Sequence[Rep]


@dataclass(frozen=True)
class _Try:
    """How far one look at a clip got, and why no farther."""

    sight: _Sight | None
    look: _Look | None = None
    error: HingecheckError | None = None


def analyze(path: Path, asked: Asked | None = None, *, watch: Watch | None = None) -> Analysis:
    """Measure one clip.  Raises a HingecheckError that says what could not be done and what to do."""
    asked = asked or Asked()
    report, rules = context.checked(asked.self_report), criteria.load(asked.criteria)
    given = style.parse(asked.style)
    bundle, parts = bundles.find(asked.model), bundles.spine()
    net = _net(parts)
    zero = _zero(asked.standing, bundle, net)
    clip = video.Video(path)
    look = _best_look(clip, bundle, lambda sight: _look(clip, sight, (net, zero), given), watch)
    most = _max_bend(asked.max_bend, bundle, net, zero)
    own = metrics.Own(most, report.stature_cm)
    described = tuple(metrics.describe(look.angles, rep, look.view, own) for rep in look.reps)
    over_set = set_trends.describe(described)
    findings, verdict = heuristics.judge(described, _pool(described) | over_set, look.view, rules)
    return Analysis(
        video=clip.info(),
        view=look.view,
        pose=look.observed.track,
        contour=look.observed.contour,
        spine=look.spine,
        angles=look.angles,
        style=look.style,
        reps=described,
        findings=findings,
        verdict=verdict,
        over_set=over_set,
        most_different=set_trends.most_different(described),
        self_report=report,
        advice=advice.give(report, findings, verdict),
        provenance=_provenance((bundle, *parts), rules) | _own(asked),
    )


def _best_look(
    clip: video.Video, bundle: bundles.Bundle, look: Callable[[_Sight], _Look], watch: Watch | None
) -> _Look:
    """The whole picture; or the part where things move, if a bystander was followed or the lifter often lost."""
    first = _tried(lambda: _sight(clip, bundle, watch), look)
    if first.look is not None and _seen(first.look.observed) >= OFTEN_SEEN:
        return first.look
    region = _moving_part(clip, first.sight)
    second = None if region is None else _tried(lambda: _sight(clip, bundle, watch, region), look)
    if second is not None and second.look is not None and _is_better(second, first):
        return second.look
    if first.look is None:
        raise first.error or NoRepetition(f"{clip.path}: no repetition was found", "Film the whole set.")
    return first.look


def _tried(sight: Callable[[], _Sight], look: Callable[[_Sight], _Look]) -> _Try:
    """As far as one look at the clip gets."""
    seen = None
    try:
        seen = sight()
        return _Try(seen, look(seen))
    except (NobodyFound, NoRepetition) as error:
        return _Try(seen, error=error)


def _moving_part(clip: video.Video, sight: _Sight | None) -> pose.Region | None:
    """Where things move; the camera's sway is taken out where it is known."""
    pictures = (
        clip.spread_pictures(MOTION_PICTURES) if sight is None else load.pictures(sight.glimpses, MOTION_PICTURES)
    )
    return pose.moving_part(pictures)


def _is_better(second: _Try, first: _Try) -> bool:
    """True if the second look follows somebody else or sees more; a second chance to find a repetition it is not."""
    if first.sight is None or second.sight is None:
        return True
    one, other = first.sight.observed, second.sight.observed
    if _seen(one) >= OFTEN_SEEN and not _somebody_else(one.track, other.track):
        return False
    return first.look is None or _seen(other) > _seen(one)


def _somebody_else(one: PoseTrack, other: PoseTrack) -> bool:
    """True if two tracks of a clip are of people more than a trunk apart."""
    hips = [track.middle_px(landmarks.HIPS) for track in (one, other)]
    trunk = one.middle_px(landmarks.SHOULDERS) - hips[0]
    return bool(np.hypot(*(np.nanmedian(hips[0], 0) - np.nanmedian(hips[1], 0))) > np.nanmedian(length(trunk)))


def _seen(observed: spine.Observed) -> float:
    return float(observed.track.seen.mean())


def _net(parts: tuple[bundles.Bundle, bundles.Bundle]) -> spine.SpineModel:
    from hingecheck.backends.spinenet import SpineNet  # noqa: PLC0415  heavy: loaded when used

    return SpineNet(parts[0].path, parts[1].path)


def _sight(clip: video.Video, bundle: bundles.Bundle, watch: Watch | None, region: pose.Region | None = None) -> _Sight:
    """Observe, trace, clean, orient; raises NobodyFound."""
    keeper = load.Keeper()
    raw, traces = _observe(clip, bundle, lambda frames: keeper.watch(_watched(frames, clip.expected_s, watch)), region)
    glimpses = keeper.glimpses()
    turns = sway.turns(glimpses, raw)
    sway_px = sway.shift_px(glimpses, turns, raw)
    steady = _with_somebody(cleaning.clean(sway.taken_out(raw, sway_px)), clip.path)
    track = sway.taken_out(steady, -sway_px)
    observed = spine.Observed(contour.collect(traces), raw, track, view.orient(track))
    return _Sight(observed, sway.steadied(glimpses, turns), sway_px)


def _look(
    clip: video.Video, sight: _Sight, model: tuple[spine.SpineModel, spine.Zero | None], given: StyleName | None
) -> _Look:
    """Infer, measure, segment; raises NoRepetition."""
    observed = sight.observed
    bones = spine.infer(model[0], observed, model[1])
    seen = view.with_yaw(observed.view, bones.yaw_deg)
    angle = angles.measure(sway.taken_out(observed.track, sight.sway_px), seen, bones)
    pictures = load.Pictures(sight.glimpses, observed.track)
    family = None if given is None else style.FAMILIES[given]
    found = _some(reps.segment(angle, family=family, pictures=pictures), clip.path)
    return _Look(observed, bones, seen, angle, style.tell(angle, found, given), found)


def _zero(path: Path | None, bundle: bundles.Bundle, net: spine.SpineModel) -> spine.Zero | None:
    """The standing in the clip that `--standing` names."""
    if path is None:
        return None
    clip = video.Video(path)
    found = spine.standing_zero(net, _sight(clip, bundle, None).observed)
    if found is None:
        raise NobodyFound(
            f"{path}: nobody stands still and upright in this clip",
            "Film the lifter from the same side, standing quietly for two seconds, hands hanging, in the same clothes.",
        )
    return found


def _max_bend(
    path: Path | None, bundle: bundles.Bundle, net: spine.SpineModel, zero: spine.Zero | None
) -> Measure | None:
    """The most lumbar flexion in the clip that `--max-bend` names, zeroed on its own standing or on `--standing`'s."""
    if path is None:
        return None
    clip = video.Video(path)
    return spine.most_lumbar(spine.infer(net, _sight(clip, bundle, None).observed, zero))


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


def _some(found: Sequence[Rep], path: Path) -> Sequence[Rep]:
    if not found:
        raise NoRepetition(
            f"{path}: a person is there, but no repetition was found",
            "Film from before the first pull until the bar is down again, hands and feet in the picture.",
        )
    return found


def _pool(described: Sequence[RepMetrics]) -> dict[str, Measure]:
    """Each metric over the complete repetitions; over all of them if none is complete."""
    complete = [rep for rep in described if rep.rep.complete] or described
    return {name: metrics.pool([rep.values[name] for rep in complete]) for name in complete[0].values}


def _provenance(used: tuple[bundles.Bundle, ...], rules: criteria.Criteria) -> dict[str, object]:
    roles = ("pose", "spine_encoder", "spine_head")
    return {
        "versions": {"python": platform.python_version()} | _installed(),
        "models": {role: {"name": b.name, "sha256": b.sha256} for role, b in zip(roles, used, strict=True)},
        "criteria": rules.version,
        "settings": {"model": used[0].name, "frame_height_px": video.HEIGHT_PX},
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
