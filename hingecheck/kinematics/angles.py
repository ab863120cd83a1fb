"""Stage 7, measure: from landmarks, view and spine to the angles of the contract over time.

In: the cleaned landmarks (`PoseTrack`), the view, and what the spine model reads (`Spine`).  Out: `AngleTrack`, each
angle with its error, or the reason why a frame has none.

Trunk, thigh and shank are the lines between the midpoints of left and right shoulders, hips, knees and ankles.  Off the
side view, the errors of left and right cancel in the midpoint.

    trunk_lean = lean of the line hip -> shoulder       trunk_thigh = trunk_lean + forward pitch of the thigh
    knee_flexion = forward pitch of the thigh + forward lean of the shank
    hip_flexion = pelvis_tilt + forward pitch of the thigh

Steps (`measure`):

1. Take the midpoints as (forward, up).  Take out the tilt of the camera.
2. Correct the knee, which plates often hide (`knees`).
3. Take the pitch of the trunk as the spine model corrects it, because the pose model's points are not the joint
   centres.  Where the model could not read the frame, take it from the landmarks.
   The pitch of thigh and shank is a mean of both: plates hide knees and feet, and the two seldom go wrong together
   (the thigh's errors have a correlation of 0.0 over nine drawn clips, of 0.2 over ten others).  The more they differ,
   the wider the error (`_pooled`).  They count from the lifter's own standing if there is one.
4. Mark the frames whose landmarks make no possible posture.
5. Measure how high the hands are.
6. Add the segments up to joint angles, and drop the marked frames.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import numpy as np
import scipy

from hingecheck import landmarks, posture
from hingecheck.geometry import known_median, length, pitch_deg, sagittal, thigh_pitch_deg
from hingecheck.kinematics import knees
from hingecheck.records import (
    SMALLEST_TRUNK_PX,
    Angle,
    AngleTrack,
    Bools,
    Code,
    Floats,
    PoseTrack,
    Spine,
    Spread,
    View,
    Words,
)

LEAST_FOLDED_DEG, MOST_FOLDED_DEG = -40.0, 150.0
"""Smallest and largest possible trunk-thigh angle, in degrees.  With any other, the pose model took one joint for
another.  Own choice: the largest one measured in 26 real clips is 139 degrees, the largest true one of 23 drawn clips
123."""

FILLED_NOISE: Final = 3.0
"""Noise of a filled frame, as a multiple of that of a seen one."""

FASTEST_DEG_S: Final = 450.0
"""Largest possible speed of the trunk-thigh angle, in degrees a second.  Where it changes faster from both neighbours,
a joint was taken for another.  Own choice: it stays below 390 in 58 of 63 drawn and real clips, and reaches 470 to 830
in the others; in one of these, pictures show joints on a plate."""

OBLIQUE_FACTOR: Final = 2.0
"""Factor on the bias of an angle beyond OBLIQUE_DEG.  Between 20 and 30 degrees of yaw the bias of hip and knee about
doubles (BIOMECHANICS section 4)."""

OBLIQUE_DEG: Final = 20.0
"""Largest yaw, to either side, that leaves the bias unchanged, in degrees."""

SMALL_FACTOR: Final = 2.5
"""Factor on all errors of the landmarks for a trunk of just under SMALLEST_TRUNK_PX; it grows as the trunk shrinks.  On
four shrunk drawn clips with trunks of 38 to 51 pixels the knee is 8 to 39 degrees off at the start of the pull, and the
trunk 7 to 16 degrees (`python -m samples.edits`)."""

HANGING_DROP: Final = 0.4
"""Smallest drop from the shoulders to the hands of hanging arms, in leg lengths."""

ARM_LENGTH: Final = 0.62
"""Length of a straight arm from shoulder to wrist, in leg lengths, as the pose model sees it (rendered sets)."""

GUESSED_DROP: Final = 0.25
"""Smallest drop to hidden hands that may hang, as the pose model guesses them, in leg lengths.  It guesses 0.3 and more
with plates in the hands, 0.19 and less with crossed arms or with plates on the back (rendered sets)."""

WRIST_SEEN: Final = 0.5
"""Smallest visibility of a wrist that counts as seen."""

OFTEN_SEEN: Final = 0.4
"""Smallest share of bent frames with a seen wrist in which the position of the hands is believed.  In rendered squats
it is 0.6 and more."""

GROUND_HALF_S: Final = 3.0
"""Time before and after a frame over which the median height of the ankles is taken, in seconds."""

GROUND_STEP_S: Final = 0.1
"""Time step of that median, in seconds."""

TRUNK_SPREAD: Final = Spread(noise_deg=1.0, bias_deg=2.5, slope=0.05)
"""Error of the trunk's lean from the landmarks."""

