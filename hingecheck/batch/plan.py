"""The plan of a batch: which clips are finished, which are left to do, and how each clip ended.

`plan` takes the clips and gives a Plan with the jobs that are left.  `run` does these jobs on an executor.  `outcomes`
reads from the result folders how every clip ended.  A bad clip never stops the other clips.

A finished clip is known by its content, the version and the settings.  So the same command continues a batch that was
stopped in any way, even killed.  The files that a batch writes depend on the clips alone, not on the order in which the
jobs end.
"""

from __future__ import annotations

import hashlib
import os
import queue
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Final

from hingecheck import names
from hingecheck.batch import isolation
from hingecheck.batch import jobs as jobs_module
from hingecheck.batch.isolation import Limits
from hingecheck.batch.jobs import Job, JobResult, Settings
from hingecheck.errors import InputError, UsageError
from hingecheck.records.season import Clip, Entry, Failure, Outcome
from hingecheck.results.folder import UNFINISHED

RESULTS: Final = "clips"
"""The folder below `--out` that holds one folder for every clip."""

LOCK: Final = ".lock"
"""The file below `--out` that keeps a second batch out."""

KILLED: Final = "KilledWorker"
"""The name of Dask's error for a job that killed several workers.

The code compares the name, not the class, so that Dask need not be installed.
"""

SHOWN_DIGITS: Final = 8
"""Digits of a clip's hash that stand for its name under a pseudonym."""

_HASHED_AT_ONCE: Final = 16
"""Clips that one task of the executor hashes."""


@dataclass(frozen=True, slots=True)
class Plan:
    """All clips of a batch, in order, and the jobs that are left to do.

    Clips with the same content share one job and one result.
    """

    out: Path
    entries: tuple[Entry, ...]
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to run the jobs.

    `limits` hold for each clip.  `work` names the function that does a job, as "module:function".  `retry_failed`
    repeats the clips that failed in an earlier run.
    """

    limits: Limits = field(default_factory=Limits)
    work: str = field(default_factory=lambda: isolation.WORK)
    retry_failed: bool = False


def plan(clips: Sequence[Clip], out: Path, settings: Settings, options: RunOptions, executor: Executor) -> Plan:
    """Hash all clips, find the finished ones, and remove what a stopped run left unfinished.

    Raises ModelError or UsageError if no clip could be analyzed with these settings or written to `out`.
    """
    fingerprint = jobs_module.fingerprint(settings)
    results = out / RESULTS
    try:
        results.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", "Give another folder with --out.") from error
    remove_unfinished(out)
    folder_names = {place.name.rpartition("-")[2]: place.name for place in sorted(results.iterdir())}
    entries: list[Entry] = []
    jobs: dict[str, Job] = {}
    for found, digest in zip(clips, _hashes(clips, executor), strict=True):
        if isinstance(digest, Failure):
            entries.append(Entry(_pseudonymous(found, settings, "not read"), failure=digest))
            continue
        clip = _pseudonymous(found, settings, digest[:SHOWN_DIGITS])
        key = jobs_module.key(digest, fingerprint, clip.report)
        name = folder_names.setdefault(key, names.folder_name(names.clip_title(clip.athlete, clip.file), key))
        entries.append(Entry(clip, digest, key, f"{RESULTS}/{name}"))
        if not _finished(results / name, options):
            jobs.setdefault(key, Job(key, digest, clip.path, clip.file, results / name, settings, clip.report))
    return Plan(out, tuple(entries), tuple(jobs.values()))


def _pseudonymous(clip: Clip, settings: Settings, distinction: str) -> Clip:
    """The clip under the pseudonym, if the settings have one; `distinction` tells it from the athlete's other clips."""
    if not settings.pseudonym:
        return clip
    file = f"{settings.pseudonym} {distinction}{PurePosixPath(clip.file).suffix.lower()}"
    return replace(clip, file=file, athlete=settings.pseudonym)


def failed_before(todo: Plan) -> tuple[str, ...]:
    """The files of the clips that failed in an earlier run and are not tried again."""
    again = {job.key for job in todo.jobs}
    waiting = [entry for entry in todo.entries if entry.key and entry.key not in again]
    records = ((entry, jobs_module.recorded(todo.out / entry.folder)) for entry in waiting)
    return tuple(entry.clip.file for entry, record in records if record is not None and record.failure is not None)


