"""All clips of the app as a season: the rows, trends and athletes that the board and the pages of athletes show.

It is the board of a batch (`history.triage`, `history.board`), kept in memory: a clip that ends changes one row, and
the trends of one athlete.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable

from hingecheck import names
from hingecheck.app.shelf import OPEN, Item, Shelf
from hingecheck.errors import UsageError
from hingecheck.history import board, trends, triage
from hingecheck.history.board import Person
from hingecheck.history.logbook import Logbook
from hingecheck.history.trends import Trend
from hingecheck.history.triage import Row, Season


class Board:
    """The clips with a result or a failure.  All threads may use it."""

    def __init__(self, shelf: Shelf) -> None:
        """Raises UsageError if the logbook cannot be used."""
        with Logbook(shelf.logbook):
            pass
        self._shelf = shelf
        self._rows: dict[str, Row] = {}
        self._trends: dict[str, tuple[Trend, ...]] = {}
        self._season: Season | None = None
        self._lock = threading.RLock()

    def load(self) -> None:
        """Read all finished clips, the newest first, and compute the season.

        The logbook holds their sessions already, or gets them.
        """
        with self._lock, Logbook(self._shelf.logbook) as book:
            book.record(
                row.session
                for item in reversed(self._shelf.in_state("done", "failed"))
                if (row := self._read(item)) is not None and row.session is not None and row.session.athlete
            )
            self.season()

    def update(self, item: Item, before: Item | None = None) -> None:
        """Take over a clip that ended, or whose answers changed.  `before`: the clip before the change."""
        with self._lock, Logbook(self._shelf.logbook) as book:
            for each in (before, item):
                if each is not None and each.answers.athlete:
                    self._trends.pop(names.identity(each.answers.athlete), None)
            if before is not None and before.answers.athlete and _moved(before, item):
                book.forget(before.answers.athlete, before.sha256)
            row = self._read(item)
            if row is not None and row.session is not None and row.session.athlete:
                book.record([row.session])

    def season(self) -> Season:
        """The rows in the order of the triage, and the trends of all athletes."""
        with self._lock:
            if self._season is None:
                self._season = triage.arranged(self._rows.values(), self._histories())
            return self._season

    def row(self, clip_id: str) -> Row | None:
        """The row of one clip, without its change and group; None until it is read.  It waits for nothing."""
        return self._rows.get(clip_id)

    def person(self, athlete: str) -> Person:
        """One athlete.  Raises UsageError without a clip of this name."""
        for person in board.people(self.season()):
            if person.athlete and names.identity(person.athlete) == names.identity(athlete):
                return person
        raise UsageError(f"{names.shown(athlete)}: has no clips here", "Open the board, and choose an athlete.")

    def delete(self, athlete: str, items: Iterable[Item]) -> None:
        """Delete an athlete from the history for good, with these clips."""
        with self._lock, Logbook(self._shelf.logbook) as book:
            book.delete(athlete)
            self._drop(athlete, items)

    def remove(self, item: Item) -> None:
        """Delete one clip from the history."""
        with self._lock, Logbook(self._shelf.logbook) as book:
            if item.answers.athlete and not self._copies(item):
                book.forget(item.answers.athlete, item.sha256)
            self._drop(item.answers.athlete, [item])

    def was_deleted(self, athlete: str) -> bool:
        """True if the athlete was deleted and not taken back."""
        with Logbook(self._shelf.logbook) as book:
            return bool(athlete) and book.was_deleted(athlete)

    def restore(self, athlete: str) -> None:
        """Take a deleted athlete back.  Raises UsageError."""
        with Logbook(self._shelf.logbook) as book:
            book.restore(athlete)

    def _copies(self, item: Item) -> bool:
        """True if another clip of the athlete has the same content."""
        return any(
            other.id != item.id and other.sha256 == item.sha256 and not _moved(other, item)
            for other in self._shelf.all()
        )

    def _drop(self, athlete: str, items: Iterable[Item]) -> None:
        self._trends.pop(names.identity(athlete), None)
        for item in items:
            self._rows.pop(item.id, None)
        self._season = None

    def _read(self, item: Item) -> Row | None:
        """Read the row of a clip anew.  Returns it with all metrics; None while the clip is open."""
        self._season = None
        if item.state in (*OPEN, "standing", "cancelled"):
            self._rows.pop(item.id, None)
            return None
        row = triage.read(self._shelf.outcome(item), self._shelf.folder, self._shelf.logbook)
        self._rows[item.id] = triage.lean(row)
        return row

    def _histories(self) -> dict[str, tuple[Trend, ...]]:
        athletes = {
            names.identity(row.session.athlete): row.session.athlete for row in self._rows.values() if row.session
        }
        with Logbook(self._shelf.logbook) as book:
            for identity, name in athletes.items():
                if name and identity not in self._trends:
                    self._trends[identity] = trends.of_athlete(book.sessions(name, trends.HEADLINE))
        return {identity: self._trends[identity] for identity in sorted(athletes) if identity}


def _moved(before: Item, item: Item) -> bool:
    """True if a clip belongs to another athlete now."""
    return names.identity(before.answers.athlete) != names.identity(item.answers.athlete)