THIGH_SPREAD: Final = Spread(noise_deg=1.0, bias_deg=3.0, slope=0.05)
"""Error of the thigh's pitch from the landmarks."""

SHANK_SPREAD: Final = Spread(noise_deg=1.5, bias_deg=5.0, slope=0.10)
"""Error of the shank's lean from the landmarks."""


def measure(track: PoseTrack, view: View, spine: Spine) -> AngleTrack:
    """All angles of the contract, in degrees, for every frame; NaN with a reason where the lifter is not seen."""
    # 1
    track = replace(track, xy_px=view.levelled(track.xy_px))
    shoulder, hip, knee, ankle = (sagittal(track.middle_px(pair), view.facing_sign) for pair in landmarks.CHAIN)
    wrist = sagittal(track.middle_px(landmarks.WRISTS), view.facing_sign)
    # 2
    constructed = knees.constructed((hip, knee, ankle), spine.standing)
    apart_deg = knees.difference_deg((hip, knee, ankle), constructed)
    hidden = np.abs(apart_deg) > knees.MOST_APART_DEG
    knee = knees.combined(knee, constructed, pitch_deg(hip, shoulder))
    # 3
    lean, thigh, shank = _segments(track, view, spine, (shoulder, hip, knee, ankle), apart_deg)
    # 4
    trunk_thigh = _sum(lean, thigh)
    misplaced = (trunk_thigh.value_deg < LEAST_FOLDED_DEG) | (trunk_thigh.value_deg > MOST_FOLDED_DEG)
    misplaced |= _too_fast(track.time_s, trunk_thigh.value_deg)
    shoulder, wrist, knee = (np.where(misplaced[:, None], np.nan, joint) for joint in (shoulder, wrist, knee))
    # 5
    leg_px, ground_px = posture.leg_px(track), _ground_px(track.time_s, ankle)
    wrist_seen = track.visibility[:, list(landmarks.WRISTS)].max(axis=1) >= WRIST_SEEN
    hand_px = _hand_px(shoulder, wrist, leg_px, trunk_thigh.value_deg >= posture.HINGED_DEG, wrist_seen)
    # 6
    measured = AngleTrack(
        time_s=track.time_s.copy(),
        trunk_lean=lean,
        trunk_thigh=trunk_thigh,
        knee_flexion=_blanked(knees.less_sure(_sum(thigh, shank), apart_deg), hidden, Code.LEGS_HIDDEN),
        hip_flexion=_blanked(knees.less_sure(_sum(spine.pelvis_tilt, thigh), apart_deg / 2), hidden, Code.LEGS_HIDDEN),
        pelvis_tilt=spine.pelvis_tilt,
        lumbar_flexion=spine.lumbar_flexion,
        junction=spine.junction,
        thoracic_flexion=spine.thoracic_flexion,
        hand_height=(hand_px - ground_px) / leg_px,
        knee_height=(knee[:, 1] - ground_px) / leg_px,
        arm_drop=(shoulder[:, 1] - wrist[:, 1]) / leg_px,
        hand_forward=(wrist[:, 0] - ankle[:, 0]) / leg_px,
        foot_forward=ankle[:, 0] / leg_px,
        zero=spine.zero,
        tilt_deg=view.tilt_deg,
    )
    return without(measured, misplaced, Code.LANDMARKS_MISPLACED)


def _too_fast(time_s: Floats, angle_deg: Floats) -> Bools:
    """The frames (N,) in which an angle changes faster than FASTEST_DEG_S, both from the frame before and to the next.

    A frame with one known neighbour has one change.
    """
    speed = np.abs(np.diff(angle_deg, prepend=np.nan, append=np.nan)) / np.diff(time_s, prepend=-np.inf, append=np.inf)
    return np.asarray(np.fmin(speed[:-1], speed[1:]) > FASTEST_DEG_S)


