"""Write and read `.mot`: coordinates of an OpenSim model over time.

Names and signs of the file that is written are those of the Rajagopal model, which OpenCap uses too: flexion of hip and
knee positive; `lumbar_extension` negative in flexion; `pelvis_tilt` negative when the pelvis leans forward.  A clip
shows one side, so right and left have the same values.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.exchange import text_files
from hingecheck.exchange.tracks import Motion
from hingecheck.records import Floats

DECIMALS: Final = 6
"""Decimals of times and angles."""

COORDINATES: Final[Mapping[str, tuple[str, float]]] = {
    "pelvis_tilt": ("pelvis_tilt_deg", -1.0),
    "lumbar_extension": ("lumbar_flexion_deg", -1.0),
    "hip_flexion_r": ("hip_flexion_deg", 1.0),
    "knee_angle_r": ("knee_flexion_deg", 1.0),
    "hip_flexion_l": ("hip_flexion_deg", 1.0),
    "knee_angle_l": ("knee_flexion_deg", 1.0),
}
"""Coordinates of the model: the column of `angles.csv` and its sign."""

_ROWS: Final = re.compile(r"(nrows|datarows)\s*=?\s*(?P<rows>\d+)")
_REMEDY: Final = "Give a .mot file as OpenSim, Sports2D, Pose2Sim or OpenCap write it."


def motion(angles: Mapping[str, Floats]) -> Motion:
    """The columns of `angles.csv` as coordinates of the model."""
    return Motion(
        angles["time_s"].copy(), {name: sign * angles[column] for name, (column, sign) in COORDINATES.items()}
    )


def text(moved: Motion, name: str) -> str:
    """The coordinates as the text of a file; `name`: what it is called inside.  Unknown values are NaN."""
    lines = [
        name,
        "version=1",
        f"nRows={len(moved.time_s)}",
        f"nColumns={1 + len(moved.columns)}",
        "inDegrees=yes",
        "endheader",
        "\t".join(["time", *moved.columns]),
    ]
    for row in np.stack([moved.time_s, *moved.columns.values()], axis=1):
        lines.append("\t".join("NaN" if np.isnan(value) else f"{value:.{DECIMALS}f}" for value in row))
    return "\n".join(lines) + "\n"


def read(path: Path) -> Motion:
    """The coordinates of a file, angles in degrees.  Raises InputError, which says what is wrong with it."""
    return text_files.read(path, parsed, ".mot", _REMEDY)


def parsed(content: str) -> Motion:
    """The coordinates of the text of a file; raises ValueError or LookupError."""
    lines = content.splitlines()
    end = next((place for place, line in enumerate(lines) if line.strip().lower() == "endheader"), None)
    if end is None:
        raise ValueError("it has no line `endheader`")
    header = "".join(lines[:end]).replace(" ", "").lower()
    names, *lines_of_cells = [_cells(line) for line in lines[end + 1 :] if line.strip()]
    rows, count = text_files.whole(content, lines_of_cells)
    names = names[:-1] if names[-1] == "" else names  # a tab at the end of the line
    if names[0] != "time" or not rows:
        raise ValueError("its first column is not time, or it holds no rows")
    if any(len(row) < len(names) or any(row[len(names) :]) for row in rows):
        raise ValueError("a row has another number of cells than the heads")
    table = np.array([[float(cell) if cell else np.nan for cell in row[: len(names)]] for row in rows])
    if np.any(np.diff(table[:, 0]) <= 0) or np.isnan(table[:, 0]).any():
        raise ValueError("its times do not grow")
    turned = np.degrees(table) if "indegrees=no" in header else table
    lengths = [place for place, name in enumerate(names) if name.endswith(("_tx", "_ty", "_tz"))]
    turned[:, lengths] = table[:, lengths]
    columns = {name: turned[:, place].copy() for place, name in enumerate(names) if place}
    return Motion(table[:, 0].copy(), columns, max(_promised(lines[:end]), count))


def _promised(head: Sequence[str]) -> int:
    """The number of rows that the lines of a head promise; 0 if they promise none."""
    found = (_ROWS.fullmatch(line.strip().lower()) for line in head)
    return next((int(match["rows"]) for match in found if match), 0)


def _cells(line: str) -> list[str]:
    """The cells of a line.  Names may hold spaces, so tabs separate where there are any."""
    return [cell.strip() for cell in line.split("\t")] if "\t" in line else line.split()
