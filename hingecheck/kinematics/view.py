"""Stage 5, orient: which way the lifter faces and how far the camera is off the side view; once a clip.

Facing comes from where the nose lies from the ears and the toes from the heels, summed over all frames.
Yaw comes from the pose model's metric landmarks: the direction of the line through both shoulders, taken
apart for upright and for bent frames (each leans the other way) and averaged.

Source of the limits: BIOMECHANICS section 4; to 20 degrees the geometric error of hip and knee stays near
3 degrees, at 30 it reaches 7, at 45 it is 18.
"""

from __future__ import annotations

import numpy as np

from hingecheck import landmarks, posture
from hingecheck.geometry import circular_mean_deg
from hingecheck.records import Facing, Measure, PoseTrack, View

YAW_WIDEN_DEG = 20.0
YAW_WITHHOLD_DEG = 30.0
YAW_SD_DEG = 5.5
"""SD of the yaw estimate over rendered clips of known yaw: it is good to about 9 degrees at 90 %."""


def orient(track: PoseTrack) -> View:
    """The clip's view, decided from all frames in which the trunk is known."""
    facing = _facing(track)
    yaw_deg = _yaw_deg(track, 1 if facing == "right" else -1)
    return _view(facing, Measure.of(yaw_deg, YAW_SD_DEG))


def with_yaw(view: View, yaw_deg: Measure) -> View:
    """The same view with a better yaw; as it was if there is none."""
    return _view(view.facing, yaw_deg) if yaw_deg.known else view


def _view(facing: Facing, yaw_deg: Measure) -> View:
    return View(
        side="right" if facing == "right" else "left",
        facing=facing,
        yaw_deg=yaw_deg,
        assessable=abs(yaw_deg.value) <= YAW_WITHHOLD_DEG,
        reasons=_reasons(abs(yaw_deg.value)),
    )


def _facing(track: PoseTrack) -> Facing:
    """Side-on, toes lie ahead of heels and the nose ahead of the ears in every posture of a lift."""
    nose = track.xy_px[:, landmarks.Point.NOSE, 0] - track.middle_px(landmarks.EARS)[:, 0]
    foot = track.middle_px(landmarks.TOES)[:, 0] - track.middle_px(landmarks.HEELS)[:, 0]
    return "right" if np.nansum(nose) + np.nansum(foot) >= 0 else "left"


def _yaw_deg(track: PoseTrack, facing_sign: int) -> float:
    """Positive = seen from behind.  World axes: x image right, z away from the camera."""
    left, right = (track.world_m[:, point] for point in landmarks.SHOULDERS)
    across = right - left
    yaw_deg = np.degrees(np.arctan2(across[:, 0], np.abs(across[:, 2])))
    lean_deg = posture.trunk_lean_deg(track, facing_sign)
    parts = [
        circular_mean_deg(yaw_deg[lean_deg < posture.UPRIGHT_DEG]),
        circular_mean_deg(yaw_deg[lean_deg > posture.BENT_DEG]),
    ]
    known = [part for part in parts if not np.isnan(part)]
    return float(np.mean(known)) if known else circular_mean_deg(yaw_deg)


def _reasons(yaw_deg: float) -> tuple[str, ...]:
    if yaw_deg > YAW_WITHHOLD_DEG:
        return (
            f"the camera is about {yaw_deg:.0f} degrees off the side view:"
            f" beyond {YAW_WITHHOLD_DEG:.0f} degrees hip, knee and share are not judged",
        )
    if yaw_deg > YAW_WIDEN_DEG:
        return (f"the camera is about {yaw_deg:.0f} degrees off the side view: intervals are wider",)
    return ()
