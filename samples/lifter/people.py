"""Bystanders: other people who stand in the room, with random clothes and bodies."""

from dataclasses import dataclass

import numpy as np

from samples.lifter.posture import Posture, pose, stance_for
from samples.lifter.skeleton import turn
from samples.lifter.wardrobe import Person, dress, surfaces_of
from samples.scene.room import room_turn
from samples.scene.surfaces import Surface, moved
from samples.spec import BodySpec, ClipSpec, ClothesSpec

SHIRTS = ("#7a2f2f", "#2f5d3a", "#d0d0c8", "#1c1d22", "#6a5a8c", "#c9a227")
SKINS = ("#e0b090", "#c68a6a", "#8d5a3c", "#5a3825")


@dataclass(frozen=True)
class Bystander:
    """A dressed person and the surfaces to draw."""

    person: Person
    surfaces: tuple[Surface, ...]


def bystanders(spec: ClipSpec) -> list[Bystander]:
    """Return as many people as the spec asks for, between the lifter and the wall, to the side of the lifter."""
    random = np.random.default_rng([spec.seed, 7])
    return [_bystander(spec, random, number) for number in range(1, spec.scene.people + 1)]


def _bystander(spec: ClipSpec, random: np.random.Generator, number: int) -> Bystander:
    """Build one person: random body, clothes, place and direction."""
    sex = float(random.integers(0, 2))
    body = BodySpec(
        sex=sex,
        stature_m=float(random.uniform(1.58, 1.9)),
        weight=float(random.uniform(0.3, 0.8)),
        skin=str(random.choice(SKINS)),
    )
    clothes = ClothesSpec(top_colour=str(random.choice(SHIRTS)), hair="bun" if sex else "short", bottom="leggings")
    person = dress(body, clothes, number)
    posture = Posture(thigh_deg=4.0, shank_deg=2.0, neck_deg=float(random.uniform(-5.0, 15.0)))
    posed = pose(person.body, stance_for(person.body, "rdl"), posture, np.array([0.1, 0.8]))
    along = random.uniform(0.75, 1.9) * random.choice([-1.0, 1.0])
    deep = random.uniform(0.9, max(1.0, spec.scene.wall_distance_m - 0.5))
    shift = room_turn(spec) @ np.array([along, deep, 0.0])
    facing = turn(float(random.uniform(-180.0, 180.0)))
    surfaces = [moved(surface, facing, shift) for surface in surfaces_of(person, posed, lifter=False)]
    return Bystander(person, tuple(surfaces))
