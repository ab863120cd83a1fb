"""Observation: the choice of the lifter, display pixels, frames without a person."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.pose import estimation
from hingecheck.pose import lifter as search
from hingecheck.records import Floats, Frame, Sighting, Trace, Wanted
from hingecheck.spine import contour
from tests import lifter


@dataclass
class Scripted:
    """A pose model that returns given sightings, by the time of the frame."""

    sightings: list[Sighting | None] = field(default_factory=list)

    def follow(self, frame: Frame) -> Sighting | None:
        return self.sightings[round(frame.time_s)]


def picture(time_s: float, scale: float = 1.0) -> Frame:
    return Frame(time_s, np.zeros((900, 1600, 3), np.uint8), scale)


def person(x_px: float, stature_px: float) -> Floats:
    posture = lifter.Posture(*(np.zeros(1) for _ in range(4)))
    camera = lifter.Camera(stature_px=stature_px, ankle_px=(x_px, 800.0))
    return np.array(lifter.track(posture, camera).xy_px[0])


def test_empty_frames_are_unknown_and_landmarks_are_in_display_pixels() -> None:
    points = person(400, 600)
    seen = Sighting(points, np.ones(landmarks.COUNT), np.zeros((landmarks.COUNT, 3)), np.ones((900, 1600), np.float32))
    track, traces = estimation.observe([picture(0, 0.5), picture(1, 0.5)], Scripted([seen, None]), contour.trace)
    assert track.xy_px[0] == pytest.approx(points * 2)
    assert list(track.seen) == [True, False]
    assert np.isnan(traces[1].offset).all()


def test_frames_that_come_against_the_order_of_time_are_put_into_it() -> None:
    shape, mask = (landmarks.COUNT, 3), np.ones((900, 1600), np.float32)
    seen = [Sighting(person(x, 600), np.ones(shape[0]), np.zeros(shape), mask) for x in (400, 500)]
    made = list[Trace]()

    def trace(frame: Frame, sighting: Sighting | None) -> Trace:
        made.append(contour.trace(frame, sighting))
        return made[-1]

    track, traces = estimation.observe([picture(1), picture(0)], Scripted(list(seen)), trace)
    assert track.time_s[0] < track.time_s[1]
    assert track.xy_px == pytest.approx(np.stack([person(400, 600), person(500, 600)]))
    assert traces[0] is made[1]


def test_a_lone_lifter_needs_no_crop() -> None:
    assert search.region([[person(400, 600)], [person(410, 600)], []], None) is None
    assert search.region([[], []], None) is None


def test_the_largest_person_who_stays_is_the_lifter() -> None:
    lifting, watching = person(500, 600), person(1300, 350)
    region = search.region([[watching, lifting], [lifting], [lifting, watching, person(100, 380)]], None)
    assert region is not None
    assert region.left < 400
    assert 600 < region.right < 1250
    assert region.top < 200
    assert region.bottom > 820


def test_the_person_who_bends_is_the_lifter_if_sizes_are_similar() -> None:
    bent = lifter.Posture(np.zeros(1), np.full(1, 40.0), np.full(1, 10.0), np.full(1, 60.0))
    camera = lifter.Camera(stature_px=560.0, ankle_px=(500.0, 800.0))
    bends = np.array(lifter.track(bent, camera).xy_px[0])
    stands, watching = person(500, 560), person(1200, 640)
    region = search.region([[stands, watching], [bends, watching], [stands, watching]], None)
    assert region is not None
    assert region.right < 1150


def test_a_person_found_twice_and_a_single_false_person_need_no_crop() -> None:
    alone, other = person(500, 600), person(1300, 350)
    assert search.region([[alone, alone + 5], [alone, alone - 5], [alone]], None) is None
    assert search.region([[alone, other], [alone], [alone]], None) is None
    assert search.region([[alone, other], [alone, other], [alone]], None) is not None


def test_a_person_who_never_bends_beside_what_moves_is_a_bystander() -> None:
    moving = search.Region(200, 100, 700, 850)
    assert search.region([[person(1300, 600)]] * 4, moving) == moving
    assert search.region([[person(450, 600)]] * 4, moving) is None


def test_the_lifter_among_others_of_like_size_is_named() -> None:
    lifting, resting, far = person(500, 600), person(1100, 450), person(1100, 150)
    where = search.among_others([[resting, lifting], [lifting], [lifting, resting]], None)
    assert where == pytest.approx((500, lifting[list(landmarks.HIPS), 1].mean()), abs=20)
    assert search.among_others([[resting, lifting], [lifting], [lifting, resting]], None, "left") is None
    assert search.among_others([[far, lifting], [lifting, far], [lifting, far]], None) is None
    assert search.among_others([[resting, lifting], [lifting], [lifting]], None) is None  # perhaps a wrong look
    assert search.among_others([[], []], None) is None


def test_a_crop_excludes_a_bystander_unless_it_would_cut_the_lifter() -> None:
    region = search.Region(400, 0, 900, 900)
    assert search.beside(region, 300.0, 450.0) == search.Region(450, 0, 900, 900)
    assert search.beside(region, 850.0, 1000.0) == search.Region(400, 0, 850, 900)
    assert search.beside(region, 300.0, 700.0) == region


def test_a_lifter_found_in_few_pictures_is_seldom_found() -> None:
    alone = person(500, 600)
    assert not search.seldom_found([[alone], [alone], [alone], []])
    assert search.seldom_found([[alone], [], [alone], []])
    assert search.seldom_found([[], []])


def test_the_moving_part_is_found_and_camera_motion_is_ignored() -> None:
    texture = np.random.default_rng(3).integers(0, 255, (18, 32, 3))
    room = np.kron(texture, np.ones((50, 50, 1))).astype(np.uint8)
    pictures = []
    for i in range(6):
        rgb = room.copy()
        rgb[200 + 60 * i : 320 + 60 * i, 600:800] = 255
        pictures.append(Frame(float(i), rgb, 0.5))
    region = search.moving_part(pictures)
    assert region is not None
    assert 900 < region.left < 1200
    assert 1600 < region.right < 1900
    assert region.top < 400
    assert region.bottom > 1220
    assert search.moving_part([Frame(float(i), room, 0.5) for i in range(6)]) is None
    shaken = [Frame(float(i), np.roll(room, 40 * i, axis=1), 0.5) for i in range(6)]
    assert search.moving_part(shaken) is None
    assert search.moving_part(pictures[:2]) is None


def test_a_cropped_frame_keeps_its_origin_and_scale() -> None:
    frame = picture(0, 0.5)
    frame.rgb[400, 300] = 255
    cut = search.cut(frame, search.Region(500, 700, 900, 1000))
    assert search.cut(frame, None) is frame
    y, x = np.argwhere(cut.rgb[:, :, 0] == 255)[0]
    assert (x / cut.scale + cut.origin_px[0], y / cut.scale + cut.origin_px[1]) == (600, 800)
    assert cut.rgb.shape == (150, 200, 3)


@pytest.mark.parametrize(
    ("wanted", "hip_x_px"), [("left", 300), ("right", 1300), ("largest", 800), ((1250.0, 500.0), 1300)]
)
def test_the_user_names_the_lifter_among_several_people(wanted: Wanted, hip_x_px: float) -> None:
    left, largest, right, child = person(300, 500), person(800, 620), person(1300, 520), person(1500, 150)
    found = [[largest, left, right], [left, right, largest, child], [right, largest, left], [largest]]
    moving = search.Region(700, 100, 900, 800)
    region = search.region(found, moving, wanted)
    assert region is not None
    assert region.left < hip_x_px < region.right
    hips = [xy_px[[23, 24], 0].mean() for xy_px in search.finds(found, region, wanted).values()]
    assert len(hips) >= 3
    assert hips == pytest.approx([hip_x_px] * len(hips), abs=60)
    assert search.region([[], []], None, wanted) is None
