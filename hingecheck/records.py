"""Every value that passes between the stages, in pipeline order: one page, the data flow.

Axes: N frames, 33 landmarks, 2 edges (image left and right of the trunk axis), K contour stations.
Pixels are those of the upright picture as it is displayed, x right, y down.  Time is seconds from the
first frame.  Unknown is NaN plus a reason; never 0, never the last value.  Arrays are read-only and
checked once, here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Literal, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from hingecheck import landmarks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Words = NDArray[np.str_]

Facing = Literal["left", "right"]
Family = Literal["floor", "romanian", "pick_up"]
"""How the load is lifted: from the floor and back, from the top and back, from the floor to keep."""

StyleName = Literal[
    "conventional",
    "sumo",
    "stiff_leg",
    "block",
    "kettlebell",
    "trap_bar",
    "romanian",
    "hinge",
    "pick_up",
    "not_sure",
]
Pattern = Literal["hip_led", "mixed", "low_back_led", "cannot_tell"]
Status = Literal["ok", "flag", "not_assessed"]

CROP_SIZE_PX = 72


def _check(record: object, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Freeze every array of a record and compare shapes; -1 fits any length."""
    for item in fields(record):  # type: ignore[arg-type]
        value = getattr(record, item.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    for name, want in shapes.items():
        got = getattr(record, name).shape
        if len(got) != len(want) or any(w not in (-1, g) for g, w in zip(got, want, strict=True)):
            raise ValueError(f"{type(record).__name__}.{name}: shape {got}, expected {want}")


def _check_time(time_s: Floats) -> None:
    if time_s.size and (np.isnan(time_s).any() or np.any(np.diff(time_s) <= 0)):
        raise ValueError("time_s must grow strictly and hold no NaN")


Z90: Final = 1.645
"""Half-width of a 90 % interval in SDs of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its 90 % interval, or NaN with the reason why it is not measured."""

    value: float
    low: float
    high: float
    reason: str = ""

    def __post_init__(self) -> None:
        if np.isnan(self.value) != bool(self.reason):
            raise ValueError("a measure is either a number or a reason")
        if not np.isnan(self.value) and not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value} lies outside its own interval {self.low}..{self.high}")

    @staticmethod
    def missing(reason: str) -> Measure:
        """Not measured, and why."""
        return Measure(float("nan"), float("nan"), float("nan"), reason)

    @staticmethod
    def of(value: float, sd: float) -> Measure:
        """A number whose error has this SD."""
        return Measure(value, value - Z90 * sd, value + Z90 * sd)

    @staticmethod
    def pool(measures: Sequence[Measure]) -> Measure:
        """Several repetitions as one: mean value, mean ends, because the shared bias does not average out."""
        known = [m for m in measures if m.known]
        if not known:
            return measures[0] if measures else Measure.missing("no repetition was measured")
        value, low, high = np.mean([(m.value, m.low, m.high) for m in known], axis=0).tolist()
        return Measure(value, low, high)

    @property
    def known(self) -> bool:
        """True if there is a number."""
        return not self.reason

    @property
    def sd(self) -> float:
        """SD of a normal distribution with this interval."""
        return (self.high - self.low) / (2 * Z90)

    def minus(self, other: Measure) -> Measure:
        """The difference of two measures with independent errors: half-widths add up in squares."""
        reasons = dict.fromkeys(m.reason for m in (self, other) if m.reason)
        if reasons:
            return Measure.missing("; ".join(reasons))
        value = self.value - other.value
        below = float(np.hypot(self.value - self.low, other.high - other.value))
        above = float(np.hypot(self.high - self.value, other.value - other.low))
        return Measure(value, value - below, value + above)

    def times(self, factor: float) -> Measure:
        """The same in another unit."""
        low, high = sorted((factor * self.low, factor * self.high))
        return Measure(factor * self.value, low, high, self.reason)

    def over(self, whole: Measure, *, shared: float = 0.0) -> Measure:
        """Divide by `whole`, to first order; `shared` is the correlation of both errors."""
        for measure in (self, whole):
            if not measure.known:
                return measure
        ratio = self.value / whole.value
        own, others = self.sd, ratio * whole.sd
        return Measure.of(ratio, float(np.sqrt(own**2 + others**2 - 2 * shared * own * others)) / whole.value)

    def clipped(self, low: float, high: float) -> Measure:
        """Value and interval together cut at what is possible."""
        if not self.known:
            return self
        value, least, most = (min(max(end, low), high) for end in (self.value, self.low, self.high))
        return Measure(value, least, most)


