"""The logbook: athletes, their sessions, repetitions and self-reports in one SQLite file.

Several processes may use it at once (write-ahead log, one writer at a time, the others wait).  A clip is in it once an
athlete, by its content: analyzing it again replaces what is there.  Deleting an athlete overwrites what was stored.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from hingecheck import names
from hingecheck.errors import ResultUnreadable, UsageError
from hingecheck.history.sessions import RepResult, Session
from hingecheck.records import Measure, SelfReport, bounded

WAIT_S: Final = 60.0
"""How long others who use the file are waited for."""

PAUSE_S: Final = 0.02

MIGRATIONS: Final = (
    """
    CREATE TABLE athlete (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE, name TEXT NOT NULL);
    CREATE TABLE session (
        id INTEGER PRIMARY KEY,
        athlete INTEGER NOT NULL REFERENCES athlete ON DELETE CASCADE,
        date TEXT NOT NULL, file TEXT NOT NULL, folder TEXT NOT NULL, sha256 TEXT NOT NULL, version TEXT NOT NULL,
        pattern TEXT NOT NULL, share REAL, share_low REAL, share_high REAL, share_reason TEXT NOT NULL,
        sentence TEXT NOT NULL, cue TEXT NOT NULL, reasons TEXT NOT NULL, flags TEXT NOT NULL,
        load_kg REAL, rpe REAL, sitting_hours REAL, note TEXT NOT NULL,
        digest TEXT NOT NULL,
        UNIQUE (athlete, sha256)
    );
    CREATE TABLE soreness (
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        site TEXT NOT NULL, score REAL NOT NULL,
        PRIMARY KEY (session, site)
    ) WITHOUT ROWID;
    CREATE TABLE rep (
        id INTEGER PRIMARY KEY,
        session INTEGER NOT NULL REFERENCES session ON DELETE CASCADE,
        number INTEGER NOT NULL, style TEXT NOT NULL, complete INTEGER NOT NULL,
        UNIQUE (session, number)
    );
    CREATE TABLE measure (
        rep INTEGER NOT NULL REFERENCES rep ON DELETE CASCADE,
        metric TEXT NOT NULL, value REAL, low REAL, high REAL, reason TEXT NOT NULL,
        PRIMARY KEY (rep, metric)
    ) WITHOUT ROWID;
    """,
    "CREATE INDEX session_by_date ON session (athlete, date);",
)
"""Step n brings a logbook from version n to n + 1; a step that was released is never changed."""

_AT_ONCE: Final = 100
"""Sessions a transaction: the logbook is whole after each, and other writers need not wait long."""

_LINES: Final = "\n"
_SHARE: Final = ("share", "share_low", "share_high", "share_reason")
_SESSION: Final = (
    *("date", "file", "folder", "sha256", "version", "pattern", *_SHARE),
    *("sentence", "cue", "reasons", "flags", "load_kg", "rpe", "sitting_hours", "note"),
)


@dataclass(frozen=True, slots=True)
class Athlete:
    """One person of the logbook."""

    name: str
    sessions: int
    first: str
    last: str


class Logbook:
    """An open logbook; use it in a `with` statement."""

    def __init__(self, path: Path) -> None:
        """Opens it, makes it if needed, brings it to this version; raises UsageError."""
        self.path = path
        try:
            self._rows = sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)
            self._rows.execute("PRAGMA foreign_keys = ON")
            self._rows.execute("PRAGMA secure_delete = ON")
            self._write_ahead()
            self._rows.execute("PRAGMA synchronous = NORMAL")
            self._migrate()
        except sqlite3.Error as error:
            raise UsageError(
                f"{path}: cannot be used as a logbook ({error})", "Give another file with --logbook."
            ) from error

    def __enter__(self) -> Logbook:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._rows.close()

    def record(self, sessions: Iterable[Session]) -> int:
        """Write sessions; one that is there already, by athlete and content, is replaced.  Returns how many changed."""
        changed, all_of_them = 0, iter(sessions)
        while some := list(islice(all_of_them, _AT_ONCE)):
            with self._writing():
                changed += sum(self._record(session) for session in some)
        return changed

    def athletes(self) -> tuple[Athlete, ...]:
        """Everybody, by name."""
        found = self._rows.execute(
            "SELECT name, count(session.id), coalesce(min(nullif(date, '')), ''), coalesce(max(date), '')"
            " FROM athlete LEFT JOIN session ON session.athlete = athlete.id GROUP BY athlete.id ORDER BY identity"
        )
        return tuple(Athlete(*row) for row in found)

    def sessions(self, athlete: str | None = None, metric: str | None = None) -> tuple[Session, ...]:
        """All sessions, or an athlete's, by athlete, date and file; with `metric`, only that one is read.

        Raises UsageError if nobody has that name, ResultUnreadable if a number is damaged.
        """
        where, who = ("", ()) if athlete is None else ("WHERE athlete.id = ?", (self._known(athlete),))
        found = self._rows.execute(
            f"SELECT session.id, athlete.name, {', '.join(_SESSION)} FROM session"
            f" JOIN athlete ON athlete.id = session.athlete {where} ORDER BY identity, date, file, sha256",
            who,
        ).fetchall()
        return tuple(self._session(metric, *row) for row in found)

    def metrics(self) -> tuple[str, ...]:
        """Names of all numbers that are kept, in order."""
        return tuple(name for (name,) in self._rows.execute("SELECT DISTINCT metric FROM measure ORDER BY metric"))

    def delete(self, athlete: str) -> tuple[str, ...]:
        """Forget an athlete with everything; returns the result folders of the sessions.  Raises UsageError."""
        who = self._known(athlete)
        folders = self._rows.execute("SELECT DISTINCT folder FROM session WHERE athlete = ? ORDER BY 1", (who,))
        told = tuple(os.fsdecode(folder) for (folder,) in folders if folder)
        with self._writing():
            self._rows.execute("DELETE FROM athlete WHERE id = ?", (who,))
        self._rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._rows.execute("VACUUM")
        self._rows.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return told

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
        with self._writing():
            (version,) = self._rows.execute("PRAGMA user_version").fetchone()
            if version > len(MIGRATIONS):
                raise UsageError(
                    f"{self.path}: was written by a later hingecheck (schema {version}, known here {len(MIGRATIONS)})",
                    "Upgrade hingecheck, or give another logbook with --logbook.",
                )
            for step in MIGRATIONS[version:]:
                for statement in filter(str.strip, step.split(";")):
                    self._rows.execute(statement)
            self._rows.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """One transaction: all of it or nothing; waits for other writers."""
        self._rows.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._rows.execute("ROLLBACK")
            raise
        self._rows.execute("COMMIT")

    def _known(self, athlete: str) -> int:
        found = self._rows.execute("SELECT id FROM athlete WHERE identity = ?", (names.identity(athlete),)).fetchone()
        if found is None:
            known = ", ".join(names.shown(a.name) for a in self.athletes()[:8]) or "nobody yet"
            raise UsageError(f"{names.shown(athlete)}: nobody of that name in {self.path}", f"Known: {known}.")
        return int(found[0])

    def _record(self, session: Session) -> int:
        who = self._athlete(session.athlete)
        digest = names.short_hash(repr(session))
        old = self._rows.execute(
            "SELECT id, digest FROM session WHERE athlete = ? AND sha256 = ?", (who, session.sha256)
        ).fetchone()
        if old is not None and old[1] == digest:
            return 0
        if old is not None:
            self._rows.execute("DELETE FROM session WHERE id = ?", old[:1])
        self._insert(who, session, digest)
        return 1

    def _athlete(self, name: str) -> int:
        self._rows.execute(
            "INSERT INTO athlete (identity, name) VALUES (?, ?) ON CONFLICT DO NOTHING", (names.identity(name), name)
        )
        return self._known(name)

    def _insert(self, who: int, session: Session, digest: str) -> None:
        marks = ", ".join("?" * (len(_SESSION) + 2))
        at = self._rows.execute(
            f"INSERT INTO session (athlete, digest, {', '.join(_SESSION)}) VALUES ({marks})",
            (who, digest, *_columns(session)),
        ).lastrowid
        soreness = ((at, site, score) for site, score in session.report.soreness.items())
        self._rows.executemany("INSERT INTO soreness VALUES (?, ?, ?)", soreness)
        for rep in session.reps:
            told = (at, rep.number, rep.style, rep.complete)
            number = self._rows.execute(
                "INSERT INTO rep (session, number, style, complete) VALUES (?, ?, ?, ?)", told
            ).lastrowid
            measures = ((number, name, *_numbers(m), m.reason) for name, m in rep.metrics.items())
            self._rows.executemany("INSERT INTO measure VALUES (?, ?, ?, ?, ?, ?)", measures)

    def _session(self, metric: str | None, number: int, athlete: str, *columns: Any) -> Session:
        told = dict(zip(_SESSION, columns, strict=True))
        told["folder"] = os.fsdecode(told["folder"])
        soreness = self._rows.execute("SELECT site, score FROM soreness WHERE session = ? ORDER BY site", (number,))
        report = SelfReport(
            dict(soreness.fetchall()), told["sitting_hours"], told["load_kg"], told["rpe"], told["note"]
        )
        plain = ("date", "file", "folder", "sha256", "version", "pattern", "sentence", "cue")
        return Session(
            athlete=athlete,
            **{name: told[name] for name in plain},
            share=self._measure("lumbar_share_trunk", *(told[column] for column in _SHARE)),
            reasons=_parts(told["reasons"]),
            flags=_parts(told["flags"]),
            reps=self._reps(number, metric),
            report=report,
        )

    def _reps(self, session: int, metric: str | None) -> tuple[RepResult, ...]:
        found = self._rows.execute(
            "SELECT id, number, style, complete FROM rep WHERE session = ? ORDER BY number", (session,)
        ).fetchall()
        return tuple(
            RepResult(number, style, bool(complete), self._measures(at, metric))
            for at, number, style, complete in found
        )

    def _measures(self, rep: int, metric: str | None) -> dict[str, Measure]:
        found = self._rows.execute(
            "SELECT metric, value, low, high, reason FROM measure WHERE rep = ? AND metric = coalesce(?, metric)"
            " ORDER BY metric",
            (rep, metric),
        )
        return {name: self._measure(name, *numbers) for name, *numbers in found}

    def _measure(self, name: str, value: float | None, low: float, high: float, reason: str) -> Measure:
        try:
            return Measure.missing(reason) if value is None else bounded(name, Measure(value, low, high))
        except (ValueError, TypeError) as error:
            raise ResultUnreadable(
                f"{self.path}: a stored {name} is damaged ({error})",
                "Record its result again, or give another logbook with --logbook.",
            ) from error


def _columns(session: Session) -> tuple[Any, ...]:
    """A session as the columns of _SESSION."""
    report = session.report
    return (
        *(session.date, session.file, _path(session.folder), session.sha256, session.version, session.pattern),
        *(*_numbers(session.share), session.share.reason, session.sentence, session.cue),
        *(_LINES.join(session.reasons), _LINES.join(session.flags)),
        *(report.load_kg, report.rpe, report.sitting_hours, report.note),
    )


def _path(path: str) -> str | bytes:
    """The path as text, or as its bytes if they are none."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return os.fsencode(path)
    return path


def _numbers(measure: Measure) -> tuple[float | None, float | None, float | None]:
    return (measure.value, measure.low, measure.high) if measure.known else (None, None, None)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(text.split(_LINES)) if text else ()
