"""Files that hold tracks: which kinds there are, how each becomes a `Body`.

======================  ==============================================================================================
`.trc`, `.c3d`          points: markers on the skin, or points of Sports2D, Pose2Sim and other programs
`.mot`                  coordinates of an OpenSim model: OpenCap, Pose2Sim, inverse kinematics; or angles of Sports2D
`.csv`                  points in pixels, with the columns of `landmarks.csv` (`time_s, NAME_x_px, NAME_y_px`); or the
                        landmarks of MediaPipe
`.json`, `.jsonl`       the landmarks of MediaPipe (`mediapipe_files`)
folder of `.json`       one file a frame, as OpenPose writes them (BODY_25); their rate is given by `--rate-hz`
======================  ==============================================================================================
"""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.errors import InputError, UsageError, VideoNotFound
from hingecheck.exchange import body, c3d, clusters, mediapipe_files, mot, openpose, sports2d, text_files, trc
from hingecheck.exchange.body import Body
from hingecheck.exchange.tracks import Markers, Motion, lost, steps
from hingecheck.landmarks import COUNT, Pair
from hingecheck.records import Floats, PoseTrack

SUFFIXES: Final = (".trc", ".c3d", ".mot", ".csv", ".json", ".jsonl")
"""Endings of files that hold tracks."""

MARKERS: Final = (".trc", ".c3d")
"""Endings of files that hold markers."""

MOST_HZ: Final = 60.0
"""Largest rate at which tracks are read, in hertz.  A lift needs no more; faster ones are thinned."""

ROUNDING: Final = 1e-3
"""Largest rate beyond MOST_HZ that is only rounding, as a share."""

SHANK, THIGH, TRUNK = 0.246, 0.245, 0.288
"""Lengths of the segments as parts of the height (Drillis and Contini 1966).  With them, angles become points."""

LUMBAR: Final = ("lumbar_extension", "L5_S1_Flex_Ext")
"""Names of the coordinate between pelvis and trunk; extension positive."""

_OTHER: Final = "Give the .trc of the same recording."


def holds_tracks(path: Path) -> bool:
    """True if the path looks like tracks, not like a video."""
    return path.suffix.lower() in SUFFIXES or (path.is_dir() and any(path.glob("*.json")))


def sha256(path: Path) -> str:
    """SHA-256 of a file, or of all JSON files of a folder in the order of their names."""
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


@dataclass(frozen=True)
class Hints:
    """What files do not say themselves.

    `rate_hz`: their rate.  `size`: width and height of the picture of which they hold parts.  `static`: a static trial,
    which may show joints that the lift does not.
    """

    rate_hz: float | None = None
    size: tuple[int, int] | None = None
    static: Path | None = None


NO_HINTS: Final = Hints()


def read(path: Path, hints: Hints = NO_HINTS) -> Body:
    """The body that a file or a folder of tracks shows.  Raises InputError, UsageError and ExtraMissing."""
    if not path.exists():
        raise VideoNotFound(f"{path}: no such file", "Check the path.")
    try:
        return _thinned(_read(path, hints))
    except ValueError as error:
        raise InputError(f"{path}: cannot be measured: {error}", "Give a file with these points.") from error


def _read(path: Path, hints: Hints) -> Body:
    suffix = path.suffix.lower()
    if path.is_dir():
        return body.of_markers(_openpose(path, hints.rate_hz))
    if suffix == ".mot":
        return _of_motion(path, mot.read(path))
    if suffix in (".json", ".jsonl") or (suffix == ".csv" and not _has_pixels(path)):
        time_s, xy, promised = mediapipe_files.read(path, hints.rate_hz, hints.size)
        return body.of_markers(replace(_flat(time_s, mediapipe_files.NAMES, xy), promised=promised))
    if suffix == ".csv":
        return body.of_markers(_csv(path))
    found = _markers(path)
    if hints.static is not None and hints.static.suffix.lower() in MARKERS:
        found = clusters.completed(found, _markers(hints.static))
    return body.of_markers(found)


