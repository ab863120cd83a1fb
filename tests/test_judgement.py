"""Intervals, findings and verdicts: when they are given, when they are withheld, and which words they may use."""

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
from hingecheck.judgement import advice, criteria, rules
from hingecheck.judgement import verdict as verdicts
from hingecheck.metrics import repetition, set_drift
from hingecheck.records import (
    LOW_BACK_RULE,
    Z90,
    Angle,
    AngleTrack,
    Code,
    CriteriaUsed,
    Filming,
    Finding,
    Measure,
    Pattern,
    Reason,
    Rep,
    RepMetrics,
    SelfReport,
    Verdict,
    View,
)
from hingecheck.report import sentences
from hingecheck.results import document
from tests.staged import staged

PACKAGE = Path(__file__).parents[1] / "hingecheck"
FORBIDDEN = re.compile(r"amnesia|inactive|\bweak|diagnos|injury|dangerous|\bsafe", re.IGNORECASE)
ALLOWED = re.compile(
    "never risk, injury or diagnosis"  # a text in heuristics that states this rule
    "|escribes movement; not a diagnosis"  # a sentence that every report for a clinician contains
    "|keine Diagnose"  # the same in German
    '|"resourceType": "DiagnosticReport"'  # the FHIR name of a report
)
SIDE_VIEW = View("right", "right", Measure(3.0, -6.0, 12.0), True, ())
REP = Rep(1, "floor", 2.0, 1.8, 2.0, 2.5, 3.0, 3.2, 4.0, 5.0, True)
TIME_S = np.arange(0, 6, 0.05)


def angle(
    bottom_deg: float, top_deg: float = 0.0, *, noise: float = 1.0, bias: float = 3.0, slope: float = 0.1
) -> Angle:
    """An angle that is `bottom_deg` until the pull, changes linearly to `top_deg` at lockout, then stays."""
    value = np.interp(TIME_S, [1.9, 3.0], [bottom_deg, top_deg])
    n = len(value)
    return Angle(value, np.full(n, noise), np.full(n, bias), slope, np.full(n, ""))


def unmeasured(reason: Code) -> Angle:
    n = len(TIME_S)
    return Angle(np.full(n, np.nan), np.ones(n), np.full(n, 3.0), 0.1, np.full(n, reason))


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


def test_changes_start_after_the_back_rounds_while_the_slack_is_taken_up() -> None:
    rounding = np.interp(TIME_S, [1.84, 1.86, 2.0, 3.0], [20.0, 30.0, 30.0, 0.0])
    lumbar = replace(angle(20.0), value_deg=rounding)
    pelvis = replace(angle(40.0), value_deg=np.interp(TIME_S, [1.84, 1.86, 2.0, 3.0], [40.0, 32.0, 32.0, 0.0]))
    rep = described(lumbar, pelvis)
    assert rep.values["lumbar_change_deg"].value == pytest.approx(30.0, abs=0.2)
    assert rep.values["pelvis_change_deg"].value == pytest.approx(32.0, abs=0.2)
    assert rep.values["lumbar_rise_under_load_deg"].value == pytest.approx(10.0, abs=0.2)
    assert REP.onset_s < rep.pulled_from_s < REP.liftoff_s


def test_changes_start_at_onset_if_the_spine_extends_at_once() -> None:
    falling = replace(angle(40.0), value_deg=np.interp(TIME_S, [1.8, 2.1, 3.0], [40.0, 20.0, 0.0]))
    rep = described(falling, angle(30.0))
    assert rep.values["lumbar_change_deg"].value == pytest.approx(40.0, abs=0.5)
    assert rep.pulled_from_s <= REP.onset_s


def test_changes_shares_and_durations_follow_from_the_angles() -> None:
    values = described(angle(20.0), angle(40.0)).values
    assert values["lumbar_change_deg"].value == pytest.approx(20.0, abs=0.2)
    assert values["pelvis_change_deg"].value == pytest.approx(40.0, abs=0.2)
    assert values["lumbar_share_trunk"].value == pytest.approx(1 / 3, abs=0.01)
    assert values["lumbar_share_thigh"].value == pytest.approx(20 / 110, abs=0.01)
    assert values["concentric_s"].value == pytest.approx(1.0)
    assert values["eccentric_s"].value == pytest.approx(1.0)


