"""The logbook: one SQLite file with the athletes, their sessions, repetitions and self-reports.

`Logbook.record` writes sessions.  `Logbook.sessions` reads them.  `Logbook.delete` deletes an athlete for good,
`Logbook.restore` takes the athlete back.

- Several processes may use the file at once.  It has a write-ahead log: one process writes, and the others wait.
- A clip is stored once for each athlete.  It is known by its content.  A new analysis of it replaces the old one.
- After an athlete is deleted, the data are overwritten in the file.  Only a hash of the name stays, so that the
  athlete's clips are skipped until the athlete is taken back.
- A self-report is stored without the height, because the history does not need it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from hingecheck import names, texts
from hingecheck.errors import UsageError
from hingecheck.history.damage import damaged, limited, reporting, text
from hingecheck.history.migrations import MIGRATIONS
from hingecheck.history.sessions import RepResult, Session
from hingecheck.records import Measure, SelfReport, bounded

WAIT_S: Final = 60.0
"""Longest wait for another writer, in seconds."""

PAUSE_S: Final = 0.02
"""Pause between two tries to begin a logbook, in seconds."""
_SESSIONS_AT_ONCE: Final = 100
"""Sessions in one transaction.  Few enough that other writers do not wait long."""

_SEPARATOR: Final = "\n"
"""Separator of several texts in one column."""

_SHARE: Final = ("share", "share_low", "share_high", "share_reason")
_SESSION: Final = (
    *("date", "file", "folder", "sha256", "version", "pattern", *_SHARE),
    *("sentence", "cue", "reasons", "flags", "load_kg", "rpe", "sitting_hours", "note"),
)
"""The columns of the table `session`, in the order of `_columns`, without athlete and digest."""


@dataclass(frozen=True, slots=True)
class Athlete:
    """One athlete of the logbook: the name, the number of sessions, and the first and the last date ("" if unknown)."""

    name: str
    sessions: int
    first: str
    last: str


class Logbook:
    """An open logbook.  Use it in a `with` statement."""

    def __init__(self, path: Path) -> None:
        """Open the file `path`.  Make it if it does not exist, and upgrade it if it is older.

        Raises UsageError if the file is not a logbook, cannot be written, or is from a later version of hingecheck.
        """
        self.path = path
        try:
            self._rows = limited(sqlite3.connect(path, timeout=WAIT_S, isolation_level=None))
            self._rows.execute("PRAGMA foreign_keys = ON")
            self._rows.execute("PRAGMA secure_delete = ON")
            self._write_ahead()
            self._rows.execute("PRAGMA synchronous = NORMAL")
            self._migrate()
        except (sqlite3.Error, UnicodeDecodeError, MemoryError) as error:  # an undecodable message, a huge size
            raise UsageError(
                f"{path}: cannot be used as a logbook ({error})", "Move it away, or give another one with --logbook."
            ) from error

    def __enter__(self) -> Logbook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    @reporting
    def record(self, sessions: Iterable[Session]) -> int:
        """Write the sessions.  One replaces an older one of the same athlete and clip.  Returns how many changed."""
        changed, remaining = 0, iter(sessions)
        while batch := list(islice(remaining, _SESSIONS_AT_ONCE)):
            with self._writing():
                changed += sum(self._record(session) for session in batch)
        return changed

    @reporting
    def athletes(self) -> tuple[Athlete, ...]:
        """All athletes, by name."""
        rows = self._rows.execute(
            "SELECT name, count(session.id), coalesce(min(nullif(date, '')), ''), coalesce(max(date), '')"
            " FROM athlete LEFT JOIN session ON session.athlete = athlete.id GROUP BY athlete.id ORDER BY identity"
        )
        return tuple(Athlete(text(name), count, text(first), text(last)) for name, count, first, last in rows)

    @reporting
    def sessions(self, athlete: str | None = None, metric: str | None = None) -> tuple[Session, ...]:
        """The sessions of all athletes, or of one, sorted by athlete, date and file.

        With `metric`, only this metric of the repetitions is read.  Raises UsageError if no athlete has the name, and
        ResultUnreadable if a stored number is damaged.
        """
        where, values = ("", ()) if athlete is None else ("WHERE athlete.id = ?", (self._known(athlete),))
        rows = self._rows.execute(
            f"SELECT session.id, athlete.name, {', '.join(_SESSION)} FROM session"
            f" JOIN athlete ON athlete.id = session.athlete {where} ORDER BY identity, date, file, sha256",
            values,
        ).fetchall()
        return tuple(self._session(metric, *row) for row in rows)

    @reporting
    def metrics(self) -> tuple[str, ...]:
        """The names of all stored metrics, sorted."""
        return tuple(
            text(name) for (name,) in self._rows.execute("SELECT DISTINCT metric FROM measure ORDER BY metric")
        )

    @reporting
    def holds(self, athlete: str) -> bool:
        """True if the logbook holds an athlete with this name."""
        return self._id(athlete) is not None

    @reporting
    def delete(self, athlete: str) -> tuple[str, ...]:
        """Delete an athlete with all data, overwrite the data in the file, and remember a hash of the name.

        Other athletes whose sessions have the same result folders lose the link to it, because its name may hold the
        deleted one.  Returns the result folders of the sessions, relative to the folder of the logbook; none if the
        logbook does not hold the athlete.
        """
        athlete_id = self._id(athlete)
        rows = self._rows.execute("SELECT DISTINCT folder FROM session WHERE athlete = ? ORDER BY 1", (athlete_id,))
        folders = tuple(os.fsdecode(folder) for (folder,) in rows if folder)
        with self._writing():
            shared = "SELECT folder FROM session WHERE athlete = ?"
            self._rows.execute(f"UPDATE session SET folder = '' WHERE folder IN ({shared})", (athlete_id,))
            self._rows.execute("DELETE FROM athlete WHERE id = ?", (athlete_id,))
            self._rows.execute("INSERT OR IGNORE INTO deleted VALUES (?)", (_mark(athlete),))
        self._rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._rows.execute("VACUUM")
        self._rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return folders

    @reporting
    def forget(self, athlete: str, sha256: str) -> None:
        """Delete one clip of an athlete, and the athlete with the last one.  The name is not remembered as deleted."""
        one = self._id(athlete)
        with self._writing():
            self._rows.execute("DELETE FROM session WHERE athlete = ? AND sha256 = ?", (one, sha256))
            alone = "NOT EXISTS (SELECT 1 FROM session WHERE athlete = athlete.id)"
            self._rows.execute(f"DELETE FROM athlete WHERE id = ? AND {alone}", (one,))

    @reporting
    def was_deleted(self, athlete: str) -> bool:
        """True if the athlete was deleted and not taken back."""
        return self._rows.execute("SELECT 1 FROM deleted WHERE mark = ?", (_mark(athlete),)).fetchone() is not None

    @reporting
    def restore(self, athlete: str) -> None:
        """Take a deleted athlete back: the next batch measures the clips again.  Raises UsageError."""
        if not self.was_deleted(athlete):
            raise UsageError(
                f"{names.shown(athlete)}: was not deleted from {self.path}", "Check the spelling of the name."
            )
        with self._writing():
            self._rows.execute("DELETE FROM deleted WHERE mark = ?", (_mark(athlete),))

    def _write_ahead(self) -> None:
        """Let several processes use the file at once; SQLite does not wait in this step, so it is repeated."""
        for left in reversed(range(round(WAIT_S / PAUSE_S))):
            try:
                self._rows.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(PAUSE_S)
            else:
                return

    def _migrate(self) -> None:
        """Upgrade the logbook to this version; raises UsageError if it is from a later one."""
        with self._writing():
            (version,) = self._rows.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise UsageError(
                    f"{self.path}: was written by a later hingecheck (schema {version}, not {len(MIGRATIONS)})",
                    "Upgrade hingecheck, or give another logbook with --logbook.",
                )
            for step in MIGRATIONS[version:]:
                for statement in filter(str.strip, step.split(";")):
                    self._rows.execute(statement)
            self._rows.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: everything in it is written, or nothing.  Waits until other writers are done."""
        self._rows.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._rows.execute("ROLLBACK")
            raise
        self._rows.execute("COMMIT")

    def _known(self, athlete: str) -> int:
        """The id of the athlete; raises UsageError if no athlete has the name."""
        if (athlete_id := self._id(athlete)) is not None:
            return athlete_id
        known = ", ".join(names.shown(a.name) for a in self.athletes()[:8]) or "none yet"
        what = f"{names.shown(athlete)}: no athlete with this name in {self.path}"
        raise UsageError(what, f"Athletes in this logbook: {known}.")

    def _id(self, athlete: str) -> int | None:
        """The id of the athlete; None if no athlete has the name."""
        row = self._rows.execute("SELECT id FROM athlete WHERE identity = ?", (names.identity(athlete),)).fetchone()
        return None if row is None else int(row[0])

    def _record(self, session: Session) -> int:
        """Write one session.  Returns 1 if it is new or changed, 0 if it was stored before."""
        athlete_id = self._athlete(session.athlete)
        digest = names.short_hash(repr(session))
        old = self._rows.execute(
            "SELECT id, digest FROM session WHERE athlete = ? AND sha256 = ?", (athlete_id, session.sha256)
        ).fetchone()
        if old is not None and old[1] == digest:
            return 0
        if old is not None:
            self._rows.execute("DELETE FROM session WHERE id = ?", old[:1])
        self._insert(athlete_id, session, digest)
        return 1

    def _athlete(self, name: str) -> int:
        """The id of the athlete, who is added if new."""
        self._rows.execute(
            "INSERT INTO athlete (identity, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (names.identity(name), name)
        )
        return self._known(name)

    def _insert(self, athlete_id: int, session: Session, digest: str) -> None:
        """Insert a session with its soreness, repetitions and metrics."""
        placeholders = ", ".join("?" * (len(_SESSION) + 2))
        session_id = self._rows.execute(
            f"INSERT INTO session (athlete, digest, {', '.join(_SESSION)}) VALUES ({placeholders})",
            (athlete_id, digest, *_columns(session)),
        ).lastrowid
        soreness = ((session_id, site, score) for site, score in session.report.soreness.items())
        self._rows.executemany("INSERT INTO soreness VALUES (?, ?, ?)", soreness)
        for rep in session.reps:
            columns = (session_id, rep.number, rep.style, rep.complete)
            rep_id = self._rows.execute(
                "INSERT INTO rep (session, number, style, complete) VALUES (?, ?, ?, ?)", columns
            ).lastrowid
            measures = ((rep_id, name, *_numbers(m), texts.reason(m.reason)) for name, m in rep.metrics.items())
            self._rows.executemany("INSERT INTO measure VALUES (?, ?, ?, ?, ?, ?)", measures)

    def _session(self, metric: str | None, session_id: int, athlete: str, *columns: Any) -> Session:
        """The session of one row; `columns` are those of _SESSION."""
        row = dict(zip(_SESSION, columns, strict=True))
        row["folder"] = os.fsdecode(row["folder"])
        soreness = self._rows.execute("SELECT site, score FROM soreness WHERE session = ? ORDER BY site", (session_id,))
        hours, load, rpe = (None if row[n] is None else float(row[n]) for n in ("sitting_hours", "load_kg", "rpe"))
        report = SelfReport({text(site): float(score) for site, score in soreness}, hours, load, rpe, text(row["note"]))
        plain = ("date", "file", "folder", "sha256", "version", "pattern", "sentence", "cue")
        return Session(
            athlete=text(athlete),
            **{name: text(row[name]) for name in plain},
            share=self._measure("lumbar_share_trunk", *(row[column] for column in _SHARE)),
            reasons=_parts(row["reasons"]),
            flags=_parts(row["flags"]),
            reps=self._reps(session_id, metric),
            report=report,
        )

    def _reps(self, session_id: int, metric: str | None) -> tuple[RepResult, ...]:
        """The repetitions of a session, with all metrics or with one."""
        rows = self._rows.execute(
            "SELECT id, number, style, complete FROM rep WHERE session = ? ORDER BY number", (session_id,)
        ).fetchall()
        return tuple(
            RepResult(int(number), text(style), bool(complete), self._measures(rep_id, metric))
            for rep_id, number, style, complete in rows
        )

    def _measures(self, rep_id: int, metric: str | None) -> dict[str, Measure]:
        """The metrics of a repetition by name, all or one."""
        rows = self._rows.execute(
            "SELECT metric, value, low, high, reason FROM measure WHERE rep = ? AND metric = coalesce(?, metric)"
            " ORDER BY metric",
            (rep_id, metric),
        )
        return {name: self._measure(name, *numbers) for name, *numbers in rows}

    def _measure(self, name: str, value: float | None, low: float, high: float, reason: str) -> Measure:
        """The Measure of one row; raises ResultUnreadable if its numbers do not fit together."""
        try:
            return Measure.missing(texts.stored(reason)) if value is None else bounded(name, Measure(value, low, high))
        except (ValueError, TypeError) as error:
            raise damaged(self.path, f"a stored {name} is damaged", error) from error


def _mark(athlete: str) -> str:
    """What stands for the name of a deleted athlete."""
    return hashlib.sha256(f"deleted: {names.identity(athlete)}".encode()).hexdigest()


def _columns(session: Session) -> tuple[Any, ...]:
    """The values of a session, in the order of the columns _SESSION."""
    report = session.report
    return (
        *(session.date, session.file, _path(session.folder), session.sha256, session.version, session.pattern),
        *(*_numbers(session.share), texts.reason(session.share.reason), session.sentence, session.cue),
        *(_SEPARATOR.join(session.reasons), _SEPARATOR.join(session.flags)),
        *(report.load_kg, report.rpe, report.sitting_hours, report.note),
    )


def _path(path: str) -> str | bytes:
    """The path as text; as bytes if it cannot be written as UTF-8."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def _numbers(measure: Measure) -> tuple[float | None, float | None, float | None]:
    """Value, low and high of a Measure; three None if it is missing."""
    return (measure.value, measure.low, measure.high) if measure.known else (None, None, None)


def _parts(text: str) -> tuple[str, ...]:
    """The texts that are stored together in one column."""
    return tuple(text.split(_SEPARATOR)) if text else ()
