"""The second round of a batch: clips in which nobody is seen upright, with the athlete's standing in another clip.

People post one pull, cut at the floor.  Its angles count from how people in general stand.  The athlete's own standing
is a better zero, even by another camera and in other clothes (`spine.zero.ELSEWHERE_SD_DEG`).  So such a clip is
measured once more as soon as another clip of the same athlete shows it (`again`).  A clip with an upright moment of its
own keeps its zero: the camera and the clothes are the same there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Final

from hingecheck import names
from hingecheck.batch import plan
from hingecheck.batch.jobs import Job, Settings
from hingecheck.batch.plan import Plan
from hingecheck.errors import InputError
from hingecheck.records import Code
from hingecheck.records.season import Clip, Outcome
from hingecheck.results import reading
from hingecheck.results.folder import MARKER

ZERO: Final = "zero_code"
"""The key in the provenance of a result that says where zero comes from."""


def again(todo: Plan, settings: Settings) -> Plan:
    """The plan of the clips to measure once more, each with the clip of the standing that is nearest in time.

    The results depend on the clips alone: all clips of the first round must have ended.  A clip whose second
    measurement fails keeps its first result.
    """
    shown: dict[str, list[Clip]] = {}
    lacking: list[Outcome] = []
    for outcome in plan.outcomes(todo):
        if outcome.failure is not None or not outcome.entry.clip.athlete:
            continue
        zero = _zero(todo.out / outcome.entry.folder)
        if zero == Code.STANDING_AROUND:
            shown.setdefault(names.identity(outcome.entry.clip.athlete), []).append(outcome.entry.clip)
        elif zero == Code.STANDING_USUAL:
            lacking.append(outcome)
    jobs: dict[str, Job] = {}
    for outcome in lacking:
        others = shown.get(names.identity(outcome.entry.clip.athlete))
        if others:
            standing = nearest(outcome.entry.clip, others)
            jobs.setdefault(outcome.entry.key, _job(outcome, todo.out, settings, standing))
    return Plan(todo.out, todo.entries, tuple(jobs.values()))


def _zero(place: Path) -> str:
    """Where zero comes from in the result folder `place`.

    "" if the result does not say or cannot be read, and for a view from which no angle of the spine is measured.
    """
    try:
        stored = reading.read(place / MARKER)
    except InputError:
        return ""
    return str(stored.provenance.get(ZERO, "")) if stored.view.assessable else ""


def nearest(clip: Clip, others: Iterable[Clip]) -> Clip:
    """The clip that is nearest in days; of several the earlier one, then the first by name.  No date: farthest."""

    def apart(other: Clip) -> tuple[float, bool, str]:
        if not (clip.date and other.date):
            return float("inf"), False, other.file
        days = (date.fromisoformat(other.date) - date.fromisoformat(clip.date)).days
        return abs(days), days > 0, other.file

    return min(others, key=apart)


def _job(outcome: Outcome, out: Path, settings: Settings, standing: Clip) -> Job:
    """The job that measures a clip once more."""
    entry = outcome.entry
    return Job(
        entry.key,
        entry.sha256,
        entry.clip.path,
        entry.clip.file,
        out / entry.folder,
        settings,
        entry.clip.report,
        keeps_earlier=True,
        standing=standing.path,
    )