def test_the_interval_covers_90_percent_of_simulated_errors() -> None:
    """Draw bias, slope and noise with the errors of the angle.  90 % of the changes lie inside the interval."""
    rng = np.random.default_rng(5)
    lumbar = angle(25.0)
    interval = described(lumbar, angle(40.0)).values["lumbar_change_deg"]
    draws = 25.0 * (1 + rng.normal(0, 0.1, 4000)) + rng.normal(0, 3.0, 4000) + rng.normal(0, np.sqrt(2), 4000)
    assert np.mean((draws > interval.low) & (draws < interval.high)) == pytest.approx(0.90, abs=0.02)


def test_correlated_errors_narrow_the_interval_of_a_share() -> None:
    part, whole = Measure(30.0, 24.0, 36.0), Measure(60.0, 54.0, 66.0)
    independent, correlated = (part.over(whole, shared=shared) for shared in (0.0, 0.8))
    rng, sd = np.random.default_rng(6), 6.0 / Z90
    errors = rng.multivariate_normal([0, 0], sd**2 * np.array([[1, 0.8], [0.8, 1]]), 4000)
    shares = (30.0 + errors[:, 0]) / (60.0 + errors[:, 1])
    assert np.mean((shares > correlated.low) & (shares < correlated.high)) == pytest.approx(0.90, abs=0.02)
    assert independent.high - independent.low > correlated.high - correlated.low


def test_bias_does_not_average_out_over_repetitions() -> None:
    single = described(angle(25.0), angle(40.0)).values["lumbar_change_deg"]
    pooled = Measure.pool([single] * 20)
    assert pooled.high - pooled.low == pytest.approx(single.high - single.low)


def test_standing_replaces_a_hidden_lockout_with_a_wider_interval_and_a_note() -> None:
    plain = angle(25.0)
    value = plain.value_deg.copy()
    hidden = replace(
        plain, value_deg=np.where(TIME_S > 2.9, np.nan, value), reason=np.where(TIME_S > 2.9, Code.BACK_HIDDEN, "")
    )
    visible, covered = described(plain, angle(40.0)), described(hidden, angle(40.0))
    assert Reason(Code.STANDING_FOR_LOCKOUT) in covered.notes
    assert visible.notes == ()
    wide, narrow = (rep.values["lumbar_change_deg"] for rep in (covered, visible))
    assert wide.high - wide.low > narrow.high - narrow.low


def test_an_unmeasured_metric_has_a_reason() -> None:
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
    judged = verdict(reps)
    assert judged.pattern == pattern
    assert judged.reps_used == (1, 2, 3)


def test_a_wide_interval_gets_no_pattern_and_the_text_says_so() -> None:
    judged = verdict([described(angle(20.0, bias=9.0), angle(40.0))])
    assert judged.pattern == "cannot_tell"
    assert "fits more than one pattern" in texts.verdict(judged)
    assert Reason(Code.SINGLE_REP) in judged.reasons


def test_more_uncertainty_only_withdraws_the_pattern() -> None:
    patterns = [verdict([described(angle(10.0, bias=b), angle(50.0))]).pattern for b in (1.0, 4.0, 8.0, 16.0)]
    first_refusal = patterns.index("cannot_tell")
    assert set(patterns[:first_refusal]) == {"hip_led"}
    assert set(patterns[first_refusal:]) == {"cannot_tell"}


def test_one_measured_repetition_of_two_gets_no_pattern() -> None:
    sure = {"noise": 0.3, "bias": 1.0, "slope": 0.02}
    measured = described(angle(8.0, **sure), angle(52.0, **sure))
    hidden = described(unmeasured(Code.BACK_HIDDEN), angle(52.0), replace(REP, number=2))
    assert verdict([measured]).pattern == "hip_led"
    judged = verdict([measured, hidden])
    assert judged.pattern == "cannot_tell"
    assert "only one of 2 repetitions could be measured" in texts.verdict(judged)


