"""Lay the curves of all repetitions over each other.

The x-axis runs from 0 to 1 over the phases of one shown repetition.  Each phase of every other repetition is stretched
to the length of the same phase of the shown one, so that the same events lie above each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from hingecheck.records import Floats
from hingecheck.records.stored import StoredRep

PHASE_EVENTS: Final = {
    "onset_s": "pull start",
    "knee_pass_s": "knee pass",
    "top_s": "top",
    "lowering_s": "lowering",
    "end_s": "end",
    "start_s": "start",
}
"""Names of the events on the axis, the most important first."""

NEAREST: Final = 0.03
"""Of two events closer than this part of the axis, only the more important is drawn."""

POINTS: Final = 160  # of a curve over the whole axis


@dataclass(frozen=True, slots=True)
class Line:
    """A curve: pieces of points (x from 0 to 1, value in degrees).  It is broken where nothing was measured."""

    pieces: tuple[tuple[tuple[float, float], ...], ...]


@dataclass(frozen=True, slots=True)
class Overlay:
    """The curves of one angle: of the shown repetition and of the others."""

    shown: Line
    others: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Phases:
    """The x-axis: places (0 to 1) and names of the shown repetition's events, and its seconds in the clip."""

    places: tuple[float, ...]
    names: tuple[str, ...]
    from_s: float
    to_s: float


def phases(rep: StoredRep) -> Phases | None:
    """The x-axis for a shown repetition; None if it has fewer than two events.

    A Romanian repetition starts above its pull, and its end is its lockout, which comes before the top.
    """
    left_out = "end_s" if rep.style == "romanian" else "start_s"
    shown = [name for name in PHASE_EVENTS if name != left_out]
    happened = {name: rep.events[name] for name in shown if name in rep.events}
    width_s = max(happened.values(), default=0.0) - min(happened.values(), default=0.0)
    kept: dict[str, float] = {}
    for name, time_s in happened.items():
        if all(abs(time_s - other_s) > NEAREST * width_s for other_s in kept.values()):
            kept[name] = time_s
    if len(kept) < 2:
        return None
    names = sorted(kept, key=kept.__getitem__)
    first_s, last_s = kept[names[0]], kept[names[-1]]
    places = tuple((kept[name] - first_s) / (last_s - first_s) for name in names)
    return Phases(places, tuple(names), first_s, last_s)


def overlay(columns: Mapping[str, Floats], name: str, shown: StoredRep, reps: Sequence[StoredRep]) -> Overlay | None:
    """The curves of column `name` over the phases of `shown`; None if there is no axis."""
    axis = phases(shown)
    if axis is None:
        return None
    lines = {rep.number: line(columns, name, axis, rep) for rep in reps}
    return Overlay(lines[shown.number], tuple(curve for number, curve in lines.items() if number != shown.number))


def line(columns: Mapping[str, Floats], name: str, axis: Phases, rep: StoredRep) -> Line:
    """The curve of one repetition.  It leaves out a phase whose events are missing or in another order."""
    places = list(zip(axis.places, axis.names, strict=True))
    pieces: list[tuple[tuple[float, float], ...]] = []
    open_piece: list[tuple[float, float]] = []
    for (place, event), (next_place, next_event) in pairwise(places):
        if event not in rep.events or next_event not in rep.events or rep.events[next_event] <= rep.events[event]:
            pieces, open_piece = [*pieces, tuple(open_piece)], []
            continue
        count = max(2, round(POINTS * (next_place - place)))
        part = np.linspace(0.0, 1.0, count)
        moments_s = rep.events[event] + part * (rep.events[next_event] - rep.events[event])
        for share, value in zip(part, _at(columns, name, moments_s), strict=True):
            if np.isnan(value):
                pieces, open_piece = [*pieces, tuple(open_piece)], []
            else:
                open_piece.append((round(place + float(share) * (next_place - place), 5), round(float(value), 2)))
    return Line(tuple(piece for piece in (*pieces, tuple(open_piece)) if len(piece) > 1))


def _at(columns: Mapping[str, Floats], name: str, moments_s: Floats) -> Floats:
    """Values at some moments, interpolated linearly between frames.  NaN next to a frame without a value."""
    return np.asarray(np.interp(moments_s, columns["time_s"], columns[name], left=np.nan, right=np.nan))
