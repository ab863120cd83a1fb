"""Joint rotations of arms and legs.

Input: goals, which say where the ankle, wrist or bar must be. Output: the world rotation of each limb bone. Each limb
is solved as two bones with one hinge (knee or elbow).
"""

from dataclasses import dataclass

import numpy as np

from samples.lifter.body import Array, Body
from samples.lifter.skeleton import between, frame, turn, unit

FINGER_CURL_DEG = (62.0, 82.0, 45.0)  # bend of the three finger joints around a 28-mm bar
PALM_DEPTH_M = 0.012  # distance of the hand's bones from the bar's centre, towards the back of the hand


@dataclass(frozen=True)
class LegGoal:
    """Goal of one leg in world coordinates.

    Places (3,) of hip and ankle, a point that the knee bends towards, and the outward turn of the foot (left
    positive).
    """

    hip_m: Array
    knee_hint_m: Array
    ankle_m: Array
    toe_out_deg: float


@dataclass(frozen=True)
class HandGoal:
    """Goal of one hand in world coordinates.

    Place (3,) of the wrist. Directions (3,) of the hand, of the palm, and from the shoulder towards the elbow's side.
    """

    wrist_m: Array
    along: Array
    palm: Array
    elbow: Array


@dataclass(frozen=True)
class ArmGoal:
    """Goal of one arm in world coordinates.

    Places (3,) of the shoulder and of the bar under this hand. `grip`: 0 the arm hangs free, 1 the hand holds the bar.
    `curl`: how far the fingers close. The palm faces backward on a bar. With `inwards` it faces the body, for loads
    held at the sides. `away`: 1 moves the hand to `free` instead.
    """

    shoulder_m: Array
    bar_m: Array
    grip: float
    curl: float
    inwards: bool = False
    away: float = 0.0
    free: HandGoal | None = None


def rotation_about(axis: Array, angle_deg: float) -> Array:
    """Return the rotation about an axis (3,) by the right-hand rule."""
    x, y, z = unit(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    angle = np.radians(angle_deg)
    turned: Array = np.eye(3) + np.sin(angle) * cross + (1.0 - np.cos(angle)) * cross @ cross
    return turned


def middle_joint(start: Array, end: Array, lengths: tuple[float, float], hint: Array) -> Array:
    """Return the place of the knee or elbow of a two-bone limb, on the side of the hint.

    If the end is too far away, the limb is straight towards it.
    """
    upper, lower = lengths
    along = unit(end - start)
    distance = min(float(np.linalg.norm(end - start)), (upper + lower) * 0.99999)
    near = (upper**2 - lower**2 + distance**2) / (2.0 * distance)
    aside = hint - start
    aside = aside - along * (aside @ along)
    height = np.sqrt(max(upper**2 - near**2, 0.0))
    joint: Array = start + along * near + aside / max(float(np.linalg.norm(aside)), 1e-9) * height
    return joint


def leg_rotations(body: Body, side: str, goal: LegGoal) -> dict[str, Array]:
    """Return the world rotations of thigh, shank and foot."""
    hip, knee, ankle = (body.head(f"{name}.{side}") for name in ("upperleg01", "lowerleg01", "foot"))
    lengths = float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))
    bent = middle_joint(goal.hip_m, goal.ankle_m, lengths, goal.knee_hint_m)
    hinge_rest = np.array([0.0, 1.0, 0.0])
    hinge = turn(goal.toe_out_deg) @ hinge_rest
    thigh = frame(bent - goal.hip_m, hinge) @ frame(knee - hip, hinge_rest).T
    shank = frame(goal.ankle_m - bent, hinge) @ frame(ankle - knee, hinge_rest).T
    foot = turn(goal.toe_out_deg - rest_toe_out_deg(body, side))
    return {f"upperleg01.{side}": thigh, f"lowerleg01.{side}": shank, f"foot.{side}": foot}


def rest_toe_out_deg(body: Body, side: str) -> float:
    """Return the direction of the resting foot, ankle to second toe; left positive."""
    along = body.head(f"toe2-1.{side}") - body.head(f"foot.{side}")
    return float(np.degrees(np.arctan2(along[1], along[0])))


def grip_length_m(body: Body) -> float:
    """Return the distance from the wrist to the centre of a gripped bar, along the hand."""
    return float(np.linalg.norm(body.head("finger3-1.L") - body.head("wrist.L")))


