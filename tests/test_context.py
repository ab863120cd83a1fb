"""The self-report next to the measurement, the advice, and drift over a set."""

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


def test_soreness_is_parsed_by_site_and_invalid_entries_are_refused() -> None:
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
def test_a_self_report_out_of_range_is_refused(report: SelfReport) -> None:
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
def test_agreement_and_disagreement_with_soreness_are_reported(
    soreness: dict[str, float], pattern: Pattern, words: str
) -> None:
    lines = self_report.beside(SelfReport(soreness), pattern)
    assert lines[0].startswith("You reported soreness")
    assert words in lines[1]


def test_an_empty_self_report_adds_no_text_and_sitting_is_only_context() -> None:
    assert self_report.beside(SelfReport(), "hip_led") == ()
    assert SelfReport().empty
    lines = self_report.beside(SelfReport(sitting_hours=9.0), "hip_led")
    assert len(lines) == 1
    assert "cannot see muscle activity" in lines[0]


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (SelfReport({"low-back": 8.0}), True),
        (SelfReport({"low-back": 3.0}), False),
        (SelfReport(note="numb between the legs since Monday"), True),
        (SelfReport(note="PR, felt good"), False),
    ],
)
def test_red_flags_are_shown_for_strong_soreness_or_a_warning_note(report: SelfReport, expected: bool) -> None:
    advised = advice.give(report, [], verdict("hip_led"))
    assert bool(advised.red_flags) == expected
    assert ("saddle" in advised.see) == expected


def test_drills_answer_flags_and_pattern_and_are_at_most_three() -> None:
    drills = advice.give(SelfReport(), [flag("lean_back")], verdict("low_back_led")).drills
    assert len(drills) == 3
    assert any("lean_back" in drill.answers for drill in drills)
    assert [advice.known().index(drill) for drill in drills] == sorted(advice.known().index(drill) for drill in drills)
    assert advice.ladder(["cannot_tell"]) == ()


def test_every_rule_has_a_drill_and_every_drill_answers_a_rule_or_a_pattern() -> None:
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
                lumbar_at_start_deg=Measure(60 * share, 0.0, 60.0),
                concentric_s=Measure(seconds, seconds, seconds),
            ),
            pulled_from_s=0.0,
        )
        for number, share in enumerate(shares, start=1)
    ]


def test_a_drift_is_detected_and_its_interval_excludes_zero() -> None:
    described = set_drift.describe(repetitions([0.40, 0.445, 0.48, 0.525, 0.56]))
    drift, start = described["lumbar_share_trunk_drift"], described["lumbar_at_start_deg_drift"]
    assert drift.value == pytest.approx(0.04, abs=0.002)
    assert drift.low > 0
    assert start.value == pytest.approx(2.4, abs=0.1)
    assert start.low > 0
    scatter = described["lumbar_share_trunk_spread"]  # no more than the reading's noise: the lifter may be steady
    assert scatter.low == scatter.value == 0.0 < scatter.high
    assert described["early_trunk_drop_deg_drift"].reason == set_drift.TOO_FEW
    assert set_drift.describe(repetitions([0.4, 0.5]))["lumbar_share_trunk_drift"].reason == set_drift.TOO_FEW


@pytest.mark.parametrize("lifter_sd", [0.0, 0.03, 0.08])
def test_the_reported_spread_excludes_the_noise_of_the_reading(lifter_sd: float) -> None:
    rng, reading_sd = np.random.default_rng(4), set_drift.NOISE["lumbar_share_trunk"]
    spreads = [
        set_drift.describe(repetitions(list(0.4 + rng.normal(0, np.hypot(lifter_sd, reading_sd), 6))))[
            "lumbar_share_trunk_spread"
        ]
        for _ in range(1000)
    ]
    assert np.mean([spread.low <= lifter_sd <= spread.high for spread in spreads]) > 0.88


def test_at_most_one_set_in_twenty_reports_a_false_drift() -> None:
    random = np.random.default_rng(3)
    false_drifts = 0
    for _ in range(1000):
        shares = list(0.4 + random.normal(0, 0.02, 5))
        drift = set_drift.describe(repetitions(shares))["lumbar_share_trunk_drift"]
        false_drifts += drift.low > 0 or drift.high < 0
    assert false_drifts <= 50


def test_the_most_different_repetition_and_uneven_tempo_are_found() -> None:
    assert set_drift.most_different(repetitions([0.4, 0.41, 0.55, 0.4])) == 3
    assert set_drift.most_different(repetitions([0.4, 0.5])) is None
    even, uneven = repetitions([0.4] * 4), repetitions([0.4] * 3) + repetitions([0.4] * 4, seconds=3.0)[3:]
    assert set_drift.describe(even)["tempo_unevenness"].value == pytest.approx(0.0)
    assert set_drift.describe(uneven)["tempo_unevenness"].value == pytest.approx(0.44, abs=0.02)
