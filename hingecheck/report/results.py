"""All files of a result folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hingecheck import movie, video
from hingecheck.records import Analysis, Bytes
from hingecheck.report import annotated, document, folder, keyframes, spreadsheet

FILM: Final = "annotated.mp4"


@dataclass(frozen=True)
class Wanted:
    """Which files, and how: without the film, with the film inside the page; `retouch` alters every picture shown."""

    film: bool = True
    single_file: bool = False
    retouch: annotated.Retouch | None = None


def files(analysis: Analysis, path: Path, wanted: Wanted | None = None) -> dict[str, folder.Content]:
    """Name -> content, for the clip at `path`; the marker comes last."""
    wanted = wanted or Wanted()
    clip = video.Video(path)
    frames = keyframes.take(analysis, _retouched(clip, wanted.retouch))
    film: dict[str, folder.Content] = {}
    if wanted.film:
        film[FILM] = lambda target: _film(target, analysis, clip, wanted.retouch)
    return {
        "angles.csv": spreadsheet.text(analysis.angles).encode(),
        "keyframes.png": keyframes.sheet(frames),
        **film,
        folder.MARKER: document.text(document.document(analysis)).encode(),
    }


def _retouched(clip: video.Video, retouch: annotated.Retouch | None) -> keyframes.PicturesAt:
    """The clip's pictures at some times, retouched."""
    if retouch is None:
        return clip.frames_at

    def pictures_at(times_s: Sequence[float]) -> list[Bytes]:
        return [retouch(rgb, s) for rgb, s in zip(clip.frames_at(times_s), times_s, strict=False)]

    return pictures_at


def _film(target: Path, analysis: Analysis, clip: video.Video, retouch: annotated.Retouch | None) -> None:
    """Stream the clip, drawn on, to `target`; in full size as far as it has to be retouched."""
    height_px = clip.height if retouch else annotated.height_px(clip.width, clip.height)
    drawn = annotated.draw(analysis, video.ahead(clip.frames(height_px)), retouch)
    movie.write(target, clip, drawn, analysis.video.rate_hz)
