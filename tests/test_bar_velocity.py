"""Displacement and velocity of the bar on known movements, their reasons and intervals, bar.csv, and what is drawn."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hingecheck import texts
from hingecheck.errors import ResultUnreadable
from hingecheck.judgement import criteria
from hingecheck.landmarks import WRISTS
from hingecheck.metrics import bar_track, bar_velocity, set_drift
from hingecheck.records import Analysis, BarPlace, Code, Floats, Measure, Plates, Reason, Rep, RepMetrics
from hingecheck.report.film import drawing, keyframes, overlay
from hingecheck.report.film.drawing import Pen
from hingecheck.report.film.scene import Scene
from hingecheck.report.page import analysis as report_page
from hingecheck.report.page import bar as bar_page
from hingecheck.results import bar_table, document, reading
from tests import lifter
from tests.staged import blank_pictures, every, staged

STEP_S = 0.12
RADIUS_LEGS = 0.33
WAY_M, UP_S = 0.5, 1.2
NAN = float("nan")
WAY, MEAN, PEAK = bar_velocity.NAMES


def complete(number: int = 1, onset_s: float = 2.0, up_s: float = UP_S) -> Rep:
    top_s = onset_s + up_s
    return Rep(number, "floor", onset_s, onset_s, onset_s, NAN, top_s, top_s, top_s + 1.0, top_s + 2.0, True)


REP = complete()


def height_m(time_s: Floats) -> Floats:
    """One pull: minimum-jerk up, a second at the top, and down."""
    up, down = (lifter.smoothstep(time_s, begin_s, begin_s + UP_S) for begin_s in (REP.onset_s, REP.lowering_s))
    return WAY_M * (up - down)


def seen(up_m: Floats, time_s: Floats, radius_legs: float = RADIUS_LEGS) -> Plates:
    """450-mm plates at these heights in metres; 100 pixels a radius."""
    up = up_m / 0.225
    place_px = np.stack([300 + 0 * up, 700 - 100 * up], axis=1)
    return Plates(time_s, 0.1 * np.sin(time_s), up, radius_legs, place_px)


def looks(step_s: float = STEP_S) -> Floats:
    return np.arange(0.0, staged().angles.time_s[-1], step_s)


def measured(plates: Plates | None, rep: Rep = REP, height_cm: float | None = None) -> dict[str, Measure]:
    return bar_velocity.describe(bar_track.follow(staged().angles, plates, height_cm), rep)


def test_a_known_pull_is_measured_to_a_centimetre() -> None:
    found = measured(seen(height_m(looks()), looks()))
    share = np.linspace(0, 1, 10_001)
    way = WAY_M * lifter.smoothstep(share, 0.0, 1.0)
    pulled = share[(way >= 0.01) & (way <= WAY_M - 0.01)]
    assert found[WAY].value == pytest.approx(WAY_M, abs=0.005)
    assert found[MEAN].value == pytest.approx((WAY_M - 0.02) / (UP_S * np.ptp(pulled)), abs=0.01)
    assert found[PEAK].value == pytest.approx(1.875 * WAY_M / UP_S, abs=0.01), "the peak of a minimum-jerk movement"
    for measure in found.values():
        assert measure.low < measure.value < measure.high


def test_a_pause_on_the_way_counts_and_one_before_it_does_not() -> None:
    time_s = looks()
    waits = np.clip(height_m(time_s) / WAY_M, 0, 1)
    half = 0.5 * lifter.smoothstep(time_s, 2.0, 2.6) + 0.5 * lifter.smoothstep(time_s, 3.1, 3.7)
    paused = measured(seen(WAY_M * half, time_s), complete(up_s=1.7))
    straight = measured(seen(WAY_M * waits, time_s))
    early = measured(seen(WAY_M * waits, time_s), replace(REP, onset_s=1.0))
    assert paused[MEAN].value < 0.8 * straight[MEAN].value
    assert early[MEAN].value == pytest.approx(straight[MEAN].value, abs=0.002)


def test_the_turn_of_a_touch_and_go_is_the_lowest_place() -> None:
    time_s = looks(0.04)
    up = WAY_M * (1 - lifter.smoothstep(time_s, 0.8, 2.0) + lifter.smoothstep(time_s, 2.0, 3.2))
    assert measured(seen(up, time_s))[WAY].value == pytest.approx(WAY_M, abs=0.006)


def test_one_wrong_place_changes_nothing() -> None:
    time_s = looks()
    up = height_m(time_s)
    up[int(2.5 / STEP_S)] += 0.4
    assert measured(seen(up, time_s))[PEAK].value == pytest.approx(1.875 * WAY_M / UP_S, abs=0.03)


def test_what_is_not_seen_or_not_scaled_says_so() -> None:
    time_s = looks()
    whole = seen(height_m(time_s), time_s)
    gap = replace(whole, up=np.where(abs(time_s - 2.6) < 0.35, np.nan, whole.up))
    for plates, rep, why in (
        (gap, REP, Code.BAR_UNSEEN),
        (None, REP, Code.NO_SCALE),
        (replace(whole, radius_legs=0.2), REP, Code.NO_SCALE),
        (whole, replace(REP, complete=False), Code.NO_LOCKOUT),
        (whole, replace(REP, onset_s=6.0, top_s=7.0), Code.BAR_UNSEEN),
        (seen(height_m(looks(0.5)), looks(0.5)), REP, Code.BAR_UNSEEN),
    ):
        found = measured(plates, rep)
        assert {measure.reason for measure in found.values()} == {Reason(why)}, why


def test_rare_looks_widen_what_they_time() -> None:
    often, seldom = (measured(seen(height_m(looks(step)), looks(step))) for step in (STEP_S, 2 * STEP_S))
    assert width(seldom[PEAK]) > 1.5 * width(often[PEAK])
    assert width(seldom[MEAN]) > 1.1 * width(often[MEAN])
    assert seldom[MEAN].value == pytest.approx(often[MEAN].value, abs=0.03)


def width(measure: Measure) -> float:
    return measure.high - measure.low


def test_the_height_scales_the_hands_and_a_taller_lifter_moves_the_bar_farther() -> None:
    analysis = staged()
    rep = analysis.reps[0].rep
    small, tall = (measured(None, rep, height_cm)[WAY] for height_cm in (150.0, 200.0))
    assert small.known
    assert tall.value == pytest.approx(small.value * 4 / 3)
    assert width(small) / small.value > width(measured(seen(height_m(looks()), looks()))[WAY]) / WAY_M


def with_velocity(*mean_m_s: float) -> list[RepMetrics]:
    described = []
    for number, value in enumerate(mean_m_s, 1):
        known = {WAY: Measure.of(0.5, 0.01), MEAN: Measure.of(value, 0.02)}
        described.append(RepMetrics(complete(number), every(**known), 0.0))
    return described


def test_the_loss_is_from_the_fastest_to_the_last_repetition() -> None:
    loss = bar_velocity.loss(with_velocity(0.58, 0.6, 0.51, 0.45))
    assert loss.value == pytest.approx(25.0)
    assert 0 < loss.low < 25.0 < loss.high < 50.0
    assert bar_velocity.loss(with_velocity(0.5, 0.6)).value == 0.0
    assert bar_velocity.loss(with_velocity(0.5, 0.6)).high > 1.0, "the last one may only seem to be the fastest"
    assert bar_velocity.loss(with_velocity(0.5)).reason == Reason(Code.TOO_FEW_REPS, (2,))
    unknown = [RepMetrics(complete(), every(**{MEAN: Measure.missing(Code.NO_SCALE)}), 0.0)] * 2
    assert bar_velocity.loss(unknown).reason == Reason(Code.NO_SCALE)
    assert set_drift.describe(with_velocity(0.6, 0.6, 0.45))[bar_velocity.LOSS].value == pytest.approx(25.0)


def followed() -> Analysis:
    """The synthetic lifter with a bar whose plates are seen."""
    analysis, time_s = staged(), looks()
    plates = seen(np.zeros(len(time_s)), time_s)
    rep = analysis.reps[0].rep
    up = WAY_M / 0.225 * lifter.smoothstep(time_s, rep.onset_s, rep.top_s)
    plates = replace(plates, up=up, place_px=np.stack([200 + 0 * up, 600 - 100 * up], axis=1))
    place_px = bar_track.place_px(analysis.angles.time_s, plates, analysis.pose)
    place = BarPlace(analysis.angles.time_s, place_px, 0 * place_px + 7.0)
    return replace(analysis, bar=bar_track.follow(analysis.angles, plates), bar_place=place)


def test_the_table_holds_the_bar_and_reads_back(tmp_path: Path) -> None:
    analysis = followed()
    (tmp_path / "analysis.json").write_text(document.text(document.document(analysis)), encoding="utf-8")
    stored = reading.read(tmp_path / "analysis.json")
    assert bar_table.read(stored) is None
    path = tmp_path / bar_table.FILE
    path.write_text(bar_table.text(analysis), encoding="utf-8")
    back, table = bar_table.read(stored), bar_table.columns(analysis)
    assert back is not None
    for name, decimals in bar_table.DECIMALS.items():
        assert back[name] == pytest.approx(table[name], abs=0.51 * 10**-decimals, nan_ok=True), name
    assert np.nanmax(back["bar_up_m"]) == pytest.approx(WAY_M, abs=0.01)
    assert np.nanmedian(back["bar_x_px"]) == pytest.approx(207.0)
    assert document.document(analysis)["bar"] == {"followed": "end", "scale": "plates"}
    lines = path.read_text(encoding="utf-8").splitlines()
    for wrong in (lines[:-1], [*lines[:5], lines[4], *lines[6:]], [lines[0].replace("_m", "_cm"), *lines[1:]]):
        path.write_text("\n".join(wrong), encoding="utf-8")
        with pytest.raises(ResultUnreadable, match="cannot be read as the bar's table"):
            bar_table.read(stored)


def test_a_lifter_without_a_bar_gets_an_empty_table() -> None:
    table = bar_table.columns(staged())
    assert np.isnan(table["bar_up_m"]).all()
    assert np.isnan(table["bar_x_px"]).all()
    assert document.document(staged())["bar"] is None
    assert bar_page.context(staged()) is None


def test_the_film_shows_the_way_of_the_bar_since_the_repetition_began() -> None:
    analysis = followed()
    scene, rep = Scene.of(analysis), analysis.reps[0].rep
    assert len(scene.bar_path_px(rep.start_s - 0.5)) == 0
    path = scene.bar_path_px(rep.top_s)
    assert path[0] == pytest.approx([207.0, 607.0], abs=1.0)
    assert path[-1] == pytest.approx([207.0, 607.0 - 100 * WAY_M / 0.225], abs=2.0)
    picture = np.zeros((900, 480, 3), np.uint8)
    overlay.bar_path(picture, scene, scene.at(rep.top_s), Pen(0.0, 0.0, 1.0))
    drawn = np.argwhere((picture == drawing.GREEN).all(axis=2))
    assert drawn[:, 0].min() < 400
    assert drawn[:, 0].max() > 590
    assert abs(drawn[:, 1] - 207).max() < 8


def test_the_page_draws_path_and_velocity() -> None:
    shown = bar_page.context(followed())
    assert shown is not None
    path, speed = shown["pictures"]
    assert (path.x_label, path.y_label, speed.y_label) == ("forward, cm", "up, cm", "velocity, m/s")
    units = [abs(axis.end - axis.start) / (axis.high - axis.low) for axis in (path.x, path.y)]
    assert units[0] == pytest.approx(units[1], rel=0.01), "a path has one scale for both axes"
    assert shown["scale"] == "450-mm plates"


def test_the_page_says_once_why_velocities_are_missing() -> None:
    analysis = followed()
    assert analysis.bar is not None
    bare = replace(
        analysis,
        bar=replace(analysis.bar, scale="", leg_m=math.nan),
        reps=tuple(
            replace(rep, values=dict(rep.values) | dict.fromkeys(bar_page.METRICS, Measure.missing(Code.NO_SCALE)))
            for rep in analysis.reps
        ),
    )
    shown = bar_page.context(bare)
    assert shown is not None
    assert not shown["known"]
    assert shown["reasons"] == [texts.reason(Reason(Code.NO_SCALE))]
    frames = keyframes.take(bare, blank_pictures)
    page = report_page.html(bare, report_page.Extra(frames, criteria.load(), None))
    assert "Table: bar velocity" not in page
    assert page.split("Bar path and velocity")[1].split("</details>")[0].count("no scale") == 1


def test_hands_are_drawn_where_no_bar_is_found() -> None:
    analysis = staged()
    place_px = bar_track.place_px(analysis.angles.time_s, None, analysis.pose)
    wrists = analysis.pose.middle_px(WRISTS)
    assert np.nanmax(np.abs(place_px - wrists)) < 2.0
    hidden = replace(analysis.pose, visibility=0 * analysis.pose.visibility)
    assert np.isnan(bar_track.place_px(analysis.angles.time_s, None, hidden)).all()
