"""The load followed in small pictures, and repetitions that it alone tells."""

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
from hingecheck.records import AngleTrack, Bytes, Floats, Frame, PoseTrack, Thumbnails
from hingecheck.segmentation import hand_height, segment
from hingecheck.spine import inference
from hingecheck.video import thumbnails as small
from tests import lifter
from tests.conftest import noise_pictures
from tests.test_motion import observe

POSTURE = lifter.Set().posture()
"""Bends at 1.5 to 5.5 s and 6.5 to 10.5 s: the load is lifted from 4.0 s on and down again at 8.0 s."""

ONE = lifter.track(POSTURE)
LEG_PX = (lifter.SHANK + lifter.THIGH) * lifter.Camera().stature_px
FLOOR = noise_pictures(1, height=900, width=500)[0]


def lifted_px(one: PoseTrack, *spans_s: tuple[float, float]) -> Floats:
    """How far the hands have the load off the floor in each frame: from a lift-off to when it is down again."""
    wrist = one.xy_px[:, 15, 1]
    held = np.any([(one.time_s > up_s) & (one.time_s < down_s) for up_s, down_s in spans_s], axis=0)
    return np.where(held, wrist.max() - wrist, 0.0)


LIFTED_PX = lifted_px(ONE, (4.0, 8.0))


def room(by_px: float) -> Bytes:
    """The room with dark plates so far above the floor."""
    picture = FLOOR.copy()
    cv2.circle(picture, (290, round(690 - by_px)), 95, (20, 20, 20), -1)
    cv2.circle(picture, (290, round(690 - by_px)), 30, (150, 150, 150), -1)
    return np.asarray(picture, np.uint8)


def filmed(time_s: Floats, by_px: Floats) -> Thumbnails:
    """What is kept of a film of the plates."""
    keeper = small.Keeper()
    for _ in keeper.watch(Frame(float(t), room(px), 1.0) for t, px in zip(time_s, by_px, strict=True)):
        pass
    return keeper.thumbnails()


@pytest.fixture(scope="module")
def thumbnails() -> Thumbnails:
    return filmed(POSTURE.time_s, LIFTED_PX)


def lost(one: PoseTrack, *spans_s: tuple[float, float]) -> PoseTrack:
    """The lifter's landmarks without those of some times."""
    xy_px = one.xy_px.copy()
    for first_s, last_s in spans_s:
        xy_px[(one.time_s > first_s) & (one.time_s < last_s)] = np.nan
    return replace(one, xy_px=xy_px)


def measured(track: PoseTrack) -> AngleTrack:
    cleaned = cleaning.clean(track)
    return angles.measure(cleaned, view.orient(cleaned), inference.infer(lifter.Model(), observe(track)))


def test_the_load_is_followed_to_the_hands_top_and_back(thumbnails: Thumbnails) -> None:
    told = evidence.Pictures(thumbnails, ONE).heights([0.5, 6.0])
    off = [np.abs(height - np.interp(time_s, POSTURE.time_s, LIFTED_PX) / LEG_PX).max() for time_s, height in told]
    assert min(off) < 0.03


def test_a_load_that_never_moves_is_not_followed(thumbnails: Thumbnails) -> None:
    still = replace(thumbnails, grey=np.repeat(thumbnails.grey[:1], len(thumbnails.grey), axis=0))
    assert evidence.Pictures(still, ONE).heights([0.5, 6.0]) == []
    assert evidence.Pictures(thumbnails, ONE).heights([0.5]) == []


def test_a_lifter_lost_in_every_bend_is_told_by_the_load(thumbnails: Thumbnails) -> None:
    whole = measured(ONE)
    (rep,) = segment.segment(whole)
    track = lost(ONE, (1.8, 5.2), (6.8, 10.2))
    cut = measured(track)
    assert segment.segment(cut) == ()
    (told,) = segment.segment(cut, pictures=evidence.Pictures(thumbnails, track))
    assert told.by_load
    assert not rep.by_load
    assert told.complete
    assert told.liftoff_s == pytest.approx(rep.liftoff_s, abs=0.1)
    assert told.lockout_s == pytest.approx(rep.lockout_s, abs=0.15)


