"""Write and read `landmarks.csv`: where the body points are in the picture, one row for each sample.

A sample is a frame that the pose network looked at.  Exports are made from this file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.errors import ResultUnreadable
from hingecheck.landmarks import COUNT, Point
from hingecheck.records import Floats, PoseTrack
from hingecheck.records.arrays import check, check_time
from hingecheck.records.stored import Stored

FILE: Final = "landmarks.csv"
"""The name of the file in a result folder."""

NAMES: Final = tuple(point.name.lower() for point in Point)
"""The names of the body points, in the order of the file."""

COLUMNS: Final = ("time_s", *(f"{name}_{part}" for name in NAMES for part in ("x_px", "y_px", "visibility")))
"""The columns of the file, in its order."""

LARGEST: Final = 1e6
"""Largest number, without its sign, that is read."""

_REMEDY: Final = "Analyze the clip again; all files of a result folder belong together."


@dataclass(frozen=True)
class Landmarks:
    """Body points over time: `xy_px` (M, P, 2) in display pixels, `visibility` (M, P), P in the order of NAMES."""

    time_s: Floats
    xy_px: Floats
    visibility: Floats

    def __post_init__(self) -> None:
        m, p = len(self.time_s), len(NAMES)
        check(self, {"time_s": (m,), "xy_px": (m, p, 2), "visibility": (m, p)})
        check_time(self.time_s)

    @property
    def track(self) -> PoseTrack:
        """The same as a `PoseTrack`.  Points that the file does not hold are NaN."""
        m, points = len(self.time_s), list(Point)
        xy_px, visibility = np.full((m, COUNT, 2), np.nan), np.zeros((m, COUNT))
        xy_px[:, points], visibility[:, points] = self.xy_px, self.visibility
        nowhere = np.full((m, COUNT, 3), np.nan)
        return PoseTrack(self.time_s, xy_px, visibility, nowhere, np.zeros((m, COUNT), bool))


def text(pose: PoseTrack) -> str:
    """The table as CSV text: seconds with four decimals, pixels and visibility with two.  Empty = not seen."""
    points = list(Point)
    cells = np.concatenate([pose.xy_px[:, points], pose.visibility[:, points, None]], axis=2)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for time_s, values in zip(pose.time_s, cells.reshape(len(cells), -1), strict=True):
        writer.writerow([f"{time_s:.4f}", *("" if np.isnan(value) else f"{value:.2f}" for value in values)])
    return out.getvalue()


def read(stored: Stored) -> Landmarks:
    """The table beside an analysis.  Raises ResultUnreadable if it is missing, damaged or of another clip."""
    path = stored.path.parent / FILE
    table = _table(path)
    points = table[:, 1:].reshape(len(table), len(NAMES), 3)
    if np.any(np.diff(table[:, 0]) <= 0) or not 0 <= table[-1, 0] <= stored.video.duration_s + 1.0:
        raise ResultUnreadable(f"{path}: is not the table of this analysis (its times differ)", _REMEDY)
    return Landmarks(table[:, 0].copy(), points[..., :2].copy(), points[..., 2].copy())


def _table(path: Path) -> Floats:
    """All numbers of the file (M, columns); raises ResultUnreadable."""
    try:
        head, *body = csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True)
        if tuple(head) != COLUMNS or not body:
            raise ValueError("its columns differ, or it holds no row")
        table = np.array([_numbers(row) for row in body])
    except FileNotFoundError as error:
        raise ResultUnreadable(f"{path}: is missing", "Analyze the clip again with this version.") from error
    except (OSError, ValueError, csv.Error) as error:
        raise ResultUnreadable(f"{path}: cannot be read as a table of landmarks ({error})", _REMEDY) from error
    return table


def _numbers(row: Sequence[str]) -> list[float]:
    """The numbers of a row; raises ValueError for a wrong count, a missing time and impossible numbers."""
    if len(row) != len(COLUMNS) or not row[0]:
        raise ValueError(f"a row has {len(row)} cells")
    values = [float(cell) if cell else float("nan") for cell in row]
    if any(cell and not abs(value) <= LARGEST for cell, value in zip(row, values, strict=True)):
        raise ValueError("it holds a number that is not possible")
    return values
