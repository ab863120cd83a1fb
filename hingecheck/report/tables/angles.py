"""Make `angles.csv`: one row for each frame read.  A cell is empty if the angle is not measured."""

from __future__ import annotations

import csv
import io
from typing import Final

import numpy as np

from hingecheck.records import AngleTrack, Floats

COLUMNS: Final = (
    "trunk_lean",
    "trunk_thigh",
    "knee_flexion",
    "hip_flexion",
    "pelvis_tilt",
    "lumbar_flexion",
    "thoracic_flexion",
)


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


def _cells(values: Floats) -> list[str]:
    return ["" if np.isnan(value) else f"{value:.2f}" for value in values]
