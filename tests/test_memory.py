"""Threads share pools of memory, so that what one has freed another uses."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from hingecheck.backends import memory
from tests.bench.running import ROOT

THREADS = """
import ctypes, threading
from hingecheck.backends import memory
{first}
libc, together = ctypes.CDLL(None), threading.Barrier(6)
libc.malloc.restype = ctypes.c_void_p
def take():
    together.wait()
    libc.malloc(1000)
    together.wait()
threads = [threading.Thread(target=take) for _ in range(6)]
for thread in threads: thread.start()
for thread in threads: thread.join()
libc.malloc_stats()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc has this call")
def test_threads_share_few_pools_of_memory() -> None:
    def pools(first: str) -> int:
        code = THREADS.format(first=first)
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        return done.stderr.count("Arena")

    assert pools("assert memory.share_pools()") <= memory.ARENAS < pools("")
