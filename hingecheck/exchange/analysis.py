"""The analysis of tracks that another program recorded: the same stages from the angles on, with the source's errors.

In: a file of tracks (`sources`) and what the user wants.  Out: an `Analysis` without pictures.

Steps (`analyze`):

1. Read the body.  Where its points come from a video, fill short gaps and smooth them.
2. Find where the lifter stands: in the file, or in the one of `--standing` (a static trial).
3. Take pelvis, lumbar spine and legs with the errors of the source (SPREADS).  Without a pelvis or a spine in the file,
   their angles are not measured.
4. Measure all angles, segment the repetitions, describe and judge them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from hingecheck import analysis as video_analysis
from hingecheck import bend_texts, posture, stages, texts
from hingecheck.analysis import Asked, installed
from hingecheck.backends.source import PoseSource
from hingecheck.errors import NobodyFound, NoRepetition, UsageError
from hingecheck.exchange import sources
from hingecheck.exchange.body import Body, Source
from hingecheck.filtering import lasting_s, smooth_known
from hingecheck.geometry import known_median, pitch_deg, sagittal, thigh_pitch_deg
from hingecheck.judgement import advice, criteria, style
from hingecheck.judgement import self_report as self_reports
from hingecheck.judgement import verdict as verdicts
from hingecheck.kinematics import angles, blindness
from hingecheck.landmarks import ANKLES, HIPS, KNEES, SHOULDERS
from hingecheck.metrics.bar_path import LEG_SHARE
from hingecheck.progress import Stage, Watch, begin
from hingecheck.records import (
    CROP_SIZE_PX,
    LONGEST_CODE,
    Analysis,
    Angle,
    AngleTrack,
    BackContour,
    Bools,
    Code,
    Filming,
    Floats,
    Measure,
    PoseTrack,
    Rep,
    RepMetrics,
    Segmentation,
    Spine,
    Spread,
    VideoInfo,
    View,
)
from hingecheck.video import quality
from hingecheck.video.working_copy import WorkingCopy

SHORTEST_STANDING_S: Final = 0.2
"""Shortest standing that is used as the zero, in seconds, summed over all its frames."""

NOT_HELD: Final = Spread(0.0, 0.0, 0.0)
"""Stands for the error of an angle that a source does not hold."""

TOPS: Final = {"hip_at_top_deg": "pelvis_tilt", "lumbar_at_top_deg": "lumbar_flexion"}
"""Metrics at the top for which own standing may stand, and the angle that they need."""

RECORDING_CUE: Final = "Record the pelvis and the spine as well, with a second of standing before the first repetition."
"""Cue for tracks that cannot tell."""

RECORDING_REASON: Final = "without them nothing shows what the low back does"
"""Why RECORDING_CUE is given."""

SPREADS: Final[Mapping[Source, Mapping[str, Spread]]] = {
    "markers": {
        "pelvis": Spread(0.5, 2.5, 0.05),
        "lumbar": Spread(0.7, 4.0, 0.15),
        "junction": Spread(0.5, 3.0, 0.10),
        "trunk": Spread(0.5, 2.0, 0.03),
        "thigh": Spread(0.5, 3.0, 0.05),
        "shank": Spread(0.5, 3.0, 0.05),
    },
    "points": {
        "pelvis": NOT_HELD,
        "lumbar": NOT_HELD,
        "junction": NOT_HELD,
        "trunk": angles.TRUNK_SPREAD,
        "thigh": angles.THIGH_SPREAD,
        "shank": angles.SHANK_SPREAD,
    },
    "model": {
        "pelvis": Spread(1.0, 6.0, 0.10),
        "lumbar": Spread(1.5, 8.0, 0.20),
        "junction": Spread(1.0, 5.0, 0.10),
        "trunk": Spread(1.0, 4.0, 0.05),
        "thigh": Spread(1.0, 5.0, 0.05),
        "shank": Spread(1.0, 5.0, 0.10),
    },
}
"""Errors of each source, as SDs (docs/tracks.md).  Own choices on the wide side: skin moves over bones by some degrees;
points of a video have the errors of our own landmarks; a model that was fitted to a video has 4 to 6 degrees."""


@dataclass(frozen=True)
class _Standing:
    """The frames (N,) of standing, where the zero comes from, and the pitch of pelvis, thorax, thigh, shank there."""

    frames: Bools
    zero: Code
    pelvis_deg: float
    thorax_deg: float
    thigh_deg: float
    shank_deg: float


def analyze(path: Path, asked: Asked | None = None, *, watch: Watch | None = None) -> Analysis:
    """Measure and judge the tracks of one set.  Raises a HingecheckError as `analysis.analyze` does."""
    begin(watch, Stage.JUDGING)
    asked = asked or Asked()
    report, rules = self_reports.checked(asked.self_report), criteria.load(asked.criteria)
    named_style = style.parse(asked.style)
    if asked.max_bend is not None:
        raise UsageError("--max-bend: is used with videos only", "Leave it out.")
    # 1
    body = _read(path, asked)
    # 2
    standing = _standing(body)
    if asked.standing is not None:
        standing = _elsewhere(_read(asked.standing, asked), standing, asked.standing)
    # 3
    view, spine = _view(body), _spine(body, standing)
    # 4
    track = blindness.widened(angles.measure(body.track, view, spine), body.track.time_s)
    found = stages.segment(track, lift_type=None if named_style is None else style.LIFT_TYPES[named_style])
    lifter = _lifter(body, report.height_cm)
    with video_analysis.blaming_the_file(lambda: "; ".join(map(texts.reason, body.notes))):
        reps = stages.describe(track, _repetitions(path, track, found), view, lifter)
    described = tuple(_as_recorded(rep, spine) for rep in reps)
    judged = _without_filming(stages.judge(described, view, rules))
    return Analysis(
        **_without_picture(path, body),
        **vars(judged),
        view=view,
        spine=spine,
        angles=track,
        style=style.classify(track, found.reps, named_style),
        reps=described,
        bends=found.bends,
        self_report=report,
        advice=advice.give(report, judged.findings, judged.verdict),
        criteria=rules.used,
        provenance=_provenance(body, asked),
        bar=stages.follow_bar(track, lifter=lifter),
    )


def _lifter(body: Body, height_cm: float | None) -> stages.Lifter:
    """The size of the lifter: from points in space that are in a unit of length, else from the height.

    Points of one picture have metres only because somebody gave their program a height.
    """
    if body.in_space:
        return stages.Lifter(height_cm=height_cm, leg_m=body.leg_m)
    by_points = None if body.leg_m is None else 100 * body.leg_m / LEG_SHARE
    return stages.Lifter(height_cm=height_cm or by_points)


def analyze_file(
    path: Path,
    asked: Asked,
    *,
    watch: Watch | None = None,
    source: PoseSource | None = None,
    copy: WorkingCopy | None = None,
) -> Analysis:
    """The analysis of a video or of tracks, whichever the file holds.  See `hingecheck.analysis.analyze`."""
    if sources.holds_tracks(path):
        return analyze(path, asked, watch=watch)
    return video_analysis.analyze(path, asked, watch=watch, source=source, copy=copy)


def _read(path: Path, asked: Asked) -> Body:
    """The body that a file shows, cleaned where its points come from a video.  Raises NobodyFound."""
    body = sources.read(path, sources.Hints(asked.rate_hz, asked.picture_size, asked.standing))
    if body.source == "points":
        body = replace(body, track=_smoothed(body.track))
    if lasting_s(body.track.time_s, body.track.seen) < SHORTEST_STANDING_S:
        raise NobodyFound(f"{path}: no frame holds hips and shoulders", "Give tracks of the whole lifter.")
    return body


def _smoothed(track: PoseTrack) -> PoseTrack:
    """The track with short gaps of each point filled, and smoothed."""
    xy_px = track.xy_px.copy()
    for point in np.flatnonzero(np.isfinite(xy_px).any(axis=(0, 2))):
        for axis in range(2):
            xy_px[:, point, axis] = smooth_known(track.time_s, track.xy_px[:, point, axis])
    return replace(track, xy_px=xy_px)


def _standing(body: Body) -> _Standing:
    """The lifter's standing in the same file: upright and still, outside the bends if that lasts."""
    track = body.track
    lean_deg, thigh_deg, shank_deg = _pitches(track)
    upright = (np.abs(lean_deg) < posture.UPRIGHT_DEG) & (np.abs(thigh_deg) < posture.UPRIGHT_DEG)
    still = upright & posture.keeps_still(track.time_s, lean_deg)
    quiet = still & posture.outside_bends(track, 1)
    frames, zero = np.zeros(len(upright), bool), Code.TRACKS_WITHOUT_STANDING
    for marked, origin in ((quiet, Code.STANDING_AROUND), (still, Code.STANDING_BETWEEN)):
        if lasting_s(track.time_s, marked) >= SHORTEST_STANDING_S:
            frames, zero = marked, origin
            break
    pitches = (body.pelvis_deg, body.thorax_deg, thigh_deg, shank_deg)
    return _Standing(frames, zero, *(known_median(pitch[frames]) for pitch in pitches))


