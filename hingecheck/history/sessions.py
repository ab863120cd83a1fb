"""A clip's result as the logbook and the triage need it, read from `analysis.json`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from hingecheck import texts
from hingecheck.errors import ResultUnreadable
from hingecheck.records import Code, Measure, SelfReport, bounded, counting, listed

SCHEMA: Final = "hingecheck/analysis/1"
_NUMBERS: Final = ("sitting_hours", "load_kg", "rpe")
_NOT_A_RESULT: Final = "Give a folder that hingecheck wrote, or analyze the clip again."


@dataclass(frozen=True, slots=True)
class RepResult:
    """One repetition and what was measured of it, by the contract's names, without what was not asked for."""

    number: int
    style: str
    complete: bool
    metrics: Mapping[str, Measure]


@dataclass(frozen=True, slots=True)
class Session:
    """One analysed clip of one athlete; `date` is YYYY-MM-DD or "", `folder` the result's, as the logbook knows it."""

    athlete: str
    date: str
    file: str
    folder: str
    sha256: str
    version: str
    pattern: str
    share: Measure
    sentence: str
    cue: str
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    reps: tuple[RepResult, ...]
    report: SelfReport = field(default_factory=SelfReport)

    @property
    def style(self) -> str:
        """The style of most repetitions, "" without any."""
        styles = Counter(rep.style for rep in self.reps)
        return max(sorted(styles), key=lambda style: styles[style], default="")

    def value(self, metric: str) -> Measure:
        """The metric over the repetitions that count."""
        known = [rep.metrics[metric] for rep in counting(self.reps) if metric in rep.metrics]
        return Measure.pool(known) if known else Measure.missing(Code.NOT_STORED)


def read(folder: Path) -> dict[str, Any]:
    """The document in a result folder; raises ResultUnreadable if there is none that can be read."""
    path = folder / "analysis.json"
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultUnreadable(f"{path}: cannot be read as a result", _NOT_A_RESULT) from error
    if not isinstance(told, dict) or told.get("schema") != SCHEMA or "error" in told:
        raise ResultUnreadable(f"{path}: is no result of schema {SCHEMA}", _NOT_A_RESULT)
    return told


def session(told: Mapping[str, Any], athlete: str, date: str, folder: str) -> Session:
    """The result as a session of an athlete; raises ResultUnreadable if the document is not whole."""
    try:
        verdict = told["verdict"]
        made = Session(
            athlete=athlete,
            date=date,
            file=str(told["video"]["file"]),
            folder=folder,
            sha256=str(told["video"]["sha256"]),
            version=str(told["provenance"].get("versions", {}).get("hingecheck", "")),
            pattern=str(verdict["pattern"]),
            share=bounded("lumbar_share_trunk", measure(verdict.get("lumbar_share_trunk"))),
            sentence=str(verdict.get("sentence", "")),
            cue=str(verdict.get("cue", "")),
            reasons=tuple(dict.fromkeys(map(str, [*verdict["reasons"], *told["view"]["reasons"]]))),
            flags=tuple(str(finding["rule"]) for finding in told["findings"] if finding["status"] == "flag"),
            reps=tuple(_rep(rep) for rep in told["reps"]),
            report=_report(told.get("self_report") or {}),
        )
        return only(made, listed([rep.metrics for rep in made.reps]))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ResultUnreadable(f"{folder}: the result lacks what a session needs ({error})", _NOT_A_RESULT) from error


def only(whole: Session, metrics_kept: Collection[str]) -> Session:
    """The session with these metrics alone."""
    reps = (
        replace(rep, metrics={name: m for name, m in rep.metrics.items() if name in metrics_kept}) for rep in whole.reps
    )
    return replace(whole, reps=tuple(reps))


def measure(told: Mapping[str, Any] | None, reason: str = "") -> Measure:
    """A measure from JSON; null is missing, with the reason told for it."""
    if told is None:
        return Measure.missing(texts.stored(reason) if reason else Code.NOT_TOLD)
    return Measure(float(told["value"]), float(told["low"]), float(told["high"]))


def _rep(told: Mapping[str, Any]) -> RepResult:
    reasons = told.get("reasons", {})
    values = {n: bounded(n, measure(value, str(reasons.get(n, "")))) for n, value in told["metrics"].items()}
    return RepResult(int(told["number"]), str(told.get("style", "")), bool(told["complete"]), values)


def _report(told: Mapping[str, Any]) -> SelfReport:
    numbers = {name: None if told.get(name) is None else float(told[name]) for name in _NUMBERS}
    soreness = {str(site): float(score) for site, score in (told.get("soreness") or {}).items()}
    return SelfReport(soreness, **numbers, note=str(told.get("note") or ""))
