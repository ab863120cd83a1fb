"""Random changes of training pictures: another plate inside the outline, another exposure and noise.

All rendered plates look alike. Plates in gyms have grips, letters, rings and smaller plates in front.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

ENLARGED: Final = 4
"""The face is painted at this many times its size, then reduced."""

SMALLEST_PX: Final = 4
"""A plate with a smaller half axis is not painted."""

MIDDLE: Final = np.zeros(2)
Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Face:
    """A plate's face in an enlarged picture: its middle (2,), its half axes (2,) px, and the random generator."""

    picture: Grey
    middle: Floats
    radii: Floats
    random: np.random.Generator

    def disc(self, at: Floats, share: Floats | float, shade: float, thick: int = -1) -> None:
        """Draw an ellipse; its place and size are shares of the face."""
        centre = tuple(int(v) for v in (self.middle + at * self.radii))
        axes = tuple(max(1, int(v)) for v in self.radii * share)
        cv2.ellipse(self.picture, centre, axes, 0, 0, 360, float(np.clip(shade, 0, 255)), thick, cv2.LINE_AA)

    def colour(self) -> None:
        """Draw another grey, a rim and rings."""
        random, shade = self.random, float(self.random.uniform(5, 245))
        if random.random() < 0.7:
            self.disc(MIDDLE, 1.0, shade)
            if random.random() < 0.5:
                self.disc(MIDDLE, float(random.uniform(0.85, 0.97)), shade + random.normal(0, 25))
        for _ in range(int(random.integers(0, 3))):
            share, thick = float(random.uniform(0.3, 0.9)), int(random.integers(1, 8))
            self.disc(MIDDLE, share, shade + random.normal(0, 60), thick)

    def grips(self) -> None:
        """Draw round holes around the middle."""
        random = self.random
        count, ring, hole = int(random.integers(2, 9)), random.uniform(0.5, 0.75), random.uniform(0.08, 0.2)
        dark, first = float(random.uniform(0, 120)), random.uniform(0, 2 * np.pi)
        for angle in first + 2 * np.pi * np.arange(count) / count:
            self.disc(ring * np.array([np.cos(angle), np.sin(angle)]), hole, dark)

    def letters(self) -> None:
        """Draw light spots along an arc, like letters."""
        random = self.random
        light, first, ring = float(random.uniform(100, 255)), random.uniform(0, 2 * np.pi), random.uniform(0.55, 0.8)
        for angle in first + np.arange(0, random.uniform(0.6, 6.0), 0.25):
            if random.random() < 0.75:
                self.disc(ring * np.array([np.cos(angle), np.sin(angle)]), random.uniform(0.02, 0.08, 2), light)

    def smaller(self) -> None:
        """Draw a smaller plate in front."""
        share, shade = float(self.random.uniform(0.3, 0.8)), float(self.random.uniform(5, 245))
        self.disc(MIDDLE, share, shade)
        self.disc(MIDDLE, share * 0.85, shade + self.random.normal(0, 20))

    def hub(self) -> None:
        """Draw the end of the sleeve."""
        self.disc(MIDDLE, float(self.random.uniform(0.06, 0.16)), float(self.random.uniform(60, 230)))


def painted(grey: Grey, plate: Floats, random: np.random.Generator) -> Grey:
    """Return the picture with another plate inside the outline.

    The picture stays as it is if the plate is cut off by the edge or tiny.
    """
    x, y, wide, high = plate
    left, top = int(x - wide) - 2, int(y - high) - 2
    right, bottom = int(x + wide) + 3, int(y + high) + 3
    if left < 0 or top < 0 or right > grey.shape[1] or bottom > grey.shape[0] or min(wide, high) < SMALLEST_PX:
        return grey
    cut = grey[top:bottom, left:right]
    large = np.asarray(cv2.resize(cut, None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_LINEAR), np.uint8)
    middle = np.array([x - left, y - top]) * ENLARGED
    face = _Face(large, middle, np.array([wide, high]) * ENLARGED, random)
    face.colour()
    for paint, odds in ((face.grips, 0.4), (face.letters, 0.4), (face.smaller, 0.35), (face.hub, 0.6)):
        if random.random() < odds:
            paint()
    out = grey.copy()
    out[top:bottom, left:right] = cv2.resize(large, cut.shape[::-1], interpolation=cv2.INTER_AREA)
    return np.asarray(out, np.uint8)


def developed(grey: Grey, random: np.random.Generator) -> Grey:
    """Return the picture with another exposure, contrast, sharpness and noise."""
    light = grey.astype(np.float32) / 255
    light = light ** float(np.exp(random.normal(0.0, 0.35)))
    light = (light - 0.5) * float(random.uniform(0.5, 1.2)) + 0.5 + float(random.normal(0.0, 0.08))
    if random.random() < 0.3:
        light = np.asarray(cv2.GaussianBlur(light, (0, 0), float(random.uniform(0.5, 1.5))), np.float32)
    light = light + random.standard_normal(light.shape, dtype=np.float32) * abs(random.normal(0.0, 0.02))
    return np.asarray(np.clip(light * 255, 0, 255), np.uint8)
