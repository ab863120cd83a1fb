"""Make the clinician's report as a FHIR R4 bundle.  A FHIR library validates it.

Patient and date come from the user or are left out; nothing is invented.  Every resource has the status preliminary,
because no clinician has signed it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hingecheck import texts
from hingecheck.errors import ExtraMissing, ResultUnreadable
from hingecheck.records import Measure, listed
from hingecheck.records.stored import Stored, StoredRep
from hingecheck.report import wording
from hingecheck.report.clinic import clinical, fhir_codes
from hingecheck.report.clinic.clinical import Wanted

UCUM: Final = "http://unitsofmeasure.org"
ABSENT: Final = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
CATEGORY: Final = "http://terminology.hl7.org/CodeSystem/observation-category"
SERVICE: Final = "http://terminology.hl7.org/CodeSystem/v2-0074"
_EXTRA: Final = "Run pip install 'hingecheck[clinic]'."

Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the resources of one bundle.  Their ids depend only on the analysis."""

    stored: Stored
    wanted: Wanted
    patient: Mapping[str, Any] | None

    def url(self, name: str) -> str:
        """The address of a resource within the bundle."""
        return f"urn:uuid:{uuid.uuid5(fhir_codes.NAMESPACE, f'{self.stored.sha256}/{name}')}"

    def shared(self, effective: str | None = "effectiveDateTime") -> Resource:
        """Subject and date, if known."""
        day = clinical.iso(self.wanted.date)
        subject: Resource = {} if self.patient is None else {"subject": dict(self.patient)}
        return subject | ({effective: day} if effective and day else {})

    def observations(self) -> Iterator[tuple[str, Resource]]:
        """The pattern, the share behind it, and each metric that has a code, for each repetition."""
        verdict = self.stored.verdict
        used = _component("repetitions-used", {"valueInteger": len(verdict.reps_used)})
        pattern = self.observation("pattern", {"valueCodeableConcept": fhir_codes.concept(verdict.pattern)}, [used])
        notes = [{"text": reason} for reason in verdict.reasons]
        yield "pattern", pattern | ({"note": notes} if notes else {})
        yield "share", self.metric("lumbar_share_trunk", verdict.share, [used])
        for rep in self.stored.reps:
            yield from self._of_rep(rep)

    def _of_rep(self, rep: StoredRep) -> Iterator[tuple[str, Resource]]:
        number = _component("repetition", {"valueInteger": rep.number})
        for name in listed([each.values for each in self.stored.reps]):
            if name in fhir_codes.metrics():
                yield f"rep-{rep.number}-{name}", self.metric(name, rep.values[name], [number])

    def metric(self, name: str, measure: Measure, parts: list[Resource]) -> Resource:
        """An observation of a metric: value and interval, or the reason why it was not measured."""
        if not measure.known:
            absent = {"coding": [{"system": ABSENT, "code": "unknown"}], "text": texts.reason(measure.reason)}
            return self.observation(name, {"dataAbsentReason": absent}, parts)
        ends = [
            _component(f"interval-90-{end}", {"valueQuantity": _quantity(name, getattr(measure, end))})
            for end in ("low", "high")
        ]
        return self.observation(name, {"valueQuantity": _quantity(name, measure.value)}, [*ends, *parts])

    def observation(self, code: str, value: Resource, parts: list[Resource]) -> Resource:
        """An observation with the parts that all observations have in common."""
        return {
            "resourceType": "Observation",
            "status": "preliminary",
            "category": [{"coding": [{"system": CATEGORY, "code": "procedure"}]}],
            "code": fhir_codes.concept(code),
            **self.shared(),
            **value,
            **fhir_codes.body_site(code),
            "method": {"text": "One camera, side view; landmarks and outline of the body"},
            "device": {"reference": self.url("device")},
            "component": parts,
        }

    def device(self) -> Resource:
        """The software and its models, with their hashes."""
        versions, models = (self.stored.provenance.get(name) for name in ("versions", "models"))
        packages = versions if isinstance(versions, dict) else {}
        listed = [{"type": {"text": str(name)}, "value": str(version)} for name, version in packages.items()]
        for role, model in models.items() if isinstance(models, dict) else ():
            if isinstance(model, dict):
                listed.append({"type": {"text": f"model {role}, sha256"}, "value": str(model.get("sha256"))})
        return {
            "resourceType": "Device",
            "deviceName": [{"name": "hingecheck", "type": "model-name"}],
            "type": {"text": "Software that measures movement in a video"},
            "version": listed,
        }

    def answers(self) -> Resource | None:
        """What the lifter reported, item by item; None without a report."""
        items = list(fhir_codes.answers(self.stored.self_report)) if self.stored.self_report else []
        if not items:
            return None
        return {
            "resourceType": "QuestionnaireResponse",
            "questionnaire": fhir_codes.QUESTIONNAIRE,
            "status": "completed",
            **self.shared("authored"),
            "item": items,
        }

    def report(self, pdf: bytes, results: list[str]) -> Resource:
        """The report itself, with the PDF attached."""
        verdict = self.stored.verdict
        flags = [finding.text for finding in self.stored.findings if finding.status == "flag"]
        return {
            "resourceType": "DiagnosticReport",
            "identifier": [
                {"system": fhir_codes.ANALYSIS_HASH, "value": self.stored.sha256},
                {"system": fhir_codes.VIDEO_HASH, "value": self.stored.video.sha256},
            ],
            "status": "preliminary",
            "category": [{"coding": [{"system": SERVICE, "code": "OTH"}]}],
            "code": fhir_codes.concept("movement-report"),
            **self.shared(),
            "result": [{"reference": self.url(name)} for name in results],
            "conclusion": " ".join([verdict.sentence, *flags, "Describes movement; not a diagnosis."]),
            "conclusionCode": [fhir_codes.concept(verdict.pattern)],
            "presentedForm": [_attachment(pdf, clinical.iso(self.wanted.date))],
        }


