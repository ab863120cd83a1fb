"""What the terminal shows of the progress: one line with counts and time left, or plain lines in a log."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.console import Console

from hingecheck.commands import progress_line
from hingecheck.progress import Progress, Stage
from tests.conftest import hingecheck

ROOT = Path(__file__).parents[1]
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
OF_A_CLIP = (Stage.STARTING, Stage.SCOUTING, Stage.MEASURING, Stage.JUDGING)


class Screen:
    """A terminal of 80 columns whose clock goes on by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.written = io.StringIO()
        self.console = Console(file=self.written, force_terminal=True, width=80, get_time=lambda: self.now_s)

    def last_line(self, stages: Sequence[Stage], told: Sequence[tuple[float, Progress]]) -> str:
        """The last line that was shown of progress told at these times, in seconds."""
        with progress_line.progress(stages, quiet=False) as watch:
            assert watch is not None
            for self.now_s, progress in told:
                watch(progress)
        lines = [line.rstrip() for line in CONTROL.sub("", self.written.getvalue()).replace("\r", "\n").split("\n")]
        return [line for line in lines if line][-1].replace("━", "").replace("╸", "").replace("╺", "")


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    """The terminal on which the progress is shown."""
    screen = Screen()
    monkeypatch.setattr(progress_line, "err_console", screen.console)
    return screen


def frames(stage: Stage, expected: int, pace_s: float, count: int) -> list[tuple[float, Progress]]:
    """The progress of a stage from its beginning to `count` frames, one every `pace_s` seconds."""
    return [(done * pace_s, Progress(stage, done, expected)) for done in range(count + 1)]


def test_the_line_tells_stage_frames_time_left_and_steps_left(screen: Screen) -> None:
    shown = screen.last_line((*OF_A_CLIP, Stage.REPORT), frames(Stage.MEASURING, 310, 0.1, 120))
    assert shown == "measuring the lifter  120 of 310 frames, 19 s left, then 2 more steps"


def test_the_time_left_comes_from_the_speed_of_the_present_stage(screen: Screen) -> None:
    slow = [(60.0 + s, progress) for s, progress in frames(Stage.FILM, 1000, 0.5, 100)]
    shown = screen.last_line([Stage.FILM], [*frames(Stage.MEASURING, 310, 0.1, 310), *slow])
    assert shown == "drawing the film  100 of 1000 frames, 8 min left"


@pytest.mark.parametrize(("pace_s", "count"), [(0.5, 3), (0.01, 50)])
def test_the_time_left_is_not_told_before_it_can_be_known(pace_s: float, count: int, screen: Screen) -> None:
    shown = screen.last_line(OF_A_CLIP, frames(Stage.MEASURING, 310, pace_s, count))
    assert shown == f"measuring the lifter  {count} of 310 frames, then 1 more step"


def test_an_unknown_number_of_frames_gives_no_time_left(screen: Screen) -> None:
    assert screen.last_line(OF_A_CLIP, frames(Stage.JUDGING, 0, 0.1, 100)) == "judging the lift  100 frames"


def test_more_frames_than_expected_are_counted_on(screen: Screen) -> None:
    assert screen.last_line(OF_A_CLIP, frames(Stage.JUDGING, 90, 0.1, 100)) == "judging the lift  100 frames"


def test_a_stage_that_begins_again_counts_from_its_beginning(screen: Screen) -> None:
    again = [(40.0 + s, progress) for s, progress in frames(Stage.MEASURING, 310, 0.1, 5)]
    shown = screen.last_line(OF_A_CLIP, [*frames(Stage.MEASURING, 310, 0.1, 310), *again])
    assert shown == "measuring the lifter  5 of 310 frames, then 1 more step"


def test_the_steps_of_a_second_clip_are_still_to_come_while_the_first_is_measured(screen: Screen) -> None:
    first = [(0.0, Progress(stage)) for stage in OF_A_CLIP]
    stages = [*OF_A_CLIP, *OF_A_CLIP, Stage.REPORT]
    assert screen.last_line(stages, first) == "judging the lift  then 5 more steps"
    assert screen.last_line(stages, [*first, *first]) == "judging the lift  then 1 more step"


def test_the_line_is_cleared_at_the_end(screen: Screen) -> None:
    screen.last_line(OF_A_CLIP, frames(Stage.MEASURING, 310, 0.1, 120))
    assert screen.written.getvalue().endswith("\r\x1b[1A\x1b[2K")


def test_a_log_gets_one_plain_line_for_each_stage(sample_clip: Path, tmp_path: Path) -> None:
    done = hingecheck("analyze", sample_clip, "--out", tmp_path / "out", "--no-video")
    assert done.stderr.splitlines() == [
        "Getting ready",
        "Measuring the lifter: 424 frames",
        "Judging the lift",
        "Drawing the key frames",
        "Writing the report",
    ]


def test_quiet_shows_no_progress(sample_clip: Path, tmp_path: Path) -> None:
    done = hingecheck("analyze", sample_clip, "--quiet", "--no-video", "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["analyze", "compare"])
def test_progress_begins_before_any_heavy_library_is_loaded(command: str, tmp_path: Path) -> None:
    (tmp_path / "clip.mp4").touch()
    python = [sys.executable, "-X", "importtime", "-m", "hingecheck.cli"]  # one line on stderr for each import
    call = [*python, command, str(tmp_path / "clip.mp4")]
    lines = subprocess.run(call, capture_output=True, text=True, check=False, cwd=ROOT).stderr.splitlines()
    first, last = lines.index("Getting ready"), next(i for i, line in enumerate(lines) if "is empty" in line)
    heavy = {f" {name}" for name in ("numpy", "scipy", "av", "cv2", "hingecheck.analysis")}
    assert not any(line.endswith(name) for line in lines[:first] for name in heavy)
    assert any(line.endswith("numpy") for line in lines[first:last])
