"""From the words of a spec to joint angles: the lowest and the highest posture of each lifting style.

The lowest posture is solved for the given body, so that straight arms reach the bar.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from samples.errors import ImpossiblePose
from samples.lifter.body import Array, Body
from samples.lifter.posture import Posture, Stance, bar_place, shoulder_place, stance_for
from samples.spec import FROM_THE_TOP, BarSpec, ClipSpec, Load, Pattern

LUMBAR_CHANGE_DEG: dict[Pattern, float] = {"hip_led": 13.0, "mixed": 33.0, "low_back_led": 49.0}
RDL_LUMBAR_CHANGE_DEG: dict[Pattern, float] = {"hip_led": 10.0, "mixed": 29.0, "low_back_led": 46.0}
"""Lumbar flexion of each pattern, from standing to the lowest posture: from the floor, and from the top."""
THORACIC_SHARE = 0.36  # thoracic change as a share of the lumbar change
TOLERANCE_M = 0.004  # largest error of a solved posture
REST_HEIGHT_M: dict[Load, float] = {"kettlebell": 0.26, "box": 0.19}  # height of the hands on a load on the floor
BLOCK_LUMBAR_SHARE = 0.7  # a block pull starts less bent: share of the lumbar flexion of a pull from the floor
SHOE_HAND_M = 0.08  # height of the hands' centre above the floor at a shoe


@dataclass(frozen=True)
class Bottom:
    """Conditions on the lowest posture.

    The bar's height is fixed. In addition, either the shoulders' place or the thighs' pitch is fixed.
    """

    shank_deg: float
    lumbar_deg: float
    thoracic_deg: float
    gaze: float
    shoulder_ahead_m: float
    bar_height_m: float
    thigh_deg: float | None = None  # fixed thigh pitch instead of the shoulders' place


@dataclass(frozen=True)
class Window:
    """The part of the way up, 0..1, in which a joint moves."""

    begin: float
    end: float


def lumbar_change_deg(spec: ClipSpec, repetition: int) -> float:
    """Return the lumbar flexion from standing to the lowest posture; repetitions count from 0."""
    table = RDL_LUMBAR_CHANGE_DEG if spec.lift.style in FROM_THE_TOP else LUMBAR_CHANGE_DEG
    usual = table[spec.lift.pattern] * (BLOCK_LUMBAR_SHARE if spec.lift.style == "block" else 1.0)
    base = usual if spec.lift.lumbar_change_deg < 0 else spec.lift.lumbar_change_deg
    return base + spec.lift.drift_deg * repetition


def rest_height_m(bar: BarSpec) -> float:
    """Return the height of the hands when the load stands on the floor."""
    return REST_HEIGHT_M.get(bar.load, bar.floor_height_m)


def bottom_posture(spec: ClipSpec, body: Body, repetition: int) -> Posture:
    """Return the lowest posture of one repetition, hands on the load."""
    lumbar = lumbar_change_deg(spec, repetition)
    thoracic = spec.lift.thoracic_change_deg
    spine = (lumbar, THORACIC_SHARE * lumbar if thoracic < 0 else thoracic, spec.lift.gaze)
    conditions = _lowest(spec, body.stature_m / 1.76, spine)
    return solve_bottom(body, stance_for(body, spec.lift.style, spec.bar.load), conditions)


def _lowest(spec: ClipSpec, size: float, spine: tuple[float, float, float]) -> Bottom:
    """Conditions on the lowest posture in this style; `spine` is lumbar, thoracic flexion and gaze.

    A larger `squat` bends the knees more and raises the trunk.
    """
    bar, squat, lumbar = rest_height_m(spec.bar), spec.lift.squat, spine[0]
    low = spec.lift.lowest_m
    if spec.lift.style == "rdl":
        return Bottom(2.0, *spine, (0.075 - 0.001 * lumbar - 0.02 * squat) * size, 0.42 * size if low < 0 else low)
    if spec.lift.style == "sumo":
        return Bottom(7.0 + 3.0 * squat, *spine, (0.018 - 0.02 * squat) * size, bar)
    legs = {
        "stiff_leg": (1.0 + 2.0 * squat, 15.0 + 7.0 * squat, bar),
        "hinge": (2.0 + 2.0 * squat, 20.0 + 8.0 * squat, 0.44 * size if low < 0 else low),
        "trap_bar": (21.0 + 6.0 * squat, 62.0 + 11.0 * squat, bar),
        "pick_up": (7.0 + 14.0 * squat, 45.0 + 30.0 * squat, bar),
        "tie_shoes": (13.0 + 9.0 * squat, 55.0 + 20.0 * squat, SHOE_HAND_M * size),
    }
    if spec.lift.style in legs:
        shank, thigh, height = legs[spec.lift.style]
        return Bottom(shank, *spine, 0.0, height, thigh)
    round_back = float(np.clip((lumbar - 13.0) / 33.0, 0.0, 1.0))
    ahead = 0.035 - 0.045 * round_back - 0.035 * squat
    shank = 5.0 if spec.lift.style == "block" else 10.0 + 3.0 * round_back + 5.0 * squat
    return Bottom(shank, *spine, ahead * size, bar)


def squat_bottom(spec: ClipSpec, top: Posture) -> Posture:
    """Return the lowest posture of a squat: thighs about level, arms as at the top."""
    deep = spec.lift.squat
    lean = 44.0 - 4.0 * deep
    return top.but(
        shank_deg=27.0 + 3.0 * deep,
        thigh_deg=84.0 + 10.0 * deep,
        pelvis_deg=lean - 8.0,
        lumbar_deg=8.0,
        thoracic_deg=2.0,
        neck_deg=-spec.lift.gaze * lean,
    )


def solve_bottom(body: Body, stance: Stance, conditions: Bottom) -> Posture:
    """Find the thigh and pelvis pitch for which straight arms reach the bar.

    Least squares over two angles; the two errors are the bar's height and the shoulders' place (or the thigh's pitch).
    Raises ImpossiblePose if an error stays above 4 mm.
    """

    def posture(angles: Array) -> Posture:
        neck = -conditions.gaze * (angles[1] + conditions.lumbar_deg + conditions.thoracic_deg)
        return Posture(
            shank_deg=conditions.shank_deg,
            thigh_deg=float(angles[0]),
            pelvis_deg=float(angles[1]),
            lumbar_deg=conditions.lumbar_deg,
            thoracic_deg=conditions.thoracic_deg,
            neck_deg=float(neck),
            grip=1.0,
        )

    def miss(angles: Array) -> Array:
        bar = bar_place(body, stance, posture(angles))
        shoulder = shoulder_place(body, stance, posture(angles))
        aside = shoulder[0] - bar[0] - conditions.shoulder_ahead_m
        if conditions.thigh_deg is not None:
            aside = 0.01 * (angles[0] - conditions.thigh_deg)  # 1 degree counts as 1 cm
        return np.array([bar[1] - conditions.bar_height_m, aside])

    solution = least_squares(miss, [45.0, 45.0], bounds=([0.0, -8.0], [100.0, 100.0]))
    if np.abs(solution.fun).max() > TOLERANCE_M:
        raise ImpossiblePose(
            f"no posture reaches the bar: lumbar flexion {conditions.lumbar_deg:.0f} degrees, bar at "
            f"{conditions.bar_height_m:.3f} m. Use a smaller lift.lumbar_change_deg or lift.drift_deg, or "
            f"bar.floor_height_m between 0.2 and 0.4"
        )
    return posture(solution.x)


def top_posture(spec: ClipSpec) -> Posture:
    """Return the highest posture: standing with the bar, leaning back as the spec says."""
    back = spec.lift.lean_back_deg
    return Posture(shank_deg=-1.0, thigh_deg=-1.0, lumbar_deg=-back, neck_deg=0.4 * back, grip=1.0)


def windows(spec: ClipSpec) -> dict[str, Window]:
    """Return when each joint moves on the way up.

    The usual order is knee, hip, lumbar spine (Burgess-Limerick 1995).
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