def _elsewhere(static: Body, here: _Standing, path: Path) -> _Standing:
    """The standing in a file of its own.  Raises NobodyFound if nobody stands in it."""
    found = _standing(static)
    if not found.frames.any():
        raise NobodyFound(f"{path}: nobody stands still and upright in these tracks", "Give a static trial.")
    return replace(found, frames=here.frames, zero=Code.STANDING_ELSEWHERE)


def _pitches(track: PoseTrack) -> tuple[Floats, Floats, Floats]:
    """Lean of the trunk, pitch of the thigh and lean of the shank (N,), in degrees; the lifter faces right."""
    shoulder, hip, knee, ankle = (sagittal(track.middle_px(pair), 1) for pair in (SHOULDERS, HIPS, KNEES, ANKLES))
    return pitch_deg(hip, shoulder), thigh_pitch_deg(hip, knee), pitch_deg(ankle, knee)


def _spine(body: Body, standing: _Standing) -> Spine:
    """Pelvis, lumbar spine and legs from standing, with the errors of the source; unknown where the file has none."""
    spreads, count = SPREADS[body.source], len(body.track.time_s)
    lean_deg, thigh_deg, shank_deg = _pitches(body.track)
    pelvis_deg, junction_deg = body.pelvis_deg - standing.pelvis_deg, body.thorax_deg - standing.thorax_deg
    why = Code.TRACKS_WITHOUT_SPINE if np.isnan(body.pelvis_deg + body.thorax_deg).all() else standing.zero
    if why not in (Code.TRACKS_WITHOUT_SPINE, Code.TRACKS_WITHOUT_STANDING):
        why = Code.LIFTER_UNSEEN
    zero_deg = (standing.thigh_deg, standing.shank_deg) if standing.frames.any() else (0.0, 0.0)
    return Spine(
        pelvis_tilt=_angle(pelvis_deg, spreads["pelvis"], why),
        lumbar_flexion=_angle(junction_deg - pelvis_deg, spreads["lumbar"], why),
        junction=_angle(junction_deg, spreads["junction"], why),
        thoracic_flexion=_angle(np.full(count, np.nan), NOT_HELD, Code.TRACKS_WITHOUT_SPINE),
        trunk_lean=_angle(lean_deg, spreads["trunk"], Code.LIFTER_UNSEEN),
        thigh=_angle(thigh_deg - zero_deg[0], spreads["thigh"], Code.LIFTER_UNSEEN),
        shank=_angle(shank_deg - zero_deg[1], spreads["shank"], Code.LIFTER_UNSEEN),
        yaw_deg=_yaw(body),
        zero=standing.zero,
        standing=standing.frames,
    )


