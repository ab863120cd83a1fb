"""Random specs: lifter, lift, room, camera and recording, reproducible from a seed.

Input: a seed. Output: a ClipSpec. The ranges cover what the renderer can vary; the training data and the error card's
random mixtures use them.
"""

from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from samples.spec import BarSpec, BodySpec, CameraSpec, ClipSpec, ClothesSpec, LiftSpec, SceneSpec, VideoSpec

Choice = TypeVar("Choice")
SKINS = ("#f0c8ae", "#e0b090", "#c98f70", "#a9714f", "#8d5a3c", "#5e3a26", "#402818")
HAIRS = ("#15100d", "#2a1d15", "#4a3020", "#7a5632", "#b08a55", "#8a8680", "#6a2a1a")
CLOTHS = (
    "#1a1b1f",
    "#2f4a6d",
    "#8a3550",
    "#c9c9c0",
    "#33552f",
    "#a33a2a",
    "#5a5f66",
    "#d9d9d9",
    "#c77b2f",
    "#403060",
    "#0f3d3e",
    "#e0c14a",
)
PLATES = ("#34373c", "#2f5f96", "#a32a2a", "#3d7a41", "#c9a227", "#55585c", "#22252a")
WALLS = ("#b9b6ae", "#8f9aa3", "#d4d2cc", "#6f7276", "#a88c7a", "#5c6b60", "#3f4247", "#c9b48f")
FLOORS = ("#3a3b3d", "#55565a", "#2a2b2d", "#6b6d70", "#4a4440")
SHOES = ("#d8d8d4", "#1f2023", "#b33a32", "#2f5f96", "#e0e05a")


def pick(random: np.random.Generator, choices: tuple[Choice, ...], odds: tuple[float, ...] | None = None) -> Choice:
    """Return one of the choices; `odds` are their probabilities."""
    return choices[int(random.choice(len(choices), p=odds))]


def random_spec(seed: int, width_px: int = 384, height_px: int = 640) -> ClipSpec:
    """Return a spec with every part drawn at random."""
    random = np.random.default_rng([seed, 20])
    body, camera = _body(random), _camera(random)
    spec = ClipSpec(
        f"random_{seed:06d}",
        seed=seed,
        body=body,
        lift=_lift(random),
        clothes=_clothes(random, body),
        bar=_bar(random),
        scene=_scene(random),
        camera=camera,
        video=_video(random),
    )
    return replace(spec, video=replace(spec.video, width_px=width_px, height_px=height_px))


def _body(random: np.random.Generator) -> BodySpec:
    """A random body; height depends on sex."""
    sex = float(np.clip(random.choice([0.05, 0.95]) + 0.08 * random.standard_normal(), 0.0, 1.0))
    mean = 1.77 - 0.13 * sex
    return BodySpec(
        sex=sex,
        age_years=float(random.uniform(18.0, 70.0)),
        muscle=float(random.uniform(0.35, 0.95)),
        weight=float(np.clip(random.normal(0.52, 0.17), 0.15, 0.95)),
        proportions=float(random.uniform(0.2, 0.8)),
        stature_m=float(np.clip(random.normal(mean, 0.07), 1.5, 2.0)),
        lordosis_deg=float(np.clip(random.normal(0.0, 5.0), -11.0, 13.0)),
        kyphosis_deg=float(np.clip(random.normal(2.0, 5.0), -7.0, 15.0)),
        skin=pick(random, SKINS),
    )


def _lift(random: np.random.Generator) -> LiftSpec:
    """A random conventional, sumo or Romanian lift."""
    style: Any = pick(random, ("conventional", "sumo", "rdl"), (0.6, 0.2, 0.2))
    most = 40.0 if style == "rdl" else 46.0
    return LiftSpec(
        style=style,
        rhythm=pick(random, ("dead_stop", "touch_and_go", "paused"), (0.6, 0.25, 0.15)),
        order=pick(random, ("knee_hip_lumbar", "lumbar_early"), (0.75, 0.25)),
        reps=int(random.integers(1, 3)),
        lumbar_change_deg=float(random.uniform(2.0, most)),
        thoracic_change_deg=float(random.uniform(0.0, 24.0)),
        gaze=float(random.uniform(0.05, 0.75)),
        squat=float(random.uniform(-1.0, 1.0)),
        hips_shoot=bool(random.random() < 0.2),
        lean_back_deg=float(random.uniform(0.0, 9.0)) if random.random() < 0.3 else 0.0,
        setup_bends=int(random.random() < 0.2),
        tempo=float(random.uniform(0.8, 1.4)),
        tremor_deg=float(random.uniform(0.05, 0.4)),
        stand_s=0.5,
    )


