"""Find the clips of a folder, with the athlete, the date, the load and the self-report of each clip.

These details come from a list (CSV), from a pattern for the file names, or from the names of folders and files.

No file outside the folder is read.  A link or a row of the list that points outside gives a clip with a problem; such
a clip is never opened.  Results of earlier runs inside the folder are skipped.
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
"""Endings of the file names that count as clips."""

FIELDS: Final = ("athlete", "date", "load")
"""Fields that a pattern may name."""

COLUMNS: Final = ("file", "athlete", "date", "load_kg", "rpe", "sitting_hours", "soreness", "note")
"""Columns that a list may have; `file` is required."""

_GROUPS: Final = {
    "athlete": r"(?P<athlete>[^/]+?)",
    "date": r"(?P<date>\d{4}[-_.]?\d\d[-_.]?\d\d|\d\d\.\d\d\.\d{4})",
    "load": r"(?P<load>\d+(?:[.,]\d+)?)",
}
"""The regular expression that each field of a pattern stands for."""

_OUTSIDE: Final = "it points outside the folder"


@dataclass(frozen=True, slots=True)
class Intake:
    """The clips of a folder, in an order that depends on their names alone.

    `other_files` counts the files that are not clips.  `unmatched` counts the clips whose names do not fit the pattern.
    """

    clips: tuple[Clip, ...]
    other_files: int = 0
    unmatched: int = 0


def find(folder: Path, *, pattern: str | None = None, manifest: Path | None = None, skip: Path | None = None) -> Intake:
    """Find the clips below `folder`; leave out the folder `skip`, which holds the results.

    With `manifest`, the clips and their details come from this list (CSV with the column `file` and any of COLUMNS).
    With `pattern`, for example "{athlete}/{date}_{load}kg*", the details come from the path of each clip.  Otherwise
    the athlete is the first folder below `folder`.  Raises UsageError if the folder, the list or the pattern is bad.
    """
    if not folder.is_dir():
        raise UsageError(f"{folder}: is not a folder", "Give the folder that contains the clips.")
    if manifest is not None:
        return Intake(tuple(_listed(folder, manifest)))
    shape = None if pattern is None else compiled(pattern)
    clips, others, unmatched = [], 0, 0
    for path in _walk(folder, skip):
        if path.suffix.lower() not in SUFFIXES or path.name[0] == ".":
            others += 1
            continue
        inside = path.relative_to(folder).as_posix()
        details = _from_pattern(inside, shape)
        unmatched += details is None
        clips.append(_checked(folder, path, details or from_folders(inside)))
    return Intake(tuple(sorted(clips, key=_order)), others, unmatched if shape else 0)


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as a regular expression for the path of a clip below the folder.

    Raises UsageError if the pattern has no field, an unknown field or a field twice.
    """
    parts = re.split(r"(\{[^{}]*\}|\*|\?)", unicodedata.normalize("NFC", pattern))
    fields = [part[1:-1] for part in parts if part.startswith("{")]
    wrong = [name for name in fields if name not in FIELDS or fields.count(name) > 1]
    if wrong or not fields:
        what = f"the field {{{wrong[0]}}} is unknown or given twice" if wrong else "has no field"
        raise UsageError(
            f"--pattern {names.shown(pattern)}: {what}",
            "Use the fields {athlete}, {date} and {load}, each at most once. * stands for any characters of a name. "
            "Example: {athlete}/{date}_{load}kg*",
        )
    wild = {"*": "[^/]*", "?": "[^/]"}
    return re.compile(
        "".join(_GROUPS[p[1:-1]] if p.startswith("{") else wild.get(p) or re.escape(p) for p in parts), re.IGNORECASE
    )


def _order(clip: Clip) -> tuple[str, str]:
    """The key that sorts clips by their names."""
    return names.identity(clip.file), str(clip.path)


def _walk(folder: Path, skip: Path | None) -> Iterator[Path]:
    """All files below `folder`, except in hidden folders, linked folders, results and the folder `skip`."""
    skipped = None if skip is None else skip.resolve()
    for place, folders, files in os.walk(folder):
        here = Path(place)
        if MARKER in files and here != folder:  # a result; its videos are output of hingecheck
            folders.clear()
            continue
        folders[:] = [name for name in folders if name[0] != "." and (here / name).resolve() != skipped]
        yield from (here / name for name in files)


