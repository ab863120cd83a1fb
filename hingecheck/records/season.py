"""The clips of a batch and how each of them ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from hingecheck.records import SelfReport


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a clip gave no result, as its error told it, without the clip's name."""

    code: int
    kind: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Clip:
    """One file to analyze.  `file` is its path below the folder, as it can be shown, "/" between parts.

    `athlete` is "" and `date` (YYYY-MM-DD) is "" where nothing tells them.  `problem` says why it must not be opened.
    """

    path: Path
    file: str
    athlete: str = ""
    date: str = ""
    report: SelfReport = field(default_factory=SelfReport)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A clip with its content hash, or with the reason why it has none; `folder` is its result's, below `--out`."""

    clip: Clip
    sha256: str = ""
    key: str = ""
    folder: str = ""
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a clip ended; `failure` is None if its folder holds a result."""

    entry: Entry
    failure: Failure | None
