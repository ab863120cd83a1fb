"""Make the page of an athlete: for each style of lift a chart over time, what it says in words, and all clips.

`page` makes it for `hingecheck trend`; `of_person` makes it for a batch, where it links to the board and the reports.
"""

from __future__ import annotations

import calendar
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from hingecheck import __version__
from hingecheck.history import board as clips
from hingecheck.history.board import Person
from hingecheck.history.detectable import METHOD
from hingecheck.history.trends import HEADLINE, Point, Trend
from hingecheck.history.triage import Row
from hingecheck.names import identity, shown
from hingecheck.report import sentences, wording
from hingecheck.report.page import board, template
from hingecheck.report.terminal import trend as trend_lines

WIDTH_PX: Final = 400
HEIGHT_PX: Final = 300
LEFT_PX: Final = 58
BOTTOM_PX: Final = 40
MARGIN_PX: Final = 18
TICKS: Final = 5
TOUCH_PX: Final = 52
"""Size of the place on a chart that a finger can hit: 44 pixels on a screen of 390."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where days and values are drawn on the picture, in pixels."""

    first_day: int
    last_day: int
    low: float
    high: float

    def x(self, day: int) -> float:
        span = max(1, self.last_day - self.first_day)
        room = WIDTH_PX - LEFT_PX - 2 * MARGIN_PX
        part = 0.5 if self.first_day == self.last_day else (day - self.first_day) / span
        return round(LEFT_PX + MARGIN_PX + part * room, 1)

    def y(self, value: float) -> float:
        return round(HEIGHT_PX - BOTTOM_PX - (value - self.low) / (self.high - self.low) * _room(), 1)


@dataclass(frozen=True, slots=True)
class _Home:
    """The batch or app that the page belongs to, if any: the rows of its clips, by the hash of their content.

    `board`: there is a board to link to.  `actions`: the address of the app's page of the athlete.
    """

    rows: Mapping[str, Row] = field(default_factory=dict)
    board: bool = False
    actions: str = ""

    def report(self, point: Point) -> str:
        """The link to the report of a clip; "" without one."""
        row = self.rows.get(point.session.sha256)
        return _up(row.report) if row is not None else ""

    def picture(self, point: Point) -> str:
        """The link to the thumbnail of a clip; "" without one."""
        row = self.rows.get(point.session.sha256)
        return _up(row.thumbnail) if row is not None else ""


def _up(below: str) -> str:
    """A path below `--out` as a link from the folder of the pages."""
    return quote(f"../{below}") if below else ""


def page(trends: Sequence[Trend]) -> str:
    """The page as HTML text.  It loads nothing.  `trends`: one athlete and one metric, one trend for each style."""
    return _page(trends[0].athlete, trends, _Home(), [])


def of_person(person: Person, *, home: bool = True, actions: str = "") -> str:
    """The page of an athlete of a batch.  It lies in the folder `trends` below the results folder.

    `home`: link to the board.  `actions`: the address of a page of the app with what can be done for the athlete.
    """
    failed = [_failed(row) for row in person.rows if row.session is None]
    rows = {row.outcome.entry.sha256: row for row in person.rows}
    return _page(person.athlete, person.trends, _Home(rows, home, actions), failed)


def _page(athlete: str, trends: Sequence[Trend], home: _Home, failed: Sequence[Mapping[str, str]]) -> str:
    metric = trends[0].metric if trends else HEADLINE
    context = {
        "athlete": shown(athlete),
        "metric": wording.name(metric),
        "headline": metric == HEADLINE,
        "charts": [_chart(trend, home) for trend in trends],
        "failed": failed,
        "home": home,
        "method": METHOD,
        "version": __version__,
    }
    return template.render("trend.html", context, styles=["trend.css"], also={"img-src": "'self' file:"})


def _failed(row: Row) -> dict[str, str]:
    """A clip without a result: why, and what to do."""
    clip = row.outcome.entry.clip
    return {
        "day": sentences.day(clip.date) or "no date",
        "clip": shown(_below(clip.file, clip.athlete)),
        "why": sentences.sentence(row.reason),
        "remedy": sentences.sentence(row.remedy),
    }


def _chart(trend: Trend, home: _Home) -> dict[str, Any]:
    dated = clips.measured(trend)
    return {
        "style": sentences.lift_type(trend.style),
        "words": _words(trend),
        "rows": [_row(point, trend, home) for point in sorted(trend.points, key=_date, reverse=True)],
        "picture": _picture(dated, trend, home) if dated else None,
        "adjusted": trend.slope.known,
        "reference": f"{trend.reference_kg:.0f} kg",
    }


def _date(point: Point) -> str:
    return point.session.date


