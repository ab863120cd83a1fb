"""Whom to look at first: every clip of a batch in one order, with the reason for its place.

First what is clearly low-back-led, then what has changed against the athlete's own earlier days, then what could not be
measured, with what to film better, then the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Final, Literal

from hingecheck import names
from hingecheck.errors import InputError
from hingecheck.history import sessions, trends
from hingecheck.history.logbook import Logbook
from hingecheck.history.sessions import Session
from hingecheck.history.trends import Change, Trend
from hingecheck.records.season import Failure, Outcome
from hingecheck.results import reading
from hingecheck.results.folder import MARKER, THUMBNAIL

Group = Literal["low_back_led", "changed", "not_measured", "other"]

GROUPS: Final[tuple[Group, ...]] = ("low_back_led", "changed", "not_measured", "other")
SHOWN: Final = (trends.HEADLINE, "lumbar_change_deg")
"""Numbers of a repetition that the lists hold."""

REPORTS: Final = ("report.html", "keyframes.png", MARKER)
"""What a row opens: the first of these that its folder holds."""

TRENDS: Final = "trends"
"""The folder of `--out` that holds a page for every athlete."""

_LAST: Final = ("cannot_tell", "mixed", "hip_led")


@dataclass(frozen=True, slots=True)
class Row:
    """One clip: why it stands where it does, and what to do.  `report`, `thumbnail`: paths below `--out`, or ""."""

    outcome: Outcome
    session: Session | None
    change: Change | None
    failure: Failure | None
    group: Group = "other"
    report: str = ""
    thumbnail: str = ""

    @property
    def reason(self) -> str:
        """Why nothing could be told, "" if something was."""
        if self.failure is not None:
            return self.failure.message
        undecided = self.session is not None and self.session.pattern == "cannot_tell"
        return "; ".join(self.session.reasons) if undecided and self.session else ""

    @property
    def remedy(self) -> str:
        """What to do, or what to film better; the lift's cue if it was measured."""
        if self.failure is not None:
            return self.failure.remedy
        return self.session.cue if self.session else ""


@dataclass(frozen=True, slots=True)
class Season:
    """The rows in order, and the trends of every athlete among them."""

    rows: tuple[Row, ...]
    trends: tuple[tuple[Trend, ...], ...]


def sort(outcomes: Sequence[Outcome], out: Path, book: Logbook) -> Season:
    """All outcomes, what deserves a look first first; analysed clips of known athletes go into the logbook."""
    found: list[Row] = []
    book.record(_read(outcomes, out, book.path, found))
    histories = _histories(found, book)
    changes = {
        (who, point.session.sha256): point.change for who, some in histories.items() for t in some for point in t.points
    }
    placed = [_placed(replace(row, change=_of(row, changes))) for row in found]
    return Season(tuple(sorted(placed, key=_place)), tuple(histories.values()))


def _read(outcomes: Iterable[Outcome], out: Path, logbook: Path, found: list[Row]) -> Iterator[Session]:
    """Sessions for the logbook, one at a time; `found` gets the rows, with the few numbers that they show.

    All numbers of a hundred thousand clips at once would fill the memory.
    """
    for outcome in outcomes:
        row = _row(outcome, out, logbook)
        if row.session is None:
            found.append(row)
            continue
        found.append(replace(row, session=sessions.only(row.session, SHOWN)))
        if row.session.athlete:
            yield row.session


def _row(outcome: Outcome, out: Path, logbook: Path) -> Row:
    clip, place = outcome.entry.clip, out / outcome.entry.folder
    if outcome.failure is not None:
        return Row(outcome, None, None, outcome.failure)
    try:
        stored = reading.read(place / MARKER)
    except InputError as error:
        return Row(outcome, None, None, Failure(error.exit_code, error.kind, error.message, error.remedy))
    session = sessions.session(stored, clip.athlete, clip.date, inside(place, logbook))
    report = next((name for name in REPORTS if (place / name).exists()), "")
    below = outcome.entry.folder
    return Row(
        outcome,
        replace(session, file=clip.file),
        None,
        None,
        report=f"{below}/{report}" if report else "",
        thumbnail=f"{below}/{THUMBNAIL}" if (place / THUMBNAIL).exists() else "",
    )


def inside(place: Path, logbook: Path) -> str:
    """A result folder as the logbook knows it: from the folder that the logbook lies in."""
    return Path(os.path.relpath(place, logbook.parent)).as_posix()


def trend_name(athlete: str) -> str:
    """File name of an athlete's trend page."""
    return names.folder_name(athlete, names.short_hash(names.identity(athlete))) + ".html"


def _histories(found: Iterable[Row], book: Logbook) -> dict[str, tuple[Trend, ...]]:
    """All that the logbook knows of these athletes, by identity."""
    athletes = {names.identity(row.session.athlete): row.session.athlete for row in found if row.session}
    return {
        who: trends.of_athlete(book.sessions(name, trends.HEADLINE)) for who, name in sorted(athletes.items()) if name
    }


def _of(row: Row, changes: Mapping[tuple[str, str], Change]) -> Change | None:
    if row.session is None:
        return None
    nobody = Change("not_told", reason="the athlete is not known")
    return changes.get((names.identity(row.session.athlete), row.session.sha256), nobody)


def _placed(row: Row) -> Row:
    if row.session is None:
        return replace(row, group="not_measured")
    if row.session.pattern == "low_back_led":
        return replace(row, group="low_back_led")
    if row.change is not None and row.change.told == "changed":
        return replace(row, group="changed")
    lost = row.session.pattern == "cannot_tell" and not row.session.share.known
    return replace(row, group="not_measured" if lost else "other")


def _place(row: Row) -> tuple[object, ...]:
    clip = row.outcome.entry.clip
    name = (names.identity(clip.athlete), clip.date, names.identity(clip.file), str(clip.path))
    weight, pattern = 0.0, 0
    if row.session is not None and row.change is not None:
        pattern = _LAST.index(row.session.pattern) if row.session.pattern in _LAST else len(_LAST)
        if row.group == "changed":
            weight, pattern = abs(row.change.difference) / row.change.detectable, 0
        elif row.session.share.known:
            weight = row.session.share.value
    return GROUPS.index(row.group), pattern, -weight, *name


def counts(found: Sequence[Row]) -> dict[Group, int]:
    """How many clips stand in each group."""
    told = {group: len(list(some)) for group, some in groupby(found, key=lambda row: row.group)}
    return {group: told.get(group, 0) for group in GROUPS}
