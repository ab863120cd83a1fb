"""What the reports take from the error card is what the card says; the smallest change that can be told."""

from __future__ import annotations

import math
import tomllib

import pytest

from hingecheck.detectable import detectable
from hingecheck.records import Measure
from hingecheck.report import card
from samples.card import rows
from samples.card.tables import METRIC_WORDS


def test_the_data_files_are_those_of_the_error_card() -> None:
    text = rows.CARD.read_text(encoding="utf-8")
    assert rows.ROWS.read_text(encoding="utf-8") == rows.toml(rows.card_rows(text), rows.version(text))
    assert rows.DETECTABLE.read_text(encoding="utf-8") == rows.toml(rows.detectable_rows(text), rows.version(text))
    assert len(tomllib.loads(rows.ROWS.read_text(encoding="utf-8"))["row"]) > 100


def test_a_row_says_what_its_table_says() -> None:
    line = "| facing left | 3 | 4 | +2.3 | 2.4 | −3.8 to +8.4 | 0.98 | 100 % | 5 % | 12.7 | 12.7 | 13.1 |"
    dash = "| yaw +40° | 3 | 3 | – | – | – | – | – | 100 % | 14.4 | 14.6 | 13.9 |"
    text = "\n".join(f"### {words}\n\n| a |\n| --- |\n{line}\n{dash}\n" for words in METRIC_WORDS.values())
    found = list(rows.card_rows(text))
    assert len(found) == len(METRIC_WORDS)
    assert found[0] == {
        **{"metric": "lumbar_change_deg", "condition": "facing left", "clips": 3, "reps": 4, "bias": 2.3},
        **{"mean_abs": 2.4, "limits_low": -3.8, "limits_high": 8.4, "inside_percent": 100.0, "unread_percent": 5.0},
    }


def test_conditions_follow_from_what_is_known_of_the_clip() -> None:
    plain = card.Clip(3.0, ["floor"], 30.0, 540, "right")
    assert card.conditions(plain) == ("all, yaw to 20°", "random mixtures")
    odd = card.Clip(-25.0, ["romanian"], 59.94, 1080, "left")
    assert card.conditions(odd) == (
        *("all, yaw over 20° to 30°", "facing left", "Romanian", "60 Hz", "1080 × 1920", "random mixtures"),
    )
    assert card.conditions(card.Clip(None, [], None, 540, "right")) == ("all", "random mixtures")
    every = [row for row in card.chosen(odd, ("hip_change_deg",)) if row.metric == "hip_change_deg"]
    assert [row.condition for row in every] == list(card.conditions(odd))


def test_the_detectable_change_is_the_larger_of_card_and_intervals() -> None:
    sure, wide = Measure(20.0, 19.9, 20.1), Measure(20.0, 0.0, 40.0)
    table = tomllib.loads(rows.DETECTABLE.read_text(encoding="utf-8"))["row"]
    sd = {row["metric"]: row["error_sd"] for row in table}["lumbar_change_deg"]
    assert detectable("lumbar_change_deg", (sure, sure)) == pytest.approx(1.96 * math.sqrt(2) * sd)
    assert detectable("lumbar_change_deg", (sure, wide)) == pytest.approx(1.96 * math.hypot(sd, 20 / 1.645))
    assert detectable("lumbar_change_deg", (sure, Measure.missing("hidden"))) is None
    assert detectable("an_unknown_metric", (sure, sure)) is None
    assert detectable("lumbar_change_deg", ()) is None
