"""Read `angles.csv` back and lay the curves of all repetitions over each other.

The x-axis runs from 0 to 1 over the phases of one shown repetition.  Each phase of every other repetition is stretched
to the length of the same phase of the shown one, so that the same events lie above each other.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.errors import ResultUnreadable
from hingecheck.records import Floats
from hingecheck.records.stored import Stored, StoredRep

FILE: Final = "angles.csv"
NEEDED: Final = ("time_s", "hip_flexion_deg", "lumbar_flexion_deg", "lumbar_low_deg", "lumbar_high_deg")
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
_REMEDY: Final = "Analyze the clip again; both files of a result folder belong together."


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


def read(stored: Stored) -> dict[str, Floats] | None:
    """The columns of angles.csv: name -> values (N,), NaN for an empty cell.  None if there is no such file.

    Raises ResultUnreadable if the file cannot be read or does not belong to the analysis.
    """
    path = stored.path.parent / FILE
    if not path.exists():
        return None
    columns = _columns(path)
    time_s = columns["time_s"]
    fits = len(time_s) == stored.video.frames_read and bool(np.all(np.diff(time_s) > 0))
    if not fits or abs(time_s[-1] - stored.video.duration_s) > 1.0:
        raise ResultUnreadable(f"{path}: is not the table of this analysis (its frames or times differ)", _REMEDY)
    value, low, high = (columns[f"lumbar_{part}_deg"] for part in ("flexion", "low", "high"))
    if np.any(np.isnan(low) != np.isnan(high)) or np.any(low > value) or np.any(value > high):
        raise ResultUnreadable(f"{path}: a lumbar angle lies outside its own interval", _REMEDY)
    return columns


def phases(rep: StoredRep) -> Phases | None:
    """The x-axis for a shown repetition; None if it has fewer than two events."""
    shown = [name for name in PHASE_EVENTS if name != "start_s" or rep.style == "romanian"]
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


def _columns(path: Path) -> dict[str, Floats]:
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True))
        head, body = rows[0], rows[1:]
        missing = [name for name in NEEDED if name not in head]
        if missing or not body:
            raise ValueError(f"{', '.join(missing) or 'every row'} is missing")
        columns = [head.index(name) for name in NEEDED]
        table = np.array([[_number(row[column]) for column in columns] for row in body])
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise ResultUnreadable(f"{path}: cannot be read as a table of angles ({error})", _REMEDY) from error
    return dict(zip(NEEDED, table.T, strict=True))


def _number(cell: str) -> float:
    value = float(cell) if cell else float("nan")
    if cell and not abs(value) <= 1e6:
        raise ValueError(f"{json.dumps(cell)} is not a possible value")
    return value
