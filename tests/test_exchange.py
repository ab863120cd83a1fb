"""Exports: every format is read back by a real reader or by ours, within the precision that it prints."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hingecheck.errors import ExtraMissing, InputError, OutputExists, ResultUnreadable, UsageError
from hingecheck.exchange import c3d, export, mot, openpose, tracks, trc
from hingecheck.landmarks import SHOULDERS, Point
from hingecheck.records import Analysis, Floats, SelfReport
from hingecheck.results import angle_table, document, landmark_table, reading
from tests.conftest import hingecheck
from tests.staged import staged

HEIGHT_CM = 180.0


def with_a_gap(analysis: Analysis) -> Analysis:
    """The analysis with the right wrist unseen for a while."""
    xy_px = analysis.pose.xy_px.copy()
    xy_px[40:60, Point.RIGHT_WRIST] = np.nan
    return replace(analysis, pose=replace(analysis.pose, xy_px=xy_px))


def write(analysis: Analysis, folder: Path) -> Path:
    """The files of a result folder that an export needs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "analysis.json").write_text(document.text(document.document(analysis)), encoding="utf-8")
    (folder / "angles.csv").write_text(angle_table.text(analysis.angles), encoding="utf-8")
    (folder / "landmarks.csv").write_text(landmark_table.text(analysis.pose), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def scaled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result with a known height and a gap."""
    analysis = replace(with_a_gap(staged()), self_report=SelfReport(height_cm=HEIGHT_CM))
    return write(analysis, tmp_path_factory.mktemp("scaled") / "monday")


@pytest.fixture(scope="module")
def unscaled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A result without a height."""
    return write(with_a_gap(staged()), tmp_path_factory.mktemp("unscaled") / "monday")


def points(folder: Path) -> tracks.Markers:
    stored = reading.read(folder / "analysis.json")
    return tracks.markers(stored, landmark_table.read(stored))


def exported(folder: Path, kind: str, out: Path) -> Path:
    export.write(folder, kind, out)
    return out


def test_body_points_are_forward_and_up_from_the_floor_in_metres_if_scaled(scaled: Path, unscaled: Path) -> None:
    metres, pixels = points(scaled), points(unscaled)
    assert (metres.unit, pixels.unit) == ("m", "px")
    shoulder, ankle = metres.point("left_shoulder"), metres.point("left_ankle")
    assert shoulder[0, 1] - ankle[0, 1] == pytest.approx(0.78 * HEIGHT_CM / 100, rel=0.02)
    assert np.nanmax(shoulder[:, 0] - metres.point("left_hip")[:, 0]) > 0.4  # the lifter bends forward
    assert abs(ankle[:, 0]).max() < 1e-4
    assert np.nanmin(metres.point("left_heel")[:, 1]) == pytest.approx(0.0, abs=1e-3)
    assert np.isnan(metres.point("right_wrist")[45:55]).all()
    assert np.isfinite(metres.point("left_wrist")).all()
    ratio = shoulder[:, 1] / pixels.point("left_shoulder")[:, 1]
    assert np.nanmax(ratio) == pytest.approx(np.nanmin(ratio), rel=1e-6)


def test_a_mirrored_clip_gives_the_same_points(scaled: Path) -> None:
    stored = reading.read(scaled / "analysis.json")
    seen = landmark_table.read(stored)
    xy_px = seen.xy_px * np.array([-1.0, 1.0]) + np.array([stored.video.width, 0.0])
    mirrored = replace(stored, view=replace(stored.view, facing="left"))
    again = tracks.markers(mirrored, replace(seen, xy_px=xy_px))
    assert again.xyz == pytest.approx(tracks.markers(stored, seen).xyz, abs=1e-9, nan_ok=True)


def test_trc_is_read_back_within_its_printed_precision(scaled: Path, tmp_path: Path) -> None:
    found = trc.read(exported(scaled, "trc", tmp_path / "a.trc"))
    expected = points(scaled)
    assert (found.names, found.unit, found.rate_hz) == (expected.names, "m", 30.0)
    assert found.time_s == pytest.approx(expected.time_s, abs=0.51e-6)
    assert found.xyz == pytest.approx(expected.xyz, abs=0.51e-6, nan_ok=True)


def test_mot_has_the_signs_of_opensim_and_is_read_back(scaled: Path, tmp_path: Path) -> None:
    found = mot.read(exported(scaled, "mot", tmp_path / "a.mot"))
    angles = angle_table.read(reading.read(scaled / "analysis.json"))
    assert angles is not None
    assert list(found.columns) == list(mot.COORDINATES)
    for name, (column, sign) in mot.COORDINATES.items():
        assert found.columns[name] == pytest.approx(sign * angles[column], abs=0.51e-6, nan_ok=True)
    bent = int(np.nanargmax(angles["trunk_lean_deg"]))
    assert found.columns["hip_flexion_r"][bent] > 60
    assert found.columns["knee_angle_l"][bent] > 40
    assert found.columns["lumbar_extension"][bent] < -15
    assert found.columns["pelvis_tilt"][bent] < -15


def test_opensim_opens_trc_and_mot(scaled: Path, unscaled: Path, tmp_path: Path) -> None:
    opensim = pytest.importorskip("opensim", reason="extra `opensim` is not installed")
    expected = points(scaled)
    table = opensim.TimeSeriesTableVec3(str(exported(scaled, "trc", tmp_path / "a.trc")))
    assert tuple(table.getColumnLabels()) == expected.names
    assert table.getTableMetaDataString("Units") == "m"
    shoulder, wrist = (table.getDependentColumn(name) for name in ("left_shoulder", "right_wrist"))
    for frame in (0, 50, 100):
        assert shoulder[frame].to_numpy() == pytest.approx(expected.point("left_shoulder")[frame], abs=1e-6)
    assert np.isnan(wrist[50].to_numpy()).all()
    assert np.isfinite(wrist[100].to_numpy()).all()
    assert list(table.getIndependentColumn()) == pytest.approx(expected.time_s.tolist(), abs=1e-6)
    pixels = opensim.TimeSeriesTableVec3(str(exported(unscaled, "trc", tmp_path / "b.trc")))
    assert pixels.getTableMetaDataString("Units") == "px"
    motion = opensim.TimeSeriesTable(str(exported(scaled, "mot", tmp_path / "a.mot")))
    assert motion.getTableMetaDataString("inDegrees") == "yes"
    knee = motion.getDependentColumn("knee_angle_r").to_numpy()
    assert knee == pytest.approx(mot.read(tmp_path / "a.mot").columns["knee_angle_r"], abs=1e-6, nan_ok=True)


def test_c3d_is_opened_by_ezc3d_in_millimetres(scaled: Path, unscaled: Path, tmp_path: Path) -> None:
    ezc3d = pytest.importorskip("ezc3d", reason="extra `c3d` is not installed")
    expected = points(scaled)
    opened = ezc3d.c3d(str(exported(scaled, "c3d", tmp_path / "a.c3d")))
    parameters = opened["parameters"]["POINT"]
    assert parameters["UNITS"]["value"] == ["mm"]
    assert parameters["RATE"]["value"][0] == pytest.approx(30.0)
    assert tuple(parameters["LABELS"]["value"]) == expected.names
    assert opened["data"]["points"][:3].transpose(2, 1, 0) == pytest.approx(expected.xyz * 1e3, abs=1e-3, nan_ok=True)
    again = c3d.read(tmp_path / "a.c3d")
    assert again.unit == "mm"
    assert again.time_s == pytest.approx(expected.time_s, abs=1e-6)
    assert np.array_equal(np.isnan(again.xyz), np.isnan(expected.xyz))
    assert c3d.read(exported(unscaled, "c3d", tmp_path / "b.c3d")).unit == "px"


def test_openpose_files_hold_the_pixels_of_the_picture(scaled: Path, tmp_path: Path) -> None:
    found, numbers = openpose.read(exported(scaled, "openpose", tmp_path / "poses"))
    assert (np.diff(numbers) == 1).all()
    stored = reading.read(scaled / "analysis.json")
    seen = landmark_table.read(stored)
    assert len(found) == stored.video.frames_read == len(list((tmp_path / "poses").iterdir()))
    shoulders = [landmark_table.NAMES.index(point.name.lower()) for point in SHOULDERS]
    assert found[:, 1, :2] == pytest.approx(seen.xy_px[:, shoulders].mean(axis=1), abs=0.1)
    assert np.isnan(found[:, openpose.BODY_25.index("left_small_toe")]).all()
    assert np.isnan(found[45:55, openpose.BODY_25.index("right_wrist")]).all()
    assert np.nanmax(found[..., 2]) <= 1.0


def test_csv_tables_hold_the_numbers_of_the_result(scaled: Path, tmp_path: Path) -> None:
    out = exported(scaled, "csv", tmp_path / "tables")
    stored = reading.read(scaled / "analysis.json")
    with (out / "reps.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["rep"]) for row in rows] == [rep.number for rep in stored.reps]
    for row, rep in zip(rows, stored.reps, strict=True):
        for name, measure in rep.values.items():
            assert (row[name] == "") != measure.known, name
            assert not measure.known or float(row[name]) == pytest.approx(measure.value, abs=1e-4)
    assert (out / "angles.csv").read_bytes() == (scaled / "angles.csv").read_bytes()
    assert (out / "landmarks.csv").read_bytes() == (scaled / "landmarks.csv").read_bytes()


def test_landmarks_are_read_back_as_they_were_seen(unscaled: Path) -> None:
    seen = landmark_table.read(reading.read(unscaled / "analysis.json"))
    pose = with_a_gap(staged()).pose
    assert seen.time_s == pytest.approx(pose.time_s, abs=0.51e-4)
    assert seen.track.xy_px[:, list(Point)] == pytest.approx(pose.xy_px[:, list(Point)], abs=0.0051, nan_ok=True)


@pytest.mark.parametrize("kind", ["trc", "openpose"])
def test_the_command_exports_and_refuses_to_replace(kind: str, unscaled: Path, tmp_path: Path) -> None:
    folder = write(staged(), tmp_path / "monday")
    done = hingecheck("export", folder, "--to", kind)
    assert done.returncode == 0, done.stderr
    made = folder / ("clip.trc" if kind == "trc" else "clip-openpose")
    assert made.exists()
    assert hingecheck("export", folder, "--to", kind).returncode == OutputExists.exit_code
    assert hingecheck("export", folder, "--to", kind, "--force").returncode == 0
    assert hingecheck("export", unscaled, "--to", "docx").returncode == 2


def test_what_is_missing_is_said(unscaled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(staged(), tmp_path / "old")
    (folder / "landmarks.csv").unlink()
    with pytest.raises(ResultUnreadable, match=r"landmarks\.csv: is missing"):
        export.write(folder, "trc", tmp_path / "a.trc")
    (folder / "angles.csv").unlink()
    with pytest.raises(ResultUnreadable, match=r"angles\.csv: is missing"):
        export.write(folder, "mot", tmp_path / "a.mot")
    with pytest.raises(UsageError, match="not a known format"):
        export.write(folder, "docx", tmp_path / "a.docx")
    monkeypatch.setitem(sys.modules, "ezc3d", None)
    with pytest.raises(ExtraMissing) as missing:
        export.write(unscaled, "c3d", tmp_path / "a.c3d")
    assert "hingecheck[c3d]" in missing.value.remedy
    assert not list(tmp_path.glob("a.*"))


@pytest.mark.parametrize(
    ("line", "cells"), [(0, "time_s,nose"), (3, "x"), (3, "1,2"), (3, None), (2, "")], ids=["head", "x", "few", "0", ""]
)
def test_a_damaged_table_of_landmarks_is_refused(line: int, cells: str | None, tmp_path: Path) -> None:
    folder = write(staged(), tmp_path / "damaged")
    lines = (folder / "landmarks.csv").read_text(encoding="utf-8").splitlines()
    lines[line] = lines[line - 1] if cells is None else cells
    (folder / "landmarks.csv").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ResultUnreadable, match="landmarks"):
        landmark_table.read(reading.read(folder / "analysis.json"))


def test_files_of_other_formats_are_refused_with_what_is_wrong(tmp_path: Path) -> None:
    pytest.importorskip("ezc3d", reason="extra `c3d` is not installed")
    path = tmp_path / "wrong"
    for content in ("", "hello", "PathFileType\t4\n\n\n\n", "endheader\nvelocity\n1\n"):
        path.write_text(content)
        for reader in (trc.read, mot.read, c3d.read):
            with pytest.raises(InputError, match="wrong: cannot be read as"):
                reader(path)
    with pytest.raises(InputError, match="holds no JSON"):
        openpose.read(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps({"people": [{"pose_keypoints_2d": [1, 2, 3]}]}))
    with pytest.raises(InputError, match="cannot be read as a frame"):
        openpose.read(tmp_path)


@pytest.mark.parametrize(
    ("damage", "words"),
    [(("DataRate", "Rate"), "does not say DataRate"), (("\n100\t", "\ninf\t"), "its rate"), (("Units", "U"), "Units")],
)
def test_a_trc_that_does_not_say_its_rate_or_unit_is_refused(
    damage: tuple[str, str], words: str, tmp_path: Path
) -> None:
    markers = tracks.Markers(np.array([0.0, 0.01]), 100.0, ("hip",), np.zeros((2, 1, 3)), "m")
    path = tmp_path / "a.trc"
    path.write_text(trc.text(markers, path.name).replace(*damage, 1), encoding="utf-8")
    with pytest.raises(InputError, match=words):
        trc.read(path)


def test_trc_of_other_programs_is_read() -> None:
    head = "PathFileType\t4\t(X/Y/Z)\tx.trc\nDataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\n60\t60\t2\t2\tmm\n"
    body = "Frame#\tTime\tHip\t\t\tKnee\t\t\t\n\t\tX1\tY1\tZ1\tX2\tY2\tZ2\t\n\n"
    rows = "1\t0.0\t1\t2\t3\t4\t5\t6\t\n2\t0.0167\t1\t2\t3\t\t\t\n"
    found = trc.parsed(head + body + rows)
    assert (found.names, found.unit, found.rate_hz) == (("Hip", "Knee"), "mm", 60.0)
    assert found.point("Knee")[0].tolist() == [4, 5, 6]
    assert np.isnan(found.point("Knee")[1]).all()
    with pytest.raises(ValueError, match="cells in place of"):
        trc.parsed(head + body + rows.replace("\t\n2", "\t9\n2"))


def test_a_mot_in_radians_becomes_degrees_and_lengths_stay() -> None:
    content = "Coordinates\nversion=1\ninDegrees=no\nendheader\ntime\tknee_angle_r\tpelvis_tx\n0\t1\t1\n0.1\t2\t1\n"
    found = mot.parsed(content)
    assert found.columns["knee_angle_r"] == pytest.approx(np.degrees([1.0, 2.0]))
    assert found.columns["pelvis_tx"].tolist() == [1.0, 1.0]


def test_values_between_samples_follow_straight_lines_and_gaps_stay() -> None:
    time_s: Floats = np.array([0.0, 1.0, 2.0, 3.0])
    values: Floats = np.array([[0.0], [10.0], [np.nan], [30.0]])
    found = tracks.resampled(time_s, values, np.array([0.0, 0.5, 1.0, 1.5, 3.0, 3.5]))[:, 0]
    assert found == pytest.approx([0.0, 5.0, 10.0, np.nan, 30.0, 30.0], nan_ok=True)
