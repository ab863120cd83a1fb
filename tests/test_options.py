"""Wrong calls are reported before anything is measured: the pose network is never opened for them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hingecheck import analysis, cli
from hingecheck.analysis import Asked
from hingecheck.backends import bundles, landmarker
from hingecheck.batch import plan
from hingecheck.errors import HingecheckError, ModelNotFound
from hingecheck.records import SelfReport
from tests.conftest import noise_pictures, write_video
from tests.test_batch import season


class Opened(Exception):
    """The stand-in for the pose network was opened."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with a clip, unreadable files and a result. Opening the pose network raises `Opened`."""

    def opened(*_: object) -> None:
        raise Opened

    monkeypatch.setattr(landmarker, "Landmarker", opened)
    monkeypatch.chdir(tmp_path)
    write_video(tmp_path / "clip.mp4", noise_pictures(3))
    (tmp_path / "text.mp4").write_text("just some words\n" * 100)
    (tmp_path / "empty.mp4").touch()
    (tmp_path / "wrong.toml").write_text("[rule.nothing]\nlimit = 1")
    (tmp_path / "a folder").mkdir()
    for marker in ("analysis.json", "comparison.json"):
        (tmp_path / "done").mkdir(exist_ok=True)
        (tmp_path / "done" / marker).touch()
    return tmp_path


def failure(arguments: Sequence[str]) -> tuple[int, str]:
    """Exit code and output of a command that fails."""
    done = CliRunner().invoke(cli.app, arguments)
    assert isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, " ".join(done.output.split())


WRONG_CLIPS = {
    "nothing.mp4": "no such file",
    "a folder": "is a folder",
    "empty.mp4": "is empty",
    "text.mp4": "cannot be read as a video",
}
WRONG = {
    ("--criteria", "nothing.toml"): (2, "no such criteria file"),
    ("--criteria", "a folder"): (2, "not a criteria file"),
    ("--criteria", "wrong.toml"): (2, "nothing is not a known key"),
    ("--style", "sumoo"): (2, "no such style"),
    ("--soreness", "knee=3"): (2, "unknown part of the body"),
    ("--soreness", "knees=11"): (2, "not a number from 0 to 10"),
    ("--soreness", "knees=nan"): (2, "not a number from 0 to 10"),
    ("--sitting-hours", "25"): (2, "out of range"),
    ("--sitting-hours", "nan"): (2, "out of range"),
    ("--load-kg", "-1"): (2, "out of range"),
    ("--rpe", "10.5"): (2, "out of range"),
    ("--rpe", "hard"): (2, "Invalid value"),
    ("--height-cm", "1.8"): (2, "out of range"),
    ("--note", "x" * 2001): (2, "longer than 2000"),
    ("--pseudonym", "../P17"): (2, "cannot stand for a file name"),
    ("--pseudonym", " "): (2, "cannot stand for a file name"),
    ("--person", "middle"): (2, "is not known"),
    ("--person", "180,10"): (2, "is outside the picture, which has 180 x 240 pixels"),
    ("--person", "nan,10"): (2, "is outside the picture"),
    ("--out", "clip.mp4"): (2, "is a file, not a folder"),
    ("--out", "clip.mp4/results"): (2, "cannot be written"),
    ("--out", "x" * 300): (2, "cannot be written"),
    ("--out", "done"): (2, "contains a result already"),
    ("--model", "enormous"): (6, "neither a model's name nor a file"),
    ("--quiet", "--verbose"): (2, "cannot be used together"),
    ("--no-video", "--video-full"): (2, "cannot be used together"),
}


def test_valid_calls_open_the_pose_network(here: Path) -> None:
    right = ["--standing", "clip.mp4", "--max-bend", "clip.mp4", "--rpe", "8", "--style", "sumo", "--pseudonym", "P17"]
    assert isinstance(CliRunner().invoke(cli.app, ["analyze", "clip.mp4", *right]).exception, Opened)
    assert isinstance(CliRunner().invoke(cli.app, ["compare", "clip.mp4"]).exception, Opened)
    assert {path.name for path in here.iterdir()} >= {"clip.mp4", "done"}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("option", WRONG, ids=" ".join)
