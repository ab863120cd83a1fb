"""Many clips -> Outcomes; one bad file never stops the rest.

A finished clip is known by its content, version and settings, so a batch that was stopped, however rudely, goes on
where it was.  Order, names and contents of all that is written depend on the clips alone.
"""

from __future__ import annotations

import hashlib
import queue
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final

from hingecheck import names
from hingecheck.batch import isolation
from hingecheck.batch import jobs as jobs_module
from hingecheck.batch.isolation import Limits
from hingecheck.batch.jobs import Ended, Job, Settings
from hingecheck.errors import InputError, UsageError
from hingecheck.records.season import Clip, Entry, Failure, Outcome
from hingecheck.results.folder import UNFINISHED

RESULTS: Final = "clips"
"""The folder of `--out` that holds a folder for every clip."""

LOCK: Final = ".lock"

KILLED: Final = "KilledWorker"
"""How Dask calls it when a job was on several workers that died; by name, so that Dask need not be there."""

_HASHED_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class Plan:
    """All entries in order, and the jobs left to do: one for each content, however many clips share it."""

    out: Path
    entries: tuple[Entry, ...]
    jobs: tuple[Job, ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How jobs are run: within which limits, by which function (`module:function`), failed ones again or not."""

    limits: Limits = field(default_factory=Limits)
    work: str = field(default_factory=lambda: isolation.WORK)
    retry_failed: bool = False


def plan(clips: Sequence[Clip], out: Path, settings: Settings, way: Way, executor: Executor) -> Plan:
    """Hash all clips, find what is finished, clear away what a stopped run left.  Raises ModelError or UsageError."""
    prints = jobs_module.fingerprint(settings)
    results = out / RESULTS
    try:
        results.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", "Give another folder with --out.") from error
    _clear(out)
    there = _there(results)
    entries: list[Entry] = []
    jobs: dict[str, Job] = {}
    for clip, digest in zip(clips, _hashes(clips, executor), strict=True):
        if isinstance(digest, Failure):
            entries.append(Entry(clip, failure=digest))
            continue
        key = jobs_module.key(digest, prints, clip.report)
        name = there.setdefault(key, names.folder_name(_title(clip), key))
        entries.append(Entry(clip, digest, key, f"{RESULTS}/{name}"))
        if not _finished(results / name, way):
            jobs.setdefault(key, Job(key, digest, clip.path, clip.file, results / name, settings, clip.report))
    return Plan(out, tuple(entries), tuple(jobs.values()))


@contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Keep other batches out of `out`, until the end or the death of this program; raises UsageError."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = sqlite3.connect(out / LOCK, timeout=0.0)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"{out}: cannot be written ({error})", "Give another folder with --out.") from error
    with closing(lock):
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise UsageError(
                f"{out}: another batch is at work there", "Wait for it, or give another folder with --out."
            ) from error
        yield


def run(todo: Plan, way: Way, executor: Executor) -> Iterator[Ended]:
    """Run the jobs; how each ended, in the order in which they end.  Raises UsageError or ModelError if none can."""
    done: queue.SimpleQueue[tuple[Job, Future[Ended]]] = queue.SimpleQueue()
    futures = []
    for job in todo.jobs:
        future = executor.submit(isolation.run, job, way.limits, way.work)
        future.add_done_callback(lambda ended, job=job: done.put((job, ended)))  # type: ignore[misc]
        futures.append(future)
    try:
        for _ in futures:
            ended = _ended(*_next(done))
            if ended.fatal and ended.failure is not None:
                raise UsageError(ended.failure.message, ended.failure.remedy)
            yield ended
    finally:
        for future in futures:
            future.cancel()


def outcomes(todo: Plan) -> tuple[Outcome, ...]:
    """How every clip of the plan ended, in the plan's order, as its folder tells; clips that are not finished lack."""
    told = []
    for entry in todo.entries:
        if entry.failure is not None:
            told.append(Outcome(entry, entry.failure))
        elif (found := jobs_module.recorded(todo.out / entry.folder)) is not None:
            told.append(Outcome(entry, found[1]))
    return tuple(told)


def _next(done: queue.SimpleQueue[tuple[Job, Future[Ended]]]) -> tuple[Job, Future[Ended]]:
    while True:  # a wait without an end cannot be interrupted on every system
        try:
            return done.get(timeout=1.0)
        except queue.Empty:
            continue


def _ended(job: Job, future: Future[Ended]) -> Ended:
    """The answer, or, if a cluster's workers kept dying over this clip, that; raises if the whole cluster is lost."""
    try:
        return future.result()
    except isolation.Stopped:
        raise
    except CancelledError as error:
        raise UsageError("the cluster's scheduler is gone", "Start it, then run again: it goes on.") from error
    except Exception as error:
        if type(error).__name__ == KILLED:
            return jobs_module.record(job, Failure(1, "crashed", "ended every worker that took it", jobs_module.AGAIN))
        raise UsageError(
            f"the cluster does not go on ({type(error).__name__}: {error})",
            "See that the scheduler runs and its workers have this version of hingecheck, then run again: it goes on.",
        ) from error


def _title(clip: Clip) -> str:
    return f"{clip.athlete} {PurePosixPath(clip.file).stem}"


def _there(results: Path) -> dict[str, str]:
    """Folder name by key; what a stopped run left unfinished is removed."""
    found = {}
    for folder in sorted(results.iterdir()):
        if folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            found[folder.name.rpartition("-")[2]] = folder.name
    return found


def _finished(folder: Path, way: Way) -> bool:
    _clear(folder)
    found = jobs_module.recorded(folder)
    return found is not None and (found[1] is None or not way.retry_failed)


def _clear(place: Path) -> None:
    """Remove what a stopped run was writing."""
    for left in place.glob(f"{UNFINISHED}*"):
        left.unlink(missing_ok=True)


def _hashes(clips: Sequence[Clip], executor: Executor) -> Iterator[str | Failure]:
    groups = [clips[i : i + _HASHED_AT_ONCE] for i in range(0, len(clips), _HASHED_AT_ONCE)]
    for group in executor.map(content_hashes, groups):
        yield from group


def content_hashes(clips: Iterable[Clip]) -> list[str | Failure]:
    """SHA-256 of each clip's content, or why it cannot be read."""
    return [_content_hash(clip) for clip in clips]


def _content_hash(clip: Clip) -> str | Failure:
    code, kind = InputError.exit_code, InputError.kind
    if clip.problem:
        remedy = "Put the clip itself into the folder, and check what the list or its name says of it."
        return Failure(code, kind, clip.problem, remedy)
    try:
        with clip.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return Failure(code, kind, f"cannot be read ({error.strerror})", "Check its rights, copy it again.")
