"""Skin, clothes and hair of a person, as surfaces to draw.

`dress` lays clothes on the resting body once. `surfaces_of` then moves skin, cloth, shoes and hair with each pose.
Loose cloth hangs down from the body. `look` gives the shader the colours and hem heights.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from samples.film.raster import Look
from samples.lifter.accessories import hood, shoes, tail
from samples.lifter.bearing import standing_body
from samples.lifter.body import Array, Body
from samples.lifter.skeleton import Posed, blend, skin_points
from samples.scene.surfaces import Faces, Surface, moved, normals, rgb
from samples.spec import BodySpec, ClothesSpec

ARM_PARTS = ("upperarm", "lowerarm", "wrist", "finger", "metacarpal")
TIGHT_EASE_M = 0.004  # distance of tight cloth from the skin


@dataclass(frozen=True)
class Garment:
    """Cloth over part of the body.

    It knows the vertices that it follows, two resting places for each (on the skin, and hanging), and how far each can
    sag.
    """

    follows: Faces  # (N,) vertex numbers
    faces: Faces
    close: Array  # (N, 3) rest, on the skin
    hanging: Array  # (N, 3) rest, hanging as in standing
    slack_m: Array  # (N,) largest sag
    whole: bool  # True: the whole mesh has this colour (a belt); False: the shader cuts the hems
    colour: Array


@dataclass(frozen=True)
class Person:
    """A dressed body."""

    body: Body
    clothes: ClothesSpec
    skin: str
    marks: Array  # (V, 2) place along the arm, part of the body (see `_marks`)
    rest: Array  # (V, 3) resting places, with the hair's thickness
    garments: tuple[Garment, ...]
    shoes: tuple[Surface, ...]
    wearer: int


def dress(body_spec: BodySpec, clothes: ClothesSpec, wearer: int = 0) -> Person:
    """Put clothes on the resting body; `wearer` is the person's number in the scene."""
    body = standing_body(body_spec)
    marks = _marks(body)
    garments = []
    if clothes.top in ("loose", "hoodie"):
        garments.append(_loose_top(body, clothes, marks))
    if clothes.belt:
        garments.append(_belt(body, clothes, marks))
    return Person(body, clothes, body_spec.skin, marks, _with_hair(body, clothes), tuple(garments), shoes(body), wearer)


def look(person: Person) -> Look:
    """Return colours and hem places for the shader, metres in the resting body."""
    body, clothes = person.body, person.clothes
    size = body.stature_m / 1.76
    hip = body.head("upperleg01.L")[2]
    loose = clothes.top in ("loose", "hoodie")
    hems = (
        hip + (-0.01 if loose else 0.07) * size,
        hip + 0.085 * size,
        0.115 * size if clothes.bottom == "leggings" else hip - 0.30 * size,
        0.085 * size,
    )
    neck, head = body.head("neck01"), body.head("head")
    sleeve = max(clothes.sleeve, 0.94) if clothes.top == "hoodie" else clothes.sleeve
    colours = {
        "skin_colour": person.skin,
        "top_colour": clothes.top_colour,
        "bottom_colour": clothes.bottom_colour,
        "shoe_colour": clothes.shoe_colour,
        "hair_colour": clothes.hair_colour,
    }
    look = {name: tuple(rgb(colour)) for name, colour in colours.items()}
    top = 0.0 if clothes.top == "bare" else 1.0
    hair = 0.0 if clothes.hair == "bald" else 1.0
    band = (body.head("spine03")[2] + 0.01 * size, 0.05 * size)
    return look | {
        "belt": band,
        "hems": hems,
        "cut": (sleeve, neck[2] - 0.005 * size, neck[0] - 0.02 * size, top),
        "head": (head[0] + 0.025, head[2] + 0.045 * size, 0.11 * size, hair),
    }