def test_the_verdict_advises_how_to_film_for_a_narrower_interval() -> None:
    sure = {"noise": 0.3, "bias": 1.0, "slope": 0.02}
    three = [described(angle(8.0, **sure), angle(52.0, **sure), replace(REP, number=n)) for n in (1, 2, 3)]
    assert verdict(three).surer == ()
    turned = replace(SIDE_VIEW, yaw_deg=Measure(15.0, 10.0, 20.0))
    wide = [described(angle(20.0, bias=9.0), angle(40.0))]
    unsure = verdict(wide, turned)
    assert unsure.surer == (Filming.SQUARE, Filming.CLOSE_FITTING, Filming.MORE_REPS)
    assert unsure.pattern == "cannot_tell"
    assert unsure.cue == f"Film again: {'; '.join(texts.FILMING[way] for way in unsure.surer)}."
    assert texts.surer(unsure, turned) == []  # the cue says it
    assert texts.surer(replace(unsure, cue="Brace."), turned) == [texts.FILMING[way] for way in unsure.surer]
    oblique = replace(turned, yaw_deg=Measure(40.0, 35.0, 45.0), assessable=False)
    off_side = verdict(wide, oblique)
    assert off_side.surer == (Filming.SQUARE, Filming.MORE_REPS)
    assert texts.FILMING[Filming.SQUARE] in off_side.cue
    assert texts.camera(oblique)  # this says where to stand, so the cue beside it does not
    assert texts.FILMING[Filming.SQUARE] not in texts.cue(off_side, oblique)
    assert texts.cue(off_side, oblique).startswith(f"Film again: {texts.FILMING[Filming.MORE_REPS]}. Why:")
    assert texts.surer(replace(off_side, cue="Brace."), oblique) == [texts.FILMING[Filming.MORE_REPS]]


def test_a_clip_that_ends_in_the_pull_is_to_be_filmed_to_lockout_and_not_in_other_clothes() -> None:
    cut = replace(REP, complete=False, lockout_s=np.nan, cut_off=True)
    judged = verdict([described(angle(20.0), angle(40.0), cut)])
    assert judged.surer == (Filming.TO_LOCKOUT, Filming.MORE_REPS)
    assert "the clip ends while the load is on its way up" in texts.verdict(judged)
    missed = verdict([described(angle(20.0), angle(40.0), replace(cut, cut_off=False))])
    assert Filming.TO_LOCKOUT not in missed.surer


def test_a_clip_that_begins_in_the_pull_is_to_be_filmed_from_the_floor_and_not_in_other_clothes() -> None:
    judged = verdict([described(angle(20.0), angle(40.0), replace(REP, missed_way=0.2))])
    assert judged.surer == (Filming.FROM_FLOOR, Filming.MORE_REPS)
    assert judged.cue.startswith("Film again: begin to film before the bar leaves the floor")


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (Code.BACK_HIDDEN, {Filming.PAST_PLATES}),
        (Code.STANDING_USUAL, {Filming.STANDING}),
        (Code.TRUNK_SMALL, {Filming.NEARER}),
        (Code.TRUNK_CUT, {Filming.NEARER}),
        (Code.LIFTER_UNSEEN, set()),
    ],
)
def test_the_filming_advice_follows_from_the_reason(reason: Code, advice: set[Filming]) -> None:
    judged = verdict([described(unmeasured(reason), angle(40.0))])
    assert set(judged.surer) == advice | {Filming.CLOSE_FITTING, Filming.MORE_REPS}


def test_plates_that_hide_the_lockout_do_not_give_the_advice_to_stand() -> None:
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


def test_the_peak_is_never_below_the_flexion_at_the_start() -> None:
    plain = angle(25.0)
    before = (REP.onset_s - 0.15 <= TIME_S) & (REP.onset_s - 0.02 >= TIME_S)
    values = described(replace(plain, value_deg=plain.value_deg + 10.0 * before), angle(40.0)).values
    assert values["lumbar_at_start_deg"].value > plain.value_deg.max() + 5.0
    assert values["lumbar_peak_deg"].value >= values["lumbar_at_start_deg"].value


def test_an_implausible_share_gets_no_pattern() -> None:
    sure = {"noise": 0.3, "bias": 1.0, "slope": 0.02}
    judged = verdict([described(angle(1.0, **sure), angle(59.0, **sure))])
    assert judged.pattern == "cannot_tell"
    assert "is doubtful" in texts.verdict(judged)


