"""From the drawn picture to the recorded picture: lens, softness, noise."""

import cv2
import numpy as np

from samples.film.raster import Image
from samples.lifter.body import Array
from samples.scene.camera import ideal, stretch
from samples.spec import ClipSpec


class Lens:
    """The lens: it bends drawn pictures and masks as the spec's distortion says."""

    def __init__(self, spec: ClipSpec) -> None:
        self._spec = spec
        self._map = None if spec.camera.distortion == 0.0 else _table(spec)

    def bend(self, drawn: Image) -> Image:
        """Return the picture with lens distortion; unchanged if the spec has none."""
        if self._map is None:
            return drawn
        bent = cv2.remap(drawn, self._map[0], self._map[1], cv2.INTER_LINEAR)
        return np.asarray(bent, dtype=np.uint8)


def _table(spec: ClipSpec) -> tuple[Array, Array]:
    """For each pixel of the recorded picture, its place in the drawn picture."""
    width, height = spec.video.width_px, spec.video.height_px
    across = (np.arange(width) + 0.5) / width * 2.0 - 1.0
    down = (np.arange(height) + 0.5) / height * 2.0 - 1.0
    recorded = np.stack(np.meshgrid(across, down), axis=-1)
    drawn = ideal(spec, recorded) / stretch(spec)
    place = (drawn * 0.5 + 0.5) * [width, height] - 0.5
    return place[..., 0].astype(np.float32), place[..., 1].astype(np.float32)


def record(spec: ClipSpec, picture: Image, frame: int) -> Image:
    """Add softness and sensor noise.

    The noise of a frame depends only on the spec's seed and the frame's number.
    """
    video = spec.video
    if video.soft_px > 0.0:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), video.soft_px), dtype=np.uint8)
    if video.noise <= 0.0:
        return picture
    random = np.random.default_rng([spec.seed, 6, frame])
    grain = random.standard_normal(picture.shape[:2], dtype=np.float32)[..., None] * video.noise
    rough = random.standard_normal((picture.shape[0] // 2, picture.shape[1] // 2, 3), dtype=np.float32)
    tint = np.asarray(cv2.resize(rough * 0.6 * video.noise, (picture.shape[1], picture.shape[0])))
    noisy: Image = np.clip(picture + grain + tint, 0, 255).astype(np.uint8)
    return noisy
