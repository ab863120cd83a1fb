"""Result folders on disk: taking earlier ones into the logbook, and removing an athlete's for good."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from hingecheck import names
from hingecheck.errors import InputError
from hingecheck.history import sessions, triage
from hingecheck.history.sessions import Session
from hingecheck.results import reading
from hingecheck.results.folder import MARKER, RECORD

SUMMARIES: Final = ("index.html", "results.csv", "results.parquet")


@dataclass(frozen=True, slots=True)
class Refused:
    """A folder that looks like a result and is none, or whose athlete is not known."""

    folder: Path
    why: str


def earlier(place: Path, logbook: Path, athlete: str = "") -> Iterator[Session | Refused]:
    """Every result below `place`, in order.

    Athlete and date: from the list of the batch that made it, else `athlete` or the first folder below `place`, and the
    last date in the path.
    """
    listed = _listed(place)
    for here, folders, files in os.walk(place):
        folders.sort()
        if MARKER in files:
            folder = Path(here)
            inside = place.name if folder == place else folder.relative_to(place).as_posix()
            told = listed.get(folder.resolve()) or names.from_folders(inside)
            who = names.shown(athlete or told["athlete"])
            yield _session(folder, who, names.date_of(told["date"]), logbook)


def erase(out: Path, athlete: str, folders: Iterable[str], logbook: Path) -> tuple[Path, ...]:
    """Remove an athlete's result folders below `out`, and the lists and pages there that tell of the athlete.

    `folders`: those that the logbook knew, as it named them.  Returns what was removed.  A folder that is shared with
    another athlete of the list (the same clip twice) stays.
    """
    rows = list(_rows(out))
    mine = {row["folder"] for row in rows if _same(row["athlete"], athlete)}
    others = {row["folder"] for row in rows if not _same(row["athlete"], athlete)}
    wanted = {out / below for below in mine - others if below}
    wanted |= {logbook.parent / folder for folder in folders} - {out / below for below in others if below}
    gone = [path for path in sorted(wanted) if _ours(path, out)]
    for path in gone:
        shutil.rmtree(path)
    summaries = [out / name for name in SUMMARIES] + [out / triage.TRENDS / triage.trend_name(athlete)]
    for path in (there for there in summaries if there.exists()):
        path.unlink()
        gone.append(path)
    return tuple(gone)


def _session(folder: Path, athlete: str, date: str, logbook: Path) -> Session | Refused:
    if not athlete:
        return Refused(folder, "its athlete is not known: give --athlete")
    try:
        stored = reading.read(folder / MARKER)
    except InputError as error:
        return Refused(folder, error.message)
    return sessions.session(stored, athlete, date, triage.inside(folder, logbook))


def _listed(place: Path) -> dict[Path, dict[str, str]]:
    """Athlete and date by result folder, of every batch at or below `place`."""
    found = {}
    for table in sorted(place.rglob(SUMMARIES[1])):
        for row in _rows(table.parent):
            if row["folder"]:
                told = {"athlete": row["athlete"].removeprefix("'"), "date": row["date"]}
                found[(table.parent / PurePosixPath(row["folder"])).resolve()] = told
    return found


def _rows(out: Path) -> Iterator[dict[str, str]]:
    """The rows of a batch's list, if there is one."""
    path = out / SUMMARIES[1]
    if not path.is_file():
        return
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if {"folder", "athlete", "date"} <= row.keys():
                yield row


def _same(written: str, athlete: str) -> bool:
    return names.identity(written.removeprefix("'")) == names.identity(athlete)


def _ours(path: Path, out: Path) -> bool:
    """Whether the folder is a result of ours below `out`: nothing else is ever removed."""
    marked = (path / MARKER).is_file() or (path / RECORD).is_file()
    return marked and not path.is_symlink() and path.resolve().is_relative_to(out.resolve())
