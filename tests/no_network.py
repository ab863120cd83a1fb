"""Run a Python module in a process that the Linux kernel kills if it opens a network socket.

    python -m tests.no_network hingecheck.cli analyze clip.mp4

A seccomp filter refuses the `socket` system call for every address family except the local one (AF_UNIX).  It also
covers native code and all threads.  A refused call ends the process with SIGSYS.
"""

from __future__ import annotations

import ctypes
import platform
import runpy
import struct
import sys
from typing import Final

SOCKET_CALL: Final = {"x86_64": 41, "aarch64": 198}
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, KILL_PROCESS = 0x7FFF0000, 0x80000000
NUMBER_AT, FIRST_ARGUMENT_AT, AF_UNIX = 0, 16, 1


def forbid() -> None:
    """Install the filter for this process and its children."""
    program = b"".join(
        struct.pack("HBBI", *step)
        for step in (
            (LOAD, 0, 0, NUMBER_AT),
            (JUMP_IF_EQUAL, 0, 3, SOCKET_CALL[platform.machine()]),
            (LOAD, 0, 0, FIRST_ARGUMENT_AT),
            (JUMP_IF_EQUAL, 1, 0, AF_UNIX),
            (RETURN, 0, 0, KILL_PROCESS),
            (RETURN, 0, 0, ALLOW),
        )
    )
    steps = ctypes.create_string_buffer(program)
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header):
        raise OSError(ctypes.get_errno(), "the kernel refuses the filter")


if __name__ == "__main__":
    forbid()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=False)