# --- 1 read ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture, upright, scaled and perhaps cropped.

    `rgb` (h, w, 3); its pixel (i, j) lies at display pixel `origin_px` + (j, i) / `scale`.
    """

    time_s: float
    rgb: Bytes
    scale: float
    origin_px: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """What was read of a clip.  `rotation_deg` is what the file asked for and what was applied."""

    file: str
    sha256: str
    width: int
    height: int
    duration_s: float
    frames_read: int
    frames_failed: int
    rotation_deg: int
    rate_hz: float


# --- 2 observe, 3 trace ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sighting:
    """One person in one frame: pixels of the frame's `rgb`, `mask` (h, w) 0..1 over the same pixels."""

    xy_px: Floats
    visibility: Floats
    world_m: Floats
    mask: NDArray[np.float32]

    def __post_init__(self) -> None:
        n = landmarks.COUNT
        _check(self, {"xy_px": (n, 2), "visibility": (n,), "world_m": (n, 3), "mask": (-1, -1)})


@dataclass(frozen=True)
class Trace:
    """The trunk's two edges in one frame, measured from the axis mid-hip -> mid-shoulder.

    `origin_px` (2,) is the mid-hip, `axis_px` (2,) the vector to the mid-shoulder; `offset` (2, K) is the
    distance of each edge from the axis in trunk lengths, `valid` (2, K).  `crop` (72, 72) is the mask around
    the trunk, axis upright, image left on the left.  `cut`: part of the trunk lies outside the picture.
    """

    origin_px: Floats
    axis_px: Floats
    offset: Floats
    valid: Bools
    crop: Bytes
    cut: bool


@dataclass(frozen=True)
class PoseTrack:
    """Landmarks over time: `xy_px` (N, 33, 2), `visibility` (N, 33), `world_m` (N, 33, 3), `filled` (N, 33)."""

    time_s: Floats
    xy_px: Floats
    visibility: Floats
    world_m: Floats
    filled: Bools

    def __post_init__(self) -> None:
        n, p = len(self.time_s), landmarks.COUNT
        shapes = {"time_s": (n,), "xy_px": (n, p, 2), "visibility": (n, p)}
        _check(self, shapes | {"world_m": (n, p, 3), "filled": (n, p)})
        _check_time(self.time_s)

    def middle_px(self, pair: landmarks.Pair) -> Floats:
        """Midpoint of a left/right pair, (N, 2)."""
        return np.asarray(self.xy_px[:, list(pair)].mean(axis=1))

    @property
    def seen(self) -> Bools:
        """Frames (N,) in which the trunk is known."""
        trunk = self.xy_px[:, [*landmarks.HIPS, *landmarks.SHOULDERS]]
        return np.asarray(~np.isnan(trunk).any(axis=(1, 2)))


@dataclass(frozen=True)
class BackContour:
    """Traces over time; `station` (K,) runs along the trunk axis, 0 = mid-hip, 1 = mid-shoulder."""

    station: Floats
    origin_px: Floats
    axis_px: Floats
    offset: Floats
    valid: Bools
    crop: Bytes
    cut: Bools

    def __post_init__(self) -> None:
        n, k = len(self.offset), len(self.station)
        shapes = {"origin_px": (n, 2), "axis_px": (n, 2), "offset": (n, 2, k), "valid": (n, 2, k)}
        _check(self, shapes | {"crop": (n, CROP_SIZE_PX, CROP_SIZE_PX), "cut": (n,)})

    def edge_px(self, edge: int) -> Floats:
        """Picture points (N, K, 2) of one edge (0 = image left of an upright trunk)."""
        axis = self.axis_px[:, None, :]
        left = np.stack([axis[..., 1], -axis[..., 0]], axis=-1)
        outward = left if edge == 0 else -left
        along = self.station[None, :, None] * axis
        return self.origin_px[:, None, :] + along + self.offset[:, edge, :, None] * outward