def without(track: AngleTrack, frames: Bools, reason: Code) -> AngleTrack:
    """The angles and the hands' forward position without some frames (N,), for a reason."""
    values = {field.name: getattr(track, field.name) for field in fields(track)}
    blanked: dict[str, Any] = {n: _blanked(v, frames, reason) for n, v in values.items() if isinstance(v, Angle)}
    return replace(track, hand_forward=np.where(frames, np.nan, track.hand_forward), **blanked)


def _segments(
    track: PoseTrack, view: View, spine: Spine, chain: tuple[Floats, Floats, Floats, Floats], apart_deg: Floats
) -> tuple[Angle, Angle, Angle]:
    """Pitch of trunk, thigh and shank; `chain`: shoulder, hip, knee and ankle, (N, 2) each, in sagittal pixels."""
    shoulder, hip, knee, ankle = chain
    lean_deg = pitch_deg(hip, shoulder)
    thigh_deg = _from_standing(thigh_pitch_deg(hip, knee), spine)
    shank_deg = _from_standing(pitch_deg(ankle, knee), spine)
    return (
        _first_known(spine.trunk_lean, _from_landmarks(track, view, lean_deg, TRUNK_SPREAD)),
        _pooled(spine.thigh, knees.less_sure(_from_landmarks(track, view, thigh_deg, THIGH_SPREAD), apart_deg)),
        _pooled(spine.shank, knees.less_sure(_from_landmarks(track, view, shank_deg, SHANK_SPREAD), apart_deg)),
    )


def _blanked(angle: Angle, frames: Bools, reason: Code) -> Angle:
    """The angle without some frames (N,), for a reason.  A frame that is NaN already keeps its own reason."""
    reasons = np.where(frames & (angle.reason == ""), reason, angle.reason)
    return replace(angle, value_deg=np.where(frames, np.nan, angle.value_deg), reason=reasons)


def _from_standing(angle_deg: Floats, spine: Spine) -> Floats:
    """The angle minus its median over the lifter's own standing; unchanged without a standing."""
    return angle_deg - np.nanmedian(angle_deg[spine.standing]) if spine.standing.any() else angle_deg


def _from_landmarks(track: PoseTrack, view: View, value_deg: Floats, spread: Spread) -> Angle:
    """An angle (N,) of the landmarks with its error: larger in filled frames, off the side view, of a small lifter."""
    oblique = abs(view.yaw_deg.value) > OBLIQUE_DEG
    factor = (OBLIQUE_FACTOR if oblique else 1.0) * _small_factor(track)
    filled = track.filled[:, landmarks.Point.LEFT_HIP]
    return Angle(
        value_deg=value_deg,
        noise_sd_deg=np.where(filled, FILLED_NOISE, 1.0) * spread.noise_deg,
        bias_sd_deg=np.full(len(value_deg), factor * spread.bias_deg),
        bias_slope_sd=factor * spread.slope,
        reason=_unseen(value_deg),
    )


def _small_factor(track: PoseTrack) -> float:
    """Factor on the errors of the landmarks of a lifter who looks small; 1 for all others."""
    trunk_px = known_median(length(track.middle_px(landmarks.SHOULDERS) - track.middle_px(landmarks.HIPS)))
    return SMALL_FACTOR * SMALLEST_TRUNK_PX / trunk_px if trunk_px < SMALLEST_TRUNK_PX else 1.0


def _first_known(spine: Angle, landmark: Angle) -> Angle:
    """The angle of the spine model where it is known, else that of the landmarks."""
    known = spine.reason == ""
    return Angle(
        value_deg=np.where(known, spine.value_deg, landmark.value_deg),
        noise_sd_deg=np.where(known, spine.noise_sd_deg, landmark.noise_sd_deg),
        bias_sd_deg=np.where(known, spine.bias_sd_deg, landmark.sd_deg),
        bias_slope_sd=spine.bias_slope_sd,
        reason=np.where(known, "", landmark.reason),
    )


