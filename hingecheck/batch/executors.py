"""Where jobs run: on this machine's cores or on a Dask cluster, behind `concurrent.futures.Executor` both times."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from hingecheck.batch import isolation
from hingecheck.errors import UsageError


def cores() -> int:
    """Processor cores that this program may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """`workers` threads, each of which minds a process; left early, the processes are ended."""
    isolation.allow()
    executor = ThreadPoolExecutor(workers, thread_name_prefix="hingecheck")
    try:
        yield executor
    finally:
        isolation.stop()
        executor.shutdown(cancel_futures=True)


@contextmanager
def cluster(scheduler: str) -> Iterator[Executor]:
    """The workers of a Dask scheduler, which see the clips and the results under the same paths as we do.

    A job whose worker dies goes to another one.  Raises UsageError if Dask is missing or nobody answers.
    """
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--scheduler needs Dask", "Run pip install 'hingecheck[cluster]'.") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what matters comes as an exception
    try:
        client: Any = distributed.Client(scheduler, timeout="10s")  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"--scheduler {scheduler}: no scheduler answers", "Start one with dask scheduler, or check the address."
        ) from error
    try:
        yield client.get_executor(pure=False, retries=2)
    finally:
        client.close()
