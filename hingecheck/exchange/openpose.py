"""Write and read the files of OpenPose: one JSON file a frame with 25 points (BODY_25) in pixels of the picture."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from hingecheck.errors import InputError
from hingecheck.exchange.tracks import grid_s, resampled
from hingecheck.records import Floats
from hingecheck.records.stored import Stored
from hingecheck.results.landmark_table import NAMES, Landmarks

BODY_25: Final = (
    *("nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist"),
    *("mid_hip", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("right_eye", "left_eye", "right_ear", "left_ear"),
    *("left_toe", "left_small_toe", "left_heel", "right_toe", "right_small_toe", "right_heel"),
)
"""The points of OpenPose in their order, under our names where we have them."""

MIDDLES: Final[Mapping[str, tuple[str, str]]] = {
    "neck": ("left_shoulder", "right_shoulder"),
    "mid_hip": ("left_hip", "right_hip"),
}
"""Points that lie between two of ours."""

_NUMBER: Final = re.compile(r"(?P<number>\d{1,15})(_keypoints)?$")
DECIMALS: Final = 3
_REMEDY: Final = "Give the folder of JSON files that OpenPose wrote for one clip, with BODY_25 points."


def frames(stored: Stored, points: Landmarks) -> list[str]:
    """The content of one file for each frame of the clip.  A point that is not known has x, y and confidence 0."""
    at_s, _ = grid_s(stored)
    xy_px = resampled(points.time_s, points.xy_px, at_s)
    confidence = resampled(points.time_s, points.visibility, at_s)
    table = np.zeros((len(at_s), len(BODY_25), 3))
    for place, name in enumerate(BODY_25):
        table[:, place] = _point(name, xy_px, confidence)
    table[np.isnan(table).any(axis=2)] = 0.0
    return [_text(row) for row in np.round(table, DECIMALS)]


def _point(name: str, xy_px: Floats, confidence: Floats) -> Floats:
    """x, y and confidence (N, 3) of a point of OpenPose; NaN if we have none."""
    parts = [NAMES.index(part) for part in MIDDLES.get(name, (name,)) if part in NAMES]
    if not parts:
        return np.full((len(xy_px), 3), np.nan)
    return np.concatenate([xy_px[:, parts].mean(axis=1), confidence[:, parts].min(axis=1)[:, None]], axis=1)


def _text(points: Floats) -> str:
    person = {"person_id": [-1], "pose_keypoints_2d": points.ravel().tolist()}
    return json.dumps({"version": 1.3, "people": [person] if points.any() else []}, separators=(",", ":"))


def read(folder: Path) -> tuple[Floats, Floats]:
    """x, y and confidence (N, 25, 3) of the first person in each file of a folder, and the numbers (N,) of the frames.

    The numbers are those in the names of the files, such as `lift_000000000012_keypoints.json`; without them, the files
    are numbered in the order of their names.  A point or a person that is not seen is NaN.  Raises InputError.
    """
    paths = sorted(folder.glob("*.json"))
    if not paths:
        raise InputError(f"{folder}: holds no JSON files", _REMEDY)
    found = [_NUMBER.search(path.stem) for path in paths]
    numbered = [(int(match["number"]), path) for match, path in zip(found, paths, strict=True) if match]
    if len({number for number, _ in numbered}) < len(paths):
        numbered = list(enumerate(paths))
    numbered.sort()
    return np.stack([_frame(path) for _, path in numbered]), np.array([float(number) for number, _ in numbered])


def _frame(path: Path) -> Floats:
    try:
        people: list[Any] = json.loads(path.read_text(encoding="utf-8-sig"))["people"]
        numbers = people[0]["pose_keypoints_2d"] if people else [0.0] * 3 * len(BODY_25)
        points = np.array(numbers, float).reshape(len(BODY_25), 3)
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as a frame of OpenPose ({error})", _REMEDY) from error
    points[points[:, 2] <= 0] = np.nan
    return points
