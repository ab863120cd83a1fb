"""An analysis as its `analysis.json` holds it: what reports, history and tables know of an earlier measurement.

`results.reading` makes these records and checks them; nothing else reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hingecheck.records.judgement import SelfReport
from hingecheck.records.measure import Measure


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """What is stored of the clip; `file` is a bare name."""

    file: str
    sha256: str
    width: int
    height: int
    duration_s: float
    frames_read: int
    frames_failed: int
    rotation_deg: int
    rate_hz: float | None


@dataclass(frozen=True, slots=True)
class StoredView:
    """Where the camera stood."""

    side: str
    facing: str
    yaw_deg: Measure
    assessable: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredRep:
    """One repetition: the events that happened (name -> seconds), and each metric or the reason why there is none.

    All repetitions have the same metrics: METRICS, and those that the file has beside them.
    """

    number: int
    style: str
    events: Mapping[str, float]
    complete: bool
    values: Mapping[str, Measure]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """What one rule said."""

    rule: str
    status: str
    measure: Measure
    limit: float
    unit: str
    reps: tuple[int, ...]
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """The pattern, and what it rests on."""

    pattern: str
    share: Measure
    reasons: tuple[str, ...]
    reps_used: tuple[int, ...]
    sentence: str
    cue: str


@dataclass(frozen=True, slots=True)
class Stored:
    """An analysis read back from `path`, whose bytes have the hash `sha256`.

    `style` is the set's style in words and whose word it is, "" where the analysis does not tell.
    `context` are the sentences that set the self-report beside the measurement.  `version` is that of the hingecheck
    that wrote the file, "" where the file does not tell; `provenance` is as it was written.
    """

    path: Path
    sha256: str
    video: StoredVideo
    view: StoredView
    style: str
    reps: tuple[StoredRep, ...]
    verdict: StoredVerdict
    findings: tuple[StoredFinding, ...]
    over_set: Mapping[str, Measure]
    self_report: SelfReport | None
    context: tuple[str, ...]
    see: str
    version: str
    provenance: Mapping[str, Any]
