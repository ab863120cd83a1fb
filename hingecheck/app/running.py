"""Runs the clips that wait, on the executor and in the isolated workers of a batch.

A clip's state lies on the shelf.  So a clip that was measured when the app ended waits again at the next start.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, wait
from dataclasses import replace
from pathlib import Path
from typing import Final

from hingecheck.app import people, work
from hingecheck.app.shelf import OPEN, Item, Shelf
from hingecheck.app.work import AppJob
from hingecheck.batch import isolation, jobs
from hingecheck.batch.isolation import Limits
from hingecheck.batch.jobs import Settings
from hingecheck.errors import InputError, UsageError
from hingecheck.records.season import Failure

WORK: Final = "hingecheck.app.work:measure"
"""The function that does a job, as "module:function"."""

PROGRESS: Final = ".progress"
"""The folder, below the folder of the app, of the files that say how far the workers are."""

ENDED_S: Final = 20.0
"""Longest time to wait until a worker that was stopped has ended, in seconds."""

REMEDY: Final = "Press Measure again. If it fails again, record or export the clip again."
"""The remedy for a failure whose cause may be outside the clip."""


class Runner:
    """The clips that wait and run."""

    def __init__(self, shelf: Shelf, executor: Executor, ended: Callable[[Item], None]) -> None:
        """`ended` is called, in a thread of the executor, with every clip that was measured or failed."""
        self._shelf, self._executor, self._ended = shelf, executor, ended
        self._taken_back: set[str] = set()
        self._futures: dict[str, Future[None]] = {}
        self._ending: set[str] = set()
        self._lock = threading.Lock()
        (shelf.folder / PROGRESS).mkdir(exist_ok=True)

    def resume(self) -> None:
        """Queue the clips that an earlier run left."""
        for item in self._shelf.in_state("waiting", "running"):
            self.start(item)

    def start(self, item: Item) -> Item:
        """Queue a clip.  Its earlier result stays until a new one is written."""
        with self._lock:
            self._taken_back.discard(item.id)
        self._progress(item.id).unlink(missing_ok=True)
        waiting = self._shelf.change(item.id, state="waiting", failure=None)
        self._futures[item.id] = self._executor.submit(self._run, item.id)
        return waiting

    def cancel(self, clip_id: str) -> None:
        """Take a clip back that waits or runs, and wait until its worker has ended.  An earlier result counts again."""
        with self._lock:
            self._taken_back.add(clip_id)
        future = self._futures.pop(clip_id, None)
        if future is not None and not future.cancel():
            wait([future], ENDED_S)
        item = self._shelf.get(clip_id)
        if item.state in OPEN:
            self._take_back(item)

    def _take_back(self, item: Item) -> None:
        if jobs.has_result(self._shelf.folder / item.folder):
            self._ended(self._shelf.change(item.id, state="done"))
        else:
            self._shelf.change(item.id, state="cancelled")

    def progress(self, item: Item) -> dict[str, object] | None:
        """How far a running clip is: stage, frames done, frames expected."""
        return work.progress_of(self._progress(item.id)) if item.state == "running" else None

    def is_ending(self, clip_id: str) -> bool:
        """True while `ended` takes over the result of a clip, whose state says already that it is finished."""
        return clip_id in self._ending

    def _progress(self, clip_id: str) -> Path:
        return self._shelf.folder / PROGRESS / f"{clip_id}.json"

    def _run(self, clip_id: str) -> None:
        """Measure one clip, if it still waits."""
        try:
            item = self._shelf.get(clip_id)
            if item.state != "waiting" or clip_id in self._taken_back:
                return
            item = self._shelf.change(clip_id, state="running")
            self._finish(item, self._failure(item))
        except isolation.Stopped:
            return  # the app ends, or `cancel` says what becomes of the clip
        except InputError:
            return  # it was deleted meanwhile
        finally:
            self._ending.discard(clip_id)
            self._progress(clip_id).unlink(missing_ok=True)

    def _failure(self, item: Item) -> Failure | None:
        """Measure a clip; returns why it has no result."""
        try:
            job = self._job(item)
        except (UsageError, InputError) as error:
            return Failure(error.exit_code, error.kind, error.message, error.remedy)
        result = isolation.run(job, Limits(), WORK, lambda: item.id in self._taken_back)
        failure = result.failure
        return replace(failure, remedy=REMEDY) if failure is not None and failure.remedy == jobs.RETRY else failure

    def _finish(self, item: Item, failure: Failure | None) -> None:
        place = self._shelf.folder / item.folder
        record = jobs.recorded(place)
        seen = people.found(self._shelf.picture(item.id))["people"]
        assert isinstance(seen, list)
        self._ending.add(item.id)
        done = self._shelf.change(
            item.id,
            state="done" if failure is None or jobs.has_result(place) else "failed",
            failure=failure,
            recorded=record.day.date if record else "",
            utc=record is not None and record.day.utc,
            people=len(seen),
        )
        self._ended(done)

    def _job(self, item: Item) -> AppJob:
        """The job of a clip.  Raises InputError if a file is gone."""
        answers, folder = item.answers, self._shelf.folder
        alone = len(self._shelf.in_state("waiting", "running")) == 1
        standing = None if not answers.standing else folder / self._shelf.get(answers.standing).video
        return AppJob(
            key=item.id,
            sha256=item.sha256 or sha256_of(folder / item.video),
            clip=folder / item.video,
            file=item.file,
            folder=folder / item.folder,
            settings=Settings(film=True, redact_face=answers.redact),
            report=answers.report,
            keeps_earlier=True,
            style=answers.style,
            person=answers.person,
            standing=standing,
            threads=0 if alone else 1,
            progress=self._progress(item.id),
            people=self._shelf.picture(item.id),
        )


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file.  Raises InputError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(f"{path.name}: the clip cannot be read ({error.strerror})", "Drop the clip again.") from error
