"""What upright, bent, standing and still mean, each defined once.

In: landmarks in display pixels (`PoseTrack`).  Out: one answer per frame, or one length per clip.  Every stage that
asks whether somebody stands, bends or keeps still asks here, so that all stages mean the same.  `facing_sign`: +1 = the
lifter faces image right, -1 = image left.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.filtering import smooth_known
from hingecheck.geometry import length, pitch_deg, sagittal
from hingecheck.records import Bools, Floats, PoseTrack

UPRIGHT_DEG: Final = 20.0
"""Largest angle of an upright trunk from the vertical, in degrees.  If the thigh is as near to it, the lifter
stands."""

BENT_DEG: Final = 30.0
"""Smallest forward lean of a bent trunk, in degrees: the lifter is at the bar or on the way to it."""

EXTENDED_DEG: Final = 30.0
"""Largest trunk-thigh angle of extended hips and trunk, in degrees from standing."""

STRAIGHT_DEG: Final = 12.0
"""Largest trunk-thigh angle that only standing has, in degrees.  A fifth of the pull before its top, a lifter is still
bent by 30 to 55 degrees."""

HINGED_DEG: Final = 45.0
"""Smallest trunk-thigh angle of a lifter who has hinged or squatted down, in degrees from standing."""

STILL_DEG_S: Final = 15.0
"""Largest angular speed of a trunk that keeps still, in degrees per second, read from smoothed angles."""

SET_DEG_S: Final = 8.0
"""Largest angular speed of trunk and thighs of a lifter who is set at the bar and does not pull yet, in degrees per
second.  It is read from smoothed angles, which are less noisy."""

UPSIDE_DOWN: Final = 0.7
"""Distance from the hips down to the shoulders, in sizes of the same trunk (`torso_px`).  From the side, 0.7 is 45
degrees below level.  A trunk farther down is a wrong guess: the pose model sometimes sees a lifter upside down among
plates."""

KNEE_UP: Final = 0.35
"""Height of a knee above the hips, in lengths of the trunk, from which a leg is a wrong guess.  In 103 of 109 drawn and
real clips no knee is higher than 0.33, in a crouch; in the other six, behind plates, the highest is at 0.6 to 1.65."""

SHORT_LEG: Final = 0.7
"""Length of thigh and shank together, in lengths of the trunk, below which a leg is a wrong guess.  In the same clips
99 % of 9,995 looks have 0.89 and more.  39 looks of twelve clips have less than 0.7: hips or knees are on a plate."""

LEG_QUANTILE: Final = 0.9
"""Quantile of the leg's length in the picture that counts as its full length.  A leg has its full length in the frames
in which it is straight and square to the camera."""

SHORTEST_LEG: Final = 0.6
"""Smallest length of thigh and shank together, as a share of their usual length.  It is 0.71 and more in the shipped
clips.  Where the network puts the hips on a plate it is 0.4 to 0.55, and a trunk that lies level seems upright."""

TALL_QUANTILE: Final = 0.8
"""Quantile of the distance from ankles to shoulders above which a lifter counts as standing tall."""

TILTED_DEG: Final = 5.0
"""Lean of a standing lifter from which the camera counts as tilted, in degrees: no level clip has shown it
(`standing_lean_deg`)."""

MOST_TILTED_DEG: Final = 45.0
"""Lean from which it is no tilt of the camera any more, in degrees: who never looks more upright than that lies.  It is
13 at most in 65 real clips, and 96 and 101 in the two parts of one of push-ups."""


def upside_down(xy_px: Floats, width_px: float = 0.0) -> bool:
    """True if the shoulders of landmarks (33, 2) are far below the hips, as no lifter's are; `width_px`: `torso_px`."""
    shoulder, hip = (xy_px[list(pair)].mean(axis=0) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    return bool(shoulder[1] - hip[1] > UPSIDE_DOWN * torso_px(xy_px, width_px))


def torso_px(xy_px: Floats, width_px: float) -> Floats:
    """Size (...) of the trunk of landmarks (..., 33, 2) in the picture: its length or the shoulders' width.

    The larger one counts: from the front a bent trunk has hardly any length.  `width_px`: the usual width of the
    lifter's shoulders, the most that counts.  From the side it is small, so wide shoulders are a wrong guess there.
    """
    hip = xy_px[..., list(landmarks.HIPS), :].mean(axis=-2)
    trunk = xy_px[..., list(landmarks.SHOULDERS), :].mean(axis=-2) - hip
    return np.asarray(np.maximum(length(trunk), np.minimum(shoulders_px(xy_px), width_px)))


def shoulders_px(xy_px: Floats) -> Floats:
    """Width (...) of the shoulders of landmarks (..., 33, 2) in the picture."""
    left, right = (xy_px[..., point, :] for point in landmarks.SHOULDERS)
    return length(left - right)


def leg_impossible(xy_px: Floats) -> bool:
    """True if a leg of landmarks (33, 2) is as no lifter's is.

    Its knee is far above the hips, or its ankle above them, or it is too short for the trunk.
    """
    shoulder, hip, knee, ankle = (xy_px[list(pair)].mean(axis=0) for pair in landmarks.CHAIN)
    trunk_px, leg_px = np.hypot(*(shoulder - hip)), np.hypot(*(hip - knee)) + np.hypot(*(knee - ankle))
    knee_y, ankle_y = (xy_px[list(pair), 1].min() for pair in (landmarks.KNEES, landmarks.ANKLES))
    return bool(hip[1] - knee_y > KNEE_UP * trunk_px or ankle_y < hip[1] or leg_px < SHORT_LEG * trunk_px)


def trunk_lean_deg(track: PoseTrack, facing_sign: int) -> Floats:
    """Forward lean (N,) of the line from mid-hip to mid-shoulder, in degrees from the vertical."""
    hip = sagittal(track.middle_px(landmarks.HIPS), facing_sign)
    return pitch_deg(hip, sagittal(track.middle_px(landmarks.SHOULDERS), facing_sign))


def standing_lean_deg(track: PoseTrack, facing_sign: int) -> float:
    """How far a lifter who stands tall leans in the picture, legs and whole body alike, in degrees; forward positive.

    It is the smaller one of both leans if they have the same sign, else 0; also 0 for a lifter who is never seen.  It
    is 0.8 at most in 20 drawn clips by a level camera, and 4.0 at most in 51 real ones, all within 30 degrees of the
    side: lifters lean back at the top, but seldom with their legs.  So more than that shows a tilted camera.
    """
    hip, shoulder, ankle = (
        sagittal(track.middle_px(pair), facing_sign) for pair in (landmarks.HIPS, landmarks.SHOULDERS, landmarks.ANKLES)
    )
    tall_px = length(shoulder - ankle)
    if np.isnan(tall_px).all():
        return 0.0
    tall = tall_px >= np.nanquantile(tall_px, TALL_QUANTILE)
    legs_deg, body_deg = (float(np.median(pitch_deg(ankle, top)[tall])) for top in (hip, shoulder))
    return min(legs_deg, body_deg, key=abs) if legs_deg * body_deg > 0 else 0.0


def tilt_deg(track: PoseTrack, facing_sign: int) -> float:
    """How far the camera is tilted, as the standing lifter shows, in degrees; 0 if it may be level.

    Positive: what is upright leans forward in the picture.
    """
    lean_deg = standing_lean_deg(track, facing_sign)
    return lean_deg if abs(lean_deg) >= TILTED_DEG else 0.0


def lies(track: PoseTrack) -> bool:
    """True if a lifter who is seen never looks more upright than MOST_TILTED_DEG."""
    return abs(standing_lean_deg(track, 1)) >= MOST_TILTED_DEG


def keeps_still(time_s: Floats, lean_deg: Floats) -> Bools:
    """Frames (N,) in which a trunk with the lean (N,) turns more slowly than STILL_DEG_S; False where it is unknown."""
    if len(lean_deg) < 2:
        return ~np.isnan(lean_deg)
    return np.asarray(np.abs(np.gradient(smooth_known(time_s, lean_deg), time_s)) < STILL_DEG_S)


def outside_bends(track: PoseTrack, facing_sign: int) -> Bools:
    """Frames (N,) before the trunk is bent for the first time and after it is bent for the last time."""
    bent = np.flatnonzero(trunk_lean_deg(track, facing_sign) > BENT_DEG)
    index = np.arange(len(track.time_s))
    if bent.size == 0:
        return np.ones(len(index), bool)
    return np.asarray((index < bent[0]) | (index > bent[-1]))


def leg_px(track: PoseTrack) -> float:
    """Length of the straight leg, hip to ankle, in display pixels; NaN if no leg is ever seen."""
    legs_px = length(track.middle_px(landmarks.HIPS) - track.middle_px(landmarks.ANKLES))
    return float("nan") if np.isnan(legs_px).all() else float(np.nanquantile(legs_px, LEG_QUANTILE))


def feet_px(track: PoseTrack) -> Floats:
    """Place (2,) where the lifter stands, between the ankles, in display pixels; NaN if the ankles are never seen."""
    ankle_px = track.middle_px(landmarks.ANKLES)
    return np.full(2, np.nan) if np.isnan(ankle_px).all() else np.asarray(np.nanmedian(ankle_px, axis=0))
