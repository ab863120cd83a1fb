"""Shoes, hanging hair and hoods: small solids that move with one bone.

Input: a body, its clothes and its pose. Output: surfaces to draw. Offsets are in metres for a body height of 1.76 m
and scale with body height.
"""

from dataclasses import replace
from typing import Any

import numpy as np
from scipy.spatial import ConvexHull

from samples.lifter.body import Array, Body
from samples.lifter.skeleton import Posed
from samples.scene.surfaces import Faces, Surface, ball, normals, rgb, smooth_surface, tube
from samples.spec import ClothesSpec


def shoes(body: Body) -> tuple[Surface, ...]:
    """Return a low shoe for each foot: the convex hull of the foot, slightly enlarged."""
    size = body.stature_m / 1.76
    pair = []
    for side, sign in (("L", 1.0), ("R", -1.0)):
        foot = body.vertices[(body.vertices[:, 2] < 0.088 * size) & (body.vertices[:, 1] * sign > 0)]
        middle = foot.mean(axis=0)
        grown = middle + (foot - middle) * [1.04, 1.12, 1.0]
        sole = np.column_stack([grown[:, :2], np.zeros(len(grown))])[foot[:, 2] < 0.03 * size]
        points = np.concatenate([grown + np.array([0.0, 0.0, 0.004]), sole])
        hull = ConvexHull(points)
        used, numbers = np.unique(hull.simplices, return_inverse=True)
        places, faces = points[used], _outward(points[used], numbers.reshape(-1, 3).astype(np.int32))
        shoe = smooth_surface(places, normals(places, faces), faces, np.full(3, 0.5), paint="shoe", gloss=0.15)
        pair.append(replace(shoe, rest=places - body.head(f"foot.{side}") * [1, 1, 0]))
    return tuple(pair)


def _outward(places: Array, faces: Faces) -> Faces:
    """Order each triangle's corners counter-clockwise, seen from outside the hull."""
    a, b, c = (places[faces[:, corner]] for corner in range(3))
    inward = np.einsum("fi,fi->f", np.cross(b - a, c - a), a - places.mean(axis=0)) < 0
    faces[inward] = faces[inward][:, ::-1]
    return faces


def tail(body: Body, clothes: ClothesSpec, posed: Posed, **how: Any) -> Surface:
    """Return the hair at the back of the head: a bun, or long hair that hangs down."""
    size = body.stature_m / 1.76
    bone = body.bone("head")
    turn, joint = posed.rotations[bone], posed.joints[bone]
    colour = rgb(clothes.hair_colour) * 0.9
    if clothes.hair == "bun":
        centre = joint + turn @ np.array([-0.085, 0.0, 0.10]) * size
        return ball(centre, np.array([0.042, 0.045, 0.04]) * size, colour, gloss=0.2, **how)
    start, away = joint + turn @ np.array([-0.07, 0.0, 0.07]) * size, turn @ np.array([-1.0, 0.0, -0.15])
    share = np.linspace(0.0, 1.0, 14)[:, None]
    aside = np.array([0.0, 0.07 * max(0.0, float(turn[0, 2])), 0.0])
    line = start + size * (away * 0.075 * np.sqrt(share) + aside * share + np.array([0.0, 0.0, -0.36]) * share**1.4)
    radii = size * (0.002 + 0.042 * np.sin(np.pi * np.clip(0.12 + 0.88 * share.ravel(), 0.0, 1.0)) ** 0.7)
    return tube(line, radii, colour, gloss=0.25, **how)


def hood(body: Body, clothes: ClothesSpec, posed: Posed, **how: Any) -> Surface:
    """Return the hood of a hoodie, between neck and shoulder blades."""
    size = body.stature_m / 1.76
    bone = body.bone("spine01")
    turn = posed.rotations[bone]
    place = body.head("neck01") + np.array([-0.055, 0.0, -0.015]) * size - body.head("spine01")
    lump = ball(np.zeros(3), np.array([0.05, 0.105, 0.075]) * size, rgb(clothes.top_colour) * 0.95, **how)
    return smooth_surface(
        lump.places @ turn.T + posed.joints[bone] + turn @ place,
        lump.normals @ turn.T,
        lump.faces,
        rgb(clothes.top_colour) * 0.95,
        **how,
    )
