"""Earlier result folders on disk.

`earlier` reads them as sessions for the logbook.  `erase` deletes all results of one athlete.  `outcomes` reads from
the list of a batch how its clips ended, so that the board can be written again without the clips.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from hingecheck import names
from hingecheck.errors import InputError, ResultUnreadable
from hingecheck.history import sessions, triage
from hingecheck.history.logbook import Logbook
from hingecheck.history.sessions import Session
from hingecheck.records import SelfReport
from hingecheck.records.season import Clip, Entry, Failure, Outcome
from hingecheck.results import reading
from hingecheck.results.folder import MARKER, RECORD

SUMMARIES: Final = ("index.html", "results.csv", "results.parquet")
"""The files below `--out` in which a batch lists all clips."""

COLUMNS: Final = frozenset(
    ("folder", "athlete", "date", "clip", "load_kg", "exit_code", "reason", "what_to_do", "sha256")
)
"""The columns of the list that are read."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A result folder that cannot be read as a session, and why: it is damaged, or its athlete is not known."""

    folder: Path
    why: str


def earlier(place: Path, logbook: Path, athlete: str = "") -> Iterator[Session | Refused]:
    """Read every result folder at or below `place`, in the order of the paths.

    `logbook` is the file of the logbook; the sessions store their folders relative to it.

    The athlete and the date come from the list of the batch that made the result.  Without a list, the athlete is the
    first folder below `place`, and the date is the last date in the path.  The name `athlete`, if given, comes first.
    """
    listed = _listed(place)
    for here, folders, files in os.walk(place):
        folders.sort()
        if MARKER in files:
            folder = Path(here)
            inside = place.name if folder == place else folder.relative_to(place).as_posix()
            details = listed.get(folder.resolve()) or names.from_folders(inside)
            name = names.shown(athlete or details["athlete"])
            yield _session(folder, name, names.date_of(details["date"]), logbook)


def unless_deleted(item: Session | Refused, book: Logbook) -> Session | Refused:
    """The session, or its refusal if its athlete was deleted from the logbook."""
    if isinstance(item, Refused) or not book.was_deleted(item.athlete):
        return item
    return Refused(book.path.parent / item.folder, f"{item.athlete} was deleted; hingecheck log restore takes back")


def erase(out: Path, athlete: str, folders: Iterable[str], logbook: Path) -> tuple[Path, ...]:
    """Delete an athlete's result folders below `out`, and the lists and pages there that name the athlete.

    `folders` are the result folders from the logbook, relative to the folder of the file `logbook`.  A folder that the
    list of the batch also gives to another athlete (the same clip twice) is kept, unless it was made from this
    athlete's copy, because its name and its files may then hold the athlete's name.  Returns the deleted paths.
    """
    rows = list(_rows(out))
    mine = {row["folder"] for row in rows if _same(row["athlete"], athlete)}
    made = {row["folder"] for row in rows if _same(row["athlete"], athlete) and _is_named_after(row)}
    others = {row["folder"] for row in rows if not _same(row["athlete"], athlete)} - made
    candidates = {out / below for below in mine - others if below}
    candidates |= {logbook.parent / folder for folder in folders} - {out / below for below in others if below}
    removed = [path for path in sorted(candidates) if _is_result(path, out)]
    for path in removed:
        shutil.rmtree(path)
    summaries = [out / name for name in SUMMARIES] + [out / triage.TRENDS / triage.trend_name(athlete)]
    for path in (summary for summary in summaries if summary.exists()):
        path.unlink()
        removed.append(path)
    return tuple(removed)


def outcomes(out: Path, without: str) -> tuple[Outcome, ...]:
    """How the clips of a batch ended, from its list in the folder `out`; without the clips of one athlete.

    A row that names a folder outside `out`, or no folder and no failure, is left out: somebody changed the list.
    """
    others = (row for row in _rows(out) if not _same(row["athlete"], without))
    return tuple(outcome for row in others if (outcome := _outcome(row)) is not None)


def _is_named_after(row: Mapping[str, str]) -> bool:
    """True if the result folder of a row is named after this row: it was made from this copy of the clip."""
    name = PurePosixPath(row["folder"]).name
    title = names.clip_title(*(row[column].removeprefix("'") for column in ("athlete", "clip")))
    return name == names.folder_name(title, name.rpartition("-")[2])


def names_athlete(out: Path, athlete: str) -> bool:
    """True if the list of the batch in the folder `out` holds a clip of the athlete."""
    return any(_same(row["athlete"], athlete) for row in _rows(out))


def _outcome(row: Mapping[str, str]) -> Outcome | None:
    """How the clip of one row ended; None if the row cannot be understood."""
    cells = {name: (row[name] or "").removeprefix("'") for name in COLUMNS}
    folder = PurePosixPath(cells["folder"])
    failed = cells["exit_code"] != "0"
    if folder.is_absolute() or ".." in folder.parts or not (cells["folder"] or failed):
        return None
    try:
        code, load_kg = int(cells["exit_code"]), float(cells["load_kg"]) if cells["load_kg"] else None
    except ValueError:
        return None
    clip = Clip(
        *(Path(cells["clip"]), cells["clip"], cells["athlete"], names.date_of(cells["date"])),
        SelfReport(load_kg=load_kg),
        utc=bool(row.get("date_zone")),
    )
    failure = Failure(code, "", cells["reason"], cells["what_to_do"]) if failed else None
    return Outcome(Entry(clip, cells["sha256"], folder=cells["folder"]), failure)


def _session(folder: Path, athlete: str, date: str, logbook: Path) -> Session | Refused:
    """The session in one result folder."""
    if not athlete:
        return Refused(folder, "the athlete is not known; give the name with --athlete")
    try:
        stored = reading.read(folder / MARKER)
    except InputError as error:
        return Refused(folder, error.message)
    return sessions.session(stored, athlete, date, triage.inside(folder, logbook))


def _listed(place: Path) -> dict[Path, dict[str, str]]:
    """The athlete and the date of each result folder, from the lists of all batches at or below `place`."""
    listed = {}
    for table in sorted(place.rglob(SUMMARIES[1])):
        for row in _rows(table.parent):
            if row["folder"]:
                details = {"athlete": row["athlete"].removeprefix("'"), "date": row["date"]}
                listed[(table.parent / PurePosixPath(row["folder"])).resolve()] = details
    return listed


def _rows(out: Path) -> Iterator[dict[str, str]]:
    """The rows of `results.csv` in the folder `out`; none if the file does not exist."""
    path = out / SUMMARIES[1]
    if not path.is_file():
        return
    try:
        with path.open(newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                if any("\0" in str(cell) for cell in row.values()):
                    raise ValueError("it contains a null character")
                if row.keys() >= COLUMNS:
                    yield {str(name): str(cell or "") for name, cell in row.items()}
    except (OSError, ValueError, csv.Error) as error:
        raise ResultUnreadable(
            f"{path}: is damaged or cannot be read ({error})", "Run the batch again: it writes a new one."
        ) from error


def _same(written: str, athlete: str) -> bool:
    """True if a name of the list means this athlete.  The list may write "'" before a name, which does not count."""
    return names.identity(written.removeprefix("'")) == names.identity(athlete)


def _is_result(path: Path, out: Path) -> bool:
    """True if the folder is a result of hingecheck below `out`.  Nothing else may be deleted."""
    marked = (path / MARKER).is_file() or (path / RECORD).is_file()
    return marked and not path.is_symlink() and path.resolve().is_relative_to(out.resolve())
