"""A trend on the terminal: a line a clip, its value with its interval on one scale, 80 columns wide."""

from __future__ import annotations

from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hingecheck import texts
from hingecheck.history.trends import Point, Trend
from hingecheck.names import shown
from hingecheck.records import SHARES
from hingecheck.report import sentences, wording

WIDTH: Final = 30
_BAR: Final = "─"
_DOT: Final = "●"
_MOVED: Final = "◇"
_MARKS: Final = {"changed": ("changed", "bold"), "within": ("", ""), "not_told": ("", "")}


def show(trend: Trend, console: Console) -> None:
    """Print the clips in order of date, then what has changed, then what the comparison rests on."""
    style = f", {trend.style}" if trend.style else ""
    count = len(trend.points)
    whose = f"{shown(trend.athlete)}{style}, {count} clip{'s' * (count > 1)}"
    console.print(Text(f"{whose}: {wording.name(trend.metric)}", style="bold"))
    low, high = extent(trend)
    table = Table(show_edge=False, pad_edge=False, box=None)
    table.add_column("date", no_wrap=True)
    table.add_column("load", justify="right", no_wrap=True)
    table.add_column(_scale(low, high, trend.metric), no_wrap=True, min_width=WIDTH)
    table.add_column("value (90 %)", no_wrap=True)
    table.add_column("")
    for point in trend.points:
        table.add_row(*_row(point, trend, (low, high)))
    console.print(table)
    for line in notes(trend):
        console.print(Text(line))
    console.print()


def extent(trend: Trend) -> tuple[float, float]:
    """Ends of the scale: all intervals, what was moved to one load, and zero for what is a share."""
    known = [point.value for point in trend.points if point.value.known]
    if not known:
        return 0.0, 1.0
    moved = [point.at_load.value for point in trend.points if point.at_load.known]
    low, high = min([*(m.low for m in known), *moved]), max([*(m.high for m in known), *moved])
    if trend.metric in SHARES:
        low = min(0.0, low)
    return low, high if high > low else low + 1.0


def notes(trend: Trend) -> list[str]:
    """Every clip that has changed or could not be measured, what load does, and how to read "changed"."""
    lines = [
        f"{point.session.date} {shown(point.session.file)}: {sentences.change(point.change, trend.metric)}."
        for point in trend.points
        if point.change.status == "changed"
    ]
    lines += [
        f"{point.session.date or 'no date'} {shown(point.session.file)}: not measured,"
        f" {texts.reason(point.value.reason)}."
        for point in trend.points
        if not point.value.known
    ]
    if trend.slope.known:
        by = wording.differing(trend.metric, trend.slope.times(10))
        lines.append(f"Load: {by} for 10 kg more over all days, or what else went along with it.")
        lines.append(f"{_MOVED}: the value moved to {trend.reference_kg:.0f} kg along that line.")
    return [*lines, _last(trend)]


def _last(trend: Trend) -> str:
    """What the newest clip tells, or why nothing can be compared."""
    told = [point for point in trend.points if point.change.status != "not_told"]
    if told and told[-1].change.status == "within":
        return f"Last compared, {told[-1].session.date}: {sentences.change(told[-1].change, trend.metric)}."
    if told:
        return "Changed: error alone would do that in fewer than 1 of 20 comparisons."
    reasons = dict.fromkeys(texts.reason(point.change.reason) for point in trend.points)
    return f"Nothing can be compared: {'; '.join(reasons)}."


def _row(point: Point, trend: Trend, ends: tuple[float, float]) -> tuple[str | Text, ...]:
    load = point.session.report.load_kg
    word, style = _MARKS[point.change.status]
    return (
        Text(point.session.date or "no date"),
        Text("–" if load is None else f"{load:g} kg"),
        _bar(point, ends),
        Text(wording.measure(trend.metric, point.value)),
        Text(word, style=style),
    )


def _bar(point: Point, ends: tuple[float, float]) -> Text:
    """The interval, the value in it, and where the value would lie at the trend's load."""
    value, moved = point.value, point.at_load
    if not value.known:
        return Text("")
    low, high = _cell(value.low, ends), _cell(value.high, ends)
    cells = [_BAR if low <= i <= high else " " for i in range(WIDTH)]
    if moved.known:
        cells[_cell(moved.value, ends)] = _MOVED
    cells[_cell(value.value, ends)] = _DOT
    return Text("".join(cells))


def _cell(value: float, ends: tuple[float, float]) -> int:
    return round((value - ends[0]) / (ends[1] - ends[0]) * (WIDTH - 1))


def _scale(low: float, high: float, metric: str) -> str:
    left, right = wording.number(metric, low), wording.number(metric, high)
    return f"{left}{right:>{WIDTH - len(left)}}"
