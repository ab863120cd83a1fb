"""Everything that one clip gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hingecheck.records.angles import AngleTrack, Spine
from hingecheck.records.judgement import Advice, CriteriaUsed, Finding, SelfReport, Verdict
from hingecheck.records.measure import Measure
from hingecheck.records.pose import BackContour, PoseTrack, View
from hingecheck.records.reps import (
    LiftStyle,
    RepMetrics,
)
from hingecheck.records.video import VideoInfo


@dataclass(frozen=True)
class Analysis:
    """Everything one clip gave."""

    video: VideoInfo
    view: View
    pose: PoseTrack
    contour: BackContour
    spine: Spine
    angles: AngleTrack
    style: LiftStyle
    reps: tuple[RepMetrics, ...]
    findings: tuple[Finding, ...]
    verdict: Verdict
    over_set: Mapping[str, Measure]
    most_different: int | None
    self_report: SelfReport
    advice: Advice
    criteria: CriteriaUsed
    provenance: Mapping[str, object] = field(default_factory=dict)
