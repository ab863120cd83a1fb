"""MediaPipe's pose landmarker: the only file that imports mediapipe.

In: frames or pictures in RGB.  Out: landmarks and masks, in pixels of the picture given.

Facts about version 0.10.31, found by trial, that this file works around:

- An image that is not C-contiguous is misread without an error.
- A mask whose width is no multiple of four ends the whole process when it is read.
- Its import runs other programs to find a sound library, if `sounddevice` can be imported.
- A landmarker that is left to the garbage collector raises when the interpreter ends.
"""

from __future__ import annotations

import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from hingecheck.backends.memory import give_back
from hingecheck.backends.silence import SILENCE
from hingecheck.errors import ModelError
from hingecheck.records import Bytes, Floats, Frame, Sighting

# Without this, the import looks for a sound library: it runs ldconfig, the C compiler and the linker.
_SILENT: Final = cast(dict[str, Any], sys.modules).setdefault("sounddevice", None) is None

import mediapipe as mp  # noqa: E402
from mediapipe.tasks.python import BaseOptions, vision  # noqa: E402

if _SILENT:
    del sys.modules["sounddevice"]  # another program may import it

_MOST_PEOPLE: Final = 5
"""Largest number of people that are found in one picture."""

_WIDTH_MULTIPLE: Final = 16
"""The width of the image is a multiple of this number of pixels, so that its mask can be read."""


class MediaPipePeople:
    """A pose bundle that finds everybody in single pictures.  Use it in a `with` statement."""

    def __init__(self, bundle: Path) -> None:
        """Load the bundle; raises ModelError if the runtime refuses it."""
        self._still = _landmarker(bundle, people=_MOST_PEOPLE, masks=False)
        self._found, self._lock = False, threading.Lock()

    def __enter__(self) -> MediaPipePeople:
        return self

    def __exit__(self, *_: object) -> None:
        self._still.close()
        give_back()

    def everyone(self, frame: Frame) -> list[Floats]:
        """Landmarks (33, 2) of up to five people in one picture, in pixels of `frame.rgb`.  Threads take turns."""
        with self._lock, nullcontext() if self._found else SILENCE:  # the runtime warns once, of the first person
            result = self._still.detect(_image(frame.rgb))
            self._found |= bool(result.pose_landmarks)
        return [_pixels(points, frame.rgb) for points in result.pose_landmarks]


class MediaPipeStill:
    """The same model for single pictures, without following: training data are made with it."""

    def __init__(self, bundle: Path) -> None:
        """Load the bundle; raises ModelError if the runtime refuses it."""
        self._still = _landmarker(bundle, people=1, masks=True)

    def look(self, frame: Frame) -> Sighting | None:
        """The first person that the model finds, None if it finds nobody; mask and points in pixels of `frame.rgb`."""
        result = self._still.detect(_image(frame.rgb))
        return _sighting(result, frame) if result.pose_landmarks else None

    def close(self) -> None:
        """Release the model."""
        self._still.close()


def _landmarker(bundle: Path, *, people: int, masks: bool) -> Any:
    """A pose landmarker for single pictures; raises ModelError if the runtime refuses the bundle."""
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)),
        running_mode=vision.RunningMode.IMAGE,
        num_poses=people,
        output_segmentation_masks=masks,
    )
    try:
        with SILENCE:
            return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, FileNotFoundError) as error:
        raise ModelError(
            f"{bundle}: the pose runtime refuses this model ({str(error).splitlines()[0]})",
            "Use --model lite or --model full, or give an official pose landmarker .task file.",
        ) from error


def _sighting(result: Any, frame: Frame) -> Sighting:
    """The first person of a result."""
    points = result.pose_landmarks[0]
    return Sighting(
        xy_px=_pixels(points, frame.rgb),
        visibility=np.array([p.visibility for p in points], np.float64),
        world_m=np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]], np.float64),
        mask=_mask(result.segmentation_masks[0], frame.rgb),
    )


def _side_px(rgb: Bytes) -> int:
    """Side of the square to which a picture is padded: at least its longer side, and with a mask that can be read."""
    side: int = max(rgb.shape[:2])
    return side + -side % _WIDTH_MULTIPLE


def _image(rgb: Bytes) -> mp.Image:
    """The picture as the runtime needs it: contiguous, and padded to a square on the right and below."""
    side = _side_px(rgb)
    square = np.zeros((side, side, 3), np.uint8)
    square[: rgb.shape[0], : rgb.shape[1]] = rgb
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=square)


def _mask(image: mp.Image, rgb: Bytes) -> NDArray[np.float32]:
    """The mask (h, w), 0..1, without the padding."""
    height, width = rgb.shape[:2]
    side = _side_px(rgb)
    whole = np.asarray(image.numpy_view(), np.float32).reshape(side, side)
    return np.array(whole[:height, :width])


def _pixels(points: Any, rgb: Bytes) -> Floats:
    """Normalised points of the runtime as (33, 2), in pixels of the picture."""
    side = _side_px(rgb)
    return np.array([(p.x * side, p.y * side) for p in points], np.float64)
