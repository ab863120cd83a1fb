"""Keeps one clip's trouble away from all others: a process of its own for every thread that asks, watched from here.

A process analyzes clip after clip (imports and models are loaded once) until it dies, hangs or grows too big; then the
clip is recorded with the reason and the next one gets a new process.
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
from dataclasses import dataclass
from typing import Final

import psutil

from hingecheck.batch import clock, jobs
from hingecheck.batch.jobs import Ended, Job
from hingecheck.records.season import Failure

WORK: Final = "hingecheck.batch.jobs:measure"
WATCH_S: Final = 0.1
"""How often the process is looked at while it works."""

CRASHES: Final = 2
"""A clip whose process died is tried once more, for the cause may lie outside it; a hanging or huge one is not."""

READY: Final = "ready"
"""What a process says when it has started; the time before is no clip's."""

GROWN: Final = 2 / 3
"""A process that holds more of the memory allowed after a clip, grown over many, is replaced by a fresh one."""

THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_MEGA: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What one clip may take; `memory_mb` counts all that its process has in use."""

    time_s: float = 900.0
    memory_mb: float = 3000.0


class Stopped(Exception):
    """The batch was told to stop; nothing is wrong with the clip."""


def run(job: Job, limits: Limits, work: str = WORK) -> Ended:
    """Do the job in this thread's process, within the limits; how it ended is recorded in any case."""
    crashes = 0
    while True:
        answer = _process(work).answer(job, limits)
        if isinstance(answer, Ended):
            return answer
        crashes += answer.kind == "crashed"
        if answer.kind != "crashed" or crashes == CRASHES:
            return jobs.record(job, answer)


def stop() -> None:
    """End all processes of this program and begin no other; `run` raises Stopped where it waits."""
    with _LOCK:
        _STATE.stopped = True
        for process in tuple(_STATE.alive):
            process.end()


def allow() -> None:
    """Let processes begin again after `stop`."""
    with _LOCK:
        _STATE.stopped = False


class _Process:
    """One worker and the pipe to it."""

    def __init__(self, work: str) -> None:
        self.work = work
        self._process = subprocess.Popen(
            [sys.executable, "-m", "hingecheck.batch.worker", work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the program, not for each of its processes
            env=os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        self._watched = psutil.Process(self._process.pid)
        self._answers: queue.SimpleQueue[Ended | str | None] = queue.SimpleQueue()
        threading.Thread(target=self._hear, daemon=True).start()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def answer(self, job: Job, limits: Limits) -> Ended | Failure:
        """What the process says of the job, or why it says nothing; then it is gone."""
        assert self._process.stdin is not None
        try:
            pickle.dump(job, self._process.stdin)
            self._process.stdin.flush()
        except OSError:  # it died while it was idle
            return self._death()
        heard = self._heard(limits)
        if isinstance(heard, Ended) and self._memory_mb() > GROWN * limits.memory_mb:
            self.end()
        return heard

    def _heard(self, limits: Limits) -> Ended | Failure:
        begin_s = clock.now_s()
        while True:
            try:
                heard = self._answers.get(timeout=WATCH_S)
            except queue.Empty:
                trouble = self._trouble(limits, clock.now_s() - begin_s)
                if trouble is not None:
                    self.end()
                    return trouble
                continue
            if heard is None:
                return self._death()
            if isinstance(heard, Ended):
                return heard
            begin_s = clock.now_s()  # it is ready only now

    def end(self) -> None:
        """Kill the process and close the pipe to it."""
        self._process.kill()
        self._process.wait()
        _STATE.alive.discard(self)
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _hear(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                self._answers.put(pickle.load(self._process.stdout))
        except (EOFError, OSError, pickle.UnpicklingError):
            self._answers.put(None)
        self._process.stdout.close()

    def _trouble(self, limits: Limits, spent_s: float) -> Failure | None:
        if spent_s > limits.time_s:
            remedy = "Cut it to one set, or give more time with --time-limit and --retry-failed."
            return Failure(1, "time_limit", f"took longer than {limits.time_s:g} s", remedy)
        if self._memory_mb() > limits.memory_mb:
            remedy = "Export it smaller (1080p), or allow more with --memory-limit and --retry-failed."
            return Failure(1, "memory_limit", f"needed more than {limits.memory_mb:g} MB", remedy)
        return None

    def _memory_mb(self) -> float:
        try:
            return float(self._watched.memory_info().rss) / _MEGA
        except psutil.Error:
            return 0.0

    def _death(self) -> Failure:
        self.end()
        if _STATE.stopped:
            raise Stopped
        code = self._process.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        what = "was ended by the system, probably for lack of memory" if how == "SIGKILL" else f"crashed ({how})"
        return Failure(1, "crashed", f"the process that analyzed it {what}", jobs.AGAIN)


class _State:
    """The processes of this program."""

    def __init__(self) -> None:
        self.stopped = False
        self.alive: set[_Process] = set()
        self.mine = threading.local()


_STATE: Final = _State()
_LOCK: Final = threading.Lock()


def _process(work: str) -> _Process:
    """The process of the calling thread, a new one if there is none that lives."""
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
