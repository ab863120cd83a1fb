"""MediaPipe's pose landmarker: the only file that imports mediapipe.

Facts that shape it, found by trial with 0.10.31: an image that is not C-contiguous is silently misread;
a mask whose width is no multiple of four ends the whole process when it is read; video mode wants strictly
growing whole milliseconds; a landmarker left to the garbage collector raises
when the interpreter ends.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from hingecheck.errors import ModelError
from hingecheck.records import Bytes, Floats, Frame, Sighting

_MOST_PEOPLE = 5
_WIDTH_MULTIPLE = 16


class MediaPipeEstimator:
    """A pose bundle (`.task`), ready to run; close it after use, or use it in a `with` statement."""

    def __init__(self, bundle: Path) -> None:
        """Loads the bundle; raises ModelError if the runtime refuses it."""
        self._bundle = bundle
        self._last_ms = -1
        self._video = self._landmarker(vision.RunningMode.VIDEO, people=1)

    def __enter__(self) -> MediaPipeEstimator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def follow(self, frame: Frame) -> Sighting | None:
        """The one person tracked; mask and points in pixels of `frame.rgb`."""
        self._last_ms = max(round(frame.time_s * 1000), self._last_ms + 1)
        result = self._video.detect_for_video(_image(frame.rgb), self._last_ms)
        if not result.pose_landmarks:
            return None
        points = result.pose_landmarks[0]
        return Sighting(
            xy_px=_pixels(points, frame.rgb),
            visibility=np.array([p.visibility for p in points], np.float64),
            world_m=np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]], np.float64),
            mask=_mask(result.segmentation_masks[0], frame.rgb),
        )

    def everyone(self, frame: Frame) -> list[Floats]:
        """Landmarks (33, 2) of up to five people in one picture."""
        if self._still is None:
            self._still = self._landmarker(vision.RunningMode.IMAGE, people=_MOST_PEOPLE)
        result = self._still.detect(_image(frame.rgb))
        return [_pixels(points, frame.rgb) for points in result.pose_landmarks]

    def close(self) -> None:
        """Release both landmarkers."""
        self._video.close()
        if self._still is not None:
            self._still.close()
            self._still = None

    _still: Any = None

    def _landmarker(self, mode: vision.RunningMode, *, people: int) -> Any:
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(self._bundle)),
            running_mode=mode,
            num_poses=people,
            output_segmentation_masks=mode is vision.RunningMode.VIDEO,
        )
        try:
            return vision.PoseLandmarker.create_from_options(options)
        except (RuntimeError, ValueError, FileNotFoundError) as error:
            raise ModelError(
                f"{self._bundle}: the pose runtime refuses this model ({str(error).splitlines()[0]})",
                "Use --model lite or --model full, or give an official pose landmarker .task file.",
            ) from error


def _image(rgb: Bytes) -> mp.Image:
    """`rgb` as the runtime can read it: contiguous, padded on the right to a width it can give a mask for."""
    padding = -rgb.shape[1] % _WIDTH_MULTIPLE
    wide = np.pad(rgb, ((0, 0), (0, padding), (0, 0))) if padding else rgb
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(wide))


def _mask(image: mp.Image, rgb: Bytes) -> NDArray[np.float32]:
    height, width = rgb.shape[:2]
    whole = np.asarray(image.numpy_view(), np.float32).reshape(height, -1)
    return np.array(whole[:, :width])


def _pixels(points: Any, rgb: Bytes) -> Floats:
    height, width = rgb.shape[:2]
    padded = width + -width % _WIDTH_MULTIPLE
    return np.array([(p.x * padded, p.y * height) for p in points], np.float64)
