"""What hingecheck says about a clip: `doctor VIDEO`, the options that repair it, its limits, and who gets the blame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hingecheck.pose import estimation
from hingecheck.progress import Watch
from hingecheck.records import Code, Frame, Measure, Reason, Repairs, Seen, VideoInfo
from hingecheck.report import missing
from hingecheck.spine import contour
from hingecheck.video import thumbnails
from hingecheck.video.reading import Video
from hingecheck.video.working_copy import WorkingCopy
from tests.conftest import hingecheck
from tests.formats import damage
from tests.formats.writing import Spec, write
from tests.staged import staged


class Blind:
    """A pose model that sees nobody."""

    def follow(self, frame: Frame) -> None:
        return None


@dataclass(frozen=True)
class Nobody:
    """A source that sees nobody in a clip."""

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        keeper = thumbnails.Keeper()
        track, traces = estimation.observe(keeper.watch(clip.frames(120)), Blind(), contour.trace)
        return Seen(track, tuple(traces), keeper.thumbnails(), clip.times_s)


def test_doctor_says_what_is_understood_of_a_clip(tmp_path: Path) -> None:
    times_s = tuple((i + 12 * (i > 9)) / 30 for i in range(20))
    path = write(tmp_path / "lift.mp4", Spec(times_s=times_s, turn=(270, True), size=(400, 320)))
    done = hingecheck("doctor", path)
    assert done.returncode == 0
    lines = {line[:9].strip(): line[9:].strip() for line in done.stdout.splitlines()}
    assert lines["size"] == "320 × 400 pixels, as shown"
    assert lines["turn"] == "270° clockwise"  # FFmpeg mirrors after the turn, hingecheck before it
    assert lines["mirror"] == "left and right are swapped"
    assert lines["rate"] == "30.0 frames a second"
    assert lines["length"] == "1.1 s, 20 frames, 0 not decoded"
    assert lines["gaps"] == "0.3 to 0.7 s"
    assert "gaps: 1, the longest of 0.4 s" in " ".join(done.stdout.split())


def test_doctor_refuses_what_is_no_video(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("text" * 100)
    assert hingecheck("doctor", tmp_path / "text.mp4").returncode == 3


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--rotate", "45"), 2, "is not a quarter turn"),
        (("--slow-motion", "0.5"), 2, "is not between 1 and 64"),
        (("--max-frames", "10"), 3, "10 frames"),
        (("--max-minutes", "0.01"), 3, "0.01 minutes"),
        (("--max-megapixels", "0.01"), 3, "more than the limit of 0.01 million"),
    ],
)
def test_a_wrong_repair_and_a_passed_limit_are_told(
    options: tuple[str, ...], code: int, words: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "lift.mp4")
    done = hingecheck("analyze", path, "--out", tmp_path / "out", *options, source=Nobody())
    assert done.returncode == code
    assert words in " ".join(done.stderr.split())


def test_a_clip_that_is_cut_off_gets_the_blame_itself(tmp_path: Path) -> None:
    spec = Spec(container={"movflags": "faststart"}, options={"g": "5"})
    whole, cut = write(tmp_path / "whole.mp4", spec), damage.cut(tmp_path / "cut.mp4", spec, 0.3)
    assert hingecheck("analyze", whole, "--out", tmp_path / "a", source=Nobody()).returncode == 4
    done = hingecheck("analyze", cut, "--out", tmp_path / "b", source=Nobody())
    assert done.returncode == 3
    assert "But only 0.2 s of the 1.0 s that the file promises could be read" in " ".join(done.stderr.split())


def test_an_address_is_named_as_it_was_given(tmp_path: Path) -> None:
    done = hingecheck("doctor", "https://example.org/lift.mp4")
    assert done.returncode == 3
    assert "https://example.org/lift.mp4: is an address" in " ".join(done.stderr.split())


def test_notes_on_the_clip_are_in_the_report() -> None:
    plain = staged()
    low = replace(plain.video, notes=(Reason(Code.LOW_RATE, (8.0,)),))
    assert any("only 8 pictures a second" in line for line in missing.lines(replace(plain, video=low)))


def test_a_long_pull_hints_at_slow_motion() -> None:
    def slow(video: VideoInfo) -> bool:
        pull = {"concentric_s": Measure(3.4, 3.3, 3.5)}
        reps = tuple(replace(rep, values={**rep.values, **pull}) for rep in staged().reps)
        lines = missing.lines(replace(staged(), reps=reps, video=video))
        return any("--slow-motion" in line for line in lines)

    assert slow(staged().video)
    assert not slow(replace(staged().video, repairs=Repairs(slow_motion=2.0)))
