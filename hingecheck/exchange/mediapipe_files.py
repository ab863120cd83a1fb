"""Read landmarks that scripts around MediaPipe write: JSON of its results, JSON lines, and tables.

There is no one format, so the usual shapes are understood:

- JSON: a list of frames, or an object that holds one (`frames`, `results` and others, or one entry a frame number).  A
  frame is a list of 33 points, or an object with them (`pose_landmarks`, `landmarks`, `world_landmarks` and others) and
  perhaps a time or a number.  A point is an object (`x`, `y`, `visibility`) or a list; points may have names.
- Tables, one row a frame: `left_hip_x`, `x_left_hip`, `landmark_23_x`, `x23`, or `x1` to `x33`.
- Tables, one row a point: columns for the frame or the time, for the landmark (number or name), and `x`, `y`.

Coordinates are parts of the picture's width and height (MediaPipe's own), pixels, or metres from the hips (world
landmarks).  Parts need the size of the picture, because a picture is not square; the file may hold it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from hingecheck.errors import InputError, UsageError
from hingecheck.exchange import text_files
from hingecheck.exchange.tracks import steps
from hingecheck.records import Floats

NAMES: Final = (
    *("nose", "left_eye_inner", "left_eye", "left_eye_outer", "right_eye_inner", "right_eye", "right_eye_outer"),
    *("left_ear", "right_ear", "mouth_left", "mouth_right", "left_shoulder", "right_shoulder", "left_elbow"),
    *("right_elbow", "left_wrist", "right_wrist", "left_pinky", "right_pinky", "left_index", "right_index"),
    *("left_thumb", "right_thumb", "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle"),
    *("left_heel", "right_heel", "left_foot_index", "right_foot_index"),
)
"""The 33 landmarks in MediaPipe's order, under its names."""

LEAST_SEEN: Final = 0.1
"""Smallest visibility of a point that is used."""

LARGEST_PART: Final = 3.0
"""Largest coordinate that can be a part of the picture; larger ones are pixels.  Points may lie outside the picture."""

AT_HIPS: Final = 0.02
"""Largest distance of the middle of the hips from the origin, in metres, with which points count from the hips."""

SLOWEST_S: Final = 1.0
"""Median step between frames from which times are milliseconds, or with a thousand times as much microseconds."""

_FRAMES: Final = ("frames", "results", "poses", "data", "landmarks", "pose_landmarks", "poseLandmarks")
_PICTURE: Final = ("pose_landmarks", "poselandmarks", "landmarks", "keypoints", "points")
_WORLD: Final = ("pose_world_landmarks", "poseworldlandmarks", "world_landmarks", "worldlandmarks")
_TIMES: Final = ("time_s", "timestamp_s", "time", "timestamp", "t", "timestamp_ms", "time_ms", "timestampms", "timems")
_NUMBERS: Final = ("frame", "frame_index", "frame_number", "frame_id", "frame_no", "frame_num", "index", "image")
_POINTS: Final = (
    "landmark",
    "landmark_id",
    "landmark_index",
    "landmark_name",
    "id",
    "name",
    "point",
    "keypoint",
    "joint",
)
_COUNTS: Final = ("frame_count", "framecount", "num_frames", "n_frames", "nframes", "total_frames", "totalframes")
_RATES: Final = ("fps", "rate_hz", "frame_rate", "framerate")
_SIDES, _JOINTS = ("left", "right"), ("hip", "ankle")
_AXES: Final = {"x": 0, "y": 1, "v": 2, "vis": 2, "visibility": 2}
_REMEDY: Final = (
    "Give the landmarks of one person, one entry or one row a frame, with x and y of hips, knees and ankles."
)
_WRONG: Final = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, csv.Error)
"""What a file that holds something else may raise."""


@dataclass(frozen=True)
class Found:
    """What a file holds: times in seconds or None, and x, y and visibility (N, 33, 3) in a unit of its own.

    `size`: width and height of the picture, `rate_hz`: its rate, if the file says them.  `numbers` (N,): those of the
    frames, if they have some.  `promised`: number of frames that the file says it holds, 0 if it does not say.
    """

    time_s: Floats | None
    points: Floats
    size: tuple[float, float] | None = None
    rate_hz: float | None = None
    numbers: Floats | None = None
    promised: int = 0


def read(path: Path, rate_hz: float | None, size: tuple[int, int] | None) -> tuple[Floats, Floats, int]:
    """Times (N,) in seconds, points (N, 33, 2) of a picture, and the number of frames that the file says it holds.

    Points have y down and one unit for x and y; NaN = not seen.

    `rate_hz`: rate of a file without times.  `size`: width and height of a picture of which the file holds parts.
    Raises InputError, and UsageError if the rate or the size is needed and not known.
    """
    try:
        found = _table(path) if path.suffix.lower() == ".csv" else _json(path)
    except (OSError, *_WRONG) as error:
        raise InputError(f"{path}: cannot be read as landmarks of MediaPipe ({error})", _REMEDY) from error
    known_hz = rate_hz or found.rate_hz
    if found.time_s is None and not known_hz:
        raise UsageError(f"{path}: does not say its times or its rate", "Give the clip's frame rate with --rate-hz.")
    numbers = np.arange(len(found.points), dtype=float) if found.numbers is None else found.numbers
    time_s = steps(numbers) / (known_hz or 1.0) if found.time_s is None else found.time_s
    unseen = found.points[..., 2] < LEAST_SEEN
    xy = np.where(unseen[..., None], np.nan, found.points[..., :2])
    return time_s, _square(xy, size or found.size, path), found.promised