def surfaces_of(person: Person, posed: Posed, *, lifter: bool) -> list[Surface]:
    """Return all surfaces of the person in a pose; `lifter` marks them for the lifter's mask."""
    blended = blend(person.body, posed)
    body = person.body
    places = skin_points(person.rest, blended)
    how: dict[str, Any] = {"person": lifter, "wearer": person.wearer}
    shell = Surface(
        places,
        normals(places, body.faces),
        body.faces,
        np.zeros_like(places),
        body.vertices,
        person.marks,
        "body",
        0.1,
        lifter,
        wearer=person.wearer,
    )
    cloth = [_hang(person, garment, blended, lifter) for garment in person.garments]
    extra = []
    for side, shoe in zip(("L", "R"), person.shoes, strict=True):
        bone = body.bone(f"foot.{side}")
        turn = posed.rotations[bone]
        placed = moved(shoe, turn, posed.joints[bone] - turn @ body.heads[bone])
        extra.append(replace(placed, person=lifter, wearer=person.wearer))
    if person.clothes.hair in ("long", "bun"):
        extra.append(tail(body, person.clothes, posed, **how))
    if person.clothes.top == "hoodie":
        extra.append(hood(body, person.clothes, posed, **how))
    return [shell, *cloth, *extra]


def _marks(body: Body) -> Array:
    """Return two numbers per vertex (V, 2).

    First: place along the arm, 0 shoulder to 1 wrist; at most 0 on the trunk. Second: part of the body, 2 for an eye,
    0 otherwise.
    """
    names = np.array(body.names)
    marks = np.zeros((len(body.vertices), 2))
    weights = body.weights.tocsc()
    arm_weight = np.asarray(
        weights[:, np.flatnonzero([name.startswith(ARM_PARTS) for name in names])].sum(axis=1)
    ).ravel()
    for side, sign in (("L", 1.0), ("R", -1.0)):
        shoulder, wrist = body.head(f"upperarm01.{side}"), body.head(f"wrist.{side}")
        elbow = body.head(f"lowerarm01.{side}")
        upper, lower = elbow - shoulder, wrist - elbow
        whole = np.linalg.norm(upper) + np.linalg.norm(lower)
        near = (body.vertices - shoulder) @ upper / np.linalg.norm(upper) / whole
        far = ((body.vertices - elbow) @ lower / np.linalg.norm(lower) + np.linalg.norm(upper)) / whole
        along = np.where(
            (body.vertices - elbow) @ (upper / np.linalg.norm(upper) + lower / np.linalg.norm(lower)) > 0,
            far,
            near,
        )
        this_side = body.vertices[:, 1] * sign > 0
        marks[this_side, 0] = np.where(arm_weight > 0.5, along, np.minimum(along, 0.0))[this_side]
    eyes = np.asarray(weights[:, np.flatnonzero([name.startswith("eye") for name in names])].sum(axis=1)).ravel()
    marks[eyes > 0.5, 1] = 2.0
    return marks


def _with_hair(body: Body, clothes: ClothesSpec) -> Array:
    """Return resting places: the scalp raised by the hair's thickness, the feet shrunk to fit in the shoes."""
    size = body.stature_m / 1.76
    places = body.vertices.copy()
    for sign in (1.0, -1.0):
        foot = (places[:, 2] < 0.075 * size) & (places[:, 1] * sign > 0)
        middle = places[foot].mean(axis=0)
        places[foot] = middle + (places[foot] - middle) * [0.93, 0.85, 0.9]
    if clothes.hair == "bald":
        return places
    head = body.head("head")
    from_head = (body.vertices - [head[0] + 0.025, 0.0, head[2] + 0.045 * size]) / (0.11 * size)
    edge = np.interp(from_head[:, 0], [-0.45, -0.1, 0.1, 0.6], [-0.62, 0.12, 0.12, 0.62])
    inside = np.clip((from_head[:, 2] - edge) / 0.3, 0.0, 1.0)
    thickness = (0.012 if clothes.hair == "short" else 0.018) * size
    thickened: Array = places + normals(body.vertices, body.faces) * (inside * thickness)[:, None]
    return thickened


def _patch(body: Body, keep: Array) -> tuple[Faces, Faces]:
    """Return the vertex numbers and renumbered triangles whose corners all lie in a region."""
    faces = body.faces[keep[body.faces].all(axis=1)]
    used, renumbered = np.unique(faces, return_inverse=True)
    return used, renumbered.reshape(-1, 3).astype(np.int32)


