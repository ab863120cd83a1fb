"""Goals for hands that do not hold the load in front.

The hands can be at the hair, belt or shoe, in front of the chest, crossed on the shoulders, or on a bar that lies on
the back. Offsets are in metres for a body height of 1.76 m and scale with body height.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from samples.lifter.body import Array, Body
from samples.lifter.limbs import PALM_DEPTH_M, HandGoal, grip_length_m
from samples.lifter.skeleton import Posed, unit

Hands = Literal["", "hair", "belt", "front", "crossed", "back", "left_shoe", "right_shoe"]


@dataclass(frozen=True)
class Reach:
    """One hand and the posed trunk that it belongs to.

    `base` is the body posed without arms. `bar_m` (x, z) is the bar's centre. `ankle_y_m` is the distance of the
    ankles from the middle.
    """

    body: Body
    base: Posed
    side: str
    bar_m: Array
    ankle_y_m: float

    @property
    def sign(self) -> float:
        """1 for the left side, -1 for the right."""
        return 1.0 if self.side == "L" else -1.0

    @property
    def size(self) -> float:
        """Body height divided by 1.76 m, the height that the offsets were chosen for."""
        return self.body.stature_m / 1.76

    def joint(self, name: str) -> Array:
        """Return the world place (3,) of a joint."""
        place: Array = self.base.joints[self.body.bone(name)]
        return place

    def beside(self, bone: str, offset: tuple[float, float, float]) -> Array:
        """Return a place that moves with a bone: `offset` (forward, outward, up) from its joint."""
        along = np.array(offset) * [1.0, self.sign, 1.0] * self.size
        place: Array = self.joint(bone) + self.base.rotations[self.body.bone(bone)] @ along
        return place

    def way(self, bone: str, direction: tuple[float, float, float]) -> Array:
        """Return a direction (forward, outward, up) that turns with a bone."""
        turned: Array = self.base.rotations[self.body.bone(bone)] @ (np.array(direction) * [1.0, self.sign, 1.0])
        return turned


def hand_goal(reach: Reach, hands: Hands) -> HandGoal:
    """Return the goal of wrist, hand and elbow for a named hand place."""
    places = {"hair": _hair, "belt": _belt, "front": _front, "crossed": _crossed, "back": _back}
    return places[hands](reach) if hands in places else _shoe(reach, hands)


def _hair(reach: Reach) -> HandGoal:
    """One hand at the side of the head."""
    wrist = reach.beside("head", (-0.03, 0.14, 0.06))
    along, palm = reach.way("head", (-0.35, -0.45, 0.8)), reach.way("head", (0.0, -1.0, -0.4))
    return HandGoal(wrist, along, palm, reach.way("spine01", (0.55, 0.75, 0.1)))


def _belt(reach: Reach) -> HandGoal:
    """The hand at the hip, on the belt."""
    wrist = reach.beside("root", (0.05, 0.215, 0.09))
    along, palm = reach.way("root", (0.75, -0.6, -0.3)), reach.way("root", (-0.5, -0.85, 0.0))
    return HandGoal(wrist, along, palm, reach.way("spine01", (-0.45, 0.8, -0.35)))


def _front(reach: Reach) -> HandGoal:
    """The arm straight forward, palm down."""
    arm = _arm_m(reach.body)
    wrist = reach.joint(f"upperarm01.{reach.side}") + np.array([0.97 * arm, -0.06 * reach.sign, -0.04])
    down = np.array([0.0, 0.0, -1.0])
    return HandGoal(wrist, np.array([1.0, 0.0, 0.0]), down, np.array([0.2, 0.5 * reach.sign, -0.6]))


def _crossed(reach: Reach) -> HandGoal:
    """The hand on the opposite shoulder; the left arm is above the right."""
    opposite_side = "R" if reach.side == "L" else "L"
    high = -0.02 if reach.side == "L" else -0.09
    offset = np.array([0.13, 0.06 * reach.sign, high]) * reach.size
    turned = reach.base.rotations[reach.body.bone("spine01")]
    wrist = reach.joint(f"upperarm01.{opposite_side}") + turned @ offset
    along, palm = reach.way("spine01", (-0.25, -0.9, 0.35)), reach.way("spine01", (-1.0, 0.0, 0.0))
    return HandGoal(wrist, along, palm, reach.way("spine01", (0.9, 0.25, -0.45)))


def _back(reach: Reach) -> HandGoal:
    """The hand on a bar that lies on the back of the shoulders."""
    along = unit(reach.way("spine01", (-0.15, 0.1, 1.0)))
    palm = reach.way("spine01", (1.0, 0.0, 0.1))
    bar = np.array([reach.bar_m[0], 0.38 * reach.sign * reach.size, reach.bar_m[1]])
    wrist = bar - along * grip_length_m(reach.body) - palm * PALM_DEPTH_M
    return HandGoal(wrist, along, palm, reach.way("spine01", (-0.4, 0.3, -0.9)))


def _shoe(reach: Reach, hands: Hands) -> HandGoal:
    """The hand at the shoe that `hands` names."""
    foot = 1.0 if hands == "left_shoe" else -1.0
    place = np.array([0.1, reach.ankle_y_m * foot + 0.055 * reach.sign, 0.14]) * [reach.size, 1.0, reach.size]
    along, palm = np.array([0.35, -0.35 * reach.sign, -0.9]), np.array([0.0, -reach.sign, -0.2])
    return HandGoal(place, along, palm, np.array([-0.2, 0.8 * reach.sign, 0.1]))


def _arm_m(body: Body) -> float:
    """Length of the straight arm from shoulder to wrist, metres."""
    shoulder, elbow, wrist = (body.head(f"{name}.L") for name in ("upperarm01", "lowerarm01", "wrist"))
    return float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow))
