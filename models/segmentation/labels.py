"""What each bend of a set is, if its repetitions are known.

In: the turns of a set and its true repetitions.  Out: `Labelled`: the state of the load at each upright moment and the
kind of each bend.  Why: the tables of the repetition model are counts of such labels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hingecheck.records import Floats
from hingecheck.segmentation.evidence import LoadSeen
from hingecheck.segmentation.model import Course
from hingecheck.segmentation.turns import Seen

LIFT_OFF_TO_TOP_S = 0.4
"""Time after lift-off at which a pull that never locks out is surely under way, in seconds."""

AT_THE_BAR = 0.2
"""Height above the bar, as a share of the way up, below which a bend reaches it."""


@dataclass(frozen=True)
class Pull:
    """A true repetition.  `under_way_s`: a moment between its lowest point and its top, in seconds."""

    under_way_s: float
    complete: bool


@dataclass(frozen=True)
class Labelled:
    """A set with a label for every upright moment (`states`) and every bend (`kinds`).

    `type`: the type of the set.  `level`: height of the hands at the bar, in leg lengths.  `weight`: how often the set
    counts.  `load`: what its pictures show of the load, if it has any.  `usual_ends`: it begins and ends where people
    begin and end their clips.
    """

    seen: Seen
    type: str
    states: tuple[str, ...]
    kinds: tuple[str, ...]
    level: float
    weight: float = 1.0
    load: LoadSeen | None = None
    usual_ends: bool = True


def labelled(course: Course, seen: Seen, pulls: Sequence[Pull], set_type: str, weight: float = 1.0) -> Labelled:
    """The labels of a set with known repetitions.

    1. A pull belongs to the last bend before it.
    2. The bar lies where the bends with pulls are.
    3. Between two pulls of a set from the floor, a bend that reaches the bar puts the load down.
    """
    bottoms_s = course.time_s[list(course.valleys)]
    pulled = dict[int, bool]()
    for pull in pulls:  # 1
        before = np.flatnonzero(bottoms_s < pull.under_way_s)
        if before.size and seen.rises[before[-1]]:
            pulled[int(before[-1])] = pull.complete
    if not pulled:
        set_type = "nothing" if set_type != "floor" else set_type
    level = float(np.median(seen.low[list(pulled)])) if pulled else float(seen.low.min())  # 2
    depth = (seen.low - level) / max(seen.top - level, 1e-3)
    states, kinds = _walk(pulled, depth, set_type)
    return Labelled(seen, set_type, tuple(states), tuple(kinds), level, weight)


def _walk(pulled: dict[int, bool], depth: Floats, set_type: str) -> tuple[list[str], list[str]]:
    """States and kinds from the first bend to the last."""
    states = [_first(pulled, set_type)]
    kinds = list[str]()
    for bend, deep in enumerate(depth):
        state = states[-1]
        more = any(later > bend for later in pulled)
        if bend in pulled:
            kinds.append("bottom" if set_type == "romanian" else "pull")
            states.append("locked" if pulled[bend] else "missed")
        elif set_type == "nothing":
            kinds.append("idle")
            states.append("before")
        elif deep > AT_THE_BAR:
            kinds.append("short" if state not in ("locked", "missed") else "other")
            states.append(state)
        elif state in ("locked", "missed"):
            kinds.append("stand")
            states.append("resting" if more and set_type == "floor" else "after")
        else:
            kinds.append("stand")
            states.append(state)
    return states, kinds


def _first(pulled: dict[int, bool], set_type: str) -> str:
    """State of the load before the first bend."""
    return "locked" if set_type == "romanian" and 0 in pulled else "before"
