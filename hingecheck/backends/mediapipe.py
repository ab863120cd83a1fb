"""MediaPipe's pose landmarker and face detector: the only file that imports mediapipe.

In: frames or pictures in RGB.  Out: landmarks, masks and face boxes, in pixels of the picture given.

Facts about version 0.10.31, found by trial, that this file works around:

- An image that is not C-contiguous is misread without an error.
- An image that is not square is followed with a slightly skewed region (the runtime says so when it starts).
- A mask whose width is no multiple of four ends the whole process when it is read.
- Video mode needs strictly growing whole milliseconds.
- A landmarker that gets ten frames a second sometimes takes a bent lifter for one upside down, and follows that.
- A landmarker that is left to the garbage collector raises when the interpreter ends.
- The C library keeps the memory of closed landmarkers, about 50 MB each, until it is asked to give it back.
"""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Final

import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision
from numpy.typing import NDArray

from hingecheck import landmarks, posture
from hingecheck.errors import ModelError
from hingecheck.records import Bytes, Floats, Frame, Sighting

_MOST_PEOPLE: Final = 5
"""Largest number of people that are found in one picture."""

_WIDTH_MULTIPLE: Final = 16
"""The width of the image is a multiple of this number of pixels, so that its mask can be read."""

_MOST_ANEW: Final = 8
"""Largest number of times that a model begins anew; each costs as much as two frames."""

_STDERR: Final = 2
"""File descriptor of the standard error stream."""

_LEAST_FACE: Final = 0.5
"""Smallest probability of a face: the runtime's own default."""


class _Silence:
    """Hides what the native runtime prints to the terminal while it starts; errors still come as exceptions.

    Several threads may be inside at once.  The first one in takes stderr away, the last one out gives it back.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside, self._stderr = 0, -1

    def __enter__(self) -> None:
        with self._lock:
            if not self._inside:
                sys.stderr.flush()
                self._stderr = os.dup(_STDERR)
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, _STDERR)
                os.close(nowhere)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                os.dup2(self._stderr, _STDERR)
                os.close(self._stderr)


_SILENCE: Final = _Silence()


class MediaPipeEstimator:
    """A pose bundle (`.task`), ready to run.  Close it after use, or use it in a `with` statement."""

    def __init__(self, bundle: Path) -> None:
        """Load the bundle; raises ModelError if the runtime refuses it."""
        self._bundle, self._anew = bundle, 0
        self._last_ms = -1
        self._video = _landmarker(bundle, vision.RunningMode.VIDEO, people=1, masks=True)

    def __enter__(self) -> MediaPipeEstimator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def follow(self, frame: Frame) -> Sighting | None:
        """The followed person, None if nobody is found; mask and points in pixels of `frame.rgb`.

        A person upside down is a wrong guess.  The model would stay with it, so it begins anew with the next frame.
        """
        first, self._last_ms = self._last_ms < 0, max(round(frame.time_s * 1000), self._last_ms + 1)
        with _SILENCE if first else nullcontext():
            result = self._video.detect_for_video(_image(frame.rgb), self._last_ms)
        if not result.pose_landmarks:
            return None
        sighting = _sighting(result, frame)
        if not _upside_down(sighting.xy_px) or self._anew >= _MOST_ANEW:
            return sighting
        self._video.close()
        self._video, self._anew = (
            _landmarker(self._bundle, vision.RunningMode.VIDEO, people=1, masks=True),
            self._anew + 1,
        )
        return None

    def close(self) -> None:
        """Release the landmarker and its memory."""
        self._video.close()
        _give_back()


class MediaPipePeople:
    """A pose bundle that finds everybody in single pictures.  Use it in a `with` statement."""

    def __init__(self, bundle: Path) -> None:
        """Load the bundle; raises ModelError if the runtime refuses it."""
        self._still = _landmarker(bundle, vision.RunningMode.IMAGE, people=_MOST_PEOPLE, masks=False)
        self._first = True

    def __enter__(self) -> MediaPipePeople:
        return self

    def __exit__(self, *_: object) -> None:
        self._still.close()
        _give_back()

    def everyone(self, frame: Frame) -> list[Floats]:
        """Landmarks (33, 2) of up to five people in one picture, in pixels of `frame.rgb`."""
        with _SILENCE if self._first else nullcontext():
            result = self._still.detect(_image(frame.rgb))
        self._first = False
        return [_pixels(points, frame.rgb) for points in result.pose_landmarks]


class MediaPipeStill:
    """The same model for single pictures, without following: training data are made with it."""

    def __init__(self, bundle: Path) -> None:
        """Load the bundle; raises ModelError if the runtime refuses it."""
        self._still = _landmarker(bundle, vision.RunningMode.IMAGE, people=1, masks=True)

    def look(self, frame: Frame) -> Sighting | None:
        """The first person that the model finds, None if it finds nobody; mask and points in pixels of `frame.rgb`."""
        result = self._still.detect(_image(frame.rgb))
        return _sighting(result, frame) if result.pose_landmarks else None

    def close(self) -> None:
        """Release the model."""
        self._still.close()


class MediaPipeFaces:
    """The face detector for blurring.  Use it in a `with` statement."""

    def __init__(self, bundle: Path) -> None:
        """Load the model; raises ModelError if the runtime refuses it."""
        options = vision.FaceDetectorOptions(
            base_options=BaseOptions(model_asset_path=str(bundle)), min_detection_confidence=_LEAST_FACE
        )
        try:
            with _SILENCE:
                self._detector = vision.FaceDetector.create_from_options(options)
                self.faces(np.zeros((_WIDTH_MULTIPLE, _WIDTH_MULTIPLE, 3), np.uint8))  # the first run prints messages
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
        """Possible faces (n, 5) in a picture: left, top, width, height in pixels, and a score 0..1."""
        detections = self._detector.detect(_image(rgb)).detections
        faces = [(detection.bounding_box, detection.categories[0].score) for detection in detections]
        rows = [(box.origin_x, box.origin_y, box.width, box.height, score) for box, score in faces]
        return np.array(rows, np.float64).reshape(-1, 5)


def _landmarker(bundle: Path, mode: vision.RunningMode, *, people: int, masks: bool) -> Any:
    """A pose landmarker for video or single pictures; raises ModelError if the runtime refuses the bundle."""
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundle)),
        running_mode=mode,
        num_poses=people,
        output_segmentation_masks=masks,
    )
    try:
        with _SILENCE:
            return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError, FileNotFoundError) as error:
        raise ModelError(
            f"{bundle}: the pose runtime refuses this model ({str(error).splitlines()[0]})",
            "Use --model lite or --model full, or give an official pose landmarker .task file.",
        ) from error


def _upside_down(xy_px: Floats) -> bool:
    """True if the shoulders of landmarks (33, 2) are far below the hips, as no lifter's are."""
    shoulder, hip = (xy_px[list(pair)].mean(axis=0) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    return bool(shoulder[1] - hip[1] > posture.UPSIDE_DOWN * np.hypot(*(shoulder - hip)))


def _sighting(result: Any, frame: Frame) -> Sighting:
    """The first person of a result."""
    points = result.pose_landmarks[0]
    return Sighting(
        xy_px=_pixels(points, frame.rgb),
        visibility=np.array([p.visibility for p in points], np.float64),
        world_m=np.array([(p.x, p.y, p.z) for p in result.pose_world_landmarks[0]], np.float64),
        mask=_mask(result.segmentation_masks[0], frame.rgb),
    )


def _give_back() -> None:
    """Give freed memory back to the system, where the C library has a call for it (glibc)."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


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
