"""Print a trend: one line for each clip, with its value and interval on a common scale.

`extent` and `notes` serve the trend page as well.
"""

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
MOVED: Final = "◇"
_MARKS: Final = {"changed": ("changed", "bold"), "within": ("", ""), "not_told": ("", "")}


def show(trend: Trend, console: Console) -> None:
    """Print the clips in order of date, then the notes on what has changed and why."""
    style = f", {sentences.lift_type(trend.style)}" if trend.style else ""
    count = len(trend.points)
    title = f"{shown(trend.athlete)}{style}, {count} clip{'s' * (count > 1)}"
    console.print(Text(f"{title}: {wording.name(trend.metric)}", style="bold"))
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
    """The ends of the scale, in the unit of the metric.

    The scale holds all intervals and all values moved to the reference load.  For a share it holds zero as well.
    """
    known = [point.value for point in trend.points if point.value.known]
    if not known:
        return 0.0, 1.0
    moved = [point.at_load.value for point in trend.points if point.at_load.known]
    low, high = min([*(m.low for m in known), *moved]), max([*(m.high for m in known), *moved])
    if trend.metric in SHARES:
        low = min(0.0, low)
    return low, high if high > low else low + 1.0


def notes(trend: Trend) -> list[str]:
    """Sentences on each clip that changed or could not be measured, on the effect of load, and on the comparison."""
    lines = [
        f"{point.session.date} {shown(point.session.file)}:"
        f" {sentences.change(point.change, point.session.date, trend.metric)}."
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
        effect = wording.differing(trend.metric, trend.slope.times(10))
        lines.append(f"Load: {effect} for each 10 kg more; includes anything else that changed with the load.")
        lines.append(f"{MOVED}: the value expected at {trend.reference_kg:.0f} kg.")
    return [*lines, _last(trend)]


def _last(trend: Trend) -> str:
    """A sentence on the newest clip, or why no clip can be compared."""
    compared = [point for point in trend.points if point.change.status != "not_told"]
    if compared and compared[-1].change.status == "within":
        last = compared[-1]
        return f"Last compared, {last.session.date}: {sentences.change(last.change, last.session.date, trend.metric)}."
    if compared:
        return "Changed: error alone would cause such a difference in fewer than 1 of 20 comparisons."
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
    """The interval, the value, and the value moved to the reference load, on the scale."""
    value, moved = point.value, point.at_load
    if not value.known:
        return Text("")
    low, high = _cell(value.low, ends), _cell(value.high, ends)
    cells = [_BAR if low <= i <= high else " " for i in range(WIDTH)]
    if moved.known:
        cells[_cell(moved.value, ends)] = MOVED
    cells[_cell(value.value, ends)] = _DOT
    return Text("".join(cells))


def _cell(value: float, ends: tuple[float, float]) -> int:
    return round((value - ends[0]) / (ends[1] - ends[0]) * (WIDTH - 1))


def _scale(low: float, high: float, metric: str) -> str:
    left, right = wording.number(metric, low), wording.number(metric, high)
    return f"{left}{right:>{WIDTH - len(left)}}"
