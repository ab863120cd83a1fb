"""The clips of a batch and how each of them ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hingecheck.records import SelfReport


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a clip gave no result: exit code, kind of error, message and remedy, without the name of the clip."""

    code: int
    kind: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Clip:
    """One file to analyze.

    `file`: its path inside the folder, ready to print, with "/" between parts.  `athlete` and `date` (YYYY-MM-DD): ""
    if they are not known.  `problem`: why the file must not be opened, "" if it may.  `utc`: the date is the day in
    UTC, so the day on the lifter's own clock may be the one before or after.
    """

    path: Path
    file: str
    athlete: str = ""
    date: str = ""
    report: SelfReport = field(default_factory=SelfReport)
    problem: str = ""
    utc: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip with the hash of its content, or the failure to read it; `folder`: its result folder inside `--out`."""

    clip: Clip
    sha256: str = ""
    key: str = ""
    folder: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the analysis of a clip ended; `failure` is None if the result folder holds a result."""

    entry: Entry
    failure: Failure | None