@dataclass(frozen=True)
class Glimpses:
    """Small grey pictures (M, h, w) at some times (M,): display pixel x lies at (x - `origin_px`) * `scale`."""

    time_s: Floats
    grey: Bytes
    scale: float
    origin_px: tuple[float, float]

    def __post_init__(self) -> None:
        _check(self, {"grey": (len(self.time_s), -1, -1)})
        _check_time(self.time_s)


LARGEST_BARE: Final = 0.08
"""What looks smaller than this, in leg lengths, is the end of a sleeve without plates: 25 mm, and 0.03 to 0.06."""


@dataclass(frozen=True)
class Plates:
    """Plates at the near end of the bar, or its bare sleeve, at some times (M,), NaN where they are not seen.

    `forward` of their median place and `up` from where they lie lowest (M,), sagittal, in radii of theirs as they look,
    so exact in their own plane, which is nearer to the camera than the lifter's; `radius_legs`: that radius in leg
    lengths of the lifter, 0.2 to 0.5 of plates, 0.03 to 0.05 of a sleeve.
    """

    time_s: Floats
    forward: Floats
    up: Floats
    radius_legs: float

    def __post_init__(self) -> None:
        n = len(self.time_s)
        _check(self, {"time_s": (n,), "forward": (n,), "up": (n,)})
        _check_time(self.time_s)

    @property
    def bare(self) -> bool:
        """True for a sleeve without plates."""
        return self.radius_legs < LARGEST_BARE

    @property
    def up_legs(self) -> Floats:
        """How high they are above where they lie lowest (M,), in leg lengths."""
        return self.up * self.radius_legs


# --- 5 orient ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class View:
    """Where the camera stood.  Yaw 0 = square to the side, positive = seen from behind, negative = from the front."""

    side: Facing
    facing: Facing
    yaw_deg: Measure
    assessable: bool
    reasons: tuple[str, ...]

    @property
    def facing_sign(self) -> int:
        """+1 when the lifter faces image right, -1 when left."""
        return 1 if self.facing == "right" else -1

    @property
    def dorsal(self) -> int:
        """Index along a contour's edge axis of the edge that is the back (0 = image left of an upright trunk)."""
        return 0 if self.facing == "right" else 1


# --- 6 infer, 7 measure ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spread:
    """How far a kind of angle is off, as SDs: noise a frame, bias a clip, slope of a change."""

    noise_deg: float
    bias_deg: float
    slope: float


@dataclass(frozen=True)
class Angle:
    """An angle over time and what is known of its error.

    `noise_sd_deg` (N,) is a frame's random error.  The bias part `bias_sd_deg` (N,) stays the same while posture
    and clothes do, and so does not average out over frames or repetitions; it grows with the angle x to
    hypot(bias_sd_deg, bias_slope_sd * x).  `reason` (N,) says why a frame is NaN, "" where it is not.
    """

    value_deg: Floats
    noise_sd_deg: Floats
    bias_sd_deg: Floats
    bias_slope_sd: float
    reason: Words

    def __post_init__(self) -> None:
        n = len(self.value_deg)
        _check(self, {"value_deg": (n,), "noise_sd_deg": (n,), "bias_sd_deg": (n,), "reason": (n,)})
        if np.any(np.isnan(self.value_deg) != (self.reason != "")):
            raise ValueError("every NaN needs a reason, and only NaN has one")

    @property
    def sd_deg(self) -> Floats:
        """Total SD of a frame's value (N,): noise, bias and slope together."""
        bias = np.hypot(self.bias_sd_deg, self.bias_slope_sd * self.value_deg)
        return np.asarray(np.hypot(self.noise_sd_deg, bias))

    @property
    def half_deg(self) -> Floats:
        """Half-width of a frame's 90 % interval (N,)."""
        return np.asarray(Z90 * self.sd_deg)


@dataclass(frozen=True, slots=True)
class Tangent:
    """A line that touches the back's edge where a segment lies under it, if the segment's angle is right.

    It touches at `station` of the trunk axis and leans forward from the vertical by `standing_deg`, the edge's own
    lean in the lifter's standing, plus the angle `segment` of the frame.
    """

    name: str
    segment: Literal["pelvis_tilt", "junction"]
    station: float
    standing_deg: float


