"""Two repetitions against each other: differences, their intervals, the page, the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from hingecheck import analysis as stages
from hingecheck import cli
from hingecheck.errors import UsageError
from hingecheck.metrics import comparison
from hingecheck.metrics.set_drift import NOISE
from hingecheck.records import NO_SCALE, Z90, Analysis, Comparison, Difference, Measure
from hingecheck.report.page import comparison as comparison_page
from hingecheck.results import document
from tests.conftest import write_video
from tests.staged import blank_pictures, every, lost, staged


def other_clip(share: float = 0.6) -> Analysis:
    analysis = staged(share, "other.mp4")
    return replace(analysis, video=replace(analysis.video, sha256="1" * 64))


def by_name(found: Comparison) -> dict[str, Difference]:
    return {item.name: item for item in found.differences}


def test_a_difference_is_second_less_first_and_its_interval_holds_both_errors() -> None:
    found = comparison.compare(comparison.choose(staged(), 1), comparison.choose(other_clip(), 1))
    share = by_name(found)["lumbar_share_trunk"]
    assert share.difference.value == pytest.approx(0.2, abs=0.02)
    assert share.basis == "independent"
    halves = [(m.high - m.low) / 2 for m in (share.first, share.second, share.difference)]
    assert halves[2] == pytest.approx(np.hypot(halves[0], halves[1]))


def test_independent_intervals_cover_what_repeated_errors_do() -> None:
    """Two true values, each read with its own error: nine of ten differences lie in the interval."""
    rng, sds, inside = np.random.default_rng(4), (3.0, 5.0), 0
    sides = (comparison.choose(staged(), 1), comparison.choose(other_clip(), 1))
    for _ in range(400):
        read = []
        for side, sd in zip(sides, sds, strict=True):
            value = 20.0 + sd * rng.standard_normal()
            measure = Measure(value, value - Z90 * sd, value + Z90 * sd)
            read.append(replace(side, rep=replace(side.rep, values=every(lumbar_change_deg=measure))))
        difference = by_name(comparison.compare(read[0], read[1]))["lumbar_change_deg"].difference
        inside += difference.low <= 0.0 <= difference.high
    assert 0.86 < inside / 400 < 0.94


def test_within_one_clip_the_shared_error_drops_out() -> None:
    found = by_name(comparison.compare(comparison.choose(staged(), 1), comparison.choose(staged(), 2)))
    share = found["lumbar_share_trunk"]
    assert share.basis == "within one clip"
    assert share.difference.high - share.difference.value == pytest.approx(
        Z90 * np.sqrt(2) * NOISE["lumbar_share_trunk"]
    )
    assert not share.clear
    assert found["hip_change_deg"].basis == "independent"


def test_turning_both_round_turns_every_difference_round() -> None:
    a, b = comparison.choose(staged(), 1), comparison.choose(other_clip(), 2)
    there, back = by_name(comparison.compare(a, b)), by_name(comparison.compare(b, a))
    for name, item in there.items():
        mirrored = back[name].difference
        assert item.clear == back[name].clear
        if item.difference.known:
            got = (item.difference.value, item.difference.low, item.difference.high)
            assert got == pytest.approx((-mirrored.value, -mirrored.high, -mirrored.low))


def test_what_one_side_lacks_has_no_difference_and_says_why() -> None:
    first, second = comparison.choose(staged(), 1), comparison.choose(other_clip(), 1)
    values = dict(second.rep.values) | {"hip_change_deg": Measure.missing("a plate hides the hips")}
    found = by_name(comparison.compare(first, replace(second, rep=replace(second.rep, values=values))))
    assert found["hip_change_deg"].difference.reason == "a plate hides the hips"
    assert not found["hip_change_deg"].clear
    assert "bar_forward_cm" not in found
    values["bar_forward_cm"] = Measure(3.0, 2.0, 4.0)
    found = by_name(comparison.compare(first, replace(second, rep=replace(second.rep, values=values))))
    assert found["bar_forward_cm"].difference.reason == NO_SCALE


def test_a_repetition_that_is_not_there_and_the_same_one_twice_are_wrong_usage() -> None:
    with pytest.raises(UsageError) as caught:
        comparison.choose(staged(), 9)
    assert "1, 2" in caught.value.remedy
    with pytest.raises(UsageError):
        comparison.compare(comparison.choose(staged(), 2), comparison.choose(staged(), None, last=True))


def test_the_page_and_the_document_tell_the_same() -> None:
    found = comparison.compare(comparison.choose(staged(), 1), comparison.choose(other_clip(), 1))
    files = comparison_page.files(found, (blank_pictures, blank_pictures))
    page, data = files["comparison.html"], files[comparison_page.MARKER]
    assert isinstance(page, bytes)
    assert isinstance(data, bytes)
    told = json.loads(data)
    assert told["schema"] == document.COMPARISON_SCHEMA
    differing = [name for name, item in told["differences"].items() if item["excludes_zero"]]
    assert "lumbar_share_trunk" in differing
    assert page.decode().count('badge-plain">differs<') == len(differing)
    assert len(differing) < len(told["differences"])


def test_lines_break_where_nothing_is_measured() -> None:
    first = staged()
    frame = int(np.searchsorted(first.angles.time_s, first.reps[0].rep.lockout_s))
    gap = replace(first.angles, hip_flexion=lost(first.angles.hip_flexion, frame, frame + 4, "gone"))
    sides = (comparison.choose(replace(first, angles=gap), 1), comparison.choose(other_clip(), 1))
    hip = comparison_page.charts(sides)[0]
    assert [line.path.count("M") for line in hip.lines] == [2, 1]


def test_the_command_writes_a_whole_folder_and_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clip = write_video(tmp_path / "set.mp4", blank_pictures(range(360)))
    monkeypatch.setattr(stages, "analyze", lambda *_args, **_options: staged())
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    done = runner.invoke(cli.app, ["compare", str(clip), "--rep-a", "1", "--rep-b", "2"])
    assert done.exit_code == 0, done.output
    assert "B - A" in done.output
    assert all(len(line) <= 80 for line in done.output.splitlines())
    out = tmp_path / "set-vs-set"
    assert sorted(p.name for p in out.iterdir()) == ["comparison.html", "comparison.json", "comparison.png"]
    assert runner.invoke(cli.app, ["compare", str(clip)]).exit_code == 2
    told = runner.invoke(cli.app, ["compare", str(clip), "--rep-b", "7", "--json"])
    assert told.exit_code == 2
