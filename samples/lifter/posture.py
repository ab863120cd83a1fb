"""The posture at one instant, and the skeleton that it gives.

A posture is a few pitch angles in the lifter's own sagittal plane. Shank: forward is positive. Thigh: backward is
positive (knee in front of the hip). Pelvis, lumbar and thoracic spine: forward is positive. All are 0 in the resting
body's standing. The feet stay on the floor and the hips follow from the legs, so the feet are always planted.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from samples.lifter.body import Array, Body
from samples.lifter.hands import Hands, Reach, hand_goal
from samples.lifter.limbs import ArmGoal, LegGoal, arm_rotations, grip_length_m, leg_rotations
from samples.lifter.skeleton import Posed, pitch, pose_body, turn
from samples.spec import Load, Style

Hold = Literal["front", "sides", "legs", "box", "back"]

SIDES = (("L", 1.0), ("R", -1.0))
CURL: dict[Hold, float] = {"front": 1.0, "sides": 1.0, "legs": 0.1, "box": 0.2, "back": 1.0}  # of the fingers, 0..1
BOX_DEPTH_M = 0.24  # size of the box along x
ON_BACK_M = (-0.085, 0.055)  # from the shoulder joints to a bar on the back: (forward, up) in the chest's own axes


@dataclass(frozen=True)
class Stance:
    """Places of feet and hands, in metres and degrees; left and right mirror each other."""

    ankle_y_m: float
    toe_out_deg: float
    hand_y_m: float
    hold: Hold = "front"


@dataclass(frozen=True)
class Posture:
    """Sagittal joint angles in degrees, the state of the hands, and steps. The module docstring gives the signs."""

    shank_deg: float = 0.0
    thigh_deg: float = 0.0
    pelvis_deg: float = 0.0
    lumbar_deg: float = 0.0
    thoracic_deg: float = 0.0
    neck_deg: float = 0.0
    grip: float = 0.0  # 0 hands hang beside the thighs, 1 hands on the bar
    step_m: tuple[float, float] = (0.0, 0.0)  # forward place of the left and right foot
    raise_m: tuple[float, float] = (0.0, 0.0)  # height of the left and right foot
    hands: Hands = ""  # named place of the hands while `away` is above 0
    away: float = 0.0  # 0 hands as `grip` says, 1 hands at the place in `hands`
    forward_m: float = 0.0  # place of the lifter along x
    heading_deg: float = 0.0  # direction of the lifter; 0: facing the bar

    def but(self, **changes: float | str) -> "Posture":
        """Return a copy with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]


def stance_for(body: Body, style: Style, load: Load = "bar") -> Stance:
    """Return the usual stance of a style; widths scale with body height.

    Escamilla 2000 gives 32 cm between the feet for the conventional and 70 cm for the sumo deadlift.
    """
    size = body.stature_m / 1.76
    by_style: dict[Style, Stance] = {
        "stiff_leg": Stance(0.135 * size, 7.0, 0.265 * size),
        "kettlebell": Stance(0.215 * size, 14.0, 0.055),
        "trap_bar": Stance(0.15 * size, 8.0, 0.3, "sides"),
        "hinge": Stance(0.135 * size, 7.0, 0.15 * size, "legs"),
        "pick_up": Stance(0.2 * size, 14.0, 0.135, "box"),
        "squat": Stance(0.2 * size, 20.0, 0.38 * size, "back"),
        "tie_shoes": Stance(0.11 * size, 6.0, 0.12 * size),
        "walk_through": Stance(0.1 * size, 6.0, 0.265 * size),
    }
    if style in by_style:
        return by_style[style]
    if load == "trap_bar":
        return by_style["trap_bar"]
    if load == "kettlebell":
        return replace(stance_for(body, style), hand_y_m=0.055)
    if style == "sumo":
        return Stance(0.34 * size, 34.0, 0.185 * size)
    if style == "rdl":
        return Stance(0.135 * size, 7.0, 0.25 * size)
    return Stance(0.15 * size, 11.0, 0.265 * size)


