"""Codes and questionnaire of the FHIR bundle, from fhir_codes.toml, and the lifter's answers in this form."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from hingecheck.records import SelfReport
from hingecheck.report import wording

NAMESPACE: Final = uuid.UUID("5b0f8a52-5f5e-4d0c-9d8e-2f6f0c4f3b11")
"""Namespace of the UUIDs of our codes.  The project has no web address that could name them."""


def _own(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(NAMESPACE, name)}"


CODES: Final = _own("codes/1")
QUESTIONNAIRE: Final = _own("questionnaire/1")
ANALYSIS_HASH: Final = _own("sha256 of analysis.json")
VIDEO_HASH: Final = _own("sha256 of the video")


@cache
def _tables() -> dict[str, dict[str, dict[str, Any]]]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))


def metrics() -> Mapping[str, dict[str, Any]]:
    """Metrics that have a code, with their UCUM unit."""
    return _tables()["metric"]


@cache
def _all() -> dict[str, dict[str, Any]]:
    named = {code: entry | {"display": wording.name(code)} for code, entry in metrics().items()}
    return {code: entry for group in _tables().values() for code, entry in group.items()} | named


def concept(code: str) -> dict[str, Any]:
    """A CodeableConcept of our code system.  Raises KeyError for an unknown code."""
    display = _all()[code]["display"]
    return {"coding": [{"system": CODES, "code": code, "display": display}], "text": display}


def body_site(code: str) -> dict[str, Any]:
    """The `bodySite` of an observation with that code; empty if it has none."""
    site = metrics().get(code, {}).get("site", "")
    return {"bodySite": concept(site)} if site else {}


def code_system() -> dict[str, Any]:
    """The CodeSystem resource: all our codes with their definitions."""
    names = ("display", "definition")
    return {
        "resourceType": "CodeSystem",
        "url": CODES,
        "version": "1",
        "name": "HingecheckCodes",
        "title": "Codes of hingecheck",
        "status": "active",
        "content": "complete",
        "caseSensitive": True,
        "concept": [{"code": code} | {name: entry[name] for name in names} for code, entry in _all().items()],
    }


def answers(report: SelfReport) -> Iterator[dict[str, Any]]:
    """The lifter's report as items of a QuestionnaireResponse."""
    scores = [
        _item(f"soreness-{site}", f"Soreness: {site.replace('-', ' ')}", {"valueDecimal": score})
        for site, score in report.soreness.items()
    ]
    if scores:
        yield {"linkId": "soreness", "text": _question("soreness")["display"], "item": scores}
    for code in ("sitting-hours", "load-kg"):
        value = getattr(report, code.replace("-", "_"))
        if value is not None:
            unit = _question(code)["unit"]
            quantity = {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}
            yield _item(code, _question(code)["display"], {"valueQuantity": quantity})
    if report.rpe is not None:
        yield _item("rpe", _question("rpe")["display"], {"valueDecimal": report.rpe})
    if report.note.strip():
        yield _item("note", _question("note")["display"], {"valueString": report.note.strip()})


def questionnaire(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The Questionnaire with the answered questions.  With it, other software can read the answers."""
    return {
        "resourceType": "Questionnaire",
        "url": QUESTIONNAIRE,
        "version": "1",
        "name": "HingecheckSelfReport",
        "title": "What the lifter reports",
        "status": "active",
        "item": [_asked(item) for item in items],
    }


def _asked(item: Mapping[str, Any]) -> dict[str, Any]:
    head = {"linkId": item["linkId"], "text": item["text"]}
    if "item" in item:
        return head | {"type": "group", "item": [_asked(part) for part in item["item"]]}
    kind = next(name.removeprefix("value").lower() for name in item["answer"][0])
    return head | {"type": kind}


def _question(code: str) -> dict[str, Any]:
    return _tables()["question"][code]


def _item(link: str, words: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"linkId": link, "text": words, "answer": [value]}