def _angle(value_deg: Floats, spread: Spread, why: Code) -> Angle:
    """An angle (N,) with the error of its source; `why` it is NaN where it is."""
    count = len(value_deg)
    reason = np.where(np.isnan(value_deg), why, "").astype(f"<U{LONGEST_CODE}")
    noise, bias = np.full(count, spread.noise_deg), np.full(count, spread.bias_deg)
    return Angle(value_deg.copy(), noise, bias, spread.slope, reason)


def _yaw(body: Body) -> Measure:
    """Points in space are seen from the lifter's own side; where the camera of a picture stood is not known."""
    return Measure(0.0, 0.0, 0.0) if body.in_space else Measure.missing(Code.YAW_NOT_FOUND)


def _view(body: Body) -> View:
    return View(side="right", facing="right", yaw_deg=_yaw(body), assessable=True, reasons=())


def _repetitions(path: Path, track: AngleTrack, found: Segmentation) -> tuple[Rep, ...]:
    """The repetitions; raises NoRepetition, which says what was seen."""
    if not found.reps:
        why = bend_texts.missing(found.bends, hands_known=bool(np.isfinite(track.hand_height).any()))
        raise NoRepetition(
            f"{path}: no repetition was found; {why}",
            "Give tracks from before the first pull until the bar is down again.",
            bend_texts.bends(found.bends),
        )
    return found.reps


