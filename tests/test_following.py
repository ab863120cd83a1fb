"""The follower: it keeps a lifter who moves fast, believes no wrong look, and does not look without end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.pose.following import LOST_S, MORE_ROOM, SPARE, SPARE_AT_FIRST, STEPS, Find, Follower, Look, Square
from hingecheck.records import Bytes, Floats, Frame, Sighting
from tests import lifter

PICTURE = np.zeros((300, 400, 3), np.uint8)
STANDING = lifter.track(lifter.Set(bends=()).posture(), lifter.Camera(200.0, (0.0, 110.0))).xy_px[0]
SIDE_PX = 320.0


def at(x: float, y: float = 150.0) -> Floats:
    """Landmarks of a standing person at a place in the picture."""
    return np.asarray(STANDING + np.array([x, y]))


def turned(xy_px: Floats) -> Floats:
    """The same person upside down."""
    return np.asarray(2 * xy_px.mean(axis=0) - xy_px)


@dataclass
class Network:
    """Sees the person at `person` if the square's middle is within `reach_px` of the hips, else nobody."""

    person: Floats
    reach_px: float = 30.0
    side_px: float = SIDE_PX
    squares: list[Square] = field(default_factory=list)

    def look(self, rgb: Bytes, square: Square) -> Look:
        self.squares.append(square)
        near = np.hypot(*(self.person[list(landmarks.HIPS)].mean(axis=0) - square.middle_px)) <= self.reach_px
        n = landmarks.COUNT
        mask = np.ones(rgb.shape[:2], np.float32)
        seen = Square(self.person[list(landmarks.HIPS)].mean(axis=0), self.side_px, 0.0)
        return Look(Sighting(self.person, np.ones(n), np.zeros((n, 3)), mask), 0.9 if near else 0.1, seen)


def frame(time_s: float, *, scale: float = 1.0, origin_px: tuple[float, float] = (0.0, 0.0)) -> Frame:
    return Frame(time_s, PICTURE, scale, origin_px)


def follower(network: Network, finds: Sequence[Find] = (), found: Sequence[Floats] = ()) -> Follower:
    return Follower(network, finds, lambda _: list(found))


def test_a_lifter_who_moves_farther_than_the_network_reaches_is_kept_because_the_movement_goes_on() -> None:
    network = Network(at(50))
    follow = follower(network, [Find(0.0, at(50))])
    assert follow.follow(frame(0.0)) is not None
    for step in range(1, 12):
        network.person = at(50 + 25 * min(step, 1) + 28 * max(step - 1, 0))
        assert follow.follow(frame(step * 0.13)) is not None


def test_the_same_pictures_are_followed_against_the_order_of_time() -> None:
    network = Network(at(50))
    follow = follower(network, [Find(2.0, at(50))])
    for step in range(12):
        network.person = at(50 + 25 * min(step, 1) + 28 * max(step - 1, 0))
        assert follow.follow(frame(2.0 - step * 0.13)) is not None


def test_a_find_elsewhere_takes_the_place_of_a_wrong_person() -> None:
    network = Network(at(300))
    follow = follower(network, [Find(1.0, at(80))], found=[at(300)])
    assert follow.follow(frame(0.0)) is None or network.squares[-1].middle_px[0] > 250
    network.person = at(80)
    assert follow.follow(frame(1.1)) is not None
    assert network.squares[-1].middle_px[0] == pytest.approx(80, abs=5)


def test_a_find_whose_head_is_elsewhere_takes_the_place_of_a_body_that_is_seen_lying() -> None:
    hip = at(100)[list(landmarks.HIPS)].mean(axis=0)
    lying = np.asarray((at(100) - hip)[:, ::-1] * np.array([-1.0, 1.0]) + hip)
    network = Network(lying)
    follow = follower(network, [Find(0.95, at(100))])
    assert follow.follow(frame(0.9)) is not None
    network.person, network.squares = at(100), []
    assert follow.follow(frame(1.0)) is not None
    assert network.squares[0].angle == pytest.approx(0.0, abs=0.1)


def test_a_tenth_of_a_pixel_seldom_changes_a_square() -> None:
    networks = Network(at(100)), Network(at(100))
    follows = [follower(network, [Find(0.0, at(100))]) for network in networks]
    for step in range(60):
        for network, follow, apart in zip(networks, follows, (0.0, 0.1), strict=True):
            network.person = at(100 + 40 * np.sin(step / 9) + apart, 150 + 30 * np.cos(step / 7))
            follow.follow(frame(0.1 * step))
    pairs = list(zip(*(network.squares for network in networks), strict=True))
    same = [np.allclose(a.middle_px, b.middle_px) and a.side_px == b.side_px for a, b in pairs]
    assert np.mean(same) > 0.8


def test_a_person_upside_down_is_not_believed_neither_as_a_find_nor_as_a_look() -> None:
    network = Network(turned(at(100)), reach_px=1000)
    assert follower(network, [Find(0.0, turned(at(100)))]).follow(frame(0.0)) is None
    assert follower(network, [Find(0.0, at(100))]).follow(frame(0.0)) is None


def test_a_trunk_of_another_length_is_not_the_lifter() -> None:
    small = at(100) * np.array([0.4, 0.4]) + np.array([60.0, 90.0])
    network = Network(small, reach_px=1000)
    assert follower(network, [Find(0.0, at(100))]).follow(frame(0.0)) is None
    assert follower(network, found=[small]).follow(frame(0.0)) is not None


