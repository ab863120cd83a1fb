"""Beside stage 8: how it is lifted: from the floor, from top to top, or picked up.

What the pictures tell goes before what the movement tells: a load that was seen to lie on the floor in one upright
moment and to hang in another is lifted from the floor, one that goes along from every upright moment is not.  Without
such pictures, hands that stay at the bottom grip a bar, and knees that hardly bend do not reach for one.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.geometry import known_median
from hingecheck.records import LiftType
from hingecheck.segmentation.turns import Course, is_upright

ROMANIAN_HEIGHT, TOUCHED_HEIGHT, STEADY_HEIGHT = 0.42, 0.38, 0.33
"""Hands higher than this at the bottom, in leg lengths, need not be at a bar on the floor; nor need lower ones that
turn at once, and of somebody who may hold something all the time (`Course.steady`)."""

LOWEST_HEIGHT: Final = 0.12
"""Lower hands are at a bar on the floor: it hangs below them, and plates below it."""

GRIPPED_KNEE_DEG, TOUCHED_KNEE_DEG, LOW_KNEE_DEG, ONCE_KNEE_DEG = 38.0, 60.0, 47.0, 40.0
"""Knees straighter than this at the bottom: where the hands stay there; where they turn at once, above the floor's
height; lower; and lower, if it is the only bend."""

SAME_FLOOR: Final = 0.10
"""Hands this near, in shares of the pull, to where they gripped the bar are on it again."""

CARRIED: Final = 0.11
"""Hands this much farther in front than before, in leg lengths, carry what was picked up."""


def lift_type_of(course: Course) -> LiftType:
    """How it is lifted, as far as the movement and the pictures tell."""
    if len(course.valleys) == 1 and _carries(course):
        return "pick_up"
    if False in course.in_hand:
        return "floor"
    if course.held and is_upright(course, course.peaks[0]):
        return "romanian"
    return "romanian" if _hovers(course) else "floor"


def floor_band(course: Course) -> float:
    """How far apart two bottoms may be to be the same floor."""
    return SAME_FLOOR * float(course.height.max() - course.height[list(course.valleys)].min())


def _carries(course: Course) -> bool:
    """True if the hands are held in front after the only bend, and were not before it."""
    before, after = (float(course.track.hand_forward[peak]) for peak in course.peaks)
    return after - before >= CARRIED and is_upright(course, course.peaks[0])


def _hovers(course: Course) -> bool:
    """True if the bends look like those of somebody who lowers a load without putting it down, or has none."""
    bottom = np.array(course.valleys)
    height, knee_deg = course.height[bottom], known_median(course.track.knee_flexion.value_deg[bottom])
    middle = float(np.median(height))
    if middle < LOWEST_HEIGHT:
        return False
    if course.steady and middle > STEADY_HEIGHT and knee_deg < GRIPPED_KNEE_DEG:
        return True
    lowest = height <= height.min() + floor_band(course)
    if course.grips[int(np.argmax(lowest))]:  # a set from the floor begins with a grip
        return float(np.median(height[lowest])) > ROMANIAN_HEIGHT and knee_deg < GRIPPED_KNEE_DEG
    low_deg = LOW_KNEE_DEG if len(bottom) > 1 else ONCE_KNEE_DEG
    return knee_deg < (TOUCHED_KNEE_DEG if middle > TOUCHED_HEIGHT else low_deg)
