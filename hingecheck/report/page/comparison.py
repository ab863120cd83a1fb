"""Show two repetitions side by side, aligned at lift-off.

Makes the files comparison.json, comparison.png and comparison.html.  A is the first repetition, B the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from hingecheck import names, texts
from hingecheck.records import Angle, Floats
from hingecheck.records.comparison import Comparison, Difference, Side
from hingecheck.report import phases, sentences, wording
from hingecheck.report.film import keyframes
from hingecheck.report.page import analysis, template
from hingecheck.report.page.plots import Axis, Frames
from hingecheck.results import document, folder

MARKER: Final = "comparison.json"
NAMES: Final = ("A", "B")
ANGLES: Final = ("hip_flexion", "lumbar_flexion", "knee_flexion", "trunk_lean")
BEFORE_S: Final = 0.7
"""Seconds before lift-off at which the charts begin."""

MOST_POINTS: Final = 160


@dataclass(frozen=True, slots=True)
class Line:
    """An angle of one repetition as SVG path data: the values and the ribbon of the 90 % interval.

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
    pair: Comparison,
    pictures: tuple[keyframes.PicturesAt, keyframes.PicturesAt],
    labels: Sequence[str] = NAMES,
) -> dict[str, folder.Content]:
    """File name -> content.  `pictures` read the pictures of the first and of the second clip, `labels` name them."""
    sides = (pair.first, pair.second)
    frames = [
        frame
        for side, pictures_at in zip(sides, pictures, strict=True)
        for frame in keyframes.take(replace(side.analysis, reps=(side.rep,)), pictures_at)
    ]
    return {
        "comparison.png": keyframes.sheet(frames, labels),
        "comparison.html": html(pair, frames, labels).encode(),
        MARKER: document.text(document.comparison(pair)).encode(),
    }


def html(pair: Comparison, frames: Sequence[keyframes.KeyFrame], labels: Sequence[str] = NAMES) -> str:
    """The page as HTML text.  `frames` are the key frames of A, then those of B."""
    shown, rows = analysis.pictures(frames), [row(item) for item in pair.differences]
    context: dict[str, object] = {
        "pair": pair,
        "texts": texts,
        "sentence": sentences.comparison(pair),
        "sides": list(zip(NAMES, labels, (pair.first, pair.second), strict=True)),
        "postures": [
            (words, [(frames[i + row], shown[i + row]) for row in (0, len(phases.POSTURES))])
            for i, words in enumerate(phases.POSTURES.values())
        ],
        "names": labels,
        "charts": charts((pair.first, pair.second)),
        "rows": rows,
        "clear": [each for each in rows if each["differs"]],
        "others": [each for each in rows if not each["differs"] and not each["reason"]],
    }
    return template.render("comparison.html", context, styles=("page.css",))


def row(item: Difference) -> dict[str, Any]:
    """A row of the table: a metric of both repetitions and the difference, as text."""
    return {
        "name": wording.name(item.name),
        "first": wording.measure(item.name, item.first),
        "second": wording.measure(item.name, item.second),
        "difference": wording.differing(item.name, item.difference),
        "reason": texts.reason(item.difference.reason),
        "differs": item.clear,
        "basis": item.basis,
    }


def charts(sides: tuple[Side, Side]) -> tuple[Chart, ...]:
    """One chart for each angle of ANGLES, all with the same time axis."""
    spans = [_span(side) for side in sides]
    x = Axis(-BEFORE_S, max(float(_since(side)[span[-1]]) for side, span in zip(sides, spans, strict=True)), 44, 340)
    return tuple(_chart(name, sides, spans, x) for name in ANGLES)


def _chart(name: str, sides: Sequence[Side], spans: Sequence[Frames], x: Axis) -> Chart:
    bands: list[tuple[Floats, Floats, Floats]] = []  # of each side: times, lower and upper end of the interval
    for side, span in zip(sides, spans, strict=True):
        angle: Angle = getattr(side.analysis.angles, name)
        half = angle.half_deg[span]
        bands.append((_since(side)[span], angle.value_deg[span] - half, angle.value_deg[span] + half))
    known = np.concatenate([np.concatenate(band[1:]) for band in bands])
    low, high = (float(np.nanmin(known)), float(np.nanmax(known))) if not np.isnan(known).all() else (0.0, 1.0)
    y = Axis(low - 1.0, high + 1.0, 150, 10)
    lines = tuple(_line(letter, band, (x, y)) for letter, band in zip(NAMES, bands, strict=True))
    return Chart(wording.name(name), x, y, lines)


def _line(name: str, band: tuple[Floats, Floats, Floats], axes: tuple[Axis, Axis]) -> Line:
    (x, y), (time_s, low, high) = axes, band
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
    """Seconds since lift-off of every frame (N,)."""
    return np.asarray(side.analysis.angles.time_s - side.rep.rep.liftoff_s)


def _span(side: Side) -> Frames:
    """Frames to draw, at most MOST_POINTS: from BEFORE_S before lift-off to the end of the repetition."""
    time_s, rep = side.analysis.angles.time_s, side.rep.rep
    inside = np.flatnonzero((time_s >= rep.liftoff_s - BEFORE_S) & (time_s <= phases.end_s(rep)))
    return inside[:: -(-len(inside) // MOST_POINTS)]


def first_clip_name(clip: Path, second: Path | None) -> str:
    """Name of the result folder, from both file names.  `second` is None if both repetitions are of `clip`."""
    return names.result_folder(f"{clip.stem}-vs-{clip.stem if second is None else second.stem}")
