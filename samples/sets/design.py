"""The designed sets: `design.toml` laid over a random lifter, room and camera within 30 degrees of the side."""

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
SEED = 90_000
MOST_YAW_DEG = 30.0
USUAL_LIFT: Mapping[str, Any] = {"reps": 2, "stand_s": 0.6}
WIDTH_PX, HEIGHT_PX = 288, 512
RATES_HZ = (30.0, 24.0)


def designed_sets(seed: int = SEED) -> list[ClipSpec]:
    """Every set in running order; the same for the same seed, which draws lifters, rooms and cameras."""
    tables = tomllib.loads(DESIGN.read_text(encoding="utf-8"))
    return [_spec(seed, number, name, changes) for number, (name, changes) in enumerate(tables.items())]


def _spec(seed: int, number: int, name: str, changes: Mapping[str, Mapping[str, Any]]) -> ClipSpec:
    drawn = asdict(_drawn(seed, number, name))
    lift = dict(changes.get("lift", {}))
    tempo = round(float(np.random.default_rng([seed, number]).uniform(1.3, 1.6)), 2)
    drawn["lift"] |= {**USUAL_LIFT, "tempo": tempo}
    for table, values in (dict(changes) | {"lift": lift}).items():
        drawn[table] |= values
    return parse_spec(drawn)


def _drawn(seed: int, number: int, name: str) -> ClipSpec:
    """The lifter and everything around, without bystanders, mirror and motion blur."""
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
