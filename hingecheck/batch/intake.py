"""Which clips a folder holds, and what their names or a list say of them: athlete, date, load, self-report.

Nothing outside the folder is ever read: links that lead out, and list entries that point out, are refused, each with
its reason.  Results of earlier runs inside the folder are passed over.
"""

from __future__ import annotations

import csv
import io
import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Final

from hingecheck import names
from hingecheck.errors import UsageError
from hingecheck.judgement import self_report
from hingecheck.names import date_of, from_folders
from hingecheck.records import SelfReport
from hingecheck.records.season import Clip
from hingecheck.results.folder import MARKER

SUFFIXES: Final = frozenset(".3g2 .3gp .avi .m2ts .m4v .mkv .mov .mp4 .mpeg .mpg .mts .ogv .qt .ts .webm .wmv".split())  # noqa: SIM905
FIELDS: Final = ("athlete", "date", "load")
COLUMNS: Final = ("file", "athlete", "date", "load_kg", "rpe", "sitting_hours", "soreness", "note")
_GROUPS: Final = {
    "athlete": r"(?P<athlete>[^/]+?)",
    "date": r"(?P<date>\d{4}[-_.]?\d\d[-_.]?\d\d|\d\d\.\d\d\.\d{4})",
    "load": r"(?P<load>\d+(?:[.,]\d+)?)",
}
_OUTSIDE: Final = "it leads out of the folder"


@dataclass(frozen=True, slots=True)
class Intake:
    """All clips in a fixed order, how many other files were passed over, and how many names do not fit the pattern."""

    clips: tuple[Clip, ...]
    other_files: int = 0
    unmatched: int = 0


def find(folder: Path, *, pattern: str | None = None, manifest: Path | None = None, skip: Path | None = None) -> Intake:
    """The clips below `folder`, `skip` (the results) left out; the order depends on the names alone.

    Athlete: from `manifest` (CSV with the column `file` and any of COLUMNS), else from `pattern`
    ("{athlete}/{date}_{load}kg*"), else the first folder on the way.  Raises UsageError.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is no folder", "Give the folder that holds the clips.")
    if manifest is not None:
        return Intake(tuple(_listed(folder, manifest)))
    shape = None if pattern is None else compiled(pattern)
    clips, others, unmatched = [], 0, 0
    for path in _walk(folder, skip):
        if path.suffix.lower() not in SUFFIXES or path.name[0] == ".":
            others += 1
            continue
        inside = path.relative_to(folder).as_posix()
        told = _from_pattern(inside, shape)
        unmatched += told is None
        clips.append(_checked(folder, path, told or from_folders(inside)))
    return Intake(tuple(sorted(clips, key=_order)), others, unmatched if shape else 0)


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression over the path below the folder; raises UsageError."""
    parts = re.split(r"(\{[^{}]*\}|\*|\?)", unicodedata.normalize("NFC", pattern))
    found = [part[1:-1] for part in parts if part.startswith("{")]
    wrong = [name for name in found if name not in FIELDS or found.count(name) > 1]
    if wrong or not found:
        what = f"{{{wrong[0]}}} cannot stand there" if wrong else "names no field"
        raise UsageError(
            f"--pattern {names.shown(pattern)}: {what}",
            "Use {athlete}, {date} and {load}, each once, * for anything inside a name: {athlete}/{date}_{load}kg*",
        )
    wild = {"*": "[^/]*", "?": "[^/]"}
    return re.compile(
        "".join(_GROUPS[p[1:-1]] if p.startswith("{") else wild.get(p) or re.escape(p) for p in parts), re.IGNORECASE
    )


def _order(clip: Clip) -> tuple[str, str]:
    return names.identity(clip.file), str(clip.path)


def _walk(folder: Path, skip: Path | None) -> Iterator[Path]:
    """Files below `folder`; hidden folders, linked ones and results are passed over."""
    skipped = None if skip is None else skip.resolve()
    for place, folders, files in os.walk(folder):
        here = Path(place)
        if MARKER in files and here != folder:  # a result: its videos are ours
            folders.clear()
            continue
        folders[:] = [name for name in folders if name[0] != "." and (here / name).resolve() != skipped]
        yield from (here / name for name in files)


def _checked(folder: Path, path: Path, told: Mapping[str, str]) -> Clip:
    """The clip with what is told of it, or with the problem that forbids opening it."""
    clip = _described(Clip(path, names.shown(path.relative_to(folder).as_posix())), told)
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return replace(clip, problem=_OUTSIDE)
        if not stat.S_ISREG(path.stat().st_mode):
            return replace(clip, problem="it is no ordinary file")
    except (OSError, RuntimeError, ValueError):
        return replace(clip, problem="it cannot be opened")
    return clip


def _described(clip: Clip, told: Mapping[str, str]) -> Clip:
    clip = replace(clip, athlete=names.shown(told.get("athlete", "")), date=date_of(told.get("date", "")))
    try:
        return replace(clip, report=_report(told))
    except UsageError as error:
        return replace(clip, problem=f"what is told of it cannot be meant: {error.message}")


def _report(told: Mapping[str, str]) -> SelfReport:
    numbers = {name: _number(name, told.get(name, "")) for name in ("sitting_hours", "load_kg", "rpe")}
    soreness = self_report.parse_soreness(told.get("soreness", "").replace(";", ","))
    return self_report.checked(SelfReport(soreness, **numbers, note=told.get("note", "")))


def _number(name: str, text: str) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise UsageError(f"{name} {names.shown(text)}: is no number", "Write it like 120 or 82.5.") from error


def _from_pattern(inside: str, shape: re.Pattern[str] | None) -> dict[str, str] | None:
    """What the pattern reads from the path, with or without its ending; None where it does not fit."""
    if shape is None:
        return None
    name = PurePosixPath(unicodedata.normalize("NFC", inside))
    found = shape.fullmatch(str(name)) or shape.fullmatch(str(name.with_suffix("")))
    if found is None:
        return None
    told = {key: value for key, value in found.groupdict().items() if value}
    if "date" in told and not date_of(told["date"]):
        return None
    return told | {"load_kg": told.pop("load", "")}


def _listed(folder: Path, manifest: Path) -> Sequence[Clip]:
    try:
        text = manifest.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{manifest}: cannot be read as a list ({error})", "Save it as CSV in UTF-8.") from error
    head = text.partition("\n")[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    unknown = [name for name in rows.fieldnames or () if name not in COLUMNS]
    if unknown or "file" not in (rows.fieldnames or ()):
        what = f"knows no column {names.shown(unknown[0])}" if unknown else "has no column file"
        raise UsageError(f"{manifest}: {what}", f"Columns: file, and any of {', '.join(COLUMNS[1:])}.")
    clips = [_entry(folder, {key: (value or "").strip() for key, value in row.items() if key}) for row in rows]
    return sorted({clip.path: clip for clip in clips}.values(), key=_order)


def _entry(folder: Path, row: Mapping[str, str]) -> Clip:
    """A line of the list; a path that points out of the folder is told, not followed."""
    inside = PurePosixPath(row["file"].replace("\\", "/"))
    path = folder / inside
    if inside.is_absolute() or ".." in inside.parts or "\0" in row["file"]:
        return Clip(path, names.shown(row["file"]), problem=_OUTSIDE)
    return _checked(folder, path, from_folders(str(inside)) | {key: value for key, value in row.items() if value})
