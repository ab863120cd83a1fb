"""Observing: one lifter, times and pixels right, frames without a person unknown."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from hingecheck import contour, landmarks, pose
from hingecheck.records import Floats, Frame, Sighting
from tests import lifter


@dataclass
class Scripted:
    """A pose model that says what it was told to."""

    sightings: list[Sighting | None] = field(default_factory=list)
    crowds: list[list[Floats]] = field(default_factory=list)

    def follow(self, frame: Frame) -> Sighting | None:
        return self.sightings[round(frame.time_s)]

    def everyone(self, frame: Frame) -> list[Floats]:
        return self.crowds[round(frame.time_s)]

    def close(self) -> None:
        """Nothing to release."""


def picture(time_s: float, scale: float = 1.0) -> Frame:
    return Frame(time_s, np.zeros((900, 1600, 3), np.uint8), scale)


def person(x_px: float, stature_px: float) -> Floats:
    posture = lifter.Posture(*(np.zeros(1) for _ in range(4)))
    camera = lifter.Camera(stature_px=stature_px, ankle_px=(x_px, 800.0))
    return np.array(lifter.track(posture, camera).xy_px[0])


def test_frames_without_a_person_are_unknown_and_pixels_are_those_of_the_display() -> None:
    points = person(400, 600)
    seen = Sighting(points, np.ones(landmarks.COUNT), np.zeros((landmarks.COUNT, 3)), np.ones((900, 1600), np.float32))
    track, traces = pose.observe([picture(0, 0.5), picture(1, 0.5)], Scripted([seen, None]), contour.trace)
    assert track.xy_px[0] == pytest.approx(points * 2)
    assert list(track.seen) == [True, False]
    assert np.isnan(traces[1].offset).all()


def test_alone_the_lifter_gets_the_whole_picture() -> None:
    crowds = [[person(400, 600)], [person(410, 600)], []]
    assert pose.choose_lifter([picture(t) for t in range(3)], Scripted(crowds=crowds)) is None


def test_of_several_people_the_largest_who_stays_is_the_lifter() -> None:
    lifting, watching = person(500, 600), person(1300, 350)
    crowds = [[watching, lifting], [lifting], [lifting, watching, person(100, 380)]]
    region = pose.choose_lifter([picture(t) for t in range(3)], Scripted(crowds=crowds))
    assert region is not None
    assert region.left < 400
    assert 600 < region.right < 1250
    assert region.top < 200
    assert region.bottom > 820


def test_a_crowd_is_more_than_one_person_in_one_picture() -> None:
    pictures = [picture(0), picture(1)]
    twice = person(500, 600)
    assert not pose.crowded(pictures, Scripted(crowds=[[twice, twice + 5], [person(900, 600)]]))
    assert pose.crowded(pictures, Scripted(crowds=[[twice], [twice, person(1300, 350)]]))


def test_a_cut_frame_knows_where_it_was() -> None:
    frame = picture(0, 0.5)
    frame.rgb[400, 300] = 255
    (cut,) = pose.crop([frame], pose.Region(500, 700, 900, 1000))
    y, x = np.argwhere(cut.rgb[:, :, 0] == 255)[0]
    assert (x / cut.scale + cut.origin_px[0], y / cut.scale + cut.origin_px[1]) == (600, 800)
    assert cut.rgb.shape == (150, 200, 3)
