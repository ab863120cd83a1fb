"""The smallest change that can be told from error: one number, wherever two sessions are compared."""

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


def card(metric: str) -> error_card.Scatter:
    found = error_card.scatter(metric)
    assert found is not None
    return found


def test_the_limit_is_students_t_times_the_larger_of_card_and_intervals() -> None:
    sure, wide = Measure(20.0, 19.9, 20.1), Measure(20.0, 0.0, 40.0)
    times = float(t.ppf(0.975, card(LUMBAR).freedom))
    assert times > 2.05  # 1.96 would take the card's SD as known
    assert detectable(LUMBAR, sure, [sure]) == pytest.approx(times * np.sqrt(2) * card(LUMBAR).sd)
    poor = times * np.hypot(card(LUMBAR).sd, 20 / Z90)
    assert detectable(LUMBAR, sure, [wide]) == pytest.approx(poor)
    assert detectable(LUMBAR, wide, [sure]) == pytest.approx(poor)


def test_no_limit_without_a_row_on_the_card_or_without_a_number() -> None:
    sure = Measure(20.0, 19.9, 20.1)
    assert detectable(LUMBAR, sure, [Measure.missing(Code.BACK_HIDDEN)]) is None
    assert detectable(LUMBAR, Measure.missing(Code.BACK_HIDDEN), [sure]) is None
    assert detectable(LUMBAR, sure, []) is None
    assert detectable("an_unknown_metric", sure, [sure]) is None


def test_a_mean_of_many_days_is_surer_and_scatter_of_one_day_adds_to_both_sides() -> None:
    sure, sd = Measure(20.0, 19.9, 20.1), card(LUMBAR).sd
    times = float(t.ppf(0.975, card(LUMBAR).freedom))
    assert detectable(LUMBAR, sure, [sure] * 8, leverage=1 / 8) == pytest.approx(times * sd * np.sqrt(1 + 1 / 8))
    many = error_card.Scatter(1e6 * sd, 10**9)  # so great and so well known that the card does not matter
    assert detectable(LUMBAR, sure, [sure], repeats=many) == pytest.approx(1.96 * np.sqrt(2) * many.sd, rel=1e-3)


def test_repeats_are_pooled_over_days() -> None:
    found = same_day([[1.0, 3.0], [5.0], [10.0, 10.0, 13.0]])
    assert found is not None
    assert found.freedom == 3
    assert found.sd == pytest.approx(np.sqrt((1 + 1 + 1 + 1 + 4) / 3))
    assert same_day([[1.0], [2.0]]) is None


@pytest.mark.parametrize("half", [6.0, 40.0])
@pytest.mark.parametrize("metric", ["lumbar_share_trunk", "knee_change_deg"])
def test_report_and_trend_have_one_limit_for_the_same_two_sessions(metric: str, half: float, tmp_path: Path) -> None:
    """In a good view and in a poor one, in which the interval counts more than the error card."""
    documents = [stored.document(2, video_sha256=digit * 64) for digit in "12"]
    for rep in documents[1]["reps"]:
        share = metric == "lumbar_share_trunk"
        rep["metrics"][metric] = stored.measure(0.5, min(half / 80, 0.5)) if share else stored.measure(90.0, half)
    read = [reading.read(stored.write(tmp_path / str(i), made)) for i, made in enumerate(documents)]
    compared = {change.metric: change for change in changes.compare(read[0].reps, read[1].reps)}[metric]
    days = [sessions.session(each, "Ana", f"2026-01-0{i}", "x") for i, each in enumerate(read, start=1)]
    (trend,) = trends.of_athlete(days, metric)
    told = trend.points[1].change
    assert told.detectable == pytest.approx(compared.detectable)
    assert told.difference == pytest.approx(compared.change)
    assert (told.status == "changed") == compared.exceeds_error


def test_report_and_trend_say_how_it_is_worked_out(tmp_path: Path) -> None:
    path = stored.write(tmp_path)
    facts = back.Facts("", redacted=False, file="x", anonymous=False, date_note="")
    assert METHOD in back.page(reading.read(path), facts)["detectable"]
    session = sessions.session(reading.read(path), "Ana", "2026-01-01", "x")
    assert METHOD in trend_page.page(trends.of_athlete([session])).replace("&#39;", "'")
