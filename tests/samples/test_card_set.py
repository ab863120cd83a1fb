"""The designed set, resuming, the report and the command line of the error card."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from samples import evaluate
from samples.card import run
from samples.card.design import BASE, LEVELS, LIFTERS, MIXED, Item, designed_set
from samples.card.measure import measure_clip, true_patterns
from samples.card.records import ClipResult, FrameError, RepResult, Value, read_result, write_result
from samples.card.run import finished, forget, run_card, run_item
from samples.card.tables import METRIC_WORDS
from samples.kept import as_json
from samples.spec import ClipSpec, LiftSpec, VideoSpec
from tests.recordings import Nobody, Stored, in_place_of_the_network

SHIPPED = Path(__file__).parents[2] / "samples" / "clips"


def result_of(item: Item, *, error_deg: float = 2.0) -> ClipResult:
    """A made-up result in which every metric has the same error."""
    truth = dict.fromkeys(METRIC_WORDS, 30.0 + len(item.name)) | {"lumbar_share_trunk": 0.4}
    measured = {name: Value(value + error_deg, value - 5.0, value + 5.0) for name, value in truth.items()}
    peers = {"back_angle_deg": 60.0 + len(item.name), "droop_ratio": 0.5, "circle_curvature": None}
    frames = dict.fromkeys(
        ("trunk_lean", "trunk_thigh", "knee_flexion", "hip_flexion", "pelvis_tilt", "lumbar_flexion"),
        FrameError(4.0, 0.5),
    )
    return ClipResult(
        item.name, item.factor, item.level, as_json(item.spec), item.spec.camera.yaw_deg, ("mixed",), 100, "9.9.9",
        "analysed", pattern="mixed", yaw_error_deg=1.0, facing_right=True, seen=0.99,
        reps=(RepResult(1, truth, measured, 0.02, -0.03, peers),), frames=frames,
    )  # fmt: skip


def exit_code(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """Exit code of a command line."""
    monkeypatch.setattr("sys.argv", ["samples.evaluate", *arguments])
    return evaluate.main()


def test_the_set_is_fixed_and_has_120_clips_with_unique_names() -> None:
    items = designed_set()
    assert items == designed_set()
    assert len({item.name for item in items}) == len(items) == 120
    assert sum(item.factor == MIXED for item in items) == 36


def test_the_set_has_every_designed_factor() -> None:
    specs = [item.spec for item in designed_set() if item.factor != MIXED]
    assert {abs(spec.camera.yaw_deg) for spec in specs} == {0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 60.0}
    assert min(spec.camera.yaw_deg for spec in specs) < 0.0
    assert {spec.camera.facing for spec in specs} == {"left", "right"}
    assert {spec.clothes.top for spec in specs} >= {"tight", "loose", "hoodie"}
    assert any(spec.clothes.belt for spec in specs)
    assert any(spec.clothes.hair == "long" for spec in specs)
    assert {spec.bar.plate_mm for spec in specs} == {0.0, 280.0, 450.0}
    assert {spec.video.rate_hz for spec in specs} == {24.0, 30.0, 60.0}
    assert {spec.lift.style for spec in specs} == {"conventional", "sumo", "rdl"}
    assert {spec.lift.pattern for spec in specs} == {"hip_led", "mixed", "low_back_led"}
    assert len(LEVELS["build"]) + 1 == 3
    assert {"dark", "noisy"} <= set(LEVELS["picture"])


def test_picture_sizes_run_from_480p_to_4k() -> None:
    widths = {item.spec.video.width_px * item.enlarge for item in designed_set() if item.factor == "size"}
    assert widths == {480, 1080, 2160}


def test_a_level_changes_only_its_own_setting() -> None:
    by_name = {item.name: item.spec for item in designed_set()}
    for lifter in LIFTERS:
        base, belted = by_name[f"{BASE}_{lifter}"], by_name[f"belt_{lifter}"]
        assert replace(belted, name=base.name, clothes=base.clothes) == base
        assert replace(belted.clothes, belt=False) == base.clothes


def test_a_result_is_read_back_from_its_file(tmp_path: Path) -> None:
    result = result_of(designed_set()[0])
    write_result(result, tmp_path / "results" / "x.json")
    assert read_result(tmp_path / "results" / "x.json") == result
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["x.json"]


def test_a_run_measures_only_missing_and_outdated_clips(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = designed_set()[:3]
    write_result(result_of(items[0]), tmp_path / "results" / f"{items[0].name}.json")
    old = replace(items[1], spec=replace(items[1].spec, seed=999))
    write_result(result_of(old), tmp_path / "results" / f"{items[1].name}.json")
    done: list[str] = []

    def note(_: Callable[[Item], int], missing: list[Item], processes: int) -> int:
        done.extend(item.name for item in missing)
        return processes

    monkeypatch.setattr(run, "run_all", note)
    assert run_card(items, tmp_path, processes=1, keep=False) == 1
    assert done == [items[1].name, items[2].name]
    write_result(result_of(items[1]), tmp_path / "results" / f"{items[1].name}.json")
    write_result(result_of(items[2]), tmp_path / "results" / f"{items[2].name}.json")
    assert run_card(items, tmp_path, processes=1, keep=False) == 0
    forget(items[:1], tmp_path)
    assert [finished(item, tmp_path) is None for item in items] == [True, False, False]


def shipped_item(folder: Path, name: str) -> Item:
    """A shipped clip, copied to where the card would render it."""
    (folder / "clips").mkdir()
    for ending in (".mp4", ".truth.json"):
        (folder / "clips" / f"{name}{ending}").write_bytes((SHIPPED / f"{name}{ending}").read_bytes())
    truth = json.loads((SHIPPED / f"{name}.truth.json").read_text(encoding="utf-8"))
    from samples.specfile import parse_spec

    return Item(parse_spec(truth["spec"]), "base", "base")


def test_a_measured_clip_is_deleted_and_a_refusal_is_a_result(tmp_path: Path) -> None:
    item = shipped_item(tmp_path, "refuse_no_lift")
    with in_place_of_the_network(Stored()):
        frames = run_item(item, folder=tmp_path, keep=False)
    result = finished(item, tmp_path)
    assert result is not None
    assert (result.outcome, result.frame_count, result.reps) == ("no_repetition", frames, ())
    assert not list((tmp_path / "clips").iterdir())
    assert str(tmp_path) not in result.message


def test_a_share_near_a_boundary_has_two_true_patterns() -> None:
    assert true_patterns([0.2, 0.3]) == ("hip_led",)
    assert true_patterns([0.36]) == ("hip_led", "mixed")
    assert true_patterns([0.56]) == ("mixed", "low_back_led")
    assert true_patterns([]) == ()


def test_the_report_names_the_command_the_version_and_the_missing_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("matplotlib")
    items = [item for item in designed_set() if item.factor in (BASE, "yaw", MIXED)]
    for item in items:
        write_result(result_of(item), tmp_path / "out" / "results" / f"{item.name}.json")
    assert exit_code(monkeypatch, "--out", str(tmp_path / "out"), "--report", "--card", str(tmp_path / "card")) == 0
    text = (tmp_path / "card" / "ERRORS.md").read_text(encoding="utf-8")
    assert "python -m samples.evaluate --out DIR" in text
    assert "9.9.9" in text
    assert f"{120 - len(items)} of 120 clips are missing" in text
    assert "| base case | 3 | 3 | +2.0 | 2.0 |" in text
    assert str(tmp_path) not in text
    pictures = list((tmp_path / "card" / "pictures").iterdir())
    assert {path.name for path in pictures} == {"agreement.png", "yaw.png", "peers.png"}
    assert all(path.stat().st_size < 150_000 for path in pictures)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--out is missing"),
        (("--out", "nowhere", "--report"), "holds no finished result"),
        (("--out", "nowhere", "--only", "nobody"), "nobody: no clip of that name. Allowed: base_hip"),
        (("--processes", "0"), "--processes"),
    ],
)
def test_wrong_usage_is_refused_with_a_message(
    arguments: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(monkeypatch, *arguments) == 2
    text = capsys.readouterr().err
    assert message in text
    assert "Traceback" not in text


def test_one_tiny_clip_runs_from_spec_to_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anny")
    pytest.importorskip("moderngl")
    spec = ClipSpec(
        "tiny", lift=LiftSpec(reps=0, stand_s=0.3), video=VideoSpec(width_px=96, height_px=160, shutter=0.0)
    )
    item = Item(spec, "base", "base", enlarge=2)
    seen: list[Any] = []

    def look(item: Item, clip: Path, truth: dict[str, Any]) -> ClipResult:
        import av

        with av.open(str(clip)) as container:
            seen.append((container.streams.video[0].width, container.streams.video[0].frames))
        return measure_clip(item, clip, truth)

    monkeypatch.setattr(run, "measure_clip", look)
    with in_place_of_the_network(Nobody()):
        assert run_item(item, folder=tmp_path, keep=True) == 18
    assert seen == [(192, 18)]
    assert sorted(path.name for path in (tmp_path / "clips").iterdir()) == ["tiny.mp4", "tiny.truth.json"]
    result = finished(item, tmp_path)
    assert result is not None
    assert result.reps == ()
