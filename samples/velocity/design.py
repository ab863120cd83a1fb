"""Clips for the errors of bar velocity.

Lifter, clothes, room, light, camera and recording are random, as in every set. The camera is within 15 degrees of the
side view, as a trainer would film for velocity. Style, plates and pace go through their lists in turn, so that any
number of clips has a fair share of each.
"""

from dataclasses import asdict, replace

import numpy as np

from samples.film.draw import random_spec
from samples.spec import ClipSpec, Style
from samples.specfile import parse_spec

SEED = 500_000  # default seed of lifters, rooms and cameras
MOST_YAW_DEG = 15.0
WIDTH_PX, HEIGHT_PX = 288, 512
BLURRED = 3  # every third clip has motion blur, which takes several times as long to draw
STYLES: tuple[Style, ...] = ("conventional", "sumo", "conventional", "rdl", "conventional", "stiff_leg", "block")
RATES_HZ = (30.0, 24.0, 30.0, 30.0)
PLATES_MM = (450.0, 450.0, 450.0, 450.0, 0.0)  # every fifth bar is bare: scaled by the lifter's height alone
FASTEST, SLOWEST = 1.7, 0.8  # tempo: pulls of about 0.9 to 1.8 s


def designed_clips(count: int, seed: int = SEED) -> list[ClipSpec]:
    """Return `count` clips. Another seed draws other ones."""
    return [_spec(seed, number) for number in range(count)]


def _spec(seed: int, number: int) -> ClipSpec:
    """One clip: a random spec, with what matters for velocity on top."""
    drawn = random_spec(seed + number, WIDTH_PX, HEIGHT_PX)
    random = np.random.default_rng([seed, number, 2])
    style = STYLES[number % len(STYLES)]
    lift = replace(
        drawn.lift,
        style=style,
        rhythm="touch_and_go" if number % 4 == 3 else "dead_stop",
        reps=1 + number % 2,
        setup_bends=0,
        stand_s=0.4,
        tempo=float(random.uniform(SLOWEST, FASTEST)),
    )
    height_m = 0.45 if style == "block" else 0.225
    bar = replace(drawn.bar, load="bar", plate_mm=PLATES_MM[number % len(PLATES_MM)], floor_height_m=height_m)
    spec = replace(
        drawn,
        name=f"velocity_{seed}_{number:02d}",
        lift=lift,
        bar=bar,
        scene=replace(drawn.scene, people=0, mirror=False),
        camera=replace(drawn.camera, yaw_deg=float(random.uniform(-MOST_YAW_DEG, MOST_YAW_DEG))),
        video=replace(
            drawn.video,
            rate_hz=RATES_HZ[number % len(RATES_HZ)],
            shutter=drawn.video.shutter if number % BLURRED == 0 else 0.0,
        ),
    )
    return parse_spec(asdict(spec))
