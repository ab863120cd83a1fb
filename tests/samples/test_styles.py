"""The other styles, movements that are no lift, and cut recordings: hands, feet, load and truth."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from samples.errors import SpecError
from samples.lift.motion import plan_set
from samples.lift.performance import Instant, instant, perform, tremor
from samples.lift.timeline import SetPlan
from samples.lift.truth import clip_truth, movement
from samples.lifter.bearing import standing_body
from samples.lifter.body import Body, build_body
from samples.scene.props import bar_at_origin, support
from samples.spec import LOADS_OF, BarSpec, BodySpec, ClipSpec
from samples.specfile import parse_spec, read_spec

SAMPLES = Path(__file__).parents[2] / "samples"
RATE_HZ = 15.0
LIFTS = ("stiff_leg", "block", "kettlebell", "trap_bar", "hinge", "pick_up")
NO_LIFTS = ("squat", "tie_shoes", "walk_through", "empty_setup")


@lru_cache(maxsize=1)
def body() -> Body:
    return build_body(BodySpec())


def spec_of(style: str, *, video: Any = None, bar: Any = None, **lift: Any) -> ClipSpec:
    """A set of one repetition of a style with its usual load."""
    load = LOADS_OF.get(style, ("bar",))[0]  # type: ignore[call-overload]
    height = 0.5 if style == "block" else 0.225
    tables = {
        "lift": {"style": style, "reps": 1, "tremor_deg": 0.0, "stand_s": 0.4, "tempo": 1.2} | lift,
        "bar": {"load": load, "floor_height_m": height} | (bar or {}),
        "video": {"rate_hz": RATE_HZ} | (video or {}),
    }
    return parse_spec({"name": "x", "seed": 4} | tables)


@lru_cache
def played(spec: ClipSpec) -> tuple[dict[str, Any], list[Instant], SetPlan]:
    """Truth, instants and plan."""
    plan = plan_set(spec, body())
    shaking = tremor(spec, plan.whole_s)
    everything = np.arange(np.ceil(plan.begin_s * RATE_HZ), int((plan.begin_s + plan.whole_s) * RATE_HZ)) / RATE_HZ
    whole = [instant(body(), plan, shaking, float(time)) for time in everything]
    return clip_truth(spec, body(), plan, whole), whole, plan


def joint(now: Instant, name: str) -> Any:
    return now.posed.joints[body().bone(name)]


def lifting(truth: dict[str, Any], instants: list[Instant]) -> list[Instant]:
    """The instants between lift-off and lockout of the first repetition."""
    rep = truth["reps"][0]
    lifting = [now for now in instants if rep["liftoff_s"] <= now.time_s <= rep["lockout_s"]]
    assert lifting
    return lifting


@pytest.mark.parametrize("style", LIFTS)
@pytest.mark.parametrize("squat", [-0.8, 0.6])
def test_feet_stay_planted_and_both_hands_hold_the_load(style: str, squat: float) -> None:
    truth, instants, plan = played(spec_of(style, squat=squat))
    for side, sign in (("L", 1.0), ("R", -1.0)):
        ankles = np.array([joint(now, f"foot.{side}") for now in instants])
        assert np.ptp(ankles, axis=0).max() < 1e-3
        for now in lifting(truth, instants):
            handle = np.array([now.bar_m[0], sign * plan.stance.hand_y_m, now.bar_m[1]])
            assert np.linalg.norm(joint(now, f"finger3-1.{side}") - handle) < 0.03
            shoulder, elbow, wrist = (joint(now, f"{name}.{side}") for name in ("upperarm01", "lowerarm01", "wrist"))
            arm = np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)
            assert np.linalg.norm(wrist - shoulder) > 0.98 * arm


@pytest.mark.parametrize("style", LIFTS)
def test_truth_names_the_movement_and_has_one_whole_repetition(style: str) -> None:
    truth, _, _ = played(spec_of(style))
    (rep,) = truth["reps"]
    assert (truth["style"], truth["movement"]) == (style, style)
    assert rep["complete"]
    assert "cut" not in rep
    assert rep["start_s"] <= rep["liftoff_s"] < rep["lockout_s"] <= rep["end_s"]
    heights = np.array(truth["frames"]["bar_height_m"])
    at_lockout = np.interp(rep["lockout_s"], truth["frames"]["time_s"], heights)
    assert 0.0 <= heights.max() - at_lockout < 0.0101


def test_the_movement_follows_from_style_load_and_repetitions() -> None:
    assert movement(spec_of("rdl")) == "romanian"
    assert movement(spec_of("conventional", bar={"load": "kettlebell"})) == "kettlebell"
    assert movement(spec_of("conventional", reps=0)) == "none"
    assert {movement(spec_of(style)) for style in NO_LIFTS} == {"none"}


def lowest(style: str, column: str, **lift: Any) -> float:
    """The value of a column at lift-off."""
    truth, _, _ = played(spec_of(style, **lift))
    return float(np.interp(truth["reps"][0]["liftoff_s"], truth["frames"]["time_s"], truth["frames"][column]))


def test_styles_differ_in_knee_flexion_lean_and_bar_height() -> None:
    knee = {style: lowest(style, "knee_flexion_deg") for style in ("conventional", "stiff_leg", "trap_bar", "block")}
    lean = {style: lowest(style, "trunk_lean_deg") for style in ("conventional", "stiff_leg", "block")}
    assert knee["stiff_leg"] < 22.0 < knee["block"] < knee["conventional"] < knee["trap_bar"]
    assert lean["block"] < lean["conventional"] < lean["stiff_leg"]
    assert lowest("block", "bar_height_m") == pytest.approx(0.51, abs=0.03)
    assert lowest("hinge", "bar_height_m", lowest_m=0.35) == pytest.approx(0.35, abs=0.01)
    stoop, squat = (lowest("pick_up", "knee_flexion_deg", squat=value) for value in (-1.0, 1.0))
    assert stoop + 60.0 < squat


def test_a_trap_bar_is_held_beside_the_legs_and_an_unloaded_hinge_touches_them() -> None:
    truth, instants, _ = played(spec_of("trap_bar"))
    for now in lifting(truth, instants):
        assert abs(joint(now, "wrist.L")[1]) > abs(joint(now, "lowerleg01.L")[1]) + 0.08
    truth, instants, plan = played(spec_of("hinge"))
    for now in lifting(truth, instants):
        knee, hip = joint(now, "lowerleg01.L"), joint(now, "upperleg01.L")
        thigh = np.linspace(knee, hip, 50)[:, [0, 2]]
        assert 0.04 < np.linalg.norm(thigh - now.bar_m, axis=1).min() < 0.16
    assert plan.stance.hold == "legs"


def test_the_load_and_its_support_are_drawn() -> None:
    rest = np.array([0.1, 0.5])
    assert len(support(BarSpec(floor_height_m=0.5), rest)) == 2
    (rack,) = support(BarSpec(floor_height_m=0.5, support="pins"), rest)
    assert rack.places[:, 2].max() > 2.0
    handles = bar_at_origin(BarSpec(load="trap_bar"))[0].places
    assert np.abs(handles[:, 0]).max() > 0.3
    crate = bar_at_origin(BarSpec(load="box"))[0].places
    assert crate[:, 2].min() == pytest.approx(-0.19, abs=0.005)
    assert support(BarSpec(load="box"), np.array([0.2, 0.19])) == []


def test_a_load_that_does_not_fit_the_style_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(SpecError, match=r"bar\.load = 'bar': allowed with lift\.style = 'trap_bar' are 'trap_bar'"):
        parse_spec({"name": "x", "lift": {"style": "trap_bar"}})
    with pytest.raises(SpecError, match=r"lift\.regrips = \[4\]: allowed are 1 to lift\.reps = 3"):
        parse_spec({"name": "x", "lift": {"regrips": [4]}})


@pytest.mark.parametrize("style", NO_LIFTS)
def test_other_movements_have_no_repetition_and_lift_nothing(style: str) -> None:
    for load in LOADS_OF[style]:  # type: ignore[index]
        truth, instants, _ = played(spec_of(style, bar={"load": load}, reps=2))
        assert (truth["reps"], truth["movement"]) == ([], "none")
        if style != "squat":
            assert np.ptp([now.bar_m for now in instants], axis=0).max() == 0.0
        assert min(joint(now, f"foot.{side}")[2] for now in instants for side in "LR") > 0.05


@pytest.mark.parametrize("how", [{"arms": "front"}, {"arms": "crossed"}, {"bar": {"load": "bar"}}])
def test_a_squat_bends_knees_and_keeps_the_hands_at_the_shoulders(how: dict[str, Any]) -> None:
    truth, instants, _ = played(spec_of("squat", **({"reps": 2} | how)))
    assert 95.0 < max(truth["frames"]["knee_flexion_deg"]) < 130.0
    held = [now for now in instants if now.posture.away > 0.99]
    assert len(held) > 30
    for now in held:
        hands, shoulders = (joint(now, f"{name}.L")[2] for name in ("wrist", "upperarm01"))
        assert abs(hands - shoulders) < 0.2
        if "bar" in how:
            assert np.linalg.norm(joint(now, "finger3-1.R")[[0, 2]] - now.bar_m) < 0.04
            assert np.linalg.norm(joint(now, "neck01")[[0, 2]] - now.bar_m) < 0.2


def test_tying_shoes_keeps_the_hands_at_the_shoe_for_seconds() -> None:
    _, instants, _ = played(spec_of("tie_shoes", reps=2))
    for foot in "LR":
        for hand in "LR":
            near = [np.linalg.norm(joint(now, f"wrist.{hand}") - joint(now, f"foot.{foot}")) for now in instants]
            assert sum(distance < 0.25 for distance in near) / RATE_HZ > 3.0


def test_a_walk_crosses_the_picture_with_the_toes_forward() -> None:
    _, instants, _ = played(spec_of("walk_through", reps=2))
    places = np.array([now.posture.forward_m for now in instants])
    assert (places.min(), places.max()) == pytest.approx((-1.5, 1.5))
    for now, then in zip(instants, instants[3:], strict=False):
        moved = then.posture.forward_m - now.posture.forward_m
        toes = joint(now, "toe2-1.L")[0] - joint(now, "foot.L")[0]
        assert moved * toes >= 0.0 or abs(now.posture.forward_m) > 1.49
    standing = [np.ptp([joint(now, f"foot.{side}")[0] for now in instants[10:20]]) for side in "LR"]
    assert max(standing) > 0.05


def test_hands_leave_the_bar_and_return_between_repetitions() -> None:
    truth, instants, _ = played(spec_of("conventional", reps=2, regrips=[1]))
    pause = [now for now in instants if truth["reps"][0]["end_s"] < now.time_s < truth["reps"][1]["liftoff_s"]]
    away = [np.linalg.norm(joint(now, "finger3-1.L")[[0, 2]] - now.bar_m) for now in pause]
    assert max(away) > 0.15
    assert max(away[-2:]) < 0.03
    assert np.ptp([now.bar_m[1] for now in pause[4:-4]]) < 1e-6
    truth, instants, _ = played(spec_of("conventional", reps=2, resets=[1]))
    pause = [now for now in instants if truth["reps"][0]["end_s"] < now.time_s < truth["reps"][1]["liftoff_s"]]
    assert min(now.posture.pelvis_deg for now in pause) < 1.0
    assert len(truth["reps"]) == 2


def test_fidgeting_brings_the_hands_to_head_and_hips_and_is_no_repetition() -> None:
    truth, instants, _ = played(spec_of("conventional", fidgets=3))
    before = [now for now in instants if now.time_s < truth["reps"][0]["liftoff_s"]]
    heads = [np.linalg.norm(joint(now, "finger3-1.L") - joint(now, "head")) for now in before]
    belts = [now for now in before if now.posture.hands == "belt"]
    hips = [np.linalg.norm(joint(now, "wrist.L") - joint(now, "upperleg01.L")) for now in belts]
    assert min(heads) < 0.25
    assert min(hips) < 0.2
    assert len(truth["reps"]) == 1


def test_a_load_that_is_not_put_down_has_a_lockout_and_no_end() -> None:
    truth, instants, _ = played(spec_of("pick_up", put_down=False))
    (rep,) = truth["reps"]
    assert rep["complete"]
    assert rep["end_s"] is None
    assert "cut" not in rep
    assert instants[-1].bar_m[1] == pytest.approx(max(now.bar_m[1] for now in instants), abs=0.01)


@pytest.mark.parametrize(("cut_in", "cut_out"), [(0.15, 0.0), (0.7, 0.2), (0.0, 0.75)])
def test_events_outside_a_cut_recording_are_null(cut_in: float, cut_out: float) -> None:
    """The movement stays the same, its times are shifted. Events that were not recorded are null."""
    whole, _, _ = played(spec_of("conventional", reps=2))
    truth, _, plan = played(spec_of("conventional", reps=2, cut_in=cut_in, cut_out=cut_out))
    first, last = whole["reps"][0]["planned"], whole["reps"][1]["planned"]
    shift = first["start_s"] + cut_in * (first["end_s"] - first["start_s"]) if cut_in else 0.0
    assert truth["frames"]["time_s"][0] == 0.0
    assert len(truth["frames"]["time_s"]) == int(plan.duration_s * RATE_HZ)
    for before, after in zip(whole["reps"], truth["reps"], strict=True):
        for event in ("liftoff_s", "lockout_s", "end_s"):
            expected = before[event] - shift
            inside = 0.0 < expected < plan.duration_s
            assert after[event] == (pytest.approx(expected, abs=0.07) if inside else None)
    assert [rep["complete"] for rep in truth["reps"]] == [cut_in == 0.0, cut_out != 0.2]
    assert [rep.get("cut", "") for rep in truth["reps"]] == ["start" if cut_in else "", "end" if cut_out else ""]
    if cut_out:
        assert plan.duration_s + shift == pytest.approx(last["start_s"] + cut_out * (last["end_s"] - last["start_s"]))
    times = np.array(truth["frames"]["time_s"]) + shift
    knee = np.interp(times, whole["frames"]["time_s"], whole["frames"]["knee_flexion_deg"])
    assert np.allclose(knee, truth["frames"]["knee_flexion_deg"], atol=1.5)


def test_slow_motion_stretches_only_the_time() -> None:
    usual, _, plan = played(spec_of("conventional"))
    slow, _, slow_plan = played(spec_of("conventional", video={"slow_motion": 4.0}))
    assert slow_plan.duration_s == pytest.approx(4.0 * plan.duration_s)
    for event in ("liftoff_s", "lockout_s", "end_s"):
        assert slow["reps"][0][event] == pytest.approx(4.0 * usual["reps"][0][event], abs=0.27)
    assert slow["reps"][0]["knee_change_deg"] == pytest.approx(usual["reps"][0]["knee_change_deg"], abs=0.5)


@pytest.mark.parametrize("name", ["walk_in_missed", "rdl_low_back_led", "hips_shoot"])
def test_the_truth_of_shipped_clips_is_reproduced(name: str) -> None:
    spec = read_spec(SAMPLES / "specs" / f"{name}.toml")
    shipped = json.loads((SAMPLES / "clips" / f"{name}.truth.json").read_text(encoding="utf-8"))
    person = standing_body(spec.body)
    plan = plan_set(spec, person)
    again = clip_truth(spec, person, plan, perform(spec, person, plan, np.array(shipped["frames"]["time_s"])))
    for before, after in zip(shipped["reps"], again["reps"], strict=True):
        events = ("start_s", "liftoff_s", "lockout_s", "end_s", "complete")
        assert [after[event] for event in events] == [before[event] for event in events]
    for column, values in shipped["frames"].items():
        assert np.allclose(again["frames"][column], values, atol=0.02), column