def remove_unfinished(out: Path) -> None:
    """Remove the files and folders that a stopped run left unfinished in the results folder `out`."""
    for folder in (out / RESULTS).glob(".*"):
        shutil.rmtree(folder, ignore_errors=True)
    for pattern in (f"{UNFINISHED}*", f"{RESULTS}/*/{UNFINISHED}*"):
        for file in out.glob(pattern):
            file.unlink(missing_ok=True)


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Keep other batches out of the folder `out` as long as the context lasts.

    The lock is an SQLite transaction, so it also ends if this program is killed.  Raises UsageError if another batch
    holds the folder or the folder cannot be written.
    """
    if os.path.exists(out) and not os.path.isdir(out):
        raise UsageError(f"{out}: is a file, not a folder", "Give another folder.")
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(out / LOCK, timeout=0.0)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"{out}: cannot be written ({why})", "Give another folder.") from error
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"{out}: another batch or app uses this folder",
                "Wait until it has ended, or give another folder.",
            ) from error
        yield


def run(todo: Plan, options: RunOptions, executor: Executor) -> Iterator[JobResult]:
    """Do the jobs of the plan.  Yields the result of each job as soon as the job ends.

    Raises UsageError if a job meets a problem that all other jobs would meet, or if the cluster fails.
    """
    done: queue.SimpleQueue[tuple[Job, Future[JobResult]]] = queue.SimpleQueue()
    futures = []
    for job in todo.jobs:
        future = executor.submit(isolation.run, job, options.limits, options.work)
        future.add_done_callback(lambda future, job=job: done.put((job, future)))  # type: ignore[misc]
        futures.append(future)
    try:
        for _ in futures:
            result = _result(*_next(done))
            if result.fatal and result.failure is not None:
                raise UsageError(result.failure.message, result.failure.remedy)
            yield result
    finally:
        for future in futures:
            future.cancel()


def outcomes(todo: Plan) -> tuple[Outcome, ...]:
    """How every finished clip of the plan ended, in the order of the plan, read from the result folders.

    A clip without a date in its name or in the list gets the one in its own metadata.
    """
    finished = []
    for entry in todo.entries:
        if entry.failure is not None:
            finished.append(Outcome(entry, entry.failure))
        elif (record := jobs_module.recorded(todo.out / entry.folder)) is not None:
            clip = entry.clip
            if not clip.date:
                clip = replace(clip, date=record.day.date, utc=record.day.utc)
            finished.append(Outcome(replace(entry, clip=clip), record.failure))
    return tuple(finished)


def _next(done: queue.SimpleQueue[tuple[Job, Future[JobResult]]]) -> tuple[Job, Future[JobResult]]:
    """Wait for the next job that ends.  The wait has a timeout, because some systems cannot interrupt one without."""
    while True:
        try:
            return done.get(timeout=1.0)
        except queue.Empty:
            continue


def _result(job: Job, future: Future[JobResult]) -> JobResult:
    """The result of a job that has ended.

    If the job killed several workers of a cluster, record that as the clip's failure.  Raises UsageError if the cluster
    itself is lost.
    """
    try:
        return future.result()
    except isolation.Stopped:
        raise
    except CancelledError as error:
        raise UsageError(
            "the scheduler of the cluster is gone", "Start it. Then run the same command again to continue."
        ) from error
    except Exception as error:
        if type(error).__name__ == KILLED:
            failure = Failure(1, "crashed", "every worker that analyzed it was ended", jobs_module.RETRY)
            return jobs_module.record(job, failure)
        raise UsageError(
            f"the cluster has stopped working ({type(error).__name__}: {error})",
            "Check that the scheduler runs and that its workers have this version of hingecheck. Then run the same "
            "command again to continue.",
        ) from error


def _finished(folder: Path, options: RunOptions) -> bool:
    """True if the folder has a record, and the clip need not be tried again."""
    record = jobs_module.recorded(folder)
    return record is not None and (record.failure is None or not options.retry_failed)


def _hashes(clips: Sequence[Clip], executor: Executor) -> Iterator[str | Failure]:
    """The content hash of each clip, or why it has none, in the order of the clips; the executor does the work."""
    groups = [clips[i : i + _HASHED_AT_ONCE] for i in range(0, len(clips), _HASHED_AT_ONCE)]
    for group in executor.map(content_hashes, groups):
        yield from group


def content_hashes(clips: Iterable[Clip]) -> list[str | Failure]:
    """The SHA-256 of each clip's content, or why the clip cannot be read."""
    return [_content_hash(clip) for clip in clips]


def _content_hash(clip: Clip) -> str | Failure:
    """The SHA-256 of one clip, or why it has none: it has a problem, or it cannot be read."""
    code, kind = InputError.exit_code, InputError.kind
    if clip.problem:
        remedy = "Put the clip itself into the folder. Check its name and its row in the list."
        return Failure(code, kind, clip.problem, remedy)
    try:
        with clip.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        remedy = "Check the permissions of the file, or copy it again."
        return Failure(code, kind, f"cannot be read ({error.strerror})", remedy)
