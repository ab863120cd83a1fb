"""What an analysis and its report tell of their progress: the stages in order, frames done, frames expected."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from hingecheck import analysis
from hingecheck.analysis import Asked
from hingecheck.backends.source import PoseSource
from hingecheck.progress import Progress, Stage
from hingecheck.records import Analysis
from hingecheck.report import result_folder
from hingecheck.video.reading import Video
from tests.conftest import noise_pictures, write_video
from tests.recordings import Still, Stored

STANDING_S = 0.2
"""A time at which the lifter of the shipped clip stands upright."""


def analyzed(clip: Path, asked: Asked, source: PoseSource) -> tuple[Analysis, list[Progress]]:
    """An analysis and all that it told."""
    told: list[Progress] = []
    return analysis.analyze(clip, asked, watch=told.append, source=source), told


def stages(told: list[Progress]) -> list[Stage]:
    """The stages in order, each once for each time that it began."""
    return [stage for stage, _ in groupby(told, lambda progress: progress.stage)]


def check_counts(told: list[Progress], stage: Stage, frames: int) -> None:
    """Check that a stage counts every frame once, and expects as many as there are."""
    counts = [progress for progress in told if progress.stage is stage]
    assert counts == [Progress(stage, done, frames) for done in range(frames + 1)]


def test_an_analysis_tells_its_stages_and_the_report_tells_the_rest(sample_clip: Path, tmp_path: Path) -> None:
    result, told = analyzed(sample_clip, Asked(), Stored())
    assert stages(told) == [Stage.STARTING, Stage.MEASURING, Stage.JUDGING]
    check_counts(told, Stage.MEASURING, result.video.frames_read)
    told.clear()
    result_folder.save(result, sample_clip, tmp_path, result_folder.Wanted(film=False), watch=told.append)
    assert stages(told) == [Stage.KEY_FRAMES, Stage.REPORT]
    told.clear()
    result_folder.save(result, sample_clip, tmp_path, watch=told.append)
    assert stages(told) == [Stage.KEY_FRAMES, Stage.FILM, Stage.REPORT]
    check_counts(told, Stage.FILM, result.video.frames_read)


@pytest.mark.slow
def test_the_lifters_other_clips_are_stages_of_their_own(sample_clip: Path, tmp_path: Path) -> None:
    still = write_video(tmp_path / "still.mp4", noise_pictures(45, height=640, width=360))
    source = Stored({"still.mp4": Still("hip_led", STANDING_S)})
    _, told = analyzed(sample_clip, Asked(standing=still, max_bend=still), source)
    clips = [Stage.STANDING, Stage.MEASURING, Stage.JUDGING, Stage.MAX_BEND]
    assert stages(told) == [Stage.STARTING, *clips]
    check_counts(told, Stage.STANDING, 45)
    check_counts(told, Stage.MAX_BEND, 45)


def test_a_clip_knows_how_many_frames_to_expect(tmp_path: Path) -> None:
    for name in ("clip.mp4", "clip.mkv"):  # MP4 counts its frames; Matroska only says how long it lasts
        assert Video(write_video(tmp_path / name, noise_pictures(12))).expected_frames == 12
    bare = write_video(tmp_path / "clip.h264", noise_pictures(12))
    assert Video(bare).expected_frames == 0
