"""The result of all stages for one clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hingecheck.records.angles import AngleTrack, Spine, Tangent
from hingecheck.records.arrays import Bools
from hingecheck.records.barbell import BarPlace, BarTrack
from hingecheck.records.judgement import Advice, CriteriaUsed, Finding, SelfReport, Verdict
from hingecheck.records.measure import Measure
from hingecheck.records.pose import BackContour, PoseTrack, View
from hingecheck.records.reps import Bend, LiftStyle, RepMetrics
from hingecheck.records.video import VideoInfo

SAME_TIME_S: Final = 1e-6
"""Rounding error of times, in seconds."""


@dataclass(frozen=True)
class Part:
    """A part of a clip between two cuts: its begin, where its camera stood, and lines to draw on the back there."""

    begin_s: float
    view: View
    tangents: tuple[Tangent, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """Everything that was measured and judged in one clip.

    `pose`, `contour` and `spine` hold M samples: the frames that the pose network looked at, at `pose.time_s`.
    `angles` holds all N frames.
    `over_set`: each metric of the set, by name.  `most_different`: number of the repetition that differs most from the
    others.  `provenance`: versions, models and settings.  `bends`: every bend that was judged, repetition or not.
    `bar`: the bar in every frame; None if it was not followed.  `bar_place`: where to draw it; None without a picture.
    `tracks`: another program recorded the movement, so there is no picture, and `contour` holds nothing.
    `parts`: those between the clip's cuts; none is the same as one.  `view` is that of the part with most repetitions.
    """

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
    bends: tuple[Bend, ...] = ()
    tracks: bool = False
    bar: BarTrack | None = None
    bar_place: BarPlace | None = None
    parts: tuple[Part, ...] = ()

    def part_at(self, time_s: float) -> Part:
        """The part that a time in seconds belongs to."""
        begun = [part for part in self.parts if part.begin_s <= time_s + SAME_TIME_S]
        return begun[-1] if begun else Part(0.0, self.view, self.spine.tangents)

    def in_frames(self, samples: Bools) -> Bools:
        """Frames (N,) whose nearest sample in time is marked; `samples` (M,)."""
        time_s, frame_s = self.pose.time_s, self.angles.time_s
        middle_s = (time_s[1:] + time_s[:-1]) / 2
        return np.asarray(samples[np.searchsorted(middle_s, frame_s)])