def _clothes(random: np.random.Generator, body: BodySpec) -> ClothesSpec:
    """Random clothes and hair."""
    hair: Any = (
        pick(random, ("long", "bun", "short"), (0.45, 0.35, 0.2))
        if body.sex > 0.5
        else pick(random, ("short", "bald", "long"), (0.78, 0.14, 0.08))
    )
    top: Any = pick(random, ("tight", "loose", "hoodie", "bare"), (0.4, 0.35, 0.15, 0.1))
    return ClothesSpec(
        top="tight" if top == "bare" and body.sex > 0.5 else top,
        bottom=pick(random, ("shorts", "leggings")),
        hair=hair,
        belt=bool(random.random() < 0.2),
        looseness_m=float(random.uniform(0.015, 0.08)),
        sleeve=float(random.uniform(0.12, 1.0) if random.random() < 0.4 else random.uniform(0.25, 0.5)),
        top_colour=pick(random, CLOTHS),
        bottom_colour=pick(random, CLOTHS),
        shoe_colour=pick(random, SHOES),
        hair_colour=pick(random, HAIRS),
        belt_colour=pick(random, ("#3a2417", "#15161a", "#7a2222")),
    )


def _bar(random: np.random.Generator) -> BarSpec:
    """A random load with random plates."""
    plate = float(random.choice([0.0, 230.0, 325.0, 450.0], p=[0.12, 0.12, 0.16, 0.6]))
    load: Any = pick(random, ("bar", "kettlebell", "none"), (0.88, 0.06, 0.06))
    return BarSpec(
        load=load,
        plate_mm=plate,
        plates_a_side=int(random.integers(1, 4)),
        plate_colour=pick(random, PLATES),
        floor_height_m=float(random.uniform(0.2, 0.3)),
    )


def _scene(random: np.random.Generator) -> SceneSpec:
    """A random room and light."""
    return SceneSpec(
        backdrop=pick(random, ("plain", "bricks", "panels", "windows")),
        floor=pick(random, ("rubber", "wood", "concrete"), (0.6, 0.2, 0.2)),
        wall_colour=pick(random, WALLS),
        floor_colour=pick(random, FLOORS),
        wall_distance_m=float(random.uniform(1.6, 4.0)),
        rack=bool(random.random() < 0.6),
        shelf=bool(random.random() < 0.6),
        mirror=bool(random.random() < 0.08),
        people=int(random.choice([0, 1, 2], p=[0.86, 0.09, 0.05])),
        platform=bool(random.random() < 0.5),
        light_azimuth_deg=float(random.uniform(-110.0, 110.0)),
        light_height_deg=float(random.uniform(35.0, 85.0)),
        light=float(random.uniform(0.55, 1.35)),
        warmth=float(random.uniform(-0.8, 0.8)),
        shadow=float(random.uniform(0.2, 0.9)),
    )


def _camera(random: np.random.Generator) -> CameraSpec:
    """A random camera that shows 1.5 to 2.2 m of the room at the lifter, more from an oblique view."""
    height, distance = float(random.uniform(0.3, 1.7)), float(random.uniform(2.2, 4.6))
    yaw = float(np.clip(random.normal(0.0, 16.0), -60.0, 60.0))
    across = random.uniform(1.5, 2.2) * (1.0 + 0.3 * abs(np.sin(np.radians(yaw))))
    return CameraSpec(
        facing=pick(random, ("left", "right")),
        yaw_deg=yaw,
        distance_m=distance,
        height_m=height,
        aim_height_m=float(random.uniform(0.75, 1.0)),
        aim_forward_m=float(random.uniform(-0.1, 0.25)),
        field_of_view_deg=float(np.clip(2 * np.degrees(np.arctan(across / 2 / distance)), 20.0, 75.0)),
        roll_deg=float(random.normal(0.0, 1.5)),
        shake_deg=float(random.uniform(0.0, 0.3)),
        distortion=float(random.uniform(-0.08, 0.08)) if random.random() < 0.3 else 0.0,
    )


def _video(random: np.random.Generator) -> VideoSpec:
    """Random noise, blur and exposure."""
    return VideoSpec(
        noise=float(abs(random.normal(0.0, 3.0))),
        shutter=float(random.uniform(0.05, 0.6)),
        exposure_stops=float(np.clip(random.normal(0.0, 0.4), -1.4, 0.9)),
        soft_px=float(max(0.0, random.normal(0.2, 0.4))),
    )
