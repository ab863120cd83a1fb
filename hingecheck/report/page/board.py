"""Make `index.html`, the board: one row for each athlete, the newest day first.

A row stands for the athlete's newest day: verdict, direction against earlier days, load, repetitions and the lumbar
share over time.  The script `index.js` draws the rows, filters and sorts them, and marks what is new.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from hingecheck import __version__, names, texts
from hingecheck.history import board, triage
from hingecheck.history.board import Person
from hingecheck.history.sessions import Session
from hingecheck.history.trends import HEADLINE
from hingecheck.history.triage import TRENDS, Row
from hingecheck.judgement import criteria
from hingecheck.judgement.criteria import Criteria
from hingecheck.records import Code, Measure
from hingecheck.report import sentences, wording
from hingecheck.report.page import template

SPARKS: Final = 12
"""Largest number of clips in a sparkline."""

ID_DIGITS: Final = 12
"""Digits of a clip's hash by which the page remembers that the coach has seen it."""

UTC: Final = "The date counts in UTC; on the lifter's own clock it may be a day earlier or later."
"""What a row says if the clip's metadata hold the date in UTC only."""


def page(people: Sequence[Person], *, live: bool = False, by_clip: bool = False) -> str:
    """The board as HTML text.  It loads only the thumbnails of the rows in view.

    `live`: the app shows it; then it links to the app's pages, and two clips can be compared.  `by_clip`: each Person
    is one clip (`history.board.alone`).
    """
    rows = [_row(person) | ({"key": person.row.outcome.entry.key} if live else {}) for person in people]
    groups = [person.row.group for person in people]
    context = {
        "counts": [(i, sentences.GROUPS[g], groups.count(g)) for i, g in enumerate(triage.GROUPS)],
        "athletes": len({names.identity(person.athlete) for person in people if person.athlete}),
        "nameless": sum(not person.athlete for person in people),
        "clips": sum(len(person.rows) for person in people),
        "failed": sum(row.failure is not None for person in people for row in person.rows),
        "version": __version__,
        "live": live,
        "by_clip": by_clip,
        "data": template.data(
            {
                "rows": rows,
                "groups": list(sentences.GROUPS.values()),
                "limits": _limits(),
                "live": live,
                "byClip": by_clip,
                "root": "../",
            }
        ),
    }
    scripts = ["common.js", "index.js"] if live else ["index.js"]
    also = {"img-src": "'self' file:"} | ({"connect-src": "'self'"} if live else {})
    return template.render("index.html", context, styles=["index.css"], scripts=scripts, also=also)


def athlete_page(athlete: str) -> str:
    """The path of an athlete's page below `--out`; "" for an unknown athlete."""
    return f"{TRENDS}/{triage.trend_name(athlete)}" if athlete else ""


@cache
def rules_used() -> Criteria:
    """The criteria of the package, read once: a season has many flags."""
    return criteria.load()


def flagged(flags: Sequence[str]) -> str:
    """The titles of the rules that are flagged, as one sentence; "" without a flag."""
    titles = [_title(flag) for flag in flags]
    return f"Flagged: {'; '.join(titles)}." if titles else ""


def _title(flag: str) -> str:
    """The title of a rule."""
    rule = rules_used().rules.get(flag)
    return rule.title if rule is not None else flag.replace("_", " ").capitalize()


def reps(session: Session | None) -> str:
    """How many repetitions a clip has: "5", or "4 of 5 complete"; "" without a result."""
    if session is None:
        return ""
    complete = sum(rep.complete for rep in session.reps)
    return str(complete) if complete == len(session.reps) else f"{complete} of {len(session.reps)} complete"


def outcome(session: Session | None) -> str:
    """The verdict of a clip in two or three words."""
    if session is None:
        return texts.REASONS[Code.NO_RESULT]
    if session.pattern == "cannot_tell" and not session.share.known:
        return "not measured"
    return sentences.pattern(session.pattern)


def _row(person: Person) -> dict[str, Any]:
    """What index.js reads of an athlete."""
    row, clip, session = person.row, person.row.outcome.entry.clip, person.row.session
    return {
        "group": triage.GROUPS.index(row.group),
        "rank": person.rank,
        "name": person.athlete,
        "date": clip.date,
        "day": sentences.day(clip.date),
        "clip": clip.file,
        "clips": len(person.newest) if clip.date else len(person.rows),
        "verdict": outcome(session),
        "share": _share(session),
        "words": _words(row),
        "load": clip.report.load_kg,
        "loadText": sentences.load(clip.report.load_kg),
        "reps": reps(session),
        "report": row.report,
        "picture": row.thumbnail,
        "page": athlete_page(person.athlete),
        "spark": _spark(person),
        "style": sentences.lift_type(session.style) if session is not None else "",
        "flags": [_title(flag) for flag in session.flags] if session is not None else [],
        "note": clip.report.note,
        "ids": [each.outcome.entry.sha256[:ID_DIGITS] for each in person.newest],
    }


def _share(session: Session | None) -> list[Any] | None:
    """The lumbar share to sort by, and as text with its interval; None if it is not measured."""
    share: Measure | None = None if session is None else session.share
    return [share.value, wording.measure(HEADLINE, share)] if share is not None and share.known else None


def _words(row: Row) -> list[str]:
    """Why the clip has no verdict and what to do, or the direction against earlier days; the flags; a doubtful date."""
    return [*_outcome_words(row), *([UTC] if row.outcome.entry.clip.utc else [])]


def _outcome_words(row: Row) -> list[str]:
    if row.session is None or not row.session.share.known:
        return [sentences.sentence(text) for text in (*row.reasons[:1], row.remedy) if text]
    change = row.change
    told = change is not None and (change.status != "not_told" or row.outcome.entry.clip.athlete)
    direction = sentences.direction(change, row.session.date) if change is not None and told else ""
    lines = (sentences.sentence(direction), *map(sentences.sentence, row.reasons[:1]), flagged(row.session.flags))
    return [line for line in lines if line]


def _spark(person: Person) -> list[list[Any]]:
    """The newest values of the lumbar share: value and text of each, the oldest first."""
    points = board.measured(person.trend)[-SPARKS:] if person.trend is not None else []
    return [[p.value.value, wording.number(HEADLINE, p.value.value)] for p in points]


def _limits() -> list[float]:
    """The limits between the patterns, for the sparklines."""
    verdict = rules_used().verdict
    return [verdict["hip_led_below"].value, verdict["low_back_led_above"].value]
