"""The Python interface: analyze a clip, load a result.  `hingecheck.analyze` and `hingecheck.load` are these two.

Nothing here prints, asks or reads the clock.  What goes wrong is a HingecheckError.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hingecheck.backends import bundles
from hingecheck.records import Analysis, SelfReport
from hingecheck.records.stored import Stored
from hingecheck.results import angle_table, bar_table, document, folder, landmark_table, result
from hingecheck.results.result import Result

if TYPE_CHECKING:
    from hingecheck.backends.source import PoseSource
    from hingecheck.judgement.criteria import Criteria
    from hingecheck.progress import Watch

Place = str | PathLike[str]
"""The path of a file or a folder."""

FILM: Final = "annotated.mp4"
FILES: Final = (
    angle_table.FILE,
    angle_table.METADATA,
    landmark_table.FILE,
    bar_table.FILE,
    "keyframes.png",
    FILM,
    "report.html",
    folder.MARKER,
)
"""The files of a result folder, the marker last."""


def analyze(
    video: Place,
    *,
    model: str = bundles.DEFAULT,
    spine: str = "",
    standing: Place | None = None,
    max_bend: Place | None = None,
    criteria: Place | None = None,
    style: str = "auto",
    soreness: Mapping[str, float] | None = None,
    sitting_hours: float | None = None,
    load_kg: float | None = None,
    rpe: float | None = None,
    height_cm: float | None = None,
    note: str = "",
    rate_hz: float | None = None,
    picture_size: str = "",
    rotate: int = 0,
    slow_motion: float = 1.0,
    person: str = "auto",
    max_megapixels: float | None = None,
    max_frames: int | None = None,
    max_minutes: float | None = None,
    workers: int = 0,
    source: PoseSource | None = None,
    progress: Watch | None = None,
) -> Result:
    """Measure and judge one clip, or the tracks of another program.  Writes nothing: `Result.save` does.

    Options that the command line has too mean the same here.  `standing` and `max_bend` are clips of the same lifter,
    `criteria` is a file of the user's own limits.  `soreness` maps parts of the body to 0 to 10.  `workers`: number of
    threads that run the pose network; 0 = one a core.  `source` gives the landmarks in place of the pose network.
    `progress` is called with a `Progress` when a stage begins and after each frame.

    Raises a HingecheckError that says what could not be done and what to do: UsageError for a wrong option, InputError
    for a file that cannot be read, NobodyFound, NoRepetition, ModelError.
    """
    from hingecheck import analysis
    from hingecheck.exchange import analysis as exchange
    from hingecheck.judgement import criteria as rules
    from hingecheck.video import wishes

    asked = analysis.Asked(
        model=model,
        standing=_path(standing),
        max_bend=_path(max_bend),
        criteria=_path(criteria),
        style=style,
        self_report=SelfReport(soreness or {}, sitting_hours, load_kg, rpe, note, height_cm),
        workers=workers,
        rate_hz=rate_hz,
        picture_size=wishes.picture_size(picture_size),
        spine=spine,
        person=wishes.person(person),
        repairs=wishes.repairs(rotate, slow_motion),
        limits=wishes.limits(max_megapixels, max_frames, max_minutes),
    )
    clip = Path(video)
    measured = exchange.analyze_file(clip, asked, watch=progress, source=source)
    return result.measured(measured, partial(_made, measured, clip, rules.load(asked.criteria)), _notebook)


def load(path: Place) -> Result:
    """Read a result back, from its folder or from its `analysis.json`.  Raises ResultUnreadable."""
    place = Path(path)
    home = place if place.is_dir() else place.parent
    return result.loaded(place, partial(_copied, home), _notebook)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `analysis.json`, as plain data."""
    plain: dict[str, Any] = json.loads(document.SCHEMA_FILE.read_text(encoding="utf-8"))
    return plain


def _path(place: Place | None) -> Path | None:
    return None if place is None else Path(place)


def _made(measured: Analysis, clip: Path, rules: Criteria, film: bool) -> Mapping[str, folder.Content]:
    """The files of the folder of a clip that was just measured."""
    from hingecheck.report import result_folder

    return result_folder.files(measured, clip, result_folder.Wanted(film=film, rules=rules))


def _copied(home: Path, film: bool) -> Mapping[str, folder.Content]:
    """The files of the folder of a result that was read back."""
    wanted = [home / name for name in FILES if film or name != FILM]
    return {path.name: partial(shutil.copyfile, path) for path in wanted if path.exists()}


def _notebook(stored: Stored) -> str:
    """The result as HTML for notebooks."""
    from hingecheck.report.page import notebook

    return notebook.html(stored)
