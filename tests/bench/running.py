"""Runs a command and measures its wall time, its processor time and its peak memory.  It needs Linux.

The measuring process must stay small: Linux counts the memory of the process that starts a program as memory of the
program.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

ROOT: Final = Path(__file__).parents[2]
"""The folder from which modules of the tests can be run."""

SAMPLE_S: Final = 0.25
"""Time between two samples of the memory of a command that has started other processes, in seconds."""

MIB: Final = 2**20


@dataclass(frozen=True)
class Cost:
    """What a command took.

    `cpu_s`: user and system time, with that of all processes that it started.  `peak_mib`: its largest resident set;
    if it started other processes, the largest sum over all of them, if that is more.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float


def run(command: Sequence[str]) -> tuple[Cost, str]:
    """The cost of a command and what it printed; raises RuntimeError with its messages if it fails."""
    with tempfile.TemporaryFile() as printed, tempfile.TemporaryFile() as messages:
        begin_s = time.perf_counter()
        child = subprocess.Popen(command, stdout=printed, stderr=messages, cwd=ROOT)
        family = _FamilyMemory(child.pid)
        family.start()
        _, status, used = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - begin_s
        child.returncode = os.waitstatus_to_exitcode(status)
        family.stop()
        if child.returncode:
            messages.seek(0)
            text = messages.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(command)}: exit code {child.returncode}\n{text}")
        printed.seek(0)
        cost = Cost(wall_s, used.ru_utime + used.ru_stime, max(used.ru_maxrss / 1024, family.peak_mib))
        return cost, printed.read().decode()


class _FamilyMemory(threading.Thread):
    """Samples the memory of a process and of all processes below it, as long as there are any."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_mib = 0.0
        self._pid = pid
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(SAMPLE_S):
            try:
                parent = psutil.Process(self._pid)
                children = parent.children(recursive=True)
                if children:
                    self.peak_mib = max(self.peak_mib, sum(_own_mib(process) for process in (parent, *children)))
            except psutil.Error:  # one of them ended meanwhile
                continue

    def stop(self) -> None:
        self._stopped.set()
        self.join()


def _own_mib(process: psutil.Process) -> float:
    """Memory of a process.  Memory that several processes share is divided among them, where the system tells."""
    memory = process.memory_full_info()
    return float(getattr(memory, "pss", memory.rss)) / MIB
