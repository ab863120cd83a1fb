"""Cut the row of one repetition out of `keyframes.png`, for the clinician's report."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hingecheck.errors import ResultUnreadable

FILE: Final = "keyframes.png"
QUALITY: Final = 90
LARGEST_BYTES: Final = 256_000_000


def row(folder: Path, index: int, count: int) -> bytes | None:
    """Row `index` of the `count` rows of keyframes.png in `folder`, as JPEG bytes.  None if there is no such file.

    Raises ResultUnreadable if the file is not a picture or does not divide into `count` rows.
    """
    path = folder / FILE
    if not path.exists():
        return None
    sheet = _read(path)
    if sheet is None or sheet.shape[0] % count:
        raise ResultUnreadable(
            f"{path}: does not belong to this analysis",
            "Analyze the clip again; its files belong together.",
        )
    height_px = sheet.shape[0] // count
    _, data = cv2.imencode(
        ".jpg", sheet[index * height_px : (index + 1) * height_px], [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    )
    return bytes(data)


def _read(path: Path) -> cv2.typing.MatLike | None:
    try:
        data = np.frombuffer(path.read_bytes() if path.stat().st_size < LARGEST_BYTES else b"", np.uint8)
        return cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    except (OSError, cv2.error):
        return None