def _words(trend: Trend) -> list[str]:
    """What the chart says: how many clips of when, the newest one and its direction, the effect of load."""
    days = sorted({point.session.date for point in trend.points if point.session.date})
    lines = [f"{_count(len(trend.points), 'clip')} on {_count(len(days), 'day')}{_since(days)}."]
    newest = max(trend.points, key=_date)
    value = wording.explained(trend.metric, newest.value)
    verdict = f"{board.outcome(newest.session)}, " if trend.metric == HEADLINE and newest.value.known else ""
    known = (sentences.day(newest.session.date), sentences.load(newest.session.report.load_kg))
    lines.append(f"{', '.join(filter(None, ('Newest clip', *known)))}: {verdict}{value}.")
    if newest.value.known:
        lines.append(sentences.sentence(sentences.change(newest.change, newest.session.date, trend.metric)))
    if trend.slope.known:
        effect = wording.differing(trend.metric, trend.slope.times(10))
        lines.append(f"Load: {effect} for each 10 kg more; includes anything else that changed with the load.")
        lines.append(f"{trend_lines.MOVED}: the value expected at {trend.reference_kg:.0f} kg.")
    return lines


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _since(days: Sequence[str]) -> str:
    """The days from the first to the last one, in words; "" without any."""
    if not days:
        return ""
    last = sentences.day(days[-1])
    return f", {last}" if len(days) == 1 else f", {sentences.day(days[0], days[-1])} to {last}"


def _row(point: Point, trend: Trend, home: _Home) -> dict[str, str]:
    session = point.session
    direction = sentences.direction(point.change, session.date, trend.metric)
    return {
        "day": sentences.day(session.date) or "no date",
        "clip": shown(_below(session.file, session.athlete)),
        "report": home.report(point),
        "picture": home.picture(point),
        "load": sentences.load(session.report.load_kg),
        "reps": board.reps(session),
        "verdict": board.outcome(session) if trend.metric == HEADLINE and point.value.known else "",
        "value": wording.explained(trend.metric, point.value),
        "at_load": wording.measure(trend.metric, point.at_load) if point.at_load.known else "",
        "change": sentences.sentence(direction) if point.value.known else "",
        "flags": board.flagged(session.flags) if trend.metric == HEADLINE else "",
    }


def _below(file: str, athlete: str) -> str:
    """The path of a clip below the athlete's folder."""
    folder, slash, name = file.partition("/")
    return name if slash and identity(folder) == identity(athlete) else file


def _bands(frame: _Frame, metric: str) -> list[dict[str, Any]]:
    """The bands of the patterns: where they are drawn, and their names; only for the share."""
    if metric != HEADLINE:
        return []
    limits = board.rules_used().verdict
    below, above = limits["hip_led_below"].value, limits["low_back_led_above"].value
    ends = ((frame.low, below, "hip_led"), (below, above, "mixed"), (above, frame.high, "low_back_led"))
    return [
        {
            "y": frame.y(high),
            "height": round(frame.y(low) - frame.y(high), 1),
            "key": key,
            "name": sentences.pattern(key),
        }
        for low, high, key in ends
    ]


def _picture(points: Sequence[Point], trend: Trend, home: _Home) -> dict[str, Any]:
    days = [day(point.session.date) for point in points]
    low, high = (0.0, 1.0) if trend.metric == HEADLINE else trend_lines.extent(trend)
    frame = _Frame(min(days), max(days), low, high)
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "left": LEFT_PX,
        "bottom": HEIGHT_PX - BOTTOM_PX,
        "touch": TOUCH_PX,
        "ticks": [{"y": frame.y(tick), "text": wording.number(trend.metric, tick)} for tick in _ticks(low, high)],
        "first": sentences.day(points[0].session.date, points[-1].session.date),
        "last": sentences.day(points[-1].session.date),
        "alone": points[0].session.date == points[-1].session.date,
        "bands": _bands(frame, trend.metric),
        "points": [_mark(point, frame, trend, home) for point in points],
    }


def _mark(point: Point, frame: _Frame, trend: Trend, home: _Home) -> dict[str, Any]:
    value = point.value
    return {
        "x": frame.x(day(point.session.date)),
        "y": frame.y(value.value),
        "low": frame.y(max(value.low, frame.low)),
        "high": frame.y(min(value.high, frame.high)),
        "changed": point.change.status == "changed",
        "moved": frame.y(point.at_load.value) if point.at_load.known else None,
        "report": home.report(point),
        "text": f"{sentences.day(point.session.date)}: {wording.measure(trend.metric, value)}",
    }


def _ticks(low: float, high: float) -> list[float]:
    """About five round numbers between `low` and `high`."""
    rough = (high - low) / TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * i for i in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _room() -> int:
    return HEIGHT_PX - BOTTOM_PX - MARGIN_PX


def day(date: str) -> int:
    """Days from 1970-01-01 to a date, YYYY-MM-DD."""
    year, month, number = map(int, date.split("-"))
    return calendar.timegm((year, month, number, 0, 0, 0)) // 86400
