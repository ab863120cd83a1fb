"""Small pictures straight from the planes of a decoded one: brightness, and colour for two by two pixels.

In: a decoded picture.  Out: `Small`, upright and reduced, in the layout I420 that encoders take.  Why: a clip's every
picture is reduced for its working copy, and few of them are needed in RGB.  On 1080 lines this takes 0.6 ms; reducing
in RGB and converting back takes 8 ms.

Most phones record the pixel format that is reduced directly.  Others go through RGB, which FFmpeg converts.  Of an
interlaced picture only every second line is used: the others are of another moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane

from hingecheck.records import Bytes, Frame
from hingecheck.video import tones
from hingecheck.video.orientation import Orientation

_DIRECT: Final = ("yuv420p", "yuvj420p")
"""Pixel formats that are reduced directly."""

_MATRICES: Final = {1: True, 2: False, 5: False, 6: False}
"""H.264's tags of the colour matrices that are reduced directly, and whether each is that of BT.709.  FFmpeg takes an
unknown one (2) for BT.601 (5, 6)."""

_FULL_RANGE: Final = 2
"""FFmpeg's tag of brightness from 0 to 255, not from 16 to 235."""

_FIELDS_FROM: Final = 8
"""Smallest number of lines of a picture with two fields."""

_BT709: Final = np.array([[1.0864, -0.0723, -0.0141], [0.0965, 0.8451, 0.0584], [-0.0141, -0.0277, 1.0418]], np.float32)
"""RGB in the matrix of BT.709 from RGB in that of BT.601, for the same brightness and colour planes."""

_LIMITED_Y: Final = np.round(16 + np.arange(256) * 219 / 255).astype(np.uint8)
_LIMITED_UV: Final = np.round(128 + (np.arange(256) - 128) * 224 / 255).astype(np.uint8)
"""Values of the limited range that stand for those of the full range."""


COARSE_PX: Final = 128
"""Least height of a coarse picture, in pixels."""


@dataclass(frozen=True, slots=True)
class Small:
    """A reduced upright picture at a time in seconds.

    `yuv` (h * 3 / 2, w): h rows of brightness, then the two planes of colour; h and w are even.  `scale`: its pixels
    per display pixel.  `bt709`: its colours are those of BT.709, not BT.601.
    """

    time_s: float
    yuv: Bytes
    scale: float
    bt709: bool = False

    @property
    def grey(self) -> Bytes:
        """The brightness (h, w), from 16 to 235."""
        return self.yuv[: self.yuv.shape[0] * 2 // 3]

    def frame(self) -> Frame:
        """The picture in RGB."""
        rgb = cv2.cvtColor(self.yuv, cv2.COLOR_YUV2RGB_I420)
        return Frame(self.time_s, np.asarray(cv2.transform(rgb, _BT709) if self.bt709 else rgb, np.uint8), self.scale)


def small(picture: VideoFrame, time_s: float, size: tuple[int, int], scale: float) -> Small:
    """The picture at a time, not turned, reduced to a width and a height; `scale`: the reduction to note."""
    width, height = (max(2, side // 2 * 2) for side in size)
    bt709 = _MATRICES.get(int(picture.colorspace))
    if picture.format.name not in _DIRECT or bt709 is None or tones.high(int(picture.color_trc)):
        return of_rgb(rgb(picture, (width, height)), time_s, scale)
    sizes = ((width, height), (width // 2, height // 2), (width // 2, height // 2))
    step = _line_step(picture)
    reduced = [_reduced(plane, side, step) for plane, side in zip(picture.planes, sizes, strict=True)]
    if picture.format.name == "yuvj420p" or int(picture.color_range) == _FULL_RANGE:
        tables = (_LIMITED_Y, _LIMITED_UV, _LIMITED_UV)
        reduced = [np.asarray(cv2.LUT(plane, table), np.uint8) for plane, table in zip(reduced, tables, strict=True)]
    return Small(time_s, _joined(reduced), scale, bt709)


def coarse(grey: Bytes) -> tuple[Bytes, int]:
    """The brightness (h, w) reduced by a whole factor, which is cheap, and the factor."""
    height, width = grey.shape
    shrink = max(1, min(height // COARSE_PX, width))
    whole = grey[: height // shrink * shrink, : width // shrink * shrink]
    reduced = cv2.resize(whole, (width // shrink, height // shrink), interpolation=cv2.INTER_AREA)
    return np.asarray(reduced, np.uint8), shrink


def rgb(picture: VideoFrame, size: tuple[int, int]) -> Bytes:
    """The picture in RGB (h, w, 3), not turned, in a width and a height and the brightness of usual screens."""
    step, curve = _line_step(picture), int(picture.color_trc)
    if step == 1:
        out = np.asarray(picture.reformat(width=size[0], height=size[1], format="rgb24").to_ndarray(), np.uint8)
    else:
        whole = np.asarray(picture.reformat(format="rgb24").to_ndarray(), np.uint8)
        out = np.asarray(cv2.resize(whole[::step], size, interpolation=cv2.INTER_AREA), np.uint8)
    return tones.usual(out, curve)


def of_rgb(rgb: Bytes, time_s: float, scale: float) -> Small:
    """A picture (h, w, 3) in RGB; an odd row or column is cut."""
    height, width = (side // 2 * 2 for side in rgb.shape[:2])
    yuv = cv2.cvtColor(np.ascontiguousarray(rgb[:height, :width]), cv2.COLOR_RGB2YUV_I420)
    return Small(time_s, np.asarray(yuv, np.uint8), scale)


def upright(picture: Small, orientation: Orientation) -> Small:
    """The stored picture, upright."""
    if orientation == Orientation():
        return picture
    height, width = picture.grey.shape
    colours = picture.yuv[height:].reshape(2, height // 2, width // 2)
    return replace(picture, yuv=_joined([orientation.upright(plane) for plane in (picture.grey, *colours)]))


def _line_step(picture: VideoFrame) -> int:
    """2 if only every second line is to be used, else 1."""
    return 2 if picture.interlaced_frame and picture.height >= _FIELDS_FROM else 1


def _reduced(plane: VideoPlane, size: tuple[int, int], step: int) -> Bytes:
    """A plane of a decoded picture, reduced to a width and a height; `step`: from one line that is used to the next."""
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height : step, : plane.width]
    if rows.shape[1::-1] == size:
        return np.asarray(rows)
    return np.asarray(cv2.resize(rows, size, interpolation=cv2.INTER_AREA), np.uint8)


def _joined(planes: Sequence[Bytes]) -> Bytes:
    """Three planes, the colours half as wide and high, in the layout I420."""
    width = planes[0].shape[1]
    return np.concatenate([plane.ravel() for plane in planes]).reshape(-1, width)
