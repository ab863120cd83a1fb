"""The clips of a comparison: what was just measured, or what a finished result folder holds."""

from __future__ import annotations

import csv
import math
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.errors import InputError, ResultUnreadable
from hingecheck.records import Analysis, AngleTrack, Curves
from hingecheck.records.stored import Stored, StoredRep
from hingecheck.report import result_folder
from hingecheck.report.film import keyframes
from hingecheck.report.page import comparison
from hingecheck.report.page.comparison import Pictures
from hingecheck.results import document, folder, reading
from hingecheck.video.reading import Video

ANGLES: Final = "angles.csv"
SHEET: Final = "keyframes.png"

LARGEST: Final = 1e6
"""Largest number, without its sign, that a table of angles may hold."""

_HIGH: Final = "lumbar_high"
_COLUMNS: Final = (*comparison.ANGLES, _HIGH)
"""The columns of the table that are read; the last is the upper end of the lumbar angle's interval."""


@dataclass(frozen=True)
class Clip:
    """The analysis of a clip, its angles, and a function that gives the pictures of one of its repetitions."""

    stored: Stored
    curves: Curves
    pictures: Callable[[StoredRep], Pictures]


def measured(analysis: Analysis, clip: Path) -> Clip:
    """A clip that was just measured."""
    text = document.text(document.document(analysis))

    def pictures(rep: StoredRep) -> Pictures:
        chosen = tuple(each for each in analysis.reps if each.rep.number == rep.number)
        frames = keyframes.take(replace(analysis, reps=chosen), Video(clip).frames_at)
        return Pictures(frames, lambda target: result_folder.film(target, analysis, Video(clip)))

    return Clip(reading.parsed(text.encode(), clip), _curves(analysis.angles), pictures)


def finished(place: Path) -> Clip:
    """A clip whose result folder, or the analysis.json in it, is `place`.  Raises ResultUnreadable or InputError."""
    here = place if place.is_dir() else place.parent
    if place.is_dir() and not (place / folder.MARKER).is_file():
        raise InputError(
            f"{place}: is a folder without {folder.MARKER}",
            "Give a video, or the result folder of a clip that was analyzed.",
        )
    stored = reading.read(here / folder.MARKER if place.is_dir() else place)

    def pictures(rep: StoredRep) -> Pictures:
        film = here / result_folder.FILM
        copied = (lambda target: _copy(film, target)) if film.is_file() else None
        return Pictures(keyframes.of_sheet(here / SHEET, stored, rep), copied)

    return Clip(stored, _read(here / ANGLES), pictures)


def _copy(film: Path, target: Path) -> None:
    """Copy a film."""
    shutil.copyfile(film, target)


def _curves(track: AngleTrack) -> Curves:
    """The angles that a comparison shows, each with its interval."""
    angles = {name: getattr(track, name) for name in comparison.ANGLES}
    return Curves(
        track.time_s,
        {name: angle.value_deg for name, angle in angles.items()},
        {name: angle.half_deg for name, angle in angles.items()},
    )


def _read(table: Path) -> Curves:
    """The same angles from a finished table, where only that of the lumbar spine has an interval.

    Raises ResultUnreadable.
    """
    try:
        with table.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        column = {name: np.array([_number(row[f"{name}_deg"]) for row in rows]) for name in _COLUMNS}
        time_s = np.array([_number(row["time_s"]) for row in rows])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ResultUnreadable(
            f"{table}: cannot be read as a table of angles", "Analyze the clip again, or restore the original file."
        ) from error
    if np.isnan(time_s).any():
        raise ResultUnreadable(f"{table}: a row has no time", "Analyze the clip again, or restore the original file.")
    half = column.pop(_HIGH) - column["lumbar_flexion"]
    return Curves(time_s, column, {"lumbar_flexion": half})


def _number(cell: str) -> float:
    """The number in a cell, NaN if it is empty; raises ValueError if no angle or time can be so large."""
    value = float(cell) if cell else math.nan
    if cell and not abs(value) <= LARGEST:
        raise ValueError(cell)
    return value
