"""Tracing: sub-pixel edges, validity, the crop."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck.landmarks import Point
from hingecheck.records import Frame, Sighting
from hingecheck.spine import contour
from tests import lifter

SIZE = (900, 500)
FRAME = Frame(0.0, np.zeros((*SIZE, 3), np.uint8), 1.0)


def standing(lean_deg: float = 0.0, lumbar_deg: float = 0.0) -> Sighting:
    posture = lifter.Posture(np.zeros(1), np.zeros(1), np.zeros(1), np.full(1, lean_deg))
    return lifter.sighting(lifter.track(posture), 0, SIZE, lumbar_deg)


@pytest.mark.parametrize("lean_deg", [0.0, 37.0, 80.0])
def test_the_edge_lies_where_it_is_to_a_fifth_of_a_pixel(lean_deg: float) -> None:
    one = standing(lean_deg)
    hip, shoulder = one.xy_px[Point.LEFT_HIP], one.xy_px[Point.LEFT_SHOULDER]
    across = np.array([hip[1] - shoulder[1], shoulder[0] - hip[0]]) / np.hypot(*(shoulder - hip))
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    away_px = np.abs((np.stack([x, y], axis=-1) - hip) @ across)
    half_px = 41.3
    band = np.clip(half_px - away_px + 0.5, 0, 1).astype(np.float32)
    trace = contour.trace(FRAME, replace(one, mask=band))
    assert np.abs(trace.offset * np.hypot(*trace.axis_px) - half_px).max() < 0.2


def test_edges_are_image_left_and_right_of_an_upright_trunk() -> None:
    one = contour.collect([contour.trace(FRAME, standing())])
    assert one.edge_px(0)[0, 20, 0] < one.origin_px[0, 0] < one.edge_px(1)[0, 20, 0]


def test_display_pixels_undo_scale_and_crop() -> None:
    plain = contour.trace(FRAME, standing())
    moved = contour.trace(replace(FRAME, scale=0.5, origin_px=(30.0, 40.0)), standing())
    assert moved.origin_px == pytest.approx(2 * plain.origin_px + [30, 40])
    assert moved.axis_px == pytest.approx(2 * plain.axis_px)


def test_an_arm_at_the_edge_and_a_step_make_stations_invalid() -> None:
    clean = standing()
    assert contour.trace(FRAME, clean).valid[0, 24:50].all()
    at = contour.trace(FRAME, clean).origin_px - np.array([lifter.HALF_WIDTH * 600, 80.0])
    points = clean.xy_px.copy()
    points[Point.LEFT_ELBOW] = at
    assert not contour.trace(FRAME, replace(clean, xy_px=points)).valid[0].all()
    stepped = clean.mask.copy()
    y, x = int(at[1]), int(at[0])
    stepped[y - 10 : y + 10, x - 40 : x + 1] = 1.0
    assert not contour.trace(FRAME, replace(clean, mask=stepped)).valid[0, 24:50].all()


def test_an_edge_on_the_picture_border_is_not_an_edge() -> None:
    one = standing()
    left = int(one.xy_px[Point.LEFT_HIP, 0])
    cut = replace(
        one, xy_px=one.xy_px - [left - 10.0, 0.0], mask=np.roll(one.mask, 10 - left, axis=1) * 0 + one.mask.max()
    )
    assert not contour.trace(FRAME, cut).valid[0].any()


def test_nobody_gives_nothing() -> None:
    trace = contour.trace(FRAME, None)
    assert np.isnan(trace.offset).all()
    assert not trace.valid.any()
    assert not trace.crop.any()


def test_the_crop_shows_the_trunk_upright_whatever_its_lean() -> None:
    upright, leaning = (contour.trace(FRAME, standing(lean)).crop.astype(float) for lean in (0.0, 60.0))
    assert upright.shape == (72, 72)
    assert np.abs(upright - leaning)[10:].mean() < 8
    assert upright[35, 36] == 255
