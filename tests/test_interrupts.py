"""Ctrl-C and SIGTERM end a run in any stage with exit code 130 and one line, and leave nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from hingecheck.errors import OutputExists
from hingecheck.progress import Stage
from hingecheck.results import folder, single

ROOT = Path(__file__).parents[1]
REPLAYED, REAL = "tests.replaying", "hingecheck.cli"
LINE = "Interrupted. Nothing unfinished was left behind."
ENDS_S = 20.0
"""An interrupted run must end within this time, in seconds, also on a busy machine."""


def interrupted(
    module: str, arguments: Sequence[object], stage: Stage, signals: Sequence[int]
) -> tuple[int, list[str]]:
    """Exit code of the command, and its lines on stderr after a stage in whose beginning it got these signals."""
    command = ["nice", "-n", "3", sys.executable, "-m", module, *map(str, arguments)]  # or the signal comes late
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        assert running.stderr is not None
        for line in running.stderr:
            if line.startswith(stage.capitalize()):
                break
        time.sleep(0.05)  # into the stage
        for number in signals:
            running.send_signal(number)
            time.sleep(0.01)
        stdout, stderr = running.communicate(timeout=ENDS_S)
    assert stdout == ""
    return running.returncode, stderr.splitlines()


@pytest.mark.parametrize(
    ("module", "stage", "number"),
    [
        (REAL, Stage.STARTING, signal.SIGINT),
        (REPLAYED, Stage.MEASURING, signal.SIGTERM),
        (REPLAYED, Stage.JUDGING, signal.SIGINT),
        (REPLAYED, Stage.FILM, signal.SIGTERM),
    ],
)
def test_an_interrupt_leaves_nothing_behind(
    module: str, stage: Stage, number: int, sample_clip: Path, tmp_path: Path
) -> None:
    arguments = ["analyze", sample_clip, "--out", tmp_path / "new" / "out"]
    assert interrupted(module, arguments, stage, [number]) == (130, [LINE])
    assert list(tmp_path.iterdir()) == []


def test_impatient_interrupts_do_not_stop_the_cleaning_and_the_earlier_result_stays(
    sample_clip: Path, tmp_path: Path
) -> None:
    (tmp_path / folder.MARKER).write_text("an earlier result")
    arguments = ["analyze", sample_clip, "--out", tmp_path, "--force"]
    assert interrupted(REPLAYED, arguments, Stage.FILM, [signal.SIGINT] * 10) == (130, [LINE])
    assert [path.read_text() for path in tmp_path.iterdir()] == ["an earlier result"]
    assert not [path for path in tmp_path.parent.iterdir() if path.name.startswith(".")]


def test_an_interrupted_comparison_leaves_nothing_behind(sample_clip: Path, tmp_path: Path) -> None:
    arguments = ["compare", sample_clip, "--out", tmp_path / "out"]
    assert interrupted(REPLAYED, arguments, Stage.MEASURING, [signal.SIGTERM]) == (130, [LINE])
    assert list(tmp_path.iterdir()) == []


def test_an_ignored_interrupt_stays_ignored(tmp_path: Path) -> None:
    """A shell lets programs in the background ignore Ctrl-C."""
    code = (
        "import os, signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "from hingecheck.commands.interrupts import ending_in_order\n"
        "with ending_in_order(): os.kill(os.getpid(), signal.SIGINT); print('goes on')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout == "goes on\n"


def test_an_interrupted_program_waits_for_no_thread() -> None:
    code = (
        "import sys, threading, time\n"
        "from hingecheck.commands.interrupts import ending_in_order\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
        "with ending_in_order(): sys.exit(130)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        stderr = running.communicate(timeout=ENDS_S)[1]
    assert (running.returncode, stderr) == (130, f"{LINE}\n")


def test_a_file_that_is_interrupted_leaves_no_folder(tmp_path: Path) -> None:
    def interrupt(_: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        folder.write(tmp_path / "a" / "b" / "out", {"first.txt": b"1", "second.txt": interrupt})
    assert list(tmp_path.iterdir()) == []


def test_a_result_that_appears_during_the_analysis_is_not_replaced_without_force(tmp_path: Path) -> None:
    """Of two programs that analyze into one folder, the second is refused."""
    first, second = ({name: each, folder.MARKER: each} for name, each in (("first.txt", b"1"), ("second.txt", b"2")))
    folder.check(tmp_path / "out", force=False)
    folder.write(tmp_path / "out", first)
    with pytest.raises(OutputExists, match="another program has written a result there"):
        folder.write(tmp_path / "out", second, force=False)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    single.write({tmp_path / "report.pdf": b"1"}, force=False)
    with pytest.raises(OutputExists):
        single.write({tmp_path / "report.pdf": b"2"}, force=False)
    assert (tmp_path / "report.pdf").read_bytes() == b"1"


def test_a_replaced_result_leaves_none_of_its_files_behind(tmp_path: Path) -> None:
    """A film without blurred heads must not stay beside a result without a film."""
    own = {"notes.txt": b"the user's"}
    folder.write(tmp_path / "out", dict.fromkeys(folder.RESULT, b"old") | own)
    new = {"report.html": b"new", folder.MARKER: b"new"}
    folder.write(tmp_path / "out", new, kinds=folder.RESULT)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == new | own


def test_an_interrupt_between_two_renames_waits_for_the_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder never holds some files of the new result and some of the earlier one."""
    new = {name: name.encode() for name in (folder.MARKER, "first.txt", "second.txt")}
    folder.write(tmp_path / "out", dict.fromkeys(new, b"an earlier result"))
    rename, left = os.replace, iter([False, True])

    def interrupt_the_second(source: Path, target: Path) -> None:
        if next(left, False):
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "replace", interrupt_the_second)
    with pytest.raises(KeyboardInterrupt):
        folder.write(tmp_path / "out", new)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == new
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
