"""Write and read `.c3d`, the binary format of motion capture laboratories, by ezc3d (extra `c3d`)."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Final, Literal

import numpy as np

from hingecheck.errors import ExtraMissing, InputError
from hingecheck.exchange.tracks import METRES, Markers

LABORATORY_UNIT: Final = "mm"
"""Unit of a file that is written, if the size of the points is known."""

HIGH_FIRST: Final = bytes([86])
"""Kind of processor whose words have their high byte first."""

UNSEEN: Final = -1.0
"""Residual of a point that is not known."""


def write(markers: Markers, path: Path) -> None:
    """Write the points to a file: in millimetres if their unit is one of length, else in their own unit.

    Raises ExtraMissing without ezc3d.
    """
    ezc3d = _library()
    factor = METRES.get(markers.unit, 0.0) / METRES[LABORATORY_UNIT]
    unit, xyz = (LABORATORY_UNIT, markers.xyz * factor) if factor else (markers.unit, markers.xyz)
    residuals = np.where(np.isnan(xyz).any(axis=2), UNSEEN, 0.0)
    made = ezc3d.c3d()
    point = made["parameters"]["POINT"]
    point["RATE"]["value"] = [markers.rate_hz]
    point["LABELS"]["value"] = tuple(markers.names)
    point["UNITS"]["value"] = (unit,)
    made["data"]["points"] = np.concatenate([xyz, np.ones_like(xyz[..., :1])], axis=2).transpose(2, 1, 0)
    made["data"]["meta_points"]["residuals"] = residuals.T[None]
    made.write(str(path))


def read(path: Path) -> Markers:
    """The points of a file.  Raises InputError, and ExtraMissing without ezc3d."""
    ezc3d = _library()
    try:
        found = ezc3d.c3d(str(path))
        point = found["parameters"]["POINT"]
        xyz = np.asarray(found["data"]["points"], float)[:3].transpose(2, 1, 0)
        residuals = np.asarray(found["data"]["meta_points"]["residuals"], float)[0].T
        rate_hz, names = float(point["RATE"]["value"][0]), tuple(name.strip() for name in point["LABELS"]["value"])
        unit = (str(point["UNITS"]["value"][0]).strip() if point["UNITS"]["value"] else "") or LABORATORY_UNIT
        unknown = np.isnan(xyz).any(axis=2) | (residuals < 0)
        time_s = np.arange(len(xyz)) / rate_hz
        return Markers(time_s, rate_hz, names, np.where(unknown[..., None], np.nan, xyz), unit, _promised(path))
    except (OSError, RuntimeError, ValueError, KeyError, IndexError, ZeroDivisionError) as error:
        raise InputError(
            f"{path}: cannot be read as .c3d ({error})", "Give a .c3d file with points, as a laboratory writes it."
        ) from error


def _promised(path: Path) -> int:
    """The number of frames that the file's own head promises.  ezc3d reads what is there, and forgets the number.

    Words 4 and 5 of the head are the first and the last frame; the fourth byte of the parameters is 86 where the high
    byte of a word comes first (c3d.org, The C3D file format, 2008).
    """
    with path.open("rb") as file:
        head = file.read(10)
        file.seek(512 * (head[0] - 1) + 3)
        order: Literal["big", "little"] = "big" if file.read(1) == HIGH_FIRST else "little"
    first, last = (int.from_bytes(head[at : at + 2], order) for at in (6, 8))
    return max(0, last - first + 1)


def _library() -> ModuleType:
    """The module ezc3d; raises ExtraMissing if it is not installed."""
    try:
        import ezc3d
    except ImportError as error:
        raise ExtraMissing(".c3d needs ezc3d, which is not installed", "Run pip install 'hingecheck[c3d]'.") from error
    module: ModuleType = ezc3d
    return module
