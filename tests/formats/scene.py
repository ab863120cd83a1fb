"""The scene that all clips show: a disc that moves to the right, over a background that is different in every corner.

The picture at any time is known exactly, so a clip can be compared with it whatever its rate, size or codec.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes

WIDTH: Final = 160
HEIGHT: Final = 240
RADIUS: Final = 18
SPEED: Final = 90.0
"""Pixels a second."""

SECONDS: Final = 1.0


def centre_px(time_s: float) -> tuple[float, float]:
    """Where the disc is at a time, in pixels of a picture of WIDTH by HEIGHT."""
    return 30 + SPEED * time_s, 90 + 40 * time_s


def picture(time_s: float, width: int = WIDTH, height: int = HEIGHT) -> Bytes:
    """The scene at a time as RGB (height, width, 3)."""
    y, x = np.mgrid[0:height, 0:width]
    x, y = (x + 0.5) * WIDTH / width, (y + 0.5) * HEIGHT / height
    grey = 40 + 60 * x / WIDTH + 50 * y / HEIGHT
    grey = np.where((x < 40) & (y < 40), 10, grey)  # one dark corner shows the orientation
    at = centre_px(time_s)
    grey = np.where((x - at[0]) ** 2 + (y - at[1]) ** 2 < RADIUS**2, 230, grey)
    return np.repeat(np.asarray(np.round(grey), np.uint8)[..., None], 3, axis=2)


def errors(grey: Bytes, time_s: float) -> tuple[float, float]:
    """How far a grey picture (h, w) is from the scene at a time: in grey levels, and the disc in pixels of the scene.

    Brightness and contrast are fitted first: a codec may change them, a mirror may not.
    """
    small = cv2.resize(grey, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float64)
    wanted = picture(time_s)[..., 0].astype(np.float64)
    slope, level = np.polyfit(small.ravel(), wanted.ravel(), 1)
    fitted = slope * small + level
    bright = np.maximum(fitted - 190, 0)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH] + 0.5
    total = bright.sum() or 1.0
    disc = np.array([(x * bright).sum() / total, (y * bright).sum() / total]) - centre_px(time_s)
    return float(np.abs(fitted - wanted).mean()), float(np.hypot(*disc))
