"""The work on one clip of the app, in a worker process: the work of a batch, with the user's wishes and live progress.

The worker writes how far it is into a small file (`progress`), which the server reads.  Before it measures, it looks
for people in a few pictures, so that the page can ask who the lifter is.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hingecheck.batch import jobs
from hingecheck.batch.jobs import Job
from hingecheck.errors import HingecheckError
from hingecheck.progress import Progress, Stage
from hingecheck.results import folder

STEPS: Final = 50
"""Number of times that a stage reports how far it is."""


@dataclass(frozen=True, slots=True)
class AppJob(Job):
    """A job with what the user wants beside the settings of a batch.

    `progress`: the file that says how far it is.  `people`: the picture for the choice of a person, with a list of the
    people beside it.  `threads`: how many threads run the pose network; 0 = one a core.
    """

    style: str = "auto"
    person: str = "auto"
    threads: int = 0
    progress: Path = field(default_factory=Path)
    people: Path = field(default_factory=Path)


def measure(job: Job) -> None:
    """Measure the clip of an AppJob and write its result.  Raises every error of an analysis."""
    from hingecheck.analysis import Asked
    from hingecheck.app import people
    from hingecheck.video import wishes

    assert isinstance(job, AppJob)
    with contextlib.suppress(HingecheckError):  # the analysis says what is wrong with the clip
        people.look(job.clip, job.people)
    asked = Asked(
        job.settings.model,
        standing=job.standing,
        style=job.style,
        self_report=job.report,
        workers=job.threads,
        person=wishes.person(job.person),
    )
    jobs.measure(job, asked, Reporter(job.progress))


class Reporter:
    """A watch that writes the stage, and how much of it is done, into a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last: tuple[Stage, int] | None = None

    def __call__(self, progress: Progress) -> None:
        """Write the progress if it is clearly further than the last time."""
        step = STEPS * progress.done // progress.expected if progress.expected else progress.done // STEPS
        if (progress.stage, step) == self._last:
            return
        self._last = (progress.stage, step)
        data = {"stage": progress.stage.value, "done": progress.done, "expected": progress.expected}
        with contextlib.suppress(OSError):  # a full disk stops the result, which says so
            folder.put(self._path, json.dumps(data).encode())


def progress_of(path: Path) -> dict[str, object] | None:
    """What a Reporter wrote last; None before its first word."""
    try:
        found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found
