"""A clip's stored analysis as the logbook, the trends and the triage need it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from hingecheck.records import NOT_STORED, Measure, SelfReport, counting, listed
from hingecheck.records.stored import Stored


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
        return Measure.pool(known) if known else Measure.missing(NOT_STORED)


def session(stored: Stored, athlete: str, date: str, folder: str) -> Session:
    """The analysis as a session of an athlete, without the metrics that were not asked for."""
    verdict = stored.verdict
    kept = listed([rep.values for rep in stored.reps])
    return Session(
        athlete=athlete,
        date=date,
        file=stored.video.file,
        folder=folder,
        sha256=stored.video.sha256,
        version=stored.version,
        pattern=verdict.pattern,
        share=verdict.share,
        sentence=verdict.sentence,
        cue=verdict.cue,
        reasons=tuple(dict.fromkeys((*verdict.reasons, *stored.view.reasons))),
        flags=tuple(finding.rule for finding in stored.findings if finding.status == "flag"),
        reps=tuple(
            RepResult(rep.number, rep.style, rep.complete, {name: rep.values[name] for name in kept})
            for rep in stored.reps
        ),
        report=stored.self_report or SelfReport(),
    )


def only(whole: Session, metrics_kept: Collection[str]) -> Session:
    """The session with these metrics alone."""
    reps = (
        replace(rep, metrics={name: m for name, m in rep.metrics.items() if name in metrics_kept}) for rep in whole.reps
    )
    return replace(whole, reps=tuple(reps))
