"""BlazePose's landmark network on a given part of a picture, run by LiteRT: the only file that imports it.

In: a picture in RGB and the part of it where a person is.  Out: the person's landmarks and mask, and the part of the
picture where the person is now.  Why: the landmarker of MediaPipe runs the same network, but it decides by itself
where to look, and it loses a fast lifter whom it sees ten times a second.  With the part as an input, every picture can
be looked at by itself.

The computations around the network are those of MediaPipe's pose graphs (`pose_landmarks_detector_graph.cc`,
`refine_landmarks_from_heatmap_calculator.cc`, `alignment_points_to_rects_calculator.cc`; Apache-2.0), without the
smoothing over time.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import scipy
from numpy.typing import NDArray

from hingecheck import landmarks
from hingecheck.backends.silence import SILENCE
from hingecheck.errors import ModelError
from hingecheck.pose.following import ROOM, Look, Square
from hingecheck.records import Bytes, Sighting

_FILE: Final = "pose_landmarks_detector.tflite"
"""The network's name in the bundle."""

_SIDE_PX: Final = 256
"""Side of the network's picture."""

_POINTS: Final = 39
"""Number of points that the network gives: 33 landmarks, the middle of the hips, a point on the circle around the
body, and four that nothing uses."""

_CENTRE, _CIRCLE = 33, 34
"""The middle of the hips, and the point above the head on the circle that holds the whole body."""

_KERNEL: Final = 7
"""Side of the square of the heat map around a landmark that refines it, in cells."""

_LEAST_HEAT: Final = 0.5
"""Smallest peak of the heat map there that refines the landmark."""


class Landmarker:
    """The landmark network of a pose bundle (`.task`)."""

    def __init__(self, bundle: Path) -> None:
        """Load the network; raises ModelError if the runtime refuses it."""
        from ai_edge_litert.interpreter import Interpreter

        try:
            with SILENCE, zipfile.ZipFile(bundle) as parts:
                self._network: Any = Interpreter(model_content=parts.read(_FILE), num_threads=1)
                self._network.allocate_tensors()
            self._input = self._network.get_input_details()[0]["index"]
            self._outputs = _outputs(self._network.get_output_details())
        except (zipfile.BadZipFile, KeyError, ValueError, RuntimeError) as error:
            raise ModelError(
                f"{bundle}: the pose runtime refuses this model ({str(error).splitlines()[0]})",
                "Use --model lite or --model full, or give an official pose landmarker .task file.",
            ) from error

    def look(self, rgb: Bytes, square: Square) -> Look:
        """What the network sees in a square of a picture."""
        to_picture = _to_picture(square)
        self._network.set_tensor(self._input, _cut(rgb, to_picture)[None].astype(np.float32) / 255.0)
        self._network.invoke()
        points, presence, mask, heat, world = (self._network.get_tensor(index)[0] for index in self._outputs)
        points, world = points.reshape(_POINTS, 5), world.reshape(_POINTS, 3)
        xy = _refined(points[:, :2], heat) @ to_picture[:, :2].T + to_picture[:, 2]
        known = landmarks.COUNT
        turned = world[:known] @ _turn(square.angle).T
        sighting = Sighting(
            xy_px=_single(xy[:known]),
            visibility=_sigmoid(points[:known, 3]).astype(np.float64),
            world_m=_single(turned),
            mask=_on_picture(_sigmoid(mask[..., 0]), to_picture, rgb),
        )
        return Look(sighting, float(presence[0]), _around(xy[_CENTRE], xy[_CIRCLE]))


def _around(centre_px: NDArray[np.float64], circle_px: NDArray[np.float64]) -> Square:
    """The square around a person with the middle of the hips (2,) and the top of the circle (2,), in pixels."""
    x, y = circle_px - centre_px
    return Square(centre_px, 2 * ROOM * float(np.hypot(x, y)), float(np.arctan2(x, -y)))


def _outputs(details: list[dict[str, Any]]) -> list[int]:
    """Indices of the outputs: points, presence, mask, heat map, points in metres."""
    shapes = [(5 * _POINTS,), (1,), (_SIDE_PX, _SIDE_PX, 1), (64, 64, _POINTS), (3 * _POINTS,)]
    found = {tuple(int(side) for side in detail["shape"][1:]): detail["index"] for detail in details}
    return [found[shape] for shape in shapes]


def _to_picture(square: Square) -> NDArray[np.float64]:
    """The matrix (2, 3) from pixels of the network's picture to pixels of the picture."""
    turn = _turn(square.angle)[:2, :2] * (square.side_px / _SIDE_PX)
    return np.column_stack([turn, square.middle_px - turn @ [_SIDE_PX / 2, _SIDE_PX / 2]])


def _cut(rgb: Bytes, to_picture: NDArray[np.float64]) -> Bytes:
    """The network's picture (256, 256, 3).

    Outside the picture its border goes on.  With black there, the network loses a lifter whose head leaves the picture.
    """
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(rgb, to_picture, (_SIDE_PX, _SIDE_PX), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.uint8)


def _turn(angle: float) -> NDArray[np.float64]:
    """The rotation (3, 3) about the camera's axis."""
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def _refined(points: NDArray[np.float32], heat: NDArray[np.float32]) -> NDArray[np.float64]:
    """Points (39, 2) in pixels of the network's picture, moved to the middle of the heat map (64, 64, 39) near them."""
    cells, half = heat.shape[0], _KERNEL // 2
    refined = points.astype(np.float64)
    for index, (x, y) in enumerate((points * cells / _SIDE_PX).astype(int)):
        if not (0 <= x < cells and 0 <= y < cells):
            continue
        top, left = max(y - half, 0), max(x - half, 0)
        near = _sigmoid(heat[top : y + half + 1, left : x + half + 1, index].astype(np.float64))
        if near.max() >= _LEAST_HEAT:
            rows, columns = near.sum(axis=1), near.sum(axis=0)
            refined[index] = (
                (columns @ np.arange(left, left + len(columns))) / near.sum(),
                (rows @ np.arange(top, top + len(rows))) / near.sum(),
            )
            refined[index] *= _SIDE_PX / cells
    return refined


def _on_picture(mask: NDArray[np.float32], to_picture: NDArray[np.float64], rgb: Bytes) -> NDArray[np.float32]:
    """The mask (256, 256) on the whole picture."""
    height, width = rgb.shape[:2]
    return np.asarray(cv2.warpAffine(mask, to_picture, (width, height), flags=cv2.INTER_LINEAR), np.float32)


def _single(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values in single precision, like the network's own, so that a stored track gives the same numbers."""
    return values.astype(np.float32).astype(np.float64)


def _sigmoid(x: Any) -> Any:
    return scipy.special.expit(x)
