"""Write and read `angles.csv`: one row for each frame read.  A cell is empty if the angle is not measured."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.errors import ResultUnreadable
from hingecheck.records import Angle, AngleTrack, Floats
from hingecheck.records.stored import Stored

FILE: Final = "angles.csv"
"""The name of the file in a result folder."""

ANGLES: Final = (
    "trunk_lean",
    "trunk_thigh",
    "knee_flexion",
    "hip_flexion",
    "pelvis_tilt",
    "lumbar_flexion",
    "thoracic_flexion",
)
"""The angles of the file, in its order."""

LUMBAR: Final = "lumbar_flexion"


def ends(angle: str) -> tuple[str, str]:
    """The columns with the lower and the upper end of the 90 % interval of an angle."""
    stem = "lumbar" if angle == LUMBAR else angle
    return f"{stem}_low_deg", f"{stem}_high_deg"


COLUMNS: Final = (
    *("time_s", *(f"{name}_deg" for name in ANGLES), *ends(LUMBAR)),
    *(column for name in ANGLES if name != LUMBAR for column in ends(name)),
)
"""The columns of the file, in its order.  Other programs read them, so they must not change; new ones come last."""

METADATA: Final = "angles.csv-metadata.json"
"""The file that describes the columns, under the name where readers of CSV on the Web look for it."""

MEANINGS: Final[Mapping[str, str]] = {
    "time_s": "Time from the first frame of the clip.",
    "trunk_lean_deg": "Lean of the line from hips to shoulders, from the vertical. Forward = positive.",
    "trunk_thigh_deg": "Trunk lean plus the forward pitch of the thigh. Folding forward = positive.",
    "knee_flexion_deg": "Knee flexion.",
    "hip_flexion_deg": "Hip flexion: pelvic tilt plus the forward pitch of the thigh.",
    "pelvis_tilt_deg": "Forward tilt of the pelvis, from the lifter's own standing.",
    "lumbar_flexion_deg": "Flexion of the lumbar spine, S1 to T12/L1, from the lifter's own standing.",
    "thoracic_flexion_deg": "Flexion of the thoracic spine, from the lifter's own standing.",
    **{
        column: f"{which} end of the 90 % interval of {name}_deg."
        for name in ANGLES
        for which, column in zip(("Lower", "Upper"), ends(name), strict=True)
    },
}
"""What each column holds."""

NEEDED: Final = ("time_s", "hip_flexion_deg", "lumbar_flexion_deg", "lumbar_low_deg", "lumbar_high_deg")
"""Columns that a file must have to be read back."""

TIME_DECIMALS, ANGLE_DECIMALS = 4, 2
"""Decimals of seconds and of degrees."""

_REMEDY: Final = "Analyze the clip again; both files of a result folder belong together."


def columns(track: AngleTrack) -> dict[str, Floats]:
    """The columns of the file: name -> values (N,).  NaN = not measured."""
    angles: dict[str, Angle] = {name: getattr(track, name) for name in ANGLES}
    table = {"time_s": track.time_s} | {f"{name}_deg": angle.value_deg for name, angle in angles.items()}
    for name, angle in angles.items():
        low, high = ends(name)
        table |= {low: angle.value_deg - angle.half_deg, high: angle.value_deg + angle.half_deg}
    return {column: table[column] for column in COLUMNS}


def text(track: AngleTrack) -> str:
    """The table as CSV text.

    Seconds have four decimals, angles in degrees two.  The last columns are the ends of the angles' 90 % intervals.
    """
    time_s, *angles = columns(track).values()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for moment_s, values in zip(time_s, np.stack(angles, axis=1), strict=True):
        writer.writerow([f"{moment_s:.{TIME_DECIMALS}f}", *_cells(values)])
    return out.getvalue()


def metadata() -> str:
    """The description of the columns as CSV on the Web (CSVW): meaning, unit, sign and the rule for missing values."""
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": FILE,
        "dc:title": "Joint and segment angles of one clip, one row a frame",
        "dc:description": (
            "0 degrees = upright standing. Flexion and forward lean are positive. An empty cell = not measured; it "
            "never means 0."
        ),
        "dialect": {"delimiter": ",", "encoding": "utf-8", "header": True, "lineTerminators": ["\n"]},
        "tableSchema": {"columns": [_column(name) for name in COLUMNS], "primaryKey": "time_s"},
    }
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def _column(name: str) -> dict[str, object]:
    """A column in the words of CSVW.  Unit codes are those of UN/CEFACT."""
    unit = ("second", "SEC") if name == "time_s" else ("degree", "DD")
    return {
        "name": name,
        "titles": name,
        "dc:description": MEANINGS[name],
        "schema:unitText": unit[0],
        "schema:unitCode": unit[1],
        "datatype": "double",
        "null": "",
        "required": name == "time_s",
    }


def read(stored: Stored) -> dict[str, Floats] | None:
    """The columns of the table beside an analysis: name -> values (N,), NaN for an empty cell.

    None if there is no such file.  Raises ResultUnreadable if it cannot be read or does not belong to the analysis.
    """
    path = stored.path.parent / FILE
    if not path.exists():
        return None
    table = _table(path)
    time_s = table["time_s"]
    fits = len(time_s) == stored.video.frames_read and bool(np.all(np.diff(time_s) > 0))
    if not fits or abs(time_s[-1] - stored.video.duration_s) > 1.0:
        raise ResultUnreadable(f"{path}: is not the table of this analysis (its frames or times differ)", _REMEDY)
    for name in ANGLES:
        _check_interval(table, name, path)
    return table


def half_deg(table: Mapping[str, Floats], angle: str) -> Floats | None:
    """Half the width (N,) of the 90 % interval of an angle; None if the table, of an earlier version, lacks it."""
    low, high = ends(angle)
    return None if high not in table or low not in table else np.asarray((table[high] - table[low]) / 2)


def _check_interval(table: Mapping[str, Floats], angle: str, path: Path) -> None:
    """Raise ResultUnreadable if a value of an angle lies outside its own interval."""
    value, (low, high) = table.get(f"{angle}_deg"), (table.get(column) for column in ends(angle))
    if value is None or low is None or high is None:
        return
    if np.any(np.isnan(low) != np.isnan(high)) or np.any(low > value) or np.any(value > high):
        raise ResultUnreadable(f"{path}: a value of {angle}_deg lies outside its own interval", _REMEDY)


def _table(path: Path) -> dict[str, Floats]:
    """All columns that this version knows; raises ResultUnreadable."""
    try:
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), strict=True))
        head, body = rows[0], rows[1:]
        missing = [name for name in NEEDED if name not in head]
        if missing or not body:
            raise ValueError(f"{', '.join(missing) or 'every row'} is missing")
        found = [name for name in COLUMNS if name in head]
        places = [head.index(name) for name in found]
        table = np.array([[_number(row[place]) for place in places] for row in body])
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise ResultUnreadable(f"{path}: cannot be read as a table of angles ({error})", _REMEDY) from error
    return dict(zip(found, table.T, strict=True))


def _number(cell: str) -> float:
    value = float(cell) if cell else float("nan")
    if cell and not abs(value) <= 1e6:
        raise ValueError(f"{json.dumps(cell)} is not a possible value")
    return value


def _cells(values: Floats) -> list[str]:
    return ["" if np.isnan(value) else f"{value:.{ANGLE_DECIMALS}f}" for value in values]
