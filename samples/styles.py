"""From words to joint angles: the lowest and highest posture of each style, solved for the body."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from samples.body import Array, Body
from samples.errors import ImpossiblePose
from samples.posture import Posture, Stance, bar_place, shoulder_place, stance_for
from samples.spec import BarSpec, ClipSpec, Pattern

LUMBAR_CHANGE_DEG: dict[Pattern, float] = {"hip_led": 13.0, "mixed": 33.0, "low_back_led": 49.0}
RDL_LUMBAR_CHANGE_DEG: dict[Pattern, float] = {"hip_led": 10.0, "mixed": 29.0, "low_back_led": 46.0}
THORACIC_SHARE = 0.36  # of the lumbar flexion
TOLERANCE_M = 0.004
KETTLEBELL_HANDLE_M = 0.26


@dataclass(frozen=True)
class Bottom:
    """What the lowest posture must satisfy."""

    shank_deg: float
    lumbar_deg: float
    thoracic_deg: float
    gaze: float
    shoulder_ahead_m: float
    bar_height_m: float


@dataclass(frozen=True)
class Window:
    """Part of the way up, 0..1, during which a joint moves."""

    begin: float
    end: float


def lumbar_change_deg(spec: ClipSpec, repetition: int) -> float:
    """Lumbar flexion from standing to the lowest posture; repetitions count from 0."""
    table = RDL_LUMBAR_CHANGE_DEG if spec.lift.style == "rdl" else LUMBAR_CHANGE_DEG
    base = table[spec.lift.pattern] if spec.lift.lumbar_change_deg < 0 else spec.lift.lumbar_change_deg
    return base + spec.lift.drift_deg * repetition


def rest_height_m(bar: BarSpec) -> float:
    """Height of what the hands hold while it stands on the floor."""
    return KETTLEBELL_HANDLE_M if bar.load == "kettlebell" else bar.floor_height_m


def bottom_posture(spec: ClipSpec, body: Body, repetition: int) -> Posture:
    """Hands on the bar at its lowest, for one repetition."""
    lumbar = lumbar_change_deg(spec, repetition)
    thoracic = spec.lift.thoracic_change_deg
    spine = (lumbar, THORACIC_SHARE * lumbar if thoracic < 0 else thoracic, spec.lift.gaze)
    size = body.stature_m / 1.76
    bar = rest_height_m(spec.bar)
    squat = spec.lift.squat
    if spec.lift.style == "rdl":
        wanted = Bottom(2.0, *spine, (0.075 - 0.001 * lumbar - 0.02 * squat) * size, 0.42 * size)
    elif spec.lift.style == "sumo":
        wanted = Bottom(7.0 + 3.0 * squat, *spine, (0.018 - 0.02 * squat) * size, bar)
    else:
        round_back = np.clip((lumbar - 13.0) / 33.0, 0.0, 1.0)
        ahead = 0.035 - 0.045 * round_back - 0.035 * squat
        wanted = Bottom(10.0 + 3.0 * round_back + 5.0 * squat, *spine, ahead * size, bar)
    return solve_bottom(body, stance_for(body, spec.lift.style, spec.bar.load), wanted)


def solve_bottom(body: Body, stance: Stance, wanted: Bottom) -> Posture:
    """Thigh and pelvis pitch that put straight arms on the bar with the shoulders where wanted."""

    def posture(angles: Array) -> Posture:
        neck = -wanted.gaze * (angles[1] + wanted.lumbar_deg + wanted.thoracic_deg)
        return Posture(
            shank_deg=wanted.shank_deg,
            thigh_deg=float(angles[0]),
            pelvis_deg=float(angles[1]),
            lumbar_deg=wanted.lumbar_deg,
            thoracic_deg=wanted.thoracic_deg,
            neck_deg=float(neck),
            grip=1.0,
        )

    def miss(angles: Array) -> Array:
        bar = bar_place(body, stance, posture(angles))
        shoulder = shoulder_place(body, stance, posture(angles))
        return np.array([bar[1] - wanted.bar_height_m, shoulder[0] - bar[0] - wanted.shoulder_ahead_m])

    found = least_squares(miss, [45.0, 45.0], bounds=([0.0, -8.0], [100.0, 100.0]))
    if np.abs(found.fun).max() > TOLERANCE_M:
        raise ImpossiblePose(
            f"no posture reaches the bar: lumbar flexion {wanted.lumbar_deg:.0f} degrees, bar at "
            f"{wanted.bar_height_m:.3f} m. Allowed: a smaller lift.lumbar_change_deg or lift.drift_deg, or "
            f"bar.floor_height_m between 0.2 and 0.4"
        )
    return posture(found.x)


def top_posture(spec: ClipSpec) -> Posture:
    """Standing with the bar in the hands, leaning back as the spec says."""
    back = spec.lift.lean_back_deg
    return Posture(shank_deg=-1.0, thigh_deg=-1.0, lumbar_deg=-back, neck_deg=0.4 * back, grip=1.0)


def windows(spec: ClipSpec) -> dict[str, Window]:
    """When each joint moves on the way up.

    The usual order is knee, hip, lumbar (Burgess-Limerick 1995).
    """
    ways = {"shank": Window(0.0, 0.6), "knee": Window(0.0, 0.86), "hip": Window(0.06, 1.0)}
    ways["lumbar"] = Window(0.22, 1.0)
    if spec.lift.order == "lumbar_early":
        ways["lumbar"] = Window(0.0, 0.72)
    if spec.lift.hips_shoot:
        ways["shank"], ways["knee"] = Window(0.0, 0.45), Window(0.0, 0.62)
        ways["hip"], ways["lumbar"] = Window(0.14, 1.0), Window(0.25, 1.0)
    ways["neck"] = ways["thoracic"] = ways["lumbar"]
    return ways