def _pooled(spine: Angle, landmark: Angle) -> Angle:
    """The weighted mean of an angle as the spine model and as the landmarks give it; where one is missing, the other.

    The smaller its error, the more a reading counts.  Where they differ by more than their errors explain, each gets
    another error that explains it.  So the weights come closer, and the mean's error grows (DerSimonian and Laird 1986,
    Control Clin Trials 7:177-188, for two readings).
    """
    known, apart_deg = _first_known(spine, landmark), landmark.value_deg - spine.value_deg
    unexplained = np.maximum(apart_deg**2 - spine.sd_deg**2 - landmark.sd_deg**2, 0.0) / 2
    own, other = spine.sd_deg**2 + unexplained, landmark.sd_deg**2 + unexplained
    share, unexplained_deg = np.nan_to_num(own / (own + other)), np.sqrt(np.nan_to_num(unexplained))
    bias_deg = [np.hypot(angle.bias_sd_deg, unexplained_deg) for angle in (known, landmark)]
    return Angle(
        value_deg=known.value_deg + share * np.nan_to_num(apart_deg),
        noise_sd_deg=np.hypot((1 - share) * known.noise_sd_deg, share * landmark.noise_sd_deg),
        bias_sd_deg=np.hypot((1 - share) * bias_deg[0], share * bias_deg[1]),
        bias_slope_sd=known.bias_slope_sd,
        reason=known.reason,
    )


def _unseen(value_deg: Floats) -> Words:
    """The reason (N,) why an angle of the landmarks is NaN, "" where it is known."""
    return np.where(np.isnan(value_deg), Code.LIFTER_UNSEEN, "")


def _sum(a: Angle, b: Angle) -> Angle:
    """The sum of two angles with independent errors and of about equal size; a missing one gives its reason."""
    return Angle(
        value_deg=a.value_deg + b.value_deg,
        noise_sd_deg=np.hypot(a.noise_sd_deg, b.noise_sd_deg),
        bias_sd_deg=np.hypot(a.bias_sd_deg, b.bias_sd_deg),
        bias_slope_sd=float(np.hypot(a.bias_slope_sd, b.bias_slope_sd)) / 2,  # each slope acts on half of the sum
        reason=np.where(a.reason != "", a.reason, b.reason),
    )


def _hand_px(shoulder: Floats, wrist: Floats, leg_px: float, bent: Bools, wrist_seen: Bools) -> Floats:
    """Height (N,) of the hands in pixels; NaN if the arms do not hang, as in a squat.

    The hands are a fixed length below the shoulders, because nothing hides the shoulders.  The wrists of single frames
    are not used: plates hide them at lockout, and the hips hide them when the lifter stands without a load; the pose
    model then guesses.

    1. If the arms usually hang, over the whole clip or over the bent frames, the length is the median of all frames in
       which they hang.
    2. Else, if the wrists are hidden in most bent frames, the arms may hang unseen: the length is ARM_LENGTH.  The
       pose model must also guess them low enough (GUESSED_DROP).
    3. Else the arms do not hang.
    """
    drop_px = shoulder[:, 1] - wrist[:, 1]
    known = ~np.isnan(drop_px)
    usual_px = [float(np.median(drop_px[frames])) for frames in (known, known & bent) if frames.any()]
    # 1
    if usual_px and max(usual_px) >= HANGING_DROP * leg_px:
        return np.asarray(shoulder[:, 1] - np.median(drop_px[known][drop_px[known] >= HANGING_DROP * leg_px]))
    # 2
    often_hidden = bent.any() and wrist_seen[bent].mean() < OFTEN_SEEN
    if often_hidden and min(usual_px, default=0.0) >= GUESSED_DROP * leg_px:
        return np.asarray(shoulder[:, 1] - ARM_LENGTH * leg_px)
    # 3
    return np.full(len(drop_px), np.nan)


def _ground_px(time_s: Floats, ankle: Floats) -> Floats:
    """Height (N,) of the ankles in pixels, as a running median over GROUND_HALF_S to each side.

    This removes the jitter of the pose model.  A slow drift of the camera stays, because the ankles follow it.
    """
    known = ~np.isnan(ankle[:, 1])
    if not known.any():
        return ankle[:, 1]
    grid_s = np.arange(time_s[0], time_s[-1] + GROUND_STEP_S, GROUND_STEP_S)
    even_px = np.interp(grid_s, time_s[known], ankle[known, 1])
    steady_px = scipy.ndimage.median_filter(even_px, size=round(2 * GROUND_HALF_S / GROUND_STEP_S) + 1, mode="nearest")
    return np.where(known, np.interp(time_s, grid_s, steady_px), np.nan)