def _loose_top(body: Body, clothes: ClothesSpec, marks: Array) -> Garment:
    """A loose shirt or hoodie: it hangs from chest and shoulder blades."""
    size = body.stature_m / 1.76
    hip, neck, chest = body.head("upperleg01.L")[2], body.head("neck01"), body.head("spine01")[2]
    sleeve = max(clothes.sleeve, 0.94) if clothes.top == "hoodie" else clothes.sleeve
    places = body.vertices
    keep = (places[:, 2] > hip - 0.05 * size) & (places[:, 2] < neck[2] + 0.05) & (marks[:, 0] < sleeve + 0.06)
    used, faces = _patch(body, keep)
    out = normals(places, body.faces)[used]
    thick = 0.012 if clothes.top == "hoodie" else TIGHT_EASE_M + 0.003
    close = places[used] + out * thick
    arm = np.clip(marks[used, 0] / 0.3, 0.0, 1.0)
    low = np.clip((chest + 0.1 * size - places[used, 2]) / (0.35 * size), 0.0, 1.0) * (1.0 - arm)
    fall = _fall(body, places[used], low > 0.0, clothes.looseness_m)
    sleeve_ease = arm * clothes.looseness_m * 0.4
    hanging = close + fall * low[:, None] + out * (sleeve_ease + 0.15 * clothes.looseness_m * low)[:, None]
    slack = clothes.looseness_m * (1.5 * low + 0.5 * arm)
    return Garment(used, faces, close, hanging, slack, False, rgb(clothes.top_colour))


def _fall(body: Body, places: Array, trunk: Array, looseness_m: float) -> Array:
    """Return the outward shift (N, 3) of cloth that hangs straight from chest and shoulder blades."""
    middle = np.array([body.head("spine03")[0] + 0.06, 0.0])
    flat = places[:, :2] - middle
    radius, angle = np.linalg.norm(flat, axis=1), np.arctan2(flat[:, 1], flat[:, 0])
    sector = ((angle + np.pi) / (2 * np.pi) * 36).astype(int) % 36
    widest = np.zeros(len(places))
    for number in np.unique(sector[trunk]):
        in_sector = np.flatnonzero((sector == number) & trunk)
        order = in_sector[np.argsort(-places[in_sector, 2])]
        widest[order] = np.maximum.accumulate(radius[order])
    gain = np.clip(widest - radius, 0.0, 0.075) * min(1.0, looseness_m / 0.05)
    shift = np.zeros_like(places)
    shift[:, :2] = flat / np.maximum(radius, 1e-6)[:, None] * gain[:, None]
    return shift


def _belt(body: Body, clothes: ClothesSpec, marks: Array) -> Garment:
    """A lifting belt around the waist."""
    size = body.stature_m / 1.76
    middle = body.head("spine03")[2] + 0.01 * size
    places = body.vertices
    keep = (np.abs(places[:, 2] - middle) < 0.085 * size) & (marks[:, 0] <= 0.0)
    used, faces = _patch(body, keep)
    flat = places[used] * [1, 1, 0] - [body.head("spine03")[0] + 0.07, 0.0, 0.0]
    out = flat / np.linalg.norm(flat, axis=1, keepdims=True)
    shift = 0.012 if clothes.top in ("bare", "tight") else 0.02
    close = places[used] + out * shift
    return Garment(used, faces, close, close, np.zeros(len(used)), True, rgb(clothes.belt_colour))


def _hang(person: Person, garment: Garment, blended: Array, lifter: bool) -> Surface:
    """Return the cloth in a pose.

    Cloth lies on the skin where the surface faces up. It hangs where the surface faces down. Stiff cloth does neither.
    """
    soft = 1.0 - person.clothes.stiffness
    transforms = blended[garment.follows]
    close, loose = skin_points(garment.close, transforms), skin_points(garment.hanging, transforms)
    up = normals(close, garment.faces)[:, 2]
    pressed = soft * np.clip(up * 1.6, 0.0, 1.0)[:, None]
    places = loose + (close - loose) * pressed
    places[:, 2] -= soft * garment.slack_m * np.clip(-up, 0.0, 1.0)
    rest = person.body.vertices[garment.follows]
    marks = person.marks[garment.follows]
    colours = np.tile(garment.colour, (len(places), 1))
    paint = "belt" if garment.whole else "garment"
    return Surface(
        places,
        normals(places, garment.faces),
        garment.faces,
        colours,
        rest,
        marks,
        paint,
        0.05,
        lifter,
        wearer=person.wearer,
    )
