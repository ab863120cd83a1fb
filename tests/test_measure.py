"""What can be done with measures: each answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck.records import Code, Measure, Reason, counting
from tests.staged import staged

HIDDEN, CUT = Measure.missing(Code.BACK_HIDDEN), Measure.missing(Code.TRUNK_CUT)


def test_an_interval_of_90_percent_has_its_sd() -> None:
    draws = np.random.default_rng(1).normal(20.0, 3.0, 20_000)
    found = Measure.of(20.0, 3.0)
    assert found.sd == pytest.approx(3.0)
    assert np.mean((draws > found.low) & (draws < found.high)) == pytest.approx(0.90, abs=0.01)


def test_the_errors_of_a_difference_add_up_in_squares() -> None:
    found = Measure.of(20.0, 3.0).minus(Measure.of(5.0, 4.0))
    assert (found.value, found.sd) == pytest.approx((15.0, 5.0))
    assert HIDDEN.minus(CUT).reason == Reason(Code.SEVERAL, causes=(Reason(Code.BACK_HIDDEN), Reason(Code.TRUNK_CUT)))
    assert Measure.of(1.0, 1.0).minus(CUT).reason == CUT.reason


def test_another_unit_keeps_the_interval_in_order() -> None:
    found = Measure(2.0, 1.0, 5.0).times(-10)
    assert (found.value, found.low, found.high) == (-20.0, -50.0, -10.0)
    assert HIDDEN.times(2).reason == HIDDEN.reason


def test_value_and_interval_are_cut_together() -> None:
    found = Measure(1.1, 0.8, 1.4).clipped(0.0, 1.0)
    assert (found.value, found.low, found.high) == (1.0, 0.8, 1.0)
    assert Measure.of(0.9, 0.2).clipped(0.0, 1.0).sd == pytest.approx(0.2)
    assert HIDDEN.clipped(0.0, 1.0).reason == HIDDEN.reason


def test_a_pool_is_as_wide_as_its_members() -> None:
    found = Measure.pool([Measure(1.0, 0.0, 3.0), Measure(2.0, 1.0, 4.0), HIDDEN])
    assert (found.value, found.low, found.high) == (1.5, 0.5, 3.5)
    assert Measure.pool([HIDDEN]).reason == HIDDEN.reason
    assert not Measure.pool([]).known


def test_missed_repetitions_count_only_where_all_are_missed() -> None:
    one, two = staged().reps
    missed = replace(two, rep=replace(two.rep, complete=False))
    assert counting([one, missed]) == [one]
    assert counting([missed, missed]) == [missed, missed]
