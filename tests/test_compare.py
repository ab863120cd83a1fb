"""Comparing two repetitions: differences, their intervals, the page and the command."""

from __future__ import annotations

import html
import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from hingecheck import analysis as stages
from hingecheck import cli
from hingecheck.errors import UsageError
from hingecheck.metrics import comparison
from hingecheck.metrics.set_drift import NOISE
from hingecheck.records import Z90, Analysis, Code, Comparison, Difference, LiftStyle, Measure, Reason, Side
from hingecheck.report import compared, sentences, wording
from hingecheck.report.film import keyframes
from hingecheck.report.page import comparison as comparison_page
from hingecheck.report.terminal import summary
from hingecheck.results import angle_table, document, folder
from tests.conftest import write_video
from tests.staged import blank_pictures, every, lost, shown, side, staged


def other_clip(share: float = 0.6) -> Analysis:
    analysis = staged(share, "other.mp4")
    return replace(analysis, video=replace(analysis.video, sha256="1" * 64))


def by_name(compared: Comparison) -> dict[str, Difference]:
    return {item.name: item for item in compared.differences}


def test_a_difference_is_second_minus_first_and_its_interval_combines_both_errors() -> None:
    compared = comparison.compare(side(staged(), 1), side(other_clip(), 1))
    share = by_name(compared)["lumbar_share_trunk"]
    assert share.difference.value == pytest.approx(0.2, abs=0.02)
    assert share.basis == "independent"
    halves = [(m.high - m.low) / 2 for m in (share.first, share.second, share.difference)]
    assert halves[2] == pytest.approx(np.hypot(halves[0], halves[1]))


def test_ninety_percent_of_independent_differences_lie_in_their_interval() -> None:
    """Two equal true values, each measured with its own error: nine of ten intervals contain zero."""
    rng, sds, inside = np.random.default_rng(4), (3.0, 5.0), 0
    sides = (side(staged(), 1), side(other_clip(), 1))
    for _ in range(400):
        measured = []
        for one, sd in zip(sides, sds, strict=True):
            value = 20.0 + sd * rng.standard_normal()
            measure = Measure(value, value - Z90 * sd, value + Z90 * sd)
            measured.append(replace(one, rep=replace(one.rep, values=every(lumbar_change_deg=measure))))
        difference = by_name(comparison.compare(measured[0], measured[1]))["lumbar_change_deg"].difference
        inside += difference.low <= 0.0 <= difference.high
    assert 0.86 < inside / 400 < 0.94


def test_the_interval_within_one_clip_excludes_the_shared_error() -> None:
    differences = by_name(comparison.compare(side(staged(), 1), side(staged(), 2)))
    share = differences["lumbar_share_trunk"]
    assert share.basis == "within one clip"
    assert share.difference.high - share.difference.value == pytest.approx(
        Z90 * np.sqrt(2) * NOISE["lumbar_share_trunk"]
    )
    assert not share.clear
    assert differences["hip_change_deg"].basis == "independent"


def test_swapping_the_repetitions_negates_every_difference() -> None:
    a, b = side(staged(), 1), side(other_clip(), 2)
    forward, backward = by_name(comparison.compare(a, b)), by_name(comparison.compare(b, a))
    for name, item in forward.items():
        mirrored = backward[name].difference
        assert item.clear == backward[name].clear
        if item.difference.known:
            interval = (item.difference.value, item.difference.low, item.difference.high)
            assert interval == pytest.approx((-mirrored.value, -mirrored.high, -mirrored.low))


def test_a_value_missing_on_one_side_gives_a_reason_and_no_difference() -> None:
    first, second = side(staged(), 1), side(other_clip(), 1)
    values = dict(second.rep.values) | {"hip_change_deg": Measure.missing(Code.LEGS_HIDDEN)}
    differences = by_name(comparison.compare(first, replace(second, rep=replace(second.rep, values=values))))
    assert differences["hip_change_deg"].difference.reason == Reason(Code.LEGS_HIDDEN)
    assert not differences["hip_change_deg"].clear
    assert "bar_forward_cm" not in differences
    values["bar_forward_cm"] = Measure(3.0, 2.0, 4.0)
    differences = by_name(comparison.compare(first, replace(second, rep=replace(second.rep, values=values))))
    assert differences["bar_forward_cm"].difference.reason == Reason(Code.NO_SCALE)


def test_a_missing_repetition_or_the_same_one_twice_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        side(staged(), 9)
    assert "1, 2" in caught.value.remedy
    with pytest.raises(UsageError):
        comparison.compare(side(staged(), 2), side(staged(), None, last=True))


