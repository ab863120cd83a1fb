"""Turn an Analysis, an error or a Comparison into the JSON document that the commands write or print.

`document` gives the content of `analysis.json`, `failure` the document about an error, and `comparison` the content of
`comparison.json`.  `text` turns each of them into JSON text.  Other programs read these files, so their keys must keep
their meaning.  A number that was not measured is null; its reason is in `reasons` beside it.  Numbers have four
decimals.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from hingecheck import names, quantities, texts
from hingecheck.errors import HingecheckError
from hingecheck.records import Analysis, Finding, Measure, Reason, RepMetrics, VideoInfo
from hingecheck.records.comparison import Comparison, Side
from hingecheck.records.stored import StoredRep

SCHEMA: Final = "hingecheck/analysis/1"
"""Name and version of the format of `analysis.json`."""

SCHEMA_FILE: Final = Path(__file__).with_name("analysis.schema.json")
"""The JSON Schema of that format.  It ships with the package."""

COMPARISON_SCHEMA: Final = "hingecheck/comparison/1"
"""Name and version of the format of `comparison.json`."""

EVENTS: Final = ("start_s", "onset_s", "liftoff_s", "knee_pass_s", "lockout_s", "top_s", "lowering_s", "end_s")
"""Keys of the events of a repetition, in seconds from the start of the clip.  Null: not in the clip.

