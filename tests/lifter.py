"""A synthetic lifter: chosen joint angles in, landmarks and person masks out.

The figure is planar: shank, thigh, pelvis with lumbar spine, thorax, arms hanging straight down.  `yaw_deg` turns
only the metric (world) landmarks, as a pose model reports them.  Lengths are fractions of body height after
Drillis and Contini (1966), rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.landmarks import Point
from hingecheck.records import Bytes, Floats, PoseTrack, Sighting, SpineReading

SHANK, THIGH, TRUNK, ARM, HEAD = 0.25, 0.24, 0.29, 0.33, 0.12
HALF_WIDTH = 0.06


@dataclass(frozen=True)
class Posture:
    """Chosen angles over time, degrees (N,); flexion and forward lean positive."""

    time_s: Floats
    thigh_deg: Floats
    shank_deg: Floats
    lean_deg: Floats


@dataclass(frozen=True)
class Camera:
    """Size, place, facing and yaw of the lifter in the picture."""

    stature_px: float = 600.0
    ankle_px: tuple[float, float] = (240.0, 760.0)
    facing: str = "right"
    yaw_deg: float = 0.0


def smoothstep(time_s: Floats, begin_s: float, end_s: float) -> Floats:
    """Minimum-jerk rise from 0 to 1."""
    t = np.clip((time_s - begin_s) / (end_s - begin_s), 0, 1)
    return np.asarray(10 * t**3 - 15 * t**4 + 6 * t**5)


@dataclass(frozen=True)
class Set:
    """A dead-stop set: the times of its bends, its frame rate and the angles at the bottom."""

    bends: tuple[tuple[float, float, float, float], ...] = ((1.5, 3.0, 4.0, 5.5), (6.5, 8.0, 9.0, 10.5))
    last_s: float = 12.0
    rate_hz: float = 30.0
    thigh_deg: float = 50.0
    shank_deg: float = 12.0
    lean_deg: float = 65.0
    depths: tuple[float, ...] = field(default=())

    def posture(self, time_s: Floats | None = None) -> Posture:
        """Angles over time; a bend is (down begins, down ends, up begins, up ends), `depths` scales each bend."""
        t = np.arange(0, self.last_s, 1 / self.rate_hz) if time_s is None else time_s
        depths = self.depths or (1.0,) * len(self.bends)
        bent = np.zeros(len(t))
        for depth, (a, b, c, d) in zip(depths, self.bends, strict=True):
            bent += depth * (smoothstep(t, a, b) - smoothstep(t, c, d))
        return Posture(t, self.thigh_deg * bent, self.shank_deg * bent, self.lean_deg * bent)


def joints(posture: Posture) -> dict[str, Floats]:
    """Sagittal joint positions (forward, up) in body heights from the ankle, each (N, 2)."""

    def ray(angle_deg: Floats, length: float) -> Floats:
        angle = np.radians(angle_deg)
        return np.asarray(length * np.stack([np.sin(angle), np.cos(angle)], axis=1))

    ankle = np.zeros((len(posture.time_s), 2))
    knee = ankle + ray(posture.shank_deg, SHANK)
    hip = knee + ray(-posture.thigh_deg, THIGH)
    shoulder = hip + ray(posture.lean_deg, TRUNK)
    wrist = shoulder - np.array([0.0, ARM])
    ear = shoulder + ray(posture.lean_deg, HEAD)
    return {"ankle": ankle, "knee": knee, "hip": hip, "shoulder": shoulder, "wrist": wrist, "ear": ear}


def track(posture: Posture, camera: Camera | None = None) -> PoseTrack:
    """Landmarks of the posture without errors of a pose model."""
    used = camera or Camera()
    n = len(posture.time_s)
    sign = 1 if used.facing == "right" else -1
    xy_px = np.zeros((n, landmarks.COUNT, 2)) + np.array(used.ankle_px)
    pairs = {
        "ankle": landmarks.ANKLES,
        "knee": landmarks.KNEES,
        "hip": landmarks.HIPS,
        "shoulder": landmarks.SHOULDERS,
        "wrist": landmarks.WRISTS,
        "ear": landmarks.EARS,
    }
    placed = {
        name: np.array(used.ankle_px) + used.stature_px * xy * np.array([sign, -1])
        for name, xy in joints(posture).items()
    }
    for name, pair in pairs.items():
        for point in pair:
            xy_px[:, point] = placed[name]
    ahead = np.array([sign * 0.08 * used.stature_px, 0.0])
    xy_px[:, Point.NOSE] = placed["ear"] + ahead
    for toe, heel in zip(landmarks.TOES, landmarks.HEELS, strict=True):
        xy_px[:, toe], xy_px[:, heel] = placed["ankle"] + 1.5 * ahead, placed["ankle"] - 0.5 * ahead
    for elbow, (shoulder, wrist) in zip(
        landmarks.ELBOWS, zip(landmarks.SHOULDERS, landmarks.WRISTS, strict=True), strict=True
    ):
        xy_px[:, elbow] = (xy_px[:, shoulder] + xy_px[:, wrist]) / 2
    return PoseTrack(
        time_s=posture.time_s.copy(),
        xy_px=xy_px,
        visibility=np.ones((n, landmarks.COUNT)),
        world_m=_world(n, sign, np.radians(used.yaw_deg)),
        filled=np.zeros((n, landmarks.COUNT), bool),
    )


def _world(n: int, sign: int, yaw: float) -> Floats:
    """Set the shoulder line only.  Axes: x to the right of the image, z away; positive yaw: seen from behind."""
    world_m = np.zeros((n, landmarks.COUNT, 3))
    across = 0.36 * np.array([np.sin(yaw), 0.0, -sign * np.cos(yaw)])
    world_m[:, Point.LEFT_SHOULDER], world_m[:, Point.RIGHT_SHOULDER] = -across / 2, across / 2
    return world_m


def sighting(poses: PoseTrack, frame: int, size: tuple[int, int], lumbar_deg: float = 0.0) -> Sighting:
    """Landmarks of a frame, and a mask: a band around the trunk, bent by `lumbar_deg` between hip and shoulder.

    The band's axis is a circular arc through mid-hip and mid-shoulder whose end tangents differ by `lumbar_deg`, so
    the tangents at two stations a, b apart differ by (b - a) * lumbar_deg.
    """
    hip, shoulder = (poses.middle_px(pair)[frame] for pair in (landmarks.HIPS, landmarks.SHOULDERS))
    mask = np.zeros(size, np.uint8)
    axis = shoulder - hip
    along = np.linspace(-0.6, 1.3, 200)
    dorsal = np.array([axis[1], -axis[0]]) * (
        1 if poses.xy_px[frame, Point.NOSE, 0] > poses.xy_px[frame, Point.LEFT_EAR, 0] else -1
    )
    bulge = np.radians(lumbar_deg) * along * (1 - along) / 2
    half = HALF_WIDTH / TRUNK
    centre = hip + along[:, None] * axis + bulge[:, None] * dorsal
    outline = np.concatenate([centre + half * dorsal, (centre - half * dorsal)[::-1]])
    cv2.fillPoly(mask, [np.round(outline * 16).astype(np.int32)], 255, cv2.LINE_AA, 4)
    level = mask.astype(np.float32) / np.float32(255)
    return Sighting(poses.xy_px[frame].copy(), poses.visibility[frame].copy(), poses.world_m[frame].copy(), level)


@dataclass(frozen=True)
class Model:
    """A spine model with chosen answers: `share` of the trunk lean is lumbar flexion, the rest is pelvic tilt.

    It takes the trunk lean from the features.  `sd_deg` is the error that it reports.
    """

    share: float = 0.4
    sd_deg: float = 3.0
    yaw_deg: float = 0.0

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        """A code (N, 2): the trunk lean and the mean brightness of the crop."""
        lean_deg = np.degrees(np.arctan2(features[:, -6], features[:, -5]))
        return np.stack([lean_deg, crop.mean(axis=(1, 2))], axis=1)

    def read(self, code: Floats, standing: Floats, turned_deg: Floats) -> SpineReading:
        """Changes from standing; columns: pelvis, lumbar, junction, thoracic, trunk, thigh, shank."""
        n, lumbar_deg = len(code), self.share * (code[:, 0] - standing[0])
        change_deg = np.zeros((n, 7))
        change_deg[:, 0], change_deg[:, 1] = -lumbar_deg, lumbar_deg
        single_deg = np.zeros((n, 8))
        alone_deg = self.share * code[:, 0]
        single_deg[:, 0], single_deg[:, 1], single_deg[:, 7] = -alone_deg, alone_deg, self.yaw_deg
        return SpineReading(
            single_deg=single_deg,
            single_sd_deg=np.full((n, 8), self.sd_deg),
            change_deg=change_deg,
            change_sd_deg=np.full((n, 7), self.sd_deg),
        )