def _markers(path: Path) -> Markers:
    """The markers of a `.trc` or a `.c3d`."""
    if not path.exists():
        raise VideoNotFound(f"{path}: no such file", "Check the path.")
    return c3d.read(path) if path.suffix.lower() == ".c3d" else trc.read(path)


def _thinned(whole: Body) -> Body:
    """The body at MOST_HZ at most."""
    step = max(1, math.ceil(whole.rate_hz / MOST_HZ - ROUNDING))
    if step == 1:
        return whole
    names = ("time_s", "xy_px", "visibility", "world_m", "filled")
    track = PoseTrack(**{name: getattr(whole.track, name)[::step] for name in names})
    return replace(
        whole,
        track=track,
        rate_hz=whole.rate_hz / step,
        pelvis_deg=whole.pelvis_deg[::step],
        thorax_deg=whole.thorax_deg[::step],
    )


def _openpose(path: Path, rate_hz: float | None) -> Markers:
    """The points of a folder of OpenPose; y up."""
    if rate_hz is None:
        raise UsageError(f"{path}: OpenPose files do not say their rate", "Give the clip's frame rate with --rate-hz.")
    found, numbers = openpose.read(path)
    names = tuple(name for name in openpose.BODY_25 if "neck" not in name and "mid" not in name)
    places = [openpose.BODY_25.index(name) for name in names]
    return _flat(steps(numbers) / rate_hz, names, found[:, places, :2])


