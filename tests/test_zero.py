"""Where the spine's angles count from: quiet standing, a lockout, or how people in general stand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck.records import Code, pose
from hingecheck.spine import zero
from hingecheck.spine.segments import JUNCTION, LUMBAR, SHANK, THIGH
from tests import lifter
from tests.test_motion import observe

N = 60


def observed(lean_deg: float) -> pose.Observed:
    """A lifter who keeps one lean of the trunk for two seconds."""
    posture = lifter.Set(bends=(), last_s=N / 30).posture()
    leaning = replace(posture, lean_deg=np.full(len(posture.time_s), lean_deg))
    return observe(lifter.track(leaning))


def alone(n: int, junction_deg: float, thigh_deg: float = 0.0, thigh_sd_deg: float = 3.0) -> zero.Alone:
    """What a model reads of frames that are all alike: half of the junction's pitch is lumbar flexion."""
    angle, sd = np.zeros((n, SHANK + 1)), np.full((n, SHANK + 1), 3.0)
    angle[:, JUNCTION], angle[:, LUMBAR], angle[:, THIGH] = junction_deg, junction_deg / 2, thigh_deg
    sd[:, THIGH] = thigh_sd_deg
    return zero.Alone(np.ones((n, 4)), np.zeros((n, 3)), angle, sd)


def test_a_hidden_thigh_is_no_evidence_against_standing() -> None:
    assert zero.upright(alone(3, 5.0)).all()
    assert not zero.upright(alone(3, 5.0, thigh_deg=45.0)).any()
    assert zero.upright(alone(3, 5.0, thigh_deg=15.0, thigh_sd_deg=15.0)).all()
    assert not zero.upright(alone(3, 45.0)).any()


def test_quiet_standing_is_zero_by_definition() -> None:
    seen = observed(5.0)
    found, frames = zero.find(seen, alone(len(seen.track.time_s), 6.0))
    assert found is not None
    assert found.origin == Code.STANDING_AROUND
    assert frames.all()
    assert not found.at_deg.any()
    assert not found.sd_deg.any()


def test_a_leaning_lockout_is_weighed_by_what_the_model_reads_of_it() -> None:
    seen = observed(35.0)  # the landmarks call it bent throughout, so nothing lies outside of the bends
    found, _ = zero.find(seen, alone(len(seen.track.time_s), 12.0))
    assert found is not None
    assert found.origin == Code.STANDING_BETWEEN
    assert found.at_deg[LUMBAR] == pytest.approx(3.0)  # read 6.0, the lockout says 0.0, both with an SD of 3
    assert found.sd_deg[LUMBAR] == pytest.approx(3.0 / np.sqrt(2))


def test_nobody_upright_gives_no_zero() -> None:
    seen = observed(60.0)
    found, frames = zero.find(seen, alone(len(seen.track.time_s), 60.0))
    assert found is None
    assert not frames.any()
