"""All files of a result folder."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hingecheck.judgement import criteria
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
    """Which files, and how.

    `film`: with the annotated film; `single_file`: the film inside the page, too; `retouch` alters every picture before
    anything is drawn on it; `rules` are the thresholds that were judged by.
    """

    film: bool = True
    single_file: bool = False
    retouch: annotated.Retouch | None = None
    rules: criteria.Criteria = field(default_factory=criteria.load)


def files(analysis: Analysis, path: Path, wanted: Wanted | None = None) -> dict[str, folder.Content]:
    """Name -> content, for the clip at `path`; the page comes after the film, the marker last."""
    wanted = wanted or Wanted()
    frames = keyframes.take(analysis, _retouched(reading.Video(path), wanted.retouch))
    streamed: dict[str, folder.Content] = {}
    if wanted.film:
        streamed[FILM] = lambda target: film(target, analysis, path, wanted.retouch)
    return {
        "angles.csv": angles.text(analysis.angles).encode(),
        "keyframes.png": keyframes.sheet(frames),
        **streamed,
        PAGE: lambda target: _page(target, analysis, frames, wanted),
        folder.MARKER: document.text(document.document(analysis)).encode(),
    }


def save(analysis: Analysis, clip: Path, target: Path, wanted: Wanted | None = None) -> None:
    """Write the results of `clip` into the folder `target`, all or none; raises UsageError."""
    folder.write(target, files(analysis, clip, wanted))


def _retouched(clip: reading.Video, retouch: annotated.Retouch | None) -> keyframes.PicturesAt:
    """The clip's pictures at some times, retouched."""
    if retouch is None:
        return clip.frames_at

    def pictures_at(times_s: Sequence[float]) -> list[Bytes]:
        return [retouch(rgb, s) for rgb, s in zip(clip.frames_at(times_s), times_s, strict=False)]

    return pictures_at


def film(target: Path, analysis: Analysis, path: Path, retouch: annotated.Retouch | None = None) -> None:
    """Stream the clip at `path`, drawn on, to `target`; in full size as far as it has to be retouched."""
    clip = reading.Video(path)
    height_px = clip.height if retouch else annotated.height_px(clip.width, clip.height)
    drawn = annotated.draw(analysis, reading.ahead(clip.frames(height_px)), retouch)
    writing.write(target, clip, drawn, analysis.video.rate_hz)


def _page(target: Path, analysis: Analysis, frames: Sequence[keyframes.KeyFrame], wanted: Wanted) -> None:
    """Write the page to `target`; the film, where it is to go inside, lies beside `target` by now."""
    shown = None
    if wanted.film:
        data = target.with_name(FILM).read_bytes() if wanted.single_file else b""
        shown = report_page.Film(FILM, base64.b64encode(data).decode())
    target.write_text(report_page.html(analysis, report_page.Extra(frames, wanted.rules, shown)), encoding="utf-8")
