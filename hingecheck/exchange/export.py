"""Write a result in the format of another program.

In: a result folder and a kind of KINDS.  Out: a file, or a folder of files, written wholly or not at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from hingecheck import names
from hingecheck.errors import ResultUnreadable, UsageError
from hingecheck.exchange import c3d, mot, openpose, trc
from hingecheck.exchange.tracks import markers
from hingecheck.records import Floats
from hingecheck.records.stored import Stored
from hingecheck.report.tables import table
from hingecheck.results import angle_table, bar_table, folder, frames, landmark_table, reading, single

KINDS: Final[Mapping[str, str]] = {
    "trc": "body points over time, for OpenSim",
    "mot": "joint angles with the names and signs of OpenSim",
    "c3d": "body points over time, for motion capture programs",
    "openpose": "a folder of JSON files with body points in pixels",
    "csv": "a folder of tables: repetitions, measures, angles, body points",
}
"""What a result can be exported to."""

FOLDERS: Final = ("openpose", "csv")
"""Kinds that are folders."""

_Files = Mapping[str, bytes]


def default(result: Path, kind: str) -> Path:
    """Where an export goes without a path: into the result folder, under the name of the clip."""
    stored = reading.read(result / folder.MARKER)
    stem = names.result_folder(Path(stored.video.file).stem)
    return result / (f"{stem}-{kind}" if kind in FOLDERS else f"{stem}.{kind}")


def write(result: Path, kind: str, out: Path, *, force: bool = False) -> None:
    """Export the result in the folder `result` to `out`.

    Raises UsageError for an unknown kind, OutputExists if `out` exists and `force` is not set, ResultUnreadable for a
    result that cannot be read, and ExtraMissing.
    """
    if kind not in KINDS:
        raise UsageError(f"--to {kind}: is not a known format", f"Give one of {', '.join(KINDS)}.")
    stored = reading.read(result / folder.MARKER)
    if kind in FOLDERS:
        files = {"openpose": _openpose, "csv": _tables}[kind](stored)
        marker = next(iter(files))
        folder.check(out, force=force, marker=marker)
        folder.write(out, files, marker=marker, force=force)
        return
    single.check([out], force=force)
    single.write({out: _SINGLE[kind](stored, out.name)}, force=force)


def _trc(stored: Stored, name: str) -> bytes:
    return trc.text(markers(stored, landmark_table.read(stored)), name).encode()


def _mot(stored: Stored, name: str) -> bytes:
    return mot.text(mot.motion(_angles(stored)), Path(name).stem).encode()


def _c3d(stored: Stored, name: str) -> bytes:
    found = markers(stored, landmark_table.read(stored))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        c3d.write(found, path)
        return path.read_bytes()


_SINGLE: Final[Mapping[str, Callable[[Stored, str], bytes]]] = {"trc": _trc, "mot": _mot, "c3d": _c3d}


def _openpose(stored: Stored) -> _Files:
    texts = openpose.frames(stored, landmark_table.read(stored))
    return {f"frame_{number:012d}_keypoints.json": text.encode() for number, text in enumerate(texts)}


def _tables(stored: Stored) -> _Files:
    made = {"reps.csv": frames.reps(stored), "measures.csv": frames.measures(stored)}
    files = {name: _csv(columns) for name, columns in made.items()}
    for name in (angle_table.FILE, angle_table.METADATA, landmark_table.FILE, bar_table.FILE):
        path = stored.path.parent / name
        if path.exists():
            files[name] = path.read_bytes()
    return files


def _csv(columns: frames.Columns) -> bytes:
    rows = list(zip(*columns.values(), strict=True))
    return table.as_csv(table.Table(dict.fromkeys(columns, "text"), rows))


def _angles(stored: Stored) -> Mapping[str, Floats]:
    found = angle_table.read(stored)
    if found is None:
        raise ResultUnreadable(
            f"{stored.path.parent / angle_table.FILE}: is missing", "Analyze the clip again with this version."
        )
    return found
