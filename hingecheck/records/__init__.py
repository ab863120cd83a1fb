"""The records: every value that one stage hands to the next, in the order of the pipeline.

==============  =======================================================================================
read            `Repairs`, `Limits`, `Frame`, `VideoInfo`, `Thumbnails`
observe, trace  `Sighting`, `Trace`, `PoseTrack`, `Seen`, `BackContour`
orient          `View`, `Observed` (everything that the spine is inferred from)
infer           `SpineReading`, `Tangent`, `Spine`
measure         `Angle`, `AngleTrack`
find the bar    `Plates`, `Looks`
segment         `Bend`, `Rep`, `Segmentation`, `LiftStyle`
describe        `Reason`, `Measure`, `BarTrack`, `BarPlace`, `RepMetrics`
judge           `CriteriaUsed`, `Finding`, `Verdict`, `SelfReport`, `Drill`, `Advice`
analyze         `Analysis` (the result of all stages)
compare         `Curves`, `Comparison`, `Side`, `Difference`
==============  =======================================================================================

Array axes: N frames, 33 landmarks, 2 edges (image left and image right of the trunk axis), K stations of the contour,
M thumbnails.  Pixels are those of the upright picture as it is displayed: x to the right, y down.  Times are seconds
from the first frame.  An unknown value is NaN with a reason, never 0 and never the last value.  Arrays are read-only.
Each record checks itself once, when it is built.
"""

from hingecheck.records.analysis import Analysis, Part
from hingecheck.records.angles import Angle, AngleTrack, Spine, SpineReading, Spread, Tangent
from hingecheck.records.arrays import Bools, Bytes, Floats, Ints, Words
from hingecheck.records.barbell import LARGEST_BARE, BarPlace, BarTrack, Looks, Plates, Scale
from hingecheck.records.comparison import Basis, Comparison, Curves, Difference, Side
from hingecheck.records.judgement import (
    LOW_BACK_RULE,
    Advice,
    CriteriaUsed,
    Drill,
    Filming,
    Finding,
    Opening,
    Pattern,
    Rounding,
    SelfReport,
    Status,
    Verdict,
)
from hingecheck.records.measure import Z90, Measure
from hingecheck.records.pose import (
    CROP_SIZE_PX,
    SMALLEST_TRUNK_PX,
    YAW_WITHHOLD_DEG,
    BackContour,
    Facing,
    Observed,
    PoseTrack,
    Seen,
    Sighting,
    Trace,
    View,
    Wanted,
)
from hingecheck.records.reasons import LONGEST_CODE, Code, Reason, most_frequent
from hingecheck.records.reps import (
    METRICS,
    SHARES,
    SURELY,
    UNASKED,
    AnyRep,
    Bend,
    LiftStyle,
    LiftType,
    Rep,
    Repetition,
    RepMetrics,
    Segmentation,
    StyleName,
    bounded,
    counting,
    for_readers,
    listed,
    remarks,
)
from hingecheck.records.video import NO_LIMITS, TURNS_DEG, Frame, Limits, Repairs, Thumbnails, VideoInfo

__all__ = [
    "CROP_SIZE_PX",
    "LARGEST_BARE",
    "LONGEST_CODE",
    "LOW_BACK_RULE",
    "METRICS",
    "NO_LIMITS",
    "SHARES",
    "SMALLEST_TRUNK_PX",
    "SURELY",
    "TURNS_DEG",
    "UNASKED",
    "YAW_WITHHOLD_DEG",
    "Z90",
    "Advice",
    "Analysis",
    "Angle",
    "AngleTrack",
    "AnyRep",
    "BackContour",
    "BarPlace",
    "BarTrack",
    "Basis",
    "Bend",
    "Bools",
    "Bytes",
    "Code",
    "Comparison",
    "CriteriaUsed",
    "Curves",
    "Difference",
    "Drill",
    "Facing",
    "Filming",
    "Finding",
    "Floats",
    "Frame",
    "Ints",
    "LiftStyle",
    "LiftType",
    "Limits",
    "Looks",
    "Measure",
    "Observed",
    "Opening",
    "Part",
    "Pattern",
    "Plates",
    "PoseTrack",
    "Reason",
    "Rep",
    "RepMetrics",
    "Repairs",
    "Repetition",
    "Rounding",
    "Scale",
    "Seen",
    "Segmentation",
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
    "Wanted",
    "Words",
    "bounded",
    "counting",
    "for_readers",
    "listed",
    "most_frequent",
    "remarks",
]
