"""What the lifter can do next.

In: the self-report, the findings and the verdict of one clip.  Out: a short list of general drills, whom to ask, and
the red flags if the self-report calls for them (`give`).  The drills stand in `drills.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from hingecheck.judgement import self_report
from hingecheck.records import Advice, Drill, Finding, Pattern, SelfReport, Verdict

MOST_DRILLS: Final = 3
"""Largest number of drills in one advice."""

SORE: Final = 6.0
"""Soreness of the low back, in points of 10, from which no drill with a weight is given (own choice)."""


def give(report: SelfReport, findings: Sequence[Finding], verdict: Verdict) -> Advice:
    """The advice for one clip.  Drills answer the flags first, in the order of the rules, then the pattern."""
    return of(report, [finding.rule for finding in findings if finding.status == "flag"], verdict.pattern)


def of(report: SelfReport, flags: Sequence[str], pattern: Pattern) -> Advice:
    """The advice for a clip with these flagged rules and this pattern."""
    needs = [*flags, *([pattern] if pattern not in flags else [])]
    alarming = self_report.alarming(report)
    return Advice(
        context=self_report.beside(report, pattern),
        drills=ladder(needs, loaded=report.soreness.get("low-back", 0.0) < SORE),
        see=self_report.SEE_SOON + "; ".join(self_report.RED_FLAGS) + "." if alarming else self_report.SEE,
        red_flags=self_report.RED_FLAGS if alarming else (),
    )


def ladder(needs: Sequence[str], *, loaded: bool = True) -> tuple[Drill, ...]:
    """At most MOST_DRILLS drills for these needs (rules or patterns), easiest first; without weights unless `loaded`.

    Earlier needs choose first.
    """
    possible = [drill for drill in known() if loaded or not drill.loaded]
    chosen: list[Drill] = []
    for need in needs:
        chosen += [drill for drill in possible if need in drill.answers and drill not in chosen]
    chosen = chosen[:MOST_DRILLS]
    return tuple(sorted(chosen, key=known().index))


@cache
def known() -> tuple[Drill, ...]:
    """All drills, easiest first."""
    tables = tomllib.loads((Path(__file__).parent / "drills.toml").read_text(encoding="utf-8"))
    return tuple(Drill(**table | {"answers": tuple(table["answers"])}) for table in tables["drill"])
