"""Draw an angle over time as one line of text, and a ruler of the repetitions below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hingecheck.records import Floats, Rep
from hingecheck.report import phases

BARS: Final = "▁▂▃▄▅▆▇█"
NOTHING: Final = " "


def line(time_s: Floats, values: Floats, columns: int) -> str:
    """A line of `columns` bars, each for an equal part of the time.

    `values` (N,) belong to `time_s` (N,).  The lowest value has the lowest bar.  A part without a known value is blank.
    """
    known = ~np.isnan(values)
    if not known.any():
        return NOTHING * columns
    low, high = float(values[known].min()), float(values[known].max())
    column = _columns(time_s, time_s, columns)
    marks = []
    for index in range(columns):
        inside = values[known & (column == index)]
        level = 0.0 if high == low else (float(inside.mean()) - low) / (high - low) if inside.size else np.nan
        marks.append(NOTHING if not inside.size else BARS[min(int(level * len(BARS)), len(BARS) - 1)])
    return "".join(marks)


def ruler(time_s: Floats, reps: Sequence[Rep], columns: int) -> str:
    """The ruler for the same time: the number of each repetition at its beginning, and a line to its end."""
    marks = [" "] * columns
    for rep in reps:
        first, last = _columns(np.array([phases.begin_s(rep), phases.end_s(rep)]), time_s, columns)
        marks[first : last + 1] = "─" * (last + 1 - first)
        number = str(rep.number)
        marks[first : first + len(number)] = number
    return "".join(marks)[:columns].rstrip()


def _columns(at_s: Floats, time_s: Floats, columns: int) -> NDArray[np.intp]:
    """The column of each moment of `at_s`."""
    span_s = max(float(time_s[-1] - time_s[0]), 1e-9)
    part = (at_s - time_s[0]) / span_s
    return np.asarray(np.clip((part * columns).astype(np.intp), 0, columns - 1))
