"""The command line: it writes whole files, resumes, and refuses wrong calls with a message."""

import json
from pathlib import Path

import numpy as np
import pytest

from samples import render
from samples.errors import MissingCodec, SpecError
from samples.film.encode import check_codec
from samples.film.frames import unpacked
from samples.grid import expand, parse_axis
from samples.spec import ClipSpec, VideoSpec

TINY = """
seed = 3
[lift]
reps = 0
stand_s = 0.3
[video]
width_px = 96
height_px = 160
shutter = 0.0
"""


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """Exit code of a command line."""
    monkeypatch.setattr("sys.argv", ["samples.render", *words])
    return render.main()


def test_clip_writes_video_and_truth_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = tmp_path / "tiny.toml"
    spec.write_text(TINY, encoding="utf-8")
    assert run(monkeypatch, "clip", str(spec), "--out", str(tmp_path / "out")) == 0
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["tiny.mp4", "tiny.truth.json"]
    truth = json.loads((tmp_path / "out" / "tiny.truth.json").read_text(encoding="utf-8"))
    assert len(truth["frames"]["time_s"]) == 18
    before = (tmp_path / "out" / "tiny.mp4").stat().st_mtime_ns
    assert run(monkeypatch, "clip", str(spec), "--out", str(tmp_path / "out")) == 0
    assert (tmp_path / "out" / "tiny.mp4").stat().st_mtime_ns == before


def test_a_wrong_spec_is_refused_with_exit_code_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = tmp_path / "bad.toml"
    spec.write_text("[camera]\nyaw = 3\n", encoding="utf-8")
    assert run(monkeypatch, "clip", str(spec), "--out", str(tmp_path)) == 2
    text = capsys.readouterr().err
    assert "camera.yaw" in text
    assert "yaw_deg" in text
    assert "Traceback" not in text


def test_an_absent_codec_is_refused_with_its_name() -> None:
    with pytest.raises(MissingCodec, match=r"video\.codec = 'h999'.*libx264"):
        check_codec(VideoSpec(codec="h999"))  # type: ignore[arg-type]


def test_grid_makes_every_combination_and_refuses_unknown_keys() -> None:
    base = ClipSpec("base")
    specs = expand(base, [parse_axis("camera.yaw_deg=-20,0"), parse_axis("clothes.top=loose,tight")])
    assert [(spec.camera.yaw_deg, spec.clothes.top) for spec in specs] == [
        (-20.0, "loose"), (-20.0, "tight"), (0.0, "loose"), (0.0, "tight"),
    ]  # fmt: skip
    assert len({spec.name for spec in specs}) == 4
    with pytest.raises(SpecError, match=r"camera\.jaw"):
        expand(base, [parse_axis("camera.jaw=1")])
    with pytest.raises(SpecError, match=r"table\.key=value"):
        parse_axis("camera.yaw_deg")


def test_frames_contain_picture_mask_joints_and_angles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("frames", "3", "--out", str(tmp_path), "--seed", "1", "--per-item", "3")
    assert run(monkeypatch, *words) == 0
    (path,) = tmp_path.iterdir()
    with np.load(path) as item:
        picture = unpacked(bytes(item["jpeg"][0]))
        mask = np.unpackbits(item["mask"], axis=2)[:, :, : picture.shape[1]]
        assert mask.shape == (3, *picture.shape[:2])
        assert (mask.sum(axis=(1, 2)) > 500).all()
        assert item["joints_px"].shape == (3, len(item["joint_names"]), 2)
        assert item["angles_deg"].shape == (3, len(item["angle_names"]))
        standing = dict(zip(item["angle_names"], item["angles_deg"][0], strict=True))
        assert abs(standing["lumbar_flexion_deg"]) < 12.0
        assert json.loads(str(item["spec"]))["seed"] >= 1_000_000
    before = path.stat().st_mtime_ns
    assert run(monkeypatch, *words) == 0
    assert path.stat().st_mtime_ns == before


def test_wrong_usage_and_unwritable_folders_end_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "clip") == 2
    assert run(monkeypatch, "frames", "0", "--out", str(tmp_path)) == 2
    file = tmp_path / "file"
    file.write_text("in the way", encoding="utf-8")
    assert run(monkeypatch, "frames", "2", "--out", str(file / "inside")) == 3
    assert "Traceback" not in capsys.readouterr().err
