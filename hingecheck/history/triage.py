"""Triage: sort the clips of a batch so that the most urgent ones come first, each with the reason for its place.

`sort` takes how every clip ended (Outcome) and the logbook.  It gives a Season: the rows of the list, in order, and the
trends of all athletes in it.

Steps:

1. Read the result of every clip.  Write the sessions of known athletes into the logbook.  Keep only the few metrics
   that the list shows, because all metrics of a hundred thousand clips would fill the memory.
2. Read the history of every athlete from the logbook and compute the trends.
3. Put every clip into the first group that fits: "low_back_led" (the verdict is clear), "changed" (larger than
   measurement error, against the athlete's own earlier days), "not_measured" (with what to film better), "other".
4. Sort by group.  Within "changed", the largest change relative to its limit comes first.  Within the other groups,
   sort by verdict (cannot_tell, mixed, hip_led, then the rest), and then by lumbar share, the largest first.  Ties
   are sorted by athlete, date and file.
"""

from __future__ import annotations

import os
import re
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
from hingecheck.records import Code, Reason
from hingecheck.records.season import Failure, Outcome
from hingecheck.results import reading
from hingecheck.results.folder import MARKER, THUMBNAIL

Group = Literal["low_back_led", "changed", "not_measured", "other"]
"""The groups of the list."""

GROUPS: Final[tuple[Group, ...]] = ("low_back_led", "changed", "not_measured", "other")
"""The groups in the order of the list, the most urgent first."""

SHOWN: Final = (trends.HEADLINE, "lumbar_change_deg")
"""The metrics that the list shows."""

REPORTS: Final = ("report.html", "keyframes.png", MARKER)
"""The file that a row links to: the first of these that exists in the result folder."""

TRENDS: Final = "trends"
"""The folder below `--out` that contains a page for every athlete."""

_TREND_NAME: Final = re.compile(r"([a-z0-9-]+-)?[0-9a-f]{12}\.html")

_PATTERN_ORDER: Final = ("cannot_tell", "mixed", "hip_led")
"""The order of the verdicts within a group; other verdicts come last."""


@dataclass(frozen=True, slots=True)
class Row:
    """One clip of the list.

    `session` is None if the clip gave no result; `failure` then says why.  `report` and `thumbnail` are paths below
    `--out`, or "" if there is no such file.
    """

    outcome: Outcome
    session: Session | None
    change: Change | None
    failure: Failure | None
    group: Group = "other"
    report: str = ""
    thumbnail: str = ""

    @property
    def reason(self) -> str:
        """Why the clip has no result or no verdict; "" if it has both."""
        return "; ".join(self.reasons)

    @property
    def reasons(self) -> Sequence[str]:
        """The same, one by one, the main one first."""
        if self.failure is not None:
            return (self.failure.message,)
        undecided = self.session is not None and self.session.pattern == "cannot_tell"
        return self.session.reasons if undecided and self.session else ()

    @property
    def remedy(self) -> str:
        """What to do about a failure, or the cue for the lifter if the clip was measured."""
        if self.failure is not None:
            return self.failure.remedy
        return self.session.cue if self.session else ""


@dataclass(frozen=True, slots=True)
class Season:
    """The rows of the list, in order, and the trends of every athlete in it."""

    rows: tuple[Row, ...]
    trends: tuple[tuple[Trend, ...], ...]


def sort(outcomes: Sequence[Outcome], out: Path, book: Logbook) -> Season:
    """Sort the outcomes of a batch, whose results are below `out`; write the sessions of known athletes into `book`."""
    rows: list[Row] = []
    book.record(_read(outcomes, out, book.path, rows))  # step 1
    return arranged(rows, _histories(rows, book))