def test_a_share_outside_0_to_1_is_clipped_and_noted() -> None:
    more, less = described(angle(44.0), angle(-4.0)), described(angle(-3.0), angle(50.0))
    for rep, edge, words in ((more, 1.0, "nearly all of the trunk's movement"), (less, 0.0, "none of the trunk's")):
        share = rep.values["lumbar_share_trunk"]
        assert share.value == edge
        assert 0.0 <= share.low <= share.high <= 1.0
        assert share.low < share.high
        assert any(texts.reason(note).startswith(words) for note in rep.notes)
    judged = verdict([more])
    assert judged.pattern == "low_back_led"
    assert f"100 % ({100 * judged.share.low:.0f} to 100)" in texts.verdict(judged)
    oblique = replace(SIDE_VIEW, assessable=False)
    assert described(angle(44.0), angle(-4.0), view=oblique).notes == ()
    with pytest.raises(ValueError, match="between 0 and 1"):
        replace(more, values=dict(more.values) | {"lumbar_share_thigh": Measure(0.9, 0.7, 1.1)})


def test_an_oblique_view_gets_no_pattern() -> None:
    oblique = View("right", "right", Measure(40.0, 31.0, 49.0), False, (Reason(Code.YAW_WITHHOLDS, (40.0,)),))
    judged = verdict([described(angle(10.0), angle(50.0), view=oblique)] * 2, oblique)
    assert judged.pattern == "cannot_tell"
    assert set(oblique.reasons) < set(judged.reasons)


def test_a_rule_flags_only_what_the_interval_supports() -> None:
    rule = criteria.load().rule("hips_shoot_up")
    statuses = [rules.assess(Measure(v, v - 3, v + 3), rule, 0.8)[0] for v in (2.0, 6.0, 12.0)]
    assert statuses == ["ok", "not_assessed", "flag"]
    assert rules.assess(Measure.missing(Code.BACK_UNSEEN), rule, 0.8)[0] == "not_assessed"


def chances(share: Measure, tolerance: float | None = None) -> Mapping[Pattern, float]:
    """The probability of each pattern, with the usual or a given tolerance at the limits."""
    limits = dict(criteria.load().verdict)
    if tolerance is not None:
        limits["edge_tolerance"] = replace(limits["edge_tolerance"], value=tolerance)
    return verdicts.pattern_of(share, limits)[2]


def test_a_share_near_a_limit_fits_both_patterns() -> None:
    edge = Measure(0.355, 0.295, 0.415)
    strict, loose = chances(edge, 0.0), chances(edge, 0.04)
    assert sum(strict.values()) == pytest.approx(1.0)
    assert strict["mixed"] < 0.6
    assert min(loose["hip_led"], loose["mixed"]) > 0.8
    assert loose["low_back_led"] < 0.01
    unseen = verdicts.pattern_of(Measure.missing(Code.BACK_UNSEEN), criteria.load().verdict)
    assert unseen == ("cannot_tell", (Reason(Code.BACK_UNSEEN),), {})


def test_an_unsure_share_is_drawn_towards_the_usual_share() -> None:
    limits = criteria.load().verdict
    limit, usual = limits["low_back_led_above"].value, limits["usual_share"].value
    assert chances(Measure.of(limit + 0.02, 0.01), 0.0)["low_back_led"] > 0.95
    balanced = Measure.of(2 * limit - usual, limits["usual_spread"].value)  # both weigh the same: the mean decides
    assert chances(balanced, 0.0)["low_back_led"] == pytest.approx(0.5)


def test_a_verdict_without_a_pattern_names_the_pattern_it_rules_out() -> None:
    judged = verdict([described(angle(21.0, bias=4.0), angle(41.0))])
    assert judged.pattern == "cannot_tell"
    assert "but not a low-back-led lift" in texts.verdict(judged)
    assert (judged.cue, judged.cue_reason) == (verdicts.MIXED_CUE, verdicts.CLOSE_REASON)


def test_each_pattern_has_a_probability() -> None:
    sure = verdict([described(angle(10.0), angle(50.0), replace(REP, number=n)) for n in (1, 2)])
    assert sure.pattern == "hip_led"
    assert sure.chances["hip_led"] > 0.99
    less_sure = verdict([described(angle(18.0), angle(42.0), replace(REP, number=n)) for n in (1, 2)])
    assert less_sure.pattern == "hip_led"
    assert criteria.load().verdict["support"].value <= less_sure.chances["hip_led"] <= 0.99


