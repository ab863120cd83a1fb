"""The clips of bar velocity, and the errors of a shipped clip against its drawn bar."""

import json
from pathlib import Path

import numpy as np
import pytest

from hingecheck.analysis import analyze
from hingecheck.records import Measure
from samples.velocity import __main__ as command
from samples.velocity import errors
from samples.velocity.design import MOST_YAW_DEG, PLATES_MM, STYLES, designed_clips
from tests.recordings import SAMPLES, Stored


def test_the_clips_are_fixed_near_the_side_and_have_a_fair_share_of_each_style() -> None:
    specs = designed_clips(20, 7)
    assert specs == designed_clips(20, 7)
    assert specs != designed_clips(20, 8)
    assert max(abs(spec.camera.yaw_deg) for spec in specs) <= MOST_YAW_DEG
    assert {spec.lift.style for spec in specs} == set(STYLES)
    assert sum(spec.bar.plate_mm == 0.0 for spec in specs) == len(specs) // len(PLATES_MM)


def test_a_shipped_clip_is_measured_within_the_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The plates of `hip_led` give displacement and mean velocity; the hands alone are much coarser."""
    monkeypatch.setattr(errors, "analyze", lambda clip, asked: analyze(clip, asked, source=Stored()))
    truth = json.loads((SAMPLES / "hip_led.truth.json").read_text(encoding="utf-8"))
    rows = errors.measure(SAMPLES / "hip_led.mp4", truth)
    by_plates = [row for row in rows if row.scale == "plates, bar"]
    for name in ("bar_displacement_m", "mean_concentric_velocity_m_s"):
        found = [row for row in by_plates if row.name == name]
        assert len(found) == 2
        assert all(abs(row.error) <= errors.WITHIN[name] and row.inside for row in found), name
    assert {row.scale for row in rows} == {"plates, bar", "height, hands"}


def test_the_table_counts_near_errors_and_intervals_that_hold_the_truth() -> None:
    found = [Measure.of(0.5 * (1 + part), 0.01) for part in (0.02, -0.06)]
    rows = [errors.Row("plates, bar", "bar_displacement_m", 0.5, measured) for measured in found]
    line = next(line for line in errors.table(rows).splitlines() if line.startswith("| plates"))
    bias, rms, largest, near, inside = (float(cell) for cell in line.split("|")[4:9])
    assert [bias, largest, near, inside] == pytest.approx([-0.02, 0.06, 0.5, 0.5])
    assert rms == pytest.approx(float(np.sqrt((0.02**2 + 0.06**2) / 2)), abs=5e-4)


def test_the_command_wants_one_source_of_clips(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.argv", ["samples.velocity"])
    assert command.main() == 2
    monkeypatch.setattr("sys.argv", ["samples.velocity", "--truths", str(tmp_path)])
    assert command.main() == 0
