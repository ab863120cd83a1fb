"""All files of a result folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from hingecheck.records import Analysis, Bytes
from hingecheck.report import document, folder, keyframes, spreadsheet
from hingecheck.video import Video


def save(analysis: Analysis, clip: Path, target: Path) -> None:
    """Write the results of `clip` into the folder `target`, all or none; raises UsageError."""
    folder.write(target, files(analysis, Video(clip).frames_at))


def files(analysis: Analysis, pictures_at: Callable[[Sequence[float]], list[Bytes]]) -> dict[str, bytes]:
    """Name -> content; `pictures_at` gives the clip's pictures at some times, for the key frames."""
    return {
        "angles.csv": spreadsheet.text(analysis.angles).encode(),
        "keyframes.png": keyframes.draw(analysis, pictures_at),
        folder.MARKER: document.text(document.document(analysis)).encode("utf-8", "replace"),
    }