def test_a_round_low_back_is_compared_with_measured_lifters_and_gets_a_cue() -> None:
    def judged(start_deg: float) -> Verdict:
        change = angle(start_deg, bias=1.0)
        return verdict([described(change, angle(60.0), replace(REP, number=n)) for n in (1, 2)])

    assert [judged(start).rounding for start in (15.0, 34.0, 42.0, 50.0)] == [
        *("less_round", "similar", "rounder", "rounder_than_most")
    ]
    round_back = judged(50.0)
    assert "rounded by 50°" in texts.rounding(round_back)
    assert "33° on average" in texts.rounding(round_back)
    assert "rounder than most lifters who were measured" in texts.rounding(round_back)
    if round_back.pattern == "mixed":
        assert round_back.cue == verdicts.ROUND_CUE
    assert all(each.cue_reason for each in (judged(15.0), round_back))


def test_the_printed_reference_is_that_of_the_criteria() -> None:
    assert f"{criteria.load().verdict['usual_rounding'].value:g}°" in texts.USUAL_ROUNDING


def test_a_sore_low_back_gets_no_drill_with_a_weight() -> None:
    needs = ["low_back_led", "rounding_under_load"]
    assert any(drill.loaded for drill in advice.ladder(["drift"]))
    assert not any(drill.loaded for drill in advice.ladder(needs, loaded=False))
    sore = advice.give(SelfReport({"low-back": 6.0}), (), verdict([described(angle(30.0), angle(40.0))]))
    assert not any(drill.loaded for drill in sore.drills)


def test_a_rule_near_its_limit_is_too_close_to_call_not_ok() -> None:
    near = Finding("lean_back", "ok", Measure(6.0, 1.0, 11.0), 8.0, "deg", (1,), None, "Upright.", "own")
    assert sentences.rule(near) == "too close to call"
    assert texts.finding(near) == texts.TOO_CLOSE
    assert sentences.rule(replace(near, rule=LOW_BACK_RULE)) == sentences.SEE_VERDICT  # it weighs this number
    clear = replace(near, measure=Measure(3.0, 0.0, 6.0))
    assert (sentences.rule(clear), texts.finding(clear)) == ("ok", "Upright.")
    missing = replace(near, status="not_assessed", measure=Measure.missing(Code.BACK_HIDDEN))
    assert sentences.rule(missing) == "not assessed"


def test_a_rule_can_flag_low_values_or_require_the_whole_interval() -> None:
    below = criteria.load().rule("lumbar_first")
    assert [rules.assess(Measure(v, v - 0.1, v + 0.1), below, 0.8)[0] for v in (0.3, -0.01, -0.3)] == [
        *("ok", "not_assessed", "flag")
    ]
    whole = criteria.load().rule("drift")
    assert [rules.assess(Measure(v, v - 0.02, v + 0.02), whole, 0.8)[0] for v in (-0.1, 0.015, 0.03)] == [
        *("ok", "ok", "flag")
    ]


def test_a_criteria_file_overrides_the_defaults_and_unknown_keys_are_refused(tmp_path: Path) -> None:
    own_file = tmp_path / "mine.toml"
    own_file.write_text("[rule.hips_shoot_up]\nlimit = 7\n[verdict.support]\nvalue = 0.95\n")
    loaded = criteria.load(own_file)
    assert loaded.rule("hips_shoot_up").limit == 7.0
    assert loaded.verdict["support"].value == 0.95
    assert loaded.rule("lean_back") == criteria.load().rule("lean_back")
    assert loaded.used == CriteriaUsed(criteria.load().used.version, "mine.toml")
    for text, words in (
        ("[rule.hip_shoot_up]\nlimit = 7\n", "Did you mean hips_shoot_up?"),
        ("[rule.hips_shoot_up]\nlimits = 7\n", "Did you mean limit?"),
        ('[rule.hips_shoot_up]\nlimit = "high"\n', "TOML"),
        ('[rule.hips_shoot_up]\nmetric = "other"\n', "TOML"),
        ("not toml", "TOML"),
    ):
        own_file.write_text(text)
        with pytest.raises(UsageError) as caught:
            criteria.load(own_file)
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
    rep = described(angle(20.0), angle(40.0))
    assert {rule.metric for rule in known.rules.values()} <= {*rep.values, *set_drift.describe([rep])}


