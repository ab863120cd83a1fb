"""Where the lifter's body below the shoulders is in the picture: no blur may reach it.

In: landmarks of the lifter.  Out: a `Region` of the picture at any time, in display pixels.  Why: the report needs the
body, and a detector may take a knee or a plate for a face.

"Below" means on the hip side of the shoulders, along the body.  At the bottom of a deadlift the trunk is nearly level,
and the head hangs at the height of the hips.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.landmarks import Pair
from hingecheck.records import Bools, Floats, PoseTrack

HALF_WIDTHS: Final[Sequence[tuple[Pair, Pair, float]]] = (
    (landmarks.SHOULDERS, landmarks.HIPS, 0.3),
    (landmarks.HIPS, landmarks.HIPS, 0.3),
    (landmarks.HIPS, landmarks.KNEES, 0.2),
    (landmarks.KNEES, landmarks.ANKLES, 0.15),
    (landmarks.HEELS, landmarks.TOES, 0.15),
    (landmarks.SHOULDERS, landmarks.ELBOWS, 0.1),
    (landmarks.ELBOWS, landmarks.WRISTS, 0.1),
    (landmarks.WRISTS, landmarks.WRISTS, 0.6),
)
"""Bands from joint to joint that make a body below the shoulders: two joints, and half the width in trunk lengths.  A
band around a single joint is a disc: the buttocks, and the plates around the hands.  A plate has a radius of 0.45, and
the near one looks larger and lies beside the hands."""

BESIDE: Final = 0.1
"""Distance from the body within which something may still be a part of it, in trunk lengths."""

KNOWN_S: Final = 1.0
"""Time before and after a sighting in which a body is taken to be where it was, in seconds."""

TRUNK_QUANTILE: Final = 0.9
"""Quantile of the trunk's length that counts as its full length: a trunk that leans to the camera looks shorter."""


@dataclass(frozen=True)
class Region:
    """Parts of the picture as bands (k, 5): x, y of both ends and half the width; `margin_px`: margin around them."""

    bands_px: Floats
    margin_px: float = 0.0

    def away_px(self, xy_px: Floats) -> Floats:
        """Distance of points (..., 2) from the nearest band, in pixels; negative inside, infinite without bands."""
        distance_px = np.full(xy_px.shape[:-1], np.inf)
        for x0, y0, x1, y1, half in self.bands_px:
            start, along = np.array([x0, y0]), np.array([x1 - x0, y1 - y0])
            share = np.clip((xy_px - start) @ along / max(float(along @ along), 1e-9), 0.0, 1.0)
            offset = xy_px - start - share[..., None] * along
            distance_px = np.minimum(distance_px, np.hypot(offset[..., 0], offset[..., 1]) - half)
        return distance_px

    def near(self, xy_px: Floats, reach_px: float) -> Region:
        """The region of the bands that come nearer than `reach_px` to a point (2,)."""
        close = [bool(Region(band[None]).away_px(xy_px) < reach_px) for band in self.bands_px]
        return Region(self.bands_px[np.array(close, bool)], self.margin_px)

    def holds(self, xy_px: Floats) -> Bools:
        """Whether points (..., 2) lie on the bands or within `margin_px` of them."""
        return np.asarray(self.away_px(xy_px) <= self.margin_px)


NOWHERE: Final = Region(np.zeros((0, 5)))
"""The empty region."""


def below(points_px: Floats, trunk_px: float) -> Region:
    """The region of one body with landmarks (33, 2); `trunk_px`: length of the trunk seen from the side."""
    bands = [_band(points_px, start, end, half, trunk_px) for start, end, half in _sides()]
    bands_px = np.array(bands)
    return Region(bands_px[~np.isnan(bands_px).any(axis=1)], BESIDE * trunk_px)


def _sides() -> Iterable[tuple[list[int], list[int], float]]:
    """The joints and half widths of the bands: left side, right side, middle of the trunk."""
    for first, second, half in HALF_WIDTHS:
        for side in (0, 1):
            yield [first[side]], [second[side]], half
    yield list(landmarks.SHOULDERS), list(landmarks.HIPS), HALF_WIDTHS[0][2]


def _band(points_px: Floats, first: list[int], second: list[int], half: float, trunk_px: float) -> Floats:
    """One band (5,).  At the shoulders it begins lower, so that its round end only touches them."""
    start, end = points_px[first].mean(axis=0), points_px[second].mean(axis=0)
    if first[0] in landmarks.SHOULDERS:
        length_px = float(np.hypot(*(end - start)))
        start = start + min(half * trunk_px / max(length_px, 1e-9), 1.0) * (end - start)
    return np.array([*start, *end, half * trunk_px])


@dataclass(frozen=True)
class Body:
    """The lifter's body at growing times (N,), in seconds: landmarks (N, 33, 2) and the trunk's length, in pixels."""

    time_s: Floats
    points_px: Floats
    trunk_px: float

    @staticmethod
    def of(pose: PoseTrack) -> Body:
        """The lifter in every frame in which the trunk is known."""
        usual_px = float(np.nanquantile(trunk_lengths(pose.xy_px), TRUNK_QUANTILE)) if pose.seen.any() else 0.0
        return Body(pose.time_s[pose.seen], pose.xy_px[pose.seen], usual_px)

    def at(self, time_s: float) -> Region:
        """The region of the body below its shoulders at a time; empty if the nearest sighting is beyond KNOWN_S."""
        away_s = np.abs(self.time_s - time_s)
        if not len(away_s) or away_s.min() > KNOWN_S:
            return NOWHERE
        return below(self.points_px[int(np.argmin(away_s))], self.trunk_px)


def trunk_lengths(xy_px: Floats) -> Floats:
    """Length (N,) of the trunk, hips to shoulders, from landmarks (N, 33, 2), in pixels."""
    shoulder, hip = (xy_px[:, list(pair)].mean(axis=1) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    return np.asarray(np.hypot(*(shoulder - hip).T))
