"""Joint and segment angles over time, with what is known of their errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from hingecheck.records.arrays import Bools, Floats, Words, check, check_time
from hingecheck.records.measure import Z90, Measure
from hingecheck.records.reasons import Code


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
    hypot(bias_sd_deg, bias_slope_sd * x).  `reason` (N,) is the `Code` that says why
    a frame is NaN, "" where it is not.
    """

    value_deg: Floats
    noise_sd_deg: Floats
    bias_sd_deg: Floats
    bias_slope_sd: float
    reason: Words

    def __post_init__(self) -> None:
        n = len(self.value_deg)
        check(self, {"value_deg": (n,), "noise_sd_deg": (n,), "bias_sd_deg": (n,), "reason": (n,)})
        if np.any(np.isnan(self.value_deg) != (self.reason != "")):
            raise ValueError("every NaN needs a reason, and only NaN has one")
        if unknown := {*self.reason.tolist()} - {"", *Code}:
            raise ValueError(f"no codes of reasons: {sorted(unknown)}")

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

    `standing` (N,) marks the frames of that standing, `zero` says which one it is.  `yaw_deg` is how far
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
    zero: Code
    standing: Bools
    tangents: tuple[Tangent, ...] = ()

    def __post_init__(self) -> None:
        check(self, {"standing": (len(self.lumbar_flexion.value_deg),)})


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
        check(self, {"time_s": (n,)} | dict.fromkeys(lengths, (n,)))
        check_time(self.time_s)
