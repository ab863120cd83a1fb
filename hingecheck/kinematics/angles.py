"""Stage 7, measure: landmarks, view and spine become the contract's angles over time.

Trunk, thigh and shank are the lines between the midpoints of left and right shoulders, hips, knees and
ankles; off the side view the midpoints are where left and right errors cancel.  The pose model's points are
not the joint centres, and plates hide knees and feet, so each line's pitch is taken as the spine model
corrects it; where that could not look, as the landmarks have it.  Thigh and knee are zeroed on the lifter's
own standing where it was found.

    trunk_lean = hip -> shoulder from the vertical      trunk_thigh = trunk_lean + thigh's forward pitch
    knee_flexion = thigh's forward pitch + shank's forward lean
    hip_flexion = pelvis_tilt + thigh's forward pitch
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
from scipy.ndimage import median_filter

from hingecheck import landmarks, posture
from hingecheck.geometry import pitch_deg, sagittal, thigh_pitch_deg
from hingecheck.kinematics import knees
from hingecheck.records import Angle, AngleTrack, Bools, Code, Floats, PoseTrack, Spine, Spread, View, Words

LEAST_FOLDED_DEG, MOST_FOLDED_DEG = -40.0, 165.0
"""Trunk and thigh fold no farther back or forward: the pose model that tells so took one joint for another."""
FILLED_NOISE: Final = 3.0
"""Noise of a filled frame over that of a seen one."""

OBLIQUE_FACTOR: Final = 2.0
"""Between 20 and 30 degrees of yaw the bias of hip and knee about doubles (BIOMECHANICS section 4)."""

OBLIQUE_DEG: Final = 20.0
ARMS_HANG: Final = 0.4
"""Hands this far below the shoulders, in leg lengths, hang."""

ARM: Final = 0.62
"""From the shoulder to the wrist of a straight arm, in leg lengths as the pose model has them (rendered sets)."""

GUESSED_HANG: Final = 0.25
"""Hidden hands may hang if the pose model guesses them this far below the shoulders, in leg lengths: at 0.3 and more
with plates in the hands, at 0.19 and less where arms are crossed or plates are on the back (rendered sets)."""

SHOWN, OFTEN_SHOWN = 0.5, 0.4
"""The hands are seen where the pose model is so sure of a wrist; and while bent, if they are in this share of frames:
in 0.6 and more of those of rendered squats."""

GROUND_HALF_S: Final = 3.0
GROUND_STEP_S: Final = 0.1


TRUNK_SPREAD: Final = Spread(noise_deg=1.0, bias_deg=2.5, slope=0.05)
THIGH_SPREAD: Final = Spread(noise_deg=1.0, bias_deg=3.0, slope=0.05)
SHANK_SPREAD: Final = Spread(noise_deg=1.5, bias_deg=5.0, slope=0.10)


def measure(track: PoseTrack, view: View, spine: Spine) -> AngleTrack:
    """All angles of the contract for every frame; NaN with a reason where the lifter is not seen."""
    shoulder, hip, knee, ankle = (sagittal(track.middle_px(pair), view.facing_sign) for pair in landmarks.CHAIN)
    wrist = sagittal(track.middle_px(landmarks.WRISTS), view.facing_sign)
    built = knees.built((hip, knee, ankle), spine.standing)
    apart_deg = knees.apart_deg((hip, knee, ankle), built)
    hidden = np.abs(apart_deg) > knees.MOST_APART_DEG
    knee = knees.steadied(knee, built, pitch_deg(hip, shoulder))
    lean = _prefer(spine.trunk_lean, _angle(track, view, pitch_deg(hip, shoulder), TRUNK_SPREAD))
    thigh_deg, shank_deg = _zeroed(thigh_pitch_deg(hip, knee), spine), _zeroed(pitch_deg(ankle, knee), spine)
    thigh = _prefer(spine.thigh, _angle(track, view, thigh_deg, THIGH_SPREAD))
    shank = _prefer(spine.shank, _angle(track, view, shank_deg, SHANK_SPREAD))
    leg_px, ground_up = posture.leg_px(track), _ground_up(track.time_s, ankle)
    trunk_thigh = _sum(lean, thigh)
    misplaced = (trunk_thigh.value_deg < LEAST_FOLDED_DEG) | (trunk_thigh.value_deg > MOST_FOLDED_DEG)
    shoulder, wrist, knee = (np.where(misplaced[:, None], np.nan, joint) for joint in (shoulder, wrist, knee))
    shown = track.visibility[:, list(landmarks.WRISTS)].max(axis=1) >= SHOWN
    hand_up = _hand_up(shoulder, wrist, leg_px, trunk_thigh.value_deg >= posture.HINGED_DEG, shown)
    measured = AngleTrack(
        time_s=track.time_s.copy(),
        trunk_lean=lean,
        trunk_thigh=trunk_thigh,
        knee_flexion=_blanked(knees.doubted(_sum(thigh, shank), apart_deg), hidden, Code.LEGS_HIDDEN),
        hip_flexion=_blanked(_sum(spine.pelvis_tilt, thigh), hidden, Code.LEGS_HIDDEN),
        pelvis_tilt=spine.pelvis_tilt,
        lumbar_flexion=spine.lumbar_flexion,
        junction=spine.junction,
        thoracic_flexion=spine.thoracic_flexion,
        hand_height=(hand_up - ground_up) / leg_px,
        knee_height=(knee[:, 1] - ground_up) / leg_px,
        arm_drop=(shoulder[:, 1] - wrist[:, 1]) / leg_px,
        hand_forward=(wrist[:, 0] - ankle[:, 0]) / leg_px,
        foot_forward=ankle[:, 0] / leg_px,
    )
    return without(measured, misplaced, Code.LANDMARKS_MISPLACED)


def without(track: AngleTrack, frames: Bools, reason: Code) -> AngleTrack:
    """The same with no angle measured in some frames (N,), for a reason; nor where the hands are."""
    values = {field.name: getattr(track, field.name) for field in fields(track)}
    blanked: dict[str, Any] = {n: _blanked(v, frames, reason) for n, v in values.items() if isinstance(v, Angle)}
    return replace(track, hand_forward=np.where(frames, np.nan, track.hand_forward), **blanked)


def _blanked(angle: Angle, frames: Bools, reason: Code) -> Angle:
    """The angle without some frames, for a reason; one that was missing already keeps its own."""
    reasons = np.where(frames & (angle.reason == ""), reason, angle.reason)
    return replace(angle, value_deg=np.where(frames, np.nan, angle.value_deg), reason=reasons)


def _zeroed(angle_deg: Floats, spine: Spine) -> Floats:
    """The angle less its median over the lifter's own standing, if there is one."""
    return angle_deg - np.nanmedian(angle_deg[spine.standing]) if spine.standing.any() else angle_deg


