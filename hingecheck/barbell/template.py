"""Follows the load through the thumbnails of a clip.

In: the thumbnails, two of them between which the load left its place, and the pixels that differ there.  Out: heights
(M,) of the load in leg lengths, for up to two candidates.  Why: plates hide hips, knees and hands, and the pose model
then loses the lifter.  Plates themselves are in front of everything and keep their looks, so they can be followed
without landmarks.

Steps (`heights`):

1. Cut the largest connected piece of the differing pixels out of each of the two pictures.  One of the two patches
   shows the load on the floor without the floor around it.  The other shows bare floor.
2. Search for each patch in every thumbnail around its own place: ASIDE to both sides, UP above, DOWN below.  The
   measure is the normalised cross-correlation over the patch's own pixels.
3. Take the best place if its correlation reaches LEAST_LIKE; its height above the patch's own place is the answer.
4. Drop a patch that travels too little (LEAST_TRAVEL) in too many pictures (LEAST_LIFTED).

The caller decides which candidate is the load: the one that moves with the hands (`signals.hand_height`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bools, Bytes, Floats, Thumbnails

FEWEST_PX: Final = 60
"""Smallest size of a patch, in pixels of the thumbnails.  Smaller patches are found in other things too easily."""

ASIDE: Final = 0.3
"""Distance to both sides of its own place in which the load is searched, in leg lengths."""

UP: Final = 1.1
"""The same distance upwards, in leg lengths."""

DOWN: Final = 0.15
"""The same distance downwards, in leg lengths."""

LEAST_LIKE: Final = 0.3
"""Smallest correlation at which the load is seen."""

LEAST_TRAVEL: Final = 0.2
"""Height above its own place from which a patch has travelled, in leg lengths."""

LEAST_LIFTED: Final = 0.05
"""Smallest share of the pictures in which a load has travelled."""

_CLOSE: Final = np.ones((5, 5), np.uint8)
"""Gaps of up to this size, in pixels, are closed between differing pixels."""


@dataclass(frozen=True)
class _Patch:
    """A piece of a thumbnail: `picture` (h, w), `own` (h, w) = 1 where a pixel counts, and its top left corner, px."""

    picture: Bytes
    own: Bytes
    x: int
    y: int


def heights(thumbnails: Thumbnails, moments: Sequence[Bytes], unlike: Bools, leg_px: float) -> list[Floats]:
    """Height (M,) of the load above its resting place in each thumbnail, in leg lengths; NaN where it is not seen.

    `moments`: two pictures (h, w), before and after the load left its place, in either order.  `unlike` (h, w): the
    pixels that differ between them.  `leg_px`: length of the leg in pixels of the thumbnails.  There are up to two
    answers, and at most one of them is the load's.
    """
    patches = [patch for picture in moments if (patch := _patch(picture, unlike)) is not None]  # 1
    paths = [_followed(thumbnails, patch, leg_px) for patch in patches]
    return [path for path in paths if (path >= LEAST_TRAVEL).mean() >= LEAST_LIFTED]  # 4


def _patch(picture: Bytes, unlike: Bools) -> _Patch | None:
    """The largest connected piece of the differing pixels, cut out of a picture; None if it is too small."""
    _, number, stats, _ = cv2.connectedComponentsWithStats(
        cv2.morphologyEx(unlike.astype(np.uint8), cv2.MORPH_CLOSE, _CLOSE)
    )
    sizes = stats[1:, cv2.CC_STAT_AREA]
    if not len(sizes) or sizes.max() < FEWEST_PX:
        return None
    largest = 1 + int(np.argmax(sizes))
    x, y, width, height = (int(n) for n in stats[largest, : cv2.CC_STAT_AREA])
    window = np.s_[y : y + height, x : x + width]
    return _Patch(picture[window], ((number == largest) & unlike)[window].astype(np.uint8), x, y)


def _followed(thumbnails: Thumbnails, patch: _Patch, leg_px: float) -> Floats:
    """Height (M,) in leg lengths of the place that looks most like the patch; NaN where nothing looks like it."""
    rows, columns = patch.picture.shape
    top, left = max(0, patch.y - round(UP * leg_px)), max(0, patch.x - round(ASIDE * leg_px))
    window = np.s_[top : patch.y + rows + round(DOWN * leg_px), left : patch.x + columns + round(ASIDE * leg_px)]
    height = np.full(len(thumbnails.grey), np.nan)
    for index, picture in enumerate(thumbnails.grey):
        correlation = cv2.matchTemplate(picture[window], patch.picture, cv2.TM_CCOEFF_NORMED, mask=patch.own)  # 2
        correlation[~np.isfinite(correlation)] = -1.0  # windows of a single grey level
        if correlation.max() >= LEAST_LIKE:  # 3
            row = int(np.unravel_index(np.argmax(correlation), correlation.shape)[0])
            height[index] = (patch.y - top - row) / leg_px
    return height
