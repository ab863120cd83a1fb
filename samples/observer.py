"""What the pose model sees in a drawn frame.

The hook for training data. Without mediapipe or a bundle: nothing.

Frames of one item lie far apart in time, so the model looks at each afresh (image mode), not as a video
whose landmarks it would smooth.
"""

from pathlib import Path
from typing import Any

import numpy as np

from samples.film.raster import Image, Mask
from samples.lifter.body import Array

BUNDLE_FOLDER = Path(__file__).resolve().parents[1] / "models"
POINTS = 33


class Observer:
    """The pose model, or a stand-in that sees nobody where it is not installed."""

    def __init__(self, bundle: str = "lite") -> None:
        self._landmarker: Any = None
        path = BUNDLE_FOLDER / f"pose_{bundle}.task"
        if path.exists():
            self._landmarker = _open(path)

    def __enter__(self) -> "Observer":
        return self

    def __exit__(self, *_: object) -> None:
        if self._landmarker is not None:
            self._landmarker.close()

    @property
    def present(self) -> bool:
        """Whether there is a model."""
        return self._landmarker is not None

    def see(self, picture: Image) -> tuple[Array, Mask] | None:
        """Landmarks (33, 3).

        X and y in pixels, visibility; and the model's person mask. None: nobody found.
        """
        if self._landmarker is None:
            return None
        import mediapipe as mp

        image = mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(picture))
        result = self._landmarker.detect(image)
        if not result.pose_landmarks:
            return None
        height, width = picture.shape[:2]
        points = np.array([(p.x * width, p.y * height, p.visibility) for p in result.pose_landmarks[0]])
        mask = np.array(result.segmentation_masks[0].numpy_view()).reshape(height, width) > 0.5
        return points, mask


def _open(path: Path) -> Any:
    try:
        from mediapipe.tasks.python import BaseOptions, vision
    except ImportError:
        return None
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(path)),
        running_mode=vision.RunningMode.IMAGE,
        output_segmentation_masks=True,
    )
    return vision.PoseLandmarker.create_from_options(options)
