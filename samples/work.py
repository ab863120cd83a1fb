"""Run many independent items in parallel processes, with progress on stderr."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from typing import TypeVar

Item = TypeVar("Item")


def run_all(work: Callable[[Item], int], items: Sequence[Item], processes: int) -> int:
    """Call `work` on every item and return the sum of the frames that it reports.

    `processes` is the number of worker processes; 1 works in this process. The first error stops the rest and is
    raised here.
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
    """Limit the software rasteriser and the linear algebra of this process to one core."""
    for name in ("LP_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def _report(done: int, count: int, frames: int, spent_s: float) -> None:
    """Print how many items are done, the speed and the time left."""
    left = spent_s / done * (count - done)
    rate = frames / max(spent_s, 1e-9)
    text = f"{done}/{count} done, {frames} frames, {rate:.1f} frames/s, {left / 60:.1f} min left"
    print(f"\r{text:<70}", end="\n" if done == count else "", file=sys.stderr, flush=True)
