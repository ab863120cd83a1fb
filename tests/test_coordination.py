"""Lags, velocity and vector coding on angles with known results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck.metrics import coordination
from hingecheck.records import Angle, AngleTrack, Code, Floats, Reason, Rep

TIME_S = np.arange(0.0, 4.0, 1 / 60)
REP = Rep(1, "floor", 1.0, 1.0, 1.1, 1.6, 2.9, 3.0, 3.5, 4.0, True)


def angle(bottom_deg: float, begin_s: float, end_s: float, *, sd: float = 1.0) -> Angle:
    """An angle of `bottom_deg` until `begin_s` that then falls linearly to zero at `end_s`."""
    return known(np.interp(TIME_S, [begin_s, end_s], [bottom_deg, 0.0]), sd)


def known(value: Floats, sd: float = 1.0) -> Angle:
    n = len(value)
    return Angle(value, np.full(n, sd), np.full(n, 2.0), 0.0, np.full(n, ""))


def track(knee: Angle, hip: Angle, lumbar: Angle) -> AngleTrack:
    still = known(np.zeros(len(TIME_S)))
    height = np.interp(TIME_S, [1.0, 3.0], [0.2, 0.9])
    return AngleTrack(TIME_S, still, still, knee, hip, still, lumbar, still, still, *[height] * 5)


def test_a_lag_is_the_time_between_the_half_way_points_of_two_joints() -> None:
    moving = track(angle(60, 1.0, 2.0), angle(80, 1.2, 2.8), angle(30, 1.8, 3.0))
    metrics = coordination.describe(moving, REP)
    assert metrics["knee_to_hip_lag_s"].value == pytest.approx(0.5, abs=0.02)
    assert metrics["hip_to_lumbar_lag_s"].value == pytest.approx(0.4, abs=0.02)
    assert metrics["knee_to_hip_lag_s"].low < 0.5 < metrics["knee_to_hip_lag_s"].high


def test_the_lumbar_velocity_is_the_slope_of_the_ramp() -> None:
    metrics = coordination.describe(track(angle(60, 1, 2), angle(80, 1, 3), angle(30, 1.5, 2.5)), REP)
    speed = metrics["lumbar_velocity_deg_s"]
    assert speed.value == pytest.approx(30.0, abs=1.0)
    assert speed.low < 30.0 < speed.high


@pytest.mark.parametrize(
    ("hip_deg", "lumbar_deg", "expected"),
    [(60.0, 0.0, "hip"), (0.0, 40.0, "lumbar"), (40.0, 40.0, "together"), (40.0, -40.0, "apart")],
)
def test_the_coupling_bin_is_that_of_the_moving_joints(hip_deg: float, lumbar_deg: float, expected: str) -> None:
    metrics = coordination.describe(track(angle(60, 1, 2), angle(hip_deg, 1, 3), angle(lumbar_deg, 1, 3)), REP)
    shares = {name: metrics[f"coupling_{name}"].value for name in coordination.BINS}
    assert shares[expected] == pytest.approx(1.0)
    assert sum(shares.values()) == pytest.approx(1.0)


def test_the_coupling_ignores_times_without_motion() -> None:
    early = track(angle(60, 1, 2), angle(60, 1.0, 1.5), angle(30, 2.5, 3.0))
    metrics = coordination.describe(early, REP)
    assert metrics["coupling_hip"].value == pytest.approx(2 / 3, abs=0.02)
    assert metrics["coupling_lumbar"].value == pytest.approx(1 / 3, abs=0.02)


def test_an_unseen_or_still_joint_gives_a_reason_and_no_value() -> None:
    lumbar = angle(30, 1, 3)
    lost = (TIME_S > 1.2) & (TIME_S < 2.8)
    hidden = replace(
        lumbar,
        value_deg=np.where(lost, np.nan, lumbar.value_deg),
        reason=np.where(lost, Code.BACK_HIDDEN, "").astype(str),
    )
    metrics = coordination.describe(track(angle(60, 1, 2), angle(80, 1, 3), hidden), REP)
    assert metrics["hip_to_lumbar_lag_s"].reason == coordination.NOT_FOLLOWED
    assert metrics["lumbar_velocity_deg_s"].reason == coordination.NOT_FOLLOWED
    assert metrics["coupling_hip"].reason == coordination.NOT_FOLLOWED
    still = coordination.describe(track(angle(60, 1, 2), angle(80, 1, 3), angle(2, 1, 3)), REP)
    assert still["hip_to_lumbar_lag_s"].reason == coordination.TOO_LITTLE
    missed = coordination.describe(track(angle(60, 1, 2), angle(80, 1, 3), lumbar), replace(REP, complete=False))
    assert {measure.reason for measure in missed.values()} == {Reason(Code.NO_LOCKOUT)}
