"""How the load is lifted: from the floor, from top to top (Romanian), or picked up.

In: the bends of a clip (`Course`).  Out: a `LiftType`.  Why: the same movement of the hands makes different repetitions
in each case.

Steps (`lift_type_of`).  What the pictures show comes before what the movement shows.

1. One bend, after which something is held out in front: picked up.
2. The load lay on the floor at a peak: from the floor.
3. The load went down with the hands from every peak: Romanian, if the clip begins upright.
4. Otherwise the bottoms decide.  Hands that rest at the bottom grip a bar on the floor.  Knees that hardly bend do not
   reach for one.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.geometry import known_median
from hingecheck.records import LiftType
from hingecheck.segmentation.model import Course

ROMANIAN_HEIGHT: Final = 0.42
"""Height of the hands at the bottom, in leg lengths.  Higher hands need not be at a bar on the floor, even if they rest
there."""

TOUCHED_HEIGHT: Final = 0.38
"""The same height for hands that turn round at once."""

MAYBE_HELD_HEIGHT: Final = 0.33
"""The same height for a lifter who may hold something all the time (`Course.maybe_held`)."""

LOWEST_HEIGHT: Final = 0.12
"""Height of the hands at the bottom, in leg lengths.  Lower hands are at a bar on the floor, because a bar would hang
below them, and plates below the bar."""

GRIPPED_KNEE_DEG: Final = 38.0
"""Knee flexion at the bottom, in degrees, where the hands rest.  Straighter knees do not reach for a bar."""

TOUCHED_KNEE_DEG: Final = 60.0
"""The same flexion where hands above TOUCHED_HEIGHT turn round at once."""

LOW_KNEE_DEG: Final = 47.0
"""The same flexion where lower hands turn round at once."""

ONCE_KNEE_DEG: Final = 40.0
"""The same flexion where lower hands turn round at once in the only bend of the clip."""

SAME_FLOOR: Final = 0.10
"""Largest difference between two bottoms of the hands on the same floor, as a share of the pull."""

CARRIED: Final = 0.11
"""Forward distance of the hands after a bend, compared with before, in leg lengths.  Hands farther in front carry what
was picked up."""


def lift_type_of(course: Course) -> LiftType:
    """How the load is lifted, as far as the movement and the pictures show it."""
    if len(course.valleys) == 1 and _carries(course):  # 1
        return "pick_up"
    if False in course.in_hand:  # 2
        return "floor"
    if course.always_held and course.is_upright(course.peaks[0]):  # 3
        return "romanian"
    return "romanian" if _turns_above_floor(course) else "floor"  # 4


def floor_band(course: Course) -> float:
    """Largest difference between two bottoms on the same floor, in leg lengths."""
    return SAME_FLOOR * float(course.height.max() - course.height[list(course.valleys)].min())


def _carries(course: Course) -> bool:
    """True if the hands are held out in front after the only bend, but not before it."""
    before, after = (float(course.track.hand_forward[peak]) for peak in course.peaks)
    return after - before >= CARRIED and course.is_upright(course.peaks[0])


def _turns_above_floor(course: Course) -> bool:
    """True if the bends look like those of a lifter who lowers a load without putting it down, or has no load."""
    bottom = np.array(course.valleys)
    height, knee_deg = course.height[bottom], known_median(course.track.knee_flexion.value_deg[bottom])
    middle = float(np.median(height))
    if middle < LOWEST_HEIGHT:
        return False
    if course.maybe_held and middle > MAYBE_HELD_HEIGHT and knee_deg < GRIPPED_KNEE_DEG:
        return True
    lowest = height <= height.min() + floor_band(course)
    if course.grips[int(np.argmax(lowest))]:  # a set from the floor begins with a grip
        return float(np.median(height[lowest])) > ROMANIAN_HEIGHT and knee_deg < GRIPPED_KNEE_DEG
    low_deg = LOW_KNEE_DEG if len(bottom) > 1 else ONCE_KNEE_DEG
    return knee_deg < (TOUCHED_KNEE_DEG if middle > TOUCHED_HEIGHT else low_deg)
