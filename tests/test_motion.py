"""The analysis of a synthetic lifter returns the angles, repetitions and shares that were chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from hingecheck import posture
from hingecheck.kinematics import angles, view
from hingecheck.landmarks import ANKLES, HIPS, KNEES, SHOULDERS, WRISTS
from hingecheck.metrics import loading, postures, repetition
from hingecheck.pose import cleaning
from hingecheck.records import (
    YAW_WITHHOLD_DEG,
    AngleTrack,
    Bytes,
    Code,
    Floats,
    Frame,
    Measure,
    PoseTrack,
    Reason,
    Rep,
    Spine,
    View,
    pose,
)
from hingecheck.segmentation import model, segment
from hingecheck.signals import events, hand_height
from hingecheck.spine import contour, inference
from tests import lifter, simulated

SIZE = (900, 500)


PLAIN = lifter.Model()


def observe(track: PoseTrack) -> pose.Observed:
    """Run the stages up to the view on synthetic masks."""
    blank = Frame(0.0, np.zeros((*SIZE, 3), np.uint8), 1.0)
    traces = [
        contour.trace(replace(blank, time_s=t), lifter.sighting(track, i, SIZE) if track.seen[i] else None)
        for i, t in enumerate(track.time_s)
    ]
    cleaned = cleaning.clean(track)
    return pose.Observed(contour.collect(traces), track, cleaned, view.orient(cleaned))


def stages(track: PoseTrack, model: lifter.Model = PLAIN) -> tuple[View, Spine, AngleTrack, tuple[Rep, ...]]:
    """Run the stages from the cleaning of the landmarks to the segmentation."""
    observed = observe(track)
    spine = inference.infer(model, observed)
    oriented = view.with_yaw(observed.view, spine.yaw_deg)
    measured = angles.measure(observed.track, oriented, spine)
    return oriented, spine, measured, segment.segment(measured).reps


def test_two_readings_of_a_thigh_that_differ_give_their_mean_and_a_wider_interval() -> None:
    track = lifter.track(lifter.Set().posture())
    view_, spine, agreed, _ = stages(track)
    cleaned = cleaning.clean(track)
    wrong = replace(spine, thigh=replace(spine.thigh, value_deg=spine.thigh.value_deg - 40.0))
    apart = angles.measure(cleaned, view_, wrong)
    moved_deg = (apart.trunk_thigh.value_deg - agreed.trunk_thigh.value_deg)[~np.isnan(agreed.trunk_thigh.value_deg)]
    assert -30.0 < np.median(moved_deg) < -10.0
    wider = apart.trunk_thigh.sd_deg / agreed.trunk_thigh.sd_deg
    assert np.nanmedian(wider) > 3.0


def test_a_posture_that_nobody_can_reach_so_fast_is_dropped() -> None:
    track = lifter.track(lifter.Set().posture())
    view_, spine, whole, _ = stages(track)
    at = int(np.flatnonzero(whole.trunk_thigh.value_deg > 60)[0])
    lean_deg = spine.trunk_lean.value_deg.copy()
    lean_deg[at] += 40.0
    jump = angles.measure(
        cleaning.clean(track), view_, replace(spine, trunk_lean=replace(spine.trunk_lean, value_deg=lean_deg))
    )
    dropped = np.isnan(jump.trunk_thigh.value_deg) & ~np.isnan(whole.trunk_thigh.value_deg)
    assert np.flatnonzero(dropped).tolist() == [at]
    assert jump.trunk_thigh.reason[at] == Code.LANDMARKS_MISPLACED


def test_a_thigh_that_the_spine_model_does_not_know_comes_from_the_landmarks() -> None:
    track = lifter.track(lifter.Set().posture())
    view_, spine, agreed, _ = stages(track)
    nothing = np.full(len(track.time_s), np.nan)
    unknown = replace(spine.thigh, value_deg=nothing, reason=np.full(len(nothing), Code.BACK_HIDDEN))
    measured = angles.measure(cleaning.clean(track), view_, replace(spine, thigh=unknown))
    np.testing.assert_allclose(measured.trunk_thigh.value_deg, agreed.trunk_thigh.value_deg, atol=3.0)


def test_trunk_thigh_and_knee_angles_match_the_chosen_ones() -> None:
    posture = lifter.Set().posture()
    _, _, measured, _ = stages(lifter.track(posture))
    assert measured.trunk_lean.value_deg == pytest.approx(posture.lean_deg, abs=1.0)
    assert measured.trunk_thigh.value_deg == pytest.approx(posture.lean_deg + posture.thigh_deg, abs=1.5)
    assert measured.knee_flexion.value_deg == pytest.approx(posture.thigh_deg + posture.shank_deg, abs=1.5)


def test_lumbar_and_pelvis_angles_are_the_models_change_from_standing() -> None:
    posture = lifter.Set().posture()
    _, spine, measured, reps = stages(lifter.track(posture), lifter.Model(share=0.4))
    bottom = posture.lean_deg > 64.9
    assert np.median(spine.lumbar_flexion.value_deg[bottom]) == pytest.approx(0.4 * 65.0, abs=0.5)
    assert np.median(spine.pelvis_tilt.value_deg[bottom]) == pytest.approx(0.6 * 65.0, abs=0.5)
    share = repetition.describe(measured, reps[0], stages(lifter.track(posture))[0]).values["lumbar_share_trunk"]
    assert share.value == pytest.approx(0.4, abs=0.01)
    assert share.low < 0.4 < share.high


def test_repetitions_are_found_with_their_events() -> None:
    reps = stages(lifter.track(lifter.Set().posture()))[3]
    assert [rep.complete for rep in reps] == [True]  # after the last bend the lifter stands up without the bar
    three = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5), (11.5, 13, 14, 15.5)), last_s=17.0)
    reps = stages(lifter.track(three.posture()))[3]
    assert len(reps) == 2
    assert reps[0].style == "floor"
    assert reps[0].liftoff_s == pytest.approx(_passes_s(three, 0.02, 4.0, 5.5), abs=0.06)
    assert reps[0].lockout_s == pytest.approx(_passes_s(three, 0.98, 4.0, 5.5), abs=0.08)
    assert reps[0].end_s == pytest.approx(_passes_s(three, 0.02, 8.0, 6.5), abs=0.06)
    assert reps[0].onset_s <= reps[0].liftoff_s <= reps[0].knee_pass_s <= reps[0].lockout_s <= reps[0].top_s


def _passes_s(shape: lifter.Set, share: float, low_s: float, high_s: float) -> float:
    """When the hands pass a share of their way between two moments; calculated from the chosen angles."""
    t = np.linspace(low_s, high_s, 2000)
    height = lifter.joints(shape.posture(t))["wrist"][:, 1]
    return float(t[np.argmax(height >= height[0] + share * (height[-1] - height[0]))])


def test_standing_walking_and_shallow_bends_give_no_repetition() -> None:
    still = lifter.Set(bends=(), last_s=6.0).posture()
    assert stages(lifter.track(still))[3] == ()
    shallow = replace(lifter.Set(), depths=(0.25, 0.25)).posture()
    assert stages(lifter.track(shallow))[3] == ()
    walking = lifter.track(still)
    step_px = 80 * walking.time_s[:, None, None] * np.array([1.0, 0.0])
    assert stages(replace(walking, xy_px=walking.xy_px + step_px - 200))[3] == ()


def test_a_set_up_bend_above_the_bar_gives_no_repetition() -> None:
    bends = ((0.8, 1.3, 1.35, 1.9), (2.5, 4.0, 5.0, 6.5), (7.5, 9.0, 10.0, 11.5))
    shape = lifter.Set(bends=bends, last_s=13.0, depths=(0.7, 1.0, 1.0))
    reps = stages(lifter.track(shape.posture()))[3]
    assert len(reps) == 1
    assert reps[0].liftoff_s == pytest.approx(_passes_s(shape, 0.02, 5.0, 6.5), abs=0.06)


def test_a_stalled_pull_is_reported_as_incomplete() -> None:
    t = np.arange(0, 15, 1 / 30)
    whole = lifter.smoothstep(t, 1, 2.5) - lifter.smoothstep(t, 4, 5.5) + lifter.smoothstep(t, 6.5, 8)
    stalled = (
        whole - 0.6 * (lifter.smoothstep(t, 9, 10) - lifter.smoothstep(t, 10.5, 11.5)) - lifter.smoothstep(t, 12.5, 14)
    )
    reps = stages(lifter.track(lifter.Posture(t, 50 * stalled, 12 * stalled, 65 * stalled)))[3]
    assert [rep.complete for rep in reps] == [True, False]
    assert np.isnan(reps[1].lockout_s)


def test_a_straight_body_locks_out_even_if_the_hands_are_placed_too_low() -> None:
    bends = ((1.0, 2.5, 3.5, 5.0), (6.0, 7.5, 8.5, 10.0), (11.0, 12.5, 13.5, 15.0))
    track = lifter.track(lifter.Set(bends=bends, last_s=16.0).posture())
    lowered = (track.time_s > 9.2) & (track.time_s < 11.8)
    above = np.setdiff1d(np.arange(track.xy_px.shape[1]), ANKLES)
    xy_px = track.xy_px.copy()
    xy_px[np.ix_(lowered, above)] += np.array([0.0, 0.25 * np.ptp(track.middle_px(WRISTS)[:, 1])])
    assert [rep.complete for rep in stages(replace(track, xy_px=xy_px))[3]] == [True, True]


@pytest.mark.parametrize(
    ("first_s", "last_s", "lockouts_s"),
    [(4.6, 7.0, []), (2.2, 4.8, []), (4.9, 10.0, []), (3.4, 7.6, [5.1])],
)
def test_a_clip_cut_inside_a_repetition_gives_only_whole_repetitions(
    first_s: float, last_s: float, lockouts_s: list[float]
) -> None:
    whole = lifter.Set().posture()
    kept = (whole.time_s >= first_s) & (whole.time_s < last_s)
    part = lifter.Posture(
        whole.time_s[kept] - first_s, whole.thigh_deg[kept], whole.shank_deg[kept], whole.lean_deg[kept]
    )
    reps = stages(lifter.track(part))[3]
    assert [rep.lockout_s + first_s for rep in reps] == pytest.approx(lockouts_s, abs=0.1)
    assert [rep.complete for rep in reps] == [True] * len(lockouts_s)


def test_a_pull_that_is_under_way_when_the_clip_begins_counts_but_its_start_is_not_measured() -> None:
    whole = lifter.Set().posture()
    kept = (whole.time_s >= 4.4) & (whole.time_s < 7.4)
    part = lifter.Posture(whole.time_s[kept] - 4.4, whole.thigh_deg[kept], whole.shank_deg[kept], whole.lean_deg[kept])
    oriented, _, track, (rep,) = stages(lifter.track(part))
    assert (rep.complete, rep.under_way) == (True, True)
    assert rep.lockout_s + 4.4 == pytest.approx(5.1, abs=0.1)
    values = repetition.describe(track, rep, oriented).values
    assert values["hip_at_top_deg"].known
    assert values["lumbar_change_deg"].reason == Reason(Code.PULL_UNDER_WAY)
    assert values["concentric_s"].reason == Reason(Code.PULL_UNDER_WAY)
    at_liftoff, first = values["lumbar_at_liftoff_deg"], track.lumbar_flexion
    assert at_liftoff.value == pytest.approx(first.value_deg[:3].mean(), abs=1.5)
    assert at_liftoff.high > 0.4 * 65.0 > at_liftoff.value  # the bottom, which the clip does not show
    later = repetition.describe(track, replace(rep, missed_way=0.6), oriented).values["lumbar_at_liftoff_deg"]
    assert later.reason == Reason(Code.PULL_UNDER_WAY)


def test_a_pull_that_begins_with_the_clip_is_measured_from_its_start() -> None:
    bends = ((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5), (11.5, 13, 14, 15.5))
    whole = lifter.Set(bends=bends, last_s=17.0).posture()
    kept = whole.time_s >= 4.16
    part = lifter.Posture(whole.time_s[kept] - 4.16, whole.thigh_deg[kept], whole.shank_deg[kept], whole.lean_deg[kept])
    oriented, _, track, reps = stages(lifter.track(part))
    assert [rep.under_way for rep in reps] == [False, False]
    first, second = (repetition.describe(track, rep, oriented).values["hip_change_deg"] for rep in reps)
    assert first.value == pytest.approx(second.value, abs=3.0)


def test_a_clip_trimmed_to_one_pull_gives_one_repetition() -> None:
    whole = lifter.Set().posture()
    kept = (whole.time_s >= 3.7) & (whole.time_s < 6.2)
    part = lifter.Posture(whole.time_s[kept] - 3.7, whole.thigh_deg[kept], whole.shank_deg[kept], whole.lean_deg[kept])
    (rep,) = stages(lifter.track(part))[3]
    assert rep.complete
    assert np.isnan(rep.end_s)


@pytest.mark.parametrize(("begin_s", "found"), [(4.2, 1), (4.5, 0)])
def test_a_lone_pull_under_way_counts_if_the_clip_begins_at_the_floor(begin_s: float, found: int) -> None:
    deep = lifter.Set(bends=((1.5, 3.0, 4.0, 5.5),), last_s=8.0, thigh_deg=60.0, shank_deg=12.0, lean_deg=75.0)
    whole = deep.posture()
    kept = whole.time_s >= begin_s
    angles_deg = (series[kept] for series in (whole.thigh_deg, whole.shank_deg, whole.lean_deg))
    part = lifter.Posture(whole.time_s[kept] - begin_s, *angles_deg)
    assert len(stages(lifter.track(part))[3]) == found


def test_a_back_squat_gives_no_repetition() -> None:
    track = lifter.track(lifter.Set(lean_deg=35.0, thigh_deg=80.0, shank_deg=25.0).posture())
    xy_px = track.xy_px.copy()
    xy_px[:, list(WRISTS)] = xy_px[:, list(SHOULDERS)]
    assert stages(replace(track, xy_px=xy_px))[3] == ()


def test_romanian_repetitions_end_at_lockout() -> None:
    shape = lifter.Set(
        thigh_deg=12.0, shank_deg=4.0, lean_deg=55.0, bends=((1.5, 3, 3.1, 4.5), (5.5, 7, 7.1, 8.5)), last_s=10
    )
    reps = stages(lifter.track(shape.posture()))[3]
    assert [rep.style for rep in reps] == ["romanian", "romanian"]
    assert reps[0].liftoff_s == pytest.approx(3.05, abs=0.15)
    assert reps[0].end_s == reps[0].lockout_s


@pytest.mark.parametrize("pause_s", [0.8, 1.4])
def test_a_romanian_repetition_starts_after_the_pause_at_its_lowest_point(pause_s: float) -> None:
    up_s = 3.0 + pause_s
    bend = (1.5, 3.0, up_s, up_s + 1.5)
    shape = lifter.Set(thigh_deg=12.0, shank_deg=4.0, lean_deg=55.0, bends=(bend,), last_s=up_s + 3.0)
    (rep,) = stages(lifter.track(shape.posture()))[3]
    assert rep.style == "romanian"
    assert rep.liftoff_s == pytest.approx(up_s, abs=0.12)


def test_a_slow_reversal_of_the_hands_is_no_grip() -> None:
    bends = ((1.0, 7.0, 7.1, 13.1), (14.0, 20.0, 20.1, 26.1))
    shape = lifter.Set(thigh_deg=22.0, shank_deg=4.0, lean_deg=62.0, bends=bends, last_s=28.0)
    reps = stages(lifter.track(shape.posture()))[3]
    assert [rep.style for rep in reps] == ["romanian", "romanian"]


def test_touch_and_go_repetitions_are_counted_after_the_first_grip() -> None:
    bends = ((1, 2.5, 3.5, 5.0), (5.3, 6.8, 6.85, 8.3), (8.6, 10.1, 10.15, 11.6), (12, 13.5, 14.5, 16))
    reps = stages(lifter.track(lifter.Set(bends=bends, last_s=18).posture()))[3]
    assert len(reps) == 3


@pytest.mark.parametrize("change", ["mirror", "scale", "shift", "sixty_hz"])
def test_mirroring_scale_position_and_frame_rate_do_not_change_the_metrics(change: str) -> None:
    shape = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5)), last_s=12.0)
    camera = lifter.Camera()
    plain = _metrics(shape, camera)
    changed = {
        "mirror": lambda: _metrics(shape, replace(camera, facing="left")),
        "scale": lambda: _metrics(shape, replace(camera, stature_px=500.0)),
        "shift": lambda: _metrics(shape, replace(camera, ankle_px=(260.0, 700.0))),
        "sixty_hz": lambda: _metrics(replace(shape, rate_hz=60.0), camera),
    }[change]()
    assert plain.keys() == changed.keys()
    for name, value in plain.items():
        assert changed[name] == pytest.approx(value, abs=0.05 if name.endswith(("_s", "trunk", "thigh")) else 1.5), name


def _metrics(shape: lifter.Set, camera: lifter.Camera) -> dict[str, float]:
    oriented, _, measured, reps = stages(lifter.track(shape.posture(), camera))
    assert oriented.facing == camera.facing
    values = repetition.describe(measured, reps[0], oriented).values
    return {name: m.value for name, m in values.items() if m.known}


def test_a_later_start_shifts_the_events_by_the_same_time() -> None:
    early, late = lifter.Set(), lifter.Set(bends=((2.5, 4.0, 5.0, 6.5), (7.5, 9.0, 10.0, 11.5)), last_s=13.0)
    first, second = (stages(lifter.track(shape.posture()))[3][0] for shape in (early, late))
    assert second.liftoff_s - first.liftoff_s == pytest.approx(1.0, abs=0.02)
    assert second.lockout_s - first.lockout_s == pytest.approx(1.0, abs=0.02)


def test_a_clip_without_standing_counts_from_how_people_in_general_stand() -> None:
    posture = lifter.Set().posture()
    bent = posture.lean_deg > 35.0
    hinged = lifter.Posture(*(getattr(posture, n)[bent] for n in ("time_s", "thigh_deg", "shank_deg", "lean_deg")))
    spine = stages(lifter.track(hinged))[1]
    assert spine.zero == Code.STANDING_USUAL
    assert not spine.standing.any()
    assert spine.lumbar_flexion.value_deg == pytest.approx(0.4 * posture.lean_deg[bent], abs=0.5)


def test_an_unsure_spine_model_gives_a_wide_interval_not_silence() -> None:
    spine = stages(lifter.track(lifter.Set().posture()), lifter.Model(sd_deg=14.0))[1]
    assert set(spine.lumbar_flexion.reason) == {""}
    assert spine.lumbar_flexion.half_deg.min() > 15.0


def test_an_oblique_view_gives_no_lumbar_angle() -> None:
    spine = stages(lifter.track(lifter.Set().posture()), lifter.Model(yaw_deg=-(YAW_WITHHOLD_DEG + 5)))[1]
    assert set(spine.lumbar_flexion.reason) == {Code.CAMERA_OBLIQUE}
    assert np.isnan(spine.pelvis_tilt.value_deg).all()
    assert not np.isnan(spine.trunk_lean.value_deg).any()


@pytest.mark.parametrize(("rate_hz", "frames"), [(24.0, 3), (30.0, 3), (60.0, 6), (120.0, 11)])
def test_the_start_and_end_of_a_clip_are_judged_in_seconds(rate_hz: float, frames: int) -> None:
    _, _, measured, _ = stages(lifter.track(lifter.Set(rate_hz=rate_hz).posture()))
    followed = hand_height.follow(measured)
    assert followed is not None
    n = len(measured.time_s)
    course = model.Course(measured, followed, np.full(n, np.nan), (), ())
    assert [course.begins_at(i) for i in range(n)] == [i < frames for i in range(n)]
    assert [course.ends_at(i) for i in range(n)] == [i >= n - frames for i in range(n)]


def test_a_trunk_that_is_small_or_cut_off_is_not_measured() -> None:
    posture = lifter.Set().posture()
    far = lifter.track(posture, lifter.Camera(stature_px=180.0))
    assert set(stages(far)[1].lumbar_flexion.reason) == {Code.TRUNK_SMALL}
    high = stages(lifter.track(posture, lifter.Camera(ankle_px=(240.0, 440.0))))[1]
    assert set(high.lumbar_flexion.reason[posture.lean_deg < 1.0]) == {Code.TRUNK_CUT}


def test_a_clip_without_standing_takes_its_zero_from_another_clip() -> None:
    posture = lifter.Set().posture()
    bent = posture.lean_deg > 35.0
    hinged = lifter.Posture(*(getattr(posture, n)[bent] for n in ("time_s", "thigh_deg", "shank_deg", "lean_deg")))
    still = observe(lifter.track(lifter.Set(bends=(), last_s=2.0).posture()))
    zero = inference.standing_zero(PLAIN, still)
    spine = inference.infer(PLAIN, observe(lifter.track(hinged)), zero)
    assert spine.zero == Code.STANDING_ELSEWHERE
    assert np.nanmax(spine.lumbar_flexion.value_deg) == pytest.approx(0.4 * 65.0, abs=0.5)
    assert inference.standing_zero(PLAIN, observe(lifter.track(hinged))) is None


def test_standing_in_another_clip_is_a_less_sure_zero_than_standing_in_the_same_one() -> None:
    still = observe(lifter.track(lifter.Set(bends=(), last_s=2.0).posture()))
    whole = observe(lifter.track(lifter.Set().posture()))
    own, other = (inference.infer(PLAIN, whole, zero) for zero in (None, inference.standing_zero(PLAIN, still)))
    assert own.zero == Code.STANDING_AROUND
    for angle in ("pelvis_tilt", "lumbar_flexion", "junction", "thigh"):
        assert np.all(getattr(other, angle).bias_sd_deg > getattr(own, angle).bias_sd_deg)


def test_peak_flexion_is_reported_in_percent_of_the_lifters_maximum() -> None:
    track = lifter.track(lifter.Set().posture())
    most = inference.most_lumbar(stages(track, lifter.Model(share=0.8))[1])
    oriented, _, measured, reps = stages(track)
    values = repetition.describe(measured, reps[0], oriented, repetition.Lifter(most)).values
    percent = values["lumbar_peak_percent_of_max"]
    assert percent.value == pytest.approx(50.0, abs=1.0)
    assert percent.low < 50.0 < percent.high
    unasked = repetition.describe(measured, reps[0], oriented).values["lumbar_peak_percent_of_max"]
    assert unasked.reason == Reason(Code.NO_MAX_BEND)


def test_the_spine_model_receives_the_same_crop_for_both_facings() -> None:
    posture = lifter.Set().posture()
    shown: list[tuple[Bytes, Floats]] = []
    for facing in ("left", "right"):
        inference.infer(_Recorder(shown=shown), observe(lifter.track(posture, lifter.Camera(facing=facing))))
    (crop, features), (mirrored, mirrored_features) = shown
    assert np.abs(crop.astype(float) - mirrored).mean() < 3.0
    assert features == pytest.approx(mirrored_features, abs=1e-6)


@dataclass(frozen=True)
class _Recorder(lifter.Model):
    """A spine model that keeps the crops and features it receives."""

    shown: list[tuple[Bytes, Floats]] = field(default_factory=list)

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        self.shown.append((crop, features))
        return super().encode(crop, features)


def test_feet_hidden_by_plates_keep_their_last_place() -> None:
    posture = lifter.Set().posture()
    track = lifter.track(posture)
    guessed, visibility = track.xy_px.copy(), track.visibility.copy()
    down = posture.lean_deg > 50
    for ankle in ANKLES:
        guessed[down, ankle] += np.array([-60.0, -120.0])
        visibility[down, ankle] = 0.4
    cleaned = cleaning.clean(replace(track, xy_px=guessed, visibility=visibility))
    assert np.abs(cleaned.middle_px(ANKLES) - track.middle_px(ANKLES)).max() < 2.0


def test_short_gaps_are_filled_and_marked_and_long_gaps_stay_unknown() -> None:
    track = lifter.track(lifter.Set().posture())
    xy_px = track.xy_px.copy()
    xy_px[100:105], xy_px[200:230] = np.nan, np.nan
    cleaned = cleaning.clean(replace(track, xy_px=xy_px))
    assert cleaned.filled[100:105].all()
    assert cleaned.seen[100:105].all()
    assert not cleaned.seen[205:225].any()
    assert np.isnan(stages(replace(track, xy_px=xy_px))[2].trunk_lean.value_deg[210])


def test_a_repetition_that_is_mostly_unseen_is_not_reported() -> None:
    track = lifter.track(lifter.Set().posture())
    assert len(stages(track)[3]) == 1
    xy_px = track.xy_px.copy()
    xy_px[135:190] = np.nan
    assert stages(replace(track, xy_px=xy_px))[3] == ()


@dataclass
class Stuck:
    """Pictures of plates that go up with the hands and are never seen to come down."""

    track: AngleTrack

    def plates_up(self) -> tuple[Floats, Floats]:
        height = self.track.hand_height
        low = int(np.nanargmin(height))
        rising = np.maximum.accumulate(np.nan_to_num(height - height[low])[low:])
        return self.track.time_s, np.concatenate([np.zeros(low), rising])

    def bar_up(self, times_s: Sequence[float], within_s: float) -> Floats:
        return np.full(len(times_s), np.nan)

    def looks(self, upright_s: Sequence[float], bent_s: Sequence[float]) -> None:
        return None

    def beside(self, upright_s: Sequence[float], bent_s: Sequence[float], left_s: Sequence[float]) -> Floats:
        return np.full(len(upright_s), np.nan)


def test_plates_that_are_not_seen_to_come_down_leave_the_time_of_the_way_down_to_the_hands() -> None:
    track = stages(lifter.track(lifter.Set().posture()))[2]
    (by_hands,), (by_both,) = segment.segment(track).reps, segment.segment(track, pictures=Stuck(track)).reps
    assert by_both.lowering_s == by_hands.lowering_s
    assert by_both.end_s == by_hands.end_s


@pytest.mark.parametrize(("height", "begins_s"), [(0.15, 8.0), (0.07, 14.0)])
def test_hands_that_creep_while_the_lifter_waits_at_the_bar_are_no_lift_off(height: float, begins_s: float) -> None:
    time_s = np.arange(0, 20, 1 / 30)
    creeping = height * np.clip((time_s - begins_s) / 2, 0, 1)
    pull = 0.7 * lifter.smoothstep(time_s, 17.0, 18.5)
    rise = events.rise(time_s, 0.1 + creeping + pull, 0, len(time_s) - 1)
    alone = events.rise(time_s, 0.1 + pull, 0, len(time_s) - 1)
    assert rise.liftoff_s == pytest.approx(alone.liftoff_s, abs=0.05)
    assert rise.lockout_s == pytest.approx(alone.lockout_s, abs=0.05)


def test_a_long_pause_on_the_way_up_is_no_lift_off() -> None:
    """Paused at 43 % of the way for five seconds, longer than from the floor to half in any other pull."""
    time_s = np.arange(0.0, 12.0, 1 / 30)
    height = 0.43 * lifter.smoothstep(time_s, 2.0, 3.5) + 0.57 * lifter.smoothstep(time_s, 8.5, 10.0)
    rise = events.rise(time_s, 0.1 + height, 0, len(time_s) - 1)
    assert rise.liftoff_s == pytest.approx(2.2, abs=0.15)


def test_a_knee_that_the_bar_passes_before_the_pull_begins_gives_no_time() -> None:
    """A Romanian pull can begin after a pause in which the bar creeps past the knee; events stay in order."""
    track = stages(lifter.track(lifter.Set().posture()))[2]
    height = track.hand_height
    valley = int(np.nanargmin(height[:180]))
    top = valley + int(np.nanargmax(height[valley:]))
    end_s = float(track.time_s[-1])
    passed_s = events.knee_pass_s(track, height, (valley, top), (0.0, end_s))
    assert 0.0 < passed_s < end_s
    assert np.isnan(events.knee_pass_s(track, height, (valley, top), (passed_s + 0.1, end_s)))


def test_a_repetition_with_gaps_only_during_pauses_is_reported() -> None:
    still = lifter.Set(bends=((1.5, 3, 6, 7.5), (8.5, 10, 13, 14.5)), last_s=16.0)
    track = lifter.track(still.posture())
    xy_px = track.xy_px.copy()
    xy_px[95:178], xy_px[305:388] = np.nan, np.nan
    (rep,) = stages(replace(track, xy_px=xy_px))[3]
    assert rep.lockout_s == pytest.approx(_passes_s(still, 0.98, 6.0, 7.5), abs=0.08)


def test_hands_hidden_by_plates_in_one_bend_do_not_cancel_its_repetition() -> None:
    bends = ((1, 2.5, 3.5, 5.0), (6, 7.5, 8.5, 10.0), (11, 12.5, 13.5, 15.0), (16, 17.5, 18.5, 20.0))
    track = lifter.track(lifter.Set(bends=bends, last_s=22.0).posture())
    assert len(stages(track)[3]) == 3
    xy_px = track.xy_px.copy()
    for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
        xy_px[210:270, wrist] = xy_px[210:270, shoulder]
    assert len(stages(replace(track, xy_px=xy_px))[3]) == 3


def test_hands_hidden_by_plates_in_every_bend_are_assumed_to_hang() -> None:
    track = lifter.track(lifter.Set().posture())
    visibility = track.visibility.copy()
    visibility[:, list(WRISTS)] = 0.3

    def rep_count(upright_px: float, bent_px: float, visibility: Floats) -> int:
        hands = track.middle_px(WRISTS)[:, 1]
        down_px = np.where(hands > np.mean([hands.min(), hands.max()]), bent_px, upright_px)
        guessed = track.xy_px.copy()
        for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
            guessed[:, wrist] = guessed[:, shoulder] + np.stack([np.zeros_like(down_px), down_px], axis=1)
        return len(stages(replace(track, xy_px=guessed, visibility=visibility))[3])

    assert rep_count(80.0, 80.0, visibility) == 1
    assert rep_count(80.0, 80.0, track.visibility) == 0  # the hands are visible in front of the body: a squat
    assert rep_count(20.0, 90.0, visibility) == 0  # the hands are behind plates, with the bar on the back: a squat


def test_hands_misplaced_in_upright_frames_do_not_change_the_repetitions() -> None:
    bent_s = ((1.5, 5.5), (6.5, 8.5))
    track = lifter.track(lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 7.2, 7.8, 8.5)), last_s=40.0).posture())
    guessed = track.xy_px.copy()
    upright = ~np.any([(track.time_s > a + 0.5) & (track.time_s < b - 0.5) for a, b in bent_s], axis=0)
    for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
        guessed[np.ix_(upright, [wrist])] = guessed[np.ix_(upright, [shoulder])] + [0.0, 60.0]
    assert len(stages(replace(track, xy_px=guessed))[3]) == len(stages(track)[3]) == 1


def test_a_lifter_who_walks_off_leaves_no_foot_behind() -> None:
    raw = simulated.random_set(100_026, "walk").track
    walked = cleaning.clean(raw)
    assert posture.leg_px(walked) == pytest.approx(posture.leg_px(raw), rel=0.03)
    assert view.orient(walked).tilt_deg == 0.0


@pytest.mark.parametrize(("tilt_deg", "backwards"), [(0.0, 0.0), (8.0, 0.0), (-8.0, 0.0), (0.0, 9.0)])
@pytest.mark.parametrize("facing", ["right", "left"])
def test_only_a_tilted_camera_makes_legs_and_body_lean(tilt_deg: float, backwards: float, facing: str) -> None:
    shape = lifter.Set().posture()
    leant = replace(shape, lean_deg=np.where(shape.lean_deg < 5.0, -backwards, shape.lean_deg))
    upright = lifter.track(leant, lifter.Camera(facing=facing))
    sign = 1 if facing == "right" else -1
    seen = view.orient(replace(upright, xy_px=_turned(upright.xy_px, sign * tilt_deg)))
    assert seen.tilt_deg == pytest.approx(tilt_deg, abs=1.0)
    assert view.with_yaw(seen, seen.yaw_deg).tilt_deg == seen.tilt_deg


@pytest.mark.parametrize(
    ("shoulders_deg", "spine_deg", "yaw_deg"),
    [(-60.0, -45.0, -60.0), (-40.0, -45.0, -45.0), (-60.0, -25.0, -25.0), (10.0, 3.0, 3.0)],
)
def test_the_shoulders_yaw_counts_only_where_the_spine_model_reads_too_little(
    shoulders_deg: float, spine_deg: float, yaw_deg: float
) -> None:
    seen = view.orient(lifter.track(lifter.Set().posture(), lifter.Camera(yaw_deg=shoulders_deg)))
    assert view.with_yaw(seen, Measure.of(spine_deg, 3.0)).yaw_deg.value == pytest.approx(yaw_deg, abs=0.5)


def _turned(xy_px: Floats, right_deg: float) -> Floats:
    """Points of a picture, turned clockwise."""
    turn = np.radians(right_deg)
    return np.asarray(xy_px @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]))


@pytest.mark.parametrize("facing", ["right", "left"])
def test_a_tilted_camera_changes_no_angle(facing: str) -> None:
    upright = lifter.track(lifter.Set().posture(), lifter.Camera(facing=facing))
    *_, level, reps = stages(upright)
    *_, tilted, same_reps = stages(replace(upright, xy_px=_turned(upright.xy_px, 9.0)))
    assert abs(tilted.tilt_deg) == pytest.approx(9.0, abs=0.5)
    assert same_reps[0].liftoff_s == pytest.approx(reps[0].liftoff_s, abs=0.01)
    for name in ("trunk_lean", "trunk_thigh", "hip_flexion", "knee_flexion"):
        apart_deg = getattr(tilted, name).value_deg - getattr(level, name).value_deg
        assert np.nanmax(np.abs(apart_deg)) < 0.2
    for name in ("hand_forward", "hand_height", "knee_height"):
        assert np.nanmax(np.abs(getattr(tilted, name) - getattr(level, name))) < 0.01


def test_the_time_of_the_knee_pass_is_an_error_of_its_angles(monkeypatch: pytest.MonkeyPatch) -> None:
    view, _, track, reps = stages(lifter.track(lifter.Set().posture()))
    values = repetition.describe(track, reps[0], view).values
    monkeypatch.setattr(postures, "KNEE_PASS_SD_S", 1e-6)
    exact = repetition.describe(track, reps[0], view).values
    speed = np.gradient(track.knee_flexion.value_deg, track.time_s)
    error_deg = 0.12 * abs(np.interp(reps[0].knee_pass_s, track.time_s, speed))
    knee = "knee_at_knee_pass_deg"
    assert values[knee].value == exact[knee].value
    assert values[knee].sd == pytest.approx(np.hypot(exact[knee].sd, error_deg), rel=0.1)
    assert values["knee_at_start_deg"] == exact["knee_at_start_deg"]
    assert values["knee_change_to_knee_deg"].sd > exact["knee_change_to_knee_deg"].sd


def test_the_time_of_lift_off_is_an_error_of_the_gain_there(monkeypatch: pytest.MonkeyPatch) -> None:
    view, _, track, (rep, *_) = stages(lifter.track(lifter.Set().posture()))
    since_s = track.time_s - rep.liftoff_s
    rounding = replace(track.lumbar_flexion, value_deg=np.where(since_s > 0, 30 * since_s, 0.0))
    track = replace(track, lumbar_flexion=rounding)
    gain = repetition.describe(track, rep, view).values["lumbar_gain_at_liftoff_deg"]
    monkeypatch.setattr(loading, "event_sd_s", lambda *_: 0.0)
    exact = repetition.describe(track, rep, view).values["lumbar_gain_at_liftoff_deg"]
    assert gain.value == exact.value
    assert gain.sd == pytest.approx(np.hypot(exact.sd, 0.07 * 30), rel=0.1)


def test_a_knee_that_does_not_fit_hip_and_ankle_is_not_measured() -> None:
    track = lifter.track(lifter.Set(thigh_deg=75.0, shank_deg=30.0).posture())
    moved_px = track.xy_px.copy()
    straight = (track.middle_px(HIPS) + track.middle_px(ANKLES)) / 2
    bent = (track.time_s > 3.1) & (track.time_s < 3.9)
    for knee in KNEES:
        moved_px[bent, knee] = straight[bent]
    _, _, plain, _ = stages(track)
    _, _, moved, _ = stages(replace(track, xy_px=moved_px))
    inside = (track.time_s > 3.3) & (track.time_s < 3.7)
    assert not np.isnan(plain.knee_flexion.value_deg).any()
    assert (moved.knee_flexion.reason[inside] == Code.LEGS_HIDDEN).all()
    assert np.isnan(moved.hip_flexion.value_deg[inside]).all()
    assert not np.isnan(moved.trunk_lean.value_deg[inside]).any()


def test_the_knee_error_grows_with_the_mismatch_to_hip_and_ankle() -> None:
    track = lifter.track(lifter.Set(thigh_deg=75.0, shank_deg=30.0).posture())
    bent = (track.time_s > 3.1) & (track.time_s < 3.9)
    middle = int(np.argmin(np.abs(track.time_s - 3.5)))
    straight = (track.middle_px(HIPS) + track.middle_px(ANKLES)) / 2
    sds_deg = []
    for part in (0.0, 0.2, 0.4):
        moved = track.xy_px.copy()
        for knee in KNEES:
            moved[bent, knee] += part * (straight - track.middle_px(KNEES))[bent]
        _, _, angle, _ = stages(replace(track, xy_px=moved))
        assert not np.isnan(angle.knee_flexion.value_deg[middle])
        sds_deg.append(float(angle.knee_flexion.sd_deg[middle]))
    assert sds_deg[1] > sds_deg[0] + 0.5
    assert sds_deg[2] > sds_deg[1] + 1.0


def test_upside_down_landmarks_are_replaced() -> None:
    track = lifter.track(lifter.Set().posture())
    xy_px = track.xy_px.copy()
    xy_px[20:26, :, 1] = 2 * track.middle_px(HIPS)[20:26, 1, None] - xy_px[20:26, :, 1]
    cleaned = cleaning.clean(replace(track, xy_px=xy_px))
    assert cleaned.filled[20:26].all()
    assert np.abs(cleaned.middle_px(SHOULDERS) - track.middle_px(SHOULDERS)).max() < 2.0


def test_feet_misplaced_before_the_first_bend_take_their_later_place() -> None:
    posture = lifter.Set().posture()
    track = lifter.track(posture)
    guessed = track.xy_px.copy()
    for ankle in ANKLES:
        guessed[posture.time_s < 4.5, ankle, 1] -= 60.0
    cleaned = cleaning.clean(replace(track, xy_px=guessed))
    assert np.abs(cleaned.middle_px(ANKLES)[:, 1] - track.middle_px(ANKLES)[:, 1]).max() < 3.0


def test_feet_that_only_bends_show_stay_where_the_bends_show_them() -> None:
    """Dark shoes on a dark floor: while the lifter stands, the model guesses the ankles too high."""
    posture = lifter.Set(bends=((1.5, 3, 4, 5.5), (9.5, 11, 12, 13.5), (14.5, 16, 17, 18.5)), last_s=20.0).posture()
    track = lifter.track(posture)
    guessed, hidden = track.xy_px.copy(), (posture.lean_deg < 40) & (posture.time_s > 1.5)
    for ankle in ANKLES:
        guessed[hidden, ankle, 1] -= 60.0
    cleaned = cleaning.clean(replace(track, xy_px=guessed))
    assert np.abs(cleaned.middle_px(ANKLES)[:, 1] - track.middle_px(ANKLES)[:, 1]).max() < 3.0


def test_landmarks_of_another_person_for_a_moment_are_replaced() -> None:
    track = lifter.track(lifter.Set().posture())
    xy_px = track.xy_px.copy()
    xy_px[50:53] = 100 + 0.2 * xy_px[50:53]
    assert np.abs(cleaning.clean(replace(track, xy_px=xy_px)).xy_px[51] - track.xy_px[51]).max() < 3.0


@pytest.mark.parametrize("yaw_deg", [-25.0, 0.0, 12.0, 40.0])
@pytest.mark.parametrize("facing", ["left", "right"])
def test_yaw_is_measured_with_its_sign_for_both_facings(yaw_deg: float, facing: str) -> None:
    track = lifter.track(lifter.Set().posture(), lifter.Camera(facing=facing, yaw_deg=yaw_deg))
    oriented = view.orient(track)
    assert oriented.yaw_deg.value == pytest.approx(yaw_deg, abs=0.5)
    assert oriented.facing == facing
    assert oriented.assessable == (abs(yaw_deg) <= 30)
    assert bool(oriented.reasons) == (abs(yaw_deg) > 20)


def test_an_oblique_view_withholds_hip_knee_and_share() -> None:
    posture = lifter.Set().posture()
    oriented, _, measured, reps = stages(lifter.track(posture, lifter.Camera(yaw_deg=40.0)), lifter.Model(yaw_deg=40.0))
    values = repetition.describe(measured, reps[0], oriented).values
    assert {name for name in repetition.SIDE_VIEW_ONLY if values[name].known} == set()
    for name in ("hip_change_deg", "early_trunk_drop_deg", "lean_back_deg"):
        assert values[name].reason == Reason(Code.VIEW_OBLIQUE)
