"""Intervals, findings, verdicts: support, refusals and the words that are allowed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hingecheck import texts
from hingecheck.errors import UnknownRule, UsageError
from hingecheck.judgement import criteria, rules
from hingecheck.judgement import verdict as verdicts
from hingecheck.metrics import repetition, set_drift
from hingecheck.records import (
    Z90,
    Angle,
    AngleTrack,
    Code,
    CriteriaUsed,
    Filming,
    Measure,
    Pattern,
    Reason,
    Rep,
    RepMetrics,
    Verdict,
    View,
)
from hingecheck.results import document
from tests.staged import staged

PACKAGE = Path(__file__).parents[1] / "hingecheck"
FORBIDDEN = re.compile(r"amnesia|inactive|\bweak|diagnos|injury|dangerous|\bsafe", re.IGNORECASE)
ALLOWED = re.compile(
    "never risk, injury or diagnosis"  # the rule itself, stated in heuristics
    "|escribes movement; not a diagnosis"  # the sentence that a clinician's report has to carry
    '|"resourceType": "DiagnosticReport"'  # FHIR's own name for a report
)
SIDE_VIEW = View("right", "right", Measure(3.0, -6.0, 12.0), True, ())
REP = Rep(1, "floor", 2.0, 1.8, 2.0, 2.5, 3.0, 3.2, 4.0, 5.0, True)
TIME_S = np.arange(0, 6, 0.05)


def angle(
    bottom_deg: float, top_deg: float = 0.0, *, noise: float = 1.0, bias: float = 3.0, slope: float = 0.1
) -> Angle:
    """`bottom_deg` until the pull, a straight way to `top_deg` at lockout, then still."""
    value = np.interp(TIME_S, [1.9, 3.0], [bottom_deg, top_deg])
    n = len(value)
    return Angle(value, np.full(n, noise), np.full(n, bias), slope, np.full(n, ""))


def unmeasured(why: Code) -> Angle:
    n = len(TIME_S)
    return Angle(np.full(n, np.nan), np.ones(n), np.full(n, 3.0), 0.1, np.full(n, why))


def track(lumbar: Angle, pelvis: Angle, hip: Angle | None = None) -> AngleTrack:
    lean, junction = angle(65.0), replace(lumbar, value_deg=lumbar.value_deg + pelvis.value_deg)
    height = np.interp(TIME_S, [2.0, 3.0], [0.4, 0.9])
    return AngleTrack(
        TIME_S,
        lean,
        angle(115.0),
        angle(60.0),
        hip or angle(90.0),
        pelvis,
        lumbar,
        junction,
        lumbar,
        height,
        *[height * 0 + 0.5] * 4,
    )


def described(lumbar: Angle, pelvis: Angle, rep: Rep = REP, view: View = SIDE_VIEW) -> RepMetrics:
    return repetition.describe(track(lumbar, pelvis), rep, view)


def verdict(reps: list[RepMetrics], view: View = SIDE_VIEW) -> Verdict:
    return verdicts.judge(reps, repetition.pooled(reps) | set_drift.describe(reps), view, criteria.load())[1]


def test_the_pull_is_read_after_the_back_has_rounded_as_the_slack_goes() -> None:
    rounding = np.interp(TIME_S, [1.84, 1.86, 2.0, 3.0], [20.0, 30.0, 30.0, 0.0])
    lumbar = replace(angle(20.0), value_deg=rounding)
    pelvis = replace(angle(40.0), value_deg=np.interp(TIME_S, [1.84, 1.86, 2.0, 3.0], [40.0, 32.0, 32.0, 0.0]))
    rep = described(lumbar, pelvis)
    assert rep.values["lumbar_change_deg"].value == pytest.approx(30.0, abs=0.2)
    assert rep.values["pelvis_change_deg"].value == pytest.approx(32.0, abs=0.2)
    assert rep.values["lumbar_rise_under_load_deg"].value == pytest.approx(10.0, abs=0.2)
    assert REP.onset_s < rep.pulled_from_s < REP.liftoff_s


def test_a_spine_that_extends_at_once_is_read_where_it_began() -> None:
    falling = replace(angle(40.0), value_deg=np.interp(TIME_S, [1.8, 2.1, 3.0], [40.0, 20.0, 0.0]))
    rep = described(falling, angle(30.0))
    assert rep.values["lumbar_change_deg"].value == pytest.approx(40.0, abs=0.5)
    assert rep.pulled_from_s <= REP.onset_s


def test_changes_and_shares_are_what_the_angles_say() -> None:
    values = described(angle(20.0), angle(40.0)).values
    assert values["lumbar_change_deg"].value == pytest.approx(20.0, abs=0.2)
    assert values["pelvis_change_deg"].value == pytest.approx(40.0, abs=0.2)
    assert values["lumbar_share_trunk"].value == pytest.approx(1 / 3, abs=0.01)
    assert values["lumbar_share_thigh"].value == pytest.approx(20 / 110, abs=0.01)
    assert values["concentric_s"].value == pytest.approx(1.0)
    assert values["eccentric_s"].value == pytest.approx(1.0)


def test_the_interval_covers_what_repeated_errors_do() -> None:
    """Draw bias, slope and noise as the angle says; 90 % of the changes must lie inside the interval."""
    rng = np.random.default_rng(5)
    sure = angle(25.0)
    interval = described(sure, angle(40.0)).values["lumbar_change_deg"]
    draws = 25.0 * (1 + rng.normal(0, 0.1, 4000)) + rng.normal(0, 3.0, 4000) + rng.normal(0, np.sqrt(2), 4000)
    assert np.mean((draws > interval.low) & (draws < interval.high)) == pytest.approx(0.90, abs=0.02)


def test_a_share_is_surer_where_part_and_whole_err_alike() -> None:
    part, whole = Measure(30.0, 24.0, 36.0), Measure(60.0, 54.0, 66.0)
    apart, alike = (part.over(whole, shared=shared) for shared in (0.0, 0.8))
    rng, sd = np.random.default_rng(6), 6.0 / Z90
    errors = rng.multivariate_normal([0, 0], sd**2 * np.array([[1, 0.8], [0.8, 1]]), 4000)
    shares = (30.0 + errors[:, 0]) / (60.0 + errors[:, 1])
    assert np.mean((shares > alike.low) & (shares < alike.high)) == pytest.approx(0.90, abs=0.02)
    assert apart.high - apart.low > alike.high - alike.low


def test_bias_does_not_average_out_over_repetitions() -> None:
    one = described(angle(25.0), angle(40.0)).values["lumbar_change_deg"]
    many = Measure.pool([one] * 20)
    assert many.high - many.low == pytest.approx(one.high - one.low)


def test_a_hidden_lockout_is_replaced_by_standing_with_a_wider_interval_and_a_note() -> None:
    plain = angle(25.0)
    value = plain.value_deg.copy()
    hidden = replace(
        plain, value_deg=np.where(TIME_S > 2.9, np.nan, value), reason=np.where(TIME_S > 2.9, Code.BACK_HIDDEN, "")
    )
    seen, covered = described(plain, angle(40.0)), described(hidden, angle(40.0))
    assert Reason(Code.STANDING_FOR_LOCKOUT) in covered.notes
    assert seen.notes == ()
    wide, narrow = (rep.values["lumbar_change_deg"] for rep in (covered, seen))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_what_is_not_measured_says_why() -> None:
    values = described(unmeasured(Code.BACK_HIDDEN), angle(40.0)).values
    assert values["lumbar_change_deg"].reason == Reason(Code.AT_LIFTOFF, causes=(Reason(Code.BACK_HIDDEN),))
    assert not values["lumbar_share_trunk"].known
    missed = described(angle(20.0), angle(40.0), replace(REP, complete=False, lockout_s=np.nan)).values
    assert missed["lumbar_change_deg"].reason == Reason(Code.NO_LOCKOUT)


@pytest.mark.parametrize(
    ("lumbar", "pelvis", "pattern"), [(8, 52, "hip_led"), (45, 15, "low_back_led"), (27, 33, "mixed")]
)
def test_a_clear_share_gets_its_pattern(lumbar: float, pelvis: float, pattern: str) -> None:
    sure = {"noise": 0.3, "bias": 1.0, "slope": 0.02}
    reps = [described(angle(lumbar, **sure), angle(pelvis, **sure), replace(REP, number=n)) for n in (1, 2, 3)]
    told = verdict(reps)
    assert told.pattern == pattern
    assert told.reps_used == (1, 2, 3)


def test_a_wide_interval_gets_no_pattern_and_says_so() -> None:
    told = verdict([described(angle(20.0, bias=9.0), angle(40.0))])
    assert told.pattern == "cannot_tell"
    assert "fits more than one pattern" in texts.verdict(told)
    assert Reason(Code.SINGLE_REP) in told.reasons


def test_more_uncertainty_never_adds_a_verdict() -> None:
    told = [verdict([described(angle(10.0, bias=b), angle(50.0))]).pattern for b in (1.0, 4.0, 8.0, 16.0)]
    first_refusal = told.index("cannot_tell")
    assert set(told[:first_refusal]) == {"hip_led"}
    assert set(told[first_refusal:]) == {"cannot_tell"}


def test_several_repetitions_are_never_judged_by_one() -> None:
    sure = {"noise": 0.3, "bias": 1.0, "slope": 0.02}
    one = described(angle(8.0, **sure), angle(52.0, **sure))
    hidden = described(unmeasured(Code.BACK_HIDDEN), angle(52.0), replace(REP, number=2))
    assert verdict([one]).pattern == "hip_led"
    told = verdict([one, hidden])
    assert told.pattern == "cannot_tell"
    assert "only one of 2 repetitions could be measured" in texts.verdict(told)


def test_the_verdict_says_what_would_make_it_surer() -> None:
    sure = {"noise": 0.3, "bias": 1.0, "slope": 0.02}
    three = [described(angle(8.0, **sure), angle(52.0, **sure), replace(REP, number=n)) for n in (1, 2, 3)]
    assert verdict(three).surer == ()
    turned = replace(SIDE_VIEW, yaw_deg=Measure(15.0, 10.0, 20.0))
    wide = [described(angle(20.0, bias=9.0), angle(40.0))]
    assert verdict(wide, turned).surer == (Filming.SQUARE, Filming.CLOSE_FITTING, Filming.MORE_REPS)


@pytest.mark.parametrize(
    ("why", "ways"),
    [
        (Code.BACK_HIDDEN, {Filming.PAST_PLATES}),
        (Code.NO_STANDING, {Filming.STANDING}),
        (Code.TRUNK_SMALL, {Filming.NEARER}),
        (Code.TRUNK_CUT, {Filming.NEARER}),
        (Code.LIFTER_UNSEEN, set()),
    ],
)
def test_how_to_film_follows_from_what_was_missing(why: Code, ways: set[Filming]) -> None:
    told = verdict([described(unmeasured(why), angle(40.0))])
    assert set(told.surer) == ways | {Filming.CLOSE_FITTING, Filming.MORE_REPS}


def test_a_lifter_who_stood_is_not_asked_to_stand_where_plates_hide_the_lockout() -> None:
    plain = angle(25.0)
    hidden = replace(
        plain,
        value_deg=np.where(TIME_S > 2.9, np.nan, plain.value_deg),
        reason=np.where(TIME_S > 2.9, Code.BACK_HIDDEN, ""),
    )
    covered = described(hidden, angle(40.0))
    assert Reason(Code.STANDING_FOR_LOCKOUT) in covered.notes
    advice = verdict([covered]).surer
    assert Filming.PAST_PLATES in advice
    assert Filming.STANDING not in advice


def test_a_share_unlike_any_lifter_is_doubted() -> None:
    sure = {"noise": 0.3, "bias": 1.0, "slope": 0.02}
    told = verdict([described(angle(1.0, **sure), angle(59.0, **sure))])
    assert told.pattern == "cannot_tell"
    assert "a doubtful reading" in texts.verdict(told)


def test_a_share_read_outside_0_to_1_is_cut_there_and_a_note_says_so() -> None:
    more, less = described(angle(44.0), angle(-4.0)), described(angle(-3.0), angle(50.0))
    for rep, edge, words in ((more, 1.0, "nearly all of the trunk's movement"), (less, 0.0, "none of the trunk's")):
        share = rep.values["lumbar_share_trunk"]
        assert share.value == edge
        assert 0.0 <= share.low <= share.high <= 1.0
        assert share.low < share.high
        assert any(texts.reason(note).startswith(words) for note in rep.notes)
    told = verdict([more])
    assert told.pattern == "low_back_led"
    assert f"100 % ({100 * told.share.low:.0f} to 100)" in texts.verdict(told)
    oblique = replace(SIDE_VIEW, assessable=False)
    assert described(angle(44.0), angle(-4.0), view=oblique).notes == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        replace(more, values=dict(more.values) | {"lumbar_share_thigh": Measure(0.9, 0.7, 1.1)})


def test_an_oblique_view_gets_no_pattern() -> None:
    oblique = View("right", "right", Measure(40.0, 31.0, 49.0), False, (Reason(Code.YAW_WITHHOLDS, (40.0,)),))
    told = verdict([described(angle(10.0), angle(50.0), view=oblique)] * 2, oblique)
    assert told.pattern == "cannot_tell"
    assert set(oblique.reasons) < set(told.reasons)


def test_a_rule_flags_only_what_the_interval_supports() -> None:
    rule = criteria.load().rule("hips_shoot_up")
    statuses = [rules.assess(Measure(v, v - 3, v + 3), rule, 0.8)[0] for v in (2.0, 6.0, 12.0)]
    assert statuses == ["ok", "not_assessed", "flag"]
    assert rules.assess(Measure.missing(Code.BACK_UNSEEN), rule, 0.8)[0] == "not_assessed"


def chances(share: Measure, tolerance: float | None = None) -> Mapping[Pattern, float]:
    """How probable each pattern is, with the usual tolerance at the limits or another one."""
    limits = dict(criteria.load().verdict)
    if tolerance is not None:
        limits["edge_tolerance"] = replace(limits["edge_tolerance"], value=tolerance)
    return verdicts.pattern_of(share, limits)[2]


def test_near_a_limit_a_share_fits_both_sides_of_it() -> None:
    edge = Measure(0.355, 0.295, 0.415)
    strict, loose = chances(edge, 0.0), chances(edge, 0.04)
    assert sum(strict.values()) == pytest.approx(1.0)
    assert strict["mixed"] < 0.6
    assert min(loose["hip_led"], loose["mixed"]) > 0.8
    assert loose["low_back_led"] < 0.01
    unseen = verdicts.pattern_of(Measure.missing(Code.BACK_UNSEEN), criteria.load().verdict)
    assert unseen == ("cannot_tell", (Reason(Code.BACK_UNSEEN),), {})


def test_the_usual_share_weighs_as_much_as_the_reading_is_unsure() -> None:
    limits = criteria.load().verdict
    limit, usual = limits["low_back_led_above"].value, limits["usual_share"].value
    assert chances(Measure.of(limit + 0.02, 0.01), 0.0)["low_back_led"] > 0.95
    balanced = Measure.of(2 * limit - usual, limits["usual_spread"].value)  # as sure as the usual: the mean counts
    assert chances(balanced, 0.0)["low_back_led"] == pytest.approx(0.5)


def test_where_the_clip_cannot_tell_it_says_what_it_rules_out() -> None:
    told = verdict([described(angle(21.0, bias=4.0), angle(41.0))])
    assert told.pattern == "cannot_tell"
    assert "but not a low-back-led lift" in texts.verdict(told)


def test_a_pattern_is_told_with_its_probability() -> None:
    told = verdict([described(angle(10.0), angle(50.0), replace(REP, number=n)) for n in (1, 2)])
    assert told.pattern == "hip_led"
    assert told.chances["hip_led"] > 0.99
    assert "Probability of this pattern: over 99%." in texts.verdict(told)
    less = verdict([described(angle(18.0), angle(42.0), replace(REP, number=n)) for n in (1, 2)])
    assert less.pattern == "hip_led"
    assert f"Probability of this pattern: {less.chances['hip_led']:.0%}." in texts.verdict(less)
    assert criteria.load().verdict["support"].value <= less.chances["hip_led"] <= 0.99


def test_a_rule_can_flag_from_below_and_by_the_whole_interval() -> None:
    below = criteria.load().rule("lumbar_first")
    assert [rules.assess(Measure(v, v - 0.1, v + 0.1), below, 0.8)[0] for v in (0.3, -0.01, -0.3)] == [
        *("ok", "not_assessed", "flag")
    ]
    whole = criteria.load().rule("drift")
    assert [rules.assess(Measure(v, v - 0.02, v + 0.02), whole, 0.8)[0] for v in (-0.1, 0.015, 0.03)] == [
        *("ok", "ok", "flag")
    ]


def test_a_file_of_criteria_lies_over_ours_and_unknown_keys_are_refused(tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("[rule.hips_shoot_up]\nlimit = 7\n[verdict.support]\nvalue = 0.95\n")
    known = criteria.load(mine)
    assert known.rule("hips_shoot_up").limit == 7.0
    assert known.verdict["support"].value == 0.95
    assert known.rule("lean_back") == criteria.load().rule("lean_back")
    assert known.used == CriteriaUsed(criteria.load().used.version, "mine.toml")
    for text, words in (
        ("[rule.hip_shoot_up]\nlimit = 7\n", "Did you mean hips_shoot_up?"),
        ("[rule.hips_shoot_up]\nlimits = 7\n", "Did you mean limit?"),
        ('[rule.hips_shoot_up]\nlimit = "high"\n', "TOML"),
        ('[rule.hips_shoot_up]\nmetric = "other"\n', "TOML"),
        ("not toml", "TOML"),
    ):
        mine.write_text(text)
        with pytest.raises(UsageError) as caught:
            criteria.load(mine)
        assert words in caught.value.remedy
    with pytest.raises(UsageError, match="no such criteria file"):
        criteria.load(tmp_path / "absent.toml")


def test_every_threshold_has_a_source_and_a_rationale() -> None:
    known = criteria.load()
    entries: list[criteria.Threshold | criteria.Rule] = [*known.verdict.values(), *known.rules.values()]
    for entry in entries:
        assert all(len(text) > 8 for text in (entry.source, entry.rationale, entry.population))
    with pytest.raises(UnknownRule):
        known.rule("nonsense")
    one = described(angle(20.0), angle(40.0))
    assert {rule.metric for rule in known.rules.values()} <= {*one.values, *set_drift.describe([one])}


def test_no_text_of_ours_claims_what_a_camera_cannot_see() -> None:
    files = [p for ending in ("py", "toml", "typ", "html", "js", "css") for p in PACKAGE.rglob(f"*.{ending}")]
    files = [path for path in files if "uplot" not in path.parts]  # not our text
    found = [
        (path.name, m.group())
        for path in files
        for m in FORBIDDEN.finditer(ALLOWED.sub("", path.read_text(encoding="utf-8")))
    ]
    assert found == []


def test_json_never_holds_nan_and_reads_back() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        document.text({"x": float("nan")})
    analysis = staged()
    video = replace(analysis.video, rate_hz=float("nan"), duration_s=1.23456789)
    told = document.document(replace(analysis, video=video))
    assert (told["video"]["rate_hz"], told["video"]["duration_s"]) == (None, 1.2346)
    assert json.loads(document.text(told)) == told
    assert json.loads(document.text({"ü": 1})) == {"ü": 1}


def test_a_measure_is_a_number_or_a_reason() -> None:
    with pytest.raises(ValueError, match="either a number or a reason"):
        Measure(float("nan"), 0.0, 1.0)
    with pytest.raises(ValueError, match="outside its own interval"):
        Measure(5.0, 0.0, 1.0)
