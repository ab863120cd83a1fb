"""Every metric has one wording: its name, unit and digits are the same in every output."""

from __future__ import annotations

import html
import io
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hingecheck import quantities, texts
from hingecheck.history import sessions, trends
from hingecheck.judgement import criteria
from hingecheck.metrics import comparison, set_drift
from hingecheck.records import METRICS, SHARES, Angle, AngleTrack, Code, Measure
from hingecheck.report import wording
from hingecheck.report.clinic import clinical, fhir, front
from hingecheck.report.clinic.clinical import Wanted
from hingecheck.report.film import keyframes
from hingecheck.report.page import analysis as report_page
from hingecheck.report.page import comparison as comparison_page
from hingecheck.report.page import trend as trend_page
from hingecheck.report.terminal import summary
from hingecheck.report.terminal import trend as trend_lines
from hingecheck.results import reading
from tests import stored
from tests.staged import blank_pictures, every, side, staged

READ = {
    "lumbar_share_trunk": (Measure(0.256, 0.174, 0.333), "26 % (17 to 33)"),
    "lumbar_change_deg": (Measure(-0.2, -3.4, 0.3), "0° (−3 to 0)"),
    "hip_change_deg": (Measure(112.4, 105.2, 118.9), "112° (105 to 119)"),
    "knee_change_deg": (Measure(66.0, 60.0, 72.0), "66° (60 to 72)"),
    "concentric_s": (Measure(1.234, 1.1, 1.3), "1.2 s (1.1 to 1.3)"),
}
"""Metrics that page, terminal, clinician's report and trend all show, and their text."""


def set_metrics() -> list[str]:
    """Metrics over a set."""
    return list(set_drift.describe(()))


def angles() -> list[str]:
    whole = staged().angles
    return [item.name for item in fields(AngleTrack) if isinstance(getattr(whole, item.name), Angle)]


def test_every_metric_has_its_own_name() -> None:
    whole = [name for name in set_metrics() if not name.endswith(tuple(wording.ENDINGS))]
    of_these = {name.removesuffix(wording.DRIFT).removesuffix(wording.SPREAD) for name in set_metrics()}
    wanted = {*METRICS, *whole, *of_these, *angles(), "yaw_deg"}
    assert wanted == set(wording.METRICS)
    names = [wording.name(metric) for metric in (*wording.METRICS, *set_metrics())]
    assert {name for name in names if names.count(name) > 1} == {
        "Tempo unevenness",
        "Velocity loss, fastest to last repetition",
    }  # METRICS and the set metrics both contain it


