"""Beside stage 8: how high the load is, followed in the clip's small pictures.

Plates hide hips, knees and hands, and the pose model then loses the lifter or guesses.  But plates stand before
everything else and keep their looks, so they can be followed without any landmark.

Steps.  Of two upright moments that differ around the feet, one shows the load on the floor.  What differs there is the
load's own picture, without the floor around it.  It is looked for in every small picture, above and below (normalized
cross-correlation of what belongs to the load).  Which of the two moments shows the load is told by the hands, which go
with it (`hands`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bools, Bytes, Floats, Thumbnails

FEWEST_PX: Final = 60
"""Smaller things, in pixels of the small pictures, are taken for something else too easily."""

ASIDE, UP, DOWN = 0.3, 1.1, 0.15
"""The load is looked for so far from where it lies, in leg lengths."""

LEAST_LIKE: Final = 0.3
"""Correlation from which the load is seen."""

LEAST_TRAVEL, LEAST_LIFTED = 0.2, 0.05
"""What is lifted by less, in leg lengths, or in a smaller share of the pictures, is no load."""

_CLOSE: Final = np.ones((5, 5), np.uint8)


@dataclass(frozen=True)
class _Patch:
    """The load's own picture (h, w), which pixels of it are the load's, and where its top left corner lies."""

    picture: Bytes
    own: Bytes
    x: int
    y: int


def heights(thumbnails: Thumbnails, moments: Sequence[Bytes], unlike: Bools, leg_px: float) -> list[Floats]:
    """How far (M,) the load is above where it lies, in leg lengths, in each small picture; NaN where it is not seen.

    `moments`: two pictures, before and after the load has left its place, in either order; `unlike` (h, w): what
    differs there; `leg_px`: the leg's length in the small pictures.  Up to two answers, of which one at most is the
    load's: of the other moment's patch, bare floor, nothing travels, or what it is mistaken for.
    """
    patches = [patch for picture in moments if (patch := _patch(picture, unlike)) is not None]
    found = [_followed(thumbnails, patch, leg_px) for patch in patches]
    return [height for height in found if (height >= LEAST_TRAVEL).mean() >= LEAST_LIFTED]


def _patch(picture: Bytes, unlike: Bools) -> _Patch | None:
    """The largest connected piece of what differs, cut out of a picture."""
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
    """Heights (M,) in leg lengths of the place that is most like the patch."""
    rows, columns = patch.picture.shape
    top, left = max(0, patch.y - round(UP * leg_px)), max(0, patch.x - round(ASIDE * leg_px))
    window = np.s_[top : patch.y + rows + round(DOWN * leg_px), left : patch.x + columns + round(ASIDE * leg_px)]
    height = np.full(len(thumbnails.grey), np.nan)
    for index, picture in enumerate(thumbnails.grey):
        like = cv2.matchTemplate(picture[window], patch.picture, cv2.TM_CCOEFF_NORMED, mask=patch.own)
        like[~np.isfinite(like)] = -1.0  # plain windows
        if like.max() >= LEAST_LIKE:
            row = int(np.unravel_index(np.argmax(like), like.shape)[0])
            height[index] = (patch.y - top - row) / leg_px
    return height
