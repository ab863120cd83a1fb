"""Planar geometry: known angles, signs, and NaN for unknown points."""

from __future__ import annotations

import numpy as np
import pytest

from hingecheck import geometry


@pytest.mark.parametrize(("facing_sign", "x"), [(1, 10.0), (-1, -10.0)])
def test_forward_lean_is_positive_for_both_facings(facing_sign: int, x: float) -> None:
    hip, shoulder = np.array([[0.0, 0.0]]), np.array([[x, -10.0]])
    lean = geometry.pitch_deg(geometry.sagittal(hip, facing_sign), geometry.sagittal(shoulder, facing_sign))
    assert lean == pytest.approx([45.0])


def test_thigh_pitch_is_zero_standing_and_ninety_sitting() -> None:
    hip = np.array([0.0, 0.0])
    assert geometry.thigh_pitch_deg(hip, np.array([0.0, -1.0])) == pytest.approx(0.0)
    assert geometry.thigh_pitch_deg(hip, np.array([1.0, 0.0])) == pytest.approx(90.0)


def test_the_slope_of_a_straight_line_is_its_angle_and_nan_near_the_ends() -> None:
    line = np.linspace(0.0, 1.0, 11)[None] * np.tan(np.radians(30.0))
    slope = geometry.slope_deg(line, 0.1, 2)[0]
    assert slope[2:-2] == pytest.approx(30.0)
    assert np.isnan(slope[[0, 1, -2, -1]]).all()


def test_unknown_points_give_unknown_angles() -> None:
    assert np.isnan(geometry.pitch_deg(np.array([np.nan, 0.0]), np.array([0.0, 1.0])))
    assert np.isnan(geometry.circular_mean_deg(np.array([np.nan])))


def test_the_mean_direction_is_correct_across_180_degrees() -> None:
    assert abs(geometry.circular_mean_deg(np.array([179.0, -179.0]))) == pytest.approx(180.0)
