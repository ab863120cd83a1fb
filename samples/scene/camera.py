"""The phone camera: its place, its shake, and the projection of a point to a pixel."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from samples.film.raster import View, look_at
from samples.lifter.body import Array
from samples.scene.room import side_sign
from samples.spec import ClipSpec

NEAR_M, FAR_M = 0.3, 30.0


def shake(spec: ClipSpec, count: int) -> Array:
    """Return the hand-held wander of the camera for each frame, (count, 3) degrees: sideways, up, roll."""
    random = np.random.default_rng([spec.seed, 5])
    noise = gaussian_filter1d(random.standard_normal((count + 1, 3)), 0.25 * spec.video.rate_hz, axis=0, mode="nearest")
    wander: Array = noise / np.maximum(noise.std(axis=0), 1e-9) * spec.camera.shake_deg * [1.0, 1.0, 0.6]
    return wander


def stretch(spec: ClipSpec) -> float:
    """Return how much wider than the final picture the scene is drawn, so that the bent edge has pixels."""
    return 1.0 + 1.1 * abs(spec.camera.distortion)


def view_at(spec: ClipSpec, wander_deg: Array) -> View:
    """Return the camera of one frame."""
    camera = spec.camera
    yaw = np.radians(camera.yaw_deg)
    aim = np.array([camera.aim_forward_m, 0.0, camera.aim_height_m])
    aside = np.array([-np.sin(yaw), side_sign(camera) * np.cos(yaw), 0.0])
    drop = camera.height_m - camera.aim_height_m
    level = np.sqrt(max(camera.distance_m**2 - drop**2, 0.25))
    eye = aim + aside * level + np.array([0.0, 0.0, drop])
    right = np.cross([0.0, 0.0, 1.0], aside)
    target = aim + camera.distance_m * (
        right * np.tan(np.radians(wander_deg[0])) + [0.0, 0.0, np.tan(np.radians(wander_deg[1]))]
    )
    return View(eye, perspective(spec) @ look_at(eye, target, camera.roll_deg + float(wander_deg[2])))


def perspective(spec: ClipSpec) -> Array:
    """Return the projection matrix; the field of view is along the picture's shorter side."""
    width, height = spec.video.width_px, spec.video.height_px
    half = np.tan(np.radians(spec.camera.field_of_view_deg) / 2.0) * stretch(spec)
    matrix = np.zeros((4, 4))
    matrix[0, 0] = min(width, height) / width / half
    matrix[1, 1] = min(width, height) / height / half
    matrix[2, 2] = -(FAR_M + NEAR_M) / (FAR_M - NEAR_M)
    matrix[2, 3] = -2.0 * FAR_M * NEAR_M / (FAR_M - NEAR_M)
    matrix[3, 2] = -1.0
    return matrix


def project(spec: ClipSpec, view: View, points_m: Array) -> Array:
    """Return the pixels (N, 2) of points (N, 3), with lens distortion.

    x goes right, y down; pixel centres lie at halves.
    """
    clip = np.column_stack([points_m, np.ones(len(points_m))]) @ view.matrix.T
    flat = clip[:, :2] / clip[:, 3:] * stretch(spec)  # -1..1 across the final picture
    size = np.array([spec.video.width_px, spec.video.height_px])
    pixels: Array = (distorted(spec, flat) * [0.5, -0.5] + 0.5) * size
    return pixels


def distorted(spec: ClipSpec, flat: Array) -> Array:
    """Return where the lens shows an ideal place; both are -1..1 across the picture. Inverse of `ideal`.

    A fixed-point iteration with 12 steps.
    """
    guess = flat.copy()
    for _ in range(12):
        guess = flat / (1.0 + spec.camera.distortion * _radius_squared(spec, guess))[..., None]
    return guess


def ideal(spec: ClipSpec, shown: Array) -> Array:
    """Return the ideal place of what the lens shows at a place.

    r_ideal = r (1 + k r^2), where r is 1 at half the diagonal.
    """
    return shown * (1.0 + spec.camera.distortion * _radius_squared(spec, shown))[..., None]


def _radius_squared(spec: ClipSpec, flat: Array) -> Array:
    """Squared distance from the picture's middle; 1 at half the diagonal."""
    size = np.array([spec.video.width_px, spec.video.height_px], dtype=float)
    inside: Array = (flat**2 * size**2).sum(axis=-1) / (size**2).sum()
    return inside
