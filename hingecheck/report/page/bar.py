"""The bar on the report page: its path seen from the side, its velocity over its height, and a table.

Input: an analysis.  Output: places in SVG units, which the template draws, and cells of text.  Every number comes from
the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hingecheck import texts
from hingecheck.records import Analysis, BarTrack, Floats, Ints, RepMetrics
from hingecheck.report import wording
from hingecheck.report.page.plots import MOST_POINTS, Axis, span

METRICS: Final = ("bar_displacement_m", "mean_concentric_velocity_m_s", "peak_concentric_velocity_m_s")
HEADS: Final = ("Displacement", "Mean velocity", "Peak velocity")
LOSS: Final = "velocity_loss_percent"

LEFT, RIGHT, TOP, BOTTOM = 52, 350, 14, 290
"""Edges of both pictures, in SVG units."""


@dataclass(frozen=True, slots=True)
class Line:
    """The line of one repetition, and where it begins, in SVG units."""

    number: int
    path: str
    start: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """Lines over two axes with their labels; `about` says what it shows."""

    x: Axis
    y: Axis
    x_label: str
    y_label: str
    about: str
    lines: tuple[Line, ...]


def context(analysis: Analysis) -> dict[str, Any] | None:
    """What the template needs; None if the bar was not followed in any pull."""
    bar = analysis.bar
    pulls = [] if bar is None else [(rep.rep.number, frames) for rep in analysis.reps if len(frames := _pull(bar, rep))]
    if bar is None or not pulls:
        return None
    loss = analysis.over_set.get(LOSS)
    rows = [(rep.rep, [_cell(rep, name) for name in METRICS]) for rep in analysis.reps]
    cells = [cell for _, row in rows for cell in row]
    return {
        "pictures": [_path(bar, pulls), *([_speed(bar, pulls)] if bar.scale else [])],
        "heads": HEADS,
        "rows": rows,
        "known": any(cell["known"] for cell in cells),
        "reasons": list(dict.fromkeys(cell["reason"] for cell in cells)),
        "loss": wording.measure(LOSS, loss) if loss is not None and loss.known else "",
        "followed": "the end of the bar" if bar.by == "end" else "the hands that hold the bar",
        "scale": SCALES[bar.scale],
    }


SCALES: Final = {
    "plates": "450-mm plates",
    "height": "the lifter's height",
    "recorded": "the tracks, which are in metres",
    "": "",
}
"""What turns lengths into metres, in words."""


def _pull(bar: BarTrack, rep: RepMetrics) -> Ints:
    """Frames of the way up in which the bar is followed, at most about MOST_POINTS of them."""
    inside = (bar.time_s >= rep.rep.onset_s) & (bar.time_s <= np.nanmax([rep.rep.top_s, rep.rep.liftoff_s]))
    frames = np.flatnonzero(inside & np.isfinite(bar.forward + bar.up))
    return frames[:: max(1, -(-len(frames) // MOST_POINTS))] if len(frames) > 1 else frames[:0]


def _path(bar: BarTrack, pulls: Sequence[tuple[int, Ints]]) -> Picture:
    """Height over forward travel, at one scale for both."""
    factor, unit = (100 * bar.leg_m, "cm") if bar.scale else (100.0, "% of leg length")
    ahead, up = factor * bar.forward, factor * bar.up
    every = np.concatenate([frames for _, frames in pulls])
    y = Axis(*span(up[every]), BOTTOM, TOP)
    half = (y.high - y.low) * (RIGHT - LEFT) / (BOTTOM - TOP) / 2
    middle = float(np.median([ahead[frames[0]] for _, frames in pulls]))
    x = Axis(middle - half, middle + half, LEFT, RIGHT)
    about = "Path of the bar from the side, one line for each repetition, from the start of the pull to the top"
    return Picture(x, y, f"forward, {unit}", f"up, {unit}", about, _lines((ahead, up), (x, y), pulls))


def _speed(bar: BarTrack, pulls: Sequence[tuple[int, Ints]]) -> Picture:
    """Upward velocity over height."""
    up, speed = 100 * bar.leg_m * bar.up, bar.leg_m * bar.speed
    every = np.concatenate([frames for _, frames in pulls])
    x, y = Axis(*span(up[every]), LEFT, RIGHT), Axis(*span(speed[every]), BOTTOM, TOP)
    about = "Upward velocity of the bar over its height, one line for each repetition"
    return Picture(x, y, "up, cm", "velocity, m/s", about, _lines((up, speed), (x, y), pulls))


def _lines(
    values: tuple[Floats, Floats], axes: tuple[Axis, Axis], pulls: Sequence[tuple[int, Ints]]
) -> tuple[Line, ...]:
    lines = []
    for number, frames in pulls:
        points = [(axes[0].place(values[0][i]), axes[1].place(values[1][i])) for i in frames]
        lines.append(Line(number, "M" + "L".join(f"{a:g} {b:g}" for a, b in points), points[0]))
    return tuple(lines)


def _cell(rep: RepMetrics, name: str) -> dict[str, Any]:
    measure = rep.values[name]
    text = wording.measure(name, measure)
    return {"known": measure.known, "text": text, "reason": texts.reason(measure.reason)}
