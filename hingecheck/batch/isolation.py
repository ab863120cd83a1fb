"""Isolation: every clip is analyzed in a worker process, so trouble with one clip does not harm the others.

Every thread of the executor has one worker process and watches it.  The worker analyzes clip after clip, because it
need import the libraries and load the models only once.  If it crashes, hangs or takes too much memory, this module
ends it and records the reason for that clip.  The next clip gets a new process.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import psutil

from hingecheck.batch import clock, jobs
from hingecheck.batch.jobs import Job, JobResult
from hingecheck.records.season import Failure

WORK: Final = "hingecheck.batch.jobs:measure"
"""The function that does a job, as "module:function"."""

WATCH_S: Final = 0.1
"""Time between two checks of a working process, in seconds."""

CRASHES: Final = 2
"""Crashes after which a clip counts as failed.

A clip is tried again after its first crash, because the cause may be outside the clip.  A clip that takes too much time
or memory is not tried again.
"""

READY: Final = "ready"
"""The first message of a worker.  The time limit of the first clip starts here, not at the start of Python."""

RESTART_SHARE: Final = 2 / 3
"""Share of the memory limit above which a worker is replaced after a clip.  Memory can grow slowly over many clips."""

THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Environment variables that limit the threads of a numeric library; each is set to 1 in a worker."""

_BYTES_A_MB: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Time in seconds and memory in MB that one clip may take.  The memory is all that the worker uses."""

    time_s: float = 900.0
    memory_mb: float = 3000.0


class Stopped(Exception):
    """The user stopped the batch or the clip.  The clip has no problem."""


def _wanted() -> bool:
    """Nobody takes the job back."""
    return False


def run(job: Job, limits: Limits, work: str = WORK, taken_back: Callable[[], bool] = _wanted) -> JobResult:
    """Do the job in the worker process of this thread, within the limits.  Record how it ended in every case.

    `work` names the function that does the job.  Raises Stopped after `stop`, and once `taken_back` says True.
    """
    crashes = 0
    while True:
        result = _process(work).do(job, limits, taken_back)
        if isinstance(result, JobResult):
            return result
        crashes += result.kind == "crashed"
        if result.kind != "crashed" or crashes == CRASHES:
            return jobs.record(job, result)


def stop() -> None:
    """End all worker processes and start no new ones.  Every `run` that waits raises Stopped."""
    with _LOCK:
        _STATE.stopped = True
        for process in tuple(_STATE.alive):
            process.end()


def allow() -> None:
    """Allow new worker processes after `stop`."""
    with _LOCK:
        _STATE.stopped = False


class _Process:
    """One worker process, with the pipes to and from it.  `work` names the function that it calls."""

    def __init__(self, work: str) -> None:
        self.work = work
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hingecheck.batch.worker", work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C must reach only the main program, which then ends the workers
            env=os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._watched = psutil.Process(self._process.pid)
        self._messages: queue.SimpleQueue[JobResult | str | None] = queue.SimpleQueue()
        threading.Thread(target=self._read_messages, daemon=True).start()

    @property
    def alive(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    def do(self, job: Job, limits: Limits, taken_back: Callable[[], bool] = _wanted) -> JobResult | Failure:
        """Send the job and wait for its result.  Returns a Failure if the process had to be ended, or died."""
        assert self._process.stdin is not None
        try:
            pickle.dump(job, self._process.stdin)
            self._process.stdin.flush()
        except OSError:  # the process died while it had no job
            return self._death()
        result = self._wait(limits, taken_back)
        if isinstance(result, JobResult) and self._memory_mb() > RESTART_SHARE * limits.memory_mb:
            self.end()
        return result

    def _wait(self, limits: Limits, taken_back: Callable[[], bool]) -> JobResult | Failure:
        """Wait for the result, and check the limits every WATCH_S seconds."""
        begin_s = clock.now_s()
        while True:
            try:
                message = self._messages.get(timeout=WATCH_S)
            except queue.Empty:
                if taken_back():
                    self.end()
                    raise Stopped from None
                failure = self._over_limit(limits, clock.now_s() - begin_s)
                if failure is not None:
                    self.end()
                    return failure
                continue
            if message is None:
                return self._death()
            if isinstance(message, JobResult):
                return message
            begin_s = clock.now_s()  # READY: the process has started, and begins with the clip now

    def end(self) -> None:
        """Kill the process and close the pipe to it."""
        self._process.kill()
        self._process.wait()
        _STATE.alive.discard(self)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _read_messages(self) -> None:
        """Put every message of the process into the queue; None when the process is gone."""
        assert self._process.stdout is not None
        try:
            while True:
                self._messages.put(pickle.load(self._process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            self._messages.put(None)
        self._process.stdout.close()

    def _over_limit(self, limits: Limits, spent_s: float) -> Failure | None:
        """The limit that the clip has passed, as a Failure; None if it is within all limits."""
        if spent_s > limits.time_s:
            remedy = "Cut the clip to one set, or allow more time with --time-limit and --retry-failed."
            return Failure(1, "time_limit", f"took longer than {limits.time_s:g} s", remedy)
        if self._memory_mb() > limits.memory_mb:
            remedy = "Export the clip smaller (1080p), or allow more memory with --memory-limit and --retry-failed."
            return Failure(1, "memory_limit", f"needed more than {limits.memory_mb:g} MB of memory", remedy)
        return None

    def _memory_mb(self) -> float:
        """Memory that the process uses, in MB; 0 if it is gone."""
        try:
            return float(self._watched.memory_info().rss) / _BYTES_A_MB
        except psutil.Error:
            return 0.0

    def _death(self) -> Failure:
        """Why the process died, as a Failure.  Raises Stopped if `stop` ended it."""
        self.end()
        if _STATE.stopped:
            raise Stopped
        code = self._process.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        what = (
            "was ended by the system, probably because it ran out of memory" if how == "SIGKILL" else f"crashed ({how})"
        )
        return Failure(1, "crashed", f"the process that analyzed the clip {what}", jobs.RETRY)


class _State:
    """The worker processes of this program.  `mine` holds the process of each thread."""

    def __init__(self) -> None:
        self.stopped = False
        self.alive: set[_Process] = set()
        self.mine = threading.local()


_STATE: Final = _State()
_LOCK: Final = threading.Lock()


def _process(work: str) -> _Process:
    """The worker process of the calling thread.  Starts a new one if there is none, or if it has died."""
    mine: _Process | None = getattr(_STATE.mine, "process", None)
    if mine is None or not mine.alive or mine.work != work:
        if mine is not None:
            mine.end()
        with _LOCK:
            if _STATE.stopped:
                raise Stopped
            mine = _STATE.mine.process = _Process(work)
            _STATE.alive.add(mine)
    return mine