def arm_rotations(body: Body, side: str, goal: ArmGoal) -> dict[str, Array]:
    """Return the world rotations of upper arm, forearm, hand and fingers.

    1. Find the rotation of the hand and the place of the wrist.
    2. Place the elbow, and choose the axis that it bends about.
    3. Turn upper arm and forearm to these places; share the forearm's twist; curl the fingers.
    """
    sign = 1.0 if side == "L" else -1.0
    shoulder, elbow, wrist = (body.head(f"{name}.{side}") for name in ("upperarm01", "lowerarm01", "wrist"))
    lengths = float(np.linalg.norm(elbow - shoulder)), float(np.linalg.norm(wrist - elbow))
    hand, wrist_at = _hand(body, side, goal, sum(lengths))  # 1.
    aside = np.array([-0.5, 0.35 * sign, -0.3])  # 2.
    hinge = np.array([-0.5 * sign, -0.87, 0.0])  # the elbow's crease faces forward and slightly inward
    if goal.free is not None and goal.away > 0.0:
        aside = aside + (goal.free.elbow - aside) * goal.away
    bent = middle_joint(goal.shoulder_m, wrist_at, lengths, goal.shoulder_m + aside)
    if goal.free is not None and goal.away > 0.0:
        bends = np.cross(bent - goal.shoulder_m, wrist_at - bent)
        hinge = hinge + (unit(bends + 1e-9) - hinge) * goal.away
    hinge_rest = np.cross(elbow - shoulder, wrist - elbow)  # 3.
    upper = frame(bent - goal.shoulder_m, hinge) @ frame(elbow - shoulder, hinge_rest).T
    fore = frame(wrist_at - bent, hinge) @ frame(wrist - elbow, hinge_rest).T
    rotations = {f"upperarm01.{side}": upper, f"lowerarm01.{side}": fore, f"wrist.{side}": hand}
    rotations[f"lowerarm02.{side}"] = between(fore, hand, 0.55)
    return rotations | _fingers(body, side, hand, goal.curl)


def _hand(body: Body, side: str, goal: ArmGoal, arm_m: float) -> tuple[Array, Array]:
    """Return the hand's world rotation and the wrist's place.

    1. Find the hanging hand and the hand on the bar.
    2. Blend the two by `grip`.
    3. Blend towards the free goal by `away`.
    4. Keep the wrist within the arm's length.
    """
    sign = 1.0 if side == "L" else -1.0
    rest = _hand_frame(body, side)  # 1.
    pull = unit(goal.bar_m - goal.shoulder_m)
    hang = unit(np.array([0.05, 0.12 * sign, -1.0]))
    free = frame(hang, np.array([-1.0, 0.0, 0.0])) @ rest.T
    holding = frame(pull, np.array([-1.0, 0.0, 0.0]) if goal.inwards else np.array([0.0, sign, 0.0]))
    palm = np.array([0.0, -sign, 0.0]) if goal.inwards else np.array([-1.0, 0.0, 0.0])
    hold_at = goal.bar_m - holding[:, 0] * grip_length_m(body) - palm * PALM_DEPTH_M
    free_at = goal.shoulder_m + hang * arm_m * 0.985
    share = float(np.clip(goal.grip, 0.0, 1.0))  # 2.
    place = free_at + (hold_at - free_at) * share
    turned = between(free, holding @ rest.T, share)
    if goal.free is not None and goal.away > 0.0:  # 3.
        free_goal = frame(goal.free.along, np.cross(goal.free.along, goal.free.palm) * sign) @ rest.T
        turned, place = between(turned, free_goal, goal.away), place + (goal.free.wrist_m - place) * goal.away
    out = place - goal.shoulder_m  # 4.
    place = goal.shoulder_m + out * min(1.0, arm_m / float(np.linalg.norm(out)))
    return turned, place


def _hand_frame(body: Body, side: str) -> Array:
    """Axes of the resting hand: along the hand, across the knuckles, and their product."""
    knuckles = body.head(f"finger5-1.{side}") - body.head(f"finger2-1.{side}")
    return frame(body.head(f"finger3-1.{side}") - body.head(f"wrist.{side}"), knuckles)


def _fingers(body: Body, side: str, hand: Array, curled: float) -> dict[str, Array]:
    """Curl the fingers towards the palm by `curled` (0..1); a free hand keeps them slightly bent."""
    sign = 1.0 if side == "L" else -1.0
    knuckles = (hand @ _hand_frame(body, side))[:, 1]
    rotations: dict[str, Array] = {}
    for finger in range(2, 6):
        bend = 0.0
        for joint, curl in enumerate(FINGER_CURL_DEG, start=1):
            bend += curl * (0.15 + 0.85 * curled)
            rotations[f"finger{finger}-{joint}.{side}"] = rotation_about(knuckles, sign * bend) @ hand
    return rotations
