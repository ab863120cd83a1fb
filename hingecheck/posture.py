"""Words for a posture, each said once: trunk lean, upright, bent, still, leg length.

Every stage that asks whether somebody stands, bends or keeps still asks here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.geometry import length, pitch_deg, sagittal, thigh_pitch_deg
from hingecheck.records import Bools, Floats, PoseTrack

UPRIGHT_DEG: Final = 20.0
"""Trunk no farther than this from the vertical: upright.  With the thigh as near to it, the lifter stands."""

BENT_DEG: Final = 30.0
"""A trunk that leans further forward than this is bent: the lifter is at the bar or on the way to it."""

EXTENDED_DEG: Final = 30.0
"""Trunk and thigh together (trunk-thigh angle) no farther than this from standing: hips and trunk are extended."""

STRAIGHT_DEG: Final = 12.0
"""The same, so near that nothing but standing looks like it: a fifth of the pull before its top the lifter is still
bent by 30 to 55 degrees."""

HINGED_DEG: Final = 45.0
"""Trunk and thigh together at least this far from standing: the lifter has hinged or squatted down."""

STILL_DEG_S: Final = 15.0
"""A trunk that turns more slowly than this keeps still."""

LEG_QUANTILE: Final = 0.9
"""A leg looks its full length in the frames in which it is straight and square to the camera: near the longest ones."""


def trunk_lean_deg(track: PoseTrack, facing_sign: int) -> Floats:
    """Forward lean (N,) of the line from mid-hip to mid-shoulder, from the vertical."""
    hip = sagittal(track.middle_px(landmarks.HIPS), facing_sign)
    return pitch_deg(hip, sagittal(track.middle_px(landmarks.SHOULDERS), facing_sign))


def stands_upright(track: PoseTrack, facing_sign: int) -> Bools:
    """Frames (N,) with trunk and thigh near the vertical."""
    hip, knee = (sagittal(track.middle_px(pair), facing_sign) for pair in (landmarks.HIPS, landmarks.KNEES))
    thigh_deg = thigh_pitch_deg(hip, knee)
    lean_deg = trunk_lean_deg(track, facing_sign)
    return np.asarray((np.abs(lean_deg) < UPRIGHT_DEG) & (np.abs(thigh_deg) < UPRIGHT_DEG))


def keeps_still(track: PoseTrack, facing_sign: int) -> Bools:
    """Frames (N,) in which the trunk hardly turns."""
    lean_deg = trunk_lean_deg(track, facing_sign)
    if len(lean_deg) < 2:
        return np.ones(len(lean_deg), bool)
    return np.asarray(np.abs(np.gradient(lean_deg, track.time_s)) < STILL_DEG_S)


def outside_bends(track: PoseTrack, facing_sign: int) -> Bools:
    """Frames (N,) before the first and after the last time the trunk is bent."""
    bent = np.flatnonzero(trunk_lean_deg(track, facing_sign) > BENT_DEG)
    index = np.arange(len(track.time_s))
    if bent.size == 0:
        return np.ones(len(index), bool)
    return np.asarray((index < bent[0]) | (index > bent[-1]))


def leg_px(track: PoseTrack) -> float:
    """Length of the straight leg, hip to ankle, in display pixels; NaN if it is never seen."""
    legs_px = length(track.middle_px(landmarks.HIPS) - track.middle_px(landmarks.ANKLES))
    return float("nan") if np.isnan(legs_px).all() else float(np.nanquantile(legs_px, LEG_QUANTILE))


def feet_px(track: PoseTrack) -> Floats:
    """Where the lifter stands (2,), between the ankles, in display pixels; NaN if that is never seen."""
    ankle_px = track.middle_px(landmarks.ANKLES)
    return np.full(2, np.nan) if np.isnan(ankle_px).all() else np.asarray(np.nanmedian(ankle_px, axis=0))
