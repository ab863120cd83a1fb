"""Export the logbook as two tables: `sessions` has a row for each session, `measures` a row for each number of a rep.

The order of the rows depends only on the content, so the same logbook always gives the same files.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hingecheck import texts
from hingecheck.errors import UsageError
from hingecheck.history.sessions import Session
from hingecheck.report.tables import table
from hingecheck.report.tables.table import Cell, Kind, Table
from hingecheck.results import folder

SESSIONS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("athlete", "date", "file", "sha256", "version", "style", "pattern"), "text"),
    **dict.fromkeys(("lumbar_share_trunk", "lumbar_share_trunk_low", "lumbar_share_trunk_high"), "number"),
    **dict.fromkeys(("reps", "reps_complete"), "count"),
    **dict.fromkeys(("flags", "reasons", "sentence", "cue"), "text"),
    **dict.fromkeys(("load_kg", "rpe", "sitting_hours"), "number"),
    **dict.fromkeys(("soreness", "note", "folder"), "text"),
}
NUMBERS: Final[dict[str, Kind]] = {
    **dict.fromkeys(("athlete", "date", "file", "sha256"), "text"),
    "rep": "count",
    **dict.fromkeys(("style", "metric"), "text"),
    **dict.fromkeys(("value", "low", "high"), "number"),
    "reason": "text",
}


def write(sessions: Sequence[Session], out: Path) -> bool:
    """Write both tables as CSV, and as Parquet if pyarrow is installed, into the folder `out`.

    Returns True if Parquet was written.  Raises UsageError if the folder cannot be written.
    """
    tables = {"sessions": Table(SESSIONS, _sessions(sessions)), "measures": Table(NUMBERS, _numbers(sessions))}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, content in tables.items():
            folder.put(out / f"{name}.csv", table.as_csv(content))
        return all(table.put_parquet(out / f"{name}.parquet", content) for name, content in tables.items())
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", "Give another folder.") from error


def _sessions(sessions: Sequence[Session]) -> list[list[Cell]]:
    return [
        [
            *(s.athlete, s.date, s.file, s.sha256, s.version, s.style, s.pattern),
            *(s.share.value, s.share.low, s.share.high, len(s.reps), sum(rep.complete for rep in s.reps)),
            *(", ".join(s.flags), "; ".join(s.reasons), s.sentence, s.cue),
            *(s.report.load_kg, s.report.rpe, s.report.sitting_hours),
            ",".join(f"{site}={score:g}" for site, score in sorted(s.report.soreness.items())),
            *(s.report.note, s.folder),
        ]
        for s in sessions
    ]


def _numbers(sessions: Sequence[Session]) -> list[list[Cell]]:
    return [
        [
            s.athlete,
            s.date,
            s.file,
            s.sha256,
            rep.number,
            rep.style,
            name,
            m.value,
            m.low,
            m.high,
            texts.reason(m.reason),
        ]
        for s in sessions
        for rep in s.reps
        for name, m in sorted(rep.metrics.items())
    ]
