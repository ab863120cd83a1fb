"""Loads networks in ONNX form with OpenCV, so that no training library is needed to use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2

from hingecheck.errors import ModelError


def network(path: Path) -> Any:
    """The network in an ONNX file; raises ModelError if OpenCV refuses it."""
    try:
        return cv2.dnn.readNetFromONNX(str(path))
    except cv2.error as error:
        raise ModelError(
            f"{path}: OpenCV refuses this model ({str(error).splitlines()[0]})", "Install hingecheck again."
        ) from error
