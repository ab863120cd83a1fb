"""Draw lines, wedges and text on a picture, in place.

A picture is an array (h, w, 3) of bytes, RGB.  Sizes are in drawing units: one unit is 1/360 of the width of a portrait
picture, about a pixel on a phone.  A `Pen` holds the size of the unit and maps display pixels to the picture.  The
colours are those of Okabe and Ito, which people with any colour vision can distinguish.  Lines have a dark rim.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from hingecheck.records import Bools, Bytes, Floats

Colour = tuple[int, int, int]

YELLOW: Final[Colour] = (240, 228, 66)
SKY: Final[Colour] = (86, 180, 233)
BLUE: Final[Colour] = (0, 114, 178)
GREEN: Final[Colour] = (0, 158, 115)
ORANGE: Final[Colour] = (230, 159, 0)
GREY: Final[Colour] = (150, 150, 150)
INK: Final[Colour] = (20, 20, 20)
PAPER: Final[Colour] = (255, 255, 255)

WEIGHT: Final = 520
"""Weight of the typeface that comes with OpenCV, between regular and bold."""

TEXTS_KEPT: Final = 24
"""Number of drawn texts that are kept for the next frames.  A frame has about 20; a long one takes up to 0.3 MB.
More are no quicker: a frame takes 2.0 ms with 24 of them, 2.5 ms with 128."""

_TINT: Final = 0.55  # opacity of a wedge
_ARC: Final = np.linspace(0.0, 1.0, 12)  # points of a wedge's arc, as shares of it


@dataclass(frozen=True, slots=True)
class Pen:
    """Maps display pixel (x, y) to ((x - left) * zoom, (y - top) * zoom) of the picture; `unit_px`: pixels per unit."""

    left: float
    top: float
    zoom: float
    unit_px: float = 1.0

    def place(self, points_px: Floats) -> Floats:
        """Convert display pixels (..., 2) to pixels of the picture."""
        return np.asarray((points_px - (self.left, self.top)) * self.zoom)

    def thick(self, units: float) -> int:
        """Convert a thickness from units to pixels, at least one."""
        return max(1, round(units * self.unit_px))


def line(picture: Bytes, pen: Pen, points: Floats, colour: Colour, units: float) -> None:
    """Draw a line through points (K, 2) of the picture.  Draw nothing if a point is unknown."""
    if np.isnan(points).any():
        return
    path = [_pixels(points)]
    cv2.polylines(picture, path, False, INK, pen.thick(units) + 2 * pen.thick(0.7), cv2.LINE_AA)
    cv2.polylines(picture, path, False, colour, pen.thick(units), cv2.LINE_AA)


def dots(picture: Bytes, pen: Pen, points: Floats, colour: Colour, units: float) -> None:
    """Draw a dot with a dark rim at each known point (K, 2) of the picture."""
    for x, y in _known(points):
        cv2.circle(picture, (x, y), pen.thick(units) + pen.thick(0.7), INK, -1, cv2.LINE_AA)
        cv2.circle(picture, (x, y), pen.thick(units), colour, -1, cv2.LINE_AA)


def trail(picture: Bytes, pen: Pen, points: Floats, look: tuple[Colour, float], shown: Bools) -> None:
    """Draw a line without a rim through points (K, 2).  It is broken at points that are unknown or not `shown`.

    `look`: colour and width in units.
    """
    colour, units = look
    known = np.flatnonzero(shown & ~np.isnan(points).any(axis=1))
    if known.size:
        runs = np.split(_pixels(points[known]), np.flatnonzero(np.diff(known) > 1) + 1)
        cv2.polylines(picture, runs, False, colour, pen.thick(units), cv2.LINE_AA)


def wedge(picture: Bytes, pen: Pen, at: Floats, turn: tuple[float, float], look: tuple[Colour, float]) -> None:
    """Draw a tinted sector with its corner at the point `at` (2,).

    `turn`: the first and the last direction in radians, clockwise from image right.  `look`: colour and radius in
    units.  Draw nothing if a number is unknown.
    """
    colour, radius = look
    angles = turn[0] + (turn[1] - turn[0]) * _ARC
    arc = at + radius * pen.unit_px * np.column_stack([np.cos(angles), np.sin(angles)])
    if np.isnan(arc).any():
        return
    ring = _pixels(np.concatenate([at[None], arc]))
    (left, top), (right, bottom) = ring.min(axis=0).tolist(), ring.max(axis=0).tolist()
    left, top = max(left, 0), max(top, 0)
    part = picture[top : max(bottom + 1, 0), left : max(right + 1, 0)]
    if part.size:
        tinted = part.copy()
        cv2.fillPoly(tinted, [ring - np.array([left, top], np.int32)], colour, cv2.LINE_AA)
        part[:] = cv2.addWeighted(tinted, _TINT, part, 1 - _TINT, 0)
    line(picture, pen, arc, colour, 1.5)


def extent(text: str, size_px: int) -> tuple[int, int]:
    """Width and height in pixels of a text with a margin."""
    height, width = _glyphs(text, size_px).shape
    return width, height


def plain_words(picture: Bytes, at: tuple[int, int], text: str, look: tuple[Colour, int]) -> None:
    """Draw text without a background.  `at`: the left end of the baseline; `look`: colour and size in pixels."""
    left, base = _baseline(look[1])
    _print(picture, (at[0] - left, at[1] - base), text, look)


def _print(picture: Bytes, at: tuple[int, int], text: str, look: tuple[Colour, int]) -> None:
    """Draw text on the picture.  `at`: the upper left corner of its extent.

    `look`: colour and size in pixels.  What lies outside the picture is left out.
    """
    letters, gap = _inked(text, look[1], look[0])
    x, y = max(at[0], 0), max(at[1], 0)
    part = picture[y : max(at[1] + gap.shape[0], 0), x : max(at[0] + gap.shape[1], 0)]
    if part.size:
        of_text = np.s_[y - at[1] :, x - at[0] :]
        height, width = part.shape[:2]
        let_through = cv2.multiply(part, gap[of_text][:height, :width], scale=1 / 255)
        part[:] = cv2.add(let_through, letters[of_text][:height, :width])


@lru_cache(maxsize=TEXTS_KEPT)
def _inked(text: str, size_px: int, colour: Colour) -> tuple[Bytes, Bytes]:
    """The coloured text on black, and how much of the picture each pixel lets through (255 = all); both (h, w, 3)."""
    alpha = _glyphs(text, size_px)[..., None]
    return (
        np.round(alpha * np.array(colour)).astype(np.uint8),
        np.repeat(np.round(255 * (1 - alpha)).astype(np.uint8), 3, axis=2),
    )


@lru_cache(maxsize=TEXTS_KEPT)
def _glyphs(text: str, size_px: int) -> NDArray[np.float32]:
    """How much of each pixel (h, w) the text covers, 0 to 1.  Cached, because frames repeat the same texts."""
    margin, base = _baseline(size_px)
    left, top, width, height = cv2.getTextSize((0, 0), text, (0, 0), _face(), size_px, WEIGHT)
    canvas = np.zeros((round(1.6 * size_px), width + abs(left) + 2 * margin, 3), np.uint8)
    cv2.putText(canvas, text, (margin, base), (255, 255, 255), _face(), size_px, WEIGHT)
    del top, height  # every background has the same height, so that labels do not jump
    return np.asarray(canvas[..., 0], np.float32) / np.float32(255)


def _baseline(size_px: int) -> tuple[int, int]:
    """Where a text begins on its background: how far its baseline is from the left and from the top, in pixels."""
    return max(2, size_px // 3), round(1.05 * size_px) + size_px // 8


def _pixels(points: Floats) -> NDArray[np.int32]:
    """Points (K, 2) rounded to whole pixels."""
    return np.rint(points).astype(np.int32)


@lru_cache(maxsize=1)
def _face() -> cv2.FontFace:
    return cv2.FontFace("sans")


def _known(points: Floats) -> Iterator[tuple[int, int]]:
    for x, y in points:
        if not (np.isnan(x) or np.isnan(y)):
            yield round(float(x)), round(float(y))