def _angle(track: PoseTrack, view: View, value_deg: Floats, spread: Spread) -> Angle:
    oblique = abs(view.yaw_deg.value) > OBLIQUE_DEG
    factor = OBLIQUE_FACTOR if oblique else 1.0
    filled = track.filled[:, landmarks.Point.LEFT_HIP]
    return Angle(
        value_deg=value_deg,
        noise_sd_deg=np.where(filled, FILLED_NOISE, 1.0) * spread.noise_deg,
        bias_sd_deg=np.full(len(value_deg), factor * spread.bias_deg),
        bias_slope_sd=factor * spread.slope,
        reason=_reason(value_deg),
    )


def _prefer(read: Angle, other: Angle) -> Angle:
    """`read` where it is known, else `other`."""
    known = read.reason == ""
    return Angle(
        value_deg=np.where(known, read.value_deg, other.value_deg),
        noise_sd_deg=np.where(known, read.noise_sd_deg, other.noise_sd_deg),
        bias_sd_deg=np.where(known, read.bias_sd_deg, other.sd_deg),
        bias_slope_sd=read.bias_slope_sd,
        reason=np.where(known, "", other.reason),
    )


def _reason(value_deg: Floats) -> Words:
    return np.where(np.isnan(value_deg), Code.LIFTER_UNSEEN, "")


def _sum(a: Angle, b: Angle) -> Angle:
    """Two independent angles of about equal size added; a missing one gives its reason."""
    return Angle(
        value_deg=a.value_deg + b.value_deg,
        noise_sd_deg=np.hypot(a.noise_sd_deg, b.noise_sd_deg),
        bias_sd_deg=np.hypot(a.bias_sd_deg, b.bias_sd_deg),
        bias_slope_sd=float(np.hypot(a.bias_slope_sd, b.bias_slope_sd)) / 2,  # each slope acts on its own half
        reason=np.where(a.reason != "", a.reason, b.reason),
    )


def _hand_up(shoulder: Floats, wrist: Floats, leg_px: float, bent: Bools, shown: Bools) -> Floats:
    """Height (N,) of the hands, in pixels: the shoulders' less the clip's usual arm length.

    Straight arms hang from the shoulders, which nothing hides; plates hide the wrists at lockout, hips the hands of
    who stands without a load, and the pose model then guesses, so single wrist positions are not used.  Where they are
    hidden in most bends too, arms are taken to hang.  NaN if they are seen, or guessed, not to: a squat.
    """
    hang = shoulder[:, 1] - wrist[:, 1]
    known = ~np.isnan(hang)
    usual = [float(np.median(hang[some])) for some in (known, known & bent) if some.any()]
    if usual and max(usual) >= ARMS_HANG * leg_px:
        return np.asarray(shoulder[:, 1] - np.median(hang[known][hang[known] >= ARMS_HANG * leg_px]))
    hidden = bent.any() and shown[bent].mean() < OFTEN_SHOWN and min(usual, default=0.0) >= GUESSED_HANG * leg_px
    return np.asarray(shoulder[:, 1] - ARM * leg_px) if hidden else np.full(len(hang), np.nan)


def _ground_up(time_s: Floats, ankle: Floats) -> Floats:
    """Height (N,) of the ankles with the pose model's wobble taken out: the camera drifts, the floor does not jump."""
    known = ~np.isnan(ankle[:, 1])
    if not known.any():
        return ankle[:, 1]
    grid_s = np.arange(time_s[0], time_s[-1] + GROUND_STEP_S, GROUND_STEP_S)
    even = np.interp(grid_s, time_s[known], ankle[known, 1])
    steady = median_filter(even, size=round(2 * GROUND_HALF_S / GROUND_STEP_S) + 1, mode="nearest")
    return np.where(known, np.interp(time_s, grid_s, steady), np.nan)
