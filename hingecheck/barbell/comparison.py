"""Compares two thumbnails around the feet of the lifter, where a load on the floor lies.

In: thumbnails and the landmarks of the clip.  Out: the areas that are compared (`Areas`) and the pixels that differ
(`differing`).  Why: plates that lie on the floor in one picture and hang from the hands in the other change the picture
around the feet.

Steps of one comparison (`differing`).  A pixel of the first picture differs if it is lighter or darker, by at least
LEVEL, than all its neighbours in the second.

1. Take the lightest and darkest neighbour of every pixel of the second picture.
2. Try shifts of the second picture, coarse ones first, then fine ones around the best (SHIFTS_PX).  The camera may have
   moved, so the shift with the fewest differing pixels counts.
3. Return the pixels that differ for that shift.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks, posture
from hingecheck.records import Bools, Bytes, PoseTrack, Thumbnails

BESIDE: Final = 0.55
"""Half width of the area around the feet that is compared, in leg lengths."""

KNEE: Final = 0.10
"""Distance that this area reaches above the knees, in leg lengths.  As far below them is the lowest place at which a
plate of a load in the hands hangs."""

BELOW: Final = 0.15
"""Distance that this area reaches below the ankles, in leg lengths."""

AWAY: Final = 1.0
"""Distance to the side of the feet, in leg lengths.  Farther away neither the lifter nor the load reaches: what differs
there comes from the camera or the light."""

OVER_HEAD: Final = 0.5
"""The same distance above the shoulders of the upright lifter, in leg lengths."""

TOP_SHARE: Final = 0.02
"""Quantile of the shoulders' picture row that counts as the upright lifter's; single rows above are errors."""

LEVEL: Final = 9
"""Difference from which a pixel of a blurred picture differs, in grey levels of 255."""

FEWEST_PX: Final = 200
"""Smallest area around the feet that can be compared, in pixels of the thumbnails."""

SHIFTS_PX: Final = ((-4, -2, 0, 2, 4), (-1, 0, 1))
"""Shifts that are tried along each axis, in pixels: first these, then these around the best."""

COARSE_NEIGHBOURS: Final = np.ones((5, 5), np.uint8)
"""Neighbours of a pixel in the coarse comparison: edges may move by two pixels."""

FINE_NEIGHBOURS: Final = np.ones((3, 3), np.uint8)
"""Neighbours of a pixel in the fine comparison: edges may move by one pixel."""


@dataclass(frozen=True)
class Areas:
    """Areas of the thumbnails as masks (h, w).

    `part`: around the feet.  `low`: the part of it below the knees.  `away`: where neither the
    lifter nor the load reaches.  `leg_px`: length of the leg in pixels of the thumbnails.
    """

    part: Bools
    low: Bools
    away: Bools
    leg_px: float

    @property
    def compared(self) -> Bools:
        """The area (h, w) that shows how far the camera has moved: the feet, the floor and the room."""
        return np.asarray(self.part | self.away)


def areas(thumbnails: Thumbnails, track: PoseTrack) -> Areas | None:
    """The areas of a clip's thumbnails; None if the lifter's place is unknown or too small (FEWEST_PX)."""
    shoulder, knee = (track.middle_px(pair) for pair in (landmarks.SHOULDERS, landmarks.KNEES))
    foot, leg_px = posture.feet_px(track), posture.leg_px(track)
    if np.isnan(leg_px):
        return None
    knee_y = float(np.nanmedian(knee[:, 1]))
    rows, columns = np.indices(thumbnails.grey.shape[1:])
    x, y = (
        (grid + 0.5) / thumbnails.scale + origin
        for grid, origin in zip((columns, rows), thumbnails.origin_px, strict=True)
    )
    aside = np.abs(x - foot[0]) / leg_px
    part = (aside < BESIDE) & (y > knee_y - KNEE * leg_px) & (y < foot[1] + BELOW * leg_px)
    top = float(np.nanquantile(shoulder[:, 1], TOP_SHARE)) - OVER_HEAD * leg_px
    away = (aside > AWAY) | (y < top)
    low = part & (y > knee_y + KNEE * leg_px)
    return Areas(part, low, away, leg_px * thumbnails.scale) if part.sum() >= FEWEST_PX else None


def differing(first: Bytes, second: Bytes, neighbours: Bytes, compared: Bools) -> Bools:
    """Pixels (h, w) of the first picture that differ from the second.

    `neighbours`: COARSE_NEIGHBOURS or FINE_NEIGHBOURS.  `compared` (h, w): the area in which the shift of the camera is
    found.
    """
    most = sum(steps[-1] for steps in SHIFTS_PX)
    margin = (most, most, most, most, cv2.BORDER_REPLICATE)
    # 1
    lightest, darkest = (
        cv2.copyMakeBorder(extreme(second, neighbours), *margin) for extreme in (cv2.dilate, cv2.erode)
    )
    height, width = first.shape
    mask = compared.astype(np.uint8)

    def unlike(down: int, right: int) -> Bytes:
        window = np.s_[down : down + height, right : right + width]
        difference = cv2.max(cv2.subtract(first, lightest[window]), cv2.subtract(darkest[window], first))
        return np.asarray(cv2.threshold(difference, LEVEL, 1, cv2.THRESH_BINARY)[1], np.uint8)

    best = (most, most)
    for steps in SHIFTS_PX:  # 2
        shifts = [(best[0] + down, best[1] + right) for down, right in product(steps, steps)]
        best = min(shifts, key=lambda shift: cv2.countNonZero(cv2.bitwise_and(unlike(*shift), mask)))
    return unlike(*best) > 0  # 3


def nearest(thumbnails: Thumbnails, time_s: float) -> Bytes:
    """The thumbnail (h, w) nearest to a time."""
    return np.asarray(thumbnails.grey[int(np.argmin(np.abs(thumbnails.time_s - time_s)))])