def _square(xy: Floats, size: tuple[float, float] | None, path: Path) -> Floats:
    """The points with one unit for x and y."""
    hips, ankles = (xy[:, [NAMES.index(f"{side}_{joint}") for side in _SIDES]].mean(axis=1) for joint in _JOINTS)
    if not np.isfinite(hips).any():
        raise InputError(f"{path}: holds no left_hip and right_hip", _REMEDY)
    if np.nanmax(np.abs(hips)) < AT_HIPS:
        return np.asarray(xy - ankles[:, None])  # they count from the hips, which move; the feet stand still
    if np.nanmax(np.abs(xy)) > LARGEST_PART:
        return xy
    if size is None:
        raise UsageError(
            f"{path}: its coordinates are parts of a picture whose size it does not say",
            "Give width and height of the clip's upright picture, for example --picture-size 1080x1920.",
        )
    return np.asarray(xy * np.asarray(size, float))


def _json(path: Path) -> Found:
    """The landmarks of a JSON file, or of one with a JSON text in each line."""
    text = path.read_text(encoding="utf-8-sig")
    try:
        data = json.loads(text)
    except ValueError:
        data = [json.loads(line) for line in text.splitlines() if line.strip()]
    facts = _facts(data)
    numbers, frames = _frames(data)
    shown = [_picture(frame) for frame in frames]
    return Found(
        time_s=_times(frames),
        points=np.stack(shown),
        size=None if not {"width", "height"} <= facts.keys() else (facts["width"], facts["height"]),
        rate_hz=next((facts[name] for name in _RATES if name in facts), None),
        numbers=_numbered(_column_of(frames, _NUMBERS) or ()) if numbers is None else numbers,
        promised=int(next((facts[name] for name in _COUNTS if name in facts), 0)),
    )


def _facts(data: Any) -> dict[str, float]:
    """The numbers beside the frames: size of the picture and rate."""
    if not isinstance(data, Mapping):
        return {}
    inner = [value for value in data.values() if isinstance(value, Mapping)]
    pairs = [pair for part in (data, *inner) for pair in part.items()]
    named = {re.sub(r"^(image|video|frame)_(?=width|height)", "", _plain(name)): value for name, value in pairs}
    return {name: float(value) for name, value in named.items() if isinstance(value, (int, float))}


def _frames(data: Any) -> tuple[Floats | None, list[Any]]:
    """The frames of a file, whatever holds them, and their numbers if these are their names."""
    numbers = None
    if isinstance(data, Mapping):
        held = next((data[name] for name in _FRAMES if isinstance(data.get(name), (list, Mapping))), data)
        if isinstance(held, Mapping):
            numbered = {int(name): value for name, value in held.items() if str(name).isdigit()}
            if not numbered:
                raise ValueError("it holds no list of frames")
            numbers = np.array(sorted(numbered), float)
            held = [numbered[number] for number in sorted(numbered)]
        data = held
    if not isinstance(data, list) or not data:
        raise ValueError("it holds no list of frames")
    return numbers, data


def _picture(frame: Any) -> Floats:
    """x, y and visibility (33, 3) of a frame: of the picture where it has them, else from the hips; NaN if unseen."""
    out = np.full((len(NAMES), 3), np.nan)
    if isinstance(frame, Mapping):
        keys = {_plain(name): value for name, value in frame.items()}
        inside = [keys[name] for name in (*_PICTURE, *_WORLD) if name in keys]
        frame = next((part for part in inside if part), [])
    if isinstance(frame, Mapping) and "landmark" in frame:
        frame = frame["landmark"]
    if isinstance(frame, list) and frame and isinstance(frame[0], list) and isinstance(frame[0][0], (list, Mapping)):
        frame = frame[0]  # the first of several people
    pairs = frame.items() if isinstance(frame, Mapping) else enumerate(frame or [])
    for key, point in pairs:
        place = _place(point.get("name", point.get("id", key)) if isinstance(point, Mapping) else key)
        if place is not None:
            out[place] = _point(point)
    return out


def _point(point: Any) -> Sequence[float]:
    """x, y and visibility of one point; a list holds x, y and perhaps z and visibility."""
    if isinstance(point, Mapping):
        return [float(point["x"]), float(point["y"]), float(point.get("visibility", point.get("score", 1.0)))]
    return [float(point[0]), float(point[1]), float(point[3]) if len(point) > 3 else 1.0]


def _times(frames: Sequence[Any]) -> Floats | None:
    """The times of frames that have some, in seconds."""
    times = _column_of(frames, _TIMES)
    return None if times is None else _seconds(np.array([float(time) for time in times]))


