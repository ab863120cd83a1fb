"""The skin behind follows other bones if the spec says so, and nothing else changes."""

import numpy as np
import pytest

from samples.lifter.bearing import standing_body
from samples.lifter.body import Body, build_body
from samples.lifter.posture import Posture, pose, stance_for
from samples.lifter.skeleton import blend
from samples.lifter.wardrobe import dress, surfaces_of
from samples.spec import BodySpec, ClothesSpec

BENT = Posture(shank_deg=10.0, thigh_deg=52.0, pelvis_deg=50.0, lumbar_deg=20.0, grip=1.0)


def turn_behind_deg(body: Body, above_hip_m: float) -> float:
    """How far the skin behind turns forward in a bend, at a height above the hip joints."""
    posed = pose(body, stance_for(body, "conventional"), BENT, np.array([0.07, 0.3]))
    turned = blend(body, posed)[:, :9].reshape(-1, 3, 3)
    hip = body.head("upperleg01.L")
    behind = (np.abs(body.vertices[:, 1] - 0.08) < 0.03) & (body.vertices[:, 0] < hip[0] - 0.04)
    near = behind & (np.abs(body.vertices[:, 2] - hip[2] - above_hip_m) < 0.012)
    return float(np.degrees(np.arctan2(turned[near, 0, 2], turned[near, 0, 0])).mean())


def test_a_higher_pull_of_the_thigh_turns_the_skin_behind_the_hips_back() -> None:
    usual, high, low = (standing_body(BodySpec(thigh_skin_m=up_m)) for up_m in (0.0, 0.08, -0.05))
    assert turn_behind_deg(high, 0.0) < turn_behind_deg(usual, 0.0) - 10.0
    assert turn_behind_deg(low, -0.05) > turn_behind_deg(usual, -0.05) + 10.0
    assert turn_behind_deg(high, 0.3) == pytest.approx(turn_behind_deg(usual, 0.3), abs=2.0)


def test_skin_weights_stay_weights_and_the_front_keeps_its_own() -> None:
    usual, moved = (
        build_body(spec) for spec in (BodySpec(), BodySpec(thigh_skin_m=0.1, rib_skin_m=-0.03, soft_skin_m=0.03))
    )
    weights = moved.weights.toarray()
    assert weights.min() >= 0.0
    assert weights.sum(axis=1) == pytest.approx(1.0)
    front = usual.vertices[:, 0] > usual.head("upperleg01.L")[0] + 0.04
    assert np.abs(weights - usual.weights.toarray())[front].max() < 1e-9
    assert np.abs(weights - usual.weights.toarray())[~front].max() > 0.1


def test_stiff_cloth_stands_off_a_bent_back_and_soft_cloth_lies_on_it() -> None:
    backs = []
    for stiffness in (0.0, 1.0):
        person = dress(BodySpec(), ClothesSpec(top="hoodie", looseness_m=0.08, stiffness=stiffness))
        posed = pose(person.body, stance_for(person.body, "conventional"), BENT, np.array([0.07, 0.3]))
        cloth = surfaces_of(person, posed, lifter=True)[1]
        low_back = np.abs(cloth.rest[:, 2] - person.body.head("spine03")[2]) < 0.05
        backs.append(cloth.places[low_back, 2].max())
    soft, stiff = backs
    assert stiff > soft + 0.01
