"""Where hands go that hold nothing: hair, belt, arms in front or crossed, a shoe; and a bar on the back."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from samples.lifter.body import Array, Body
from samples.lifter.limbs import PALM_DEPTH_M, HandGoal, grip_length_m
from samples.lifter.skeleton import Posed, unit

Hands = Literal["", "hair", "belt", "front", "crossed", "back", "left_shoe", "right_shoe"]


@dataclass(frozen=True)
class Reach:
    """One hand on its way: the posed trunk, the side, the place of the bar, the ankles' distance from the middle."""

    body: Body
    base: Posed
    side: str
    bar_m: Array
    ankle_y_m: float

    @property
    def sign(self) -> float:
        """1 left, -1 right."""
        return 1.0 if self.side == "L" else -1.0

    @property
    def size(self) -> float:
        """Stature against that for which the offsets were chosen."""
        return self.body.stature_m / 1.76

    def joint(self, name: str) -> Array:
        """World place (3,) of a joint."""
        place: Array = self.base.joints[self.body.bone(name)]
        return place

    def beside(self, bone: str, offset: tuple[float, float, float]) -> Array:
        """A place that turns with a bone, `offset` (forward, outward, up) from its joint."""
        along = np.array(offset) * [1.0, self.sign, 1.0] * self.size
        place: Array = self.joint(bone) + self.base.rotations[self.body.bone(bone)] @ along
        return place

    def way(self, bone: str, direction: tuple[float, float, float]) -> Array:
        """A direction (forward, outward, up) that turns with a bone."""
        turned: Array = self.base.rotations[self.body.bone(bone)] @ (np.array(direction) * [1.0, self.sign, 1.0])
        return turned


def hand_goal(reach: Reach, hands: Hands) -> HandGoal:
    """Wrist, hand and elbow for one of the places."""
    places = {"hair": _hair, "belt": _belt, "front": _front, "crossed": _crossed, "back": _back}
    return places[hands](reach) if hands in places else _shoe(reach, hands)


def _hair(reach: Reach) -> HandGoal:
    wrist = reach.beside("head", (-0.03, 0.14, 0.06))
    along, palm = reach.way("head", (-0.35, -0.45, 0.8)), reach.way("head", (0.0, -1.0, -0.4))
    return HandGoal(wrist, along, palm, reach.way("spine01", (0.55, 0.75, 0.1)))


def _belt(reach: Reach) -> HandGoal:
    wrist = reach.beside("root", (0.05, 0.215, 0.09))
    along, palm = reach.way("root", (0.75, -0.6, -0.3)), reach.way("root", (-0.5, -0.85, 0.0))
    return HandGoal(wrist, along, palm, reach.way("spine01", (-0.45, 0.8, -0.35)))


def _front(reach: Reach) -> HandGoal:
    arm = _arm_m(reach.body)
    wrist = reach.joint(f"upperarm01.{reach.side}") + np.array([0.97 * arm, -0.06 * reach.sign, -0.04])
    down = np.array([0.0, 0.0, -1.0])
    return HandGoal(wrist, np.array([1.0, 0.0, 0.0]), down, np.array([0.2, 0.5 * reach.sign, -0.6]))


def _crossed(reach: Reach) -> HandGoal:
    """The hand lies on the other shoulder, the left arm above the right."""
    other = "R" if reach.side == "L" else "L"
    high = -0.02 if reach.side == "L" else -0.09
    offset = np.array([0.13, 0.06 * reach.sign, high]) * reach.size
    turned = reach.base.rotations[reach.body.bone("spine01")]
    wrist = reach.joint(f"upperarm01.{other}") + turned @ offset
    along, palm = reach.way("spine01", (-0.25, -0.9, 0.35)), reach.way("spine01", (-1.0, 0.0, 0.0))
    return HandGoal(wrist, along, palm, reach.way("spine01", (0.9, 0.25, -0.45)))


def _back(reach: Reach) -> HandGoal:
    """Holding a bar that lies on the back of the shoulders."""
    along = unit(reach.way("spine01", (-0.15, 0.1, 1.0)))
    palm = reach.way("spine01", (1.0, 0.0, 0.1))
    bar = np.array([reach.bar_m[0], 0.38 * reach.sign * reach.size, reach.bar_m[1]])
    wrist = bar - along * grip_length_m(reach.body) - palm * PALM_DEPTH_M
    return HandGoal(wrist, along, palm, reach.way("spine01", (-0.4, 0.3, -0.9)))


def _shoe(reach: Reach, hands: Hands) -> HandGoal:
    foot = 1.0 if hands == "left_shoe" else -1.0
    place = np.array([0.1, reach.ankle_y_m * foot + 0.055 * reach.sign, 0.14]) * [reach.size, 1.0, reach.size]
    along, palm = np.array([0.35, -0.35 * reach.sign, -0.9]), np.array([0.0, -reach.sign, -0.2])
    return HandGoal(place, along, palm, np.array([-0.2, 0.8 * reach.sign, 0.1]))


def _arm_m(body: Body) -> float:
    shoulder, elbow, wrist = (body.head(f"{name}.L") for name in ("upperarm01", "lowerarm01", "wrist"))
    return float(np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow))
