"""The shipped clips are small and whole and have truth in the contract's form. Needs no renderer."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from samples.specfile import parse_spec, read_spec

FOLDER = Path(__file__).parents[2] / "samples"
CLIPS = sorted((FOLDER / "clips").glob("*.mp4"))
WITH_REPS = [clip for clip in CLIPS if not clip.stem.startswith("refuse_no") and "empty" not in clip.stem]


def truth_of(clip: Path) -> dict[str, Any]:
    """The truth beside a clip."""
    loaded: dict[str, Any] = json.loads(clip.with_name(f"{clip.stem}.truth.json").read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.stem)
def test_clip_is_small_and_portrait_and_has_a_truth_row_for_each_frame(clip: Path) -> None:
    assert clip.stat().st_size <= 600_000
    truth = truth_of(clip)
    assert truth["file"] == clip.name
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.codec_context.height > stream.codec_context.width
        times = [frame.time for frame in container.decode(stream)]
    assert np.allclose(times, truth["frames"]["time_s"], atol=1e-3)


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.stem)
def test_clip_was_made_from_the_spec_beside_it(clip: Path) -> None:
    spec = read_spec(FOLDER / "specs" / f"{clip.stem}.toml")
    assert parse_spec(truth_of(clip)["spec"]) == spec  # keys that are newer than the clip have their defaults


@pytest.mark.parametrize("clip", WITH_REPS, ids=lambda clip: clip.stem)
def test_angles_add_up_in_every_frame(clip: Path) -> None:
    frames = {name: np.array(values) for name, values in truth_of(clip)["frames"].items()}
    assert np.allclose(frames["knee_flexion_deg"], frames["thigh_deg"] + frames["shank_deg"], atol=2e-3)
    assert np.allclose(frames["hip_flexion_deg"], frames["pelvis_tilt_deg"] + frames["thigh_deg"], atol=2e-3)
    offset = frames["trunk_thigh_deg"] - frames["trunk_lean_deg"] - frames["thigh_deg"]
    assert np.ptp(offset) < 0.01  # the pitch of the thigh while standing
    assert abs(offset[0]) < 6.0


@pytest.mark.parametrize("clip", WITH_REPS, ids=lambda clip: clip.stem)
def test_events_follow_from_the_bar_height(clip: Path) -> None:
    truth = truth_of(clip)
    times, bar = np.array(truth["frames"]["time_s"]), np.array(truth["frames"]["bar_height_m"])
    for rep in truth["reps"]:
        during = (times >= rep["planned"]["liftoff_s"]) & (times <= rep["end_s"] + 1e-6)
        top = bar[during].max()
        lockout = bar[np.argmin(np.abs(times - rep["lockout_s"]))]
        assert top - lockout <= 0.0105
        if truth["style"] == "rdl":
            assert rep["start_s"] < rep["liftoff_s"] < rep["lockout_s"] == rep["end_s"]
            continue
        floor = np.interp(rep["planned"]["liftoff_s"], times, bar)
        at = int(np.argmin(np.abs(times - rep["liftoff_s"])))
        assert bar[at] >= floor + 0.0095 > bar[at - 1] - 0.001
        assert rep["start_s"] == rep["liftoff_s"] < rep["lockout_s"] < rep["end_s"]
        end = int(np.argmin(np.abs(times - rep["end_s"])))
        assert bar[end] <= np.interp(rep["planned"]["end_s"], times, bar) + 0.0105 < bar[end - 1] + 0.001


@pytest.mark.parametrize("clip", WITH_REPS, ids=lambda clip: clip.stem)
def test_shares_follow_from_the_changes_and_fit_the_pattern(clip: Path) -> None:
    truth = truth_of(clip)
    bands = {"hip_led": (0.0, 0.35), "mixed": (0.35, 0.55), "low_back_led": (0.55, 1.0)}
    whole = [rep for rep in truth["reps"] if rep["complete"]]
    for rep in whole:
        lumbar, pelvis, hip = (rep[f"{name}_change_deg"] for name in ("lumbar", "pelvis", "hip"))
        assert rep["lumbar_share_trunk"] == pytest.approx(lumbar / (lumbar + pelvis))
        assert rep["lumbar_share_thigh"] == pytest.approx(lumbar / (lumbar + hip))
    low, high = bands[truth["pattern"]]
    assert low <= np.median([rep["lumbar_share_trunk"] for rep in whole]) <= high


def test_the_clips_cover_all_patterns_styles_sides_and_refusals() -> None:
    truths = [truth_of(clip) for clip in CLIPS]
    assert {truth["pattern"] for truth in truths} == {"hip_led", "mixed", "low_back_led"}
    assert {truth["style"] for truth in truths} == {"conventional", "sumo", "rdl"}
    assert {truth["facing"] for truth in truths} == {"left", "right"}
    assert sum(clip.stem.startswith("refuse_") for clip in CLIPS) >= 2
    assert any(not rep["complete"] for truth in truths for rep in truth["reps"])


def test_the_readme_names_every_shipped_clip_and_only_existing_specs() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = {line.split("`")[1] for line in text.splitlines() if line.startswith("| `") and ".py" not in line}
    assert listed == {clip.stem for clip in CLIPS} == {path.stem for path in (FOLDER / "specs").glob("*.toml")}
    words = [word for line in text.splitlines() if line.startswith("    python") for word in line.split()]
    assert all((FOLDER.parent / word).is_file() for word in words if word.endswith(".toml"))
