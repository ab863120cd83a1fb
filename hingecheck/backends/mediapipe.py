"""MediaPipe's pose landmarker: the only file that imports mediapipe.

Facts that shape it, found by trial with 0.10.31: an image that is not C-contiguous is silently misread; one
that is not square is followed with a slightly skewed region (the runtime says so when it starts); a mask whose
width is no multiple of four ends the whole process when it is read; video mode wants strictly growing whole
milliseconds; a landmarker left to the garbage collector raises when the interpreter ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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
_STDERR = 2
_LEAST_FACE = 0.5
"""Probability from which something may be a face: the runtime's own default."""


class MediaPipeEstimator:
    """A pose bundle (`.task`), ready to run; close it after use, or use it in a `with` statement."""

    def __init__(self, bundle: Path) -> None:
        """Loads the bundle; raises ModelError if the runtime refuses it."""
        self._bundle = bundle
        self._last_ms = -1
        self._still: Any = None
        self._video = _landmarker(bundle, vision.RunningMode.VIDEO, people=1, masks=True)

    def __enter__(self) -> MediaPipeEstimator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def follow(self, frame: Frame) -> Sighting | None:
        """The one person tracked; mask and points in pixels of `frame.rgb`."""
        first, self._last_ms = self._last_ms < 0, max(round(frame.time_s * 1000), self._last_ms + 1)
        with _without_chatter() if first else nullcontext():
            result = self._video.detect_for_video(_image(frame.rgb), self._last_ms)
        if not result.pose_landmarks:
            return None
        return _sighting(result, frame)

    def everyone(self, frame: Frame) -> list[Floats]:
        """Landmarks (33, 2) of up to five people in one picture."""
        if self._still is None:
            self._still = _landmarker(self._bundle, vision.RunningMode.IMAGE, people=_MOST_PEOPLE, masks=False)
        with _without_chatter():
            result = self._still.detect(_image(frame.rgb))
        return [_pixels(points, frame.rgb) for points in result.pose_landmarks]

    def close(self) -> None:
        """Release both landmarkers."""
        self._video.close()
        if self._still is not None:
            self._still.close()
            self._still = None


class MediaPipeStill:
    """The same model looking at single pictures afresh: what training data is made with."""

    def __init__(self, bundle: Path) -> None:
        """Loads the bundle; raises ModelError if the runtime refuses it."""
        self._still = _landmarker(bundle, vision.RunningMode.IMAGE, people=1, masks=True)

    def look(self, frame: Frame) -> Sighting | None:
        """The person that the model sees first; mask and points in pixels of `frame.rgb`."""
        result = self._still.detect(_image(frame.rgb))
        return _sighting(result, frame) if result.pose_landmarks else None

    def close(self) -> None:
        """Release the model."""
        self._still.close()


class MediaPipeFaces:
    """The face detector, for blurring; use it in a `with` statement."""

    def __init__(self, bundle: Path) -> None:
        """Loads the model; raises ModelError if the runtime refuses it."""
        options = vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_path=str(bundle)), min_detection_confidence=_LEAST_FACE
        )
        try:
            with _without_chatter():
                self._detector = vision.FaceDetector.create_from_options(options)
                self.faces(np.zeros((_WIDTH_MULTIPLE, _WIDTH_MULTIPLE, 3), np.uint8))  # chatters at its first
        except (RuntimeError, ValueError, FileNotFoundError) as error:
            raise ModelError(
                f"{bundle}: the runtime refuses this face detector ({str(error).splitlines()[0]})",
                "Install hingecheck again.",
            ) from error

    def __enter__(self) -> MediaPipeFaces:
        return self

    def __exit__(self, *_: object) -> None:
        self._detector.close()

    def faces(self, rgb: Bytes) -> Floats:
        """What may be a face in a picture, (n, 5): left, top, width, height in pixels, and its score 0..1."""
        found = [
            (each.bounding_box, each.categories[0].score) for each in self._detector.detect(_image(rgb)).detections
        ]
        rows = [(box.origin_x, box.origin_y, box.width, box.height, score) for box, score in found]
        return np.array(rows, np.float64).reshape(-1, 5)


def _landmarker(bundle: Path, mode: vision.RunningMode, *, people: int, masks: bool) -> Any:
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)),
        running_mode=mode,
        num_poses=people,
        output_segmentation_masks=masks,
    )
    try:
        with _without_chatter():
            return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, FileNotFoundError) as error:
        raise ModelError(
            f"{bundle}: the pose runtime refuses this model ({str(error).splitlines()[0]})",
            "Use --model lite or --model full, or give an official pose landmarker .task file.",
        ) from error


def _sighting(result: Any, frame: Frame) -> Sighting:
    points = result.pose_landmarks[0]
    return Sighting(
        xy_px=_pixels(points, frame.rgb),
        visibility=np.array([p.visibility for p in points], np.float64),
        world_m=np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]], np.float64),
        mask=_mask(result.segmentation_masks[0], frame.rgb),
    )


@contextmanager
def _without_chatter() -> Iterator[None]:
    """Keep what the native runtime writes while it starts off the user's terminal; errors come as exceptions."""
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDERR)
    try:
        yield
    finally:
        os.dup2(kept, _STDERR)
        os.close(nowhere)
        os.close(kept)


def _side_px(rgb: Bytes) -> int:
    """Side of the square the picture is padded to: at least its longer side, and a width with a readable mask."""
    side: int = max(rgb.shape[:2])
    return side + -side % _WIDTH_MULTIPLE


def _image(rgb: Bytes) -> mp.Image:
    """`rgb` as the runtime reads it right: contiguous, padded to a square on the right and below."""
    side = _side_px(rgb)
    square = np.zeros((side, side, 3), np.uint8)
    square[: rgb.shape[0], : rgb.shape[1]] = rgb
    return mp.Image(image_format=mp.ImageFormat.SRGB, data=square)


def _mask(image: mp.Image, rgb: Bytes) -> NDArray[np.float32]:
    height, width = rgb.shape[:2]
    side = _side_px(rgb)
    whole = np.asarray(image.numpy_view(), np.float32).reshape(side, side)
    return np.array(whole[:height, :width])


def _pixels(points: Any, rgb: Bytes) -> Floats:
    side = _side_px(rgb)
    return np.array([(p.x * side, p.y * side) for p in points], np.float64)
