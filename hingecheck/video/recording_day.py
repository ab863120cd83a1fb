"""The day on which a clip says that it was recorded; read only when asked for, because metadata tell on people."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from hingecheck.video.container import open_clip

KEYS: Final = ("com.apple.quicktime.creationdate", "creation_time", "date")
_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:\D|$)")
UNSET_YEARS: Final = (1904, 1970)
"""Years that a container writes when nobody set its clock."""


def day(path: Path) -> tuple[int, int, int] | None:
    """Year, month, day; the phone's own time zone where the file tells it, else UTC.  None if it does not say."""
    with open_clip(path) as clip:
        notes = {key.lower(): value for key, value in clip.metadata.items()}
    for key in KEYS:
        found = _DAY.match(notes.get(key, ""))
        if found is not None and int(found[1]) not in UNSET_YEARS:
            return int(found[1]), int(found[2]), int(found[3])
    return None
