"""Another person who is followed for a while is found and reported; a lifter who walks to the bar is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck import landmarks, texts
from hingecheck.pose import cleaning, identity
from hingecheck.records import Bools, Code, Floats, PoseTrack
from tests import lifter

TRACK = lifter.track(lifter.Set().posture())


def moved(shift_px: Floats, size: float = 1.0) -> PoseTrack:
    """The lifter, moved to the side in each frame (N,); in another size where he or she is moved."""
    xy_px = TRACK.xy_px.copy()
    far = shift_px != 0
    xy_px[far] = xy_px[far].mean(axis=1, keepdims=True) * (1 - size) + size * xy_px[far]
    xy_px[..., 0] += shift_px[:, None]
    return replace(TRACK, xy_px=xy_px)


def larger(where: Bools) -> PoseTrack:
    """The lifter 1.5 times as large in some frames, the hips where they are."""
    hip = TRACK.middle_px(landmarks.HIPS)[:, None]
    return replace(TRACK, xy_px=np.where(where[:, None, None], hip + 1.5 * (TRACK.xy_px - hip), TRACK.xy_px))


def test_a_jump_to_another_place_and_back_is_another_person() -> None:
    time_s = TRACK.time_s
    inside = (time_s > 2.0) & (time_s < 3.5)
    switched = moved(np.where(inside, 400.0, 0.0))
    assert identity.others_s(switched) == [pytest.approx((time_s[inside][0], time_s[inside][-1]))]
    (note,) = identity.notes(identity.others_s(switched))
    assert note.code is Code.OTHER_PERSON
    assert "another person was followed for 1.4 s, from 2.0 s on" in texts.reason(note)
    assert not cleaning.clean(switched).seen[inside][5:-5].any()


def test_who_of_several_people_was_measured_is_said() -> None:
    assert identity.notes([]) == []
    (note,) = identity.notes([], (210.4, 573.0))
    assert "the one at 210,573 was measured; --person" in texts.reason(note)


def test_a_person_of_another_size_at_another_place_is_another_person() -> None:
    time_s = TRACK.time_s
    assert len(identity.others_s(moved(np.where(time_s > time_s[-1] - 2.0, -250.0, 0.0), size=2.0))) == 1


def test_somebody_who_walks_through_in_front_is_left_out_and_reported() -> None:
    """The pose model goes over to a nearer person, whose feet are lower, and back, without a jump."""
    time_s = TRACK.time_s
    begin_s, end_s = 5.0, 6.0
    inside = (time_s > begin_s) & (time_s < end_s)
    crossed = larger(inside)
    (span_s,) = identity.others_s(crossed)
    assert span_s == pytest.approx((begin_s - cleaning.SWITCH_S, end_s + cleaning.SWITCH_S), abs=0.1)
    assert not cleaning.without_wrong_frames(crossed).seen[(time_s >= span_s[0]) & (time_s <= span_s[1])].any()
    assert identity.others_s(larger(time_s < 1.0)) == []  # the lifter, who comes from the camera


def test_a_lifter_whose_bent_trunk_looks_short_is_nobody_nearer() -> None:
    """Seen from the front, with ankles that are guessed too low at the top: nobody comes, the lifter straightens."""
    posture = lifter.Set(bends=((1.0, 2.0, 5.0, 6.0), (7.0, 8.0, 11.0, 12.0)), last_s=13.0).posture()
    track = lifter.track(posture)
    xy_px, hip, bent = track.xy_px.copy(), track.middle_px(landmarks.HIPS)[:, None], posture.lean_deg > 30.0
    for shoulder in landmarks.SHOULDERS:
        xy_px[bent, shoulder] = hip[bent, 0] + 0.6 * (xy_px[bent, shoulder] - hip[bent, 0])
    for ankle in landmarks.ANKLES:
        xy_px[~bent & (track.time_s > 5.0), ankle, 1] += 120.0
    assert not cleaning.nearer(replace(track, xy_px=xy_px)).any()


def test_walking_in_and_single_errors_are_no_other_person() -> None:
    time_s = TRACK.time_s
    walking = np.where(time_s < 2.0, 200.0 * (2.0 - time_s), 0.0)
    assert identity.others_s(moved(walking)) == []
    once = np.where(np.arange(len(time_s)) == 40, 400.0, 0.0)
    assert identity.others_s(moved(once)) == []
    assert identity.others_s(TRACK) == []
    nobody = replace(TRACK, xy_px=np.full_like(TRACK.xy_px, np.nan))
    assert identity.others_s(nobody) == []
