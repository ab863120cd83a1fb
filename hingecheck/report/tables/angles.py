"""Write and read `angles.csv`: one row for each frame read.  A cell is empty if the angle is not measured."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.errors import ResultUnreadable
from hingecheck.records import AngleTrack, Curves, Floats

COLUMNS: Final = (
    "trunk_lean",
    "trunk_thigh",
    "knee_flexion",
    "hip_flexion",
    "pelvis_tilt",
    "lumbar_flexion",
    "thoracic_flexion",
)

_HIGH: Final = "lumbar_high"
"""The column with the upper end of the lumbar angle's interval."""


def text(track: AngleTrack) -> str:
    """The table as CSV text.

    Columns: seconds with four decimals, then angles in degrees with two, last the ends of the lumbar angle's 90 %
    interval.  Other programs read this file, so columns and order must not change.
    """
    lumbar = track.lumbar_flexion
    half = lumbar.half_deg
    columns = [getattr(track, name).value_deg for name in COLUMNS]
    columns += [lumbar.value_deg - half, lumbar.value_deg + half]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["time_s", *(f"{name}_deg" for name in COLUMNS), "lumbar_low_deg", "lumbar_high_deg"])
    for time_s, values in zip(track.time_s, np.stack(columns, axis=1), strict=True):
        writer.writerow([f"{time_s:.4f}", *_cells(values)])
    return out.getvalue()


def curves(track: AngleTrack) -> Curves:
    """The angles of the table, each with its interval."""
    angles = {name: getattr(track, name) for name in COLUMNS}
    return Curves(
        track.time_s,
        {name: angle.value_deg for name, angle in angles.items()},
        {name: angle.half_deg for name, angle in angles.items()},
    )


def read(path: Path) -> Curves:
    """The angles in a table; only that of the lumbar spine has an interval.  Raises ResultUnreadable."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        table = {name: np.array([float(row[f"{name}_deg"] or "nan") for row in rows]) for name in (*COLUMNS, _HIGH)}
        time_s = np.array([float(row["time_s"]) for row in rows])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultUnreadable(
            f"{path}: cannot be read as a table of angles", "Analyze the clip again, or restore the original file."
        ) from error
    half = table.pop(_HIGH) - table["lumbar_flexion"]
    return Curves(time_s, table, {"lumbar_flexion": half})


def _cells(values: Floats) -> list[str]:
    return ["" if np.isnan(value) else f"{value:.2f}" for value in values]