def test_the_load_adds_the_repetition_in_which_the_lifter_is_lost() -> None:
    bends = ((1.5, 3.0, 4.0, 5.5), (6.5, 8.0, 9.0, 10.5), (11.5, 13.0, 14.0, 15.5))
    one = lifter.track(lifter.Set(bends=bends, last_s=17.0).posture())
    plates = filmed(one.time_s, lifted_px(one, (4.0, 8.0), (9.0, 13.0)))
    track = lost(one, (9.1, 12.9))
    cut = measured(track)
    assert len(segment.segment(cut)) == 1
    first, second = segment.segment(cut, pictures=evidence.Pictures(plates, track))
    assert (first.by_load, second.by_load) == (False, True)
    assert (first.number, second.number, second.style) == (1, 2, "floor")
    whole = segment.segment(measured(one))
    assert second.liftoff_s == pytest.approx(whole[1].liftoff_s, abs=0.1)
    assert second.lockout_s == pytest.approx(whole[1].lockout_s, abs=0.15)


def test_a_lifter_who_is_seen_needs_no_load(thumbnails: Thumbnails) -> None:
    whole = measured(ONE)
    assert segment.segment(whole, pictures=evidence.Pictures(thumbnails, ONE)) == segment.segment(whole)


def test_a_load_that_goes_where_the_hands_do_not_is_not_in_them(thumbnails: Thumbnails) -> None:
    other = lifter.track(lifter.Set(bends=((1.0, 1.5, 1.6, 2.2), (9.0, 9.5, 9.6, 10.2))).posture())
    assert hand_height.follow_load(measured(other), evidence.Pictures(thumbnails, other), surely=False) is None


def test_what_moves_beside_a_squat_is_not_in_the_hands(thumbnails: Thumbnails) -> None:
    xy_px = ONE.xy_px.copy()
    for wrist, shoulder in zip(WRISTS, SHOULDERS, strict=True):
        xy_px[:, wrist] = xy_px[:, shoulder] + [0.0, 80.0]
    squat = replace(ONE, xy_px=xy_px)
    pictures = evidence.Pictures(thumbnails, squat)
    assert pictures.heights([0.5, 6.0])
    assert segment.segment(measured(squat), pictures=pictures) == ()


class HandsThemselves(evidence.Pictures):
    """What was followed for a load are the hands of somebody who bends once."""

    once = lifter.track(lifter.Set(bends=((1.5, 3.0, 4.0, 5.5),), last_s=8.0).posture())

    def heights(self, upright_s: Sequence[float]) -> list[tuple[Floats, Floats]]:
        hand_px = self.once.xy_px[::4, WRISTS[0], 1]
        return [(self.once.time_s[::4], (hand_px.max() - hand_px) / LEG_PX)]


def test_what_hangs_at_every_upright_moment_was_lifted_from_nowhere(thumbnails: Thumbnails) -> None:
    track = lost(HandsThemselves.once, (2.2, 4.8))
    told = hand_height.follow_load(measured(track), HandsThemselves(thumbnails, track), surely=False)
    assert told is not None
    assert told.from_load.any()
    assert segment.segment(measured(track), pictures=HandsThemselves(thumbnails, track)) == ()


def test_the_nearest_of_some_times_is_found() -> None:
    frames = np.array([0.0, 1.0, 2.4, 9.0])
    assert hand_height._away_s(frames, np.array([1.0, 3.0])) == pytest.approx([1.0, 0.0, 0.6, 6.0])
    assert hand_height._away_s(frames, np.array([2.0])) == pytest.approx([2.0, 1.0, 0.4, 7.0])
    assert np.isinf(hand_height._away_s(frames, np.array([]))).all()


def test_landmarks_that_make_no_posture_are_not_measured() -> None:
    assert not (measured(ONE).trunk_thigh.reason == angles.MISPLACED).any()
    spoilt = measured(lifter.track(lifter.Set(thigh_deg=75.0, lean_deg=110.0).posture()))
    odd = spoilt.trunk_thigh.reason == angles.MISPLACED
    assert odd[(POSTURE.time_s > 3.1) & (POSTURE.time_s < 3.9)].all()
    assert not odd[POSTURE.time_s < 1.5].any()
    assert np.isnan(spoilt.lumbar_flexion.value_deg[odd]).all()
    assert np.isnan(spoilt.hand_forward[odd]).all()


def test_from_where_only_the_load_tells_no_angle_is_measured() -> None:
    track = measured(ONE)
    after = track.time_s > 5.0
    cut = angles.without(track, after, "lost")
    assert (cut.knee_flexion.reason[after] == "lost").all()
    assert np.isnan(cut.knee_flexion.value_deg[after]).all()
    assert (cut.knee_flexion.value_deg[~after] == track.knee_flexion.value_deg[~after]).all()
