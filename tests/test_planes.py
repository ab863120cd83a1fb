"""Small pictures from the planes of a decoded one look like those that FFmpeg converts to RGB."""

from __future__ import annotations

import av
import cv2
import numpy as np
import pytest

from hingecheck.records import Bytes
from hingecheck.video import planes
from hingecheck.video.orientation import Orientation

SIZE = (160, 90)


def scene(height: int = 180, width: int = 320) -> Bytes:
    """Smooth colours, different in every corner."""
    y, x = np.mgrid[0:height, 0:width] / (height, width)[0]
    rgb = np.stack([60 + 120 * y, 60 + 60 * x, 200 - 100 * y], axis=-1)
    return np.asarray(rgb.clip(0, 255), np.uint8)


def decoded(pixels: str, matrix: int = 2, *, full: bool = False) -> av.VideoFrame:
    """A picture as a decoder gives it: its pixel format, the tag of its colour matrix, the range of its brightness."""
    known = {1: "ITU709", 9: "BT2020"}.get(matrix, "ITU601")
    frame = av.VideoFrame.from_ndarray(scene(), format="rgb24")
    frame = frame.reformat(format=pixels, dst_colorspace=known, dst_color_range="JPEG" if full else "MPEG")
    frame.colorspace = matrix
    frame.color_range = 2 if full else 1
    return frame


@pytest.mark.parametrize(
    ("pixels", "matrix", "full"),
    [
        ("yuv420p", 2, False),
        ("yuv420p", 5, False),
        ("yuv420p", 1, False),
        ("yuv420p", 6, True),
        ("yuvj420p", 1, True),
        ("yuv420p10le", 2, False),
        ("yuv422p", 2, False),
        ("yuv444p", 1, False),
        ("nv12", 2, False),
    ],
)
def test_colours_are_right_in_every_pixel_format(pixels: str, matrix: int, full: bool) -> None:
    small = planes.small(decoded(pixels, matrix, full=full), 1.5, SIZE, 0.5)
    expected = cv2.resize(scene(), SIZE, interpolation=cv2.INTER_AREA)
    frame = small.frame()
    assert (frame.time_s, frame.scale) == (1.5, 0.5)
    assert frame.rgb.shape == expected.shape
    assert np.abs(frame.rgb.astype(int) - expected).mean() < 2.5


def test_both_sides_are_even() -> None:
    small = planes.small(decoded("yuv420p"), 0.0, (161, 91), 0.5)
    assert small.grey.shape == (90, 160)
    assert planes.of_rgb(scene(91, 161), 0.0, 1.0).frame().rgb.shape == (90, 160, 3)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_an_upright_picture_is_the_turned_and_mirrored_scene(rotation_deg: int, mirrored: bool) -> None:
    small = planes.upright(planes.of_rgb(scene(), 0.0, 1.0), Orientation(rotation_deg, mirrored))
    expected = np.rot90(scene()[:, ::-1] if mirrored else scene(), rotation_deg // 90)
    assert np.abs(small.frame().rgb.astype(int) - expected).mean() < 2.5


def test_rows_with_padding_are_read_without_it() -> None:
    frame = av.VideoFrame.from_ndarray(scene(180, 324)[:, :, :], format="rgb24").reformat(format="yuv420p")
    assert frame.planes[0].line_size > 324
    small = planes.small(frame, 0.0, (324, 180), 1.0)
    assert np.abs(small.frame().rgb.astype(int) - scene(180, 324)).mean() < 2.5
