"""Where the jobs of a batch run: on the cores of this machine, or on a Dask cluster.

Both are context managers that give a `concurrent.futures.Executor`, so the caller need not know which one it has.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from hingecheck.batch import isolation
from hingecheck.errors import UsageError


@contextmanager
def local(workers: int) -> Iterator[Executor]:
    """An executor with `workers` threads.  Each thread watches one worker process.  Leaving the context ends them."""
    isolation.allow()
    executor = ThreadPoolExecutor(workers, thread_name_prefix="hingecheck")
    try:
        yield executor
    finally:
        isolation.stop()
        executor.shutdown(cancel_futures=True)


@contextmanager
def cluster(scheduler: str) -> Iterator[Executor]:
    """An executor that sends jobs to the Dask scheduler at the address `scheduler`.

    The workers must see the clips and the results under the same paths as this program.  If a worker dies, Dask gives
    its job to another worker.  Raises UsageError if Dask is not installed or no scheduler answers.
    """
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--scheduler: Dask is not installed", "Run pip install 'hingecheck[cluster]'.") from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)  # every problem that matters is also an exception
    try:
        client: Any = distributed.Client(scheduler, timeout="10s")  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"--scheduler {scheduler}: no scheduler answers at this address",
            "Start a scheduler with `dask scheduler`, or check the address.",
        ) from error
    try:
        yield client.get_executor(pure=False, retries=2)
    finally:
        client.close()
