"""The height of the hands where the lifter is lost: it comes from the path of the plates."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck.barbell import evidence
from hingecheck.kinematics import angles, view
from hingecheck.landmarks import SHOULDERS, WRISTS
from hingecheck.pose import cleaning
from hingecheck.records import AngleTrack, Bools, Code, Floats, Plates, PoseTrack, Rep, Thumbnails
from hingecheck.segmentation import segment
from hingecheck.signals import hand_height
from hingecheck.spine import inference
from tests import lifter
from tests.test_motion import observe

POSTURE = lifter.Set().posture()
"""The lifter bends from 1.5 to 5.5 s and from 6.5 to 10.5 s.  The load is lifted at 4.0 s and put down at 8.0 s."""

TRACK = lifter.track(POSTURE)
LEG_PX = (lifter.SHANK + lifter.THIGH) * lifter.Camera().stature_px
RADIUS_LEGS = 0.3


def lifted_px(track: PoseTrack, *spans_s: tuple[float, float]) -> Floats:
    """Height of the load above the floor in each frame; a span runs from lift-off until the load is down again."""
    wrist = track.xy_px[:, 15, 1]
    held = np.any([(track.time_s > up_s) & (track.time_s < down_s) for up_s, down_s in spans_s], axis=0)
    return np.where(held, wrist.max() - wrist, 0.0)


LIFTED_PX = lifted_px(TRACK, (4.0, 8.0))


def with_plates(track: PoseTrack, by_px: Floats) -> evidence.Pictures:
    """Pictures that show plates at a height above the floor (N,) and nothing else."""
    forward, up = np.zeros(len(by_px)), by_px / LEG_PX / RADIUS_LEGS
    plates = Plates(track.time_s, forward, up, RADIUS_LEGS, np.full((len(by_px), 2), np.nan))
    return evidence.Pictures(Thumbnails(np.arange(3.0), np.zeros((3, 8, 8), np.uint8), 1.0, (0.0, 0.0)), track, plates)


def lost(track: PoseTrack, *spans_s: tuple[float, float]) -> PoseTrack:
    """The track with the landmarks of some spans removed."""
    xy_px = track.xy_px.copy()
    for first_s, last_s in spans_s:
        xy_px[(track.time_s > first_s) & (track.time_s < last_s)] = np.nan
    return replace(track, xy_px=xy_px)


def measured(track: PoseTrack) -> AngleTrack:
    cleaned = cleaning.clean(track)
    return angles.measure(cleaned, view.orient(cleaned), inference.infer(lifter.Model(), observe(track)))


def frames_from_load(track: PoseTrack, path: tuple[Floats, Floats]) -> Bools:
    """The frames in which the height of the hands comes from the load."""
    hands = hand_height.follow(measured(track), path)
    assert hands is not None
    return hands.from_load


def test_plates_give_the_height_of_hands_that_are_lost() -> None:
    track = measured(TRACK)
    gone = (track.time_s > 4.7) & (track.time_s < 7.3)
    with_gap = replace(track, hand_height=np.where(gone, np.nan, track.hand_height))
    hands = hand_height.follow(with_gap, (TRACK.time_s, 1.2 * LIFTED_PX / LEG_PX))
    assert hands is not None
    assert hands.from_load.tolist() == gone.tolist()
    assert hands.height == pytest.approx(track.hand_height, abs=0.03)
    alone = hand_height.follow(with_gap)
    assert alone is not None
    assert np.abs(alone.height - track.hand_height)[gone].max() > 0.15


def test_the_load_gives_the_repetition_if_the_lifter_is_unseen_in_every_bend() -> None:
    whole = measured(TRACK)
    (rep,) = segment.segment(whole).reps
    track = lost(TRACK, (1.8, 5.2), (6.8, 10.2))
    with_gaps = measured(track)
    assert segment.segment(with_gaps).reps == ()
    (from_load,) = segment.segment(with_gaps, pictures=with_plates(track, LIFTED_PX)).reps
    assert from_load.by_load
    assert not rep.by_load
    assert from_load.complete
    assert from_load.liftoff_s == pytest.approx(rep.liftoff_s, abs=0.1)
    assert from_load.lockout_s == pytest.approx(rep.lockout_s, abs=0.15)


def test_the_load_adds_the_repetition_in_which_the_lifter_is_unseen() -> None:
    bends = ((1.5, 3.0, 4.0, 5.5), (6.5, 8.0, 9.0, 10.5), (11.5, 13.0, 14.0, 15.5))
    complete = lifter.track(lifter.Set(bends=bends, last_s=17.0).posture())
    plates_px = lifted_px(complete, (4.0, 8.0), (9.0, 13.0))
    track = lost(complete, (9.1, 12.9))
    with_gaps = measured(track)
    assert len(segment.segment(with_gaps).reps) == 1
    first, second = segment.segment(with_gaps, pictures=with_plates(track, plates_px)).reps
    assert (first.by_load, second.by_load) == (False, True)
    assert (first.number, second.number, second.style) == (1, 2, "floor")
    whole = segment.segment(measured(complete)).reps
    assert second.liftoff_s == pytest.approx(whole[1].liftoff_s, abs=0.1)
    assert second.lockout_s == pytest.approx(whole[1].lockout_s, abs=0.15)


def test_the_load_changes_nothing_if_the_lifter_is_seen() -> None:
    whole = measured(TRACK)
    pictures = with_plates(TRACK, LIFTED_PX)
    (seen,), (alone,) = (segment.segment(whole, pictures=each).reps for each in (pictures, None))

    def sure(rep: Rep) -> Rep:
        return replace(rep, probability=1.0, complete_probability=1.0, style_probability=1.0)

    assert sure(seen) == sure(alone)
    assert seen.style_probability > alone.style_probability, "but it makes the type of lift surer"


def test_a_load_that_moves_unlike_the_hands_is_not_followed() -> None:
    track = lifter.track(lifter.Set(bends=((1.0, 1.5, 1.6, 2.2), (9.0, 9.5, 9.6, 10.2))).posture())
    path = TRACK.time_s, LIFTED_PX / LEG_PX
    assert frames_from_load(lost(TRACK, (2.0, 2.5), (4.5, 5.0)), path).any()
    assert not frames_from_load(lost(track, (1.2, 1.4), (9.2, 9.4)), path).any()


def test_a_load_that_moves_beside_a_squat_gives_no_repetition() -> None:
    xy_px = TRACK.xy_px.copy()
    for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
        xy_px[:, wrist] = xy_px[:, shoulder] + [0.0, 80.0]
    squat = replace(TRACK, xy_px=xy_px)
    assert segment.segment(measured(squat), pictures=with_plates(squat, LIFTED_PX)).reps == ()


def test_plates_that_hang_whenever_the_lifter_is_seen_show_the_bend_in_which_he_is_lost() -> None:
    once = lifter.track(lifter.Set(bends=((1.5, 3.0, 4.0, 5.5),), last_s=8.0).posture())
    hand_px = once.xy_px[:, WRISTS[0], 1]
    pictures, track = with_plates(once, hand_px.max() - hand_px), lost(once, (2.2, 4.8))
    path = pictures.plates_up()
    assert path is not None
    lowest = np.abs(once.time_s - 3.5).argmin()
    assert frames_from_load(track, path)[lowest]
    (rep,) = segment.segment(measured(track), pictures=pictures).reps
    assert rep.by_load
    assert rep.style == "romanian"
    assert 3.0 <= rep.liftoff_s <= 4.0


def test_plates_that_go_down_in_the_bends_show_hands_that_are_never_seen() -> None:
    hidden = replace(measured(TRACK), hand_height=np.full(len(TRACK.time_s), np.nan))
    assert hand_height.follow(hidden) is None
    (rep,) = segment.segment(hidden, pictures=with_plates(TRACK, LIFTED_PX)).reps
    assert (rep.by_load, rep.complete) == (True, True)
    assert 3.9 <= rep.liftoff_s <= 4.5
    stays = np.where(np.abs(TRACK.time_s - 6.0) < 1.0, 0.1 * LEG_PX, 0.0)  # somebody else's, lifted a little
    assert hand_height.follow(hidden, (TRACK.time_s, (LIFTED_PX.max() - LIFTED_PX) / LEG_PX)) is None
    assert hand_height.follow(hidden, (TRACK.time_s, stays / LEG_PX)) is None


def test_the_distance_to_the_nearest_time_is_returned() -> None:
    frames = np.array([0.0, 1.0, 2.4, 9.0])
    assert hand_height._away_s(frames, np.array([1.0, 3.0])) == pytest.approx([1.0, 0.0, 0.6, 6.0])
    assert hand_height._away_s(frames, np.array([2.0])) == pytest.approx([2.0, 1.0, 0.4, 7.0])
    assert np.isinf(hand_height._away_s(frames, np.array([]))).all()


def test_impossible_postures_are_not_measured() -> None:
    assert not (measured(TRACK).trunk_thigh.reason == Code.LANDMARKS_MISPLACED).any()
    spoilt = measured(lifter.track(lifter.Set(thigh_deg=75.0, lean_deg=110.0).posture()))
    odd = spoilt.trunk_thigh.reason == Code.LANDMARKS_MISPLACED
    assert odd[(POSTURE.time_s > 3.1) & (POSTURE.time_s < 3.9)].all()
    assert not odd[POSTURE.time_s < 1.5].any()
    assert np.isnan(spoilt.lumbar_flexion.value_deg[odd]).all()
    assert np.isnan(spoilt.hand_forward[odd]).all()


def test_frames_measured_from_the_load_alone_have_no_angles() -> None:
    track = measured(TRACK)
    after = track.time_s > 5.0
    cut = angles.without(track, after, Code.BEHIND_LOAD)
    assert (cut.knee_flexion.reason[after] == Code.BEHIND_LOAD).all()
    assert np.isnan(cut.knee_flexion.value_deg[after]).all()
    assert (cut.knee_flexion.value_deg[~after] == track.knee_flexion.value_deg[~after]).all()
