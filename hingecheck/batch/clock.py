"""The clock for the time limit of a clip.

No other module below the commands reads a clock.  No result contains a time from it, so results are repeatable.
"""

from __future__ import annotations

import time


def now_s() -> float:
    """Seconds on a clock that never goes backwards.  Only differences between two readings have a meaning."""
    return time.monotonic()
