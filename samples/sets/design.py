"""The designed sets.

Each table of `design.toml` names one set and the keys that matter for it. Lifter, clothes, room and camera are random;
the camera is within 30 degrees of the side view.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from samples.film.draw import random_spec
from samples.spec import ClipSpec, LiftSpec, VideoSpec
from samples.specfile import parse_spec

DESIGN = Path(__file__).with_name("design.toml")
SEED = 90_000  # default seed of lifters, rooms and cameras
MOST_YAW_DEG = 30.0  # largest angle from the side view
USUAL_LIFT: Mapping[str, Any] = {"reps": 2, "stand_s": 0.6}  # used unless the set says otherwise
WIDTH_PX, HEIGHT_PX = 288, 512
RATES_HZ = (30.0, 24.0)  # frame rates, in turn


def designed_sets(seed: int = SEED) -> list[ClipSpec]:
    """Return every set in running order. The seed draws lifters, rooms and cameras."""
    tables = tomllib.loads(DESIGN.read_text(encoding="utf-8"))
    return [_spec(seed, number, name, changes) for number, (name, changes) in enumerate(tables.items())]


def _spec(seed: int, number: int, name: str, changes: Mapping[str, Mapping[str, Any]]) -> ClipSpec:
    """One set: a random spec, with the set's own keys on top."""
    drawn = asdict(_drawn(seed, number, name))
    lift = dict(changes.get("lift", {}))
    tempo = round(float(np.random.default_rng([seed, number]).uniform(1.3, 1.6)), 2)
    drawn["lift"] |= {**USUAL_LIFT, "tempo": tempo}
    for table, values in (dict(changes) | {"lift": lift}).items():
        drawn[table] |= values
    return parse_spec(drawn)


def _drawn(seed: int, number: int, name: str) -> ClipSpec:
    """The random part: lifter, room and camera, without bystanders, mirror and motion blur."""
    drawn = random_spec(seed + number, WIDTH_PX, HEIGHT_PX)
    random = np.random.default_rng([seed, number, 1])
    yaw_deg = float(np.clip(random.normal(0.0, 13.0), -MOST_YAW_DEG, MOST_YAW_DEG))
    lift = LiftSpec(gaze=drawn.lift.gaze, tremor_deg=drawn.lift.tremor_deg)
    video = replace(drawn.video, shutter=0.0, rate_hz=RATES_HZ[number % 2], crf=VideoSpec.crf)
    return replace(
        drawn,
        name=name,
        lift=lift,
        bar=replace(drawn.bar, load="bar"),
        scene=replace(drawn.scene, people=0, mirror=False),
        camera=replace(drawn.camera, yaw_deg=yaw_deg),
        video=video,
    )
