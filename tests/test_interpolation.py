"""Angles between samples: a smooth movement is kept, unknown samples stay unknown with their reason."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from hingecheck.kinematics import interpolation
from hingecheck.records import LONGEST_CODE, Angle, AngleTrack, Code, Floats
from tests import lifter
from tests.test_motion import stages

FRAME_S = np.arange(0, 6, 1 / 60)


def angle(time_s: Floats, value_deg: Floats) -> Angle:
    n = len(time_s)
    reason = np.where(np.isnan(value_deg), Code.LIFTER_UNSEEN, np.full(n, "", f"<U{LONGEST_CODE}"))
    return Angle(value_deg, np.linspace(1, 2, n), np.full(n, 3.0), 0.1, reason)


def track(time_s: Floats, value_deg: Floats) -> AngleTrack:
    """A track with this angle everywhere; each length is a tenth of it."""
    one, lengths = angle(time_s, value_deg), value_deg / 10
    joints = ("trunk_lean", "trunk_thigh", "knee_flexion", "hip_flexion")
    segments = ("pelvis_tilt", "lumbar_flexion", "junction", "thoracic_flexion")
    heights = ("hand_height", "knee_height", "arm_drop", "hand_forward", "foot_forward")
    names: dict[str, Any] = dict.fromkeys((*joints, *segments), one) | dict.fromkeys(heights, lengths)
    return AngleTrack(time_s=time_s, **names)


def bend_deg(time_s: Floats) -> Floats:
    """A lift of 80 degrees down and up in two seconds, from 2 s to 4 s."""
    return np.where(np.abs(time_s - 3) < 1, 40 * (1 + np.cos(np.pi * (time_s - 3))), 0.0)


def test_a_lift_sampled_ten_times_a_second_and_rest_twice_keeps_its_angles() -> None:
    time_s = np.concatenate([np.arange(0, 2, 0.5), np.arange(2, 4, 0.1), np.arange(4, 6, 0.5), FRAME_S[-1:]])
    measured = interpolation.at_frames(track(time_s, bend_deg(time_s)), FRAME_S)
    assert np.array_equal(measured.time_s, FRAME_S)
    assert measured.trunk_lean.value_deg == pytest.approx(bend_deg(FRAME_S), abs=0.5)
    assert measured.hand_height == pytest.approx(bend_deg(FRAME_S) / 10, abs=0.05)
    assert measured.trunk_lean.noise_sd_deg[[0, -1]] == pytest.approx([1, 2])


def test_frames_beside_an_unknown_sample_are_unknown_with_its_reason() -> None:
    time_s = np.append(FRAME_S[::6], FRAME_S[-1])
    value_deg = bend_deg(time_s)
    value_deg[20:23] = np.nan
    lean = interpolation.at_frames(track(time_s, value_deg), FRAME_S).trunk_lean
    unknown = (time_s[19] < FRAME_S) & (time_s[23] > FRAME_S)
    assert np.array_equal(np.isnan(lean.value_deg), unknown)
    assert set(lean.reason[unknown]) == {Code.LIFTER_UNSEEN}
    assert set(lean.reason[~unknown]) == {""}


def test_an_angle_that_is_never_known_stays_unknown() -> None:
    time_s = np.append(FRAME_S[::6], FRAME_S[-1])
    lean = interpolation.at_frames(track(time_s, np.full(len(time_s), np.nan)), FRAME_S).trunk_lean
    assert np.isnan(lean.value_deg).all()
    assert set(lean.reason) == {Code.LIFTER_UNSEEN}


def test_two_samples_are_joined_by_a_straight_line() -> None:
    ends_s = FRAME_S[[0, -1]]
    measured = interpolation.at_frames(track(ends_s, np.array([0.0, 59.0])), FRAME_S)
    assert measured.trunk_lean.value_deg == pytest.approx(np.linspace(0, 59, len(FRAME_S)))


def test_samples_of_every_frame_come_back_unchanged() -> None:
    _, _, measured, _ = stages(lifter.track(lifter.Set().posture()))
    assert interpolation.at_frames(measured, measured.time_s.copy()) is measured