def arranged(rows: Iterable[Row], histories: Mapping[str, tuple[Trend, ...]]) -> Season:
    """Steps 3 and 4: the rows in the order of the list.  `histories`: trends by the identity of the athlete."""
    changes = {
        (identity, point.session.sha256): point.change
        for identity, athlete_trends in histories.items()
        for trend in athlete_trends
        for point in trend.points
    }
    grouped = [_with_group(replace(row, change=_change(row, changes))) for row in rows]  # step 3
    return Season(tuple(sorted(grouped, key=_sort_key)), tuple(histories.values()))  # step 4


def _read(outcomes: Iterable[Outcome], out: Path, logbook: Path, rows: list[Row]) -> Iterator[Session]:
    """Yield the sessions for the logbook one at a time, with all metrics.

    Appends a row for every outcome to `rows`, with only the metrics that the list shows.
    """
    for outcome in outcomes:
        row = read(outcome, out, logbook)
        if row.session is None:
            rows.append(row)
            continue
        rows.append(lean(row))
        if row.session.athlete:
            yield row.session


def lean(row: Row) -> Row:
    """The row with only the metrics that the list shows."""
    return row if row.session is None else replace(row, session=sessions.only(row.session, SHOWN))


def read(outcome: Outcome, out: Path, logbook: Path) -> Row:
    """The row of one clip, without its change and group.  A damaged result becomes a failure.

    `out` is the folder above the result folder, `logbook` the file of the logbook.
    """
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
    """The path of a result folder as the logbook stores it: relative to the folder of the logbook."""
    return Path(os.path.relpath(place, logbook.parent)).as_posix()


def trend_name(athlete: str) -> str:
    """The file name of an athlete's page."""
    return names.folder_name(athlete, names.short_hash(names.identity(athlete))) + ".html"


def is_trend_name(name: str) -> bool:
    """True if a file name may be that of an athlete's page."""
    return _TREND_NAME.fullmatch(name) is not None


def _histories(rows: Iterable[Row], book: Logbook) -> dict[str, tuple[Trend, ...]]:
    """The trends of every athlete in the rows, from the logbook, by the identity of the athlete."""
    athletes = {names.identity(row.session.athlete): row.session.athlete for row in rows if row.session}
    return {
        identity: trends.of_athlete(book.sessions(name, trends.HEADLINE))
        for identity, name in sorted(athletes.items())
        if name
    }


def _change(row: Row, changes: Mapping[tuple[str, str], Change]) -> Change | None:
    """The change of the row's clip, from `changes` by identity and content hash; None if the clip has no result."""
    if row.session is None:
        return None
    nobody = Change("not_told", reason=Reason(Code.NO_ATHLETE))
    return changes.get((names.identity(row.session.athlete), row.session.sha256), nobody)


def _with_group(row: Row) -> Row:
    """The row with the first group that fits."""
    if row.session is None:
        return replace(row, group="not_measured")
    if row.session.pattern == "low_back_led":
        return replace(row, group="low_back_led")
    if row.change is not None and row.change.status == "changed":
        return replace(row, group="changed")
    unknown = row.session.pattern == "cannot_tell" and not row.session.share.known
    return replace(row, group="not_measured" if unknown else "other")


def _sort_key(row: Row) -> tuple[object, ...]:
    """The key that sorts the rows as step 4 says."""
    clip = row.outcome.entry.clip
    name = (names.identity(clip.athlete), clip.date, names.identity(clip.file), str(clip.path))
    weight, pattern = 0.0, 0
    if row.session is not None and row.change is not None:
        known = row.session.pattern in _PATTERN_ORDER
        pattern = _PATTERN_ORDER.index(row.session.pattern) if known else len(_PATTERN_ORDER)
        if row.group == "changed":
            weight, pattern = abs(row.change.difference) / row.change.detectable, 0
        elif row.session.share.known:
            weight = row.session.share.value
    return GROUPS.index(row.group), pattern, -weight, *name


def counts(rows: Sequence[Row]) -> dict[Group, int]:
    """The number of clips in each group.  The rows must be sorted."""
    sizes = {group: len(list(members)) for group, members in groupby(rows, key=lambda row: row.group)}
    return {group: sizes.get(group, 0) for group in GROUPS}
