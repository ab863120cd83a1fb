"""A result read back: invalid values are refused by name, unknown ones are accepted."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hingecheck import texts
from hingecheck.errors import HingecheckError, ResultUnreadable, VideoNotFound
from hingecheck.history import sessions
from hingecheck.records import METRICS, Code, Reason, SelfReport
from hingecheck.report.clinic import curves, front, pictures
from hingecheck.results import angle_table, reading, source_video
from tests import stored


def changed(change: Callable[[dict[str, Any]], object], folder: Path) -> Path:
    path = stored.write(folder)
    document = stored.document()
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def test_a_written_result_is_read_back(tmp_path: Path) -> None:
    analysis = reading.read(stored.write(tmp_path))
    assert analysis.verdict.pattern == "hip_led"
    assert [rep.number for rep in analysis.reps] == [1, 2]
    assert analysis.reps[0].values["hip_change_deg"].value == 111.0
    assert analysis.reps[0].values["thoracic_change_deg"].reason == Reason(Code.STORED, ("the upper back is covered",))
    assert analysis.self_report is not None
    assert analysis.self_report.load_kg == 120.0


def test_unknown_keys_styles_and_metrics_are_accepted(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        document["new"] = {"anything": [1]}
        document["reps"][0]["style"] = "block_pull"
        document["reps"][0]["metrics"]["grip_width_m"] = stored.measure(0.6, 0.1)

    analysis = reading.read(changed(change, tmp_path))
    assert analysis.reps[0].style == "block_pull"
    assert analysis.reps[0].values["grip_width_m"].value == 0.6
    assert analysis.reps[1].values["grip_width_m"].reason == Reason(Code.NOT_STORED)


def test_a_metric_absent_from_an_older_file_is_missing_and_not_listed(tmp_path: Path) -> None:
    path = stored.write(tmp_path)
    analysis = reading.read(path)
    assert set(METRICS) <= set(analysis.reps[0].values) == set(analysis.reps[1].values)
    assert analysis.reps[0].values["lumbar_peak_deg"].reason == Reason(Code.NOT_STORED)
    lines = front.page(front.Material(analysis, analysis.reps[0], None, False, ()))["missing"]
    assert lines
    assert not any(texts.REASONS[Code.NOT_STORED] in line for line in lines)
    session = sessions.session(analysis, "P17", "", "")
    assert "lumbar_peak_deg" not in session.reps[0].metrics
    assert session.value("lumbar_peak_deg").reason == Reason(Code.NOT_STORED)


def test_a_share_above_1_in_an_older_file_is_limited_to_1(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        for place in (document["verdict"], document["reps"][0]["metrics"]):
            place["lumbar_share_trunk"] = stored.measure(1.1, 0.3)

    analysis = reading.read(changed(change, tmp_path))
    session = sessions.session(analysis, "P17", "", "")
    shares = (analysis.verdict.share, analysis.reps[0].values["lumbar_share_trunk"])
    for share in (*shares, session.share, session.reps[0].metrics["lumbar_share_trunk"]):
        assert (share.value, share.low, share.high) == pytest.approx((1.0, 0.8, 1.0))


@pytest.mark.parametrize("key", ["height_cm", "stature_cm"])
def test_the_height_is_read_under_its_new_and_its_old_name(key: str, tmp_path: Path) -> None:
    path = changed(lambda d: d["self_report"].update({key: 178.0}), tmp_path)
    report = SelfReport({"low-back": 6.0}, 9.0, 120.0, 8.0, "ok", 178.0)
    analysis = reading.read(path)
    assert analysis.self_report == report
    assert sessions.session(analysis, "P17", "", "").report == report
    with pytest.raises(ResultUnreadable, match=f"{key}: must be a number"):
        reading.read(changed(lambda d: d["self_report"].update({key: "tall"}), tmp_path))


def test_a_metric_without_scale_is_left_out_of_logbook_and_report(tmp_path: Path) -> None:
    def change(document: dict[str, Any]) -> None:
        for rep in document["reps"]:
            rep["metrics"]["bar_forward_cm"] = None
            rep["reasons"]["bar_forward_cm"] = texts.REASONS[Code.NO_SCALE]

    analysis = reading.read(changed(change, tmp_path))
    lines = front.page(front.Material(analysis, analysis.reps[0], None, False, ()))["missing"]
    assert lines
    assert not any(texts.REASONS[Code.NO_SCALE] in line for line in lines)
    session = sessions.session(analysis, "P17", "", "")
    assert all("bar_forward_cm" not in rep.metrics for rep in session.reps)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.update(schema="hingecheck/analysis/2"), "this version reads"),
        (lambda d: d.update(error={"code": 3}), "contains an error"),
        (lambda d: d.pop("verdict"), "verdict is missing"),
        (lambda d: d.pop("style"), "style is missing"),
        (lambda d: d.pop("self_report"), "self_report is missing"),
        (lambda d: d["reps"][1]["metrics"].update(hip_change_deg="x"), "reps[1]: metrics: hip_change_deg"),
        (lambda d: d["reps"][0]["metrics"]["hip_change_deg"].update(low=200), "outside its own interval"),
        (lambda d: d["reps"][0]["metrics"].update(hip_change_deg=None), "or null with its reason"),
        (lambda d: d["reps"][0].update(complete="yes"), "true or false"),
        (lambda d: d["reps"][0].update(liftoff_s=True), "must be a number"),
        (lambda d: d["reps"][0].update(liftoff_s=10**400), "must be a number from"),
        (lambda d: d["reps"][0].update(lockout_s=2.1), "must be inside the clip and in order"),
        (lambda d: d["reps"][0].update(end_s=999.0), "inside the clip"),
        (lambda d: d["reps"].reverse(), "their numbers must increase"),
        (lambda d: d.update(reps=[]), "must not be empty"),
        (lambda d: d["verdict"].update(pattern="broken"), "must be one of"),
        (lambda d: d["verdict"].update(reps_used=[7]), "reps_used"),
        (lambda d: d["verdict"].update(lumbar_share_trunk=None), "must have a number"),
        (lambda d: d["verdict"].update(sentence="x" * 30_000), "at most"),
        (lambda d: d["verdict"].update(sentence="\ud800"), "half a character"),
        (lambda d: d["video"].update(file="../../etc/passwd"), "bare file name"),
        (lambda d: d["video"].update(sha256="no hash"), "64 hexadecimal"),
        (lambda d: d["video"].update(frames_read=1.5), "whole number"),
        (lambda d: d["self_report"].update(soreness={"\ud800": 1.0}), "soreness: a name: contains half a character"),
        (lambda d: d["provenance"]["versions"].update(hingecheck=1), "versions: hingecheck: must be a text"),
    ],
)
def test_an_invalid_value_is_refused_by_name(
    change: Callable[[dict[str, Any]], object], words: str, tmp_path: Path
) -> None:
    with pytest.raises(ResultUnreadable) as caught:
        reading.read(changed(change, tmp_path))
    assert caught.value.message.startswith(str(tmp_path / "analysis.json"))
    assert words in caught.value.message
    assert caught.value.remedy
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    "text", ["", "no json", '{"schema": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '{"schema": "\xff"}', "[]", "null"]
)
def test_a_file_that_is_no_analysis_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "analysis.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ResultUnreadable):
        reading.read(path)
    with pytest.raises(ResultUnreadable, match="cannot be read"):
        reading.read(tmp_path / "nowhere.json")
    with pytest.raises(ResultUnreadable, match="cannot be read"):
        reading.read(tmp_path)


def leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path to every value of a document, containers included."""
    yield place
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*place, key))


