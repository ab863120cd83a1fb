"""The shelf: what the app knows of every clip, in one SQLite file, and where its files lie.

Everything is below one folder:

==================  ==================================================================
`videos/ID/`        the clip as it was dropped
`clips/ID/`         its result folder, as a batch writes it
`people/ID.jpg`     a picture for "which person?"
`comparisons/`      pages of two repetitions
`logbook.sqlite`    the history of the athletes
`app.sqlite`        this file: clips, answers, states
==================  ==================================================================

An id has only letters, digits and "-", so no name that a user gives becomes a path.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final, Literal

from hingecheck import names
from hingecheck.app import questions
from hingecheck.app.questions import Answers
from hingecheck.batch.plan import RESULTS
from hingecheck.errors import InputError, UsageError
from hingecheck.history import damage
from hingecheck.records.season import Clip, Entry, Failure, Outcome

FILE: Final = "app.sqlite"
LOGBOOK: Final = "logbook.sqlite"
VIDEOS, PEOPLE, COMPARISONS = "videos", "people", "comparisons"
"""Folders below the folder of the app."""

State = Literal["waiting", "running", "done", "failed", "cancelled", "standing"]
"""What becomes of a clip.  "standing": a clip of the lifter's standing, which is not measured alone."""

OPEN: Final[tuple[State, ...]] = ("waiting", "running")
"""The states of clips that are not finished."""

_NOT_FINISHED: Final = "('waiting', 'running', 'standing')"

_TABLE: Final = """
    CREATE TABLE IF NOT EXISTS clip (
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, video TEXT NOT NULL,
        sha256 TEXT NOT NULL, state TEXT NOT NULL, failure TEXT NOT NULL, recorded TEXT NOT NULL,
        utc INTEGER NOT NULL, people INTEGER NOT NULL, answers TEXT NOT NULL
    )
"""
_COLUMNS: Final = ("id", "file", "video", "sha256", "state", "failure", "recorded", "utc", "people", "answers")


@dataclass(frozen=True, slots=True)
class Item:
    """One clip.

    `file`: its name, ready to print.  `video`: its path below the folder, "" if the app does not hold it.  `recorded`:
    the day in its metadata; `utc`: that day counts in UTC.  `people`: how many people were found in the picture
    `people/ID.jpg`, 0 if not known.  `failure`: why the last measurement failed; a clip that is "done" then has the
    result of an earlier one.
    """

    id: str
    file: str
    video: str
    sha256: str
    state: State
    answers: Answers = field(default_factory=Answers)
    failure: Failure | None = None
    recorded: str = ""
    utc: bool = False
    people: int = 0

    @property
    def folder(self) -> str:
        """Its result folder below the folder of the app."""
        return f"{RESULTS}/{self.id}"

    @property
    def date(self) -> str:
        """The day that the user gave, else the day in the metadata."""
        return self.answers.date or self.recorded