A change is measured between the postures at `onset_s` (the start of the pull) and at `top_s`.
"""


def document(analysis: Analysis) -> dict[str, Any]:
    """The analysis as plain data, with the keys of `analysis.json`.  What was not measured is null, with its reason."""
    view, verdict = analysis.view, analysis.verdict
    return {
        "schema": SCHEMA,
        "video": _video(analysis.video),
        "view": {
            "side": view.side,
            "facing": view.facing,
            "yaw_deg": _measure(view.yaw_deg),
            "assessable": view.assessable,
            "reasons": list(map(texts.reason, view.reasons)),
        },
        "style": plain(asdict(analysis.style)),
        "reps": [_rep(rep) for rep in analysis.reps],
        "verdict": {
            "pattern": verdict.pattern,
            "lumbar_share_trunk": _measure(verdict.share),
            "bands": list(verdict.bands),
            "chances": {name: round(chance, quantities.STORED_DECIMALS) for name, chance in verdict.chances.items()},
            "reasons": list(map(texts.reason, verdict.reasons)),
            "reps_used": list(verdict.reps_used),
            "sentence": texts.verdict(verdict),
            "lumbar_at_start_deg": _measure(verdict.start_deg),
            "rounding": verdict.rounding,
            "opening": verdict.opening,
            "rounding_sentence": texts.rounding(verdict),
            "cue": verdict.cue,
            "cue_reason": verdict.cue_reason,
            "surer": texts.surer(verdict),
        },
        "bar": None if analysis.bar is None else {"followed": analysis.bar.by, "scale": analysis.bar.scale or None},
        "findings": [_finding(finding) for finding in analysis.findings],
        "set": {
            "metrics": {name: _measure(measure) for name, measure in analysis.over_set.items()},
            "reasons": _reasons(analysis.over_set),
            "most_different_rep": analysis.most_different,
        },
        "self_report": None if analysis.self_report.empty else plain(asdict(analysis.self_report)),
        "advice": plain(asdict(analysis.advice)),
        "provenance": _provenance(analysis),
    }


def _video(video: VideoInfo) -> dict[str, Any]:
    """The facts about the clip; its notes in words."""
    facts = plain(asdict(video) | asdict(video.repairs) | {"notes": list(map(texts.reason, video.notes))})
    del facts["repairs"]
    return dict(facts)


def failure(error: HingecheckError) -> dict[str, Any]:
    """The document about an error, which `--json` prints if there is no analysis."""
    details = {"code": error.exit_code, "kind": error.kind, "message": error.message, "remedy": error.remedy}
    return {"schema": SCHEMA, "error": details}


def comparison(compared: Comparison) -> dict[str, Any]:
    """Two repetitions and their differences (second minus first) as plain data."""
    return {
        "schema": COMPARISON_SCHEMA,
        "first": _side(compared.first),
        "second": _side(compared.second),
        "one_clip": compared.one_clip,
        "differences": {
            item.name: {
                "first": _measure(item.first),
                "second": _measure(item.second),
                "difference": _measure(item.difference),
                "reason": texts.reason(item.difference.reason) or None,
                "basis": item.basis,
                "excludes_zero": item.clear,
            }
            for item in compared.differences
        },
    }


def _side(side: Side) -> dict[str, Any]:
    stored = side.stored
    return {
        "file": stored.video.file,
        "sha256": stored.video.sha256,
        "rep": _stored_rep(side.rep),
        "verdict": {"pattern": stored.verdict.pattern, "sentence": stored.verdict.sentence},
        "provenance": dict(stored.provenance),
    }


def _stored_rep(rep: StoredRep) -> dict[str, Any]:
    """A repetition that was read from an analysis, with the keys of `analysis.json`."""
    return {
        "number": rep.number,
        "style": rep.style,
        **{name: plain(rep.events.get(name)) for name in EVENTS},
        "complete": rep.complete,
        "cut_off": rep.cut_off,
        "probability": rep.probability,
        "metrics": {name: _measure(measure) for name, measure in rep.values.items()},
        "reasons": _reasons(rep.values),
        "notes": list(rep.notes),
    }


def text(data: Mapping[str, Any]) -> str:
    """The document as JSON text, indented by two spaces, with a newline at the end.  Raises ValueError for NaN."""
    return names.readable(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False)) + "\n"


def _rep(rep: RepMetrics) -> dict[str, Any]:
    event = rep.rep
    return {
        "number": event.number,
        "style": event.style,
        **{name: plain(getattr(event, name)) for name in EVENTS},
        "onset_s": plain(rep.pulled_from_s),
        "complete": event.complete,
        "cut_off": event.cut_off,
        "probability": event.probability,
        "complete_probability": event.complete_probability,
        "style_probability": event.style_probability,
        "metrics": {name: _measure(measure) for name, measure in rep.values.items()},
        "reasons": _reasons(rep.values),
        "notes": list(map(texts.reason, rep.notes)),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "status": finding.status,
        "value": plain(finding.measure.value),
        "low": plain(finding.measure.low),
        "high": plain(finding.measure.high),
        "limit": finding.limit,
        "unit": finding.unit,
        "reps": list(finding.reps),
        "evidence_s": plain(list(finding.evidence_s)) if finding.evidence_s else None,
        "text": texts.finding(finding),
        "source": finding.source,
    }


def _reasons(values: Mapping[str, Measure]) -> dict[str, str]:
    """Why metrics are missing, of those that are."""
    return {name: texts.reason(measure.reason) for name, measure in values.items() if not measure.known}


def _provenance(analysis: Analysis) -> dict[str, Any]:
    zero = {"zero": texts.reason(Reason(analysis.spine.zero)), "zero_code": analysis.spine.zero.value}
    return texts.provenance(analysis) | zero | {"losses": _losses(analysis)}


def _losses(analysis: Analysis) -> dict[str, int]:
    """Number of frames that were measured, of those without a lifter, with a filled landmark, without a lumbar angle.

    The frames that were not measured count as the nearest one that was.
    """
    return {
        "frames_measured": len(analysis.pose.time_s),
        "frames_without_lifter": int(analysis.in_frames(~analysis.pose.seen).sum()),
        "frames_filled": int(analysis.in_frames(analysis.pose.any_filled).sum()),
        "frames_without_lumbar": int((analysis.angles.lumbar_flexion.reason != "").sum()),
    }


def _measure(measure: Measure) -> dict[str, Any] | None:
    """The number and the ends of its interval; None if it was not measured."""
    if not measure.known:
        return None
    return {"value": plain(measure.value), "low": plain(measure.low), "high": plain(measure.high)}


def plain(value: Any) -> Any:
    """The value as JSON can store it: floats rounded, NaN and infinity as null.  Also inside lists and tables."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return round(float(value), quantities.STORED_DECIMALS) if math.isfinite(value) else None
    return value
