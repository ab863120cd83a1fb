"""The rim of a drawn plate: middle and radius to a tenth of a pixel, or nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hingecheck.barbell import rim
from hingecheck.records import Bytes, Floats

RADIUS_PX = 28.6
MIDDLES = np.array([[71.3, 90.7], [70.9, 80.2], [72.1, 66.4], [71.0, 52.6], [71.5, 45.0]])
TIMES = 8
"""How much larger the pictures are drawn."""


def drawn(middle: Floats, *, grey: int = 40, floor: int = 150, yaw_deg: float = 0.0) -> Bytes:
    """A picture (140, 144) of a plate before a room with lines, a floor and a leg."""
    big = np.full((140 * TIMES, 144 * TIMES), 170, np.uint8)
    big[110 * TIMES :] = floor
    cv2.rectangle(big, (60 * TIMES, 0), (75 * TIMES, 120 * TIMES), 90, -1)
    cv2.line(big, (0, 30 * TIMES), (143 * TIMES, 70 * TIMES), 230, 2 * TIMES)
    x, y = np.round(middle * TIMES).astype(int).tolist()
    axes = (round(RADIUS_PX * TIMES * np.cos(np.radians(yaw_deg))), round(RADIUS_PX * TIMES))
    cv2.ellipse(big, (x, y), axes, 0, 0, 360, grey, -1)
    return np.asarray(cv2.resize(big, (144, 140), interpolation=cv2.INTER_AREA), np.uint8)


def seen(pictures: list[Bytes], larger: float, aside: float, yaw_deg: float = 0.0) -> tuple[Floats, float] | None:
    """What the rim shows if the network is off by a share of the radius."""
    places = MIDDLES + np.array([aside, -aside]) * RADIUS_PX
    return rim.measured(pictures, places, RADIUS_PX * (1 + larger), yaw_deg)


@pytest.mark.parametrize(("larger", "aside"), [(0.0, 0.0), (0.08, 0.05), (-0.08, -0.06)])
@pytest.mark.parametrize("yaw_deg", [0.0, 15.0])
def test_the_rim_is_found_to_a_tenth_of_a_pixel_where_the_network_misses_it(
    larger: float, aside: float, yaw_deg: float
) -> None:
    found = seen([drawn(middle, yaw_deg=yaw_deg) for middle in MIDDLES], larger, aside, yaw_deg)
    assert found is not None
    middles, radius_px = found
    half = 0.5 - 0.5 / TIMES  # pixels count from the middle of the first one
    assert rim.THICK * radius_px == pytest.approx(RADIUS_PX, abs=0.2)
    assert middles == pytest.approx(MIDDLES - half, abs=0.2)


def test_a_plate_as_light_as_the_room_has_no_clear_rim() -> None:
    room = np.full((140, 144), 170, np.uint8)
    pictures = [cv2.circle(room.copy(), np.round(middle).astype(int).tolist(), 28, 167, -1) for middle in MIDDLES]
    assert seen([np.asarray(picture, np.uint8) for picture in pictures], 0.02, 0.02) is None


def test_one_picture_without_the_plate_does_not_change_the_radius() -> None:
    pictures = [drawn(middle) for middle in MIDDLES]
    pictures[2] = np.full_like(pictures[2], 128)
    found = seen(pictures, 0.05, 0.03)
    assert found is not None
    assert rim.THICK * found[1] == pytest.approx(RADIUS_PX, abs=0.2)
    middle = MIDDLES[2] + np.array([0.03, -0.03]) * RADIUS_PX  # where the network saw it
    assert found[0][2] == pytest.approx(middle, abs=0.05 * RADIUS_PX)