def _as_recorded(rep: RepMetrics, spine: Spine) -> RepMetrics:
    """The metrics without a top that own standing stands for, where the tracks never hold the angle."""
    unknown = [metric for metric, angle in TOPS.items() if (getattr(spine, angle).reason != "").all()]
    missing = dict.fromkeys(unknown, Measure.missing(Code.TRACKS_WITHOUT_SPINE))
    return replace(rep, values={**rep.values, **missing})


def _without_filming(judged: stages.Judged) -> stages.Judged:
    """The verdict without advice on how to film."""
    verdict = judged.verdict
    kept = tuple(way for way in verdict.surer if way in (Filming.STANDING, Filming.MORE_REPS))
    said = replace(verdict, surer=kept)
    if verdict.cue_reason == verdicts.REASONS["cannot_tell"]:
        said = replace(said, cue=RECORDING_CUE, cue_reason=RECORDING_REASON)
    return replace(judged, verdict=said)


def _info(path: Path, body: Body) -> VideoInfo:
    """The facts about the file.  Width and height are those of the lifter's points, 300 pixels a leg."""
    time_s, xy_px = body.track.time_s, body.track.xy_px
    width, height = (int(np.ceil(np.nanmax(side) - np.nanmin(side))) or 1 for side in (xy_px[..., 0], xy_px[..., 1]))
    duration_s = float(time_s[-1] - time_s[0]) + 1 / body.rate_hz
    gaps_s = quality.gaps_s(time_s, 1 / body.rate_hz)
    notes = (*body.notes, *quality.gap_notes(gaps_s))
    read = (width, height, duration_s, len(time_s), 0, 0, body.rate_hz)
    return VideoInfo(path.name, sources.sha256(path), *read, gaps_s=gaps_s, notes=notes)


def _without_picture(path: Path, body: Body) -> dict[str, Any]:
    """The parts of an analysis that a picture would show."""
    contour = _no_contour(len(body.track.time_s))
    return {"video": _info(path, body), "pose": body.track, "contour": contour, "tracks": True}


def _no_contour(count: int) -> BackContour:
    """The contour of a lifter of whom there is no picture."""
    nothing = np.full((count, 2), np.nan)
    offset, valid = np.full((count, 2, 1), np.nan), np.zeros((count, 2, 1), bool)
    crop = np.zeros((count, CROP_SIZE_PX, CROP_SIZE_PX), np.uint8)
    return BackContour(np.zeros(1), nothing, nothing, offset, valid, crop, np.zeros(count, bool))


def _provenance(body: Body, asked: Asked) -> dict[str, object]:
    """Versions, and who recorded the tracks."""
    names = {"standing": None if asked.standing is None else asked.standing.name, "max_bend": None}
    return {"versions": installed(), "models": {}, "settings": {"tracks": body.source}, "own_clips": names}
