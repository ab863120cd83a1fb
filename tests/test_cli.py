"""The command as users run it: outputs, exit codes and messages. No run leaves half-written files."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from hingecheck import __version__
from tests.conftest import hingecheck, noise_pictures, write_video
from tests.recordings import Still, Stored

ROOT = Path(__file__).parents[1]

STANDS_S = 0.2
"""A time at which the lifter of the sample stands."""

STILL = Stored({"still.mp4": Still("hip_led", STANDS_S)})

TRUTH_TOLERANCE_DEG = {
    "trunk_lean_deg": 2.5,
    "trunk_thigh_deg": 3.5,
    "knee_flexion_deg": 5.0,
    "hip_flexion_deg": 5.0,
    "pelvis_tilt_deg": 3.0,
    "lumbar_flexion_deg": 3.0,
}


@pytest.fixture(scope="session")
def analysis(result: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((result / "analysis.json").read_text())
    return loaded


@pytest.fixture(scope="session")
def truth(sample_clip: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(sample_clip.with_suffix(".truth.json").read_text())
    return loaded


def test_the_result_has_the_documented_keys(analysis: dict[str, Any]) -> None:
    assert analysis["schema"] == "hingecheck/analysis/1"
    assert set(analysis["video"]) == {
        *("file", "sha256", "width", "height", "duration_s"),
        *("frames_read", "frames_failed", "rotation_deg", "rate_hz"),
        *("mirrored", "turn_deg", "slow_motion", "gaps_s", "cuts_s", "notes"),
    }
    assert set(analysis["view"]) == {"side", "facing", "yaw_deg", "assessable", "reasons"}
    assert {"number", "start_s", "liftoff_s", "knee_pass_s", "lockout_s", "end_s", "complete"} <= set(
        analysis["reps"][0]
    )
    for rep in analysis["reps"]:
        for name, measure in rep["metrics"].items():
            assert (measure is None) == (name in rep["reasons"])
            assert measure is None or measure["low"] <= measure["value"] <= measure["high"]
    assert {"pattern", "reasons", "reps_used"} <= set(analysis["verdict"])
    assert {"rule", "status", "value", "low", "high", "limit", "unit", "reps", "evidence_s", "text", "source"} == set(
        analysis["findings"][0]
    )
    assert len(analysis["provenance"]["models"]["pose"]["sha256"]) == 64


def assert_matches_truth(analysis: dict[str, Any], truth: dict[str, Any]) -> None:
    assert analysis["view"]["facing"] == truth["facing"]
    assert abs(analysis["view"]["yaw_deg"]["value"] - truth["yaw_deg"]) < 10
    assert len(analysis["reps"]) == len(truth["reps"])
    for measured, expected in zip(analysis["reps"], truth["reps"], strict=True):
        assert abs(measured["lockout_s"] - expected["lockout_s"]) < 0.2
        assert abs(measured["liftoff_s"] - expected["liftoff_s"]) < 0.2
        change = measured["metrics"]["lumbar_change_deg"]
        assert change["low"] <= expected["lumbar_change_deg"] <= change["high"]
        share = measured["metrics"]["lumbar_share_trunk"]
        assert share["low"] <= expected["lumbar_share_trunk"] <= share["high"]
    assert analysis["verdict"]["pattern"] == "hip_led"


def test_the_measured_sample_matches_its_truth(analysis: dict[str, Any], truth: dict[str, Any]) -> None:
    assert_matches_truth(analysis, truth)


@pytest.mark.network
def test_the_command_with_the_pose_network_matches_the_truth_of_the_sample(
    sample_clip: Path, truth: dict[str, Any], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "hingecheck.cli", "analyze", str(sample_clip), "--json", "--out", str(tmp_path)]
    done = subprocess.run([*command, "--no-video"], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "analysis.json").read_text() == done.stdout
    assert_matches_truth(json.loads(done.stdout), truth)


def test_the_angles_match_the_truth_within_tolerance(result: Path, truth: dict[str, Any]) -> None:
    with (result / "angles.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(truth["frames"]["time_s"])
    for name, tolerance_deg in TRUTH_TOLERANCE_DEG.items():
        measured = np.array([float(row[name]) if row[name] else np.nan for row in rows])
        error = np.abs(measured - np.array(truth["frames"][name]))
        assert np.nanmean(error) < tolerance_deg, name
    low, value, high = (
        np.array([float(row[f"lumbar_{part}_deg"] or "nan") for row in rows]) for part in ("low", "flexion", "high")
    )
    known = ~np.isnan(value)
    assert known.mean() > 0.95
    assert np.all((low <= value)[known])
    assert np.all((value <= high)[known])


def test_the_key_frame_picture_has_one_row_for_each_repetition(result: Path, analysis: dict[str, Any]) -> None:
    picture = cv2.imread(str(result / "keyframes.png"))
    assert picture is not None
    assert picture.shape[1] == 3 * 360
    assert picture.shape[0] % len(analysis["reps"]) == 0


def test_json_prints_only_the_analysis_and_writes_no_file(
    sample_clip: Path, analysis: dict[str, Any], tmp_path: Path
) -> None:
    done = hingecheck("analyze", sample_clip, "--json", cwd=tmp_path)
    assert (json.loads(done.stdout), done.stderr) == (analysis, "")  # and no progress
    assert list(tmp_path.iterdir()) == []


def test_an_existing_result_is_not_overwritten_without_force(result: Path, sample_clip: Path) -> None:
    before = (result / "analysis.json").stat().st_mtime_ns
    done = hingecheck("analyze", sample_clip, "--out", result)
    assert done.returncode == 2
    assert "--force" in done.stderr
    assert (result / "analysis.json").stat().st_mtime_ns == before


def test_the_default_result_folder_is_named_after_the_clip(tmp_path: Path, sample_clip: Path) -> None:
    (tmp_path / "my lift.mp4").write_bytes(sample_clip.read_bytes())
    (tmp_path / "my lift").mkdir()
    (tmp_path / "my lift" / "notes.txt").write_text("mine")
    refused = hingecheck("analyze", "my lift.mp4", cwd=tmp_path)
    assert refused.returncode == 2
    assert "--out" in refused.stderr
    (tmp_path / "my lift" / "notes.txt").unlink()
    (tmp_path / "my lift").rmdir()
    done = hingecheck("analyze", "my lift.mp4", "--no-video", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert sorted(p.name for p in (tmp_path / "my lift").iterdir()) == [
        *(
            "analysis.json",
            "angles.csv",
            "angles.csv-metadata.json",
            "bar.csv",
            "keyframes.png",
            "landmarks.csv",
            "report.html",
        )
    ]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["my lift", "my lift.mp4"]


BROKEN = {
    "missing": (3, "no such file"),
    "folder": (3, "is a folder"),
    "text": (3, "cannot be read as a video"),
    "empty": (3, "is empty"),
    "headless": (3, "is damaged or cut off"),
    "room": (4, "nobody was found"),
    "picture": (4, "nobody was found"),
    "still": (5, "no repetition was found"),
}


def broken(kind: str, folder: Path, sample_clip: Path) -> Path:
    """Write a clip that cannot be analysed."""
    path = folder / f"{kind}.mp4"
    if kind == "folder":
        path.mkdir()
    elif kind == "text":
        path.write_text("just some words\n" * 100)
    elif kind == "empty":
        path.write_bytes(b"")
    elif kind == "headless":
        path.write_bytes(sample_clip.read_bytes()[:40])
    elif kind == "room":
        write_video(path, noise_pictures(90), rate_hz=30)
    elif kind == "picture":
        write_video(path, noise_pictures(1))
    elif kind == "still":
        standing(path, sample_clip)
    return path


def standing(path: Path, sample_clip: Path) -> None:
    """Write a clip of three seconds that repeats one frame of the sample, in which the lifter stands."""
    from hingecheck.video.reading import Video

    picture = Video(sample_clip).frames_at([STANDS_S])[0]
    write_video(path, [picture] * 60, rate_hz=20)


def test_the_lifters_own_clips_set_the_zero_and_the_maximal_bend(
    sample_clip: Path, analysis: dict[str, Any], tmp_path: Path
) -> None:
    still = tmp_path / "still.mp4"
    standing(still, sample_clip)
    bent = sample_clip.with_name("low_back_led.mp4")
    done = hingecheck("analyze", sample_clip, "--standing", still, "--max-bend", bent, "--json", source=STILL)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["provenance"]["zero"] == "own standing, in another clip"
    assert document["provenance"]["own_clips"] == {"standing": "still.mp4", "max_bend": "low_back_led.mp4"}
    for own, plain in zip(document["reps"], analysis["reps"], strict=True):
        changes = [rep["metrics"]["lumbar_change_deg"]["value"] for rep in (own, plain)]
        assert changes[0] == pytest.approx(changes[1], abs=4.0)
        percent = own["metrics"]["lumbar_peak_percent_of_max"]  # about 13 of 50 degrees
        assert 10.0 < percent["value"] < 45.0
        assert percent["low"] < percent["value"] < percent["high"]


def test_a_standing_clip_without_a_lifter_is_refused(sample_clip: Path, tmp_path: Path) -> None:
    done = hingecheck("analyze", sample_clip, "--standing", broken("room", tmp_path, sample_clip), "--json")
    assert done.returncode == 4
    missing = hingecheck("analyze", sample_clip, "--max-bend", tmp_path / "nothing.mp4", "--json")
    assert missing.returncode == 3


@pytest.mark.parametrize("kind", BROKEN)
def test_bad_input_gives_its_message_and_exit_code_and_writes_no_file(
    kind: str, tmp_path: Path, sample_clip: Path
) -> None:
    clip = broken(kind, tmp_path, sample_clip)
    before = sorted(tmp_path.iterdir())
    done = hingecheck("analyze", clip, "--json", "--out", tmp_path / "out", source=STILL)
    code, words = BROKEN[kind]
    assert done.returncode == code, done.stderr
    assert words in " ".join(done.stderr.split())
    document = json.loads(done.stdout)
    assert document["schema"] == "hingecheck/analysis/1"
    assert document["error"]["code"] == code
    assert words in document["error"]["message"]
    assert document["error"]["remedy"]
    assert sorted(tmp_path.iterdir()) == before


def test_wrong_usage_exits_with_2() -> None:
    assert hingecheck("analyze").returncode == 2
    assert hingecheck("analyze", "clip.mp4", "--no-such-option").returncode == 2
    assert hingecheck("explain", "hips_shoot_upp").returncode == 2


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--soreness", "glute=3", "Did you mean glutes?"),
        ("--soreness", "low-back=12", "0 none, 10 worst"),
        ("--sitting-hours", "30", "from 0 to 24"),
        ("--criteria", "nowhere.toml", "Check the path"),
    ],
)
def test_an_invalid_option_value_exits_with_2_and_says_what_to_do(
    option: str, value: str, words: str, sample_clip: Path, tmp_path: Path
) -> None:
    done = hingecheck("analyze", sample_clip, "--json", option, value, cwd=tmp_path)
    assert done.returncode == 2
    assert words in json.loads(done.stdout)["error"]["remedy"]
    assert list(tmp_path.iterdir()) == []


def test_a_missing_or_invalid_model_exits_with_6(sample_clip: Path, tmp_path: Path) -> None:
    missing = hingecheck("analyze", sample_clip, "--model", "enormous", cwd=tmp_path)
    assert missing.returncode == 6
    assert "lite, full, heavy" in missing.stderr
    (tmp_path / "fake.task").write_bytes(b"not a model")
    fake = hingecheck("analyze", sample_clip, "--model", tmp_path / "fake.task", cwd=tmp_path, source=None)
    assert fake.returncode == 6
    assert "refuses this model" in " ".join(fake.stderr.split())


def test_explain_gives_limit_and_source_or_suggests_the_nearest_name() -> None:
    explanation = hingecheck("explain", "hips_shoot_up").stdout
    assert "above 5" in explanation
    assert "[30]" in explanation
    assert "Did you mean hips_shoot_up?" in hingecheck("explain", "hip_shoot_up").stderr
    assert "verdict.support" in hingecheck("explain").stdout


def test_the_doctor_reports_no_problem_in_this_installation() -> None:
    done = hingecheck("doctor")
    assert done.returncode == 0, done.stdout
    assert "nothing is sent anywhere" in " ".join(done.stdout.split())
    assert "problem" not in done.stdout


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "hingecheck", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, f"hingecheck {__version__}")