def test_no_text_in_the_package_claims_more_than_a_camera_can_measure() -> None:
    files = [p for ending in ("py", "toml", "typ", "html", "js", "css") for p in PACKAGE.rglob(f"*.{ending}")]
    files = [path for path in files if "uplot" not in path.parts]  # a third-party library
    claims = [
        (path.name, m.group())
        for path in files
        for m in FORBIDDEN.finditer(ALLOWED.sub("", path.read_text(encoding="utf-8")))
    ]
    assert claims == []


def test_json_has_no_nan_and_reads_back_unchanged() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        document.text({"x": float("nan")})
    analysis = staged()
    video = replace(analysis.video, rate_hz=float("nan"), duration_s=1.23456789)
    written = document.document(replace(analysis, video=video))
    assert (written["video"]["rate_hz"], written["video"]["duration_s"]) == (None, 1.2346)
    assert json.loads(document.text(written)) == written
    assert json.loads(document.text({"ü": 1})) == {"ü": 1}


def test_a_measure_is_a_number_or_a_reason() -> None:
    with pytest.raises(ValueError, match="either a number or a reason"):
        Measure(float("nan"), 0.0, 1.0)
    with pytest.raises(ValueError, match="outside its own interval"):
        Measure(5.0, 0.0, 1.0)


def test_a_trunk_that_hardly_turns_gets_angles_but_no_share_and_no_pattern() -> None:
    squat_like = described(angle(22.0), angle(6.0))
    assert squat_like.values["lumbar_change_deg"].value == pytest.approx(22.0, abs=0.2)
    for share in ("lumbar_share_trunk", "lumbar_share_thigh"):
        assert squat_like.values[share].reason == Reason(Code.TRUNK_STILL, (repetition.LEAST_TURN_DEG,))
    judged = verdict([squat_like])
    assert (judged.pattern, judged.cue) == ("cannot_tell", verdicts.SQUAT_CUE)
    assert Filming.CLOSE_FITTING not in judged.surer


def test_rounding_as_the_bar_leaves_the_floor_is_measured_before_and_after() -> None:
    rounding = replace(angle(0.0), value_deg=np.interp(TIME_S, [1.9, 2.1, 3.0], [20.0, 28.0, 0.0]))
    values = described(rounding, angle(40.0)).values
    before, after, gain = (values[f"lumbar_{name}_liftoff_deg"] for name in ("before", "after", "gain_at"))
    assert before.value == pytest.approx(20.0, abs=0.5)
    assert after.value > 25.0
    assert gain.value == pytest.approx(after.value - before.value)
    assert gain.high - gain.low < before.high - before.low  # what both share cancels


def test_an_angle_that_turns_fast_at_liftoff_is_as_unsure_as_the_time_of_liftoff() -> None:
    slow, fast = (
        replace(angle(0.0, noise=0.1, bias=1.0, slope=0.0), value_deg=np.interp(TIME_S, [1.8, 2.2], [30.0, end_deg]))
        for end_deg in (30.0, 0.0)
    )
    wide, narrow = (described(each, angle(40.0)).values["lumbar_at_liftoff_deg"] for each in (fast, slow))
    assert wide.high - wide.low > 2.0 * (narrow.high - narrow.low)


@pytest.mark.parametrize(
    ("low", "high", "opening"),
    [(18.0, 40.0, "clearly_rounder"), (4.0, 30.0, "rounder"), (-6.0, 8.0, "alike"), (-4.0, 28.0, "cannot_tell")],
)
def test_the_low_back_is_compared_with_the_top_as_far_as_the_interval_tells(
    low: float, high: float, opening: str
) -> None:
    change = Measure((low + high) / 2, low, high)
    assert verdicts.compared_with_top(change, criteria.load().verdict) == opening
    assert verdicts.compared_with_top(Measure.missing(Code.NO_LOCKOUT), criteria.load().verdict) == "unknown"
