"""Show two repetitions side by side, aligned at lift-off.

Makes the files comparison.json, comparison.png and comparison.html, and one film for each side that has one.  A is the
first repetition, B the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from hingecheck import names, texts
from hingecheck.records import Floats
from hingecheck.records.comparison import Comparison, Difference, Side
from hingecheck.report import phases, sentences, wording
from hingecheck.report.film import keyframes
from hingecheck.report.page import analysis, template
from hingecheck.report.page.plots import Axis, Frames
from hingecheck.results import document, folder

MARKER: Final = "comparison.json"
NAMES: Final = ("A", "B")
FILMS: Final = ("A.mp4", "B.mp4")
ANGLES: Final = ("hip_flexion", "lumbar_flexion", "knee_flexion", "trunk_lean")
BEFORE_S: Final = 0.7
"""Seconds before lift-off at which charts and films begin."""

AFTER_S: Final = 0.7
"""Seconds after the end of the longer repetition at which the films end."""

MOST_POINTS: Final = 160


@dataclass(frozen=True, slots=True)
class Pictures:
    """What is shown of one side: the key frames of the repetition, and the film of the clip, if there is one."""

    frames: Sequence[keyframes.KeyFrame]
    film: folder.Content | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An angle of one repetition as SVG path data: the values, and the ribbon of the 90 % interval if it is known.

    Both are broken where the angle is unknown.
    """

    name: str
    path: str
    ribbon: str


@dataclass(frozen=True, slots=True)
class Chart:
    """An angle of both repetitions over the seconds since lift-off."""

    title: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]


def files(
    pair: Comparison, pictures: tuple[Pictures, Pictures], labels: Sequence[str] = NAMES
) -> dict[str, folder.Content]:
    """File name -> content.  `labels` name the two sides.  Two repetitions of one clip share one film."""
    labels = [names.shown(label) or letter for label, letter in zip(labels, NAMES, strict=True)]
    frames = [frame for side in pictures for frame in side.frames]
    films = {f"{letter}.mp4": side.film for letter, side in zip(NAMES, pictures, strict=True) if side.film is not None}
    shown = [f"{letter}.mp4" if f"{letter}.mp4" in films else "" for letter in NAMES]
    if pair.one_clip and len(films) == 2:
        del films["B.mp4"]
        shown[1] = "A.mp4"
    return {
        **films,
        "comparison.png": keyframes.sheet(frames, labels),
        "comparison.html": html(pair, frames, labels, shown).encode(),
        MARKER: document.text(document.comparison(pair)).encode(),
    }


def html(
    pair: Comparison,
    frames: Sequence[keyframes.KeyFrame],
    labels: Sequence[str] = NAMES,
    films: Sequence[str] = ("", ""),
) -> str:
    """The page as HTML text.  `frames` are the key frames of A, then those of B; `films` are the files beside it."""
    shown, rows, sides = analysis.pictures(frames), [row(item) for item in pair.differences], (pair.first, pair.second)
    context: dict[str, object] = {
        "pair": pair,
        "sentence": sentences.comparison(pair, labels),
        "remarks": sentences.remarks(pair, labels),
        "sides": list(zip(NAMES, labels, sides, films, strict=True)),
        "postures": [
            (words, [(frames[i + row], shown[i + row]) for row in (0, len(phases.POSTURES))])
            for i, words in enumerate(phases.POSTURES.values())
        ],
        "names": labels,
        "filmed": any(films),
        "charts": charts(sides),
        "rows": rows,
        "clear": [row(item) for item in sentences.in_front(pair)],
        "more": [each for each in rows if each["differs"] and not each["front"]],
        "others": [each for each in rows if not each["differs"] and not each["reason"]],
        "data": template.data(_synchrony(sides)),
    }
    return template.render("comparison.html", context, styles=("page.css",), scripts=("compare.js",))


