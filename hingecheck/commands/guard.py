"""Runs a command in a process of its own, so that a crash of a decoder or a network becomes an error message.

The program divides (`fork`) before it loads any library.  The child does the work.  The parent only waits, hands on
signals, and says what happened if the child was ended.  If the parent is killed, so is the child (Linux).  A child that
is done leaves at once: taking its libraries apart would take half a second.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

from rich.text import Text

from hingecheck.commands.console import err_console
from hingecheck.errors import InputError

GUARDED: Final = ("analyze", "compare", "doctor", "report")
"""Commands that decode files.  A batch has worker processes of its own."""

HANDED_ON: Final = (signal.SIGINT, signal.SIGTERM)
"""Signals that the parent sends on to the child."""

_DIE_WITH_PARENT: Final = 1
"""Linux's `prctl` option that names the signal for a child whose parent dies."""


def guarded(work: Callable[[], None], arguments: Sequence[str]) -> None:
    """Do the work of a command with these arguments, in a child process if the command decodes files."""
    command = next((word for word in arguments if not word.startswith("-")), "")
    if command not in GUARDED or not hasattr(os, "fork"):
        work()
        return
    sys.stdout.flush()
    parent, child = os.getpid(), os.fork()
    if child:
        _end_as(child, as_json="--json" in arguments)
    _die_with(parent)
    try:
        work()
    except SystemExit as end:
        _leave(end)


def _leave(end: SystemExit) -> None:
    """End this process with the exit code of `end`, once all that it printed is out.

    A code that is a message is left to Python, which prints it.
    """
    if end.code is not None and not isinstance(end.code, int):
        raise end
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code or 0)


def _end_as(child: int, *, as_json: bool) -> None:
    """Wait for the child and end as it did.  If a signal ended it, say so."""
    with _handing_on(child):
        _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        code = _report(signal.Signals(-code), as_json=as_json)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _report(ended_by: signal.Signals, *, as_json: bool) -> int:
    """Say that a signal ended the work; returns the exit code."""
    if ended_by in HANDED_ON:
        return 128 + ended_by
    what = (
        "the system ended it, probably because the memory ran out"
        if ended_by == signal.SIGKILL
        else f"it crashed ({ended_by.name})"
    )
    error = InputError(
        f"hingecheck did not finish: {what}",
        "Export the video again (MP4, 1080p), or try a shorter part of it. hingecheck doctor VIDEO says what is in it.",
    )
    if as_json:
        from hingecheck.results import document

        sys.stdout.write(document.text(document.failure(error)))
    err_console.print(Text.assemble(("Error: ", "bold red"), error.message))
    err_console.print(Text(error.remedy))
    return error.exit_code


@contextmanager
def _handing_on(child: int) -> Iterator[None]:
    """Send signals on to the child inside the block.  Signals that are ignored stay so."""

    def hand_on(number: int, _frame: FrameType | None) -> None:
        with suppress(ProcessLookupError):  # it ended just now
            os.kill(child, number)

    before = {number: signal.getsignal(number) for number in HANDED_ON}
    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, hand_on)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _die_with(parent: int) -> None:
    """End this process when the parent ends, where the system has a call for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the call
            os._exit(1)
