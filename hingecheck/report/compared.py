"""The clips of a comparison: what was just measured, or what a finished result folder holds."""

from __future__ import annotations

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
from hingecheck.results import angle_table, document, folder, reading
from hingecheck.video.reading import Video

SHEET: Final = "keyframes.png"


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

    return Clip(stored, _read(stored), pictures)


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


def _read(stored: Stored) -> Curves:
    """The same angles from the table beside an analysis; raises ResultUnreadable.

    A table of an earlier version has the interval of the lumbar angle only.
    """
    table = angle_table.read(stored)
    if table is None:
        raise ResultUnreadable(
            f"{stored.path.parent / angle_table.FILE}: is missing", "Analyze the clip again, or restore the file."
        )
    unknown = np.full(len(table["time_s"]), np.nan)  # of a table that lacks the column
    values = {name: table.get(f"{name}_deg", unknown) for name in comparison.ANGLES}
    half_deg = {name: half for name in values if (half := angle_table.half_deg(table, name)) is not None}
    return Curves(table["time_s"], values, half_deg)
