"""Many independent items over processes: resumable, with progress and time left on stderr."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")


def run_all(work: Callable[[Item], int], items: Sequence[Item], processes: int) -> int:
    """Call `work` on every item in processes of its own; it returns how many frames it made. Returns the sum.

    The first error stops the rest and is raised again here.
    """
    begin, frames = time.monotonic(), 0
    if processes == 1:
        _one_core()
        for done, item in enumerate(items, start=1):
            frames += work(item)
            _report(done, len(items), frames, time.monotonic() - begin)
        return frames
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_one_core) as pool:
        jobs = [pool.submit(work, item) for item in items]
        try:
            for done, job in enumerate(as_completed(jobs), start=1):
                frames += job.result()
                _report(done, len(items), frames, time.monotonic() - begin)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return frames


def _one_core() -> None:
    """Keep the software rasteriser and the linear algebra of a worker on one core."""
    for name in ("LP_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _report(done: int, count: int, frames: int, spent_s: float) -> None:
    left = spent_s / done * (count - done)
    rate = frames / max(spent_s, 1e-9)
    text = f"{done}/{count} done, {frames} frames, {rate:.1f} frames/s, {left / 60:.1f} min left"
    print(f"\r{text:<70}", end="\n" if done == count else "", file=sys.stderr, flush=True)
