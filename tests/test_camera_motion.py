"""A camera that sways: how far is told from the room, and neither the lifter nor the plates are taken for it."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hingecheck.kinematics import angles, view
from hingecheck.landmarks import ANKLES
from hingecheck.pose import camera_motion, cleaning
from hingecheck.records import Bytes, Floats, PoseTrack, Thumbnails
from tests import lifter
from tests.simulated import no_spine

SCALE = 0.25
TIMES_S = np.arange(0.0, 12.0, 0.12)
SHAPE = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5)))


def room(seed: int = 3) -> Bytes:
    """Blotches as large as a camera sees them."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((225, 125)), 2.0)
    return np.asarray(np.clip(128 + 60 * noise / noise.std(), 0, 255), np.uint8)


def wandering_px(time_s: Floats) -> Floats:
    """Two slow circles of some display pixels; nothing at 6 s, the middle picture's time."""
    return np.stack([5 * np.sin(1.3 * (time_s - 6)), 9 * np.sin(0.9 * (time_s - 6))], axis=1)


def filmed(wander_px: Floats, picture: Bytes) -> Thumbnails:
    """The picture shifted by parts of a pixel, in the middle something dark that goes up and down with the lifter."""
    height = lifter.joints(SHAPE.posture(TIMES_S))["wrist"][:, 1]
    shown = []
    for shift, up in zip(wander_px * SCALE, height, strict=True):
        plain = picture.copy()
        cv2.circle(plain, (60, round(190 - 150 * float(up))), 20, 20, -1)
        matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        shown.append(cv2.warpAffine(plain, matrix, plain.shape[::-1], borderMode=cv2.BORDER_REFLECT))
    return Thumbnails(TIMES_S, np.stack(shown).astype(np.uint8), SCALE, (0.0, 0.0))


def track(wander_px: Floats | None = None) -> PoseTrack:
    one = lifter.track(SHAPE.posture())
    return one if wander_px is None else replace(one, xy_px=one.xy_px + wander_px[:, None])


def test_the_sway_is_what_the_room_does() -> None:
    one = track(wandering_px(SHAPE.posture().time_s))
    thumbnails = filmed(wandering_px(TIMES_S), room())
    turns = camera_motion.transforms(thumbnails, one)
    told = camera_motion.shift_px(thumbnails, turns, one)
    assert np.abs(told - wandering_px(one.time_s)).max() < 0.8
    assert np.abs(camera_motion.taken_out(one, told).middle_px(ANKLES) - track().middle_px(ANKLES)).max() < 0.8


def test_a_camera_that_stands_still_has_none_whatever_the_lifter_does() -> None:
    thumbnails = filmed(np.zeros((len(TIMES_S), 2)), room())
    assert (
        np.abs(camera_motion.shift_px(thumbnails, camera_motion.transforms(thumbnails, track()), track())).max() < 0.1
    )


def test_before_a_plain_wall_nothing_is_taken_out() -> None:
    thumbnails = filmed(wandering_px(TIMES_S), np.full((225, 125), 128, np.uint8))
    turns = camera_motion.transforms(thumbnails, track())
    assert (camera_motion.shift_px(thumbnails, turns, track()) == 0).all()
    assert (camera_motion.steadied(thumbnails, turns).grey == thumbnails.grey).all()


def test_nobody_seen_is_no_sway() -> None:
    thumbnails = filmed(wandering_px(TIMES_S), room())
    nobody = replace(track(), xy_px=np.full_like(track().xy_px, np.nan))
    assert (camera_motion.shift_px(thumbnails, camera_motion.transforms(thumbnails, nobody), nobody) == 0).all()


def test_steadied_pictures_show_the_room_where_the_middle_one_does() -> None:
    thumbnails = filmed(wandering_px(TIMES_S), room())
    steady = camera_motion.steadied(thumbnails, camera_motion.transforms(thumbnails, track()))
    away = (slice(10, 60), slice(10, 115))

    def apart(grey: Bytes) -> float:
        return float(np.abs(grey[:, *away].astype(float) - grey[len(grey) // 2][away]).mean())

    assert apart(thumbnails.grey) > 10
    assert apart(steady.grey) < 3


def test_hands_stay_as_high_as_they_are_when_the_camera_sways() -> None:
    one = track(wandering_px(SHAPE.posture().time_s))
    thumbnails = filmed(wandering_px(TIMES_S), room())
    steady = camera_motion.taken_out(
        one, camera_motion.shift_px(thumbnails, camera_motion.transforms(thumbnails, one), one)
    )
    plain, told, swayed = (_hand_height(each) for each in (track(), steady, one))
    assert told == pytest.approx(plain, abs=0.01)
    assert np.abs(swayed - plain).max() > 0.02


def _hand_height(one: PoseTrack) -> Floats:
    cleaned = cleaning.clean(one)
    return angles.measure(cleaned, view.orient(cleaned), no_spine(len(cleaned.time_s))).hand_height
