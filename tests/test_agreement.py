"""Every number on page, terminal, letter, film, tables and trend is a number of `analysis.json`, written in one way."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from hingecheck.history import sessions, trends
from hingecheck.judgement import criteria
from hingecheck.metrics import set_drift
from hingecheck.records import Analysis, Frame, Measure
from hingecheck.report import phases, wording
from hingecheck.report.clinic import clinical
from hingecheck.report.film import annotated, drawing, keyframes
from hingecheck.report.page import analysis as report_page
from hingecheck.report.page import plots
from hingecheck.report.page import trend as trend_page
from hingecheck.report.tables import export
from hingecheck.report.terminal import summary
from hingecheck.report.terminal import trend as trend_lines
from hingecheck.results import angle_table, document, reading
from tests.staged import blank_pictures, staged
from tests.test_motion import SIZE

NUMBER = r"[+−]?\d+(?:\.\d+)?"
MEASURED = re.compile(rf"{NUMBER}(?:°/s|°| %| points| cm| s)? \({NUMBER} to {NUMBER}\)")
"""A number with its interval, as every output writes it."""

OUTPUTS = ("page", "terminal", "letter", "film", "trend page", "trend")


def analysed() -> Analysis:
    """Two repetitions; all angles in degrees with fractions, so that a second rounding would show."""
    return replace(staged(0.437), most_different=2)


@pytest.fixture(scope="module")
def stored_document() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(document.text(document.document(analysed())))
    return loaded


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What a reader sees, as plain text."""
    folder, analysis = tmp_path_factory.mktemp("result"), analysed()
    path = folder / "analysis.json"
    path.write_text(document.text(document.document(analysis)))
    (folder / "angles.csv").write_text(angle_table.text(analysis.angles))
    stored = reading.read(path)
    session = sessions.session(stored, "Ana", "2026-01-01", "x")
    letter = clinical.data(stored, clinical.Wanted())
    of_metrics = [trends.of_athlete([session], name) for name in (trends.HEADLINE, "lumbar_at_start_deg")]
    extra = report_page.Extra(keyframes.take(analysis, blank_pictures), criteria.load())
    page = html.unescape(report_page.html(analysis, extra))
    trend_text = "".join(html.unescape(trend_page.page(each)) for each in of_metrics)
    return {
        "page": re.sub(r"<(script|style)[^>]*>.*?</\1>", "", page, flags=re.DOTALL),
        "terminal": _printed(lambda console: _both(analysis, console)),
        "letter": json.dumps({"front": letter["front"], "recording": letter["back"]["recording"]}, ensure_ascii=False),
        "film": "\n".join(_film_words(analysis)),
        "trend page": trend_text,
        "trend": _printed(lambda console: _trends([each[0] for each in of_metrics], console)),
    }


def _both(analysis: Analysis, console: Console) -> None:
    summary.show(analysis, console)
    summary.show_all(analysis, console)


def _trends(of_metrics: list[trends.Trend], console: Console) -> None:
    for each in of_metrics:
        trend_lines.show(each, console)


def _printed(show: Any) -> str:
    out = io.StringIO()
    show(Console(file=out, width=300))
    return out.getvalue()


def _film_words(analysis: Analysis) -> Iterator[str]:
    """What the film writes at each posture, and after the last one."""
    words: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "plain_words", lambda _picture, _at, text, _look: words.append(text))
        times_s = [phases.posture_s(rep, name) for rep in analysis.reps for name in phases.POSTURES]
        frames = (Frame(s, np.zeros((*SIZE, 3), np.uint8), 1.0) for s in times_s)
        list(annotated.draw(analysis, frames))
    yield from words


def canonical(stored: dict[str, Any]) -> set[str]:
    """Every number of the document with its interval, as text."""
    named = [(name, value) for rep in stored["reps"] for name, value in rep["metrics"].items()]
    named += list(stored["set"]["metrics"].items())
    named += [(name, stored["verdict"][name]) for name in ("lumbar_share_trunk", "lumbar_at_start_deg")]
    named.append(("yaw_deg", stored["view"]["yaw_deg"]))
    texts = {wording.measure(name, Measure(**value)) for name, value in named if value is not None}
    return texts | {_pooled(stored, finding) for finding in stored["findings"]}


def _pooled(stored: dict[str, Any], finding: dict[str, Any]) -> str:
    """The number that a rule rests on: its metric over the set."""
    if finding["value"] is None:
        return ""
    metric = criteria.load().rules[finding["rule"]].metric
    return wording.measure(metric, Measure(finding["value"], finding["low"], finding["high"]))


@pytest.mark.parametrize("where", OUTPUTS)
def test_every_number_with_an_interval_is_one_of_the_document_written_in_one_way(
    where: str, outputs: dict[str, str], stored_document: dict[str, Any]
) -> None:
    found = set(MEASURED.findall(outputs[where]))
    assert found, "the output shows no number"
    assert found - canonical(stored_document) == set()


@pytest.mark.parametrize("where", OUTPUTS)
def test_per_cent_and_degrees_are_spaced_in_one_way(where: str, outputs: dict[str, str]) -> None:
    text = re.sub(r"<(script|style)[^>]*>.*?</\1>|sha256-\S+", "", outputs[where], flags=re.DOTALL)
    assert re.findall(r"\d%|\d °|±", text) == []