def test_analyze_reports_a_wrong_option_before_it_opens_the_network(option: tuple[str, str]) -> None:
    before = sorted(Path().iterdir())
    code, words = failure(["analyze", "clip.mp4", *option])
    assert (code, WRONG[option][1] in words) == (WRONG[option][0], True), words
    assert sorted(Path().iterdir()) == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "options",
    [["--height-cm", "178"], ["--stature-cm", "178"], ["--height-cm", "178", "--stature-cm", "178"]],
    ids=" ".join,
)
def test_stature_cm_and_height_cm_give_the_same_self_report(
    options: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = []

    def analyze(_: Path, asked: Asked, **_more: object) -> None:
        reports.append(asked.self_report)
        raise Opened

    monkeypatch.setattr(analysis, "analyze", analyze)
    assert isinstance(CliRunner().invoke(cli.app, ["analyze", "clip.mp4", *options]).exception, Opened)
    assert reports == [SelfReport(height_cm=178.0)]


@pytest.mark.usefixtures("here")
def test_two_different_heights_are_refused() -> None:
    for stature in ("180", "0"):
        code, words = failure(["analyze", "clip.mp4", "--height-cm", "178", "--stature-cm", stature])
        assert code == 2
        assert f"--height-cm 178 and --stature-cm {stature}: the two heights differ" in words
        assert "Give --height-cm alone" in words


def test_the_help_names_only_height_cm() -> None:
    done = CliRunner().invoke(cli.app, ["analyze", "--help"])
    assert done.exit_code == 0
    assert "--height-cm" in done.output
    assert "stature" not in done.output


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("wrong", WRONG_CLIPS)
def test_an_unreadable_clip_is_reported_before_the_network_opens(wrong: str) -> None:
    for arguments in (
        ["analyze", wrong, "--standing", "clip.mp4"],
        ["analyze", "clip.mp4", "--standing", wrong],
        ["analyze", "clip.mp4", "--standing", "clip.mp4", "--max-bend", wrong],
        ["compare", wrong],
        ["compare", "clip.mp4", wrong],
    ):
        code, words = failure(arguments)
        assert (code, WRONG_CLIPS[wrong] in words) == (3, True), words


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--rep-a", "0"), 2),
        (("--rep-b", "-1"), 2),
        (("--rep-a", "2", "--rep-b", "2"), 2),
        (("--out", "done"), 2),
        (("--out", "clip.mp4"), 2),
        (("--model", "enormous"), 6),
    ],
)
def test_compare_reports_a_wrong_option_before_it_opens_the_network(options: tuple[str, ...], code: int) -> None:
    assert failure(["compare", "clip.mp4", *options])[0] == code


@pytest.mark.usefixtures("here")
def test_a_missing_face_model_is_reported_before_the_network_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ModelNotFound("the face model is not there", "Install hingecheck again.")

    monkeypatch.setattr(bundles, "face", missing)
    assert failure(["analyze", "clip.mp4", "--redact-face"])[0] == 6


@pytest.mark.usefixtures("here")
@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="needs a folder that this user cannot write")
def test_an_unwritable_folder_is_reported_before_the_network_opens() -> None:
    Path("locked").mkdir(mode=0o500)
    assert failure(["analyze", "clip.mp4", "--out", "locked/out"])[0] == 2


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    "asked",
    [
        Asked(style="sumoo"),
        Asked(criteria=Path("wrong.toml")),
        Asked(standing=Path("nothing.mp4")),
        Asked(standing=Path("clip.mp4"), max_bend=Path("text.mp4")),
        Asked(self_report=SelfReport(rpe=11.0)),
        Asked(self_report=SelfReport({"knees": 11.0})),
        Asked(self_report=SelfReport({"knee": 1.0})),
    ],
    ids=str,
)
def test_the_library_reports_wrong_options_before_it_measures(asked: Asked) -> None:
    with pytest.raises(HingecheckError) as caught:
        analysis.analyze(Path("clip.mp4"), asked)
    assert caught.value.exit_code in (2, 3)


BATCH = {
    ("--criteria", "nothing.toml"): (2, "no such criteria file"),
    ("--model", "enormous"): (6, "neither a model's name nor a file"),
    ("--manifest", "nothing.csv"): (2, "cannot be read as a list"),
    ("--pattern", "{who}"): (2, "the field {who} is unknown"),
    ("--logbook", "nowhere/logbook.sqlite"): (2, "cannot be used as a logbook"),
    ("--logbook", "clips/a.mp4"): (2, "cannot be used as a logbook"),
    ("--workers", "0"): (2, "workers"),
    ("--time-limit", "0"): (2, "time-limit"),
    ("--out", "clips/a.mp4"): (2, "lies inside the folder of the clips"),
    ("--out", "clip.mp4"): (2, "is a file, not a folder"),
}


@pytest.mark.parametrize("option", BATCH, ids=" ".join)
def test_batch_reports_a_wrong_option_before_it_measures_a_clip(
    option: tuple[str, str], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*_: object) -> None:
        raise Opened

    monkeypatch.setattr(plan, "run", run)
    season(here, {"clips/a.mp4": "share 0.2"})
    code, words = failure(["batch", "clips", "--out", "results", *option])
    assert (code, BATCH[option][1] in words) == (BATCH[option][0], True), words
    assert isinstance(CliRunner().invoke(cli.app, ["batch", "clips", "--out", "results"]).exception, Opened)
