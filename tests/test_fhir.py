"""The FHIR bundle is valid, complete and reproducible, and contains only what the result and the user state."""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from hingecheck.errors import ExtraMissing, ResultUnreadable
from hingecheck.records.stored import Stored
from hingecheck.report.clinic import fhir
from hingecheck.report.clinic.clinical import Wanted
from hingecheck.results import reading
from tests import stored

PATIENT = {"identifier": {"system": "urn:oid:1.2.3", "value": "4711"}}
DATES = {"effectiveDateTime", "authored", "issued", "creation", "timestamp", "date"}


@pytest.fixture
def result(tmp_path: Path) -> Stored:
    return reading.read(stored.write(tmp_path))


def resources(text: str, kind: str) -> list[dict[str, Any]]:
    return [e["resource"] for e in json.loads(text)["entry"] if e["resource"]["resourceType"] == kind]


def members(value: Any) -> Iterator[tuple[str, Any]]:
    """All names and values of a document, at any depth."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            yield from members(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from members(inner)


def test_the_bundle_is_valid_and_contains_the_report(result: Stored) -> None:
    text = fhir.bundle(result, Wanted(date=(2026, 11, 24)), b"%PDF", PATIENT)
    assert Bundle.model_validate_json(text).type == "collection"
    (report,) = resources(text, "DiagnosticReport")
    (form,) = report["presentedForm"]
    assert base64.b64decode(form["data"]) == b"%PDF"
    assert base64.b64decode(form["hash"]) == hashlib.sha1(b"%PDF").digest()
    assert report["subject"] == PATIENT
    assert report["status"] == "preliminary"
    assert report["effectiveDateTime"] == "2026-11-24"
    assert {item["value"] for item in report["identifier"]} == {result.sha256, result.video.sha256}


def test_every_reference_and_every_own_code_is_defined(result: Stored) -> None:
    text = fhir.bundle(result, Wanted(), b"%PDF", None)
    bundle = json.loads(text)
    urls = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(urls)) == len(urls)
    assert {value for name, value in members(bundle) if name == "reference"} <= set(urls)
    (system,) = resources(text, "CodeSystem")
    defined = {concept["code"] for concept in system["concept"] if len(concept["definition"]) > 10}
    own = [v for n, v in members(bundle) if n == "coding" for v in v if v["system"] == system["url"]]
    assert own
    assert {coding["code"] for coding in own} <= defined
    (answers,) = resources(text, "QuestionnaireResponse")
    (questions,) = resources(text, "Questionnaire")
    links = [{v for n, v in members(each) if n == "linkId"} for each in (answers, questions)]
    assert answers["questionnaire"] == questions["url"]
    assert links[0] == links[1] == {"soreness", "soreness-low-back", "sitting-hours", "load-kg", "rpe", "note"}


def test_every_observation_has_a_ucum_unit_and_an_interval_or_a_reason(result: Stored) -> None:
    observations = resources(fhir.bundle(result, Wanted(), b"%PDF", None), "Observation")
    codes = [o["code"]["coding"][0]["code"] for o in observations]
    assert codes.count("hip_change_deg") == 2
    for observation in observations:
        parts = {c["code"]["coding"][0]["code"]: c for c in observation["component"]}
        if "valueQuantity" in observation:
            low, value, high = (
                quantity["valueQuantity"]
                for quantity in (parts["interval-90-low"], observation, parts["interval-90-high"])
            )
            assert low["value"] <= value["value"] <= high["value"]
            assert value["system"] == "http://unitsofmeasure.org"
            assert value["code"] in {"deg", "%", "s"}
        else:
            assert "valueCodeableConcept" in observation or observation["dataAbsentReason"]["text"]


def test_values_have_the_digits_of_the_letter_and_a_body_site(tmp_path: Path) -> None:
    document = stored.document(1)
    document["reps"][0]["metrics"]["lumbar_at_start_deg"] = {"value": 31.26, "low": 22.7, "high": 39.8}
    bundle = fhir.bundle(reading.read(stored.write(tmp_path, document)), Wanted(), b"%PDF", None)
    observations = resources(bundle, "Observation")
    sites = {o["code"]["coding"][0]["code"]: o.get("bodySite", {}).get("text") for o in observations}
    assert sites["lumbar_at_start_deg"] == sites["lumbar_share_trunk"] == "Low back"
    assert {code for code, site in sites.items() if site is None} <= {"pattern", "concentric_s"}
    for value in (v for o in observations for n, v in members(o) if n == "valueQuantity"):
        decimals = {"deg": 0, "%": 0, "s": 1}[value["code"]]
        assert len(repr(value["value"]).partition(".")[2]) == decimals, value


def test_an_unmeasured_value_has_its_reason(tmp_path: Path) -> None:
    document = stored.document(1)
    document["reps"][0]["metrics"]["hip_change_deg"] = None
    document["reps"][0]["reasons"]["hip_change_deg"] = "a plate"
    text = fhir.bundle(reading.read(stored.write(tmp_path, document)), Wanted(), b"", None)
    absent = [o["dataAbsentReason"]["text"] for o in resources(text, "Observation") if "dataAbsentReason" in o]
    assert absent == ["a plate"]


def test_dates_and_patient_are_absent_unless_given(result: Stored) -> None:
    plain = fhir.bundle(result, Wanted(), b"%PDF", None)
    names = {name for name, _ in members(json.loads(plain))}
    assert not names & (DATES | {"subject", "patient", "performer"})
    assert "jane" not in plain
    named = fhir.bundle(result, Wanted(), b"%PDF", {"display": "P17"})
    assert {json.dumps(v) for n, v in members(json.loads(named)) if n == "subject"} == {'{"display": "P17"}'}


def test_the_same_input_gives_the_same_bundle(result: Stored) -> None:
    assert fhir.bundle(result, Wanted(), b"%PDF", PATIENT) == fhir.bundle(result, Wanted(), b"%PDF", PATIENT)


def test_a_missing_library_and_invalid_values_give_clear_errors(
    result: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ResultUnreadable, match="values that FHIR does not allow"):
        fhir.bundle(result, Wanted(), b"%PDF", {"reference": 7})
    monkeypatch.setitem(sys.modules, "fhir.resources.R4B.bundle", None)
    with pytest.raises(ExtraMissing) as caught:
        fhir.bundle(result, Wanted(), b"%PDF", None)
    assert "hingecheck[clinic]" in caught.value.remedy