@pytest.mark.parametrize("where", ["page", "letter", "film"])
def test_the_postures_have_one_name_and_their_own_angles(
    where: str, outputs: dict[str, str], stored_document: dict[str, Any]
) -> None:
    text = outputs[where]
    for name in phases.POSTURES.values():
        assert name in text
    assert not re.search(r"pull begins|\block ?out (at|picture)", text)
    if where == "letter":  # the letter names the times
        times = {f"{rep[event]:.2f} s" for rep in stored_document["reps"] for event in phases.EVENTS.values()}
        caption = json.loads(text)["front"]["picture"]
        assert set(re.findall(r"\d+\.\d\d s", " ".join(caption.values()))) <= times


@pytest.mark.parametrize("where", OUTPUTS)
def test_no_angle_is_shown_at_a_third_posture(where: str, outputs: dict[str, str]) -> None:
    assert re.findall(r"(?:flexion|angle|hip|knee|back) (?:at|just before|just after) lift-off", outputs[where]) == []


def test_the_set_over_time_shows_the_postures_of_the_pictures() -> None:
    two = analysed()
    more = replace(two.reps[-1], rep=replace(two.reps[-1].rep, number=3))
    reps = (*two.reps, more)
    trends_of_set = plots.trends(replace(two, reps=reps, over_set=set_drift.describe(reps)))
    of_posture = [trend for trend in trends_of_set if "_at_" in trend.name]
    assert [trend.name for trend in of_posture] == [phases.metric("lumbar_flexion", "at_start")]
    for mark, rep in zip(of_posture[0].marks, reps, strict=True):
        assert mark.text == wording.measure(of_posture[0].name, rep.values[of_posture[0].name])


def test_the_share_is_worded_in_one_way(outputs: dict[str, str], stored_document: dict[str, Any]) -> None:
    share = wording.measure("lumbar_share_trunk", Measure(**stored_document["verdict"]["lumbar_share_trunk"]))
    for where in ("page", "terminal", "letter"):
        assert f"{share} of the way up came from the low back" in outputs[where], where
        assert stored_document["verdict"]["rounding_sentence"] in outputs[where], where


def test_whoever_subtracts_the_postures_gets_the_change(stored_document: dict[str, Any]) -> None:
    def shown(name: str, rep: dict[str, Any]) -> float:
        return float(wording.number(name, rep["metrics"][name]["value"]).rstrip("°").replace("−", "-"))

    for rep in stored_document["reps"]:
        for joint in ("hip", "knee", "lumbar"):
            start, knee, top = (shown(f"{joint}_{posture}_deg", rep) for posture in phases.POSTURES)
            assert start - top == pytest.approx(shown(f"{joint}_change_deg", rep), abs=1.0)
            assert start - knee == pytest.approx(shown(f"{joint}_change_to_knee_deg", rep), abs=1.0)
            assert knee - top == pytest.approx(shown(f"{joint}_change_from_knee_deg", rep), abs=1.0)


def test_the_document_tells_when_the_postures_are(stored_document: dict[str, Any]) -> None:
    for rep, of_document in zip(analysed().reps, stored_document["reps"], strict=True):
        for posture, event in phases.EVENTS.items():
            assert of_document[event] == pytest.approx(phases.posture_s(rep, posture), abs=1e-3)


def test_the_tables_hold_the_numbers_of_the_document(stored_document: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    path.write_text(json.dumps(stored_document))
    export.write([sessions.session(reading.read(path), "Ana", "2026-01-01", "x")], tmp_path)
    with (tmp_path / "measures.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["value"]]
    assert rows
    for row in rows:
        measure = Measure(float(row["value"]), float(row["low"]), float(row["high"]))
        assert wording.measure(row["metric"], measure) in canonical(stored_document)


def test_a_reading_of_the_page_at_a_posture_is_that_of_the_report() -> None:
    analysis = analysed()
    frames = keyframes.take(analysis, blank_pictures)
    page = report_page.html(analysis, report_page.Extra(frames, criteria.load()))
    island = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert island is not None
    held = json.loads(island[1])["held"]
    assert len(held) == len(frames)
    for (from_s, to_s, named), frame in zip(held, frames, strict=True):
        assert from_s <= frame.time_s < to_s
        rep = next(rep for rep in analysis.reps if rep.rep.number == frame.rep.number)
        posture = next(key for key, words in phases.POSTURES.items() if words == frame.posture)
        for angle, text in named.items():
            assert text == wording.measure(angle, rep.values[phases.metric(angle, posture)])


def test_a_number_read_back_has_the_digits_of_the_one_just_measured() -> None:
    for value in (0.65498, 0.654951, 0.125003, 0.444999):
        just_measured = Measure(value, value - 0.1, value + 0.1)
        read_back = Measure(round(value, 4), round(value - 0.1, 4), round(value + 0.1, 4))
        name = "lumbar_share_trunk"
        assert wording.measure(name, just_measured) == wording.measure(name, read_back)


def test_another_rounding_would_be_noticed(stored_document: dict[str, Any]) -> None:
    rep = stored_document["reps"][0]["metrics"]["hip_change_deg"]
    once_more = wording.measure("hip_change_deg", Measure(rep["value"] + 3.0, rep["low"], rep["high"] + 3.0))
    assert MEASURED.findall(f"hips {once_more}.") == [once_more]
    assert once_more not in canonical(stored_document)
