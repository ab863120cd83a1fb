"""Make all files of a result folder from an analysis and its clip.

The files are angles.csv, keyframes.png, annotated.mp4 (optional), report.html and analysis.json.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hingecheck.judgement import criteria
from hingecheck.progress import Stage, Watch, begin, counted
from hingecheck.records import Analysis, Bytes
from hingecheck.report.film import annotated, keyframes
from hingecheck.report.page import analysis as report_page
from hingecheck.report.tables import angles
from hingecheck.results import document, folder
from hingecheck.video import reading, writing

FILM: Final = "annotated.mp4"
PAGE: Final = "report.html"


@dataclass(frozen=True)
class Wanted:
    """What to put into the folder.

    `film`: make the annotated film.  `single_file`: embed the film in the page as well.  `retouch`: change every
    picture before anything is drawn on it, for example blur the head.  `rules`: the criteria that the verdict used.
    """

    film: bool = True
    single_file: bool = False
    retouch: annotated.Retouch | None = None
    rules: criteria.Criteria = field(default_factory=criteria.load)


def files(
    analysis: Analysis, path: Path, wanted: Wanted | None = None, watch: Watch | None = None
) -> dict[str, folder.Content]:
    """File name -> content, for the clip at `path`.  `watch` hears how far they are.

    The order matters: the page needs the finished film, and the marker (analysis.json) says that all files are there.
    """
    wanted = wanted or Wanted()
    begin(watch, Stage.KEY_FRAMES)
    frames = keyframes.take(analysis, _retouched(reading.Video(path), wanted.retouch))
    streamed: dict[str, folder.Content] = {}
    if wanted.film:
        streamed[FILM] = lambda target: film(target, analysis, path, wanted.retouch, watch)
    return {
        "angles.csv": angles.text(analysis.angles).encode(),
        "keyframes.png": keyframes.sheet(frames),
        **streamed,
        PAGE: lambda target: _page(target, analysis, frames, wanted, watch),
        folder.MARKER: document.text(document.document(analysis)).encode(),
    }


def save(
    analysis: Analysis, clip: Path, target: Path, wanted: Wanted | None = None, *, watch: Watch | None = None
) -> None:
    """Write the results of `clip` into the folder `target`, all files or none.  Raises UsageError."""
    folder.write(target, files(analysis, clip, wanted, watch))


def _retouched(clip: reading.Video, retouch: annotated.Retouch | None) -> keyframes.PicturesAt:
    """A function that reads the clip's pictures at given times and retouches them."""
    if retouch is None:
        return clip.frames_at

    def pictures_at(times_s: Sequence[float]) -> list[Bytes]:
        return [retouch(rgb, s) for rgb, s in zip(clip.frames_at(times_s), times_s, strict=False)]

    return pictures_at


def film(
    target: Path,
    analysis: Analysis,
    path: Path,
    retouch: annotated.Retouch | None = None,
    watch: Watch | None = None,
) -> None:
    """Write the annotated film of the clip at `path` to `target`, frame by frame.

    Frames are decoded in full size if there is a retouch, else in the film's size.
    """
    clip = reading.Video(path)
    height_px = clip.height if retouch else annotated.height_px(clip.width, clip.height)
    drawn = annotated.draw(analysis, reading.ahead(clip.frames(height_px)), retouch)
    told = counted(drawn, watch, Stage.FILM, analysis.video.frames_read)
    writing.write(target, clip, told, analysis.video.rate_hz)


def _page(
    target: Path, analysis: Analysis, frames: Sequence[keyframes.KeyFrame], wanted: Wanted, watch: Watch | None
) -> None:
    """Write the page to `target`.  A film to embed must already be in the same folder."""
    begin(watch, Stage.REPORT)
    embedded = None
    if wanted.film:
        data = target.with_name(FILM).read_bytes() if wanted.single_file else b""
        embedded = report_page.Film(FILM, base64.b64encode(data).decode())
    target.write_text(report_page.html(analysis, report_page.Extra(frames, wanted.rules, embedded)), encoding="utf-8")
