"""Make the trend page of an athlete: for each style of lift a chart over time and a table of the same numbers."""

from __future__ import annotations

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from hingecheck import __version__
from hingecheck.history.detectable import METHOD
from hingecheck.history.trends import HEADLINE, Point, Trend
from hingecheck.judgement import criteria
from hingecheck.names import shown
from hingecheck.report import sentences, wording
from hingecheck.report.page import template
from hingecheck.report.terminal import trend as trend_lines

WIDTH_PX: Final = 480
HEIGHT_PX: Final = 300
LEFT_PX: Final = 70
BOTTOM_PX: Final = 46
MARGIN_PX: Final = 18
TICKS: Final = 5
REPORT: Final = "report.html"


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


def page(trends: Sequence[Trend], out: Path | None = None) -> str:
    """The page as HTML text.  It loads nothing.  `trends`: one athlete and one metric, one trend for each style.

    `out`: the results folder of a batch, in whose folder `trends` the page lies; the page then links to the reports.
    """
    context = {
        "athlete": shown(trends[0].athlete),
        "metric": wording.name(trends[0].metric),
        "charts": [_chart(trend, out) for trend in trends],
        "home": out is not None,
        "method": METHOD,
        "version": __version__,
    }
    return template.render("trend.html", context, styles=["trend.css"])


def _chart(trend: Trend, out: Path | None) -> dict[str, Any]:
    dated = [point for point in trend.points if point.session.date and point.value.known]
    return {
        "style": trend.style,
        "clips": len(trend.points),
        "notes": trend_lines.notes(trend),
        "rows": [_row(point, trend, out) for point in trend.points],
        "picture": _picture(dated, trend) if dated else None,
        "adjusted": trend.slope.known,
        "reference": f"{trend.reference_kg:.0f} kg",
    }


def _row(point: Point, trend: Trend, out: Path | None) -> dict[str, str]:
    load = point.session.report.load_kg
    return {
        "date": point.session.date or "no date",
        "clip": shown(point.session.file),
        "report": _report(point, out),
        "load": "–" if load is None else f"{load:g} kg",
        "value": wording.explained(trend.metric, point.value),
        "at_load": wording.measure(trend.metric, point.at_load) if point.at_load.known else "–",
        "change": sentences.change(point.change, trend.metric, now=point.value),
    }


def _report(point: Point, out: Path | None) -> str:
    """The link to a clip's report; "" if it does not lie in the results folder."""
    if out is None or not point.session.folder or not (out / point.session.folder / REPORT).is_file():
        return ""
    return quote(f"../{point.session.folder}/{REPORT}")


def _bands(frame: _Frame, metric: str) -> list[dict[str, Any]]:
    """The limits between the patterns: where they are drawn, and their names; only for the share."""
    if metric != HEADLINE:
        return []
    limits = criteria.load().verdict
    below, above = limits["hip_led_below"].value, limits["low_back_led_above"].value
    words = ((below, "mixed from"), (above, "low-back-led from"))
    return [
        {"y": frame.y(value), "text": f"{name} {wording.limit(metric, value)}"}
        for value, name in words
        if frame.low <= value <= frame.high
    ]


def _picture(points: Sequence[Point], trend: Trend) -> dict[str, Any]:
    days = [day(point.session.date) for point in points]
    frame = _Frame(min(days), max(days), *trend_lines.extent(trend))
    ticks = _ticks(frame.low, frame.high)
    return {
        "width": WIDTH_PX,
        "height": HEIGHT_PX,
        "left": LEFT_PX,
        "bottom": HEIGHT_PX - BOTTOM_PX,
        "ticks": [{"y": frame.y(tick), "text": wording.number(trend.metric, tick)} for tick in ticks],
        "first": points[0].session.date,
        "last": points[-1].session.date,
        "first_x": frame.x(frame.first_day),
        "last_x": frame.x(frame.last_day),
        "bands": _bands(frame, trend.metric),
        "points": [_mark(point, frame, trend) for point in points],
    }


def _mark(point: Point, frame: _Frame, trend: Trend) -> dict[str, Any]:
    value = point.value
    return {
        "x": frame.x(day(point.session.date)),
        "y": frame.y(value.value),
        "low": frame.y(value.low),
        "high": frame.y(value.high),
        "changed": point.change.status == "changed",
        "moved": frame.y(point.at_load.value) if point.at_load.known else None,
        "text": f"{point.session.date}: {wording.measure(trend.metric, value)}",
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