@dataclass(frozen=True)
class SpineReading:
    """What the spine model says of N frames, degrees.

    Seven angles: pelvis, lumbar, thoraco-lumbar junction (pelvis + lumbar), thoracic, and the lines of trunk, thigh and
    shank; the pitches among them less the pitch that the landmarks have in the picture.  `single_*` (N, 8): of each
    frame alone, yaw last.  `change_*` (N, 7): from standing, with the SD of a frame's whole error and how far the
    model's members are apart.
    """

    single_deg: Floats
    single_sd_deg: Floats
    change_deg: Floats
    change_sd_deg: Floats
    disagreement_deg: Floats


@dataclass(frozen=True)
class Spine:
    """Segment angles read from the back, zeroed on the lifter's own standing.

    `standing` (N,) marks the frames of that standing, `zero` says in words which one it is.  `yaw_deg` is how far
    the camera is off the side view as the model sees it.  `junction` is the pitch of the thoraco-lumbar junction,
    pelvis + lumbar; `trunk_lean` the line hip -> shoulder from the vertical; `thigh` (knee ahead of hip) and
    `shank` (knee ahead of ankle) count from standing.  `tangents` can be drawn on the back to check the angles.
    """

    pelvis_tilt: Angle
    lumbar_flexion: Angle
    junction: Angle
    thoracic_flexion: Angle
    trunk_lean: Angle
    thigh: Angle
    shank: Angle
    yaw_deg: Measure
    zero: str
    standing: Bools
    tangents: tuple[Tangent, ...] = ()

    def __post_init__(self) -> None:
        _check(self, {"standing": (len(self.lumbar_flexion.value_deg),)})


@dataclass(frozen=True)
class AngleTrack:
    """All angles of the contract over time; `junction` is the thoraco-lumbar junction's pitch, pelvis + lumbar.

    In leg lengths (N,): `hand_height`, from the shoulders and the arms' usual length, and `knee_height` above the
    ankles; `arm_drop` from shoulders down to wrists; `hand_forward` wrists ahead of the ankles; `foot_forward` the
    ankles' way along the floor.
    """

    time_s: Floats
    trunk_lean: Angle
    trunk_thigh: Angle
    knee_flexion: Angle
    hip_flexion: Angle
    pelvis_tilt: Angle
    lumbar_flexion: Angle
    junction: Angle
    thoracic_flexion: Angle
    hand_height: Floats
    knee_height: Floats
    arm_drop: Floats
    hand_forward: Floats
    foot_forward: Floats

    def __post_init__(self) -> None:
        n = len(self.time_s)
        lengths = ("hand_height", "knee_height", "arm_drop", "hand_forward", "foot_forward")
        _check(self, {"time_s": (n,)} | dict.fromkeys(lengths, (n,)))
        _check_time(self.time_s)


# --- 8 segment, 9 describe, 10 judge -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition.

    `onset_s`: the pull begins (the body moves before the bar does).  `liftoff_s`: the bar has risen 1 cm.
    `lockout_s`: it is within 1 cm of its top.  `top_s`: the hands are at rest up there.  `lowering_s`: they
    leave it.  `end_s`: the bar is back within 1 cm of the floor.  NaN = did not happen in the clip.  `by_load`: the
    load alone tells it, because the lifter is lost or misplaced.
    """

    number: int
    style: Family
    start_s: float
    onset_s: float
    liftoff_s: float
    knee_pass_s: float
    lockout_s: float
    top_s: float
    lowering_s: float
    end_s: float
    complete: bool
    by_load: bool = False


@dataclass(frozen=True, slots=True)
class LiftStyle:
    """The style of the set: the user's word, or what the movement looks like with how probable that is."""

    name: StyleName
    confidence: float
    given: bool


METRICS: Final = (
    *("lumbar_change_deg", "pelvis_change_deg", "junction_change_deg"),
    *("hip_change_deg", "knee_change_deg", "trunk_change_deg"),
    *("lumbar_share_trunk", "lumbar_share_thigh"),
    *("lumbar_at_liftoff_deg", "lumbar_peak_deg", "lumbar_peak_percent_of_max"),
    *("knee_to_hip_lag_s", "hip_to_lumbar_lag_s", "lumbar_velocity_deg_s"),
    *("coupling_hip", "coupling_together", "coupling_lumbar", "coupling_apart"),
    *("hip_change_to_knee_deg", "hip_change_from_knee_deg", "hip_change_lowering_deg"),
    *("knee_change_to_knee_deg", "knee_change_from_knee_deg", "knee_change_lowering_deg"),
    *("lumbar_change_to_knee_deg", "lumbar_change_from_knee_deg", "lumbar_change_lowering_deg"),
    *("pelvis_change_to_knee_deg", "pelvis_change_from_knee_deg", "pelvis_change_lowering_deg"),
    *("lean_back_deg", "lockout_short_deg", "lumbar_rise_under_load_deg"),
    *("bar_forward_percent", "bar_forward_cm"),
    *("early_trunk_drop_deg", "concentric_s", "eccentric_s"),
)
"""What every repetition of every analysis has, in this order: each a value, or the reason why there is none."""