def test_units_match_the_metric_names_and_shares_are_per_cent() -> None:
    for metric in METRICS:
        sign = wording.unit(metric).sign
        for ending, wanted in (("_deg", "°"), ("_deg_s", "°/s"), ("_m_s", " m/s"), ("_cm", " cm"), ("_percent", " %")):
            assert (sign == wanted) or not metric.endswith(ending), metric
        assert (wording.unit(metric) == quantities.SHARE) == (metric in SHARES), metric


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every output that shows the numbers of READ, as plain text."""
    folder = tmp_path_factory.mktemp("shown")
    measures = {metric: measure for metric, (measure, _) in READ.items()}
    document = stored.document(1)
    document["reps"][0]["metrics"] |= {
        name: {"value": m.value, "low": m.low, "high": m.high} for name, m in measures.items()
    }
    path = stored.write(folder, document)
    return {
        "page": _page(measures),
        "terminal": _terminal(measures),
        "report": json.dumps(front.table(reading.read(path).reps), ensure_ascii=False),
        "trend page": _trend(document, as_page=True),
        "trend": _trend(document, as_page=False),
    }


def _page(measures: dict[str, Measure]) -> str:
    analysis = _analysis(measures)
    extra = report_page.Extra(keyframes.take(analysis, blank_pictures), criteria.load())
    return html.unescape(report_page.html(analysis, extra))


def _analysis(measures: dict[str, Measure]) -> Any:
    whole = staged()
    rep = replace(whole.reps[0], values=dict(whole.reps[0].values) | measures)
    return replace(whole, reps=(rep,))


def _terminal(measures: dict[str, Measure]) -> str:
    out = io.StringIO()
    summary.show_all(_analysis(measures), Console(file=out, width=200))
    return out.getvalue()


def _trend(document: dict[str, Any], *, as_page: bool) -> str:
    analysis = reading.parsed(json.dumps(document).encode(), Path("analysis.json"))
    session = sessions.session(analysis, "Ana", "2026-01-01", "x")
    by_metric = [trends.of_athlete([session], metric) for metric in READ]
    if as_page:
        return html.unescape("".join(trend_page.page(of_metric) for of_metric in by_metric))
    out = io.StringIO()
    for of_metric in by_metric:
        trend_lines.show(of_metric[0], Console(file=out, width=200))
    return out.getvalue()


@pytest.mark.parametrize("metric", READ)
def test_a_measure_has_the_same_text_in_every_output(metric: str, shown: dict[str, str]) -> None:
    for where, text in shown.items():
        assert wording.name(metric) in text, where
        assert READ[metric][1] in text, where


def test_the_verdict_shows_the_share_as_the_pages_do() -> None:
    verdict = staged().verdict
    assert wording.measure("lumbar_share_trunk", verdict.share) in texts.verdict(verdict)


def test_comparison_and_clinicians_report_show_the_same_difference(tmp_path: Path) -> None:
    name = "lumbar_share_trunk"
    sides = [side(replace(staged(), video=replace(staged().video, sha256=digit * 64)), 1) for digit in "12"]
    shares = [every(**{name: Measure(at, at - 0.05, at + 0.05)}) for at in (0.2, 0.6)]
    first, second = (replace(s, rep=replace(s.rep, values=v)) for s, v in zip(sides, shares, strict=True))
    compared = comparison.compare(first, second)
    (item,) = (item for item in compared.differences if item.name == name)
    assert comparison_page.row(item)["difference"] == "+40 points (+33 to +47)"
    out = io.StringIO()
    summary.show_comparison(compared, Console(file=out, width=200))
    assert "+40 points (+33 to +47)" in out.getvalue()
    documents = [stored.document(1, video_sha256=digit * 64) for digit in "12"]
    for document, at in zip(documents, (0.2, 0.6), strict=True):
        document["reps"][0]["metrics"][name] = stored.measure(at, 0.05)
    before, after = (reading.read(stored.write(tmp_path / str(i), content)) for i, content in enumerate(documents))
    (session,) = clinical.data(after, Wanted(previous=[before]))["front"]["previous"]
    assert session["rows"][0][:5] == [
        *(wording.name(name), "20 % (15 to 25)", "60 % (55 to 65)", "+40 points", "25 points")
    ]


def test_the_fhir_bundle_uses_the_metric_names(tmp_path: Path) -> None:
    bundle = json.loads(fhir.bundle(reading.read(stored.write(tmp_path)), Wanted(), b"", None))
    codes = [e["resource"]["code"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Observation"]
    named = {code["coding"][0]["code"]: code["text"] for code in codes}
    assert "hip_change_deg" in named
    assert all(named[code] == wording.name(code) for code in named if code in METRICS)


def test_drift_and_scatter_have_one_more_decimal_than_their_metric() -> None:
    assert wording.measure("lumbar_share_trunk_drift", Measure(0.012, -0.003, 0.027)) == "+1.2 points (−0.3 to +2.7)"
    assert wording.measure("lumbar_share_trunk_spread", Measure(0.012, 0.003, 0.027)) == "1.2 points (0.3 to 2.7)"
    assert wording.name("concentric_s_spread") == "Time up, scatter"
    assert wording.measure("concentric_s_drift", Measure(0.1, 0.05, 0.15)) == "+0.10 s (+0.05 to +0.15)"


def test_differences_have_a_sign_and_share_differences_are_in_points() -> None:
    assert wording.difference("lumbar_share_trunk", -0.1) == "−10 points"
    assert wording.difference("hip_change_deg", 4.4) == "+4°"
    assert wording.difference("hip_change_deg", -0.4) == "0°"
    assert wording.size("lumbar_share_trunk", 0.223) == "22 points"
    assert wording.span("lumbar_share_trunk", -0.13, 0.17) == "−13 to +17 points"
    assert wording.number("yaw_deg", 2.0) == "+2°"


def test_limits_are_shown_exactly_as_they_were_set() -> None:
    assert wording.limit("lumbar_share_trunk", 0.55) == "55 %"
    assert wording.limit("early_trunk_drop_deg", 5.5) == "5.5°"
    assert wording.limit("hip_to_lumbar_lag_s", -0.25) == "−0.25 s"
    assert wording.threshold(0.04, "share of the trunk's movement") == "4 %"
    assert wording.threshold(0.22, "share of the trunk's movement, SD") == "22 points"
    assert wording.threshold(3, "repetitions") == "3 repetitions"
    assert wording.read_as("furlongs", Measure(1.0, 0.5, 1.5)) == "1.00 furlongs (0.50 to 1.50)"


def test_every_verdict_threshold_has_a_known_unit() -> None:
    for name, entry in criteria.load().verdict.items():
        text = wording.threshold(entry.value, entry.unit)
        assert "share" not in text, name
        assert "(" not in text, name


@pytest.mark.parametrize(
    ("metric", "words", "shown"),
    [
        ("bar_speed_deg_s", "Bar speed", "12°/s (11 to 13)"),
        ("bar_path_deviation_m", "Bar path deviation", "12.00 m (11.00 to 13.00)"),
        ("something", "Something", "12.00 (11.00 to 13.00)"),
        ("_drift", "Drift", "12.00 (11.00 to 13.00)"),
    ],
)
def test_an_unknown_metric_gets_a_readable_name(metric: str, words: str, shown: str) -> None:
    assert wording.name(metric) == words
    assert wording.measure(metric, Measure(12.0, 11.0, 13.0)) == shown


def test_a_missing_measure_is_shown_as_not_measured_with_its_reason() -> None:
    missing = Measure.missing(Code.BACK_HIDDEN)
    assert wording.measure("bar_forward_cm", missing) == "not measured"
    assert wording.explained("bar_forward_cm", missing) == "not measured: the back's edge is hidden"
