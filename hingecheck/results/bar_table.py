"""Write and read `bar.csv`: where the bar is and how fast it rises, one row for each frame.

A cell is empty if the bar is not followed in that frame, or if nothing turns lengths into metres.
"""

from __future__ import annotations

import csv
import io
from typing import Final

import numpy as np

from hingecheck.errors import ResultUnreadable
from hingecheck.records import Analysis, Floats
from hingecheck.records.stored import Stored

FILE: Final = "bar.csv"
"""The name of the file in a result folder."""

DECIMALS: Final = {
    "time_s": 4,
    "bar_forward_m": 4,
    "bar_up_m": 4,
    "bar_velocity_m_s": 3,
    "bar_x_px": 1,
    "bar_y_px": 1,
}
"""The columns of the file, in its order, and the decimals of each."""

LARGEST: Final = 1e6
"""Largest number, without its sign, that is read."""


def columns(analysis: Analysis) -> dict[str, Floats]:
    """The columns of the file: name -> values (N,).  NaN = not known.

    `bar_forward_m` counts from the median place, where the lifter faces positive; `bar_up_m` from the lowest place, and
    `bar_velocity_m_s` is upward.  The pixels are those of the upright picture as it was filmed.
    """
    time_s, bar, place = analysis.angles.time_s, analysis.bar, analysis.bar_place
    nowhere = np.full(len(time_s), np.nan)
    metres = [nowhere] * 3 if bar is None else [bar.leg_m * part for part in (bar.forward, bar.up, bar.speed)]
    pixels = [nowhere] * 2 if place is None else list((place.place_px + place.camera_px).T)
    return dict(zip(DECIMALS, (time_s, *metres, *pixels), strict=True))


def text(analysis: Analysis) -> str:
    """The table as CSV text."""
    table = columns(analysis)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table)
    for row in np.stack(list(table.values()), axis=1):
        cells = zip(row, DECIMALS.values(), strict=True)
        writer.writerow(["" if np.isnan(value) else f"{value:.{decimals}f}" for value, decimals in cells])
    return out.getvalue()


def read(stored: Stored) -> dict[str, Floats] | None:
    """The columns of the table beside an analysis; None if there is no such file.

    Raises ResultUnreadable if it cannot be read or does not belong to the analysis.
    """
    path = stored.path.parent / FILE
    if not path.exists():
        return None
    try:
        head, *body = csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True)
        if head != list(DECIMALS) or len(body) != stored.video.frames_read:
            raise ValueError("its columns or its number of frames differ")
        table = np.array([[float(cell) if cell else np.nan for cell in row] for row in body])
        if np.any(np.abs(table) > LARGEST) or not np.all(np.diff(table[:, 0]) > 0):
            raise ValueError("it holds a number that is not possible")
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise ResultUnreadable(
            f"{path}: cannot be read as the bar's table of this analysis ({error})",
            "Analyze the clip again; all files of a result folder belong together.",
        ) from error
    return dict(zip(head, table.T, strict=True))
