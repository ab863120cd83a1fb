"""Tracing the trunk: sub-pixel edges, validity and the crop."""

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
def test_the_traced_edge_is_within_a_fifth_of_a_pixel(lean_deg: float) -> None:
    sighting = standing(lean_deg)
    hip, shoulder = sighting.xy_px[Point.LEFT_HIP], sighting.xy_px[Point.LEFT_SHOULDER]
    across = np.array([hip[1] - shoulder[1], shoulder[0] - hip[0]]) / np.hypot(*(shoulder - hip))
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    away_px = np.abs((np.stack([x, y], axis=-1) - hip) @ across)
    half_px = 41.3
    band = np.clip(half_px - away_px + 0.5, 0, 1).astype(np.float32)
    trace = contour.trace(FRAME, replace(sighting, mask=band))
    assert np.abs(trace.offset * np.hypot(*trace.axis_px) - half_px).max() < 0.2


def test_the_edges_of_an_upright_trunk_are_left_and_right_of_its_axis() -> None:
    traces = contour.collect([contour.trace(FRAME, standing())])
    assert traces.edge_px(0)[0, 20, 0] < traces.origin_px[0, 0] < traces.edge_px(1)[0, 20, 0]


def test_traces_are_in_display_pixels_for_any_scale_and_crop() -> None:
    plain = contour.trace(FRAME, standing())
    moved = contour.trace(replace(FRAME, scale=0.5, origin_px=(30.0, 40.0)), standing())
    assert moved.origin_px == pytest.approx(2 * plain.origin_px + [30, 40])
    assert moved.axis_px == pytest.approx(2 * plain.axis_px)


def test_an_arm_or_a_step_at_the_edge_makes_stations_invalid() -> None:
    clean = standing()
    assert contour.trace(FRAME, clean).valid[0, 24:50].all()
    edge_px = contour.trace(FRAME, clean).origin_px - np.array([lifter.HALF_WIDTH * 600, 80.0])
    points = clean.xy_px.copy()
    points[Point.LEFT_ELBOW] = edge_px
    assert not contour.trace(FRAME, replace(clean, xy_px=points)).valid[0].all()
    stepped = clean.mask.copy()
    y, x = int(edge_px[1]), int(edge_px[0])
    stepped[y - 10 : y + 10, x - 40 : x + 1] = 1.0
    assert not contour.trace(FRAME, replace(clean, mask=stepped)).valid[0, 24:50].all()


def test_an_edge_on_the_picture_border_is_invalid() -> None:
    sighting = standing()
    left = int(sighting.xy_px[Point.LEFT_HIP, 0])
    cut = replace(
        sighting,
        xy_px=sighting.xy_px - [left - 10.0, 0.0],
        mask=np.roll(sighting.mask, 10 - left, axis=1) * 0 + sighting.mask.max(),
    )
    assert not contour.trace(FRAME, cut).valid[0].any()


def test_a_frame_without_a_lifter_gives_an_empty_trace() -> None:
    trace = contour.trace(FRAME, None)
    assert np.isnan(trace.offset).all()
    assert not trace.valid.any()
    assert not trace.crop.any()


def test_the_crop_shows_the_trunk_upright_at_any_lean() -> None:
    upright, leaning = (contour.trace(FRAME, standing(lean)).crop.astype(float) for lean in (0.0, 60.0))
    assert upright.shape == (72, 72)
    assert np.abs(upright - leaning)[10:].mean() < 8
    assert upright[35, 36] == 255
