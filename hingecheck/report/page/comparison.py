"""Two repetitions side by side: `comparison.json`, `comparison.png`, `comparison.html`; aligned at lift-off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from hingecheck import names
from hingecheck.records import Angle, Floats
from hingecheck.records.comparison import Comparison, Difference, Side
from hingecheck.report import phases, wording
from hingecheck.report.film import keyframes
from hingecheck.report.page import analysis, template
from hingecheck.report.page.plots import Axis, Frames
from hingecheck.results import document, folder

MARKER: Final = "comparison.json"
NAMES: Final = ("A", "B")
ANGLES: Final = ("hip_flexion", "lumbar_flexion", "knee_flexion", "trunk_lean")
BEFORE_S: Final = 0.7
"""Shown before lift-off."""

MOST_POINTS: Final = 160


@dataclass(frozen=True, slots=True)
class Line:
    """One repetition's angle on paper: its ribbon and its line, in pieces where something is unknown."""

    name: str
    path: str
    ribbon: str


@dataclass(frozen=True, slots=True)
class Chart:
    """An angle of both repetitions over the time since lift-off."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]


def files(found: Comparison, pictures: tuple[keyframes.PicturesAt, keyframes.PicturesAt]) -> dict[str, folder.Content]:
    """Name -> content; `pictures` give those of the first and of the second clip."""
    sides = (found.first, found.second)
    frames = [
        frame
        for side, pictures_at in zip(sides, pictures, strict=True)
        for frame in keyframes.take(replace(side.analysis, reps=(side.rep,)), pictures_at)
    ]
    return {
        "comparison.png": keyframes.sheet(frames, NAMES),
        "comparison.html": html(found, frames).encode(),
        MARKER: document.text(document.comparison(found)).encode(),
    }


def html(found: Comparison, frames: Sequence[keyframes.KeyFrame]) -> str:
    """The page."""
    shown = analysis.pictures(frames)
    context: dict[str, object] = {
        "found": found,
        "sides": list(zip(NAMES, (found.first, found.second), strict=True)),
        "events": [
            (event, [(frames[i + row], shown[i + row]) for row in (0, len(keyframes.EVENTS))])
            for i, (event, _) in enumerate(keyframes.EVENTS)
        ],
        "names": NAMES,
        "charts": charts((found.first, found.second)),
        "rows": [row(item) for item in found.differences],
    }
    return template.render("comparison.html", context, styles=("page.css",))


def row(item: Difference) -> dict[str, Any]:
    """A difference in words."""
    return {
        "name": wording.name(item.name),
        "first": wording.measure(item.name, item.first),
        "second": wording.measure(item.name, item.second),
        "difference": wording.differing(item.name, item.difference),
        "reason": item.difference.reason,
        "differs": item.clear,
        "basis": item.basis,
    }


def charts(sides: tuple[Side, Side]) -> tuple[Chart, ...]:
    """A chart an angle."""
    spans = [_span(side) for side in sides]
    x = Axis(-BEFORE_S, max(float(_since(side)[span[-1]]) for side, span in zip(sides, spans, strict=True)), 44, 340)
    return tuple(_chart(name, sides, spans, x) for name in ANGLES)


def _chart(name: str, sides: Sequence[Side], spans: Sequence[Frames], x: Axis) -> Chart:
    found: list[tuple[Floats, Floats, Floats]] = []
    for side, span in zip(sides, spans, strict=True):
        angle: Angle = getattr(side.analysis.angles, name)
        half = angle.half_deg[span]
        found.append((_since(side)[span], angle.value_deg[span] - half, angle.value_deg[span] + half))
    known = np.concatenate([np.concatenate(ends[1:]) for ends in found])
    low, high = (float(np.nanmin(known)), float(np.nanmax(known))) if not np.isnan(known).all() else (0.0, 1.0)
    y = Axis(low - 1.0, high + 1.0, 150, 10)
    lines = tuple(_line(letter, ends, (x, y)) for letter, ends in zip(NAMES, found, strict=True))
    return Chart(wording.name(name), x, y, lines)


def _line(name: str, ends: tuple[Floats, Floats, Floats], axes: tuple[Axis, Axis]) -> Line:
    (x, y), (time_s, low, high) = axes, ends
    path, ribbon = [], []
    known = np.flatnonzero(~np.isnan(low))
    for piece in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if len(piece) < 2:
            continue
        across = [x.place(float(s)) for s in time_s[piece]]
        lower, middle, upper = ([y.place(float(v)) for v in line[piece]] for line in (low, (low + high) / 2, high))
        path.append(_path(across, middle))
        ribbon.append(_path([*across, *across[::-1]], [*upper, *lower[::-1]]) + "Z")
    return Line(name, "".join(path), "".join(ribbon))


def _path(x: Sequence[float], y: Sequence[float]) -> str:
    return "M" + "L".join(f"{a:g} {b:g}" for a, b in zip(x, y, strict=True))


def _since(side: Side) -> Floats:
    return np.asarray(side.analysis.angles.time_s - side.rep.rep.liftoff_s)


def _span(side: Side) -> Frames:
    """Frames from a little before lift-off to the repetition's end, thinned."""
    time_s, rep = side.analysis.angles.time_s, side.rep.rep
    inside = np.flatnonzero((time_s >= rep.liftoff_s - BEFORE_S) & (time_s <= phases.end_s(rep)))
    return inside[:: -(-len(inside) // MOST_POINTS)]


def first_clip_name(clip: Path, other: Path | None) -> str:
    """A folder's name for the result: both clips' own names."""
    return names.result_folder(f"{clip.stem}-vs-{clip.stem if other is None else other.stem}")
