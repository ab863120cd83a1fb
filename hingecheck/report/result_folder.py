"""Make all files of a result folder from an analysis and its clip.

The files are angles.csv with its description, landmarks.csv, bar.csv, keyframes.png, annotated.mp4 (optional),
report.html and analysis.json.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hingecheck.judgement import criteria
from hingecheck.progress import Stage, Watch, begin, counted
from hingecheck.records import NO_LIMITS, Analysis, Bytes, Frame
from hingecheck.report.film import annotated, keyframes
from hingecheck.report.film.scene import Scene
from hingecheck.report.page import analysis as report_page
from hingecheck.results import angle_table, bar_table, document, folder, landmark_table
from hingecheck.video import overlap, reading, working_copy, writing

FILM: Final = "annotated.mp4"
PAGE: Final = "report.html"

COPY_ENOUGH: Final = 1.25
"""Largest enlargement of the working copy in a key frame."""

DECODED_AHEAD, DRAWN_AHEAD = 4, 2
"""Number of frames of the film that wait to be drawn, and that wait to be encoded.  In full size they are large."""


@dataclass(frozen=True)
class Wanted:
    """What to put into the folder.

    `film`: make the annotated film.  `single_file`: embed the film in the page as well.  `retouch`: change every
    picture before anything is drawn on it, for example blur the head.  `rules`: the criteria that the verdict used.
    `full_film`: the film shows every frame in the size of the clip.  `copy`: the working copy of the clip, if there is
    one: the film is then drawn on its pictures.  `force`: replace a result that appears in the folder meanwhile.
    """

    film: bool = True
    single_file: bool = False
    retouch: annotated.Retouch | None = None
    rules: criteria.Criteria = field(default_factory=criteria.load)
    full_film: bool = False
    copy: working_copy.WorkingCopy | None = None
    force: bool = True


def files(
    analysis: Analysis, path: Path, wanted: Wanted | None = None, watch: Watch | None = None
) -> dict[str, folder.Content]:
    """File name -> content, for the clip at `path`.  `watch` hears how far they are.

    The order matters: the page needs the finished film, and the marker (analysis.json) says that all files are there.
    """
    wanted, left_out = _counting(wanted or Wanted())
    if analysis.tracks:
        return _without_pictures(analysis, wanted, watch)
    begin(watch, Stage.KEY_FRAMES)
    clip = reading.Video(path, analysis.video.repairs, NO_LIMITS)
    frames = keyframes.take(analysis, _pictures(analysis, clip, wanted))
    streamed: dict[str, folder.Content] = {}
    if wanted.film:
        streamed[FILM] = lambda target: film(target, analysis, clip, wanted, watch)
    return {
        angle_table.FILE: angle_table.text(analysis.angles).encode(),
        angle_table.METADATA: angle_table.metadata().encode(),
        landmark_table.FILE: landmark_table.text(analysis.pose).encode(),
        bar_table.FILE: bar_table.text(analysis).encode(),
        "keyframes.png": keyframes.sheet(frames),
        **streamed,
        PAGE: lambda target: _page(target, analysis, (frames, len(left_out)), wanted, watch),
        folder.MARKER: document.text(document.document(analysis)).encode(),
    }


def _without_pictures(analysis: Analysis, wanted: Wanted, watch: Watch | None) -> dict[str, folder.Content]:
    """File name -> content, for tracks of another program."""
    bare = replace(wanted, film=False)
    return {
        angle_table.FILE: angle_table.text(analysis.angles).encode(),
        angle_table.METADATA: angle_table.metadata().encode(),
        bar_table.FILE: bar_table.text(analysis).encode(),
        PAGE: lambda target: _page(target, analysis, ((), 0), bare, watch),
        folder.MARKER: document.text(document.document(analysis)).encode(),
    }


def _counting(wanted: Wanted) -> tuple[Wanted, list[float]]:
    """The wishes with a retouch that adds the time of each picture that must not be shown to the list."""
    left_out: list[float] = []
    retouch = wanted.retouch
    if retouch is None:
        return wanted, left_out

    def counted_retouch(picture: Bytes, time_s: float) -> Bytes | None:
        out = retouch(picture, time_s)
        if out is None:
            left_out.append(time_s)
        return out

    return replace(wanted, retouch=counted_retouch), left_out


def save(
    analysis: Analysis,
    clip: Path,
    target: Path,
    wanted: Wanted | None = None,
    *,
    watch: Watch | None = None,
) -> None:
    """Write the results of `clip` into the folder `target`, all files or none.  Raises UsageError and OutputExists."""
    folder.write(target, files(analysis, clip, wanted, watch), force=(wanted or Wanted()).force, kinds=folder.RESULT)


def _pictures(analysis: Analysis, clip: reading.Video, wanted: Wanted) -> keyframes.PicturesAt:
    """A function that gives the clip's pictures at given times, in full size and retouched.

    They come from the working copy where it is as fine as the key frames: it is much quicker to read.
    """
    copy, retouch = wanted.copy, wanted.retouch
    if retouch is None:
        if copy is None or copy.empty or keyframes.zoom(Scene.of(analysis)) > COPY_ENOUGH * copy.scale:
            return clip.frames_at
        return lambda times_s: [_enlarged(frame.rgb, analysis) for frame in copy.frames_at(times_s)]

    def pictures_at(times_s: Sequence[float]) -> list[Bytes | None]:
        return [retouch(rgb, s) for rgb, s in zip(clip.frames_at(times_s), times_s, strict=False)]

    return pictures_at


def _enlarged(rgb: Bytes, analysis: Analysis) -> Bytes:
    """A picture of the working copy in the full size of the clip."""
    size = (analysis.video.width, analysis.video.height)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def film(
    target: Path,
    analysis: Analysis,
    clip: reading.Video,
    wanted: Wanted | None = None,
    watch: Watch | None = None,
) -> None:
    """Write the annotated film of `clip` to `target`: decoded, drawn and encoded in three threads.

    A film in which heads are blurred has no sound, because a voice says who somebody is.
    """
    wanted = wanted or Wanted()
    filmed_hz = analysis.video.rate_hz
    rate_hz = filmed_hz if wanted.full_film else annotated.rate_hz(filmed_hz)
    with ExitStack() as threads:
        frames = threads.enter_context(closing(overlap.ahead(_frames(clip, wanted), DECODED_AHEAD)))
        drawn = annotated.draw(analysis, frames, wanted.retouch, full=wanted.full_film)
        drawn_ahead = threads.enter_context(closing(overlap.ahead(drawn, DRAWN_AHEAD)))
        expected = round(analysis.video.frames_read * rate_hz / filmed_hz) if math.isfinite(filmed_hz) else 0
        seen = counted(drawn_ahead, watch, Stage.FILM, expected)
        writing.write(target, clip, seen, rate_hz, silent=wanted.retouch is not None)


def _frames(clip: reading.Video, wanted: Wanted) -> Iterator[Frame]:
    """The frames to draw on: those of the working copy, if there is one and it is good enough; else decoded.

    A retouch and a full film need the full size.
    """
    in_full = wanted.full_film or wanted.retouch is not None
    if wanted.copy is not None and not wanted.copy.empty and not in_full:
        clip.first_s = wanted.copy.first_s
        return wanted.copy.frames()
    height_px = clip.height if in_full else working_copy.height_px(clip.width, clip.height)
    return clip.frames(height_px, 0.0 if wanted.full_film else working_copy.APART_S)


def _page(
    target: Path,
    analysis: Analysis,
    pictures: tuple[Sequence[keyframes.KeyFrame], int],
    wanted: Wanted,
    watch: Watch | None,
) -> None:
    """Write the page to `target`.  A film to embed must already be in the same folder.

    `pictures`: the key frames, and how many pictures of film and key frames are left out.
    """
    frames, left_out = pictures
    begin(watch, Stage.REPORT)
    embedded = None
    if wanted.film:
        data = target.with_name(FILM).read_bytes() if wanted.single_file else b""
        embedded = report_page.Film(FILM, base64.b64encode(data).decode())
    target.write_text(
        report_page.html(analysis, report_page.Extra(frames, wanted.rules, embedded, left_out)), encoding="utf-8"
    )