def _has_pixels(path: Path) -> bool:
    """True if a table has columns like those of `landmarks.csv`."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return "_x_px" in file.readline(100_000)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})", "Give a file that can be read.") from error


def _csv(path: Path) -> Markers:
    """The points of a table with the columns of `landmarks.csv`; others may be missing."""
    try:
        head, rows, count = text_files.table(path)
        table = np.array([[float(cell) if cell else np.nan for cell in row] for row in rows])
        names = tuple(name.removesuffix("_x_px") for name in head if name.endswith("_x_px"))
        if not names:
            raise ValueError("it has no column NAME_x_px")
        columns = [[head.index(f"{name}_{axis}_px") for axis in "xy"] for name in names]
        time_s = table[:, head.index("time_s")].copy()
    except (OSError, ValueError, IndexError, csv.Error) as error:
        raise InputError(
            f"{path}: cannot be read as a table of points ({error})",
            "Give a table with the columns time_s, NAME_x_px and NAME_y_px, for example left_hip_x_px.",
        ) from error
    return replace(_flat(time_s, names, table[:, columns]), promised=count)


def _flat(time_s: Floats, names: Sequence[str], xy_px: Floats) -> Markers:
    """Points of a picture (N, P, 2) as markers with y up."""
    if len(time_s) < 2 or np.isnan(time_s).any() or np.any(np.diff(time_s) <= 0):
        raise ValueError("its times do not grow")
    xyz = np.concatenate([xy_px * np.array([1.0, -1.0]), 0.0 * xy_px[..., :1]], axis=2)
    return Markers(time_s, 1 / float(np.median(np.diff(time_s))), tuple(names), xyz, "px")


def _of_motion(path: Path, moved: Motion) -> Body:
    """The body of a model's coordinates: segments of usual lengths, arms that hang.

    The model's pelvis and trunk are rigid, so the lumbar angle is that between them.
    """
    columns, notes = moved.columns, lost(moved.time_s, moved.promised)
    if sports2d.holds_angles(columns):
        shank_deg, thigh_deg, trunk_deg = sports2d.pitches(columns)
        unknown = np.full(len(moved.time_s), np.nan)
        track = _points(moved.time_s, shank_deg, thigh_deg, trunk_deg)
        return Body(track, _rate_hz(moved.time_s), "points", unknown, unknown, in_space=False, notes=notes)
    lumbar = next((columns[name] for name in LUMBAR if name in columns), None)
    if lumbar is None or "pelvis_tilt" not in columns or not any(name.startswith("knee_angle") for name in columns):
        raise InputError(
            f"{path}: holds no coordinates of an OpenSim model (pelvis_tilt, {LUMBAR[0]}, hip_flexion_r, knee_angle_r) "
            "and no angles of Sports2D (trunk, right hip, right knee)",
            _OTHER,
        )
    pelvis_deg = _pelvis_deg(columns)
    thorax_deg = pelvis_deg - lumbar
    thigh_deg = _sides(columns, "hip_flexion") - pelvis_deg
    shank_deg = _sides(columns, "knee_angle") - thigh_deg
    track = _points(moved.time_s, shank_deg, thigh_deg, thorax_deg)
    return Body(track, _rate_hz(moved.time_s), "model", pelvis_deg, thorax_deg, in_space=True, notes=notes)


def _pelvis_deg(columns: Mapping[str, Floats]) -> Floats:
    """Forward pitch (N,) of a model's pelvis, in degrees, whichever way the model faces in the laboratory.

    The pelvis turns by tilt about z, then list about its x, then rotation about its y (Rajagopal and gait models; x
    forward, y up, z right at zero).  The pitch is that of its upward axis towards its own front.
    """
    still = np.zeros_like(columns["pelvis_tilt"])
    tilt, list_, turn = (np.radians(columns.get(f"pelvis_{name}", still)) for name in ("tilt", "list", "rotation"))
    up = np.stack([-np.sin(tilt) * np.cos(list_), np.cos(tilt) * np.cos(list_), np.sin(list_)])
    right_x = np.cos(tilt) * np.sin(turn) + np.sin(tilt) * np.sin(list_) * np.cos(turn)
    right_z = np.cos(list_) * np.cos(turn)
    ahead = (up[0] * right_z - up[2] * right_x) / np.hypot(right_x, right_z)
    return np.asarray(np.degrees(np.arctan2(ahead, up[1])))


def _rate_hz(time_s: Floats) -> float:
    return 1 / float(np.median(np.diff(time_s)))


def _sides(columns: Mapping[str, Floats], name: str) -> Floats:
    """The mean of right and left; raises ValueError if neither is there."""
    found = [columns[f"{name}_{side}"] for side in "rl" if f"{name}_{side}" in columns]
    if not found:
        raise ValueError(f"it holds no {name}_r")
    return np.asarray(np.mean(found, axis=0))


def _points(time_s: Floats, shank_deg: Floats, thigh_deg: Floats, trunk_deg: Floats) -> PoseTrack:
    """Landmarks of a lifter who faces right, from the pitch of the segments."""

    def ray(angle_deg: Floats, part: float) -> Floats:
        angle = np.radians(angle_deg)
        return np.stack([np.sin(angle), -np.cos(angle)], axis=1) * part * body.LEG_PX / (SHANK + THIGH)

    ankle = np.zeros((len(time_s), 2))
    knee = ankle + ray(shank_deg, SHANK)
    hip = knee + ray(-thigh_deg, THIGH)
    shoulder = hip + ray(trunk_deg, TRUNK)
    wrist = shoulder + np.array([0.0, body.ARM_LENGTH * body.LEG_PX])
    places: dict[Pair, Floats] = dict(
        zip((*landmarks.CHAIN, landmarks.WRISTS), (shoulder, hip, knee, ankle, wrist), strict=True)
    )
    n = len(time_s)
    xy_px, visibility = np.full((n, COUNT, 2), np.nan), np.zeros((n, COUNT))
    for pair, place in places.items():
        for point in pair:
            xy_px[:, point], visibility[:, point] = place, np.isfinite(place).all(axis=1)
    return PoseTrack(time_s.copy(), xy_px, visibility, np.full((n, COUNT, 3), np.nan), np.zeros((n, COUNT), bool))
