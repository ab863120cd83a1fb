"""The one place below the command line that reads a clock: for time limits, never for anything that is written."""

from __future__ import annotations

import time


def now_s() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()
