"""Stage 5, orient: which way the lifter faces, and how far the camera is off the side view; once for a clip.

In: the landmarks of a clip (`PoseTrack`).  Out: facing, yaw, tilt, and whether the view can be judged (`View`).

Steps (`orient`):

1. Facing: the lifter faces the side to which the nose points from the ears and the toes point from the heels, summed
   over all frames.
2. Yaw: take the direction of the line through both shoulders from the pose model's metric landmarks.  Average it for
   upright and for bent frames apart, because their errors lean to opposite sides, and take the mean of both.
3. Tilt: take it from how far a standing lifter leans in the picture, if that is more than people lean.
4. Compare the yaw with the limits.

Source of the limits: BIOMECHANICS section 4.  The geometric error of hip and knee stays near 3 degrees up to a yaw of
20 degrees; it reaches 7 degrees at 30 and 18 degrees at 45.
"""

from __future__ import annotations

import numpy as np

from hingecheck import landmarks, posture
from hingecheck.geometry import circular_mean_deg
from hingecheck.records import YAW_WITHHOLD_DEG, Code, Facing, Measure, PoseTrack, Reason, View

YAW_WIDEN_DEG = 20.0
"""Largest yaw, to either side, that needs no wider intervals, in degrees."""

YAW_SD_DEG = 5.5
"""SD of the yaw's error over rendered clips of known yaw, in degrees.  Its 90 % interval is about 9 degrees to each
side."""

FAR_YAW_SD_DEG = 9.0
"""SD of the error of the shoulders' yaw far off the side, in degrees.  On 18 public clips at 40 to 90 degrees, graded
by eye, its mean absolute error is 7 degrees; that of the spine model is 23 degrees."""


def orient(track: PoseTrack) -> View:
    """The view of a clip, from all frames in which the trunk is known.  Yaw: 0 = side view, positive = from behind.

    The yaw is missing if nobody is seen.
    """
    # 1
    facing = _facing(track)
    # 2
    yaw_deg = _yaw_deg(track, 1 if facing == "right" else -1)
    yaw = Measure.missing(Code.YAW_NOT_FOUND) if np.isnan(yaw_deg) else Measure.of(yaw_deg, YAW_SD_DEG)
    # 3
    return _view(facing, yaw, posture.tilt_deg(track, 1 if facing == "right" else -1))


def with_yaw(view: View, yaw_deg: Measure) -> View:
    """The view with the yaw of the spine model; unchanged if that yaw is not measured.

    That model hardly ever learnt from a yaw over YAW_WITHHOLD_DEG, and never reads more than about 50 degrees.  So
    beyond that limit the shoulders' yaw counts, if it is larger.
    """
    if not yaw_deg.known:
        return view
    if YAW_WITHHOLD_DEG < abs(yaw_deg.value) < abs(view.yaw_deg.value):
        yaw_deg = Measure.of(view.yaw_deg.value, FAR_YAW_SD_DEG)
    return _view(view.facing, yaw_deg, view.tilt_deg)


def _view(facing: Facing, yaw_deg: Measure, tilt_deg: float) -> View:
    """The view with everything that follows from facing and yaw."""
    return View(
        side="right" if facing == "right" else "left",
        facing=facing,
        yaw_deg=yaw_deg,
        assessable=abs(yaw_deg.value) <= YAW_WITHHOLD_DEG,
        reasons=_reasons(abs(yaw_deg.value)),
        tilt_deg=tilt_deg,
    )


def _facing(track: PoseTrack) -> Facing:
    """The image direction that the lifter faces.

    Seen from the side, the toes are ahead of the heels and the nose is ahead of the ears in every posture of a lift.
    """
    nose_px = track.xy_px[:, landmarks.Point.NOSE, 0] - track.middle_px(landmarks.EARS)[:, 0]
    foot_px = track.middle_px(landmarks.TOES)[:, 0] - track.middle_px(landmarks.HEELS)[:, 0]
    return "right" if np.nansum(nose_px) + np.nansum(foot_px) >= 0 else "left"


def _yaw_deg(track: PoseTrack, facing_sign: int) -> float:
    """Yaw in degrees, positive = seen from behind.  World axes: x to image right, z away from the camera."""
    left, right = (track.world_m[:, point] for point in landmarks.SHOULDERS)
    across = right - left
    yaw_deg = np.degrees(np.arctan2(across[:, 0], np.abs(across[:, 2])))
    lean_deg = posture.trunk_lean_deg(track, facing_sign)
    means = [
        circular_mean_deg(yaw_deg[lean_deg < posture.UPRIGHT_DEG]),
        circular_mean_deg(yaw_deg[lean_deg > posture.BENT_DEG]),
    ]
    known = [mean for mean in means if not np.isnan(mean)]
    return float(np.mean(known)) if known else circular_mean_deg(yaw_deg)


def _reasons(yaw_deg: float) -> tuple[Reason, ...]:
    """What the yaw, given without its sign, does to the results."""
    if yaw_deg > YAW_WITHHOLD_DEG:
        return (Reason(Code.YAW_WITHHOLDS, (yaw_deg,)),)
    return (Reason(Code.YAW_WIDENS, (yaw_deg,)),) if yaw_deg > YAW_WIDEN_DEG else ()
