"""Whole sets: planted feet, hands on the bar, a nearly vertical bar path, requested events and joint orders."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from samples.lift.motion import plan_set
from samples.lift.performance import Instant, perform
from samples.lift.truth import clip_truth
from samples.lifter.body import Body, build_body
from samples.spec import BodySpec, ClipSpec, LiftSpec

STYLES = ("conventional", "sumo", "rdl")
PATTERNS = ("hip_led", "mixed", "low_back_led")


@pytest.fixture(scope="module")
def body() -> Body:
    return build_body(BodySpec())


def played(body: Body, rate_hz: float = 15.0, **lift: Any) -> tuple[dict[str, Any], list[Instant]]:
    """Truth and instants of a set."""
    spec = ClipSpec("x", seed=4, lift=LiftSpec(**({"reps": 1} | lift)))
    plan = plan_set(spec, body)
    instants = perform(spec, body, plan, np.arange(0.0, plan.duration_s, 1.0 / rate_hz))
    return clip_truth(spec, body, plan, instants), instants


def during(truth: dict[str, Any], instants: list[Instant]) -> list[Instant]:
    """The instants from lift-off to the end of the first repetition."""
    rep = truth["reps"][0]["planned"]
    during = [now for now in instants if rep["liftoff_s"] <= now.time_s <= max(rep["end_s"], rep["lockout_s"])]
    assert during
    return during


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_feet_stay_planted_hands_hold_the_bar_and_the_bar_path_is_straight(
    body: Body, style: str, pattern: str
) -> None:
    truth, instants = played(body, style=style, pattern=pattern)
    ankles = np.array([now.posed.joints[body.bone("foot.L")] for now in instants])
    assert np.ptp(ankles, axis=0).max() < 1e-3
    lift = during(truth, instants)
    for now in lift:
        wrist, knuckle = (now.posed.joints[body.bone(f"{name}.L")][[0, 2]] for name in ("wrist", "finger3-1"))
        assert np.linalg.norm(knuckle - now.bar_m) < 0.03
        assert np.linalg.norm(wrist - now.bar_m) < 0.14
    bar = np.array([now.bar_m for now in lift])
    assert np.ptp(bar[:, 0]) < 0.06
    if style != "rdl":
        assert 0.0 < bar[0, 0] < 0.13  # over mid-foot: in front of the ankle, behind the toes
        assert bar[0, 1] == pytest.approx(0.225, abs=2e-3)
    assert truth["pattern"] == pattern


@pytest.mark.parametrize("style", STYLES)
def test_elbows_stay_straight_during_the_lift(body: Body, style: str) -> None:
    truth, instants = played(body, style=style)
    for now in during(truth, instants)[::5]:
        shoulder, elbow, wrist = (now.posed.joints[body.bone(f"{n}.L")] for n in ("upperarm01", "lowerarm01", "wrist"))
        whole = np.linalg.norm(elbow - shoulder) + np.linalg.norm(wrist - elbow)
        assert np.linalg.norm(wrist - shoulder) > 0.985 * whole


def test_events_match_the_contract_at_120_frames_a_second(body: Body) -> None:
    truth, _ = played(body, rate_hz=120.0)
    times, bar = np.array(truth["frames"]["time_s"]), np.array(truth["frames"]["bar_height_m"])
    rep = truth["reps"][0]
    assert np.interp(rep["liftoff_s"], times, bar) - bar.min() == pytest.approx(0.01, abs=0.003)
    assert bar.max() - np.interp(rep["lockout_s"], times, bar) == pytest.approx(0.01, abs=0.003)
    assert np.interp(rep["end_s"], times, bar) - bar.min() == pytest.approx(0.01, abs=0.003)
    assert rep["start_s"] == rep["liftoff_s"]


def test_a_romanian_repetition_starts_at_the_top_and_lifts_off_at_the_bottom(body: Body) -> None:
    truth, _ = played(body, rate_hz=60.0, style="rdl")
    times, bar = np.array(truth["frames"]["time_s"]), np.array(truth["frames"]["bar_height_m"])
    rep = truth["reps"][0]
    assert np.interp(rep["start_s"], times, bar) == pytest.approx(bar.max(), abs=0.004)
    assert np.interp(rep["liftoff_s"], times, bar) == pytest.approx(bar.min(), abs=0.004)
    assert rep["end_s"] == rep["lockout_s"]


def middle_time(truth: dict[str, Any], column: str) -> float:
    """The time at which a joint has made half its movement."""
    rep, frames = truth["reps"][0]["planned"], truth["frames"]
    times = np.linspace(rep["liftoff_s"], rep["lockout_s"], 400)
    values = np.interp(times, frames["time_s"], frames[column])
    return float(times[np.argmax(values <= (values[0] + values[-1]) / 2)])


def test_joints_extend_in_the_requested_order(body: Body) -> None:
    usual, _ = played(body, pattern="mixed")
    times = [middle_time(usual, f"{name}_deg") for name in ("knee_flexion", "hip_flexion", "lumbar_flexion")]
    assert times == sorted(times)
    early, _ = played(body, pattern="mixed", order="lumbar_early")
    assert middle_time(early, "lumbar_flexion_deg") < middle_time(early, "hip_flexion_deg")


def test_hips_that_rise_early_lower_the_trunk(body: Body) -> None:
    def drop(truth: dict[str, Any]) -> float:
        lean, rep = np.array(truth["frames"]["trunk_lean_deg"]), truth["reps"][0]["planned"]
        times = np.array(truth["frames"]["time_s"])
        quarter = (times >= rep["liftoff_s"]) & (times < rep["liftoff_s"] + 0.5 * (rep["lockout_s"] - rep["liftoff_s"]))
        return float(lean[quarter].max() - lean[quarter][0])

    assert drop(played(body, pattern="mixed", hips_shoot=True)[0]) > drop(played(body, pattern="mixed")[0]) + 4.0


def test_drift_missed_and_half_repetitions_and_lean_back_are_in_the_truth(body: Body) -> None:
    truth, _ = played(body, reps=4, drift_deg=3.0, missed=(2,), half=(3,), tremor_deg=0.0, lean_back_deg=6.0)
    reps = truth["reps"]
    assert [rep["complete"] for rep in reps] == [True, False, False, True]
    assert reps[3]["lumbar_change_deg"] - reps[0]["lumbar_change_deg"] == pytest.approx(9.0, abs=0.05)
    lumbar = np.interp(
        reps[0]["planned"]["lockout_s"], truth["frames"]["time_s"], truth["frames"]["lumbar_flexion_deg"]
    )
    assert lumbar == pytest.approx(-6.0, abs=0.05)


@pytest.mark.parametrize("rhythm", ["dead_stop", "touch_and_go", "paused"])
def test_rhythm_sets_the_time_on_the_floor(body: Body, rhythm: str) -> None:
    truth, _ = played(body, reps=2, rhythm=rhythm)
    rest = truth["reps"][1]["planned"]["liftoff_s"] - truth["reps"][0]["planned"]["end_s"]
    assert rest < 0.15 if rhythm == "touch_and_go" else rest > 0.6


def test_walking_and_turning_do_not_change_the_lift(body: Body) -> None:
    for how in ("walk_in", "walk_out", "turn_round", "setup_bends"):
        truth, instants = played(body, **{how: 1 if how == "setup_bends" else True})
        assert len(truth["reps"]) == 1
        assert truth["reps"][0]["lumbar_change_deg"] == pytest.approx(13.0, abs=1.5)
        lowest = min(now.posed.joints[body.bone("foot.L")][2] for now in instants)
        assert lowest > 0.05


def test_the_seed_determines_the_set(body: Body) -> None:
    spec = ClipSpec("x", seed=1, lift=LiftSpec(reps=2))
    same_seed, other_seed = plan_set(spec, body), plan_set(replace(spec, seed=2), body)
    assert plan_set(spec, body).reps == same_seed.reps
    assert same_seed.reps != other_seed.reps
