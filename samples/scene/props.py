"""The load and its support: bar with plates, kettlebell, trap bar, box, blocks and pins.

Lengths are in metres. A load is built around the origin and then moved to its place.
"""

import numpy as np

from samples.lifter.body import Array
from samples.lifter.posture import BOX_DEPTH_M
from samples.lifter.skeleton import pitch
from samples.lifter.styles import REST_HEIGHT_M
from samples.scene.surfaces import Surface, ball, box, joined, lathe, moved, rgb, tube
from samples.spec import BarSpec

ACROSS = np.array([0.0, 1.0, 0.0])
STEEL = np.array([0.62, 0.63, 0.65])
SLEEVE_START_M, SLEEVE_END_M = 0.665, 1.08
BOX_HALF_WIDTH_M, BOX_HEIGHT_M = 0.135, 0.27
PIN_Y_M = 0.6  # distance of the pins from the middle


def bar_at_origin(spec: BarSpec) -> list[Surface]:
    """Return the surfaces of the load, with its centre at the origin and its axis along +y."""
    if spec.load == "none":
        return []
    if spec.load == "kettlebell":
        return [kettlebell(spec)]
    if spec.load == "box":
        return [crate(spec)]
    return [trap_bar() if spec.load == "trap_bar" else barbell(), *plates(spec)]


def barbell() -> Surface:
    """Return a bar 2.16 m long: a 28-mm shaft and 50-mm sleeves."""
    parts = [lathe(np.array([[-0.67, 0.014], [0.67, 0.014]]), ACROSS, np.zeros(3), STEEL, gloss=0.6)]
    for side in (-1.0, 1.0):
        ends = [
            [SLEEVE_START_M, 0.0],
            [SLEEVE_START_M, 0.038],
            [0.69, 0.038],
            [0.69, 0.025],
            [SLEEVE_END_M, 0.025],
            [SLEEVE_END_M, 0.0],
        ]
        parts.append(lathe(np.array(ends), ACROSS * side, np.zeros(3), STEEL * 0.95, gloss=0.6))
    return joined(parts)


def plates(spec: BarSpec) -> list[Surface]:
    """Return bumper plates with a rim, a dished face and a steel hub."""
    if spec.plate_mm < 60:
        return []
    radius, thick, colour = spec.plate_mm / 2000.0, 0.05, rgb(spec.plate_colour)
    body, hubs = [], []
    for side in (-1.0, 1.0):
        for number in range(spec.plates_a_side):
            near = 0.692 + number * (thick + 0.003)
            shape = _plate_profile(near, thick, radius)
            shade = colour * (1.0 if number % 2 == 0 else 0.9) + (0.02 if number % 2 else 0.0)
            body.append(lathe(shape, ACROSS * side, np.zeros(3), shade, gloss=0.15))
        far = 0.692 + spec.plates_a_side * (thick + 0.003)
        hub = [[far - 0.008, 0.0], [far - 0.008, 0.055], [far - 0.004, 0.055], [far - 0.004, 0.026]]
        hubs.append(lathe(np.array(hub), ACROSS * side, np.zeros(3), STEEL * 0.9, gloss=0.5))
        collar = [[far, 0.026], [far, 0.034], [far + 0.03, 0.034], [far + 0.03, 0.026]]
        hubs.append(lathe(np.array(collar), ACROSS * side, np.zeros(3), STEEL * 0.7, gloss=0.4))
    return [joined(body), joined(hubs)]


def _plate_profile(near: float, thick: float, radius: float) -> Array:
    """The outline that the lathe turns, (along, radius) points."""
    inner, far = 0.72 * radius, near + thick
    return np.array(
        [
            [near, 0.025],
            [near + 0.008, 0.3 * radius],
            [near + 0.008, inner],
            [near, inner + 0.01],
            [near, radius - 0.008],
            [near + 0.008, radius],
            [far - 0.008, radius],
            [far, radius - 0.008],
            [far, inner + 0.01],
            [far - 0.008, inner],
            [far - 0.008, 0.3 * radius],
            [far, 0.06],
            [far, 0.025],
        ]
    )


