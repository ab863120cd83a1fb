"""A process that is killed at any moment leaves each result, file and logbook whole, or absent.

`HINGECHECK_KILLS=50 pytest tests/test_killed.py` kills more often.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from hingecheck.history.logbook import Logbook
from hingecheck.results import folder
from tests import stored

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("HINGECHECK_KILLS", "5"))


def lines(path: Path) -> set[str]:
    """The different lines of a file."""
    return set(path.read_text().splitlines())


def kill_after(place: Path, seconds: float, writers: int = 1) -> None:
    """Start writers, and kill them some time after they have begun."""
    command = [sys.executable, "-m", "tests.writes_until_killed", str(place)]
    running = [
        subprocess.Popen([*command, f"writer {index}"], cwd=ROOT, stdout=subprocess.PIPE) for index in range(writers)
    ]
    for writer in running:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    time.sleep(seconds)
    for writer in running:
        writer.kill()
        writer.communicate()


def assert_whole(place: Path) -> int:
    """Check that each result, file and logbook is whole or absent.  Returns the number of results."""
    results = [path for path in place.glob("result*") if (path / folder.MARKER).exists()]
    for result in results:
        found = [lines(result / name) for name in ("a.csv", "b.html", folder.MARKER)]
        assert found[0] == found[1] == found[2]
        assert len(found[0]) == 1
    if (place / "single.html").exists():
        assert len(lines(place / "single.html")) == 1
    with Logbook(place / "logbook.sqlite") as book:
        assert all(session.reps for session in book.sessions())
    with contextlib.closing(sqlite3.connect(place / "logbook.sqlite")) as rows:
        assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return len(results)


def test_a_killed_process_leaves_results_and_logbook_whole_or_absent(tmp_path: Path) -> None:
    stored.write(tmp_path / "example")
    whole = 0
    for seconds in np.random.default_rng(5).uniform(0.02, 0.6, KILLS):
        kill_after(tmp_path, seconds)
        whole += assert_whole(tmp_path)
    assert whole


def test_two_processes_that_write_the_same_results_leave_no_mixture(tmp_path: Path) -> None:
    stored.write(tmp_path / "example")
    kill_after(tmp_path, 2.0, writers=2)
    assert assert_whole(tmp_path) > 2
