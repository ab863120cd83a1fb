"""The posed body against anny's own kinematics, against its mesh, and against anthropometry."""

import warnings
from typing import Any

import numpy as np
import pytest

from samples.errors import ImpossiblePose
from samples.lift.motion import plan_set
from samples.lift.performance import instant, tremor
from samples.lift.truth import frame_angles, raw_angles
from samples.lifter.bearing import standing_body
from samples.lifter.body import Array, Body, _model, build_body, phenotype
from samples.lifter.posture import Posture, pose, stance_for
from samples.lifter.skeleton import Posed, skin
from samples.spec import BarSpec, BodySpec, ClipSpec, LiftSpec

TO_ANNY = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # anny faces -y


@pytest.fixture(scope="module")
def body() -> Body:
    return build_body(BodySpec())


def bottom(body: Body, spec: ClipSpec) -> Posed:
    """The body shortly before its first lift-off."""
    plan = plan_set(spec, body)
    return instant(body, plan, tremor(spec, plan.duration_s), plan.reps[0].liftoff_s - 0.05).posed


def by_anny(body: Body, spec: BodySpec, posed: Posed) -> tuple[Array, Array]:
    """Vertices and joints from anny's own code, given only the rotation of each bone against its parent."""
    import torch

    model: Any = _model()
    rest = model.get_rest_model(
        model.get_phenotype_blendshape_coefficients(
            **{n: torch.tensor([v], dtype=model.dtype) for n, v in phenotype(spec).items()}
        )
    )
    scale = body.stature_m / float(np.ptp(rest["rest_vertices"][0].numpy()[:, 2]))
    world = rest["rest_bone_poses"].clone()
    turned = TO_ANNY @ posed.rotations @ TO_ANNY.T
    world[0, :, :3, :3] = torch.tensor(turned) @ world[0, :, :3, :3]
    floor = rest["rest_vertices"][0].numpy()[:, 2].min()
    joints = posed.joints / scale @ TO_ANNY.T + [0.0, 0.0, floor]
    world[0, :, :3, 3] = torch.tensor(joints)
    local = model.get_pose_parameterization(rest | {"bone_poses": world}, "local-ref")
    local[0, 1:, :3, 3] = 0.0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transforms, poses = model.get_bone_transforms(local, rest["rest_bone_poses"], "local-ref")
        vertices = model.get_skinned_vertices(bone_transforms=transforms, rest_vertices=rest["rest_vertices"])
    back = [(points[0].numpy() - [0.0, 0.0, floor]) @ TO_ANNY * scale for points in (vertices, poses[..., :3, 3])]
    return back[0], back[1]


def test_lumbar_shares_divide_the_same_flexion_among_the_joints() -> None:
    bent = Posture(shank_deg=20.0, thigh_deg=60.0, pelvis_deg=30.0, lumbar_deg=40.0, grip=1.0)
    low, high = (build_body(BodySpec(low_lumbar_share=low, mid_lumbar_share=0.3)) for low in (0.6, 0.2))
    turned = {}
    for name, shaped in (("low", low), ("high", high)):
        posed = pose(shaped, stance_for(shaped, "conventional"), bent, np.array([0.1, 0.25]))
        assert raw_angles(shaped, posed)["lumbar"] == pytest.approx(40.0, abs=0.1)
        forward = posed.rotations[shaped.bone("spine04")] @ [0.0, 0.0, 1.0]
        turned[name] = float(np.degrees(np.arctan2(forward[0], forward[2])))
    assert turned["low"] - turned["high"] == pytest.approx(0.4 * 40.0, abs=0.1)


def test_joints_and_mesh_equal_annys_own_kinematics(body: Body) -> None:
    assert body.arm_stretch == 1.0  # otherwise the rest bodies differ
    posed = bottom(body, ClipSpec("x", lift=LiftSpec(pattern="low_back_led", reps=1)))
    vertices, joints = by_anny(body, BodySpec(), posed)
    assert np.abs(joints - posed.joints).max() < 1e-6
    assert np.abs(vertices - skin(body, posed)).max() < 1e-4


@pytest.mark.parametrize("pattern", ["hip_led", "low_back_led"])
def test_angles_measured_on_the_mesh_equal_the_truth(body: Body, pattern: Any) -> None:
    """The bone rotations are recovered from the drawn vertices, by solving the skinning for the bones."""
    posed = bottom(body, ClipSpec("x", lift=LiftSpec(pattern=pattern, reps=1)))
    stand = pose(body, stance_for(body, "conventional"), Posture(), np.array([0.1, 0.225]))
    turned, upright = (bones_from_mesh(body, skin(body, each)) for each in (posed, stand))
    truth, zero = raw_angles(body, posed), raw_angles(body, stand)
    measured = {name: turned[name] - upright[name] for name in turned}
    assert measured["pelvis.L"] == pytest.approx(truth["pelvis"], abs=0.1)
    assert measured["spine02"] - measured["pelvis.L"] == pytest.approx(truth["lumbar"], abs=0.1)
    assert measured["spine01"] - measured["spine02"] == pytest.approx(truth["thoracic"], abs=0.1)
    assert measured["lowerleg01.L"] == pytest.approx(truth["shank"] - zero["shank"], abs=1.5)
    assert -measured["upperleg01.L"] == pytest.approx(truth["thigh"] - zero["thigh"], abs=1.5)


