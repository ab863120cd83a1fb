"""The reports use the numbers of the error card."""

from __future__ import annotations

import tomllib

import pytest

from hingecheck.history import error_card
from samples.card import rows
from samples.card.tables import METRIC_WORDS


def test_the_data_file_matches_the_error_card() -> None:
    text = rows.CARD.read_text(encoding="utf-8")
    assert rows.ROWS.read_text(encoding="utf-8") == rows.toml(rows.card_rows(text), rows.version(text))
    assert len(tomllib.loads(rows.ROWS.read_text(encoding="utf-8"))["row"]) > 100


def test_a_row_holds_the_numbers_of_its_table() -> None:
    line = "| facing left | 3 | 4 | +2.3 | 2.4 | −3.8 to +8.4 | 0.98 | 100 % | 5 % | 12.7 | 12.7 | 13.1 |"
    dash = "| yaw +40° | 3 | 3 | – | – | – | – | – | 100 % | 14.4 | 14.6 | 13.9 |"
    text = "\n".join(f"### {words}\n\n| a |\n| --- |\n{line}\n{dash}\n" for words in METRIC_WORDS.values())
    parsed = list(rows.card_rows(text))
    assert len(parsed) == len(METRIC_WORDS)
    assert parsed[0] == {
        **{"metric": "lumbar_change_deg", "condition": "facing left", "clips": 3, "reps": 4, "bias": 2.3},
        **{"mean_abs": 2.4, "limits_low": -3.8, "limits_high": 8.4, "inside_percent": 100.0, "unread_percent": 5.0},
    }


def test_the_scatter_comes_from_the_random_mixtures() -> None:
    row = next(row for row in error_card.rows() if row.condition == error_card.MIXTURES)
    scatter = error_card.scatter(row.metric)
    assert scatter is not None
    assert row.limits_low is not None
    assert row.limits_high is not None
    assert scatter.sd == pytest.approx((row.limits_high - row.limits_low) / (2 * error_card.AGREEMENT))
    assert scatter.freedom < row.clips
    assert error_card.scatter("an_unknown_metric") is None


def test_the_card_conditions_follow_from_the_properties_of_the_clip() -> None:
    plain = error_card.Clip(3.0, ["floor"], 30.0, 540, "right")
    assert error_card.conditions(plain) == ("all, yaw to 20°", "random mixtures")
    odd = error_card.Clip(-25.0, ["romanian"], 59.94, 1080, "left")
    assert error_card.conditions(odd) == (
        *("all, yaw over 20° to 30°", "facing left", "Romanian", "60 Hz", "1080 × 1920", "random mixtures"),
    )
    assert error_card.conditions(error_card.Clip(None, [], None, 540, "right")) == ("all", "random mixtures")
    hip_rows = [row for row in error_card.chosen(odd, ("hip_change_deg",)) if row.metric == "hip_change_deg"]
    assert [row.condition for row in hip_rows] == list(error_card.conditions(odd))
