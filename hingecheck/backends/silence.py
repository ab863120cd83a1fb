"""Keeps native runtimes from printing to the terminal while they start."""

from __future__ import annotations

import os
import sys
import threading
from typing import Final

_STDERR: Final = 2
"""File descriptor of the standard error stream."""


class _Silence:
    """Hides what the native runtime prints to the terminal while it starts; errors still come as exceptions.

    Several threads may be inside at once.  The first one in takes stderr away, the last one out gives it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside, self._stderr = 0, -1

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                sys.stderr.flush()
                self._stderr = os.dup(_STDERR)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, _STDERR)
                os.close(nowhere)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                os.dup2(self._stderr, _STDERR)
                os.close(self._stderr)


SILENCE: Final = _Silence()
"""The one for the whole process: use it in a `with` statement."""