def bundle(stored: Stored, wanted: Wanted, pdf: bytes, patient: Mapping[str, Any] | None) -> str:
    """The bundle as JSON text.  The same input gives the same text.

    `pdf`: the report to attach.  `patient`: a FHIR Reference (reference or identifier), or None.  Raises ExtraMissing
    without the FHIR library, ResultUnreadable if the analysis does not fit into FHIR.
    """
    make = _Maker(stored, wanted, patient)
    resources = dict(make.observations())
    results = list(resources)
    resources["device"] = make.device()
    answers = make.answers()
    if answers is not None:
        resources |= {"self-report": answers, "questionnaire": fhir_codes.questionnaire(answers["item"])}
    resources["codes"] = fhir_codes.code_system()
    entries = [("report", make.report(pdf, results)), *resources.items()]
    data = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": make.url(name), "resource": resource} for name, resource in entries],
    }
    _validate(data)
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _validate(data: Resource) -> None:
    """Check the bundle with the library's R4B models.  For the resources used here, R4B equals R4."""
    try:
        from fhir.resources.R4B.bundle import Bundle
    except ModuleNotFoundError as error:
        raise ExtraMissing("the FHIR bundle needs fhir.resources, which is not installed", _EXTRA) from error
    try:
        Bundle.model_validate(data)
    except ValueError as error:
        lines = str(error).splitlines()
        raise ResultUnreadable(
            f"the analysis holds values that FHIR does not allow ({'; '.join(lines[1:3])})",
            "Analyze the clip again. If the file was edited by hand, restore the original.",
        ) from error


def _component(code: str, value: Resource) -> Resource:
    return {"code": fhir_codes.concept(code), **value}


def _quantity(name: str, value: float) -> Resource:
    code = fhir_codes.metrics()[name]["unit"]
    unit = wording.unit(name)
    shown = round(unit.factor * value, unit.decimals or None) + 0  # a whole number says that it is rounded to one
    return {"value": shown, "unit": {"deg": "°"}.get(code, code), "system": UCUM, "code": code}


def _attachment(pdf: bytes, day: str | None) -> Resource:
    digest = hashlib.sha1(pdf, usedforsecurity=False).digest()  # FHIR requires SHA-1 for this field
    attachment = {
        "contentType": "application/pdf",
        "language": "en",
        "data": base64.b64encode(pdf).decode(),
        "size": len(pdf),
        "hash": base64.b64encode(digest).decode(),
        "title": "Movement report: deadlift",
    }
    return attachment | ({"creation": day} if day else {})
