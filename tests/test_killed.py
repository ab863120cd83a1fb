"""A process that is killed at any moment leaves each result, file and logbook whole, or absent.

`HINGECHECK_KILLS=50 pytest tests/test_killed.py` kills more often.
"""

from __future__ import annotations

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


def numbers(path: Path) -> set[str]:
    """The different lines of a file."""
    return set(path.read_text().splitlines())


def kill_after(place: Path, seconds: float) -> None:
    """Start the writer, and kill it some time after it has begun."""
    command = [sys.executable, "-m", "tests.writes_until_killed", str(place)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        time.sleep(seconds)
        writer.kill()


def test_a_killed_process_leaves_results_and_logbook_whole_or_absent(tmp_path: Path) -> None:
    stored.write(tmp_path / "example")
    whole = 0
    for seconds in np.random.default_rng(5).uniform(0.02, 0.6, KILLS):
        kill_after(tmp_path, seconds)
        for result in tmp_path.glob("result*"):
            if (result / folder.MARKER).exists():
                found = [numbers(result / name) for name in ("a.csv", "b.html", folder.MARKER)]
                assert found[0] == found[1] == found[2]
                assert len(found[0]) == 1
                whole += 1
        if (tmp_path / "single.html").exists():
            assert len(numbers(tmp_path / "single.html")) == 1
        if (tmp_path / "logbook.sqlite").exists():
            with Logbook(tmp_path / "logbook.sqlite") as book:
                assert all(session.reps for session in book.sessions())
            with sqlite3.connect(tmp_path / "logbook.sqlite") as rows:
                assert rows.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            rows.close()
    assert whole
