"""Ends a command in good order on Ctrl-C, and when the system asks it to end (SIGTERM).

Both raise KeyboardInterrupt in the main thread.  So every `with` and `finally` on the way out removes what is
unfinished, and the command exits with INTERRUPTED.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

from rich.text import Text

from hingecheck.commands.console import err_console

INTERRUPTED: Final = 130
"""Exit code of a command that was interrupted."""

_STDERR: Final = 2
"""File descriptor of the standard error stream."""

CLEANING_S: Final = 2.0
"""Time after an interrupt in which another one is ignored, in seconds: the first one is still being cleaned up."""


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Handle interrupts inside the block, and say so in one line if one ended it.  Signals that are ignored stay so.

    An interrupted program ends here, after all cleaning: it waits for no thread that still works.  Such a thread may
    have taken stderr away for a moment (`backends.silence`), so the line goes to a copy of it.
    """
    stderr = None if sys.stderr is None else os.dup(_STDERR)
    handler = _Handler()
    for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
        if signal.getsignal(number) == usual:
            signal.signal(number, handler)
    try:
        yield
    except SystemExit as end:
        if end.code == INTERRUPTED:
            if stderr is not None:
                os.dup2(stderr, _STDERR)
            err_console.print(Text("Interrupted. Nothing unfinished was left behind."))
            os._exit(INTERRUPTED)
        raise


class _Handler:
    """Raises KeyboardInterrupt, but not again while the first one is being cleaned up."""

    def __init__(self) -> None:
        self._last_s = -CLEANING_S

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        now_s = time.monotonic()
        if now_s - self._last_s >= CLEANING_S:
            self._last_s = now_s
            raise KeyboardInterrupt
