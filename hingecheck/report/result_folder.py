"""Make all files of a result folder from an analysis and its clip.

The files are angles.csv, keyframes.png, annotated.mp4 (optional), report.html and analysis.json.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hingecheck.judgement import criteria
from hingecheck.records import Analysis, Bytes, Frame
from hingecheck.report.film import annotated, keyframes
from hingecheck.report.page import analysis as report_page
from hingecheck.report.tables import angles
from hingecheck.results import document, folder
from hingecheck.video import reading, writing

FILM: Final = "annotated.mp4"
PAGE: Final = "report.html"

DECODED_AHEAD, DRAWN_AHEAD = 4, 2
"""Number of frames of the film that wait to be drawn, and that wait to be encoded.  In full size they are large."""


@dataclass(frozen=True)
class Wanted:
    """What to put into the folder.

    `film`: make the annotated film.  `single_file`: embed the film in the page as well.  `retouch`: change every
    picture before anything is drawn on it, for example blur the head.  `rules`: the criteria that the verdict used.
    `full_film`: the film shows every frame in the size of the clip.
    """

    film: bool = True
    single_file: bool = False
    retouch: annotated.Retouch | None = None
    rules: criteria.Criteria = field(default_factory=criteria.load)
    full_film: bool = False


def files(analysis: Analysis, path: Path, wanted: Wanted | None = None) -> dict[str, folder.Content]:
    """File name -> content, for the clip at `path`.

    The order matters: the page needs the finished film, and the marker (analysis.json) says that all files are there.
    """
    wanted = wanted or Wanted()
    frames = keyframes.take(analysis, _retouched(reading.Video(path), wanted.retouch))
    streamed: dict[str, folder.Content] = {}
    if wanted.film:
        streamed[FILM] = lambda target: film(target, analysis, reading.Video(path), wanted)
    return {
        "angles.csv": angles.text(analysis.angles).encode(),
        "keyframes.png": keyframes.sheet(frames),
        **streamed,
        PAGE: lambda target: _page(target, analysis, frames, wanted),
        folder.MARKER: document.text(document.document(analysis)).encode(),
    }


def save(analysis: Analysis, clip: Path, target: Path, wanted: Wanted | None = None) -> None:
    """Write the results of `clip` into the folder `target`, all files or none.  Raises UsageError."""
    folder.write(target, files(analysis, clip, wanted))


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
    clip: reading.Video,
    wanted: Wanted | None = None,
    frames: Iterable[Frame] | None = None,
) -> None:
    """Write the annotated film of `clip` to `target`, frame by frame: decoded, drawn and encoded in three threads.

    `frames`: pictures to draw on, if there are some already; then `clip` must have been read.  Else they are decoded.
    """
    wanted = wanted or Wanted()
    filmed_hz = analysis.video.rate_hz
    with ExitStack() as threads:
        if frames is None:
            frames = threads.enter_context(closing(reading.ahead(_decoded(clip, wanted), DECODED_AHEAD)))
        drawn = annotated.draw(analysis, frames, wanted.retouch, full=wanted.full_film)
        drawn_ahead = threads.enter_context(closing(reading.ahead(drawn, DRAWN_AHEAD)))
        writing.write(target, clip, drawn_ahead, filmed_hz if wanted.full_film else annotated.rate_hz(filmed_hz))


def _decoded(clip: reading.Video, wanted: Wanted) -> Iterator[Frame]:
    """The frames of the film, decoded in full size for a retouch or a full film, else in the film's size."""
    in_full = wanted.full_film or wanted.retouch is not None
    height_px = clip.height if in_full else annotated.height_px(clip.width, clip.height)
    return clip.frames(height_px, 0.0 if wanted.full_film else annotated.STEP_S)


def _page(target: Path, analysis: Analysis, frames: Sequence[keyframes.KeyFrame], wanted: Wanted) -> None:
    """Write the page to `target`.  A film to embed must already be in the same folder."""
    embedded = None
    if wanted.film:
        data = target.with_name(FILM).read_bytes() if wanted.single_file else b""
        embedded = report_page.Film(FILM, base64.b64encode(data).decode())
    target.write_text(report_page.html(analysis, report_page.Extra(frames, wanted.rules, embedded)), encoding="utf-8")
