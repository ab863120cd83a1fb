"""Make the overview of a batch: results.csv, results.parquet, index.html and a trend page for each athlete.

The clips keep the order of the triage: those to review first come first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hingecheck import __version__, texts
from hingecheck.errors import UsageError
from hingecheck.history import triage
from hingecheck.history.trends import HEADLINE
from hingecheck.history.triage import TRENDS, Row, Season
from hingecheck.names import identity
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
    """Write the tables, the index and the trend pages into `out`.

    Returns True if the Parquet file was written, False if pyarrow is not installed.  Raises UsageError if `out` cannot
    be written.
    """
    rows, clips = season.rows, as_table(season.rows)
    try:
        (out / TRENDS).mkdir(exist_ok=True)
        for trends in season.trends:
            folder.put(out / TRENDS / triage.trend_name(trends[0].athlete), trend.page(trends, out).encode())
        folder.put(out / "results.csv", table.as_csv(clips))
        folder.put(out / "index.html", page(rows).encode())
        return table.put_parquet(out / "results.parquet", clips)
    except OSError as error:
        raise UsageError(
            f"{out}: cannot be written ({error.strerror})",
            "Free disk space or give another folder, then run the command again.",
        ) from error


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
        sentences.change(row.change) if row.change else "",
        compared.difference if compared else None,
        compared.detectable if compared else None,
        row.failure.code if row.failure else 0,
        *(row.reason, row.remedy, row.outcome.entry.folder, row.report, row.outcome.entry.sha256),
    ]


def page(rows: Sequence[Row]) -> str:
    """The index as HTML text.  It loads only the thumbnails of the rows in view.

    At first it shows each athlete's newest day, so that a bad day long ago does not stay on top.
    """
    counts, newest = triage.counts(rows), newest_days(rows)
    recent = [_is_recent(row, newest) for row in rows]
    listed = [[*_brief(row), new] for row, new in zip(rows, recent, strict=True)]
    context = {
        "counts": [(group, sentences.GROUPS[group], count) for group, count in counts.items()],
        "failed": sum(row.failure is not None for row in rows),
        "clips": len(rows),
        "earlier": len(rows) - sum(recent),
        "version": __version__,
        "data": template.data({"rows": listed, "groups": sentences.GROUPS}),
    }
    return template.render("index.html", context, styles=["index.css"], scripts=["index.js"], images="'self' file:")


def newest_days(rows: Sequence[Row]) -> dict[str, str]:
    """The date of each athlete's newest clip, by the identity of the athlete."""
    newest: dict[str, str] = {}
    for row in rows:
        clip = row.outcome.entry.clip
        key = identity(clip.athlete)
        newest[key] = max(newest.get(key, ""), clip.date)
    return newest


def _is_recent(row: Row, newest: Mapping[str, str]) -> bool:
    """True if a clip is of its athlete's newest day, or of an unknown athlete or day."""
    clip = row.outcome.entry.clip
    return not clip.athlete or not clip.date or clip.date == newest[identity(clip.athlete)]


def _brief(row: Row) -> list[Any]:
    """A row in the order that index.js reads."""
    clip, session = row.outcome.entry.clip, row.session
    share = session.share if session is not None and session.share.known else None
    return [
        triage.GROUPS.index(row.group),
        clip.athlete,
        clip.date,
        clip.file,
        clip.report.load_kg,
        sentences.pattern(session.pattern) if session else texts.REASONS[Code.NO_RESULT],
        None if share is None else _share(share),
        f"{sum(rep.complete for rep in session.reps)} of {len(session.reps)}" if session else "",
        _why(row),
        row.remedy if row.group != "other" or share is None else "",
        row.report,
        row.thumbnail,
        f"{TRENDS}/{triage.trend_name(session.athlete)}" if session and session.athlete else "",
    ]


def _share(share: Measure) -> list[Any]:
    """The number to sort by, then the value and the interval as text."""
    return [share.value, wording.number(HEADLINE, share.value), wording.interval(HEADLINE, share)]


def _why(row: Row) -> str:
    """Why the clip is in its group: the reason, the change and the flags."""
    now = row.session.share if row.session is not None else None
    change = sentences.change(row.change, now=now) if row.change is not None else ""
    flags = "flags: " + ", ".join(row.session.flags) if row.session is not None and row.session.flags else ""
    return " · ".join(filter(None, (row.reason, change, flags)))
