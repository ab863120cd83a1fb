"""Reads a clip of the matrix and compares every picture with the scene at its time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from hingecheck.errors import InputError
from hingecheck.records import Code, Repairs, VideoInfo
from hingecheck.video.reading import Video
from tests.formats import scene


@dataclass(frozen=True)
class Case:
    """A clip and what must come of it.

    `make` writes it to a path with this `suffix`.  `refused`: words of the error, if it must be refused.  `notes`: the
    notes that it must get, and no others.  `frames`: smallest number of frames.  `first_s`: the scene's time in the
    first frame.  `level`, `disc_px`: largest mean difference in grey levels, and largest error of the disc's place.
    """

    suffix: str
    make: Callable[[Path], Path]
    refused: str = ""
    notes: tuple[Code, ...] = ()
    frames: int = 30
    first_s: float = 0.0
    level: float = 4.0
    disc_px: float = 1.5
    repairs: Repairs = field(default_factory=Repairs)


@dataclass(frozen=True)
class Outcome:
    """What came of a clip: what is wrong with it ("" if nothing), and a line for a person."""

    wrong: str
    line: str


def check(case: Case, folder: Path) -> Outcome:
    """Write the clip into a folder, read it, and say what is wrong."""
    path = case.make(folder / f"clip{case.suffix}")
    try:
        clip = Video(path, case.repairs)
        levels, discs = _errors(clip, case)
        info = clip.info()
        json.dumps(asdict(info))  # all of it must go into the result
    except InputError as error:
        message = error.message.replace(str(path), path.name)
        refused = case.refused and re.search(case.refused, message)
        return Outcome("" if refused else f"refused: {message}", f"refused: {message}")
    finally:
        path.unlink()
    problems = _problems(info, case, levels, discs)
    return Outcome(
        "; ".join(problems),
        f"{info.frames_read} frames at {info.rate_hz:.1f} Hz, {levels:.1f} grey levels and {discs:.2f} px off"
        + "".join(f", {note.code}" for note in info.notes),
    )


def _errors(clip: Video, case: Case) -> tuple[float, float]:
    """The largest errors of all pictures of a clip: in grey levels, and in pixels."""
    errors = [
        scene.errors(picture.grey, case.first_s + picture.time_s) for picture in clip.small(2 * scene.HEIGHT, 0.0)
    ]
    level, disc = np.max(errors, axis=0)
    return float(level), float(disc)


def _problems(info: VideoInfo, case: Case, level: float, disc_px: float) -> list[str]:
    problems = ["should be refused"] if case.refused else []
    if level > case.level:
        problems.append(f"pictures differ by {level:.1f} grey levels")
    if disc_px > case.disc_px:
        problems.append(f"the disc is {disc_px:.1f} px off")
    if info.frames_read < case.frames:
        problems.append(f"only {info.frames_read} frames")
    if {note.code for note in info.notes} != set(case.notes):
        problems.append(f"notes {[str(note.code) for note in info.notes]}")
    return problems
