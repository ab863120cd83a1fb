"""Camera motion: it is measured from the background, not from the lifter or the plates."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from hingecheck import posture
from hingecheck.kinematics import angles, view
from hingecheck.landmarks import ANKLES
from hingecheck.pose import camera_motion, cleaning
from hingecheck.records import Bytes, Code, Floats, PoseTrack, Thumbnails
from tests import lifter
from tests.simulated import no_spine

SCALE = 0.25
TIMES_S = np.arange(0.0, 12.0, 0.12)
SHAPE = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5)))


def room(seed: int = 3) -> Bytes:
    """A background of blotches, about as large as in a real picture."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((225, 125)), 2.0)
    return np.asarray(np.clip(128 + 60 * noise / noise.std(), 0, 255), np.uint8)


def camera_path_px(time_s: Floats) -> Floats:
    """A slow camera motion of a few display pixels. It is zero at 6 s, the time of the middle picture."""
    return np.stack([5 * np.sin(1.3 * (time_s - 6)), 9 * np.sin(0.9 * (time_s - 6))], axis=1)


def filmed(wander_px: Floats, picture: Bytes) -> Thumbnails:
    """Shift the picture by fractions of a pixel. A dark disc in the middle moves up and down with the lifter."""
    height = lifter.joints(SHAPE.posture(TIMES_S))["wrist"][:, 1]
    shown = []
    for shift, up in zip(wander_px * SCALE, height, strict=True):
        plain = picture.copy()
        cv2.circle(plain, (60, round(190 - 150 * float(up))), 20, 20, -1)
        matrix = np.array([[1, 0, shift[0]], [0, 1, shift[1]]])
        shown.append(cv2.warpAffine(plain, matrix, plain.shape[::-1], borderMode=cv2.BORDER_REFLECT))
    return Thumbnails(TIMES_S, np.stack(shown).astype(np.uint8), SCALE, (0.0, 0.0))


def track(wander_px: Floats | None = None) -> PoseTrack:
    steady = lifter.track(SHAPE.posture())
    return steady if wander_px is None else replace(steady, xy_px=steady.xy_px + wander_px[:, None])


def test_the_measured_camera_motion_is_that_of_the_background() -> None:
    moving = track(camera_path_px(SHAPE.posture().time_s))
    thumbnails = filmed(camera_path_px(TIMES_S), room())
    transforms = camera_motion.transforms(thumbnails, moving)
    measured_px = camera_motion.shift_px(thumbnails, transforms, moving)
    assert np.abs(measured_px - camera_path_px(moving.time_s)).max() < 0.8
    assert (
        np.abs(camera_motion.taken_out(moving, measured_px).middle_px(ANKLES) - track().middle_px(ANKLES)).max() < 0.8
    )


def test_a_camera_that_tilts_far_is_followed_from_picture_to_picture() -> None:
    def tilt_px(time_s: Floats) -> Floats:
        """So far that hardly anything of the middle picture is left at either end."""
        return np.stack([0 * time_s, 600 * np.tanh((time_s - 6) / 3)], axis=1)

    noise = gaussian_filter(np.random.default_rng(4).standard_normal((625, 125)), 2.0)
    tall = np.clip(128 + 60 * noise / noise.std(), 0, 255).astype(np.uint8)
    rows = np.round(200 - tilt_px(TIMES_S)[:, 1] * SCALE).astype(int)
    thumbnails = Thumbnails(TIMES_S, np.stack([tall[row : row + 225] for row in rows]), SCALE, (0.0, 0.0))
    moving = track(tilt_px(SHAPE.posture().time_s))
    measured_px = camera_motion.shift_px(thumbnails, camera_motion.transforms(thumbnails, moving), moving)
    assert np.abs(measured_px - tilt_px(moving.time_s)).max() < 8, "of 1200 pixels"


def test_a_still_camera_has_no_motion_when_the_lifter_moves() -> None:
    thumbnails = filmed(np.zeros((len(TIMES_S), 2)), room())
    assert (
        np.abs(camera_motion.shift_px(thumbnails, camera_motion.transforms(thumbnails, track()), track())).max() < 0.1
    )


def test_a_plain_background_gives_no_camera_motion() -> None:
    thumbnails = filmed(camera_path_px(TIMES_S), np.full((225, 125), 128, np.uint8))
    transforms = camera_motion.transforms(thumbnails, track())
    assert (camera_motion.shift_px(thumbnails, transforms, track()) == 0).all()
    assert (camera_motion.steadied(thumbnails, transforms).grey == thumbnails.grey).all()


def test_plates_before_a_plain_wall_are_not_taken_for_the_room() -> None:
    height = lifter.joints(SHAPE.posture(TIMES_S))["wrist"][:, 1]
    rises_px = np.stack([0 * height, -150 / SCALE * (height - height.min())], axis=1)
    plates = np.full((225, 125), 230, np.uint8)
    plates[165:215, :18], plates[165:215, -18:] = room()[165:215, :18], room()[165:215, -18:]
    thumbnails = filmed(rises_px, plates)
    transforms = camera_motion.transforms(thumbnails, track())
    assert (camera_motion.shift_px(thumbnails, transforms, track()) == 0).all()


def test_a_clip_without_a_lifter_has_no_camera_motion() -> None:
    thumbnails = filmed(camera_path_px(TIMES_S), room())
    nobody = replace(track(), xy_px=np.full_like(track().xy_px, np.nan))
    assert (camera_motion.shift_px(thumbnails, camera_motion.transforms(thumbnails, nobody), nobody) == 0).all()


def test_steadied_pictures_match_the_background_of_the_middle_picture() -> None:
    thumbnails = filmed(camera_path_px(TIMES_S), room())
    steady = camera_motion.steadied(thumbnails, camera_motion.transforms(thumbnails, track()))
    background = (slice(10, 60), slice(10, 115))

    def mean_difference(grey: Bytes) -> float:
        return float(np.abs(grey[:, *background].astype(float) - grey[len(grey) // 2][background]).mean())

    assert mean_difference(thumbnails.grey) > 10
    assert mean_difference(steady.grey) < 3


def test_camera_motion_does_not_change_the_measured_hand_height() -> None:
    moving = track(camera_path_px(SHAPE.posture().time_s))
    thumbnails = filmed(camera_path_px(TIMES_S), room())
    steady = camera_motion.taken_out(
        moving, camera_motion.shift_px(thumbnails, camera_motion.transforms(thumbnails, moving), moving)
    )
    plain, corrected, uncorrected = (_hand_height(pose) for pose in (track(), steady, moving))
    assert corrected == pytest.approx(plain, abs=0.01)
    assert np.abs(uncorrected - plain).max() > 0.02


def _hand_height(pose: PoseTrack) -> Floats:
    cleaned = cleaning.clean(pose)
    return angles.measure(cleaned, view.orient(cleaned), no_spine(len(cleaned.time_s))).hand_height


@pytest.mark.parametrize(("share", "said"), [(0.0, False), (0.02, False), (0.2, True)])
def test_only_a_strong_shake_is_said(share: float, said: bool) -> None:
    """A shift to and fro, twice a second, by a share of the leg's length."""
    still = track()
    shift_px = share * posture.leg_px(still) * np.sin(4 * np.pi * still.time_s)[:, None] * np.array([1.0, 0.0])
    assert [note.code for note in camera_motion.notes(still, shift_px)] == ([Code.SHAKEN] if said else [])
    nobody = replace(still, xy_px=np.full_like(still.xy_px, np.nan))
    assert camera_motion.notes(nobody, shift_px) == []
