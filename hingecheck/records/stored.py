"""An analysis as an `analysis.json` holds it, for reports, history and tables.

Only `results.reading` reads the file.  It checks the content and makes these records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hingecheck.records.judgement import SelfReport
from hingecheck.records.measure import Measure
from hingecheck.records.reps import LiftStyle, remarks


@dataclass(frozen=True, slots=True)
class StoredVideo:
    """The stored facts about the clip; `file` is a name without folders.

    `cuts_s`: times of the first frames after a cut.
    """

    file: str
    sha256: str
    width: int
    height: int
    duration_s: float
    frames_read: int
    frames_failed: int
    rotation_deg: int
    rate_hz: float | None
    cuts_s: tuple[float, ...] = ()


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
    """One stored repetition.

    `events`: seconds by name; events that the clip does not show are left out.  `values`: each metric, or the
    reason why it has no value.  All repetitions have the same metrics: METRICS, and others that the file holds.
    `probability`, `cut_off`: 1 and False if the file is older than these keys.
    """

    number: int
    style: str
    events: Mapping[str, float]
    complete: bool
    values: Mapping[str, Measure]
    notes: tuple[str, ...]
    probability: float = 1.0
    cut_off: bool = False

    @property
    def metrics(self) -> Mapping[str, Measure]:
        """The same as `values`, under the name that `analysis.json` has for it."""
        return self.values

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a report says beside the number of this repetition."""
        return remarks(complete=self.complete, cut_off=self.cut_off, probability=self.probability)


@dataclass(frozen=True, slots=True)
class StoredFinding:
    """The stored outcome of one rule."""

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
    """The stored pattern, and what it rests on.  `rounding`: a sentence, "" if the file holds none."""

    pattern: str
    share: Measure
    reasons: tuple[str, ...]
    reps_used: tuple[int, ...]
    sentence: str
    cue: str
    rounding: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """An analysis read from the file `path`, whose bytes have the hash `sha256`.

    `style`: the style of the set; None if the file does not hold it.  `context`: sentences that show the self-report
    beside the measurement.  `version`: the hingecheck that wrote the file, "" if the file does not hold it.
    `provenance`: as the file holds it.
    """

    path: Path
    sha256: str
    video: StoredVideo
    view: StoredView
    style: LiftStyle | None
    reps: tuple[StoredRep, ...]
    verdict: StoredVerdict
    findings: tuple[StoredFinding, ...]
    over_set: Mapping[str, Measure]
    self_report: SelfReport | None
    context: tuple[str, ...]
    see: str
    version: str
    provenance: Mapping[str, Any]

    def part_of(self, rep: StoredRep) -> int:
        """The number of cuts before a repetition."""
        return sum(cut_s <= rep.events.get("liftoff_s", 0.0) for cut_s in self.video.cuts_s)

    @property
    def together(self) -> tuple[StoredRep, ...]:
        """The repetitions of the part between two cuts that the verdict is about; all of them in a clip without cuts.

        Another part may show another lifter.
        """
        parts = [self.part_of(rep) for rep in self.reps]
        used = [part for rep, part in zip(self.reps, parts, strict=True) if rep.number in self.verdict.reps_used]
        main = max(used or parts, key=(used or parts).count, default=0)
        return tuple(rep for rep, part in zip(self.reps, parts, strict=True) if part == main)