class Shelf:
    """The clips of one folder.  All threads may use it."""

    def __init__(self, folder: Path) -> None:
        """Open the shelf of a folder, and make it if it is new.  Raises UsageError."""
        self.folder = folder
        self._lock = threading.RLock()
        try:
            for name in (VIDEOS, RESULTS, PEOPLE, COMPARISONS):
                (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
            self._rows = damage.limited(sqlite3.connect(folder / FILE, isolation_level=None, check_same_thread=False))
            self._rows.execute("PRAGMA secure_delete = ON")
            self._rows.execute(_TABLE)
            (folder / FILE).chmod(0o600)
            self.all()
        except (OSError, sqlite3.Error, ValueError, TypeError, KeyError) as error:  # of another type or size
            raise UsageError(
                f"{folder}: cannot be used by the app ({error})", "Give another folder with --folder."
            ) from error

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    @property
    def logbook(self) -> Path:
        """The file of the history."""
        return self.folder / LOGBOOK

    def all(self) -> tuple[Item, ...]:
        """All clips, the first one first."""
        return self._read("")

    def get(self, clip_id: str) -> Item:
        """One clip; raises InputError if there is none with that id."""
        found = self._read("WHERE id = ?", clip_id)
        if not found:
            raise InputError("this clip is not here", "It may have been deleted. Reload the page.")
        return found[0]

    def in_state(self, *states: State) -> tuple[Item, ...]:
        """The clips in these states."""
        return self._read(f"WHERE state IN ({', '.join('?' * len(states))})", *states)

    def newest(self, count: int) -> tuple[Item, ...]:
        """The newest finished clips, the newest first."""
        return self._read(f"WHERE state NOT IN {_NOT_FINISHED}", order=f"number DESC LIMIT {count:d}")

    def finished(self) -> int:
        """The number of finished clips."""
        with self._lock:
            query = f"SELECT count(*) FROM clip WHERE state NOT IN {_NOT_FINISHED}"
            return int(self._rows.execute(query).fetchone()[0])

    def athletes(self) -> list[str]:
        """The names of all athletes, each once, sorted."""
        with self._lock:
            rows = self._rows.execute("SELECT DISTINCT json_extract(answers, '$.athlete') FROM clip").fetchall()
        return sorted({names.identity(name): name for (name,) in rows if name}.values())

    def add(self, item: Item) -> None:
        """Add a clip."""
        with self._writing():
            marks = ", ".join("?" * len(_COLUMNS))
            self._rows.execute(f"INSERT INTO clip ({', '.join(_COLUMNS)}) VALUES ({marks})", _values(item))

    def change(self, clip_id: str, **fields: object) -> Item:
        """The clip with these fields of Item changed, also on the disk.  Raises InputError if it is gone."""
        with self._writing():
            item = replace(self.get(clip_id), **fields)  # type: ignore[arg-type]
            assignments = ", ".join(f"{column} = ?" for column in _COLUMNS)
            self._rows.execute(f"UPDATE clip SET {assignments} WHERE id = ?", (*_values(item), clip_id))
        return item

    def remove(self, items: tuple[Item, ...]) -> None:
        """Delete clips with their videos, results, pictures and comparisons, and overwrite what was known of them."""
        for item in items:
            for path in (self.folder / VIDEOS / item.id, self.folder / item.folder):
                shutil.rmtree(path, ignore_errors=True)
            self.picture(item.id).unlink(missing_ok=True)
            for path in (self.folder / COMPARISONS).glob(f"*{item.id}*"):
                shutil.rmtree(path, ignore_errors=True)
        with self._writing():
            self._rows.executemany("DELETE FROM clip WHERE id = ?", [(item.id,) for item in items])
        with self._lock:
            self._rows.execute("VACUUM")

    def picture(self, clip_id: str) -> Path:
        """The picture in which the user can choose a person."""
        return self.folder / PEOPLE / f"{clip_id}.jpg"

    def outcome(self, item: Item) -> Outcome:
        """How a clip ended, as the board reads it."""
        answers = item.answers
        utc = item.utc and not answers.date
        clip = Clip(self.folder / item.video, item.file, answers.athlete, item.date, answers.report, utc=utc)
        failure = item.failure if item.state == "failed" else None
        return Outcome(Entry(clip, item.sha256, item.id, item.folder), failure)

    def _read(self, where: str, *values: object, order: str = "number") -> tuple[Item, ...]:
        with self._lock:
            rows = self._rows.execute(
                f"SELECT {', '.join(_COLUMNS)} FROM clip {where} ORDER BY {order}", values
            ).fetchall()
        return tuple(_item(*row) for row in rows)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: everything in it is written, or nothing."""
        with self._lock:
            self._rows.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._rows.execute("ROLLBACK")
                raise
            self._rows.execute("COMMIT")


def new_id() -> str:
    """An id that no other clip has."""
    return secrets.token_hex(8)


def plain_name(file: str) -> str:
    """The name under which a clip is stored: its own if every file system takes it, else one made from it."""
    name = file.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    return f"{names.result_folder(stem or ending)}.{names.slug(ending) or 'mp4'}" if dot else names.result_folder(name)


def _values(item: Item) -> tuple[object, ...]:
    failure = "" if item.failure is None else json.dumps(asdict(item.failure))
    answers = questions.as_text(item.answers)
    facts = (item.state, failure, item.recorded, item.utc, item.people)
    return (item.id, item.file, item.video, item.sha256, *facts, answers)


def _item(*row: str) -> Item:
    clip_id, file, video, sha256, state, failure, recorded, utc, people, answers = row
    return Item(
        **{"id": clip_id, "file": file, "video": video, "sha256": sha256, "state": state, "recorded": recorded},  # type: ignore[arg-type]
        answers=questions.from_text(answers),
        failure=Failure(**json.loads(failure)) if failure else None,
        utc=bool(utc),
        people=int(people),
    )
