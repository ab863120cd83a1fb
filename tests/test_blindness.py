"""Where no new picture is seen, times and angles are less sure; a good clip keeps its intervals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck.kinematics import angles, blindness
from hingecheck.metrics import moment, repetition
from hingecheck.records import AngleTrack, Bytes, Code, Floats, PoseTrack, RepMetrics
from hingecheck.records.angles import USUAL_STEP_S
from hingecheck.video import frozen
from tests import lifter
from tests.test_motion import stages


def measured(new_s: Floats) -> tuple[AngleTrack, RepMetrics]:
    """The angles and the repetition of a synthetic lifter of whom only some frames were new."""
    view, _, track, reps = stages(lifter.track(lifter.Set().posture()))
    seen = blindness.widened(track, new_s)
    return seen, repetition.describe(seen, reps[0], view)


@pytest.fixture(scope="module")
def plain() -> tuple[AngleTrack, RepMetrics]:
    """The same, every frame new."""
    return measured(lifter.Set().posture().time_s)


def test_fourteen_pictures_a_second_cost_nothing(plain: tuple[AngleTrack, RepMetrics]) -> None:
    track, rep = plain
    view, _, before, reps = stages(lifter.track(lifter.Set().posture()))
    assert str(repetition.describe(before, reps[0], view).values) == str(rep.values)
    assert not track.blind_s(track.time_s).any()
    assert not replace(track, new_s=track.time_s[::2]).blind_s(track.time_s).any()
    assert replace(track, new_s=track.time_s[::6]).blind_s(1.05) == pytest.approx(6 / 30 - USUAL_STEP_S)


def test_a_low_rate_widens_every_interval(plain: tuple[AngleTrack, RepMetrics]) -> None:
    (track, rep), new_s = plain, lifter.Set().posture().time_s[::6]
    slow_track, slow = measured(new_s)
    for name in ("lumbar_change_deg", "hip_change_deg", "knee_change_deg", "concentric_s", "hip_to_lumbar_lag_s"):
        assert slow.values[name].value == rep.values[name].value
        assert slow.values[name].sd > 1.1 * rep.values[name].sd
    apart_s = 6 / 30 - USUAL_STEP_S
    expected = np.sqrt(2) * np.hypot(moment.EVENT_SD_S, moment.BLIND_EVENT * apart_s)
    assert slow.values["concentric_s"].sd == pytest.approx(expected)
    assert (slow_track.lumbar_flexion.sd_deg > track.lumbar_flexion.sd_deg).all()


def test_a_gap_is_unsure_only_where_it_is(plain: tuple[AngleTrack, RepMetrics]) -> None:
    track, rep = plain
    time_s = track.time_s
    outside = (time_s < rep.rep.lockout_s - 0.3) | (time_s > rep.rep.lockout_s + 0.3)
    gapped, gapped_rep = measured(time_s[outside])
    assert (gapped.trunk_lean.sd_deg[outside] == track.trunk_lean.sd_deg[outside]).all()
    assert (gapped.trunk_lean.sd_deg > track.trunk_lean.sd_deg + 2.0).sum() == (~outside).sum()
    assert gapped_rep.values["lumbar_at_start_deg"] == rep.values["lumbar_at_start_deg"]
    assert gapped_rep.values["concentric_s"].sd > 1.5 * rep.values["concentric_s"].sd


def test_landmarks_of_a_small_lifter_are_less_sure() -> None:
    large = lifter.track(lifter.Set().posture())
    view, spine, _, _ = stages(large)
    count = len(large.time_s)
    unread = replace(spine.shank, value_deg=np.full(count, np.nan), reason=np.full(count, "trunk_small"))

    def bias_deg(track: PoseTrack) -> float:
        return float(angles.measure(track, view, replace(spine, shank=unread)).knee_flexion.bias_sd_deg[0])

    sizes = [bias_deg(replace(large, xy_px=large.xy_px * scale)) for scale in (1.0, 0.5, 0.2, 0.1)]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.01)
    assert sizes[1] < sizes[2] < sizes[3]


def picture(place: float) -> Bytes:
    """A bright block at a place in a grey room."""
    grey = np.full((240, 180), 90, np.uint8)
    at = 20 + round(place)
    grey[80:180, at : at + 40] += 100
    return grey


def watched(places: list[float]) -> list[tuple[float, float]]:
    watcher = frozen.Watcher()
    for index, place in enumerate(places):
        watcher.watch(index / 30, picture(place))
    return watcher.spans_s


def test_a_picture_that_is_repeated_during_a_movement_is_found() -> None:
    moving = [2.0 * index for index in range(45)]
    held = [*moving[:10], *[moving[9]] * 6, *moving[16:]]
    assert watched(held) == [pytest.approx((9 / 30, 16 / 30))]
    time_s = np.arange(45) / 30
    assert len(frozen.new(time_s, watched(held))) == 45 - 6


def test_rest_and_steady_movement_are_not_frozen() -> None:
    moving = [2.0 * index for index in range(30)]
    assert watched(moving) == []
    starts = [0.05 * max(0, index - 10) ** 2 for index in range(50)]
    assert watched(starts) == []
    assert watched([0.0] * 30) == []
    doubled = [4.0 * (index // 2) for index in range(40)]  # 15 Hz shown at 30 Hz
    assert watched(doubled) == []


def test_an_event_beside_a_gap_is_as_unsure_as_in_it(plain: tuple[AngleTrack, RepMetrics]) -> None:
    track, rep = plain
    lockout_s = rep.rep.lockout_s
    gap = (track.time_s > lockout_s - 0.45) & (track.time_s < lockout_s - 0.04)
    gapped = replace(track, new_s=track.time_s[~gap])
    assert gapped.blind_s(lockout_s) == 0.0
    assert moment.event_sd_s(gapped, lockout_s) > moment.EVENT_SD_S + 0.1
    assert moment.event_sd_s(gapped, lockout_s + 0.2) == moment.EVENT_SD_S


def test_where_the_lifter_is_not_seen_times_are_as_unsure_as_without_a_picture(
    plain: tuple[AngleTrack, RepMetrics],
) -> None:
    track, rep = plain
    hidden = np.abs(track.time_s - rep.rep.end_s) < 0.4
    unseen = angles.without(track, hidden, Code.LIFTER_UNSEEN)
    assert unseen.blind_s(rep.rep.end_s) == pytest.approx(0.8 - USUAL_STEP_S, abs=0.07)
    assert unseen.blind_s(rep.rep.end_s + 1.0) == 0.0
    assert unseen.gap_s(0.0, track.time_s[-1]) == track.gap_s(0.0, track.time_s[-1])  # the bar is seen on
