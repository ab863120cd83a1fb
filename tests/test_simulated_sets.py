"""Simulated sets without pictures: every style with distractions around the lift, and movements that are no lift."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from hingecheck.records import Rep
from tests import simulated

NEAR_S = 0.5
"""A repetition counts as found if its lift-off is at most this far off, in the lifter's own time."""

WAYS = simulated.STYLES + simulated.NOTHING


@dataclass
class Score:
    """Counts of found and missing repetitions, and the errors of their events in seconds."""

    counts: Counter[str] = field(default_factory=Counter)
    liftoff_s: list[float] = field(default_factory=list)
    lockout_s: list[float] = field(default_factory=list)

    def add(self, simulated_set: simulated.SimulatedSet, reps: tuple[Rep, ...]) -> None:
        left = list(simulated_set.truth)
        for rep in reps:
            match = next((t for t in left if _same(t, rep, simulated_set.slow)), None)
            if match is None:
                unloaded = any(_same(t, rep, simulated_set.slow) for t in simulated_set.empty)
                self.counts["empty" if unloaded else "wrong"] += 1
                continue
            self.counts["right"] += 1
            left.remove(match)
            self.liftoff_s.append(abs(match.liftoff_s - rep.liftoff_s) / simulated_set.slow)
            if rep.complete:
                self.lockout_s.append(abs(match.lockout_s - rep.lockout_s) / simulated_set.slow)
        self.counts["missing"] += len(left)

    def f1(self, *, empty: bool) -> float:
        """F1 of the repetitions; `empty`: a rise without the load, which landmarks cannot show, counts as an error."""
        right, errors = self.counts["right"], self.counts["wrong"] + self.counts["missing"]
        return 2 * right / (2 * right + errors + empty * self.counts["empty"])


def _same(truth: simulated.TrueRep, rep: Rep, slow: float) -> bool:
    return truth.complete == rep.complete and abs(truth.liftoff_s - rep.liftoff_s) <= NEAR_S * slow


def score(ways: tuple[str, ...], seeds: range, *, seen: bool, wrong: float = 0.0) -> Score:
    total = Score()
    for seed in seeds:
        simulated_set = replace(simulated.random_set(seed, ways[seed % len(ways)]), wrong=wrong)
        total.add(simulated_set, simulated_set.segmented(seen=seen))
    return total


FRESH = 300_000
"""First seed of the sets that no table was counted or chosen on (models/SEGMENTATION.md)."""


def test_repetitions_of_every_style_are_found_if_the_plates_are_visible() -> None:
    total = score(WAYS, range(FRESH, FRESH + 84), seen=True)
    assert total.f1(empty=True) >= 0.985
    assert np.mean(total.liftoff_s) < 0.06
    assert np.mean(total.lockout_s) < 0.05


def test_one_wrong_picture_of_the_load_in_ten_costs_few_repetitions() -> None:
    assert score(WAYS, range(FRESH, FRESH + 56), seen=True, wrong=0.1).f1(empty=True) >= 0.96


def test_landmarks_alone_find_every_repetition_but_also_unloaded_rises() -> None:
    total = score(WAYS, range(FRESH, FRESH + 56), seen=False)
    assert total.f1(empty=False) >= 0.97
    assert total.f1(empty=True) >= 0.92


@pytest.mark.parametrize("what", ["squat", "walk", "still"])
@pytest.mark.parametrize("seen", [True, False])
def test_other_movements_have_no_repetition(what: str, seen: bool) -> None:
    for seed in range(3):
        assert simulated.random_set(seed, what).segmented(seen=seen) == ()


@pytest.mark.parametrize("what", ["shoes", "set_up"])
def test_a_bend_whose_load_is_seen_on_the_floor_is_no_repetition(what: str) -> None:
    for seed in range(3):
        assert simulated.random_set(seed, what).segmented(seen=True) == ()


@pytest.mark.slow
@pytest.mark.parametrize("seen", [True, False])
def test_a_thousand_sets_are_segmented_accurately(seen: bool) -> None:
    total = score(WAYS, range(FRESH, FRESH + 1000), seen=seen)
    print(seen, total.f1(empty=True), total.f1(empty=False), total.counts)  # noqa: T201
    assert total.f1(empty=False) >= 0.98
    assert total.f1(empty=True) >= 0.95 + 0.03 * seen
    assert np.mean(total.liftoff_s) < 0.06
    assert np.mean(total.lockout_s) < 0.05
