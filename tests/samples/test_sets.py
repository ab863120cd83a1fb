"""The designed sets, the counting of found repetitions, and the results kept between runs."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from samples.kept import as_json, is_rendered, same_spec
from samples.lift.truth import movement
from samples.sets import __main__ as command
from samples.sets import run
from samples.sets.design import designed_sets
from samples.sets.records import FoundRep, SetResult, TrueRep, read_result, write_result
from samples.sets.run import finished, forget, measure_sets, true_reps
from samples.sets.table import count, f1, style_is_right, table
from samples.spec import ClipSpec

MOVEMENTS = {
    "conventional", "sumo", "romanian", "stiff_leg", "block", "kettlebell", "trap_bar", "hinge", "pick_up", "none",
}  # fmt: skip


def result(true: list[TrueRep], found: list[FoundRep], style: str = "sumo", found_style: str = "sumo") -> SetResult:
    """A made-up result."""
    return SetResult("x", {}, "0", style, "analysed", found_style, tuple(true), tuple(found))


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of a command line."""
    monkeypatch.setattr("sys.argv", ["samples.sets", *arguments])
    return command.main()


def test_the_sets_are_fixed_and_cover_every_movement_and_nuisance() -> None:
    specs = designed_sets()
    assert specs == designed_sets()
    assert len({spec.name for spec in specs}) == len(specs) >= 66
    assert {movement(spec) for spec in specs} == {movement(spec) for spec in specs[:20]} == MOVEMENTS
    assert sum(movement(spec) == "none" for spec in specs) >= 6
    assert all(abs(spec.camera.yaw_deg) <= 30.0 for spec in specs)
    lifts = [spec.lift for spec in specs]
    assert {lift.rhythm for lift in lifts} == {"dead_stop", "touch_and_go", "paused"}
    between = ("missed", "half", "regrips", "resets")
    for nuisance in (*between, "fidgets", "setup_bends", "walk_in", "walk_out", "turn_round"):
        assert any(getattr(lift, nuisance) for lift in lifts), nuisance
    assert {"cut_in", "cut_out"} <= {name for lift in lifts for name in ("cut_in", "cut_out") if getattr(lift, name)}
    assert {1, 30} <= {lift.reps for lift in lifts}
    assert any(spec.video.slow_motion == 4.0 for spec in specs)
    assert any(spec.scene.people for spec in specs)
    assert {spec.camera.facing for spec in specs} == {"left", "right"}
    assert any(spec.bar.support == "pins" for spec in specs)
    assert any(not lift.put_down for lift in lifts)


def test_repetitions_match_by_the_nearest_lockout_within_half_a_second() -> None:
    true = [TrueRep(1.0, 2.0, complete=True), TrueRep(4.0, 5.0, complete=True), TrueRep(7.0, 8.0, complete=True)]
    each = count(result(true, [FoundRep(1.1, 2.05), FoundRep(4.0, 5.45), FoundRep(4.1, 5.1), FoundRep(7.0, 8.6)]))
    assert each.lockout_s == pytest.approx((0.05, 0.1))
    assert each.liftoff_s == pytest.approx((0.1, 0.1))
    assert (each.matched, each.missed, each.false) == (2, 1, 2)
    assert f1([each]) == pytest.approx(4 / 7)


def test_errors_in_slow_motion_count_in_the_lifters_own_time() -> None:
    made = result([TrueRep(4.0, 8.0, complete=True)], [FoundRep(4.2, 9.6)])
    assert count(made).missed == 1
    slow = count(replace(made, spec={"video": {"slow_motion": 4.0}}))
    assert slow.lockout_s == pytest.approx((0.4,))
    assert slow.liftoff_s == pytest.approx((0.05,))


def test_a_cut_repetition_may_be_found_only_if_its_lockout_was_recorded() -> None:
    at_end = TrueRep(1.0, 2.0, complete=True, cut="end")
    before = TrueRep(None, 2.0, complete=False, cut="start")
    assert f1([count(result([at_end], []))]) == f1([count(result([at_end], [FoundRep(1.0, 2.0)]))]) == 1.0
    assert count(result([before], [FoundRep(1.0, 2.0)])) == count(result([before], []))
    assert count(result([before], [FoundRep(1.0, 3.0)])).false == 1
    assert count(result([before], [])).missed == 0
    missed = TrueRep(1.0, 2.0, complete=False)
    assert count(result([missed], [FoundRep(1.0, 2.0)])).false == 1


