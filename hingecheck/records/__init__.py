"""Every value that passes between the stages, in pipeline order: the data flow on one page.

==============  =======================================================================================
read            `Frame`, `VideoInfo`, `Thumbnails`
observe, trace  `Sighting`, `Trace`, `PoseTrack`, `Seen`, `BackContour`
orient          `View`, `Observed` (all that the spine is inferred from)
infer           `SpineReading`, `Tangent`, `Spine`
measure         `Angle`, `AngleTrack`
find the bar    `Plates`
segment         `Rep`, `LiftStyle`
describe        `Measure`, `RepMetrics`
judge           `Finding`, `Verdict`, `SelfReport`, `Drill`, `Advice`
the whole       `Analysis`
compare         `Comparison`, `Side`, `Difference`
==============  =======================================================================================

Axes: N frames, 33 landmarks, 2 edges (image left and right of the trunk axis), K contour stations, M thumbnails.
Pixels are those of the upright picture as it is displayed, x right, y down.  Time is seconds from the first
frame.  Unknown is NaN plus a reason; never 0, never the last value.  Arrays are read-only and checked once, when
a record is built.
"""

from hingecheck.records.analysis import Analysis
from hingecheck.records.angles import Angle, AngleTrack, Spine, SpineReading, Spread, Tangent
from hingecheck.records.arrays import Bools, Bytes, Floats, Words
from hingecheck.records.barbell import LARGEST_BARE, Plates
from hingecheck.records.comparison import Basis, Comparison, Difference, Side
from hingecheck.records.judgement import Advice, Drill, Finding, Pattern, SelfReport, Status, Verdict
from hingecheck.records.measure import Z90, Measure
from hingecheck.records.pose import (
    CROP_SIZE_PX,
    BackContour,
    Facing,
    Observed,
    PoseTrack,
    Seen,
    Sighting,
    Trace,
    View,
)
from hingecheck.records.reps import (
    METRICS,
    NO_MAX_BEND,
    NO_SCALE,
    NOT_STORED,
    SHARES,
    UNASKED,
    AnyRep,
    LiftStyle,
    LiftType,
    Rep,
    Repetition,
    RepMetrics,
    StyleName,
    bounded,
    counting,
    listed,
)
from hingecheck.records.video import Frame, Thumbnails, VideoInfo

__all__ = [
    "CROP_SIZE_PX",
    "LARGEST_BARE",
    "METRICS",
    "NOT_STORED",
    "NO_MAX_BEND",
    "NO_SCALE",
    "SHARES",
    "UNASKED",
    "Z90",
    "Advice",
    "Analysis",
    "Angle",
    "AngleTrack",
    "AnyRep",
    "BackContour",
    "Basis",
    "Bools",
    "Bytes",
    "Comparison",
    "Difference",
    "Drill",
    "Facing",
    "Finding",
    "Floats",
    "Frame",
    "LiftStyle",
    "LiftType",
    "Measure",
    "Observed",
    "Pattern",
    "Plates",
    "PoseTrack",
    "Rep",
    "RepMetrics",
    "Repetition",
    "Seen",
    "SelfReport",
    "Side",
    "Sighting",
    "Spine",
    "SpineReading",
    "Spread",
    "Status",
    "StyleName",
    "Tangent",
    "Thumbnails",
    "Trace",
    "Verdict",
    "VideoInfo",
    "View",
    "Words",
    "bounded",
    "counting",
    "listed",
]
