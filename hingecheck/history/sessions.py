"""A session: the part of one clip's analysis that the history keeps.

`session` takes a Stored analysis, the athlete and the date, and gives a Session.  The logbook stores sessions.  The
trends and the triage use them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from hingecheck.records import Code, Measure, SelfReport, counting, listed
from hingecheck.records.stored import Stored


@dataclass(frozen=True, slots=True)
class RepResult:
    """One repetition with its metrics.  The names of the metrics are those of `analysis.json`."""

    number: int
    style: str
    complete: bool
    metrics: Mapping[str, Measure]


@dataclass(frozen=True, slots=True)
class Session:
    """One analyzed clip of one athlete.

    `date` is YYYY-MM-DD, or "" if unknown.  `folder` is the result folder, relative to the folder of the logbook.
    `sha256` is the content hash of the clip, and `version` the version of hingecheck that analyzed it.  `share` is the
    lumbar share of the verdict, from 0 to 1.  `flags` are the rules that found something.
    """

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
        """The type of lift that most repetitions have; "" without repetitions."""
        styles = Counter(rep.style for rep in self.reps)
        return max(sorted(styles), key=lambda style: styles[style], default="")

    def value(self, metric: str) -> Measure:
        """The metric pooled over the complete repetitions, or over all if none is complete."""
        known = [rep.metrics[metric] for rep in counting(self.reps) if metric in rep.metrics]
        return Measure.pool(known) if known else Measure.missing(Code.NOT_STORED)


def session(stored: Stored, athlete: str, date: str, folder: str) -> Session:
    """The analysis as a session of an athlete, without metrics that were not asked for in any repetition."""
    verdict = stored.verdict
    kept = listed([rep.values for rep in stored.together])
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
            for rep in stored.together
        ),
        report=stored.self_report or SelfReport(),
    )


def only(whole: Session, metrics_kept: Collection[str]) -> Session:
    """The session with only these metrics."""
    reps = (
        replace(rep, metrics={name: m for name, m in rep.metrics.items() if name in metrics_kept}) for rep in whole.reps
    )
    return replace(whole, reps=tuple(reps))
