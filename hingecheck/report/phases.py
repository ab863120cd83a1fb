"""Name what the lifter does at each time of a repetition: pull begins, lifting, past the knee, lockout, lowering.

The input is the event times of a repetition in seconds.  An event that did not happen is NaN and has no phase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from hingecheck.records import Rep, RepMetrics

BEGINS: Final = {
    "onset_s": "pull begins",
    "liftoff_s": "lifting",
    "knee_pass_s": "past the knee",
    "lockout_s": "lockout",
    "lowering_s": "lowering",
}
"""The name of the phase that begins with each event."""

BEFORE, BETWEEN, AFTER = "before the set", "between repetitions", "after the set"


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a repetition, from `start_s` up to but not including `end_s`.  `text` says what happens in it."""

    start_s: float
    end_s: float
    text: str


@lru_cache(maxsize=256)
def of(rep: Rep) -> tuple[Phase, ...]:
    """The repetition's phases in the order of time, for every style.  Events that did not happen are left out."""
    begins = [(float(getattr(rep, name)), text) for name, text in BEGINS.items()]
    if rep.style == "romanian":  # a Romanian repetition begins at the top, with the lowering
        begins.append((rep.start_s, "lowering"))
    known = sorted((s, text) for s, text in begins if not np.isnan(s))
    last_s = end_s(rep)
    known = [(s, text) for s, text in known if s < last_s]
    ends = [s for s, _ in known[1:]] + [last_s]
    return tuple(Phase(s, until_s, text) for (s, text), until_s in zip(known, ends, strict=True))


def begin_s(rep: Rep) -> float:
    """Time in seconds at which the repetition begins."""
    return float(np.nanmin([rep.start_s, rep.onset_s]))


def end_s(rep: Rep) -> float:
    """Time in seconds at which the repetition ends; its last known event if the end is unknown."""
    times = [rep.end_s, rep.lowering_s, rep.top_s, rep.lockout_s, rep.liftoff_s]
    return float(rep.end_s) if not np.isnan(rep.end_s) else float(np.nanmax(times))


def at(reps: Sequence[RepMetrics], time_s: float) -> tuple[RepMetrics | None, str]:
    """The repetition at `time_s` and the name of its phase; outside all repetitions None and where the time lies."""
    for rep in reps:
        for phase in of(rep.rep):
            if phase.start_s <= time_s < phase.end_s:
                return rep, phase.text
    if time_s < min(begin_s(rep.rep) for rep in reps):
        return None, BEFORE
    return None, AFTER if time_s >= max(end_s(rep.rep) for rep in reps) else BETWEEN
