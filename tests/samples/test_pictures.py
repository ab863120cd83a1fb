"""Drawn pictures: they are reproducible, show every style and nuisance, and match masks and joints."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from samples.film.clip import Stage, draw_frame, draw_mask, instant_at, set_stage
from samples.film.draw import random_spec
from samples.film.raster import Image, Raster
from samples.scene.camera import project, view_at
from samples.spec import ClipSpec
from samples.specfile import parse_spec

SIZE = {"width_px": 108, "height_px": 180, "noise": 0.0, "shutter": 0.0}
BASE: dict[str, Any] = {"name": "base", "seed": 5, "lift": {"reps": 1}, "video": SIZE}


def staged(**tables: dict[str, Any]) -> Stage:
    """A stage from the base spec with some tables changed."""
    merged = {key: {**BASE.get(key, {}), **table} for key, table in tables.items()}
    return set_stage(parse_spec(BASE | merged))


def drawn(stage: Stage, frame: int = 110) -> Image:
    """One frame."""
    with Raster(stage.spec.video.width_px, stage.spec.video.height_px) as raster:
        return draw_frame(stage, raster, frame)


@pytest.fixture(scope="module")
def base_picture() -> Image:
    return drawn(staged())


def test_the_same_seed_gives_the_same_pixels() -> None:
    stage = {"video": {"noise": 6.0, "shutter": 0.5}, "camera": {"shake_deg": 0.3}}
    once, again = drawn(staged(**stage)), drawn(staged(**stage))
    assert np.array_equal(once, again)
    assert len(np.unique(once)) > 60


NUISANCES: list[dict[str, dict[str, Any]]] = [
    {"lift": {"style": "sumo"}},
    {"lift": {"style": "rdl"}},
    {"lift": {"pattern": "low_back_led"}},
    {"clothes": {"top": "bare"}},
    {"clothes": {"top": "loose"}},
    {"clothes": {"top": "hoodie"}},
    {"clothes": {"belt": True}},
    {"clothes": {"hair": "long"}},
    {"clothes": {"hair": "bun"}},
    {"clothes": {"hair": "bald"}},
    {"clothes": {"bottom": "leggings"}},
    {"bar": {"plate_mm": 0}},
    {"bar": {"plate_mm": 230}},
    {"bar": {"load": "kettlebell"}},
    {"bar": {"load": "none"}},
    {"scene": {"backdrop": "bricks"}},
    {"scene": {"backdrop": "panels"}},
    {"scene": {"backdrop": "windows"}},
    {"scene": {"floor": "wood", "platform": False}},
    {"scene": {"floor": "concrete", "platform": False}},
    {"scene": {"people": 2}},
    {"scene": {"mirror": True}},
    {"scene": {"light": 0.4}},
    {"scene": {"warmth": 1.0}},
    {"scene": {"lifter": False}},
    {"camera": {"yaw_deg": -45}},
    {"camera": {"yaw_deg": 45}},
    {"camera": {"facing": "left"}},
    {"camera": {"height_m": 0.4}},
    {"camera": {"roll_deg": 6}},
    {"camera": {"distortion": 0.1}},
    {"camera": {"distance_m": 5.0}},
    {"camera": {"shake_deg": 0.8}},
    {"video": {"noise": 12}},
    {"video": {"exposure_stops": -1.5}},
    {"video": {"soft_px": 1.5}},
    {"body": {"sex": 1.0, "weight": 0.9}},
    {"body": {"age_years": 70.0, "muscle": 0.2}},
    {"body": {"lordosis_deg": 12.0}},
    {"body": {"kyphosis_deg": 15.0}},
    {"lift": {"squat": 1.0}},
    {"lift": {"thoracic_change_deg": 30.0}},
    {"lift": {"gaze": 0.0}},
]


@pytest.mark.parametrize("change", NUISANCES, ids=str)
def test_every_style_and_nuisance_changes_the_picture(change: dict[str, Any], base_picture: Image) -> None:
    picture = drawn(staged(**change))
    assert picture.shape == base_picture.shape
    assert 8.0 < picture.mean() < 245.0
    different = np.abs(picture.astype(int) - base_picture).max(axis=2) > 12
    assert different.mean() > 0.0003


@pytest.mark.parametrize("camera", [{}, {"distortion": 0.12, "roll_deg": 5.0}, {"yaw_deg": 30.0, "facing": "left"}])
def test_the_lifters_joints_lie_in_the_lifters_mask(camera: dict[str, Any]) -> None:
    stage = staged(camera=camera, bar={"load": "none"}, video={"width_px": 216, "height_px": 360})
    frame = int((stage.plan.reps[0].liftoff_s - 0.1) * 30)
    with Raster(216, 360) as raster:
        mask = draw_mask(stage, raster, frame)
    body = stage.lifter.body
    names = ("head", "spine02", "spine03", "upperarm01.R", "upperleg01.R", "lowerleg01.R", "lowerarm01.R")
    posed = instant_at(stage, stage.time_s(frame)).posed
    places = project(
        stage.spec, view_at(stage.spec, stage.wander_deg[frame]), posed.joints[[body.bone(n) for n in names]]
    )
    assert all(mask[int(y), int(x)] for x, y in places)
    assert 0.02 < mask.mean() < 0.4


def test_the_mask_excludes_what_the_plate_hides() -> None:
    bare, hidden = staged(bar={"load": "none"}), staged(bar={"plate_mm": 450})
    frame = int((bare.plan.reps[0].lockout_s) * 30)
    with Raster(108, 180) as raster:
        masks = [draw_mask(stage, raster, frame) for stage in (bare, hidden)]
    assert masks[1].sum() < 0.95 * masks[0].sum()


def test_a_clip_without_a_lifter_has_an_empty_mask_and_no_angles() -> None:
    from samples.film.clip import truth_of

    stage = staged(scene={"lifter": False}, lift={"reps": 0, "stand_s": 0.3})
    with Raster(108, 180) as raster:
        assert not draw_mask(stage, raster, 0).any()
    assert list(truth_of(stage)["frames"]) == ["time_s"]  # type: ignore[call-overload]


def test_facing_orients_the_toes_and_yaw_turns_the_near_side_forward() -> None:
    for facing, sign in (("right", 1.0), ("left", -1.0)):
        near = "R" if facing == "right" else "L"
        far = "L" if near == "R" else "R"
        stage = staged(camera={"facing": facing, "yaw_deg": 20.0})
        body, posed = stage.lifter.body, instant_at(stage, 0.1).posed
        bones = [body.bone(name) for name in ("foot.R", "toe2-1.R", f"upperarm01.{near}", f"upperarm01.{far}")]
        x = project(stage.spec, view_at(stage.spec, np.zeros(3)), posed.joints[bones])[:, 0]
        assert sign * (x[1] - x[0]) > 0
        assert sign * (x[2] - x[3]) > 0  # the camera stands behind


@pytest.mark.parametrize("seed", range(4))
def test_random_specs_are_valid_and_can_be_drawn(seed: int) -> None:
    spec: ClipSpec = random_spec(seed, 96, 160)
    assert random_spec(seed, 96, 160) == spec
    picture = drawn(set_stage(replace(spec, video=replace(spec.video, shutter=0.0))), 0)
    assert picture.std() > 5.0