def test_a_replaced_value_is_read_or_refused_without_a_crash(tmp_path: Path) -> None:
    document = stored.document(1)
    path, refused = tmp_path / "analysis.json", 0
    for place in leaves(document):
        replacements: tuple[Any, ...] = (None, -1.0, "text", [], {}, True)
        for replacement in replacements:
            copied: Any = copy.deepcopy(document)
            container = copied
            for key in place[:-1]:
                container = container[key]
            if place:
                container[place[-1]] = replacement
            else:
                copied = replacement
            path.write_text(json.dumps(copied), encoding="utf-8")
            try:
                reading.read(path)
            except HingecheckError:
                refused += 1
    assert refused > 300


def test_a_result_accepts_only_the_video_with_its_hash(tmp_path: Path) -> None:
    analysis = reading.read(stored.write(tmp_path, video=b"a video"))
    assert source_video.checked(analysis, None) == tmp_path.resolve() / "jane_doe.mp4"
    (tmp_path / "jane_doe.mp4").write_bytes(b"another video")
    with pytest.raises(ResultUnreadable, match="hashes differ"):
        source_video.checked(analysis, None)
    (tmp_path / "moved.mp4").write_bytes(b"a video")
    assert source_video.checked(analysis, tmp_path / "moved.mp4") == tmp_path / "moved.mp4"
    with pytest.raises(VideoNotFound):
        source_video.checked(analysis, tmp_path / "nowhere.mp4")
    (tmp_path / "jane_doe.mp4").unlink()
    assert source_video.checked(analysis, None) is None


