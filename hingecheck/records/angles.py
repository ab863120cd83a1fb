"""Angles of joints and segments over time, each with its error.

Angles are in degrees: 0 = upright standing; flexion and forward lean are positive.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np

from hingecheck.records.arrays import Bools, Floats, Words, check, check_time
from hingecheck.records.measure import Z90, Measure
from hingecheck.records.reasons import Code


@dataclass(frozen=True, slots=True)
class Spread:
    """The error of one kind of angle, as SDs.

    `noise_deg`: random error of a frame.  `bias_deg`: lasting error of a clip.  `slope`: error of a change, as a share
    of the change.
    """

    noise_deg: float
    bias_deg: float
    slope: float


@dataclass(frozen=True)
class Angle:
    """An angle over time (N,) and its error.

    `noise_sd_deg` (N,): SD of the random error of a frame.  `bias_sd_deg` (N,): SD of the lasting error.  It stays the
    same as long as posture and clothes do, so it does not average out over frames or repetitions.  It grows with the
    angle x to hypot(bias_sd_deg, bias_slope_sd * x).  `reason` (N,): the `Code` that says why a frame is NaN, "" where
    it is not.
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
            raise ValueError("every NaN needs a reason, and only a NaN has one")
        if unknown := {*self.reason.tolist()} - {"", *Code}:
            raise ValueError(f"unknown codes of reasons: {sorted(unknown)}")

    @property
    def sd_deg(self) -> Floats:
        """SD of a frame's whole error (N,), in degrees: noise, bias and slope together."""
        bias = np.hypot(self.bias_sd_deg, self.bias_slope_sd * self.value_deg)
        return np.asarray(np.hypot(self.noise_sd_deg, bias))

    @cached_property
    def half_deg(self) -> Floats:
        """Half the width of a frame's 90 % interval (N,), in degrees."""
        half_deg = np.asarray(Z90 * self.sd_deg)
        half_deg.setflags(write=False)
        return half_deg


@dataclass(frozen=True, slots=True)
class Tangent:
    """A line along the back over one segment.  It follows the back's edge if the angle of the segment is right.

    `name`: the name of the segment.  `station`: where on the trunk axis the line touches the edge.  `standing_deg`: how
    far the edge leans forward there in the lifter's standing.  In a frame, the line leans forward by `standing_deg`
    plus the angle `segment` of that frame.
    """

    name: str
    segment: Literal["pelvis_tilt", "junction"]
    station: float
    standing_deg: float


@dataclass(frozen=True)
class SpineReading:
    """The answer of the spine model for N frames, in degrees.

    The columns are seven angles: pelvis, lumbar spine, thoraco-lumbar junction (pelvis + lumbar), thoracic spine, and
    the lines of trunk, thigh and shank.  Pitches are differences from the pitch that the landmarks have in the picture.

    `single_deg`, `single_sd_deg` (N, 8): of each frame alone; the last column is the yaw of the camera.
    `change_deg`, `change_sd_deg` (N, 7): change from the reference, mostly standing.  Each SD is that of a frame's
    whole error, in which the members' disagreement counts.
    """

    single_deg: Floats
    single_sd_deg: Floats
    change_deg: Floats
    change_sd_deg: Floats


@dataclass(frozen=True)
class Spine:
    """Angles of the segments as the spine model reads them, in degrees from the lifter's own standing.

    `junction`: pitch of the thoraco-lumbar junction, pelvis + lumbar.  `trunk_lean`: lean of the line hip -> shoulder
    from the vertical, not from standing.  `thigh`: positive if the knee is ahead of the hip.  `shank`: positive if the
    knee is ahead of the ankle.  `yaw_deg`: how far the camera is off the side view, as the model sees it.  `zero`:
    where the standing comes from.  `standing` (N,): the frames of standing in this clip.  `tangents`: lines that can
    be drawn on the back to check the angles.
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


USUAL_STEP_S: Final = 0.07
"""Longest time between two pictures that costs no accuracy, in seconds: fourteen pictures a second.  With fifteen a
second the events of four pulls move by 0.02 s (`samples.edits`)."""


@dataclass(frozen=True)
class AngleTrack:
    """All angles of the contract over time, in degrees; `junction`: pitch of the thoraco-lumbar junction.

    Lengths (N,) are in leg lengths.  `hand_height`: height of the hands above the ankles, from the shoulders and the
    usual arm length.  `knee_height`: height of the knees above the ankles.  `arm_drop`: from the shoulders down to the
    wrists.  `hand_forward`: how far the wrists are ahead of the ankles.  `foot_forward`: place of the ankles along the
    floor.  `zero`: where the angles count from.  `tilt_deg`: the camera's tilt, which was taken out (`View`).
    `new_s` (F,): times of the frames that show something new; None: all.
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
    zero: Code = Code.STANDING_AROUND
    tilt_deg: float = 0.0
    new_s: Floats | None = None

    @cached_property
    def _seen_s(self) -> Floats:
        """Times of the frames that show something new of the lifter, in seconds."""
        seen_s = self.time_s[self.trunk_lean.reason == ""]
        return seen_s if self.new_s is None else self.new_s[np.isin(self.new_s, seen_s)]

    def blind_s(self, at_s: Floats | float) -> Floats:
        """For how long the lifter was not seen around some times, beyond USUAL_STEP_S, in seconds; 0 in a good clip."""
        new_s = self._seen_s
        if len(new_s) < 2:
            return np.zeros(np.shape(at_s))
        gap_s = np.diff(new_s)
        before, after = (np.clip(np.searchsorted(new_s, at_s, side), 1, len(gap_s)) - 1 for side in ("left", "right"))
        return np.asarray(np.maximum(np.minimum(gap_s[before], gap_s[after]) - USUAL_STEP_S, 0.0))

    def gap_s(self, begin_s: float, end_s: float) -> float:
        """The longest time without a new picture that overlaps a time from begin to end, in seconds."""
        new_s = self.time_s if self.new_s is None else self.new_s
        overlaps = ~(new_s[1:] <= begin_s) & ~(new_s[:-1] >= end_s)
        return float(np.diff(new_s)[overlaps].max(initial=0.0))

    def __post_init__(self) -> None:
        n = len(self.time_s)
        lengths = ("hand_height", "knee_height", "arm_drop", "hand_forward", "foot_forward")
        check(self, {"time_s": (n,)} | dict.fromkeys(lengths, (n,)))
        check_time(self.time_s)