def hip_place(body: Body, stance: Stance, posture: Posture) -> tuple[Array, Array]:
    """Return the left hip centre and left knee (3,) over a planted foot, before any step."""
    hip, knee, ankle = (body.head(f"{name}.L") for name in ("upperleg01", "lowerleg01", "foot"))
    thigh, shank = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
    straight_y = hip[1] + (stance.ankle_y_m - hip[1]) * thigh / (thigh + shank)
    bent = np.clip(np.sin(np.radians(posture.thigh_deg)), 0.0, 1.0)
    knee_y = straight_y + (stance.ankle_y_m + 0.02 - straight_y) * bent
    s, t = np.radians(posture.shank_deg), np.radians(posture.thigh_deg)
    shank_flat = np.sqrt(shank**2 - (knee_y - stance.ankle_y_m) ** 2)
    thigh_flat = np.sqrt(thigh**2 - (knee_y - hip[1]) ** 2)
    knee_at = np.array([shank_flat * np.sin(s), knee_y, ankle[2] + shank_flat * np.cos(s)])
    hip_at = knee_at + np.array([-thigh_flat * np.sin(t), 0.0, thigh_flat * np.cos(t)])
    hip_at[1] = hip[1]
    return hip_at, knee_at


def shoulder_place(body: Body, stance: Stance, posture: Posture) -> Array:
    """Return the left shoulder centre (3,), following the chain hip, spine, collarbone."""
    hip_at, _ = hip_place(body, stance, posture)
    place, before, angle = hip_at * [1, 0, 1], body.head("upperleg01.L") * [1, 0, 1], posture.pelvis_deg
    running = [(name, posture.pelvis_deg + share * posture.lumbar_deg) for name, share in body.lumbar_shares]
    running.append(("spine01", posture.pelvis_deg + posture.lumbar_deg + posture.thoracic_deg))
    for name, after in running:
        place, before, angle = place + pitch(angle) @ (body.head(name) - before), body.head(name), after
    shoulder: Array = place + pitch(angle) @ (body.head("upperarm01.L") - before)
    return shoulder


def arm_length(body: Body) -> float:
    """Return the distance from shoulder centre to bar centre with a straight arm, metres."""
    shoulder, elbow, wrist = (body.head(f"{name}.L") for name in ("upperarm01", "lowerarm01", "wrist"))
    return float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)) + grip_length_m(body)


def leg_front(body: Body, stance: Stance, posture: Posture, height_m: float) -> float:
    """Return the front edge of shin, knee or thigh at a height, metres. The bar must stay in front of it."""
    size = body.stature_m / 1.76
    hip, knee = hip_place(body, stance, posture)
    ankle_z = body.head("foot.L")[2]
    heights = [ankle_z, knee[2] - 0.12 * size, knee[2] + 0.05 * size, hip[2] - 0.05]
    thigh_share = (heights[2] - knee[2]) / max(hip[2] - knee[2], 0.05)
    shank_share = (heights[1] - ankle_z) / max(knee[2] - ankle_z, 0.05)
    line = [0.0, knee[0] * shank_share, knee[0] + (hip[0] - knee[0]) * thigh_share, hip[0]]
    radii = np.array([0.05, 0.052, 0.075, 0.115]) * size
    return float(np.interp(height_m, heights, np.array(line) + radii))


def load_place(body: Body, stance: Stance, posture: Posture) -> Array:
    """Return the centre (x, z) of the load: held with straight arms, or on the back."""
    if stance.hold != "back":
        return bar_place(body, stance, posture)
    top = pitch(posture.pelvis_deg + posture.lumbar_deg + posture.thoracic_deg)
    aside = top @ np.array([ON_BACK_M[0], 0.0, ON_BACK_M[1]]) * body.stature_m / 1.76
    place: Array = (shoulder_place(body, stance, posture) + aside)[[0, 2]]
    return place


def bar_place(body: Body, stance: Stance, posture: Posture) -> Array:
    """Return the centre (x, z) of a bar held with straight arms.

    The bar is above mid-foot, or against the leg if the leg is further forward. Six steps of a fixed-point iteration
    find the height.
    """
    shoulder = shoulder_place(body, stance, posture)
    reach = arm_length(body)
    mid_foot, clear = _line(body, stance)
    x, z = mid_foot, 0.4
    for _ in range(6):
        front = leg_front(body, stance, posture, z) + clear
        x = 0.5 * x + 0.5 * (mid_foot + float(np.logaddexp(0.0, (front - mid_foot) / 0.01)) * 0.01)
        across = (x - shoulder[0]) ** 2 + (shoulder[1] - stance.hand_y_m) ** 2
        z = shoulder[2] - float(np.sqrt(max(reach**2 - across, 0.01)))
    return np.array([x, z])