def test_angles_and_pictures_of_another_clip_are_refused(tmp_path: Path) -> None:
    path = stored.write(tmp_path)
    analysis = reading.read(path)
    columns = angle_table.read(analysis)
    assert columns is not None
    assert len(columns["time_s"]) == analysis.video.frames_read
    rows = (tmp_path / "angles.csv").read_text().splitlines()
    for broken in (rows[:-30], ["time_s,hip", "1,2"], [rows[0], *reversed(rows[1:])], [], [rows[0], "x,1,2,3,4,5"]):
        (tmp_path / "angles.csv").write_text("\n".join(broken))
        with pytest.raises(ResultUnreadable):
            angle_table.read(analysis)
    (tmp_path / "angles.csv").unlink()
    assert angle_table.read(analysis) is None
    assert pictures.row(tmp_path, 0, 2) is not None
    with pytest.raises(ResultUnreadable):
        pictures.row(tmp_path, 0, 3)
    (tmp_path / "keyframes.png").write_bytes(b"no picture")
    with pytest.raises(ResultUnreadable):
        pictures.row(tmp_path, 0, 2)
    (tmp_path / "keyframes.png").unlink()
    assert pictures.row(tmp_path, 0, 2) is None


def test_a_value_outside_its_interval_is_refused(tmp_path: Path) -> None:
    analysis = reading.read(stored.write(tmp_path))
    head, *rows = (tmp_path / "angles.csv").read_text().splitlines()
    for column in ("lumbar_low_deg", "hip_flexion_high_deg"):
        cells = rows[50].split(",")
        cells[head.split(",").index(column)] = "-1" if "high" in column else "170"
        (tmp_path / "angles.csv").write_text("\n".join([head, *rows[:50], ",".join(cells), *rows[51:]]))
        with pytest.raises(ResultUnreadable, match=r"_flexion_deg lies outside its own interval"):
            angle_table.read(analysis)


def test_a_curve_breaks_at_gaps_and_aligns_with_the_events(tmp_path: Path) -> None:
    analysis = reading.read(stored.write(tmp_path))
    columns = angle_table.read(analysis)
    axis = curves.phases(analysis.reps[0])
    assert columns is not None
    assert axis is not None
    assert axis.names == ("onset_s", "knee_pass_s", "top_s", "lowering_s", "end_s")
    assert axis.places[0] == 0.0
    assert axis.places[-1] == 1.0
    turned = curves.phases(replace(analysis.reps[0], style="romanian"))  # its end is its lockout, before the top
    assert turned is not None
    assert "end_s" not in turned.names
    drawn = curves.overlay(columns, "lumbar_flexion_deg", analysis.reps[0], analysis.reps)
    assert drawn is not None
    assert len(drawn.shown.pieces) > 1
    assert len(drawn.others) == 1
    hips = curves.line(columns, "hip_flexion_deg", axis, analysis.reps[1]).pieces
    assert hips[0][0][0] == 0.0
    assert hips[-1][-1][0] == 1.0
