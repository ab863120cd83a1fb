"""Name what the lifter does at each time of a repetition: postures, and the phases between them.

A change is measured between two postures, the start of the pull and the top.  These two and the knee pass are the
postures that every output shows, under the names of POSTURES.  An event that did not happen is NaN and has no phase.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.records import Measure, Rep, RepMetrics

POSTURES: Final = {"at_start": "pull start", "at_knee_pass": "knee pass", "at_top": "top"}
"""The name of each posture.  The key is a part of its metrics, such as "hip_at_start_deg"."""

EVENTS: Final = {"at_start": "onset_s", "at_knee_pass": "knee_pass_s", "at_top": "top_s"}
"""The key in `analysis.json` of the time of each posture."""

ANGLES: Final = {"hip_flexion": "hip", "knee_flexion": "knee", "lumbar_flexion": "lumbar"}
"""The angles that are given at each posture, and the first part of their metrics."""

SIDE_VIEW_ONLY: Final = frozenset({"hip_flexion", "knee_flexion"})
"""The angles that are not given if the camera is too far off the side view: at postures, and so nowhere else."""

TAUT, LIFTING, PAST_KNEE, STANDING, LOWERING = "before lift-off", "lifting", "past the knee", "standing", "lowering"
"""What happens between the postures.  No phase has the name of a posture, because its angles change."""

BEFORE, BETWEEN, AFTER = "before the set", "between repetitions", "after the set"

EARLY_S, HOLD_S = 0.035, 0.1
"""Seconds before and after its time in which a picture shows a posture.  A film may leave out every other frame."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a repetition, from `start_s` up to but not including `end_s`.  `text` says what happens in it."""

    start_s: float
    end_s: float
    text: str


def posture_s(rep: RepMetrics, posture: str) -> float:
    """Time in seconds of a posture, NaN if it did not happen."""
    times_s = {"at_start": rep.pulled_from_s, "at_knee_pass": rep.rep.knee_pass_s, "at_top": rep.rep.top_s}
    return float(times_s[posture]) if posture != "at_top" or rep.complete else float("nan")


def absent(posture: str, *, cut_off: bool) -> str:
    """What is said in place of a posture that the clip does not show; `cut_off`: the clip ends in the pull."""
    return "not in the clip" if posture == "at_start" or cut_off else "did not happen"


def metric(angle: str, posture: str) -> str:
    """The metric of an angle, such as "hip_flexion", at a posture."""
    return f"{ANGLES[angle]}_{posture}_deg"


def postures(rep: RepMetrics) -> tuple[Phase, ...]:
    """The short times around the postures of a repetition, each with the name of its posture."""
    times_s = {name: posture_s(rep, name) for name in POSTURES}
    return tuple(
        Phase(time_s - EARLY_S, time_s + HOLD_S, POSTURES[name])
        for name, time_s in times_s.items()
        if not np.isnan(time_s)
    )


def of(rep: RepMetrics) -> tuple[Phase, ...]:
    """The repetition's phases in the order of time, for every style.  Events that did not happen are left out."""
    event = rep.rep
    begins = [
        (posture_s(rep, "at_start"), TAUT),
        (begin_s(event) if np.isnan(rep.pulled_from_s) else np.nan, LIFTING),
        (event.liftoff_s, LIFTING),
        (event.knee_pass_s, PAST_KNEE),
        (posture_s(rep, "at_top"), STANDING),
        (event.lowering_s, LOWERING),
    ]
    if event.style == "romanian":  # a Romanian repetition begins at the top, with the lowering
        begins.append((event.start_s, LOWERING))
    known = sorted((float(s), text) for s, text in begins if not np.isnan(s))
    last_s = end_s(event)
    known = [(s, text) for s, text in known if s < last_s]
    ends = [s for s, _ in known[1:]] + [last_s]
    return tuple(Phase(s, until_s, text) for (s, text), until_s in zip(known, ends, strict=True))


def begin_s(rep: Rep) -> float:
    """Time in seconds at which the repetition begins."""
    return float(np.nanmin([rep.start_s, rep.onset_s]))


def end_s(rep: Rep) -> float:
    """Time in seconds at which the repetition ends: its last known event.

    A Romanian repetition ends at lockout, and its top, where the hands rest, comes after that.
    """
    return float(np.nanmax([rep.end_s, rep.lowering_s, rep.top_s, rep.lockout_s, rep.liftoff_s]))


@dataclass(frozen=True)
class Timeline:
    """What happens at each time of a clip.

    `spans`: the postures of all repetitions, then all their phases.  `begin_s`, `end_s`: those of the set, in seconds.
    """

    spans: tuple[tuple[Phase, RepMetrics], ...]
    begin_s: float
    end_s: float

    @classmethod
    def of(cls, reps: Sequence[RepMetrics]) -> Timeline:
        """The timeline of at least one repetition."""
        spans = tuple((phase, rep) for find in (postures, of) for rep in reps for phase in find(rep))
        return cls(spans, min(begin_s(rep.rep) for rep in reps), max(end_s(rep.rep) for rep in reps))

    def at(self, time_s: float) -> tuple[RepMetrics | None, str]:
        """The repetition at `time_s` and the name of its posture or phase.

        Outside all repetitions, None and where the time lies.
        """
        for phase, rep in self.spans:
            if phase.start_s <= time_s < phase.end_s:
                return rep, phase.text
        if time_s < self.begin_s:
            return None, BEFORE
        return None, AFTER if time_s >= self.end_s else BETWEEN

    def held(self, angle: str, time_s: float) -> Measure | None:
        """The angle that the report gives for the posture at `time_s`; None if the time belongs to no posture."""
        rep, name = self.at(time_s)
        posture = next((key for key, words in POSTURES.items() if words == name), "")
        if rep is None or not posture or angle not in ANGLES:
            return None
        around = Phase(posture_s(rep, posture) - EARLY_S, posture_s(rep, posture) + HOLD_S, name)
        return rep.values[metric(angle, posture)] if around.start_s <= time_s < around.end_s else None
