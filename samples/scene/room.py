"""The room: floor, walls, furniture, mirror and light of a gym."""

from dataclasses import replace

import numpy as np

from samples.film.raster import Lights
from samples.lifter.body import Array
from samples.lifter.skeleton import turn, unit
from samples.scene.surfaces import Surface, box, joined, lathe, moved, quad, rgb
from samples.spec import CameraSpec, ClipSpec, SceneSpec

WALL_PAINT = {"plain": "mirrored", "bricks": "bricks", "panels": "panels", "windows": "windows"}
FLOOR_PAINT = {"rubber": "rubber", "wood": "wood", "concrete": "concrete"}
MIRROR = (-1.9, 0.15, 1.9, 2.15)  # left, bottom, right and top edge on the wall, metres


def side_sign(camera: CameraSpec) -> float:
    """Return -1 if the camera stands on the lifter's right (the lifter faces right in the picture), else 1."""
    return -1.0 if camera.facing == "right" else 1.0


def room_turn(spec: ClipSpec) -> Array:
    """Return the room's rotation: its wall is behind the lifter and nearly square to the camera."""
    random = np.random.default_rng([spec.seed, 3])
    behind = 0.0 if spec.camera.facing == "right" else 180.0
    swing = side_sign(spec.camera) * spec.camera.yaw_deg * 0.75
    return turn(behind + swing + float(random.uniform(-7.0, 7.0)))


def furnish(spec: ClipSpec) -> list[Surface]:
    """Return everything that stands still. In the room's own axes the wall runs along x at y = wall distance."""
    scene, random = spec.scene, np.random.default_rng([spec.seed, 4])
    surfaces = [_floor(scene), *_walls(scene)]
    if scene.rack:
        surfaces.append(_rack(scene, float(random.uniform(-1.5, -0.9)) * random.choice([-1.0, 1.0])))
    if scene.shelf:
        surfaces.append(_shelf(scene, random))
    surfaces += _posters(scene, random) if not scene.mirror else [_mirror_frame(scene)]
    turned = [moved(surface, room_turn(spec), np.zeros(3)) for surface in surfaces]
    return turned + (_platform() if scene.platform else [])


def _floor(scene: SceneSpec) -> Surface:
    """The floor."""
    corners = np.array(
        [
            [-9.0, -8.0, 0.0],
            [9.0, -8.0, 0.0],
            [9.0, scene.wall_distance_m, 0.0],
            [-9.0, scene.wall_distance_m, 0.0],
        ]
    )
    return quad(corners, rgb(scene.floor_colour), paint=FLOOR_PAINT[scene.floor], gloss=0.08)


def _walls(scene: SceneSpec) -> list[Surface]:
    """Back wall, side walls, and a near wall that only a mirror shows."""
    far, colour = scene.wall_distance_m, rgb(scene.wall_colour)
    back = np.array([[-9.0, far, 0.0], [9.0, far, 0.0], [9.0, far, 7.0], [-9.0, far, 7.0]])
    paint = "mirrored" if scene.mirror else WALL_PAINT[scene.backdrop]
    skirting = box(np.array([0.0, far - 0.012, 0.05]), np.array([18.0, 0.024, 0.1]), colour * 0.5)
    sides = [
        quad(np.array([[x, -8.0, 0.0], [x, far, 0.0], [x, far, 7.0], [x, -8.0, 7.0]]), colour * 0.85)
        for x in (-9.0, 9.0)
    ]
    near = quad(back[::-1] * [1, 0, 1] - [0.0, 8.0, 0.0], colour * 0.9)  # only a mirror shows it
    return [quad(back, colour, paint=paint), near, *sides] + ([] if scene.mirror else [skirting])


def _rack(scene: SceneSpec, x: float) -> Surface:
    """A power rack against the wall."""
    colour, far = np.array([0.09, 0.09, 0.1]), scene.wall_distance_m
    parts = []
    for dx in (-0.55, 0.55):
        for y in (far - 0.95, far - 0.12):
            parts.append(box(np.array([x + dx, y, 1.15]), np.array([0.07, 0.07, 2.3]), colour, gloss=0.3))
        parts.append(box(np.array([x + dx, far - 0.53, 2.25]), np.array([0.07, 0.9, 0.07]), colour, gloss=0.3))
        parts.append(box(np.array([x + dx, far - 0.53, 0.1]), np.array([0.07, 0.9, 0.07]), colour, gloss=0.3))
    for y in (far - 0.95, far - 0.12):
        parts.append(box(np.array([x, y, 2.25]), np.array([1.1, 0.06, 0.06]), colour, gloss=0.3))
    return joined(parts)


