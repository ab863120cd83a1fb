"""The board: the clips of a batch by athlete, for the coach's morning.

`people` takes a Season and gives one Person for each athlete.  A clip of an unknown athlete is a Person of its own.

Order: the newest day first; within a day, the most urgent clip first, as the triage sorts them.  So a bad day long ago
does not stay on top.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hingecheck import names
from hingecheck.history.trends import Point, Trend
from hingecheck.history.triage import Row, Season


@dataclass(frozen=True, slots=True)
class Person:
    """One athlete with all clips of the batch, in the order of the board, and the trends; at least one clip.

    `athlete` is "" if it is not known.  `rank` is the place of the first clip in the list of the triage.
    """

    athlete: str
    rank: int
    rows: tuple[Row, ...]
    trends: tuple[Trend, ...]

    @property
    def row(self) -> Row:
        """The clip that stands for the athlete: the most urgent one of the newest day."""
        return self.rows[0]

    @property
    def newest(self) -> tuple[Row, ...]:
        """The clips of the newest day."""
        return tuple(row for row in self.rows if date(row) == date(self.row))

    @property
    def trend(self) -> Trend | None:
        """The trend that holds the first clip; without one, the longest; None if the athlete has no trend."""
        session = self.row.session
        mine = [t for t in self.trends if session is not None and t.style == session.style]
        return max(mine or self.trends, key=lambda trend: len(trend.points), default=None)


def people(season: Season) -> tuple[Person, ...]:
    """All athletes of a season, in the order of the board."""
    of_whom: dict[str, list[tuple[int, Row]]] = {}
    for rank, row in enumerate(season.rows):
        of_whom.setdefault(_key(row), []).append((rank, row))
    trends = {names.identity(each[0].athlete): each for each in season.trends}
    found = [_person(ranked, trends.get(key, ())) for key, ranked in of_whom.items()]
    return tuple(sorted(found, key=lambda person: date(person.row), reverse=True))  # keeps the triage's order in a day


def alone(season: Season) -> tuple[Person, ...]:
    """A Person for each clip, in the order of the triage: the board by clip."""
    trends = {names.identity(each[0].athlete): each for each in season.trends}
    return tuple(
        _person([(rank, row)], trends.get(names.identity(row.outcome.entry.clip.athlete), ()))
        for rank, row in enumerate(season.rows)
    )


def date(row: Row) -> str:
    """The date of a clip; "" if it is not known."""
    return row.outcome.entry.clip.date


def measured(trend: Trend) -> list[Point]:
    """The clips of a trend that have a value and a date."""
    return [point for point in trend.points if point.session.date and point.value.known]


def _key(row: Row) -> str:
    """What is equal for the clips of one athlete; for an unknown one, the path of the clip."""
    clip = row.outcome.entry.clip
    return names.identity(clip.athlete) or f"\0{clip.path}"


def _person(ranked: Sequence[tuple[int, Row]], trends: tuple[Trend, ...]) -> Person:
    """The athlete of these clips, which have the order of the triage."""
    newest_first = sorted(ranked, key=lambda each: date(each[1]), reverse=True)
    rank, first = newest_first[0]
    return Person(first.outcome.entry.clip.athlete, rank, tuple(row for _, row in newest_first), trends)