@pytest.mark.parametrize(
    ("movement", "found_style", "right"),
    [
        ("sumo", "sumo", True),
        ("sumo", "floor", True),
        ("sumo", "conventional", False),
        ("hinge", "romanian", True),
        ("romanian", "floor", False),
        ("none", "none", True),
        ("none", "floor", False),
        ("sumo", "none", False),
    ],
)
def test_a_style_or_its_lift_type_counts_as_right(movement: str, found_style: str, right: bool) -> None:
    assert style_is_right(result([], [], movement, found_style)) is right


def test_the_table_shows_each_set_and_the_totals() -> None:
    true = [TrueRep(1.0, 2.0, complete=True)]
    good = replace(result(true, [FoundRep(1.1, 2.05)]), name="good")
    bad = replace(result([], [FoundRep(1.0, 2.0)], "none", "floor"), name="squat")
    text = table([good, bad])
    assert "| good | sumo | sumo | 1 | 1 |  |  | 1.00 | 50 | 100 |" in text
    assert "| squat | none | **floor** | 0 | 1 |  | 1 | 0.00 |  |  |" in text
    assert "rep F1 0.6667: 1 of 1 found, 0 missed, 1 false" in text
    assert "false repetitions on 1 sets without one: 1" in text
    assert "within 0.08 s 100 %" in text


def test_the_truth_file_is_read_as_repetitions() -> None:
    rep = {"liftoff_s": 1.0, "lockout_s": None, "complete": False, "cut": "end"}
    assert true_reps({"reps": [rep]}) == (TrueRep(1.0, None, complete=False, cut="end"),)
    assert true_reps({"reps": [{**rep, "lockout_s": 2.0, "complete": True, "cut": ""}]})[0].counts


def test_a_run_measures_only_missing_and_outdated_sets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    specs = designed_sets()[:3]
    done: list[str] = []

    def note(_: Callable[[ClipSpec], int], missing: list[ClipSpec], processes: int) -> int:
        done.extend(spec.name for spec in missing)
        return processes

    monkeypatch.setattr(run, "run_all", note)
    for spec, kept in zip(specs[:2], (specs[0], replace(specs[1], seed=5)), strict=True):
        made = replace(result([TrueRep(1.0, 2.0, complete=True)], [FoundRep(1.0, 2.0)]), spec=as_json(kept))
        write_result(made, tmp_path / "results" / f"{spec.name}.json")
        assert read_result(tmp_path / "results" / f"{spec.name}.json").true == made.true
    assert measure_sets(specs, tmp_path, 1) == 1
    assert done == [specs[1].name, specs[2].name]
    forget(specs, tmp_path)
    assert finished(specs[0], tmp_path) is None


def test_an_older_stored_spec_without_a_new_key_still_matches(tmp_path: Path) -> None:
    spec = designed_sets()[0]
    stored_table: dict[str, Any] = as_json(spec)
    assert same_spec(stored_table, spec)
    del stored_table["video"]["slow_motion"]
    assert same_spec(stored_table, spec)
    assert not same_spec(stored_table | {"seed": 1}, spec)
    assert not same_spec({"unknown": 1}, spec)
    assert not is_rendered(spec, tmp_path)


def test_the_command_prints_and_writes_the_table_of_finished_sets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = designed_sets()[1]
    made = replace(result([TrueRep(1.0, 2.0, complete=True)], [FoundRep(1.0, 2.0)]), name=spec.name, spec=as_json(spec))
    write_result(made, tmp_path / "results" / f"{spec.name}.json")
    assert exit_code(monkeypatch, "--out", str(tmp_path), "--only", spec.name) == 0
    text = capsys.readouterr().out
    assert "rep F1 1.0000" in text
    assert (tmp_path / "sets.md").read_text(encoding="utf-8").strip() == text.strip()
    assert exit_code(monkeypatch, "--out", str(tmp_path), "--only", "nobody") == 2
    assert "nobody: no set of that name. Allowed: conventional_dead_stop" in capsys.readouterr().err
