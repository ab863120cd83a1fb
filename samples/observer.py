"""The pose model's view of a drawn frame, for training data.

The frames of one item are far apart in time. So the model runs in image mode and sees each frame alone. Video mode
would smooth the landmarks over time. Without mediapipe or without a model file, the observer sees nothing.
"""

from pathlib import Path
from typing import Any

import numpy as np

from samples.film.raster import Image, Mask
from samples.lifter.body import Array

BUNDLE_FOLDER = Path(__file__).resolve().parents[1] / "models"
POINTS = 33


class Observer:
    """The pose model, or a stand-in that finds nobody if the model is not installed.

    `bundle` is the model size: "lite", "full" or "heavy". Use it as a context manager.
    """

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
        """Whether the pose model is available."""
        return self._landmarker is not None

    def see(self, picture: Image) -> tuple[Array, Mask] | None:
        """Return landmarks and person mask of a picture, or None if nobody is found.

        Landmarks (33, 3): x and y in pixels, and visibility. Mask (H, W): True on the person.
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
    """Open the pose model; None without mediapipe."""
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