def test_the_page_and_the_document_show_the_same_differences() -> None:
    compared = comparison.compare(side(staged(), 1), side(other_clip(), 1))
    files = comparison_page.files(compared, (shown(staged(), 1), shown(other_clip(), 1)))
    page, data = files["comparison.html"], files[comparison_page.MARKER]
    assert isinstance(page, bytes)
    assert isinstance(data, bytes)
    stored = json.loads(data)
    assert stored["schema"] == document.COMPARISON_SCHEMA
    differing = [name for name, item in stored["differences"].items() if item["excludes_zero"]]
    assert "lumbar_share_trunk" in differing
    assert len(differing) < len(stored["differences"])
    front, folded = html.unescape(page.decode()).split("Numbers that do not differ")
    for name, item in stored["differences"].items():
        if item["difference"]:
            assert f'<th scope="row">{wording.name(name)}</th>' in (front if item["excludes_zero"] else folded), name
    assert sentences.comparison(compared) in front


def test_one_sentence_names_what_differs_beyond_error() -> None:
    compared = comparison.compare(side(staged(), 1), side(other_clip(), 1))
    said = sentences.comparison(compared)
    assert said.startswith("B differs from A by more than the measurement error: Lumbar share of the trunk's movement ")
    assert "points (" in said
    same = comparison.compare(side(staged(), 1), side(staged(), 2))
    alike = replace(same, differences=tuple(item for item in same.differences if not item.clear))
    assert sentences.comparison(alike) == "Nothing that was measured differs by more than the measurement error."


def test_a_clip_and_its_copy_are_refused_before_they_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_video(tmp_path / "set.mp4", blank_pictures(range(3)))
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(clip.read_bytes())
    measured: list[object] = []
    monkeypatch.setattr(stages, "analyze", lambda *arguments, **_options: measured.append(arguments))
    done = CliRunner().invoke(cli.app, ["compare", str(clip), str(copy), "--json"])
    assert done.exit_code == 2
    assert "are the same clip" in done.output
    assert measured == []


def test_both_sides_can_have_names() -> None:
    compared = comparison.compare(side(staged(), 1), side(other_clip(), 1))
    files = comparison_page.files(compared, (shown(staged(), 1), shown(other_clip(), 1)), ("Monday", "Friday"))
    page = files["comparison.html"]
    assert isinstance(page, bytes)
    for name in ("A, Monday", "B, Friday", "Friday differs from Monday by", "Friday minus Monday"):
        assert name in page.decode()


def test_chart_lines_break_where_nothing_is_measured() -> None:
    first = staged()
    frame = int(np.searchsorted(first.angles.time_s, first.reps[0].rep.lockout_s))
    gap = replace(first.angles, hip_flexion=lost(first.angles.hip_flexion, frame, frame + 4, Code.LIFTER_UNSEEN))
    sides = (side(replace(first, angles=gap), 1), side(other_clip(), 1))
    hip = comparison_page.charts(sides)[0]
    assert [line.path.count("M") for line in hip.lines] == [2, 1]


def test_the_command_writes_a_complete_folder_and_does_not_overwrite_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_video(tmp_path / "set.mp4", blank_pictures(range(360)))
    monkeypatch.setattr(stages, "analyze", lambda *_args, **_options: staged())
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    done = runner.invoke(cli.app, ["compare", str(clip), "--rep-a", "1", "--rep-b", "2"])
    assert done.exit_code == 0, done.output
    assert "Nothing that was measured differs" in " ".join(done.output.split())
    assert all(len(line) <= 80 for line in done.output.splitlines())
    out = tmp_path / "set-vs-set"
    assert sorted(p.name for p in out.iterdir()) == ["A.mp4", "comparison.html", "comparison.json", "comparison.png"]
    assert runner.invoke(cli.app, ["compare", str(clip)]).exit_code == 2
    refused = runner.invoke(cli.app, ["compare", str(clip), "--rep-b", "7", "--json"])
    assert refused.exit_code == 2


def finished(place: Path, analysis: Analysis, film: bytes = b"") -> Path:
    """Write a result folder as `analyze` does, with empty pictures."""
    files: dict[str, folder.Content] = {
        "angles.csv": angle_table.text(analysis.angles).encode(),
        "keyframes.png": keyframes.sheet(keyframes.take(analysis, blank_pictures)),
        "analysis.json": document.text(document.document(analysis)).encode(),
    }
    folder.write(place, files | ({"annotated.mp4": film} if film else {}))
    return place