def bones_from_mesh(body: Body, vertices: Array) -> dict[str, float]:
    """Forward rotation (degrees) of some bones, from rest vertices, weights and posed vertices."""
    used = np.flatnonzero(np.asarray((body.weights > 0.05).sum(axis=0)).ravel() > 40)
    weights = body.weights.tocsc()[:, used].toarray()
    whole = weights.sum(axis=1) > 0.999
    rest = np.column_stack([body.vertices, np.ones(len(body.vertices))])[whole]
    table = (weights[whole][:, :, None] * rest[:, None]).reshape(whole.sum(), -1)
    square = table.T @ table + 1e-10 * np.eye(table.shape[1])
    solved = np.linalg.solve(square, table.T @ vertices[whole]).reshape(len(used), 4, 3)
    turns = {body.names[bone]: solved[number, :3].T for number, bone in enumerate(used)}
    names = ("pelvis.L", "spine02", "spine01", "upperleg01.L", "lowerleg01.L")
    return {name: float(np.degrees(np.arctan2(turns[name][0, 2], turns[name][2, 2]))) for name in names}


def test_spine_truth_is_the_sum_of_the_three_lumbar_joints(body: Body) -> None:
    stance = stance_for(body, "conventional")
    posed = pose(body, stance, Posture(pelvis_deg=20, lumbar_deg=30, thoracic_deg=8), np.array([0.1, 0.3]))
    steps = []
    for low, high in (("spine05", "spine04"), ("spine04", "spine03"), ("spine03", "spine02")):
        between = posed.rotations[body.bone(low)].T @ posed.rotations[body.bone(high)]
        steps.append(np.degrees(np.arccos((np.trace(between) - 1) / 2)))
    assert steps == pytest.approx([12.0, 10.5, 7.5])
    raw = raw_angles(body, posed)
    assert (raw["pelvis"], raw["lumbar"], raw["thoracic"]) == pytest.approx((20.0, 30.0, 8.0))


@pytest.mark.parametrize(
    "spec",
    [BodySpec(), BodySpec(sex=1.0, stature_m=1.58), BodySpec(stature_m=1.97, weight=0.9, age_years=65)],
)
def test_knuckles_of_hanging_arms_are_at_44_per_cent_of_the_height(spec: BodySpec) -> None:
    body = build_body(spec)
    posed = pose(body, stance_for(body, "conventional"), Posture(), np.array([0.1, 0.225]))
    knuckle = posed.joints[body.bone("finger3-1.L")][2]
    assert knuckle / spec.stature_m == pytest.approx(0.44, abs=0.025)
    assert np.ptp(body.vertices[:, 2]) == pytest.approx(spec.stature_m, rel=1e-6)


def test_standing_angles_are_zero_and_the_trunk_is_upright(body: Body) -> None:
    spec = ClipSpec("x", lift=LiftSpec(reps=1, tremor_deg=0.0))
    plan = plan_set(spec, body)
    columns = frame_angles(body, plan, [instant(body, plan, tremor(spec, plan.duration_s), 0.1)])
    own = [name for name in columns if name.endswith("_deg") and not name.startswith("trunk")]
    assert own
    assert all(abs(columns[name][0]) < 0.01 for name in own)
    assert abs(columns["trunk_lean_deg"][0]) < 6.0


def test_the_standing_lordosis_does_not_change_the_angles() -> None:
    average, arched = (standing_body(BodySpec(lordosis_deg=arch)) for arch in (0.0, 12.0))

    def arch_of(body: Body) -> float:
        low, high = (body.head(b) - body.head(a) for a, b in (("spine05", "spine04"), ("spine02", "spine01")))
        return float(np.degrees(np.arctan2(low[0], low[2]) - np.arctan2(high[0], high[2])))

    assert arch_of(arched) - arch_of(average) == pytest.approx(12.0, abs=0.5)
    assert np.ptp(arched.vertices[:, 2]) == pytest.approx(1.76)
    still = pose(arched, stance_for(arched, "conventional"), Posture(), np.array([0.1, 0.225]))
    raw = raw_angles(arched, still)
    assert (raw["pelvis"], raw["lumbar"], raw["thoracic"]) == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)


def test_squatting_lowers_the_hips_and_raises_the_trunk(body: Body) -> None:
    knees, leans = [], []
    for squat in (-1.0, 0.0, 1.0):
        raw = raw_angles(body, bottom(body, ClipSpec("x", lift=LiftSpec(reps=1, squat=squat))))
        knees.append(raw["thigh"] + raw["shank"])
        leans.append(raw["trunk"])
    assert knees[0] + 8 < knees[1] < knees[2] - 8
    assert leans[0] > leans[1] > leans[2]


def test_a_bar_out_of_reach_is_refused_with_the_spec_keys(body: Body) -> None:
    spec = ClipSpec("x", lift=LiftSpec(reps=9, lumbar_change_deg=55.0, drift_deg=6.0), bar=BarSpec(floor_height_m=0.5))
    with pytest.raises(ImpossiblePose, match=r"lift\.lumbar_change_deg.*bar\.floor_height_m"):
        plan_set(spec, body)