def _synchrony(sides: Sequence[Side]) -> dict[str, Any]:
    """When each film shows lift-off, and from when to when the films play, in seconds since lift-off."""
    until = max(_end_s(side) - side.liftoff_s for side in sides) + AFTER_S
    return {"liftoff_s": [round(side.liftoff_s, 3) for side in sides], "from_s": -BEFORE_S, "to_s": round(until, 3)}


def row(item: Difference) -> dict[str, Any]:
    """A row of the table: a metric of both repetitions and the difference, as text."""
    return {
        "name": wording.name(item.name),
        "first": wording.measure(item.name, item.first),
        "second": wording.measure(item.name, item.second),
        "difference": wording.differing(item.name, item.difference),
        "reason": texts.reason(item.difference.reason),
        "differs": item.clear,
        "front": item.name in sentences.COMPARED,
        "basis": item.basis,
    }


def charts(sides: tuple[Side, Side]) -> tuple[Chart, ...]:
    """One chart for each angle of ANGLES, all with the same time axis."""
    spans = [_span(side) for side in sides]
    ends = [float(_since(side)[span[-1]]) for side, span in zip(sides, spans, strict=True) if len(span)]
    x = Axis(-BEFORE_S, max([*ends, 1.0]), 44, 340)
    return tuple(_chart(name, sides, spans, x) for name in ANGLES)


def _chart(name: str, sides: Sequence[Side], spans: Sequence[Frames], x: Axis) -> Chart:
    bands: list[tuple[Floats, Floats, Floats]] = []  # of each side: times, value, half of the interval
    for side, span in zip(sides, spans, strict=True):
        value = side.curves.value_deg[name][span]
        half = side.curves.half_deg.get(name, np.full(len(side.curves.time_s), np.nan))[span]
        bands.append((_since(side)[span], value, half))
    around = [value + sign * np.nan_to_num(half) for _, value, half in bands for sign in (-1, 1)]
    known = np.concatenate(around)
    low, high = (float(np.nanmin(known)), float(np.nanmax(known))) if not np.isnan(known).all() else (0.0, 1.0)
    y = Axis(low - 1.0, high + 1.0, 150, 10)
    lines = tuple(_line(letter, band, (x, y)) for letter, band in zip(NAMES, bands, strict=True))
    return Chart(wording.name(name), x, y, lines)


def _line(name: str, band: tuple[Floats, Floats, Floats], axes: tuple[Axis, Axis]) -> Line:
    (x, y), (time_s, value, half) = axes, band
    path, ribbon = [], []
    known = np.flatnonzero(~np.isnan(value))
    for piece in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        if len(piece) < 2:
            continue
        across = [x.place(float(s)) for s in time_s[piece]]
        path.append(_path(across, [y.place(float(v)) for v in value[piece]]))
        if not np.isnan(half[piece]).any():
            lower, upper = ([y.place(float(v)) for v in (value + sign * half)[piece]] for sign in (-1, 1))
            ribbon.append(_path([*across, *across[::-1]], [*upper, *lower[::-1]]) + "Z")
    return Line(name, "".join(path), "".join(ribbon))


def _path(x: Sequence[float], y: Sequence[float]) -> str:
    return "M" + "L".join(f"{a:g} {b:g}" for a, b in zip(x, y, strict=True))


def _since(side: Side) -> Floats:
    """Seconds since lift-off of every frame (N,)."""
    return np.asarray(side.curves.time_s - side.liftoff_s)


def _end_s(side: Side) -> float:
    """Time in seconds at which the repetition ends; its last known event if the end is unknown."""
    return side.rep.events.get("end_s", max(side.rep.events.values(), default=0.0))


def _span(side: Side) -> Frames:
    """Frames to draw, at most MOST_POINTS: from BEFORE_S before lift-off to the end of the repetition."""
    time_s = side.curves.time_s
    inside = np.flatnonzero((time_s >= side.liftoff_s - BEFORE_S) & (time_s <= _end_s(side)))
    return inside[:: max(1, -(-len(inside) // MOST_POINTS))]


def folder_name(first: str, second: str) -> str:
    """Name of the result folder, from the names of both sides."""
    return names.result_folder(f"{first}-vs-{second}")