def _line(body: Body, stance: Stance) -> tuple[float, float]:
    """Smallest forward place of the load, and its distance in front of the legs, metres."""
    mid_foot = 0.07 * body.stature_m / 1.76
    lines: dict[Hold, tuple[float, float]] = {
        "front": (mid_foot, 0.018),
        "back": (mid_foot, 0.018),
        "sides": (mid_foot, -1.0),  # the hands hang beside the legs
        "legs": (-1.0, 0.012),
        "box": (mid_foot, 0.015 + BOX_DEPTH_M / 2),
    }
    return lines[stance.hold]


def pose(body: Body, stance: Stance, posture: Posture, bar_m: Array) -> Posed:
    """Return the whole skeleton; `bar_m` (x, z) is the bar's centre in the lifter's own axes.

    1. Place hips, pelvis and spine.
    2. Bend each leg to its planted or stepping foot.
    3. Bend each arm to the bar or to its free place.
    4. Turn and move the lifter in the room.
    """
    hip_at, knee_at = hip_place(body, stance, posture)  # 1.
    world = trunk_rotations(body, posture)
    hip_rest = body.head("upperleg01.L") * [1, 0, 1]
    bob = np.array([np.mean(posture.step_m), 0.0, np.min(posture.raise_m)])
    root = hip_at * [1, 0, 1] + bob + world["root"] @ (body.head("root") - hip_rest)
    base = pose_body(body, world, root)
    for index, (side, sign) in enumerate(SIDES):
        shift = np.array([posture.step_m[index], 0.0, posture.raise_m[index]])  # 2.
        ankle = np.array([0.0, stance.ankle_y_m * sign, body.head("foot.L")[2]]) + shift
        hint = knee_at * [1, sign, 1] + 0.5 * (shift + bob)
        leg = LegGoal(base.joints[body.bone(f"upperleg01.{side}")], hint, ankle, stance.toe_out_deg * sign)
        world |= leg_rotations(body, side, leg)
        on_bar = np.array([bar_m[0], stance.hand_y_m * sign, bar_m[1]])  # 3.
        reach = Reach(body, base, side, bar_m, stance.ankle_y_m)
        world |= arm_rotations(body, side, _arm_goal(reach, stance, posture, on_bar))
    return _place(pose_body(body, world, root), posture)  # 4.


def _arm_goal(reach: Reach, stance: Stance, posture: Posture, on_bar: Array) -> ArmGoal:
    """Goal of one arm in this stance and posture."""
    return ArmGoal(
        shoulder_m=reach.joint(f"upperarm01.{reach.side}"),
        bar_m=on_bar,
        grip=posture.grip,
        curl=CURL[stance.hold] * posture.grip,
        inwards=stance.hold in ("sides", "box"),
        away=posture.away,
        free=hand_goal(reach, posture.hands) if posture.hands and posture.away > 0.0 else None,
    )


def trunk_rotations(body: Body, posture: Posture) -> dict[str, Array]:
    """Return the world rotations of pelvis, spine, neck and head."""
    top = posture.pelvis_deg + posture.lumbar_deg + posture.thoracic_deg
    world = {"root": pitch(posture.pelvis_deg), "spine01": pitch(top)}
    for name, share in body.lumbar_shares:
        world[name] = pitch(posture.pelvis_deg + share * posture.lumbar_deg)
    for name, share in (("neck01", 0.35), ("neck02", 0.6), ("neck03", 0.8), ("head", 1.0)):
        world[name] = pitch(top + share * posture.neck_deg)
    return world


def _place(posed: Posed, posture: Posture) -> Posed:
    """Turn the lifter about the midpoint of the ankles, then move it forward."""
    heading = turn(posture.heading_deg)
    joints = posed.joints @ heading.T + np.array([posture.forward_m, 0.0, 0.0])
    return Posed(heading @ posed.rotations, joints)
