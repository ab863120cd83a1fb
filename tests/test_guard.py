"""A crash, too much memory and too much time become messages; a killed parent takes its child with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hingecheck.commands import guard
from hingecheck.commands.ceiling import ceiling
from hingecheck.errors import InputError

ROOT = Path(__file__).parents[1]
GUARDED = "import os, signal, sys, time\nfrom hingecheck.commands.guard import guarded\n"

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="only systems with fork divide a process")


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", GUARDED + code], capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_crash_is_an_error_message(number: signal.Signals) -> None:
    done = run(f"guarded(lambda: os.kill(os.getpid(), {int(number)}), ['analyze', 'lift.mp4'])")
    assert done.returncode == 3
    words = " ".join(done.stderr.split())
    assert ("memory ran out" if number == signal.SIGKILL else f"it crashed ({number.name})") in words
    assert "Export the video again" in words


def test_a_crash_is_an_error_in_json() -> None:
    done = run("guarded(lambda: os.abort(), ['analyze', 'lift.mp4', '--json'])")
    assert (done.returncode, '"code": 3' in done.stdout) == (3, True)


def test_a_command_ends_with_its_own_exit_code_and_output() -> None:
    done = run("guarded(lambda: (print('done'), sys.exit(5)), ['analyze'])")
    assert (done.returncode, done.stdout, done.stderr) == (5, "done\n", "")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a child with its parent")
def test_a_child_ends_when_its_parent_is_killed() -> None:
    code = GUARDED + "guarded(lambda: (print(os.getpid(), flush=True), time.sleep(60)), ['analyze'])"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert child != parent.pid
        parent.kill()
    for _ in range(100):
        with contextlib.suppress(FileNotFoundError):
            if Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
                time.sleep(0.1)
                continue
        return
    pytest.fail("the child works on")


def test_a_signal_to_a_parent_whose_child_has_just_ended_does_no_harm() -> None:
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    with guard._handing_on(child):
        os.kill(os.getpid(), signal.SIGTERM)


@pytest.mark.parametrize(("memory_mb", "time_s", "words"), [(1e6, 0.3, "longer than 0.3 s"), (1.0, 60.0, "1 MB")])
def test_a_limit_ends_the_work_with_a_message(memory_mb: float, time_s: float, words: str) -> None:
    with pytest.raises(InputError, match=words), ceiling(memory_mb, time_s):
        time.sleep(20)


def test_work_within_the_limits_is_left_alone() -> None:
    with ceiling(1e6, 60.0):
        time.sleep(0.3)