def _checked(folder: Path, path: Path, details: Mapping[str, str]) -> Clip:
    """The clip with its details.  If it must not be opened, its `problem` says why."""
    clip = _described(Clip(path, names.shown(path.relative_to(folder).as_posix())), details)
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return replace(clip, problem=_OUTSIDE)
        if not stat.S_ISREG(path.stat().st_mode):
            return replace(clip, problem="it is not a regular file")
    except (OSError, RuntimeError, ValueError):
        return replace(clip, problem="it cannot be opened")
    return clip


def _described(clip: Clip, details: Mapping[str, str]) -> Clip:
    """The clip with athlete, date and self-report from `details`; with a problem if the self-report is wrong."""
    clip = replace(clip, athlete=names.shown(details.get("athlete", "")), date=date_of(details.get("date", "")))
    try:
        return replace(clip, report=_report(details))
    except UsageError as error:
        return replace(clip, problem=f"its details in the list or in its name are wrong: {error.message}")


def _report(details: Mapping[str, str]) -> SelfReport:
    """The self-report from the texts of a list or a file name; raises UsageError if one is wrong."""
    numbers = {name: _number(name, details.get(name, "")) for name in ("sitting_hours", "load_kg", "rpe")}
    soreness = self_report.parse_soreness(details.get("soreness", "").replace(";", ","))
    return self_report.checked(SelfReport(soreness, **numbers, note=details.get("note", "")))


def _number(name: str, text: str) -> float | None:
    """The number in `text`, with "." or "," as decimal sign; None if the text is empty; raises UsageError."""
    if not text.strip():
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise UsageError(f"{name} {names.shown(text)}: is not a number", "Write it like 120 or 82.5.") from error


def _from_pattern(inside: str, shape: re.Pattern[str] | None) -> dict[str, str] | None:
    """The fields that the pattern reads from a path, with or without its ending; None if the pattern does not fit."""
    if shape is None:
        return None
    name = PurePosixPath(unicodedata.normalize("NFC", inside))
    match = shape.fullmatch(str(name)) or shape.fullmatch(str(name.with_suffix("")))
    if match is None:
        return None
    details = {key: value for key, value in match.groupdict().items() if value}
    if "date" in details and not date_of(details["date"]):
        return None
    return details | {"load_kg": details.pop("load", "")}


def _listed(folder: Path, manifest: Path) -> Sequence[Clip]:
    """The clips of the list `manifest`, each path once; raises UsageError if the list cannot be read."""
    try:
        text = manifest.read_text(encoding="utf-8-sig")
        head = text.partition("\n")[0]
        rows = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
        fields, lines = rows.fieldnames or (), [(rows.line_num, row) for row in rows]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{manifest}: cannot be read as a list ({error})", "Save it as CSV in UTF-8.") from error
    unknown = [name for name in fields if name not in COLUMNS]
    if unknown or "file" not in fields:
        what = f"has an unknown column, {names.shown(unknown[0])}" if unknown else "has no column named file"
        raise UsageError(f"{manifest}: {what}", f"Use the column file, and any of {', '.join(COLUMNS[1:])}.")
    clips = []
    for line, row in lines:
        cells = {key: (value or "").strip() for key, value in row.items() if key}
        if cells.get("date") and not date_of(cells["date"]):
            raise UsageError(
                f"{manifest}, line {line}: {names.shown(cells['date'])} is not a valid date",
                "Write it like 2026-03-01.",
            )
        clips.append(_entry(folder, cells))
    return sorted({clip.path: clip for clip in clips}.values(), key=_order)


def _entry(folder: Path, row: Mapping[str, str]) -> Clip:
    """The clip of one row of the list.  A path that points outside the folder gives a clip with a problem."""
    inside = PurePosixPath(row["file"].replace("\\", "/"))
    path = folder / inside
    if not inside.parts:
        return Clip(path, names.shown(row["file"]), problem="the list names no file")
    if inside.is_absolute() or ".." in inside.parts or "\0" in row["file"]:
        return Clip(path, names.shown(row["file"]), problem=_OUTSIDE)
    return _checked(folder, path, from_folders(str(inside)) | {key: value for key, value in row.items() if value})
