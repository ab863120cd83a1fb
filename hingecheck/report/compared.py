"""The clips of a comparison: what was just measured, or what a finished result folder holds."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from hingecheck.errors import InputError
from hingecheck.records import Analysis, Curves
from hingecheck.records.stored import Stored, StoredRep
from hingecheck.report import result_folder
from hingecheck.report.film import keyframes
from hingecheck.report.page.comparison import Pictures
from hingecheck.report.tables import angles
from hingecheck.results import document, folder, reading
from hingecheck.video.reading import Video

ANGLES = "angles.csv"
SHEET = "keyframes.png"


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

    return Clip(reading.parsed(text.encode(), clip), angles.curves(analysis.angles), pictures)


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

    return Clip(stored, angles.read(here / ANGLES), pictures)


def _copy(film: Path, target: Path) -> None:
    """Copy a film."""
    shutil.copyfile(film, target)
