"""Chosen motion in, the same angles, repetitions and shares out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from hingecheck.kinematics import angles, view
from hingecheck.landmarks import ANKLES, HIPS, KNEES, SHOULDERS, WRISTS
from hingecheck.metrics import repetition
from hingecheck.pose import cleaning
from hingecheck.records import (
    YAW_WITHHOLD_DEG,
    AngleTrack,
    Bytes,
    Code,
    Floats,
    Frame,
    PoseTrack,
    Reason,
    Rep,
    Spine,
    View,
    pose,
)
from hingecheck.segmentation import hand_height, model, segment
from hingecheck.spine import contour, inference
from tests import lifter

SIZE = (900, 500)


PLAIN = lifter.Model()


def observe(one: PoseTrack) -> pose.Observed:
    """The stages up to the view, on synthetic masks."""
    blank = Frame(0.0, np.zeros((*SIZE, 3), np.uint8), 1.0)
    traces = [
        contour.trace(replace(blank, time_s=t), lifter.sighting(one, i, SIZE) if one.seen[i] else None)
        for i, t in enumerate(one.time_s)
    ]
    track = cleaning.clean(one)
    return pose.Observed(contour.collect(traces), one, track, view.orient(track))


def stages(one: PoseTrack, model: lifter.Model = PLAIN) -> tuple[View, Spine, AngleTrack, tuple[Rep, ...]]:
    """Everything behind the pose model."""
    observed = observe(one)
    bones = inference.infer(model, observed)
    seen = view.with_yaw(observed.view, bones.yaw_deg)
    measured = angles.measure(observed.track, seen, bones)
    return seen, bones, measured, segment.segment(measured)


def test_trunk_thigh_and_knee_are_the_angles_that_were_chosen() -> None:
    posture = lifter.Set().posture()
    _, _, measured, _ = stages(lifter.track(posture))
    assert measured.trunk_lean.value_deg == pytest.approx(posture.lean_deg, abs=1.0)
    assert measured.trunk_thigh.value_deg == pytest.approx(posture.lean_deg + posture.thigh_deg, abs=1.5)
    assert measured.knee_flexion.value_deg == pytest.approx(posture.thigh_deg + posture.shank_deg, abs=1.5)


def test_lumbar_and_pelvis_are_what_the_model_says_from_standing() -> None:
    posture = lifter.Set().posture()
    _, bones, measured, found = stages(lifter.track(posture), lifter.Model(share=0.4))
    bottom = posture.lean_deg > 64.9
    assert np.median(bones.lumbar_flexion.value_deg[bottom]) == pytest.approx(0.4 * 65.0, abs=0.5)
    assert np.median(bones.pelvis_tilt.value_deg[bottom]) == pytest.approx(0.6 * 65.0, abs=0.5)
    share = repetition.describe(measured, found[0], stages(lifter.track(posture))[0]).values["lumbar_share_trunk"]
    assert share.value == pytest.approx(0.4, abs=0.01)
    assert share.low < 0.4 < share.high


def test_the_two_repetitions_are_found_with_their_events() -> None:
    found = stages(lifter.track(lifter.Set().posture()))[3]
    assert [rep.complete for rep in found] == [True]  # the last bend is followed by standing up without the bar
    three = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5), (11.5, 13, 14, 15.5)), last_s=17.0)
    found = stages(lifter.track(three.posture()))[3]
    assert len(found) == 2
    assert found[0].style == "floor"
    assert found[0].liftoff_s == pytest.approx(_passes_s(three, 0.02, 4.0, 5.5), abs=0.06)
    assert found[0].lockout_s == pytest.approx(_passes_s(three, 0.98, 4.0, 5.5), abs=0.08)
    assert found[0].end_s == pytest.approx(_passes_s(three, 0.02, 8.0, 6.5), abs=0.06)
    assert found[0].onset_s <= found[0].liftoff_s <= found[0].knee_pass_s <= found[0].lockout_s <= found[0].top_s


def _passes_s(shape: lifter.Set, share: float, low_s: float, high_s: float) -> float:
    """When the hands pass a share of their way between two moments, from the chosen angles themselves."""
    t = np.linspace(low_s, high_s, 2000)
    height = lifter.joints(shape.posture(t))["wrist"][:, 1]
    return float(t[np.argmax(height >= height[0] + share * (height[-1] - height[0]))])


def test_standing_still_walking_and_a_shallow_bend_are_no_repetitions() -> None:
    still = lifter.Set(bends=(), last_s=6.0).posture()
    assert stages(lifter.track(still))[3] == ()
    shallow = replace(lifter.Set(), depths=(0.25, 0.25)).posture()
    assert stages(lifter.track(shallow))[3] == ()
    walking = lifter.track(still)
    step_px = 80 * walking.time_s[:, None, None] * np.array([1.0, 0.0])
    assert stages(replace(walking, xy_px=walking.xy_px + step_px - 200))[3] == ()


def test_a_set_up_bend_that_does_not_reach_the_bar_is_no_repetition() -> None:
    bends = ((0.8, 1.3, 1.35, 1.9), (2.5, 4.0, 5.0, 6.5), (7.5, 9.0, 10.0, 11.5))
    shape = lifter.Set(bends=bends, last_s=13.0, depths=(0.7, 1.0, 1.0))
    found = stages(lifter.track(shape.posture()))[3]
    assert len(found) == 1
    assert found[0].liftoff_s == pytest.approx(_passes_s(shape, 0.02, 5.0, 6.5), abs=0.06)


def test_a_pull_that_stalls_is_told_as_not_complete() -> None:
    t = np.arange(0, 15, 1 / 30)
    whole = lifter.smoothstep(t, 1, 2.5) - lifter.smoothstep(t, 4, 5.5) + lifter.smoothstep(t, 6.5, 8)
    stalled = (
        whole - 0.6 * (lifter.smoothstep(t, 9, 10) - lifter.smoothstep(t, 10.5, 11.5)) - lifter.smoothstep(t, 12.5, 14)
    )
    found = stages(lifter.track(lifter.Posture(t, 50 * stalled, 12 * stalled, 65 * stalled)))[3]
    assert [rep.complete for rep in found] == [True, False]
    assert np.isnan(found[1].lockout_s)


def test_a_straight_body_locks_out_though_its_hands_are_thought_lower() -> None:
    bends = ((1.0, 2.5, 3.5, 5.0), (6.0, 7.5, 8.5, 10.0), (11.0, 12.5, 13.5, 15.0))
    one = lifter.track(lifter.Set(bends=bends, last_s=16.0).posture())
    sunk = (one.time_s > 9.2) & (one.time_s < 11.8)
    above = np.setdiff1d(np.arange(one.xy_px.shape[1]), ANKLES)
    xy_px = one.xy_px.copy()
    xy_px[np.ix_(sunk, above)] += np.array([0.0, 0.25 * np.ptp(one.middle_px(WRISTS)[:, 1])])
    assert [rep.complete for rep in stages(replace(one, xy_px=xy_px))[3]] == [True, True]


@pytest.mark.parametrize(
    ("first_s", "last_s", "lockouts_s"),
    [(4.6, 7.0, []), (2.2, 5.0, []), (4.9, 10.0, []), (4.4, 7.4, []), (3.4, 7.6, [5.1])],
)
def test_a_clip_that_begins_or_ends_inside_a_repetition_is_read_without_inventing_one(
    first_s: float, last_s: float, lockouts_s: list[float]
) -> None:
    whole = lifter.Set().posture()
    kept = (whole.time_s >= first_s) & (whole.time_s < last_s)
    part = lifter.Posture(
        whole.time_s[kept] - first_s, whole.thigh_deg[kept], whole.shank_deg[kept], whole.lean_deg[kept]
    )
    found = stages(lifter.track(part))[3]
    assert [rep.lockout_s + first_s for rep in found] == pytest.approx(lockouts_s, abs=0.1)
    assert [rep.complete for rep in found] == [True] * len(lockouts_s)


def test_a_clip_trimmed_to_one_pull_is_one_repetition() -> None:
    whole = lifter.Set().posture()
    kept = (whole.time_s >= 3.7) & (whole.time_s < 6.2)
    part = lifter.Posture(whole.time_s[kept] - 3.7, whole.thigh_deg[kept], whole.shank_deg[kept], whole.lean_deg[kept])
    (rep,) = stages(lifter.track(part))[3]
    assert rep.complete
    assert np.isnan(rep.end_s)


def test_a_squat_with_the_bar_on_the_back_is_no_deadlift() -> None:
    one = lifter.track(lifter.Set(lean_deg=35.0, thigh_deg=80.0, shank_deg=25.0).posture())
    xy_px = one.xy_px.copy()
    xy_px[:, list(WRISTS)] = xy_px[:, list(SHOULDERS)]
    assert stages(replace(one, xy_px=xy_px))[3] == ()


def test_romanian_repetitions_begin_and_end_at_the_top() -> None:
    shape = lifter.Set(
        thigh_deg=12.0, shank_deg=4.0, lean_deg=55.0, bends=((1.5, 3, 3.1, 4.5), (5.5, 7, 7.1, 8.5)), last_s=10
    )
    found = stages(lifter.track(shape.posture()))[3]
    assert [rep.style for rep in found] == ["romanian", "romanian"]
    assert found[0].liftoff_s == pytest.approx(3.05, abs=0.15)
    assert found[0].end_s == found[0].lockout_s


@pytest.mark.parametrize("pause_s", [0.8, 1.4])
def test_a_romanian_repetition_that_pauses_at_its_lowest_point_lifts_off_when_the_pause_is_over(pause_s: float) -> None:
    up_s = 3.0 + pause_s
    bend = (1.5, 3.0, up_s, up_s + 1.5)
    shape = lifter.Set(thigh_deg=12.0, shank_deg=4.0, lean_deg=55.0, bends=(bend,), last_s=up_s + 3.0)
    (rep,) = stages(lifter.track(shape.posture()))[3]
    assert rep.style == "romanian"
    assert rep.liftoff_s == pytest.approx(up_s, abs=0.12)


def test_a_slow_bend_that_turns_round_slowly_is_no_grip() -> None:
    bends = ((1.0, 7.0, 7.1, 13.1), (14.0, 20.0, 20.1, 26.1))
    shape = lifter.Set(thigh_deg=22.0, shank_deg=4.0, lean_deg=62.0, bends=bends, last_s=28.0)
    found = stages(lifter.track(shape.posture()))[3]
    assert [rep.style for rep in found] == ["romanian", "romanian"]


def test_touch_and_go_repetitions_are_counted_after_the_first_grip() -> None:
    bends = ((1, 2.5, 3.5, 5.0), (5.3, 6.8, 6.85, 8.3), (8.6, 10.1, 10.15, 11.6), (12, 13.5, 14.5, 16))
    found = stages(lifter.track(lifter.Set(bends=bends, last_s=18).posture()))[3]
    assert len(found) == 3


@pytest.mark.parametrize("change", ["mirror", "scale", "shift", "sixty_hz"])
def test_how_it_is_filmed_does_not_change_the_numbers(change: str) -> None:
    shape = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5)), last_s=12.0)
    camera = lifter.Camera()
    plain = _metrics(shape, camera)
    other = {
        "mirror": lambda: _metrics(shape, replace(camera, facing="left")),
        "scale": lambda: _metrics(shape, replace(camera, stature_px=500.0)),
        "shift": lambda: _metrics(shape, replace(camera, ankle_px=(260.0, 700.0))),
        "sixty_hz": lambda: _metrics(replace(shape, rate_hz=60.0), camera),
    }[change]()
    assert plain.keys() == other.keys()
    for name, value in plain.items():
        assert other[name] == pytest.approx(value, abs=0.05 if name.endswith(("_s", "trunk", "thigh")) else 1.5), name


def _metrics(shape: lifter.Set, camera: lifter.Camera) -> dict[str, float]:
    seen, _, measured, found = stages(lifter.track(shape.posture(), camera))
    assert seen.facing == camera.facing
    values = repetition.describe(measured, found[0], seen).values
    return {name: m.value for name, m in values.items() if m.known}


def test_a_later_start_moves_the_events_and_nothing_else() -> None:
    early, late = lifter.Set(), lifter.Set(bends=((2.5, 4.0, 5.0, 6.5), (7.5, 9.0, 10.0, 11.5)), last_s=13.0)
    first, second = (stages(lifter.track(shape.posture()))[3][0] for shape in (early, late))
    assert second.liftoff_s - first.liftoff_s == pytest.approx(1.0, abs=0.02)
    assert second.lockout_s - first.lockout_s == pytest.approx(1.0, abs=0.02)


def test_without_standing_the_lumbar_angle_is_not_measured_and_says_why() -> None:
    posture = lifter.Set().posture()
    bent = posture.lean_deg > 35.0
    hinged = lifter.Posture(*(getattr(posture, n)[bent] for n in ("time_s", "thigh_deg", "shank_deg", "lean_deg")))
    bones = stages(lifter.track(hinged))[1]
    assert np.isnan(bones.lumbar_flexion.value_deg).all()
    assert set(bones.lumbar_flexion.reason) == {Code.NO_STANDING}


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (lifter.Model(sd_deg=inference.WIDEST_SD_DEG + 1), Code.OUTLINE_UNSURE),
        (lifter.Model(apart_deg=inference.MOST_DISAGREEMENT_DEG + 1), Code.OUTLINE_UNKNOWN),
        (lifter.Model(yaw_deg=-(YAW_WITHHOLD_DEG + 5)), Code.CAMERA_OBLIQUE),
    ],
)
def test_what_the_model_does_not_know_is_not_measured(model: lifter.Model, reason: Code) -> None:
    bones = stages(lifter.track(lifter.Set().posture()), model)[1]
    assert set(bones.lumbar_flexion.reason) == {reason}
    assert np.isnan(bones.pelvis_tilt.value_deg).all()
    assert not np.isnan(bones.trunk_lean.value_deg).any()


@pytest.mark.parametrize(("rate_hz", "frames"), [(24.0, 3), (30.0, 3), (60.0, 6), (120.0, 11)])
def test_where_a_clip_begins_and_ends_is_told_in_seconds(rate_hz: float, frames: int) -> None:
    _, _, measured, _ = stages(lifter.track(lifter.Set(rate_hz=rate_hz).posture()))
    followed = hand_height.follow(measured)
    assert followed is not None
    n = len(measured.time_s)
    course = model.Course(measured, followed, np.full(n, np.nan), (), (), (), ())
    assert [course.begins_at(i) for i in range(n)] == [i < frames for i in range(n)]
    assert [course.ends_at(i) for i in range(n)] == [i >= n - frames for i in range(n)]


def test_a_trunk_that_is_small_or_cut_off_is_not_measured() -> None:
    posture = lifter.Set().posture()
    far = lifter.track(posture, lifter.Camera(stature_px=180.0))
    assert set(stages(far)[1].lumbar_flexion.reason) == {Code.TRUNK_SMALL}
    high = stages(lifter.track(posture, lifter.Camera(ankle_px=(240.0, 440.0))))[1]
    assert set(high.lumbar_flexion.reason[posture.lean_deg < 1.0]) == {Code.TRUNK_CUT}


def test_the_standing_of_another_clip_is_the_zero_where_this_one_has_none() -> None:
    posture = lifter.Set().posture()
    bent = posture.lean_deg > 35.0
    hinged = lifter.Posture(*(getattr(posture, n)[bent] for n in ("time_s", "thigh_deg", "shank_deg", "lean_deg")))
    still = observe(lifter.track(lifter.Set(bends=(), last_s=2.0).posture()))
    zero = inference.standing_zero(PLAIN, still)
    bones = inference.infer(PLAIN, observe(lifter.track(hinged)), zero)
    assert bones.zero == Code.STANDING_ELSEWHERE
    assert np.nanmax(bones.lumbar_flexion.value_deg) == pytest.approx(0.4 * 65.0, abs=0.5)
    assert inference.standing_zero(PLAIN, observe(lifter.track(hinged))) is None


def test_peak_flexion_is_told_in_percent_of_the_lifters_own_greatest() -> None:
    one = lifter.track(lifter.Set().posture())
    most = inference.most_lumbar(stages(one, lifter.Model(share=0.8))[1])
    seen, _, measured, found = stages(one)
    values = repetition.describe(measured, found[0], seen, repetition.Lifter(most)).values
    percent = values["lumbar_peak_percent_of_max"]
    assert percent.value == pytest.approx(50.0, abs=1.0)
    assert percent.low < 50.0 < percent.high
    unasked = repetition.describe(measured, found[0], seen).values["lumbar_peak_percent_of_max"]
    assert unasked.reason == Reason(Code.NO_MAX_BEND)


def test_the_model_sees_the_same_crop_whichever_way_the_lifter_faces() -> None:
    posture = lifter.Set().posture()
    shown: list[tuple[Bytes, Floats]] = []
    for facing in ("left", "right"):
        inference.infer(_Eyes(shown=shown), observe(lifter.track(posture, lifter.Camera(facing=facing))))
    (crop, described), (mirrored, mirrored_described) = shown
    assert np.abs(crop.astype(float) - mirrored).mean() < 3.0
    assert described == pytest.approx(mirrored_described, abs=1e-6)


@dataclass(frozen=True)
class _Eyes(lifter.Model):
    """Keeps what it was shown."""

    shown: list[tuple[Bytes, Floats]] = field(default_factory=list)

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        self.shown.append((crop, features))
        return super().encode(crop, features)


def test_feet_hidden_by_plates_stay_where_they_were_seen() -> None:
    posture = lifter.Set().posture()
    one = lifter.track(posture)
    guessed, visibility = one.xy_px.copy(), one.visibility.copy()
    down = posture.lean_deg > 50
    for ankle in ANKLES:
        guessed[down, ankle] += np.array([-60.0, -120.0])
        visibility[down, ankle] = 0.4
    cleaned = cleaning.clean(replace(one, xy_px=guessed, visibility=visibility))
    assert np.abs(cleaned.middle_px(ANKLES) - one.middle_px(ANKLES)).max() < 2.0


def test_short_losses_are_filled_and_marked_and_long_ones_stay_unknown() -> None:
    one = lifter.track(lifter.Set().posture())
    xy_px = one.xy_px.copy()
    xy_px[100:105], xy_px[200:230] = np.nan, np.nan
    cleaned = cleaning.clean(replace(one, xy_px=xy_px))
    assert cleaned.filled[100:105].all()
    assert cleaned.seen[100:105].all()
    assert not cleaned.seen[205:225].any()
    assert np.isnan(stages(replace(one, xy_px=xy_px))[2].trunk_lean.value_deg[210])


def test_a_repetition_most_of_which_is_unseen_is_not_told() -> None:
    one = lifter.track(lifter.Set().posture())
    assert len(stages(one)[3]) == 1
    xy_px = one.xy_px.copy()
    xy_px[135:190] = np.nan
    assert stages(replace(one, xy_px=xy_px))[3] == ()


def test_a_lifter_lost_only_while_nothing_moves_is_followed() -> None:
    still = lifter.Set(bends=((1.5, 3, 6, 7.5), (8.5, 10, 13, 14.5)), last_s=16.0)
    one = lifter.track(still.posture())
    xy_px = one.xy_px.copy()
    xy_px[95:178], xy_px[305:388] = np.nan, np.nan
    (rep,) = stages(replace(one, xy_px=xy_px))[3]
    assert rep.lockout_s == pytest.approx(_passes_s(still, 0.98, 6.0, 7.5), abs=0.08)


def test_hands_that_plates_hide_in_one_bend_do_not_cancel_its_repetition() -> None:
    bends = ((1, 2.5, 3.5, 5.0), (6, 7.5, 8.5, 10.0), (11, 12.5, 13.5, 15.0), (16, 17.5, 18.5, 20.0))
    one = lifter.track(lifter.Set(bends=bends, last_s=22.0).posture())
    assert len(stages(one)[3]) == 3
    xy_px = one.xy_px.copy()
    for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
        xy_px[210:270, wrist] = xy_px[210:270, shoulder]
    assert len(stages(replace(one, xy_px=xy_px))[3]) == 3


def test_hands_that_plates_hide_in_every_bend_are_taken_to_hang() -> None:
    one = lifter.track(lifter.Set().posture())
    visibility = one.visibility.copy()
    visibility[:, list(WRISTS)] = 0.3

    def found(upright_px: float, bent_px: float, visibility: Floats) -> int:
        hands = one.middle_px(WRISTS)[:, 1]
        down_px = np.where(hands > np.mean([hands.min(), hands.max()]), bent_px, upright_px)
        guessed = one.xy_px.copy()
        for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
            guessed[:, wrist] = guessed[:, shoulder] + np.stack([np.zeros_like(down_px), down_px], axis=1)
        return len(stages(replace(one, xy_px=guessed, visibility=visibility))[3])

    assert found(80.0, 80.0, visibility) == 1
    assert found(80.0, 80.0, one.visibility) == 0  # seen, they are held in front: a squat
    assert found(20.0, 90.0, visibility) == 0  # behind plates on the back


def test_hands_seen_only_while_bent_are_where_they_hang() -> None:
    bent_s = ((1.5, 5.5), (6.5, 8.5))
    one = lifter.track(lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 7.2, 7.8, 8.5)), last_s=40.0).posture())
    guessed = one.xy_px.copy()
    upright = ~np.any([(one.time_s > a + 0.5) & (one.time_s < b - 0.5) for a, b in bent_s], axis=0)
    for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
        guessed[np.ix_(upright, [wrist])] = guessed[np.ix_(upright, [shoulder])] + [0.0, 60.0]
    assert len(stages(replace(one, xy_px=guessed))[3]) == len(stages(one)[3]) == 1


def test_a_knee_that_hip_and_ankle_contradict_is_not_measured() -> None:
    one = lifter.track(lifter.Set(thigh_deg=75.0, shank_deg=30.0).posture())
    hidden = one.xy_px.copy()
    straight = (one.middle_px(HIPS) + one.middle_px(ANKLES)) / 2
    bent = (one.time_s > 3.1) & (one.time_s < 3.9)
    for knee in KNEES:
        hidden[bent, knee] = straight[bent]
    _, _, seen, _ = stages(one)
    _, _, guessed, _ = stages(replace(one, xy_px=hidden))
    inside = (one.time_s > 3.3) & (one.time_s < 3.7)
    assert not np.isnan(seen.knee_flexion.value_deg).any()
    assert (guessed.knee_flexion.reason[inside] == Code.LEGS_HIDDEN).all()
    assert np.isnan(guessed.hip_flexion.value_deg[inside]).all()
    assert not np.isnan(guessed.trunk_lean.value_deg).any()


def test_a_knee_is_the_less_sure_the_more_hip_and_ankle_contradict_it() -> None:
    one = lifter.track(lifter.Set(thigh_deg=75.0, shank_deg=30.0).posture())
    bent = (one.time_s > 3.1) & (one.time_s < 3.9)
    middle = int(np.argmin(np.abs(one.time_s - 3.5)))
    straight = (one.middle_px(HIPS) + one.middle_px(ANKLES)) / 2
    sds_deg = []
    for part in (0.0, 0.2, 0.4):
        moved = one.xy_px.copy()
        for knee in KNEES:
            moved[bent, knee] += part * (straight - one.middle_px(KNEES))[bent]
        _, _, angle, _ = stages(replace(one, xy_px=moved))
        assert not np.isnan(angle.knee_flexion.value_deg[middle])
        sds_deg.append(float(angle.knee_flexion.sd_deg[middle]))
    assert sds_deg[1] > sds_deg[0] + 0.5
    assert sds_deg[2] > sds_deg[1] + 1.0


def test_a_lifter_seen_standing_on_the_head_is_not_seen() -> None:
    one = lifter.track(lifter.Set().posture())
    xy_px = one.xy_px.copy()
    xy_px[20:26, :, 1] = 2 * one.middle_px(HIPS)[20:26, 1, None] - xy_px[20:26, :, 1]
    cleaned = cleaning.clean(replace(one, xy_px=xy_px))
    assert cleaned.filled[20:26].all()
    assert np.abs(cleaned.middle_px(SHOULDERS) - one.middle_px(SHOULDERS)).max() < 2.0


def test_feet_hidden_while_the_lifter_still_stands_are_where_they_are_seen_later() -> None:
    posture = lifter.Set().posture()
    one = lifter.track(posture)
    guessed = one.xy_px.copy()
    for ankle in ANKLES:
        guessed[posture.time_s < 4.5, ankle, 1] -= 60.0
    cleaned = cleaning.clean(replace(one, xy_px=guessed))
    assert np.abs(cleaned.middle_px(ANKLES)[:, 1] - one.middle_px(ANKLES)[:, 1]).max() < 3.0


def test_another_person_for_a_moment_is_left_out() -> None:
    one = lifter.track(lifter.Set().posture())
    xy_px = one.xy_px.copy()
    xy_px[50:53] = 100 + 0.2 * xy_px[50:53]
    assert np.abs(cleaning.clean(replace(one, xy_px=xy_px)).xy_px[51] - one.xy_px[51]).max() < 3.0


@pytest.mark.parametrize("yaw_deg", [-25.0, 0.0, 12.0, 40.0])
@pytest.mark.parametrize("facing", ["left", "right"])
def test_yaw_has_the_sign_of_the_side_it_is_seen_from(yaw_deg: float, facing: str) -> None:
    one = lifter.track(lifter.Set().posture(), lifter.Camera(facing=facing, yaw_deg=yaw_deg))
    seen = view.orient(one)
    assert seen.yaw_deg.value == pytest.approx(yaw_deg, abs=0.5)
    assert seen.facing == facing
    assert seen.assessable == (abs(yaw_deg) <= 30)
    assert bool(seen.reasons) == (abs(yaw_deg) > 20)


def test_an_oblique_view_withholds_hip_knee_and_share() -> None:
    posture = lifter.Set().posture()
    seen, _, measured, found = stages(lifter.track(posture, lifter.Camera(yaw_deg=40.0)), lifter.Model(yaw_deg=40.0))
    values = repetition.describe(measured, found[0], seen).values
    assert {name for name in repetition.SIDE_VIEW_ONLY if values[name].known} == set()
    assert values["hip_change_deg"].reason == Reason(Code.VIEW_OBLIQUE)
