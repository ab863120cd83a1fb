"""The bar template: the load is followed in thumbnails and completes repetitions with an unseen lifter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from hingecheck.barbell import evidence
from hingecheck.kinematics import angles, view
from hingecheck.landmarks import SHOULDERS, WRISTS
from hingecheck.pose import cleaning
from hingecheck.records import AngleTrack, Bytes, Code, Floats, Frame, PoseTrack, Rep, Thumbnails
from hingecheck.segmentation import segment
from hingecheck.signals import hand_height
from hingecheck.spine import inference
from hingecheck.video import thumbnails as small
from tests import lifter
from tests.conftest import noise_pictures
from tests.test_motion import observe

POSTURE = lifter.Set().posture()
"""The lifter bends from 1.5 to 5.5 s and from 6.5 to 10.5 s.  The load is lifted at 4.0 s and put down at 8.0 s."""

TRACK = lifter.track(POSTURE)
LEG_PX = (lifter.SHANK + lifter.THIGH) * lifter.Camera().stature_px
FLOOR = noise_pictures(1, height=900, width=500)[0]


def lifted_px(track: PoseTrack, *spans_s: tuple[float, float]) -> Floats:
    """Height of the load above the floor in each frame; a span runs from lift-off until the load is down again."""
    wrist = track.xy_px[:, 15, 1]
    held = np.any([(track.time_s > up_s) & (track.time_s < down_s) for up_s, down_s in spans_s], axis=0)
    return np.where(held, wrist.max() - wrist, 0.0)


LIFTED_PX = lifted_px(TRACK, (4.0, 8.0))


def room(by_px: float) -> Bytes:
    """A picture of the room with dark plates at a height above the floor."""
    picture = FLOOR.copy()
    cv2.circle(picture, (290, round(690 - by_px)), 95, (20, 20, 20), -1)
    cv2.circle(picture, (290, round(690 - by_px)), 30, (150, 150, 150), -1)
    return np.asarray(picture, np.uint8)


def filmed(time_s: Floats, by_px: Floats) -> Thumbnails:
    """The thumbnails of a film of the plates."""
    keeper = small.Keeper()
    for _ in keeper.watch(Frame(float(t), room(px), 1.0) for t, px in zip(time_s, by_px, strict=True)):
        pass
    return keeper.thumbnails()


@pytest.fixture(scope="module")
def thumbnails() -> Thumbnails:
    return filmed(POSTURE.time_s, LIFTED_PX)


def lost(track: PoseTrack, *spans_s: tuple[float, float]) -> PoseTrack:
    """The track with the landmarks of some spans removed."""
    xy_px = track.xy_px.copy()
    for first_s, last_s in spans_s:
        xy_px[(track.time_s > first_s) & (track.time_s < last_s)] = np.nan
    return replace(track, xy_px=xy_px)


def measured(track: PoseTrack) -> AngleTrack:
    cleaned = cleaning.clean(track)
    return angles.measure(cleaned, view.orient(cleaned), inference.infer(lifter.Model(), observe(track)))


def test_the_load_is_followed_up_and_down(thumbnails: Thumbnails) -> None:
    tracks = evidence.Pictures(thumbnails, TRACK).heights([0.5, 6.0])
    errors = [np.abs(height - np.interp(time_s, POSTURE.time_s, LIFTED_PX) / LEG_PX).max() for time_s, height in tracks]
    assert min(errors) < 0.03


def test_a_load_that_never_moves_is_not_followed(thumbnails: Thumbnails) -> None:
    still = replace(thumbnails, grey=np.repeat(thumbnails.grey[:1], len(thumbnails.grey), axis=0))
    assert evidence.Pictures(still, TRACK).heights([0.5, 6.0]) == []
    assert evidence.Pictures(thumbnails, TRACK).heights([0.5]) == []


def test_the_load_gives_the_repetition_if_the_lifter_is_unseen_in_every_bend(thumbnails: Thumbnails) -> None:
    whole = measured(TRACK)
    (rep,) = segment.segment(whole).reps
    track = lost(TRACK, (1.8, 5.2), (6.8, 10.2))
    with_gaps = measured(track)
    assert segment.segment(with_gaps).reps == ()
    (from_load,) = segment.segment(with_gaps, pictures=evidence.Pictures(thumbnails, track)).reps
    assert from_load.by_load
    assert not rep.by_load
    assert from_load.complete
    assert from_load.liftoff_s == pytest.approx(rep.liftoff_s, abs=0.1)
    assert from_load.lockout_s == pytest.approx(rep.lockout_s, abs=0.15)


def test_the_load_adds_the_repetition_in_which_the_lifter_is_unseen() -> None:
    bends = ((1.5, 3.0, 4.0, 5.5), (6.5, 8.0, 9.0, 10.5), (11.5, 13.0, 14.0, 15.5))
    complete = lifter.track(lifter.Set(bends=bends, last_s=17.0).posture())
    plates = filmed(complete.time_s, lifted_px(complete, (4.0, 8.0), (9.0, 13.0)))
    track = lost(complete, (9.1, 12.9))
    with_gaps = measured(track)
    assert len(segment.segment(with_gaps).reps) == 1
    first, second = segment.segment(with_gaps, pictures=evidence.Pictures(plates, track)).reps
    assert (first.by_load, second.by_load) == (False, True)
    assert (first.number, second.number, second.style) == (1, 2, "floor")
    whole = segment.segment(measured(complete)).reps
    assert second.liftoff_s == pytest.approx(whole[1].liftoff_s, abs=0.1)
    assert second.lockout_s == pytest.approx(whole[1].lockout_s, abs=0.15)


def test_the_load_changes_nothing_if_the_lifter_is_seen(thumbnails: Thumbnails) -> None:
    whole = measured(TRACK)
    pictures = evidence.Pictures(thumbnails, TRACK)
    (seen,), (alone,) = (segment.segment(whole, pictures=each).reps for each in (pictures, None))

    def sure(rep: Rep) -> Rep:
        return replace(rep, probability=1.0, complete_probability=1.0, style_probability=1.0)

    assert sure(seen) == sure(alone)
    assert seen.style_probability > alone.style_probability, "but it makes the type of lift surer"


def test_a_load_that_moves_unlike_the_hands_is_not_followed(thumbnails: Thumbnails) -> None:
    track = lifter.track(lifter.Set(bends=((1.0, 1.5, 1.6, 2.2), (9.0, 9.5, 9.6, 10.2))).posture())
    assert hand_height.follow_load(measured(track), evidence.Pictures(thumbnails, track), surely=False) is None


def test_a_load_that_moves_beside_a_squat_gives_no_repetition(thumbnails: Thumbnails) -> None:
    xy_px = TRACK.xy_px.copy()
    for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
        xy_px[:, wrist] = xy_px[:, shoulder] + [0.0, 80.0]
    squat = replace(TRACK, xy_px=xy_px)
    pictures = evidence.Pictures(thumbnails, squat)
    assert pictures.heights([0.5, 6.0])
    assert segment.segment(measured(squat), pictures=pictures).reps == ()


class LoadLikeHands(evidence.Pictures):
    """Pictures whose followed load moves exactly like the hands of a person who bends once."""

    once = lifter.track(lifter.Set(bends=((1.5, 3.0, 4.0, 5.5),), last_s=8.0).posture())

    def heights(self, upright_s: Sequence[float]) -> list[tuple[Floats, Floats]]:
        hand_px = self.once.xy_px[::4, WRISTS[0], 1]
        return [(self.once.time_s[::4], (hand_px.max() - hand_px) / LEG_PX)]


def test_a_load_that_hangs_in_every_upright_frame_gives_no_repetition(thumbnails: Thumbnails) -> None:
    track = lost(LoadLikeHands.once, (2.2, 4.8))
    assert hand_height.follow_load(measured(track), LoadLikeHands(thumbnails, track), surely=False) is None
    assert segment.segment(measured(track), pictures=LoadLikeHands(thumbnails, track)).reps == ()


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