NO_MAX_BEND: Final = "the lifter's greatest bend is not known: give --max-bend"
NO_SCALE: Final = "no scale: give --stature-cm, or film with 450-mm plates in view"
NOT_STORED: Final = "not measured by the version that wrote this file"
UNASKED: Final = frozenset({NO_MAX_BEND, NO_SCALE, NOT_STORED})
"""Reasons of metrics that were not asked for.  Reports leave a metric out if every repetition has one of these."""


def listed(reps: Sequence[Mapping[str, Measure]]) -> tuple[str, ...]:
    """Metrics of some repetitions that a report lists: all but those that were not asked for in any of them."""
    names = dict.fromkeys(name for values in reps for name in values)
    unasked = {name for name in names if all(name not in each or each[name].reason in UNASKED for each in reps)}
    return tuple(name for name in names if name not in unasked)


@dataclass(frozen=True, slots=True)
class RepMetrics:
    """What was measured of one repetition: all of METRICS in their order; `notes` are told beside the numbers.

    `pulled_from_s`: the moment, between `rep.onset_s` and lift-off, whose posture the lifter pulls from.
    """

    rep: Rep
    values: Mapping[str, Measure]
    pulled_from_s: float
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if tuple(self.values) != METRICS:
            differing = sorted(set(self.values) ^ set(METRICS)) or "their order"
            raise ValueError(f"a repetition has each metric of METRICS once, in their order; here differs: {differing}")

    @property
    def complete(self) -> bool:
        """True if the repetition was locked out."""
        return self.rep.complete


class Repetition(Protocol):
    """A repetition, just measured or read back."""

    @property
    def complete(self) -> bool:
        """Whether it was locked out."""


AnyRep = TypeVar("AnyRep", bound=Repetition)


def counting(reps: Sequence[AnyRep]) -> Sequence[AnyRep]:
    """The repetitions that count for the set: the complete ones, or all if none is complete."""
    return [rep for rep in reps if rep.complete] or reps


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says, with the number, the limit and the place it rests on."""

    rule: str
    status: Status
    measure: Measure
    limit: float
    unit: str
    reps: tuple[int, ...]
    evidence_s: tuple[float, float] | None
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The pattern of the set, the share of the trunk's movement it rests on, why, and what would make it surer.

    `chances`: how probable each pattern is, 0..1; near a limit two of them are, so they add up to more than 1.
    """

    pattern: Pattern
    share: Measure
    chances: Mapping[Pattern, float]
    reasons: tuple[str, ...]
    reps_used: tuple[int, ...]
    sentence: str
    cue: str
    surer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelfReport:
    """What the lifter says: soreness 0 to 10 by site, a day after the last session, and what surrounds the lift."""

    soreness: Mapping[str, float] = field(default_factory=dict)
    sitting_hours: float | None = None
    load_kg: float | None = None
    rpe: float | None = None
    note: str = ""
    stature_cm: float | None = None

    @property
    def empty(self) -> bool:
        """True if nothing was reported."""
        numbers = (self.sitting_hours, self.load_kg, self.rpe, self.stature_cm)
        return not self.soreness and not self.note and all(number is None for number in numbers)


@dataclass(frozen=True, slots=True)
class Drill:
    """A general movement drill, what it is for, and which findings it answers."""

    name: str
    how: str
    purpose: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """What can be said beside the measurement: self-report next to what was seen, drills, whom to ask."""

    context: tuple[str, ...]
    drills: tuple[Drill, ...]
    see: str
    red_flags: tuple[str, ...]


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
    provenance: Mapping[str, object] = field(default_factory=dict)