def _shelf(scene: SceneSpec, random: np.random.Generator) -> Surface:
    """A shelf with two rows of dumbbells."""
    x0, far = float(random.uniform(0.4, 1.6)) * random.choice([-1.0, 1.0]), scene.wall_distance_m
    parts = [
        box(np.array([x0, far - 0.3, z]), np.array([1.9, 0.4, 0.04]), np.array([0.16, 0.16, 0.17]))
        for z in (0.42, 0.85)
    ]
    parts += [
        box(np.array([x0 + dx, far - 0.3, 0.45]), np.array([0.06, 0.4, 0.9]), np.array([0.13, 0.13, 0.14]))
        for dx in (-0.92, 0.92)
    ]
    for z in (0.5, 0.93):
        for number in range(6):
            at = np.array([x0 - 0.78 + 0.31 * number, far - 0.3, z])
            size = 0.045 + 0.006 * number
            for end in (-0.075, 0.075):
                shape = np.array([[-0.04, 0.0], [-0.04, size], [0.04, size], [0.04, 0.0]])
                grey = np.array([0.1, 0.1, 0.11]) + 0.03 * random.random()
                parts.append(lathe(shape, np.array([0.0, 1.0, 0.0]), at + np.array([0.0, end, 0.0]), grey, gloss=0.2))
    return joined(parts)


def _posters(scene: SceneSpec, random: np.random.Generator) -> list[Surface]:
    """A banner and a sign on the wall, and a plyo box beside it."""
    far, surfaces = scene.wall_distance_m, []
    for _ in range(int(random.integers(1, 3))):
        centre = np.array([random.uniform(-2.0, 2.0), far - 0.015, random.uniform(1.5, 2.3)])
        size = np.array([random.uniform(0.4, 1.2), 0.02, random.uniform(0.3, 0.8)])
        colour = random.uniform(0.1, 0.8, 3)
        surfaces.append(box(centre, size, colour))
        surfaces.append(box(centre - [0.0, 0.012, 0.0], size * [0.8, 1.0, 0.25], np.clip(colour + 0.35, 0, 1)))
    where = np.array([random.uniform(-2.6, 2.6), far - 0.35, 0.3])
    surfaces.append(box(where, np.array([0.5, 0.5, 0.6]), np.array([0.6, 0.47, 0.3])))
    return surfaces


def _mirror_frame(scene: SceneSpec) -> Surface:
    """The frame of the wall's mirror."""
    left, low, right, high = MIRROR
    far, grey = scene.wall_distance_m - 0.01, np.array([0.35, 0.35, 0.36])
    middle = (low + high) / 2
    parts = [box(np.array([x, far, middle]), np.array([0.03, 0.03, high - low]), grey) for x in (left, 0.0, right)]
    parts += [
        box(np.array([(left + right) / 2, far, z]), np.array([right - left, 0.03, 0.03]), grey) for z in (low, high)
    ]
    return joined(parts)


def reflected(surfaces: list[Surface], spec: ClipSpec) -> list[Surface]:
    """Return the mirror images of surfaces: behind the wall's plane, left and right exchanged."""
    outward = room_turn(spec) @ np.array([0.0, 1.0, 0.0])
    flip = np.eye(3) - 2.0 * np.outer(outward, outward)
    shift = 2.0 * spec.scene.wall_distance_m * outward
    images = []
    for surface in surfaces:
        if surface.paint == "mirrored":  # the wall that holds the mirror
            continue
        image = moved(surface, flip, shift)
        images.append(replace(image, faces=image.faces[:, ::-1].copy(), person=False, image=True))
    return images


def _platform() -> list[Surface]:
    """A lifting platform in the lifter's axes: wood in the middle, rubber under the plates."""

    def sheet(y0: float, y1: float, height: float) -> Array:
        return np.array([[-0.9, y0, height], [1.1, y0, height], [1.1, y1, height], [-0.9, y1, height]])

    wood = quad(sheet(-0.55, 0.55, 0.002), np.array([0.62, 0.47, 0.31]), paint="wood", gloss=0.15)
    mats = [
        quad(sheet(0.55 * side, 1.3 * side, 0.002)[:: int(side)], np.array([0.14, 0.14, 0.15]), paint="rubber")
        for side in (1.0, -1.0)
    ]
    return [wood, *mats]


def lights(spec: ClipSpec) -> Lights:
    """Return the main light, warm or cold, and the light that the room reflects."""
    scene = spec.scene
    facing = 180.0 if side_sign(spec.camera) < 0 else 0.0
    high, around = np.radians(scene.light_height_deg), np.radians(scene.light_azimuth_deg + facing)
    sun = np.array([np.cos(high) * np.sin(around), np.cos(high) * np.cos(around), np.sin(high)])
    warm = np.array([1.0 + 0.18 * scene.warmth, 1.0, 1.0 - 0.22 * scene.warmth])
    wall, floor = rgb(scene.wall_colour) ** 2, rgb(scene.floor_colour) ** 2
    sky = 0.42 * (0.75 + 0.5 * wall) * warm
    ground = 0.16 * (0.6 + 1.2 * floor) * warm
    exposure = scene.light * 2.0**spec.video.exposure_stops
    return Lights(
        unit(sun),
        1.05 * warm,
        sky,
        ground,
        scene.shadow,
        exposure,
        np.array([0.05, 0.0, 0.8]),
        MIRROR if scene.mirror else (0.0, 0.0, 0.0, 0.0),
    )
