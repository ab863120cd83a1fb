"""Points and angles over time as other programs exchange them, and a result in this form.

Axes of `Markers` are those of OpenSim: x forward, where the lifter faces; y up; z to the lifter's right.  A clip shows
one side, so exported points have z = 0.  An exported lifter always faces +x, so a mirrored clip gives the same file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck import landmarks, posture
from hingecheck.errors import ResultUnreadable
from hingecheck.geometry import known_median, sagittal
from hingecheck.metrics.bar_path import LEG_SHARE
from hingecheck.records import Code, Floats, Reason
from hingecheck.records.arrays import check, check_time
from hingecheck.records.stored import Stored
from hingecheck.results.landmark_table import NAMES, Landmarks

METRES: Final[Mapping[str, float]] = {"m": 1.0, "cm": 0.01, "mm": 0.001}
"""Units of length, each in metres.  Other units, such as pixels, have no known size."""


@dataclass(frozen=True)
class Markers:
    """Points over time at a constant rate: `xyz` (N, P, 3) in `unit`; NaN where a point is not known.

    `promised`: number of frames that the file says it holds, 0 if it does not say.
    """

    time_s: Floats
    rate_hz: float
    names: tuple[str, ...]
    xyz: Floats
    unit: str
    promised: int = 0

    def __post_init__(self) -> None:
        n, p = len(self.time_s), len(self.names)
        check(self, {"time_s": (n,), "xyz": (n, p, 3)})
        check_time(self.time_s)

    def has(self, *names: str) -> bool:
        """True if all these points are here."""
        return set(names) <= set(self.names)

    def point(self, name: str) -> Floats:
        """One point (N, 3); raises ValueError if it is not here."""
        return np.asarray(self.xyz[:, self.names.index(name)])


@dataclass(frozen=True)
class Motion:
    """Coordinates of a model over time: name -> values (N,); angles in degrees.  NaN where one is not known.

    `promised`: number of frames that the file says it holds, 0 if it does not say.
    """

    time_s: Floats
    columns: Mapping[str, Floats]
    promised: int = 0

    def __post_init__(self) -> None:
        check(self, {"time_s": (-1,)})
        check_time(self.time_s)


def lost(time_s: Floats, promised: int) -> tuple[Reason, ...]:
    """That frames are missing at the end of a file, if fewer are read than it promises."""
    return (Reason(Code.ROWS_LOST, (float(len(time_s)), float(promised))),) if len(time_s) < promised else ()


def steps(numbers: Floats) -> Floats:
    """Places (N,) of numbered frames in a row, in their usual step: a number that is missing leaves its place empty.

    Numbers that do not grow say nothing, and the frames follow each other.
    """
    between = np.diff(numbers)
    if not between.size or not (between > 0).all():
        return np.arange(len(numbers), dtype=float)
    return np.asarray((numbers - numbers[0]) / np.median(between))


def grid_s(stored: Stored) -> tuple[Floats, float]:
    """Evenly spaced times over the clip, and their rate.  Raises ResultUnreadable if the rate is not known."""
    rate_hz = stored.video.rate_hz
    if rate_hz is None:
        raise ResultUnreadable(f"{stored.path}: the clip has no frame rate", "Give the result of another clip.")
    return np.arange(max(1, round(stored.video.duration_s * rate_hz))) / rate_hz, rate_hz


def resampled(time_s: Floats, values: Floats, at_s: Floats) -> Floats:
    """Values (M, ...) at other times, by straight lines between neighbours that are both known; NaN elsewhere."""
    after = np.clip(np.searchsorted(time_s, at_s), 1, max(len(time_s) - 1, 1))
    before, after = after - 1, np.minimum(after, len(time_s) - 1)
    step_s = np.maximum(time_s[after] - time_s[before], 1e-9)
    part = (np.clip(at_s, time_s[0], time_s[-1]) - time_s[before]) / step_s
    part = part.reshape(-1, *[1] * (values.ndim - 1))
    first, second = values[before], values[after]
    mixed = first + part * (second - first)
    return np.asarray(np.where(part <= 0, first, np.where(part >= 1, second, mixed)))


def m_per_px(points: Landmarks, height_cm: float | None) -> float | None:
    """Metres per pixel at the lifter, from the height and the length of the leg; None if one is not known."""
    leg_px = posture.leg_px(points.track)
    return None if height_cm is None or np.isnan(leg_px) else float(LEG_SHARE * height_cm / 100 / leg_px)


def markers(stored: Stored, points: Landmarks) -> Markers:
    """The body points of a result, in metres if the height is known, else in pixels.

    Steps:

    1. Put them on an even grid of times.
    2. Turn them forward and up, from a place on the floor between the ankles.
    3. Scale them.
    """
    # 1
    at_s, rate_hz = grid_s(stored)
    xy_px = resampled(points.time_s, points.xy_px, at_s)
    # 2
    sign = 1 if stored.view.facing == "right" else -1
    forward_up = sagittal(xy_px, sign) - sagittal(_origin_px(points), sign)
    # 3
    scale = m_per_px(points, None if stored.self_report is None else stored.self_report.height_cm)
    xyz = np.concatenate([forward_up * (scale or 1.0), np.where(np.isnan(xy_px[..., :1]), np.nan, 0.0)], axis=2)
    return Markers(at_s, rate_hz, NAMES, xyz, "px" if scale is None else "m")


def _origin_px(points: Landmarks) -> Floats:
    """A place on the floor (2,): between the ankles, as low as heels and toes."""
    track = points.track
    floor_px = known_median(np.concatenate([track.middle_px(pair)[:, 1] for pair in (landmarks.HEELS, landmarks.TOES)]))
    across_px, down_px = posture.feet_px(track)
    return np.asarray(np.nan_to_num([across_px, down_px if np.isnan(floor_px) else floor_px]))
