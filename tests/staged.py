"""A whole Analysis of the synthetic lifter: a given motion runs through the real stages, without model or video."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from hingecheck import texts
from hingecheck.judgement import advice, criteria, style
from hingecheck.judgement import verdict as verdicts
from hingecheck.metrics import comparison, repetition, set_drift
from hingecheck.records import LONGEST_CODE, METRICS, Analysis, Angle, Bytes, Code, Measure, SelfReport, Side, VideoInfo
from hingecheck.report import compared
from hingecheck.report.film import keyframes
from hingecheck.report.page.comparison import Pictures
from hingecheck.results import folder
from tests import lifter
from tests.test_motion import SIZE, observe, stages

THREE_BENDS = lifter.Set(bends=((1.5, 2.5, 3.0, 4.0), (5.0, 6.0, 6.5, 7.5), (8.5, 9.5, 10.0, 11.0)), last_s=12.0)

POSE = ("time_s", "xy_px", "visibility", "world_m", "filled")
CONTOUR = ("origin_px", "axis_px", "offset", "valid", "crop", "cut")
"""The arrays of `PoseTrack` and `BackContour` with one entry for each sample."""


@cache
def staged(share: float = 0.4, file: str = "clip.mp4") -> Analysis:
    """Two repetitions, `share` of the trunk's movement from the lumbar spine."""
    posture = lifter.track(THREE_BENDS.posture())
    seen, bones, measured, found_reps = stages(posture, lifter.Model(share=share))
    observed, rules = observe(posture), criteria.load()
    described = tuple(repetition.describe(measured, rep, seen) for rep in found_reps)
    over_set = set_drift.describe(described)
    findings, verdict = verdicts.judge(described, repetition.pooled(described) | over_set, seen, rules)
    report = SelfReport()
    n = len(measured.time_s)
    return Analysis(
        video=VideoInfo(file, "0" * 64, SIZE[1], SIZE[0], n / 30, n, 0, 0, 30.0),
        view=seen,
        pose=observed.track,
        contour=observed.contour,
        spine=bones,
        angles=measured,
        style=style.classify(measured, found_reps, None),
        reps=described,
        findings=findings,
        verdict=verdict,
        over_set=over_set,
        most_different=None,
        self_report=report,
        advice=advice.give(report, findings, verdict),
        criteria=rules.used,
        provenance={"versions": {"hingecheck": "0"}, "models": {}, "settings": {}},
    )


def side(analysis: Analysis, number: int | None = None, *, last: bool = False) -> Side:
    """One side of a comparison: a repetition of this analysis."""
    clip = compared.measured(analysis, Path(analysis.video.file))
    return Side(clip.stored, comparison.choose(clip.stored, number, last=last), clip.curves)


def shown(analysis: Analysis, number: int, film: folder.Content | None = None) -> Pictures:
    """The key frames of a repetition with empty pictures, and a film, if any."""
    reps = tuple(rep for rep in analysis.reps if rep.rep.number == number)
    return Pictures(keyframes.take(replace(analysis, reps=reps), blank_pictures), film)


def sampled(analysis: Analysis, kept: Sequence[int]) -> Analysis:
    """The analysis with the lifter looked at only in the kept frames; the angles of all frames stay."""
    at = list(kept)
    pose, contour = analysis.pose, analysis.contour
    return replace(
        analysis,
        pose=replace(pose, **{name: getattr(pose, name)[at] for name in POSE}),
        contour=replace(contour, **{name: getattr(contour, name)[at] for name in CONTOUR}),
    )


def every(**given: Measure) -> dict[str, Measure]:
    """All metrics of a repetition: those given, and the others missing."""
    return dict.fromkeys(METRICS, Measure.missing(texts.stored("not part of this test"))) | given


def lost(angle: Angle, begin: int, end: int, why: Code) -> Angle:
    """The angle, unknown over some frames."""
    value_deg, reason = angle.value_deg.copy(), angle.reason.astype(f"<U{LONGEST_CODE}")
    value_deg[begin:end], reason[begin:end] = np.nan, why
    return replace(angle, value_deg=value_deg, reason=reason)


def blank_pictures(times_s: Sequence[float]) -> list[Bytes]:
    """Empty grey pictures."""
    return [np.full((*SIZE, 3), 128, np.uint8) for _ in times_s]
