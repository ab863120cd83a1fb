"""The published schema holds for real results and refuses wrong ones; the description of angles.csv fits the file."""

from __future__ import annotations

import copy
import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

import hingecheck
from hingecheck.errors import NoRepetition
from hingecheck.records import LiftType, Opening, Pattern, Rounding, Status, StyleName
from hingecheck.results import angle_table, document
from tests import stored
from tests.recordings import SAMPLES, Stored
from tests.staged import staged

jsonschema = pytest.importorskip("jsonschema", reason="extra `dev` is not installed")

VALIDATOR = jsonschema.Draft202012Validator(hingecheck.schema())


def errors(data: dict[str, Any]) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(data)]


def test_the_schema_is_a_schema_and_a_copy_is_given() -> None:
    jsonschema.Draft202012Validator.check_schema(hingecheck.schema())
    hingecheck.schema().clear()
    assert hingecheck.schema()["properties"]["schema"]["const"] == document.SCHEMA


def test_the_result_of_a_shipped_clip_fits(result: Path) -> None:
    assert errors(json.loads((result / "analysis.json").read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("name", ["low_back_led", "rdl_low_back_led"])
def test_results_of_other_shipped_clips_fit(name: str) -> None:
    a = hingecheck.analyze(SAMPLES / f"{name}.mp4", source=Stored(), soreness={"low-back": 6}, height_cm=178)
    assert errors(a.to_dict()) == []


def test_errors_earlier_results_and_synthetic_ones_fit() -> None:
    assert errors(document.document(staged())) == []
    assert errors(stored.document()) == []
    assert errors(document.failure(NoRepetition("clip.mp4: none", "Film again."))) == []


def without(*keys: str) -> Callable[[dict[str, Any]], object]:
    def change(data: dict[str, Any]) -> object:
        place = data
        for key in keys[:-1]:
            place = place[key]
        return place.pop(keys[-1])

    return change


@pytest.mark.parametrize(
    "change",
    [
        without("verdict"),
        without("video", "sha256"),
        lambda data: data.update(schema="hingecheck/analysis/2"),
        lambda data: data.update(reps=[]),
        lambda data: data["verdict"].update(pattern="good"),
        lambda data: data["view"].update(facing="up"),
        lambda data: data["reps"][0].update(complete="yes"),
        lambda data: data["reps"][0]["metrics"].update(hip_change_deg=90.0),
        lambda data: data["reps"][0]["metrics"]["hip_change_deg"].pop("low"),
        lambda data: data["reps"][0]["reasons"].update(hip_change_deg=None),
        lambda data: data["findings"][0].update(evidence_s=[1.0]),
        lambda data: data.update(error={"code": 4}),
    ],
)
def test_a_wrong_result_is_refused(change: Callable[[dict[str, Any]], object]) -> None:
    data = copy.deepcopy(document.document(staged()))
    assert errors(data) == []
    change(data)
    assert errors(data) != []


def test_the_words_of_the_schema_are_those_of_the_records() -> None:
    parts = hingecheck.schema()["$defs"]
    assert parts["verdict"]["properties"]["pattern"]["enum"] == list(get_args(Pattern))
    assert parts["verdict"]["properties"]["opening"]["enum"] == list(get_args(Opening))
    assert parts["verdict"]["properties"]["rounding"]["enum"] == list(get_args(Rounding))
    assert parts["finding"]["properties"]["status"]["enum"] == list(get_args(Status))
    assert parts["style"]["properties"]["name"]["examples"] == list(get_args(StyleName))
    assert parts["rep"]["properties"]["style"]["examples"] == list(get_args(LiftType))
    assert set(document.EVENTS) <= set(parts["rep"]["properties"])


def test_the_schema_names_every_key_that_a_result_holds() -> None:
    parts, data = hingecheck.schema()["$defs"], document.document(staged())
    assert set(data) - {"schema"} <= set(parts["analysis"]["properties"])
    for name in ("video", "view", "style", "verdict", "set", "advice"):
        assert set(data[name]) <= set(parts[name]["properties"]), name
    assert set(data["reps"][0]) <= set(parts["rep"]["properties"])
    assert set(data["findings"][0]) <= set(parts["finding"]["properties"])


def test_the_description_of_the_angles_fits_the_file(result: Path) -> None:
    described = json.loads((result / angle_table.METADATA).read_text(encoding="utf-8"))
    columns = described["tableSchema"]["columns"]
    with (result / described["url"]).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [column["titles"] for column in columns] == list(rows[0])
    assert {column["schema:unitText"] for column in columns} == {"second", "degree"}
    for column in columns:
        cells = [row[column["name"]] for row in rows]
        assert column["dc:description"]
        assert all(cell != "" or not column["required"] for cell in cells)
        assert all(float(cell) == float(cell) for cell in cells if cell != column["null"])
    keys = [row[described["tableSchema"]["primaryKey"]] for row in rows]
    assert len(set(keys)) == len(keys)
