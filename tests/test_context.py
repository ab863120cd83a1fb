"""Self-report beside the measurement, advice by need, drift over a set."""

from __future__ import annotations

import numpy as np
import pytest

from hingecheck.errors import UsageError
from hingecheck.judgement import advice, criteria, self_report
from hingecheck.metrics import set_drift
from hingecheck.records import Finding, Measure, Pattern, Rep, RepMetrics, SelfReport, Verdict
from tests.staged import every


def verdict(pattern: Pattern) -> Verdict:
    return Verdict(pattern, Measure(0.4, 0.3, 0.5), {}, (), (1,), "")


def flag(rule: str) -> Finding:
    return Finding(rule, "flag", Measure(1.0, 0.9, 1.1), 0.5, "", (1,), None, "", "")


def test_soreness_is_read_by_site_and_what_is_wrong_is_named() -> None:
    assert self_report.parse_soreness("low-back=6, glutes=1.5") == {"low-back": 6.0, "glutes": 1.5}
    assert self_report.parse_soreness("") == {}
    with pytest.raises(UsageError) as caught:
        self_report.parse_soreness("glute=3")
    assert "Did you mean glutes?" in caught.value.remedy
    for text in ("glutes=11", "glutes=-1", "glutes", "glutes=much", "glutes=nan"):
        with pytest.raises(UsageError, match="0 to 10"):
            self_report.parse_soreness(text)


@pytest.mark.parametrize(
    "report",
    [SelfReport(sitting_hours=25.0), SelfReport(load_kg=-1.0), SelfReport(rpe=11.0), SelfReport(note="x" * 2001)],
)
def test_numbers_that_cannot_be_meant_are_refused(report: SelfReport) -> None:
    with pytest.raises(UsageError):
        self_report.checked(report)


@pytest.mark.parametrize(
    ("soreness", "pattern", "words"),
    [
        ({"low-back": 6.0, "glutes": 1.0}, "low_back_led", "point the same way; neither proves the other"),
        ({"low-back": 6.0, "glutes": 1.0}, "hip_led", "do not point the same way"),
        ({"hamstrings": 6.0}, "hip_led", "point the same way; neither proves the other"),
        ({"hamstrings": 6.0}, "mixed", "neither agrees nor disagrees with a mixed lift"),
        ({"low-back": 5.0, "glutes": 4.0}, "low_back_led", "no clear main site"),
        ({"low-back": 6.0}, "cannot_tell", "neither agrees nor disagrees"),
    ],
)
def test_agreement_and_disagreement_are_both_told(soreness: dict[str, float], pattern: Pattern, words: str) -> None:
    told = self_report.beside(SelfReport(soreness), pattern)
    assert told[0].startswith("You reported soreness")
    assert words in told[1]


def test_nothing_reported_says_nothing_and_sitting_is_context_only() -> None:
    assert self_report.beside(SelfReport(), "hip_led") == ()
    assert SelfReport().empty
    told = self_report.beside(SelfReport(sitting_hours=9.0), "hip_led")
    assert len(told) == 1
    assert "cannot see muscle activity" in told[0]


@pytest.mark.parametrize(
    ("report", "called"),
    [
        (SelfReport({"low-back": 8.0}), True),
        (SelfReport({"low-back": 3.0}), False),
        (SelfReport(note="numb between the legs since Monday"), True),
        (SelfReport(note="PR, felt good"), False),
    ],
)
def test_red_flags_come_when_soreness_or_note_call_for_them(report: SelfReport, called: bool) -> None:
    given = advice.give(report, [], verdict("hip_led"))
    assert bool(given.red_flags) == called
    assert ("saddle" in given.see) == called


def test_drills_answer_the_flags_first_then_the_pattern_and_are_few() -> None:
    given = advice.give(SelfReport(), [flag("lean_back")], verdict("low_back_led")).drills
    assert len(given) == 3
    assert any("lean_back" in drill.answers for drill in given)
    assert [advice.known().index(drill) for drill in given] == sorted(advice.known().index(drill) for drill in given)
    assert advice.ladder(["cannot_tell"]) == ()


def test_every_rule_has_a_drill_and_every_answer_is_a_rule_or_a_pattern() -> None:
    answered = {answer for drill in advice.known() for answer in drill.answers}
    rules = set(criteria.load().rules)
    assert rules <= answered
    assert answered <= rules | {"hip_led", "mixed", "low_back_led"}


def repetitions(shares: list[float], seconds: float = 1.4) -> list[RepMetrics]:
    return [
        RepMetrics(
            Rep(number, "floor", 0, 0, 0, 0, 1, 1, 2, 3, True),
            every(
                lumbar_share_trunk=Measure(share, share, share),
                lumbar_at_liftoff_deg=Measure(60 * share, 0.0, 60.0),
                concentric_s=Measure(seconds, seconds, seconds),
            ),
            pulled_from_s=0.0,
        )
        for number, share in enumerate(shares, start=1)
    ]


def test_a_drift_is_found_and_its_interval_excludes_zero() -> None:
    found = set_drift.describe(repetitions([0.40, 0.445, 0.48, 0.525, 0.56]))
    drift, lift_off = found["lumbar_share_trunk_drift"], found["lumbar_at_liftoff_deg_drift"]
    assert drift.value == pytest.approx(0.04, abs=0.002)
    assert drift.low > 0
    assert lift_off.value == pytest.approx(2.4, abs=0.1)
    assert lift_off.low > 0
    scatter = found["lumbar_share_trunk_spread"]  # no more than the reading's own: the lifter may be steady
    assert scatter.low == scatter.value == 0.0 < scatter.high
    assert found["early_trunk_drop_deg_drift"].reason == set_drift.TOO_FEW
    assert set_drift.describe(repetitions([0.4, 0.5]))["lumbar_share_trunk_drift"].reason == set_drift.TOO_FEW


@pytest.mark.parametrize("own", [0.0, 0.03, 0.08])
def test_the_scatter_told_is_the_lifters_without_the_readings_noise(own: float) -> None:
    random, noise = np.random.default_rng(4), set_drift.NOISE["lumbar_share_trunk"]
    told = [
        set_drift.describe(repetitions(list(0.4 + random.normal(0, np.hypot(own, noise), 6))))[
            "lumbar_share_trunk_spread"
        ]
        for _ in range(1000)
    ]
    assert np.mean([scatter.low <= own <= scatter.high for scatter in told]) > 0.88


def test_without_a_drift_none_is_told_in_nineteen_sets_of_twenty() -> None:
    random = np.random.default_rng(3)
    told = 0
    for _ in range(1000):
        shares = list(0.4 + random.normal(0, 0.02, 5))
        drift = set_drift.describe(repetitions(shares))["lumbar_share_trunk_drift"]
        told += drift.low > 0 or drift.high < 0
    assert told <= 50


def test_the_repetition_that_differs_most_is_named_and_uneven_tempo_measured() -> None:
    assert set_drift.most_different(repetitions([0.4, 0.41, 0.55, 0.4])) == 3
    assert set_drift.most_different(repetitions([0.4, 0.5])) is None
    even, uneven = repetitions([0.4] * 4), repetitions([0.4] * 3) + repetitions([0.4] * 4, seconds=3.0)[3:]
    assert set_drift.describe(even)["tempo_unevenness"].value == pytest.approx(0.0)
    assert set_drift.describe(uneven)["tempo_unevenness"].value == pytest.approx(0.44, abs=0.02)