def kettlebell(spec: BarSpec) -> Surface:
    """Return a ball under a handle; the origin is the middle of the handle."""
    colour = rgb(spec.plate_colour)
    bell = ball(np.array([0.0, 0.0, -0.16]), np.array([0.1, 0.1, 0.1]), colour, gloss=0.3)
    around = np.linspace(-0.35 * np.pi, 1.35 * np.pi, 22)
    line = np.column_stack([np.zeros(22), 0.085 * np.cos(around), 0.075 * np.sin(around) - 0.075])
    return joined([bell, tube(line, np.full(22, 0.016), colour * 1.1, gloss=0.3)])


def trap_bar() -> Surface:
    """Return a hexagon around the lifter, with handles along both sides and sleeves outside."""
    corner, tip = np.array([0.33, 0.3, 0.0]), np.array([0.0, 0.62, 0.0])
    parts = []
    for side in (-1.0, 1.0):
        out = np.array([1.0, side, 1.0])
        near, far = corner * out, corner * out * [-1.0, 1.0, 1.0]
        rods = [(near, tip * out), (far, tip * out), (near, far)]
        parts += [tube(np.linspace(start, end, 4), np.full(4, 0.016), STEEL * 0.8, gloss=0.5) for start, end in rods]
        ends = [[0.61, 0.0], [0.61, 0.025], [SLEEVE_END_M, 0.025], [SLEEVE_END_M, 0.0]]
        parts.append(lathe(np.array(ends), ACROSS * side, np.zeros(3), STEEL * 0.95, gloss=0.6))
    for front in (-1.0, 1.0):
        rail = np.linspace(corner * [front, -1.0, 1.0], corner * [front, 1.0, 1.0], 4)
        parts.append(tube(rail, np.full(4, 0.016), STEEL * 0.8, gloss=0.5))
    return joined(parts)


def crate(spec: BarSpec) -> Surface:
    """Return a small box; the hands hold its sides below the upper edge. The origin is midway between the hands."""
    size = np.array([BOX_DEPTH_M, 2 * BOX_HALF_WIDTH_M, BOX_HEIGHT_M])
    centre = np.array([0.0, 0.0, BOX_HEIGHT_M / 2 - REST_HEIGHT_M["box"]])
    lid = box(centre + np.array([0.0, 0.0, BOX_HEIGHT_M / 2]), size * [1.02, 1.02, 0.12], rgb(spec.plate_colour) * 0.8)
    return joined([box(centre, size, rgb(spec.plate_colour)), lid])


def carried(parts: list[Surface], bar_m: Array, roll_deg: float) -> list[Surface]:
    """Move the load to its place (x, z) and roll it about its own axis."""
    shift = np.array([bar_m[0], 0.0, bar_m[1]])
    return [moved(part, pitch(roll_deg), shift) for part in parts]


def support(spec: BarSpec, bar_m: Array) -> list[Surface]:
    """Return what the load rests on: blocks or pins if the plates do not reach the floor, else nothing."""
    return pins(bar_m) if spec.support == "pins" and spec.load == "bar" else blocks(spec, bar_m)


def pins(bar_m: Array) -> list[Surface]:
    """Return four uprights inside the plates and a pin on each side just below the shaft."""
    dark = np.array([0.11, 0.11, 0.12])
    parts = []
    for side in (-PIN_Y_M, PIN_Y_M):
        for ahead in (-0.5, 0.5):
            parts.append(box(np.array([bar_m[0] + ahead, side, 1.1]), np.array([0.06, 0.06, 2.2]), dark, gloss=0.3))
        pin = np.array([bar_m[0], side, bar_m[1] - 0.014 - 0.016])
        parts.append(box(pin, np.array([1.0, 0.032, 0.032]), STEEL * 0.8, gloss=0.4))
    return [joined(parts)]


def blocks(spec: BarSpec, bar_m: Array) -> list[Surface]:
    """Return blocks under the sleeves, if the plates do not reach the floor."""
    lowest = bar_m[1] - max(spec.plate_mm / 2000.0 if spec.plate_mm >= 60 else 0.0, 0.025)
    if spec.load not in ("bar", "trap_bar") or lowest < 0.01:
        return []
    size = np.array([0.42, 0.3, lowest])
    wood = np.array([0.55, 0.42, 0.28])
    return [box(np.array([bar_m[0], side * 0.84, lowest / 2]), size, wood) for side in (-1.0, 1.0)]