def _numbered(values: Sequence[Any]) -> Floats | None:
    """The numbers of frames; None if they have names, or nothing."""
    try:
        return np.array([float(value) for value in values]) if values else None
    except (TypeError, ValueError):
        return None


def _column_of(frames: Sequence[Any], names: Sequence[str]) -> list[Any] | None:
    """What all frames hold under the first of these names that fits; None without one."""
    named = [{_plain(n): v for n, v in f.items()} if isinstance(f, Mapping) else {} for f in frames]
    name = next((name for name in names if all(name in frame for frame in named)), None)
    return None if name is None else [frame[name] for frame in named]


def _seconds(times: Floats) -> Floats:
    """Times in seconds, from seconds, milliseconds or microseconds; they begin at 0."""
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.0
    unit = 1.0 if step < SLOWEST_S else 1e3 if step < 1e3 * SLOWEST_S else 1e6
    return np.asarray((times - times[0]) / unit)


def _table(path: Path) -> Found:
    """The landmarks of a table with one row a frame, or one row a point."""
    head, rows, count = text_files.table(path)
    names = [_plain(name) for name in head]
    point = next((name for name in _POINTS if name in names), None)
    if point is not None and {"x", "y"} <= set(names):
        return _long(names, rows, point, cut=count > len(rows))
    columns = [(index, *found) for index, name in enumerate(names) if (found := _column(name)) is not None]
    if not columns:
        raise ValueError("it has no columns like left_hip_x or x23")
    shift = int(not any(place == 0 for _, place, _ in columns) and any(place == len(NAMES) for _, place, _ in columns))
    points = np.full((len(rows), len(NAMES), 3), np.nan)
    points[..., 2] = 1.0
    for index, place, axis in columns:
        points[:, place - shift, axis] = [_number(row[index]) for row in rows]
    time, number = (next((names.index(n) for n in known if n in names), None) for known in (_TIMES, _NUMBERS))
    time_s = None if time is None else _seconds(np.array([float(row[time]) for row in rows]))
    numbers = None if number is None else _numbered([row[number] for row in rows])
    return Found(time_s, points, numbers=numbers, promised=count)


def _long(names: Sequence[str], rows: Sequence[Sequence[str]], point: str, *, cut: bool) -> Found:
    """The landmarks of a table with one row a point.  `cut`: the last frame is not whole, and is left out."""
    moment = next((name for name in (*_NUMBERS, *_TIMES) if name in names), None)
    if moment is None:
        raise ValueError("it has no column for the frame or the time")
    at, which = names.index(moment), names.index(point)
    moments = sorted({float(row[at]) for row in rows})
    promised = len(moments)
    if cut:
        last = float(rows[-1][at])
        rows, moments = [row for row in rows if float(row[at]) != last], [value for value in moments if value != last]
    index = {value: number for number, value in enumerate(moments)}
    points = np.full((len(moments), len(NAMES), 3), np.nan)
    points[..., 2] = 1.0
    axes = [(column, _AXES[name]) for column, name in enumerate(names) if name in _AXES]
    for row in rows:
        place = _place(row[which])
        if place is not None:
            for column, axis in axes:
                points[index[float(row[at])], place, axis] = _number(row[column])
    time = next((names.index(name) for name in _TIMES if name in names), None)
    if time is None:
        return Found(None, points, numbers=np.array(moments), promised=promised)
    by_moment = {float(row[at]): float(row[time]) for row in rows}
    return Found(_seconds(np.array([by_moment[value] for value in moments])), points, promised=promised)


def _column(name: str) -> tuple[int, int] | None:
    """Landmark and axis of a column; None if it is another column.  Numbers may begin with 1: then 33 is among them."""
    bare = re.sub(r"^(pose|landmark|landmarks|lm|kp|keypoint|point)_?(?=.)", "", name)
    found = re.fullmatch(r"(?P<key>\d+|[a-z]+(?:_[a-z]+)*?)_?(?P<axis>x|y|vis|visibility|v)", bare)
    found = found or re.fullmatch(r"(?P<axis>x|y|v|vis|visibility)_?(?P<key>\d+|[a-z]+(?:_[a-z]+)*)", bare)
    if found is None:
        return None
    key = found["key"]
    place = int(key) if key.isdigit() else _place(key)
    return None if place is None or place > len(NAMES) else (place, _AXES[found["axis"]])


def _place(key: Any) -> int | None:
    """Index of a landmark from its number or its name, such as LEFT_HIP or PoseLandmark.LEFT_HIP."""
    word = _plain(str(key).rpartition(".")[2])
    if word.isdigit():
        return int(word) if int(word) < len(NAMES) else None
    return NAMES.index(word) if word in NAMES else None


def _plain(name: str) -> str:
    """A name in small letters, with underscores between its words."""
    return re.sub(r"[^a-z0-9]+", "_", str(name).strip().lower()).strip("_")


def _number(cell: str) -> float:
    return float(cell) if cell.strip() else float("nan")
