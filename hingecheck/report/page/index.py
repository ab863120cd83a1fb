"""Write the overview of a batch: the board, a page for each athlete, results.csv and results.parquet.

Every report gets a line that names its athlete and leads back to the board.  The tables keep the order of the triage:
clips to review first come first.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hingecheck.errors import UsageError
from hingecheck.history import board, triage
from hingecheck.history.board import Person
from hingecheck.history.triage import TRENDS, Row, Season
from hingecheck.records import Code, Measure
from hingecheck.report import sentences
from hingecheck.report.page import board as board_page
from hingecheck.report.page import session_line, trend
from hingecheck.report.tables import table
from hingecheck.report.tables.table import Cell, Kind, Table
from hingecheck.results import folder

COLUMNS: Final[dict[str, Kind]] = {
    "place": "count",
    "group": "text",
    "athlete": "text",
    "date": "text",
    "clip": "text",
    "load_kg": "number",
    "pattern": "text",
    "lumbar_share_trunk": "number",
    "lumbar_share_trunk_low": "number",
    "lumbar_share_trunk_high": "number",
    "lumbar_change_deg": "number",
    "lumbar_change_deg_low": "number",
    "lumbar_change_deg_high": "number",
    "reps": "count",
    "reps_complete": "count",
    "flags": "text",
    "change": "text",
    "change_of_share": "number",
    "detectable_change": "number",
    "exit_code": "count",
    "reason": "text",
    "what_to_do": "text",
    "folder": "text",
    "report": "text",
    "sha256": "text",
    "date_zone": "text",
}
CHANGE: Final = "lumbar_change_deg"
ZONE: Final = "UTC"
"""What `date_zone` holds if the date counts in UTC, because the clip's metadata hold no other time zone."""


def write(season: Season, out: Path) -> bool:
    """Write the tables, the board and the pages of the athletes into `out`.

    Returns True if the Parquet file was written, False if pyarrow is not installed.  Raises UsageError if `out` cannot
    be written.
    """
    people, clips = board.people(season), as_table(season.rows)
    try:
        _put_athletes(people, out / TRENDS)
        session_line.put(people, out)
        folder.put(out / "results.csv", table.as_csv(clips))
        folder.put(out / "index.html", board_page.page(people).encode())
        return table.put_parquet(out / "results.parquet", clips)
    except OSError as error:
        raise UsageError(
            f"{out}: cannot be written ({error.strerror})",
            "Free disk space or give another folder, then run the command again.",
        ) from error


def _put_athletes(people: Sequence[Person], place: Path) -> None:
    """Write the page of each athlete into the folder `place`, and remove pages of athletes who are gone."""
    place.mkdir(exist_ok=True)
    pages = {triage.trend_name(person.athlete): person for person in people if person.athlete}
    for name, person in pages.items():
        folder.put(place / name, trend.of_person(person).encode())
    for old in place.glob("*.html"):
        if old.name not in pages and triage.is_trend_name(old.name):
            old.unlink()


def as_table(rows: Sequence[Row]) -> Table:
    """The table of results, one row for each clip.  The first row has place 1."""
    return Table(COLUMNS, [_cells(place, row) for place, row in enumerate(rows, start=1)])


def _cells(place: int, row: Row) -> list[Cell]:
    clip, session = row.outcome.entry.clip, row.session
    share = session.share if session else Measure.missing(Code.NO_RESULT)
    lumbar = session.value(CHANGE) if session else share
    compared = row.change if row.change is not None and row.change.status != "not_told" else None
    return [
        *(place, row.group, clip.athlete, clip.date, clip.file, clip.report.load_kg),
        session.pattern if session else "",
        *(share.value, share.low, share.high, lumbar.value, lumbar.low, lumbar.high),
        len(session.reps) if session else None,
        sum(rep.complete for rep in session.reps) if session else None,
        ", ".join(session.flags) if session else "",
        sentences.change(row.change, clip.date) if row.change else "",
        compared.difference if compared else None,
        compared.detectable if compared else None,
        row.failure.code if row.failure else 0,
        *(row.reason, row.remedy, row.outcome.entry.folder, row.report, row.outcome.entry.sha256),
        ZONE if clip.utc else "",
    ]
