"""Triangle meshes ready to draw, and the simple solids that furniture is made of."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from samples.lifter.body import Array
from samples.lifter.skeleton import unit

Faces = npt.NDArray[np.int32]
PAINTS = {
    "plain": 0,
    "body": 1,
    "garment": 2,
    "rubber": 3,
    "wood": 4,
    "bricks": 5,
    "panels": 6,
    "concrete": 7,
    "windows": 8,
    "mirrored": 9,
    "shoe": 10,
    "belt": 11,
}
"""Number of each paint in the shader `surface.frag`."""


@dataclass(frozen=True)
class Surface:
    """A mesh with its paint.

    `rest` gives the places that patterns are laid on. `person` marks the lifter.
    """

    places: Array  # (V, 3) metres
    normals: Array  # (V, 3)
    faces: Faces  # (F, 3)
    colours: Array  # (V, 3) display values 0..1
    rest: Array  # (V, 3)
    marks: Array  # (V, 2) place along the arm, part of the body (see samples.lifter.wardrobe)
    paint: str = "plain"
    gloss: float = 0.05
    person: bool = False
    image: bool = False  # a mirror image: it casts no shadow
    wearer: int = 0  # number of the person whose clothes paint it


def rgb(text: str) -> Array:
    """Convert `#rrggbb` to three values 0..1."""
    return np.array([int(text[at : at + 2], 16) / 255.0 for at in (1, 3, 5)])


def solid(places: Array, faces: Faces, colour: Array, **how: object) -> Surface:
    """Return a flat-shaded mesh of one colour: every triangle has its own corners."""
    corners = places[faces.ravel()]
    triangles = corners.reshape(-1, 3, 3)
    across = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-12)
    flat = np.arange(len(corners), dtype=np.int32).reshape(-1, 3)
    return smooth_surface(corners, np.repeat(across, 3, axis=0), flat, colour, **how)


def smooth_surface(places: Array, normals: Array, faces: Faces, colour: Array, **how: object) -> Surface:
    """Return a mesh of one colour with given normals."""
    colours = np.tile(np.asarray(colour, dtype=float), (len(places), 1))
    marks = np.zeros((len(places), 2))
    return Surface(places, normals, faces, colours, places.copy(), marks, **how)  # type: ignore[arg-type]


def box(centre: Array, size: Array, colour: Array, **how: object) -> Surface:
    """Return an upright box."""
    corner = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    faces = np.array([face for a, b, c, d in sides for face in ((a, b, c), (a, c, d))], dtype=np.int32)
    return solid(corner * size + centre, faces, colour, **how)


def quad(corners: Array, colour: Array, **how: object) -> Surface:
    """Return a flat sheet with four corners (4, 3), given in order."""
    return solid(corners, np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32), colour, **how)


def lathe(profile: Array, axis: Array, centre: Array, colour: Array, **how: object) -> Surface:
    """Turn a profile of (along, radius) points about an axis; edges stay sharp."""
    along = unit(axis)
    first = unit(np.cross(along, [0.3, 0.2, 0.93]))
    second = np.cross(along, first)
    angles = np.linspace(0.0, 2.0 * np.pi, 33)
    around = np.outer(np.cos(angles), first) + np.outer(np.sin(angles), second)
    parts = [_band(profile[at : at + 2], along, around) for at in range(len(profile) - 1)]
    places = np.concatenate([part[0] for part in parts]) + centre
    normals = np.concatenate([part[1] for part in parts])
    count = len(angles)
    strip = np.array([[(i, i + 1, i + count), (i + 1, i + count + 1, i + count)] for i in range(count - 1)])
    faces = np.concatenate([strip.reshape(-1, 3) + 2 * count * part for part in range(len(parts))])
    return smooth_surface(places, normals, faces.astype(np.int32), colour, **how)


def _band(ends: Array, along: Array, around: Array) -> tuple[Array, Array]:
    """Places and normals of one ring of the lathe."""
    (start, near), (stop, far) = ends
    places = np.concatenate([start * along + near * around, stop * along + far * around])
    outward = unit(np.array([near - far, stop - start]) if (stop - start or near - far) else np.array([1.0, 0.0]))
    normal = outward[0] * along + outward[1] * around
    return places, np.concatenate([normal, normal])


def tube(line: Array, radii: Array, colour: Array, **how: object) -> Surface:
    """Return a round tube along a line of points (N, 3)."""
    count = 12
    angles = np.linspace(0.0, 2.0 * np.pi, count, endpoint=False)
    along = np.gradient(line, axis=0)
    first = np.cross(along, [0.12, 0.99, 0.05])
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(along, first)
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    normals = np.cos(angles)[None, :, None] * first[:, None] + np.sin(angles)[None, :, None] * second[:, None]
    places = line[:, None] + normals * np.asarray(radii)[:, None, None]
    ring = np.arange(count)
    faces = []
    for step in range(len(line) - 1):
        a, b = step * count + ring, step * count + (ring + 1) % count
        faces += [np.column_stack([a, b, a + count]), np.column_stack([b, b + count, a + count])]
    all_faces = np.concatenate(faces).astype(np.int32)
    return smooth_surface(places.reshape(-1, 3), normals.reshape(-1, 3), all_faces, colour, **how)


def ball(centre: Array, radii: Array, colour: Array, **how: object) -> Surface:
    """Return an ellipsoid."""
    heights = np.linspace(-np.pi / 2, np.pi / 2, 13)
    profile = np.column_stack([np.sin(heights), np.cos(heights)])
    unit_ball = lathe(profile, np.array([0.0, 0.0, 1.0]), np.zeros(3), colour, **how)
    normals = unit_ball.places / radii
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    return smooth_surface(unit_ball.places * radii + centre, normals, unit_ball.faces, colour, **how)


def moved(surface: Surface, rotation: Array, shift: Array) -> Surface:
    """Rotate a surface, then shift it; its pattern moves with it."""
    places = surface.places @ rotation.T + shift
    return replace(surface, places=places, normals=surface.normals @ rotation.T)


def joined(surfaces: list[Surface]) -> Surface:
    """Combine several surfaces of one paint into one."""
    starts = np.cumsum([0, *(len(surface.places) for surface in surfaces[:-1])])
    faces = np.concatenate([s.faces + at for s, at in zip(surfaces, starts, strict=True)]).astype(np.int32)
    names = ("places", "normals", "colours", "rest", "marks")
    together: dict[str, Any] = {name: np.concatenate([getattr(s, name) for s in surfaces]) for name in names}
    return replace(surfaces[0], faces=faces, **together)


@lru_cache(maxsize=32)
def _ring(faces_bytes: bytes, count: int) -> Any:
    """Sparse matrix (V, F) that adds the normals of a vertex's triangles."""
    faces = np.frombuffer(faces_bytes, dtype=np.int32).reshape(-1, 3)
    rows, columns = faces.ravel(), np.repeat(np.arange(len(faces)), 3)
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(count, len(faces)))


def normals(places: Array, faces: Faces) -> Array:
    """Return area-weighted vertex normals, (V, 3)."""
    a, b, c = (places[faces[:, corner]] for corner in range(3))
    total = _ring(faces.tobytes(), len(places)) @ np.cross(b - a, c - a)
    directions: Array = total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-12)
    return directions
