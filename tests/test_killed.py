"""A process that is killed at any moment leaves each result, file and logbook whole, or absent.

`HINGECHECK_KILLS=50 pytest -s tests/test_killed.py` kills more often, and prints how the analyses ended.
"""

from __future__ import annotations

import collections
import contextlib
import math
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hingecheck.history.logbook import Logbook
from hingecheck.results import folder, reading
from hingecheck.video.reading import Video
from tests import stored
from tests.measure_batch import LENGTH_S, RATE_HZ, short

ROOT = Path(__file__).parents[1]
KILLS = int(os.environ.get("HINGECHECK_KILLS", "5"))
ANALYSES = int(os.environ.get("HINGECHECK_KILLS", "3"))
ENDS_S = 300.0
"""Time after which an analysis of a few seconds has surely ended by itself."""


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


def ended(clip: Path, out: Path, number: signal.Signals, seconds: float) -> str:
    """Start an analysis, send it a signal after a time, and check what it leaves: a whole result, or none."""
    command = [sys.executable, "-m", "hingecheck.cli", "analyze", str(clip), "--out", str(out)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(seconds)
        running.send_signal(number)
        code = running.wait()
    assert code in {signal.SIGKILL: (0, -9)}.get(number, (0, 130, -number))
    left = [path for path in out.parent.iterdir() if path != out]
    assert number == signal.SIGKILL or left == []
    if not (out / folder.MARKER).exists():
        assert number == signal.SIGKILL or not out.exists()
        return "absent"
    reading.read(out / folder.MARKER)
    assert {path.name for path in out.iterdir()} == set(folder.RESULT)
    assert sum(1 for _ in Video(out / "annotated.mp4").frames()) == round(LENGTH_S * RATE_HZ)
    return "whole"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Let this process and its children hear Ctrl-C also in the background, where a shell has them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.slow
def test_an_analysis_that_is_ended_at_any_moment_leaves_a_whole_result_or_none(
    sample_clip: Path, tmp_path: Path
) -> None:
    signals = (signal.SIGKILL, signal.SIGTERM, signal.SIGINT)
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(short(sample_clip))
    outcomes: collections.Counter[tuple[str, str]] = collections.Counter()
    longest_s = 0.0  # of the first analysis, which ends by itself
    for index, part in enumerate([math.inf, *np.random.default_rng(7).uniform(0.0, 1.1, ANALYSES)]):
        number, place = signals[index % 3], tmp_path / str(index)
        place.mkdir()
        began_s = time.monotonic()
        end = ended(clip, place / "out", number, part * longest_s if index else ENDS_S)
        longest_s = longest_s or time.monotonic() - began_s
        assert index or end == "whole"
        outcomes[number.name, end] += 1 if index else 0
    sys.stdout.write(f"{dict(outcomes)}\n")
    assert sum(outcomes.values()) == ANALYSES


def test_the_next_result_removes_what_a_killed_program_left_and_nothing_else(tmp_path: Path) -> None:
    stored.write(tmp_path / "example")
    kill_after(tmp_path, 0.3)
    names = ("dead", "fresh", "held")
    dead, fresh, held = (tmp_path / f".hingecheck-{name}0000" for name in names)
    for place in (dead, fresh, held):
        place.mkdir()
        (place / "a.csv").write_text("half")
    (tmp_path / ".hingecheck-elsewhere").symlink_to(tmp_path / "example")
    for place in tmp_path.glob(".hingecheck-*"):
        if place != fresh:
            os.utime(place, (0.0, 0.0), follow_symlinks=False)
    with folder.alone(held):
        folder.write(tmp_path / "new", {folder.MARKER: b"{}"})
    left = sorted(path.name for path in tmp_path.glob(".hingecheck-*"))
    assert left == [".hingecheck-elsewhere", fresh.name, held.name]
    assert (tmp_path / "example" / "analysis.json").exists()
    assert (held / "a.csv").read_text() == "half"
