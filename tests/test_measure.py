"""Calculations with measures: difference, unit, clipping and pooling."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck.records import Code, Measure, Reason, counting
from tests.staged import staged

HIDDEN, CUT = Measure.missing(Code.BACK_HIDDEN), Measure.missing(Code.TRUNK_CUT)


def test_the_interval_covers_90_percent_and_gives_the_sd() -> None:
    draws = np.random.default_rng(1).normal(20.0, 3.0, 20_000)
    measure = Measure.of(20.0, 3.0)
    assert measure.sd == pytest.approx(3.0)
    assert np.mean((draws > measure.low) & (draws < measure.high)) == pytest.approx(0.90, abs=0.01)


def test_the_variances_of_a_difference_add_up() -> None:
    difference = Measure.of(20.0, 3.0).minus(Measure.of(5.0, 4.0))
    assert (difference.value, difference.sd) == pytest.approx((15.0, 5.0))
    assert HIDDEN.minus(CUT).reason == Reason(Code.SEVERAL, causes=(Reason(Code.BACK_HIDDEN), Reason(Code.TRUNK_CUT)))
    assert Measure.of(1.0, 1.0).minus(CUT).reason == CUT.reason


def test_a_negative_factor_keeps_the_interval_ordered() -> None:
    scaled = Measure(2.0, 1.0, 5.0).times(-10)
    assert (scaled.value, scaled.low, scaled.high) == (-20.0, -50.0, -10.0)
    assert HIDDEN.times(2).reason == HIDDEN.reason


def test_value_and_interval_are_clipped_together() -> None:
    clipped = Measure(1.1, 0.8, 1.4).clipped(0.0, 1.0)
    assert (clipped.value, clipped.low, clipped.high) == (1.0, 0.8, 1.0)
    assert Measure.of(0.9, 0.2).clipped(0.0, 1.0).sd == pytest.approx(0.2)
    assert HIDDEN.clipped(0.0, 1.0).reason == HIDDEN.reason


def test_a_pooled_measure_is_as_wide_as_its_members() -> None:
    pooled = Measure.pool([Measure(1.0, 0.0, 3.0), Measure(2.0, 1.0, 4.0), HIDDEN])
    assert (pooled.value, pooled.low, pooled.high) == (1.5, 0.5, 3.5)
    assert Measure.pool([HIDDEN]).reason == HIDDEN.reason
    assert not Measure.pool([]).known


def test_incomplete_repetitions_count_only_if_all_are_incomplete() -> None:
    first, second = staged().reps
    missed = replace(second, rep=replace(second.rep, complete=False))
    assert counting([first, missed]) == [first]
    assert counting([missed, missed]) == [missed, missed]
