"""Write and read `.trc`: points over time, as OpenSim, Sports2D and Pose2Sim exchange them.

Five lines of header, then one row a frame: number, time, and x, y, z of each point, separated by tabs.  A point that is
not known has empty cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.exchange import text_files
from hingecheck.exchange.tracks import Markers
from hingecheck.records import Floats

DECIMALS: Final = 6
"""Decimals of times and places: a micrometre, a microsecond."""

_HEAD: Final = (
    *("DataRate", "CameraRate", "NumFrames", "NumMarkers", "Units"),
    *("OrigDataRate", "OrigDataStartFrame", "OrigNumFrames"),
)
_REMEDY: Final = "Give a .trc file as OpenSim, Sports2D or Pose2Sim write it."


def text(markers: Markers, name: str) -> str:
    """The points as the text of a file of that name."""
    count, rate = len(markers.time_s), f"{markers.rate_hz:g}"
    values = (rate, rate, str(count), str(len(markers.names)), markers.unit, rate, "1", str(count))
    lines = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "\t".join(_HEAD),
        "\t".join(values),
        "Frame#\tTime\t" + "\t\t\t".join(markers.names) + "\t\t",
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(markers.names) + 1)),
        "",
    ]
    for number, (time_s, xyz) in enumerate(zip(markers.time_s, markers.xyz, strict=True), 1):
        cells = ["" if np.isnan(value) else f"{value:.{DECIMALS}f}" for value in xyz.ravel()]
        lines.append("\t".join([str(number), f"{time_s:.{DECIMALS}f}", *cells]))
    return "\n".join(lines) + "\n"


def read(path: Path) -> Markers:
    """The points of a file.  Raises InputError, which says what is wrong with it."""
    return text_files.read(path, parsed, ".trc", _REMEDY)


def parsed(content: str) -> Markers:
    """The points of the text of a file; raises ValueError or LookupError."""
    lines = content.splitlines()
    if not lines or not lines[0].startswith("PathFileType"):
        raise ValueError("the first line does not begin with PathFileType")
    facts = dict(zip(lines[1].split(), lines[2].split("\t" if "\t" in lines[2] else None), strict=False))
    if missing := {"DataRate", "Units"} - facts.keys():
        raise ValueError(f"it does not say {' and '.join(sorted(missing))}")
    rate_hz = float(facts["DataRate"])
    if not 0.0 < rate_hz < np.inf:
        raise ValueError(f"its rate of {rate_hz:g} frames a second is none")
    names = tuple(name.strip() for name in lines[3].split("\t")[2:] if name.strip())
    rows, count = text_files.whole(content, [_cells(line) for line in lines[5:] if line.strip()])
    width = 2 + 3 * len(names)
    if not names or not rows:
        raise ValueError("it holds no points or no frames")
    table = np.array([_numbers(row, width) for row in rows])
    xyz = table[:, 2:].reshape(len(table), len(names), 3)
    unknown = np.isnan(xyz).any(axis=2, keepdims=True)
    return Markers(
        time_s=_checked_time(table[:, 1]),
        rate_hz=rate_hz,
        names=names,
        xyz=np.where(unknown, np.nan, xyz),
        unit=facts["Units"].strip(),
        promised=max(text_files.number(facts.get("NumFrames", "")), count),
    )


def _cells(line: str) -> list[str]:
    return line.split("\t") if "\t" in line else line.split()


def _numbers(cells: Sequence[str], width: int) -> list[float]:
    """The numbers of a row, with NaN for empty cells.  Cells at the end may be left out, or be empty and too many."""
    if len(cells) < 2 or any(cell.strip() for cell in cells[width:]):
        raise ValueError(f"a row has {len(cells)} cells in place of {width}")
    return [float(cell) if cell.strip() else float("nan") for cell in ([*cells] + [""] * width)[:width]]


def _checked_time(time_s: Floats) -> Floats:
    """The times; raises ValueError if they do not grow."""
    if np.isnan(time_s).any() or np.any(np.diff(time_s) <= 0):
        raise ValueError("its times do not grow")
    return time_s.copy()
