"""Drawn clips to be made worse: good pictures of random lifters, rooms and cameras within 20 degrees of the side."""

from collections.abc import Iterator
from dataclasses import asdict, replace

import numpy as np

from samples.film.draw import random_spec
from samples.spec import ClipSpec, LiftSpec, Pattern, Style
from samples.specfile import parse_spec

SEED = 330_000  # usual seed of the first clip
WIDTH_PX, HEIGHT_PX = 540, 960
MOST_YAW_DEG = 20.0
PATTERNS: tuple[Pattern, ...] = ("hip_led", "mixed", "low_back_led")  # in turn
STYLES: tuple[Style, ...] = ("conventional", "conventional", "sumo", "rdl")  # in turn


def specs(count: int, seed: int = SEED) -> Iterator[ClipSpec]:
    """The clips, each of two repetitions; the same seed gives the same clips."""
    for number in range(count):
        drawn, random = random_spec(seed + number, WIDTH_PX, HEIGHT_PX), np.random.default_rng([seed, number])
        tempo, yaw_deg = random.uniform(1.2, 1.5), np.clip(random.normal(0.0, 9.0), -MOST_YAW_DEG, MOST_YAW_DEG)
        lift = LiftSpec(gaze=drawn.lift.gaze, tremor_deg=drawn.lift.tremor_deg, reps=2, tempo=float(tempo), stand_s=0.7)
        clip = replace(
            drawn,
            name=f"base_{number:02d}",
            lift=replace(lift, pattern=PATTERNS[number % len(PATTERNS)], style=STYLES[number % len(STYLES)]),
            bar=replace(drawn.bar, load="bar"),
            scene=replace(drawn.scene, people=0, mirror=False),
            camera=replace(drawn.camera, yaw_deg=float(yaw_deg), shake_deg=0.0),
            video=replace(drawn.video, rate_hz=30.0, noise=2.0, soft_px=0.0, exposure_stops=0.0, crf=23, shutter=0.0),
        )
        yield parse_spec(asdict(clip))
