"""Gives memory back that native runtimes have freed: the C library keeps about 50 MB of each closed network."""

from __future__ import annotations

import ctypes
import sys
from typing import Final

_ARENA_MAX: Final = -8
"""glibc's number of the option `M_ARENA_MAX` of `mallopt`."""

ARENAS: Final = 2
"""Number of pools from which glibc gives memory.  By itself it makes up to eight for each core, and what one has freed
no other uses: ten minutes of video then take 607 MB and ten seconds 549 MB, with two 598 and 548 MB."""


def give_back() -> None:
    """Give freed memory back to the system, where the C library has a call for it (glibc)."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def share_pools() -> bool:
    """Let all threads share ARENAS pools of memory, from now on; True if the C library has a call for it (glibc)."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    return mallopt is not None and bool(mallopt(_ARENA_MAX, ARENAS))
