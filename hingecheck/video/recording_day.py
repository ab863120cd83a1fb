"""The day on which a clip was recorded, as its metadata say.

In: a path.  Out: a `RecordingDay`, or None.  Reports read it only on request, a batch for clips without another date.

Many phones store the time of recording in UTC only.  Near midnight the day there is another one than on the clock of
the phone, so the day says where it counts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

from hingecheck.video.container import open_clip

KEYS: Final = ("com.apple.quicktime.creationdate", "creation_time", "date")
"""Metadata keys that hold the day, best first: Apple's key is in the phone's own time zone."""

UNSET_YEARS: Final = (1904, 1970)
"""Years that a container writes if its clock was not set."""

_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:\D|$)")
"""A day in ISO form at the beginning of a metadata value."""

UTC: Final = "Z"
"""The end of a metadata value whose time is in UTC, without the phone's offset from it."""


class RecordingDay(NamedTuple):
    """Year, month and day; `utc`: it is the day in UTC, because the file does not hold the phone's time zone."""

    year: int
    month: int
    day: int
    utc: bool


def day(path: Path) -> RecordingDay | None:
    """The day in the phone's time zone if the file holds it, else in UTC; None if the file does not say.

    Raises VideoNotFound or InputError.
    """
    with open_clip(path) as clip:
        notes = {key.lower(): value for key, value in clip.metadata.items()}
    for key in KEYS:
        value = notes.get(key, "").strip()
        match = _DAY.match(value)
        if match is not None and int(match[1]) not in UNSET_YEARS:
            return RecordingDay(int(match[1]), int(match[2]), int(match[3]), value.upper().endswith(UTC))
    return None
