"""Ends a command that takes too much memory or time, in good order and with a message."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated, Final

import typer

from hingecheck.errors import InputError

MEMORY_MB: Final = 4000.0
"""Memory that a command may use, in MB, without an option."""

TIME_S: Final = 3600.0
"""Time that a command may take, in seconds, without an option."""

WATCH_S: Final = 0.2
"""Time between two checks, in seconds."""

GRACE_S: Final = 10.0
"""Time that a command gets to end in good order, in seconds.  Then it is killed."""

PASSED: Final = getattr(signal, "SIGUSR1", signal.SIGINT)
"""Signal that says that a limit is passed."""

MaxMemory = Annotated[
    float, typer.Option(min=200.0, metavar="MB", help="Stop if more memory than this is needed, in MB.")
]
MaxTime = Annotated[float, typer.Option(min=1.0, metavar="SECONDS", help="Stop after this time, in seconds.")]


@contextmanager
def ceiling(memory_mb: float = MEMORY_MB, time_s: float = TIME_S) -> Iterator[None]:
    """Raise InputError if the block needs more memory or time than this.

    A thread watches.  It interrupts the main thread, as Ctrl-C does, so that everything unfinished is removed.  It uses
    a signal of its own where there is one, because a shell lets programs in the background ignore that of Ctrl-C.
    """
    passed: list[InputError] = []
    ended = threading.Event()

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if not ended.is_set():
            raise KeyboardInterrupt

    before = signal.signal(PASSED, interrupt)
    watcher = threading.Thread(target=_watch, args=(memory_mb, time_s, passed, ended), daemon=True)
    watcher.start()
    try:
        yield
    except KeyboardInterrupt:
        if passed:
            raise passed[0] from None
        raise
    finally:
        ended.set()
        watcher.join()
        signal.signal(PASSED, before)


def _watch(memory_mb: float, time_s: float, passed: list[InputError], ended: threading.Event) -> None:
    """Check the limits until the block has ended; interrupt the main thread if one is passed."""
    begin_s = time.monotonic()
    while not ended.wait(WATCH_S):
        if time.monotonic() - begin_s > time_s:
            passed.append(_error(f"it took longer than {time_s:g} s", "--max-time"))
        elif _used_mb() > memory_mb:
            passed.append(_error(f"it needed more than {memory_mb:g} MB of memory", "--max-memory"))
        else:
            continue
        _interrupt_main_thread()
        if not ended.wait(GRACE_S):
            sys.stderr.write(f"Error: {passed[0].message}\n{passed[0].remedy}\n")
            sys.stderr.flush()
            os._exit(InputError.exit_code)
        return


def _interrupt_main_thread() -> None:
    """Send a signal to the main thread, which may sleep or wait: a signal to another thread would not wake it."""
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, PASSED)
    else:
        signal.raise_signal(PASSED)


def _error(what: str, option: str) -> InputError:
    return InputError(
        f"hingecheck stopped: {what}",
        f"Export the video smaller or cut it to one set. hingecheck analyze allows more with {option}.",
    )


def _used_mb() -> float:
    """Memory that this process uses, in MB; the most so far, where the system does not tell the present."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 1e6 if sys.platform == "darwin" else most / 1e3