def test_a_lifter_who_bends_toward_the_camera_is_known_by_the_width_of_the_shoulders() -> None:
    trunk_px = float(np.ptp(STANDING[[*landmarks.SHOULDERS, *landmarks.HIPS], 1]))
    shoulders, hips = list(landmarks.SHOULDERS), list(landmarks.HIPS)
    front, bent, small = at(100), at(100), at(100)
    for pose, width in ((front, 0.8), (bent, 0.8), (small, 0.3)):
        pose[shoulders, 0] += np.array([-0.5, 0.5]) * width * trunk_px
    for pose in (bent, small):
        pose[shoulders, 1] = pose[hips, 1] + 1.0
    for find, pose, known in ((front, bent, True), (front, small, False), (at(100), bent, False)):
        follow = follower(Network(pose, reach_px=1000), [Find(0.0, find)])
        assert (follow.follow(frame(0.0)) is not None) == known


def test_the_square_keeps_its_size_while_plates_hide_the_legs() -> None:
    network = Network(at(100), side_px=0.5 * SIDE_PX)
    follow = follower(network, [Find(0.0, at(100))])
    for step in range(8):
        follow.follow(frame(step * 0.13))
    assert network.squares[-1].side_px == pytest.approx(network.squares[0].side_px, rel=0.17)


def test_the_next_guesses_have_more_room_and_less() -> None:
    network = Network(at(100))
    follow = follower(network, [Find(0.0, at(100))])
    follow.follow(frame(0.0))
    network.person, network.squares = at(350), []
    assert follow.follow(frame(0.13)) is None
    sides_px = [square.side_px / network.squares[0].side_px for square in network.squares[1:3]]
    assert sides_px == pytest.approx([MORE_ROOM, 1 / MORE_ROOM], rel=1 / STEPS)


def test_a_lifter_whom_only_the_search_finds_is_followed_from_there() -> None:
    network = Network(at(200))
    follow = follower(network, found=[at(200), at(20) * 0.5])
    assert follow.follow(frame(5.0)) is not None
    assert len(network.squares) == 2
    assert follow.follow(frame(5.13)) is not None
    assert len(network.squares) == 3


def test_an_empty_room_costs_no_look() -> None:
    network = Network(at(200))
    follow = follower(network)
    assert [follow.follow(frame(step * 0.1)) for step in range(5)] == [None] * 5
    assert network.squares == []


def test_the_number_of_looks_is_limited_while_the_lifter_is_lost() -> None:
    network = Network(at(1000))
    follow = follower(network, [Find(0.1 * step, at(100)) for step in range(100)])
    assert all(follow.follow(frame(step * 0.1)) is None for step in range(100))
    assert 100 <= len(network.squares) <= 100 * (1 + SPARE) + SPARE_AT_FIRST


def test_where_the_lifter_was_is_forgotten_after_a_while() -> None:
    network = Network(at(100))
    follow = follower(network, [Find(0.0, at(100))])
    follow.follow(frame(0.0))
    network.squares.clear()
    follow.follow(frame(2.0 + LOST_S))
    assert all(square.angle == 0.0 and square.side_px > SIDE_PX for square in network.squares)


def test_squares_are_in_pixels_of_the_picture_and_finds_in_pixels_of_the_display() -> None:
    network = Network(at(100))
    part = replace(frame(0.0), scale=0.5, origin_px=(40.0, 20.0))
    on_display = at(100) / 0.5 + np.array([40.0, 20.0])
    assert follower(network, [Find(0.0, on_display)]).follow(part) is not None
    hip = at(100)[list(landmarks.HIPS)].mean(axis=0)
    assert network.squares[0].middle_px == pytest.approx(hip, abs=network.squares[0].side_px / STEPS)


def leg(name: str) -> Floats:
    """A standing person with a leg as nobody's is."""
    xy_px = at(100)
    hips_y = xy_px[list(landmarks.HIPS), 1].mean()
    below = [*landmarks.KNEES, *landmarks.ANKLES]
    if name == "knee":
        xy_px[landmarks.KNEES[0], 1] = hips_y - 40.0
    elif name == "ankle":
        xy_px[landmarks.ANKLES[0], 1] = hips_y - 5.0
    else:
        xy_px[below, 1] = hips_y + 0.3 * (xy_px[below, 1] - hips_y)
    return xy_px


@dataclass
class Wide(Network):
    """Sees the person as `better` in squares that are larger than usual."""

    better: Floats | None = None

    def look(self, rgb: Bytes, square: Square) -> Look:
        look = super().look(rgb, square)
        if self.better is None or square.side_px < 1.1 * self.squares[0].side_px:
            return look
        return replace(look, sighting=replace(look.sighting, xy_px=self.better))


@pytest.mark.parametrize("name", ["knee", "ankle", "short"])
def test_a_look_with_an_impossible_leg_counts_only_if_no_other_square_shows_a_better_one(name: str) -> None:
    for better in (None, at(100)):
        network = Wide(at(100))
        follow = follower(network, [Find(0.0, at(100))])
        follow.follow(frame(0.0))
        network.person, network.better, network.squares = leg(name), better, []
        kept = follow.follow(frame(0.13))
        assert kept is not None
        assert (kept.xy_px == (leg(name) if better is None else better)).all()
        assert len(network.squares) >= 2
