"""Make `thumbnail.jpg`: the first repetition of keyframes.png, small enough for a list of thousands of clips."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2

from hingecheck.report.film import keyframes

WIDTH_PX: Final = 216
QUALITY: Final = 80


def of_sheet(folder: Path) -> bytes:
    """The first row of the folder's keyframes.png without its captions, as JPEG bytes.

    Raises FileNotFoundError if keyframes.png is missing or cannot be read.
    """
    sheet = cv2.imread(str(folder / "keyframes.png"))
    if sheet is None:
        raise FileNotFoundError(folder / "keyframes.png")
    row = sheet[keyframes.CAPTION_PX : keyframes.CAPTION_PX + keyframes.CELL_HEIGHT_PX]
    height = round(WIDTH_PX * row.shape[0] / row.shape[1])
    small = cv2.resize(row, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    return bytes(data)
