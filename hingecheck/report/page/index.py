"""What a batch tells as a whole: `results.csv`, `results.parquet`, `index.html`, in the order of the triage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hingecheck import __version__, texts
from hingecheck.errors import UsageError
from hingecheck.history import triage
from hingecheck.history.trends import HEADLINE
from hingecheck.history.triage import TRENDS, Row, Season
from hingecheck.records import Code, Measure
from hingecheck.report import sentences, wording
from hingecheck.report.page import template, trend
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
}
CHANGE: Final = "lumbar_change_deg"


def write(season: Season, out: Path) -> bool:
    """Write lists, index and trend pages into `out`; returns whether Parquet is there.  Raises UsageError."""
    rows, told = season.rows, as_table(season.rows)
    try:
        (out / TRENDS).mkdir(exist_ok=True)
        for some in season.trends:
            folder.put(out / TRENDS / triage.trend_name(some[0].athlete), trend.page(some).encode())
        folder.put(out / "results.csv", table.as_csv(told))
        folder.put(out / "index.html", page(rows).encode())
        return table.put_parquet(out / "results.parquet", told)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", "Make room, then run again.") from error


def as_table(rows: Sequence[Row]) -> Table:
    """One row a clip."""
    return Table(COLUMNS, [_cells(place, row) for place, row in enumerate(rows, start=1)])


def _cells(place: int, row: Row) -> list[Cell]:
    clip, done = row.outcome.entry.clip, row.session
    share = done.share if done else Measure.missing(Code.NO_RESULT)
    change = done.value(CHANGE) if done else share
    told = row.change if row.change is not None and row.change.status != "not_told" else None
    return [
        *(place, row.group, clip.athlete, clip.date, clip.file, clip.report.load_kg, done.pattern if done else ""),
        *(share.value, share.low, share.high, change.value, change.low, change.high),
        len(done.reps) if done else None,
        sum(rep.complete for rep in done.reps) if done else None,
        ", ".join(done.flags) if done else "",
        sentences.change(row.change) if row.change else "",
        told.difference if told else None,
        told.detectable if told else None,
        row.failure.code if row.failure else 0,
        *(row.reason, row.remedy, row.outcome.entry.folder, row.report, row.outcome.entry.sha256),
    ]


def page(rows: Sequence[Row]) -> str:
    """The index as HTML that loads nothing but the thumbnails of the rows in view."""
    counts = triage.counts(rows)
    context = {
        "counts": [(group, sentences.GROUPS[group], count) for group, count in counts.items()],
        "failed": sum(row.failure is not None for row in rows),
        "clips": len(rows),
        "version": __version__,
        "data": template.data({"rows": [_brief(row) for row in rows], "groups": sentences.GROUPS}),
    }
    return template.render("index.html", context, styles=["index.css"], scripts=["index.js"], images="'self' file:")


def _brief(row: Row) -> list[Any]:
    """A row as the page's script reads it."""
    clip, done = row.outcome.entry.clip, row.session
    share = done.share if done is not None and done.share.known else None
    return [
        triage.GROUPS.index(row.group),
        clip.athlete,
        clip.date,
        clip.file,
        clip.report.load_kg,
        sentences.pattern(done.pattern) if done else texts.REASONS[Code.NO_RESULT],
        None if share is None else _share(share),
        f"{sum(rep.complete for rep in done.reps)} of {len(done.reps)}" if done else "",
        _why(row),
        row.remedy if row.group != "other" or share is None else "",
        row.report,
        row.thumbnail,
        f"{TRENDS}/{triage.trend_name(done.athlete)}" if done and done.athlete else "",
    ]


def _share(share: Measure) -> list[Any]:
    """What the column is sorted by, the value and the interval as they are shown."""
    return [share.value, wording.number(HEADLINE, share.value), wording.interval(HEADLINE, share)]


def _why(row: Row) -> str:
    """Why the clip stands where it does: the reason, the change, the flags."""
    change = sentences.change(row.change) if row.change is not None else ""
    flags = "flags: " + ", ".join(row.session.flags) if row.session is not None and row.session.flags else ""
    return " · ".join(filter(None, (row.reason, change, flags)))
