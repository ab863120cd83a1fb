"""All files of a result folder, as bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hingecheck.records import Analysis, Bytes
from hingecheck.report import document, folder, keyframes, spreadsheet


def files(analysis: Analysis, pictures_at: Callable[[Sequence[float]], list[Bytes]]) -> dict[str, bytes]:
    """Name -> content; `pictures_at` gives the clip's pictures at some times, for the key frames."""
    return {
        "angles.csv": spreadsheet.text(analysis.angles).encode(),
        "keyframes.png": keyframes.draw(analysis, pictures_at),
        folder.MARKER: document.text(document.document(analysis)).encode(),
    }
