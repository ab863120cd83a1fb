"""Coordinates for the SVG pictures of the report page: hip against low back, and each metric over the set.

Input: an analysis.  Output: places in SVG units, which the templates draw.  All values come from the analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hingecheck import texts
from hingecheck.records import Analysis, Angle, Floats, Measure, RepMetrics
from hingecheck.report import wording

MOST_POINTS: Final = 60
FEWEST: Final = 3
"""Fewest complete repetitions from which a trend over the set is drawn."""

Frames = NDArray[np.intp]
ROUND_STEPS: Final = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale: values from `low` to `high` are drawn from `start` to `end`, in SVG units."""

    low: float
    high: float
    start: float
    end: float

    def place(self, value: float) -> float:
        """Where a value is drawn, in SVG units.  A value beyond the scale is drawn at its end."""
        part = (float(np.clip(value, self.low, self.high)) - self.low) / (self.high - self.low)
        return round(self.start + part * (self.end - self.start), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """About five round values: where each is drawn, and its label."""
        step = _round_step((self.high - self.low) / 5)
        first = np.ceil(self.low / step - 1e-9)
        values = step * np.arange(first, np.floor(self.high / step + 1e-9) + 1)
        return [(self.place(value), f"{value:g}".replace("-", "−")) for value in values + 0.0]


@dataclass(frozen=True, slots=True)
class Course:
    """The line of one repetition in the picture of hip against low back.

    `start` is its first point.  `across` and `upright` are the ends of the 90 % intervals at this point, of the hip
    (horizontal) and of the low back (vertical).
    """

    number: int
    path: str
    start: tuple[float, float]
    across: tuple[float, float]
    upright: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Coupling:
    """Hip flexion (x) against lumbar flexion (y): a line per repetition, from the start of the pull to the top."""

    x: Axis
    y: Axis
    courses: tuple[Course, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where the value and the interval of one repetition are drawn.  If not `known`, `text` says "not measured"."""

    number: int
    x: float
    y: float
    low: float
    high: float
    text: str
    known: bool


@dataclass(frozen=True, slots=True)
class Trend:
    """A metric over the set: one mark for each repetition, and a sentence on its drift."""

    name: str
    y: Axis
    marks: tuple[Mark, ...]
    drift: str


def coupling(analysis: Analysis) -> Coupling | None:
    """The coupling picture; None if no repetition can be drawn."""
    hip, lumbar = analysis.angles.hip_flexion, analysis.angles.lumbar_flexion
    inside = [_pull(analysis, rep) for rep in analysis.reps]
    known = [frames for frames in inside if len(frames) > 1]
    if not known:
        return None
    x, y = (Axis(*span(_spanned(angle, known)), *paper) for angle, paper in ((hip, (52, 350)), (lumbar, (210, 14))))
    courses = tuple(
        _course(analysis, rep.rep.number, frames, (x, y))
        for rep, frames in zip(analysis.reps, inside, strict=True)
        if len(frames) > 1
    )
    return Coupling(x, y, courses)


def trends(analysis: Analysis) -> tuple[Trend, ...]:
    """One trend for each metric with a drift over the set.  A single repetition has no trends."""
    names = [name.removesuffix("_drift") for name in analysis.over_set if name.endswith("_drift")]
    if sum(rep.complete for rep in analysis.reps) < FEWEST:
        return ()
    pictures = (_trend(analysis, name) for name in names)
    return tuple(picture for picture in pictures if picture is not None)


def _pull(analysis: Analysis, rep: RepMetrics) -> Frames:
    """Frames of the pull in which hip and lumbar flexion are known."""
    time_s = analysis.angles.time_s
    last_s = np.nanmax([rep.rep.top_s, rep.rep.liftoff_s])
    inside = (time_s >= rep.rep.onset_s) & (time_s <= last_s)
    known = inside & ~np.isnan(analysis.angles.hip_flexion.value_deg + analysis.angles.lumbar_flexion.value_deg)
    return np.flatnonzero(known)


def _spanned(angle: Angle, pulls: Sequence[Frames]) -> Floats:
    """All values of an angle that the picture has to hold: the pulls, and the interval at the start of each pull."""
    first = np.array([frames[0] for frames in pulls])
    half = angle.half_deg[first]
    at = angle.value_deg[first]
    return np.concatenate([angle.value_deg[np.concatenate(pulls)], at - half, at + half])


def _course(analysis: Analysis, number: int, frames: Frames, axes: tuple[Axis, Axis]) -> Course:
    x, y = axes
    hip, lumbar = analysis.angles.hip_flexion, analysis.angles.lumbar_flexion
    kept = frames[:: -(-len(frames) // MOST_POINTS)]
    points = [(x.place(a), y.place(b)) for a, b in zip(hip.value_deg[kept], lumbar.value_deg[kept], strict=True)]
    first = frames[0]
    half = hip.half_deg[first], lumbar.half_deg[first]
    at = hip.value_deg[first], lumbar.value_deg[first]
    return Course(
        number=number,
        path="M" + "L".join(f"{a:g} {b:g}" for a, b in points),
        start=points[0],
        across=(x.place(at[0] - half[0]), x.place(at[0] + half[0])),
        upright=(y.place(at[1] - half[1]), y.place(at[1] + half[1])),
    )


def _trend(analysis: Analysis, name: str) -> Trend | None:
    measures = [(rep.rep.number, rep.values[name]) for rep in analysis.reps]
    known = [measure for _, measure in measures if measure.known]
    if len(known) < 2:
        return None
    factor = wording.unit(name).factor
    ends = factor * np.array([[measure.low, measure.high] for measure in known])
    y = Axis(*span(ends), 110, 10)
    x = Axis(0.0, len(measures) + 1.0, 44, 270)
    drift = analysis.over_set[f"{name}_drift"]
    return Trend(name, y, _marks(name, measures, (x, y)), _drift(name, drift))


def _marks(name: str, measures: Sequence[tuple[int, Measure]], axes: tuple[Axis, Axis]) -> tuple[Mark, ...]:
    (x, y), factor = axes, wording.unit(name).factor
    marks = []
    for index, (number, measure) in enumerate(measures, start=1):
        ends = (measure.value, measure.low, measure.high) if measure.known else (y.low, y.low, y.low)
        at, low, high = (y.place(factor * end if measure.known else end) for end in ends)
        marks.append(Mark(number, x.place(index), at, low, high, wording.measure(name, measure), measure.known))
    return tuple(marks)


def _drift(name: str, drift: Measure) -> str:
    if not drift.known:
        return f"Drift not measured: {texts.reason(drift.reason)}."
    return f"Change per repetition: {wording.over_set(f'{name}_drift', drift)}."


def span(values: Floats) -> tuple[float, float]:
    """The range of the values plus 4 % on each side."""
    low, high = float(np.min(values)), float(np.max(values))
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    room = 0.04 * (high - low)
    return low - room, high + room


def _round_step(rough: float) -> float:
    """The round number nearest to `rough`: a step of ROUND_STEPS times a power of ten."""
    size = 10.0 ** np.floor(np.log10(rough))
    return float(min((step * size for step in ROUND_STEPS), key=lambda step: abs(step - rough)))