def test_two_finished_results_are_compared_without_measuring_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = finished(tmp_path / "monday", staged(), b"film of monday")
    second = finished(tmp_path / "friday", other_clip())
    monkeypatch.setattr(stages, "analyze", lambda *_args, **_options: pytest.fail("measured again"))
    arguments = ["compare", str(first), str(second / "analysis.json"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli.app, [*arguments, "--name-a", "Monday", "--name-b", "Friday"])
    assert done.exit_code == 0, done.output
    assert "Friday differs from Monday by more than the measurement error" in " ".join(done.output.split())
    fresh = document.comparison(comparison.compare(side(staged(), 1), side(other_clip(), 1)))
    stored = json.loads((tmp_path / "out" / "comparison.json").read_text())
    assert stored["differences"] == fresh["differences"]
    assert stored["first"]["rep"] == fresh["first"]["rep"]
    assert (tmp_path / "out" / "A.mp4").read_bytes() == b"film of monday"
    page = (tmp_path / "out" / "comparison.html").read_text()
    assert page.count("data:image/webp") == 6  # three postures of each side, cut out of the sheets
    assert "These results hold no film." in page
    assert page.count("<video") == 1
    monkeypatch.chdir(second)
    assert CliRunner().invoke(cli.app, ["compare", str(first), "."]).exit_code == 0
    assert (second / "monday-vs-friday" / "comparison.html").is_file()


def test_the_curves_of_a_finished_result_keep_their_intervals(tmp_path: Path) -> None:
    analysis = staged()
    read, fresh = compared.finished(finished(tmp_path / "set", analysis)).curves, side(analysis, 1).curves
    assert set(read.half_deg) == set(fresh.half_deg) == set(comparison_page.ANGLES)
    for name, half_deg in fresh.half_deg.items():
        assert np.allclose(read.half_deg[name], half_deg, atol=0.01, equal_nan=True), name
    rows = [row.split(",")[:10] for row in (tmp_path / "set" / "angles.csv").read_text().splitlines()]
    (tmp_path / "set" / "angles.csv").write_text("\n".join(",".join(row) for row in rows))  # of an earlier version
    assert set(compared.finished(tmp_path / "set").curves.half_deg) == {"lumbar_flexion"}


def test_what_is_no_finished_result_is_refused_with_a_reason(tmp_path: Path) -> None:
    whole = finished(tmp_path / "whole", staged())
    broken = finished(tmp_path / "broken", other_clip())
    (broken / "angles.csv").write_text("time_s\n1,2\n")
    (tmp_path / "empty").mkdir()
    (finished(tmp_path / "bare", other_clip()) / "angles.csv").unlink()
    refused = (("broken", "table of angles"), ("bare", "is missing"), ("empty", "a folder without analysis.json"))
    for second, words in refused:
        done = CliRunner().invoke(cli.app, ["compare", str(whole), str(tmp_path / second), "--json"])
        assert done.exit_code == 3
        assert words in done.output
    same = CliRunner().invoke(cli.app, ["compare", str(whole), str(whole), "--json"])
    assert same.exit_code == 2
    assert "both are repetition 1" in same.output


def both_told(first: Side, second: Side) -> str:
    """What page and terminal say of two sides, and both the same."""
    compared = comparison.compare(first, second)
    page = comparison_page.files(compared, (shown(staged(), 1), shown(other_clip(), 1)))["comparison.html"]
    assert isinstance(page, bytes)
    printed = io.StringIO()
    summary.show_comparison(compared, Console(file=printed, width=500))
    remarks = sentences.remarks(compared)
    for remark in remarks:
        assert remark in html.unescape(page.decode())
        assert remark in printed.getvalue()
    return " ".join(remarks)


def test_other_versions_and_styles_are_named() -> None:
    first, second = side(staged(), 1), side(other_clip(), 1)
    other = replace(second, stored=replace(second.stored, version="9"))
    assert both_told(first, other) == "A was measured by hingecheck 0, B by 9. Part of a difference may come from that."
    styles = [
        replace(each, stored=replace(each.stored, style=LiftStyle(name, 0.9, given=False)))
        for each, name in ((first, "conventional"), (second, "stiff_leg"), (second, "not_sure"))
    ]
    assert both_told(*styles[:2]).startswith("The styles differ: A conventional, B stiff leg.")
    assert both_told(styles[0], styles[2]) == ""
    romanian = replace(styles[2], rep=replace(second.rep, style="romanian"))
    assert both_told(styles[0], romanian).startswith("The styles differ: A from the floor, B Romanian.")


def test_two_repetitions_of_one_clip_share_one_film() -> None:
    pair = comparison.compare(side(staged(), 1), side(staged(), 2))
    files = comparison_page.files(pair, (shown(staged(), 1, b"film"), shown(staged(), 2, b"film")))
    assert [name for name in files if name.endswith(".mp4")] == ["A.mp4"]
    page = files["comparison.html"]
    assert isinstance(page, bytes)
    assert page.decode().count('src="A.mp4"') == 2


def test_an_interval_without_zero_does_not_read_as_if_it_held_zero() -> None:
    assert wording.differing("concentric_s", Measure(-0.27, -0.5, -0.04)) == "−0.27 s (−0.50 to −0.04)"
    assert wording.differing("concentric_s", Measure(-0.27, -0.6, 0.06)) == "−0.3 s (−0.6 to +0.1)"
