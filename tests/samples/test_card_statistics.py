"""Statistics of the error card and the peers' measures, on data with known results."""

import math

import numpy as np
import pytest

from samples.card.agreement import after_line, agreement, best_line, f1, of_metric, paired
from samples.card.peers import back_angle_deg, circle_curvature, droop_ratio
from samples.card.records import ClipResult, RepResult, Value

TRUE = [10.0, 20.0, 30.0, 45.0, 50.0]


def sure(value: float, half: float = 5.0) -> Value:
    """A number with a symmetric interval."""
    return Value(value, value - half, value + half)


def clip(reps: tuple[RepResult, ...], *, extra_reps: int = 0) -> ClipResult:
    """A result in which only the repetitions are set."""
    return ClipResult("x", "base", "base", {}, 0.0, ("mixed",), 100, "0", "analysed", extra_reps=extra_reps, reps=reps)


def rep(true: float, value: Value | None, **more: float) -> RepResult:
    """One repetition; without a value it was not found."""
    measured = {} if value is None else {"lumbar_change_deg": value}
    return RepResult(1, {"lumbar_change_deg": true}, measured, peers=dict(more))


def test_perfect_agreement_has_no_error_and_an_icc_of_one() -> None:
    result = agreement(TRUE, [sure(value) for value in TRUE])
    assert (result.reps, result.read, result.unread) == (5, 5, 0.0)
    assert result.bias == result.mean_abs == 0.0
    assert result.limits == (0.0, 0.0)
    assert result.icc == pytest.approx(1.0)
    assert result.inside == 1.0


def test_a_constant_error_is_the_bias_and_both_limits() -> None:
    result = agreement(TRUE, [sure(value + 3.0, half=2.0) for value in TRUE])
    assert result.bias == pytest.approx(3.0)
    assert result.mean_abs == pytest.approx(3.0)
    assert result.limits == pytest.approx((3.0, 3.0))
    assert result.inside == 0.0
    assert 0.0 < result.icc < 1.0


def test_limits_of_agreement_are_bias_and_1_96_standard_deviations() -> None:
    errors = [-4.0, -2.0, 0.0, 2.0, 4.0]
    result = agreement(TRUE, [sure(value + error) for value, error in zip(TRUE, errors, strict=True)])
    assert result.limits == pytest.approx((-1.96 * math.sqrt(10.0), 1.96 * math.sqrt(10.0)), abs=0.01)
    assert result.mean_abs == pytest.approx(2.4)
    assert result.inside == 1.0


def test_angle_errors_are_not_wrapped() -> None:
    assert agreement([-170.0], [sure(175.0)]).bias == pytest.approx(345.0)


def test_unfound_and_unmeasured_repetitions_count_as_unread() -> None:
    result = agreement(TRUE, [sure(10.0), None, Value(None, None, None, "hidden"), sure(45.0), sure(50.0)])
    assert (result.reps, result.read) == (5, 3)
    assert result.unread == pytest.approx(0.4)
    assert result.bias == 0.0


def test_too_few_readings_give_neither_limits_nor_icc() -> None:
    result = agreement(TRUE[:2], [sure(11.0), sure(21.0)])
    assert result.bias == pytest.approx(1.0)
    assert np.isnan([*result.limits, result.icc]).all()
    nothing = agreement([], [])
    assert nothing.reps == 0
    assert np.isnan([nothing.bias, nothing.inside, nothing.unread]).all()


def test_the_best_line_converts_any_scale_to_degrees() -> None:
    clips = [clip((rep(value, sure(value), droop_ratio=0.02 * value - 0.1),)) for value in TRUE]
    measure, true = paired(clips, "droop_ratio", "lumbar_change_deg")
    line = best_line(measure, true)
    assert line.slope == pytest.approx(50.0)
    assert line.intercept == pytest.approx(5.0)
    assert line.correlation == pytest.approx(1.0)
    assert after_line(line, measure, true).mean_abs == pytest.approx(0.0, abs=1e-9)
    assert math.isnan(best_line(np.ones(5), np.array(TRUE)).slope)


def test_f1_counts_missed_and_extra_repetitions() -> None:
    result = clip((rep(10.0, sure(10.0)), rep(20.0, sure(20.0)), rep(30.0, None)), extra_reps=1)
    assert f1([result]) == pytest.approx(2 * 2 / (3 + 2 + 1))
    assert of_metric([result], "lumbar_change_deg").unread == pytest.approx(1 / 3)
    assert math.isnan(f1([]))


def test_back_angle_is_the_lean_from_the_vertical_on_either_side() -> None:
    hip = np.zeros((3, 2))
    shoulder = np.array([[0.0, -100.0], [100.0, 0.0], [-70.0, -70.0]])
    assert back_angle_deg(hip, shoulder) == pytest.approx([0.0, 90.0, 45.0])


def test_droop_ratio_runs_from_standing_to_level_with_the_hips() -> None:
    hip = np.zeros((21, 2))
    shoulder = np.array([[0.0, -100.0]] * 19 + [[86.6, -50.0], [100.0, 0.0]])
    assert droop_ratio(hip, shoulder)[[0, 19, 20]] == pytest.approx([0.0, 0.5, 1.0])


def test_a_circle_has_the_curvature_of_its_radius_and_a_line_has_none() -> None:
    turn = np.radians([10.0, 40.0, 75.0])
    circle = 4.0 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    line = np.array([[0.0, 0.0], [1.0, 2.0], [3.0, 6.0]])
    assert circle_curvature(np.stack([circle, circle[::-1], line])) == pytest.approx([0.25, -0.25, 0.0])
    assert circle_curvature(circle * 2.0 + 7.0) == pytest.approx(0.125)
    with np.errstate(invalid="ignore"):
        assert math.isnan(circle_curvature(np.full((3, 2), np.nan)))
