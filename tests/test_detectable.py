"""The smallest detectable change: report and trend use the same number for the same two sessions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

from hingecheck.history import changes, error_card, sessions, trends
from hingecheck.history.detectable import METHOD, detectable, same_day
from hingecheck.records import Z90, Code, Measure
from hingecheck.report.clinic import back
from hingecheck.report.page import trend as trend_page
from hingecheck.results import reading
from tests import stored

LUMBAR = "lumbar_change_deg"


def card_scatter(metric: str) -> error_card.Scatter:
    scatter = error_card.scatter(metric)
    assert scatter is not None
    return scatter


def test_the_limit_uses_students_t_and_the_larger_of_card_error_and_interval() -> None:
    narrow, wide = Measure(20.0, 19.9, 20.1), Measure(20.0, 0.0, 40.0)
    factor = float(t.ppf(0.975, card_scatter(LUMBAR).freedom))
    assert factor > 2.05  # 1.96 would assume that the card's SD is known exactly
    assert detectable(LUMBAR, narrow, [narrow]) == pytest.approx(factor * np.sqrt(2) * card_scatter(LUMBAR).sd)
    expected = factor * np.hypot(card_scatter(LUMBAR).sd, 20 / Z90)
    assert detectable(LUMBAR, narrow, [wide]) == pytest.approx(expected)
    assert detectable(LUMBAR, wide, [narrow]) == pytest.approx(expected)


def test_no_limit_is_given_without_a_card_row_or_a_value() -> None:
    narrow = Measure(20.0, 19.9, 20.1)
    assert detectable(LUMBAR, narrow, [Measure.missing(Code.BACK_HIDDEN)]) is None
    assert detectable(LUMBAR, Measure.missing(Code.BACK_HIDDEN), [narrow]) is None
    assert detectable(LUMBAR, narrow, []) is None
    assert detectable("an_unknown_metric", narrow, [narrow]) is None


def test_the_limit_shrinks_with_many_days_and_grows_with_scatter_within_a_day() -> None:
    narrow, sd = Measure(20.0, 19.9, 20.1), card_scatter(LUMBAR).sd
    factor = float(t.ppf(0.975, card_scatter(LUMBAR).freedom))
    assert detectable(LUMBAR, narrow, [narrow] * 8, leverage=1 / 8) == pytest.approx(factor * sd * np.sqrt(1 + 1 / 8))
    large = error_card.Scatter(1e6 * sd, 10**9)  # so large and so certain that the card does not matter
    assert detectable(LUMBAR, narrow, [narrow], repeats=large) == pytest.approx(1.96 * np.sqrt(2) * large.sd, rel=1e-3)


def test_the_scatter_within_days_is_pooled_over_days() -> None:
    scatter = same_day([[1.0, 3.0], [5.0], [10.0, 10.0, 13.0]])
    assert scatter is not None
    assert scatter.freedom == 3
    assert scatter.sd == pytest.approx(np.sqrt((1 + 1 + 1 + 1 + 4) / 3))
    assert same_day([[1.0], [2.0]]) is None


@pytest.mark.parametrize("half", [6.0, 40.0])
@pytest.mark.parametrize("metric", ["lumbar_share_trunk", "knee_change_deg"])
def test_report_and_trend_use_the_same_limit_for_two_sessions(metric: str, half: float, tmp_path: Path) -> None:
    """Test a good view, and a poor view whose interval is larger than the error of the card."""
    documents = [stored.document(2, video_sha256=digit * 64) for digit in "12"]
    for rep in documents[1]["reps"]:
        share = metric == "lumbar_share_trunk"
        rep["metrics"][metric] = stored.measure(0.5, min(half / 80, 0.5)) if share else stored.measure(90.0, half)
    results = [reading.read(stored.write(tmp_path / str(i), document)) for i, document in enumerate(documents)]
    report_change = {change.metric: change for change in changes.compare(results[0].reps, results[1].reps)}[metric]
    days = [sessions.session(result, "Ana", f"2026-01-0{i}", "x") for i, result in enumerate(results, start=1)]
    (trend,) = trends.of_athlete(days, metric)
    trend_change = trend.points[1].change
    assert trend_change.detectable == pytest.approx(report_change.detectable)
    assert trend_change.difference == pytest.approx(report_change.change)
    assert (trend_change.status == "changed") == report_change.exceeds_error


def test_report_and_trend_explain_how_the_limit_is_calculated(tmp_path: Path) -> None:
    path = stored.write(tmp_path)
    facts = back.Facts("", redacted=False, file="x", anonymous=False, date_note="")
    assert METHOD in back.page(reading.read(path), facts)["detectable"]
    session = sessions.session(reading.read(path), "Ana", "2026-01-01", "x")
    assert METHOD in trend_page.page(trends.of_athlete([session])).replace("&#39;", "'")
