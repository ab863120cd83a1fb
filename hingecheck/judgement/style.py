"""Which style of deadlift a set looks like, and how probable that is.

In: the angles of a clip, its repetitions, and the user's word if there is one.  Out: a `LiftStyle`.  Why: the report
names the style.  It changes no measured number; the user's word only decides how bends become repetitions.

Steps (`classify`).  It is a linear discriminant with one common spread.  No style is named too far off the side view,
where knees and trunk look straighter than they are.

1. Read three numbers at the beginning of each pull: height of the hands (leg lengths), knee flexion and trunk lean
   (degrees).  Take the median over the repetitions.
2. Compute the distance to the mean of each style, in units of the common spread (`styles.toml`).
3. Weigh each style by how usual it is and by a normal distribution of that distance.  Only styles with the lift type of
   the repetitions count.  Multiply by the probability of that type.
4. Name the most probable style, or "not sure" if its probability is below SURE.

Stance and grip cannot be seen from the side, so several styles from the floor look alike.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final, get_args

import numpy as np

from hingecheck.errors import UsageError
from hingecheck.records import AngleTrack, Floats, LiftStyle, LiftType, Rep, StyleName

AUTO: Final = "auto"
"""The user's word for "find out yourself"."""

SURE: Final = 0.75
"""Smallest probability with which a style is named."""

LIFT_TYPES: Final[Mapping[StyleName, LiftType]] = {
    "conventional": "floor",
    "sumo": "floor",
    "stiff_leg": "floor",
    "block": "floor",
    "kettlebell": "floor",
    "trap_bar": "floor",
    "romanian": "romanian",
    "hinge": "romanian",
    "pick_up": "pick_up",
}
"""The lift type of each style."""

FEATURES: Final = ("hand_height", "knee_deg", "lean_deg")
"""Names, in `styles.toml`, of the three numbers that describe the position."""

AROUND_S: Final = 0.11
"""Time before and after the beginning of the pull over which the position is read, in seconds."""


@dataclass(frozen=True)
class _Classes:
    """Parameters of S styles: means (S, 3), the common spread (3,), and how usual each style is (S,)."""

    names: tuple[StyleName, ...]
    mean: Floats
    spread: Floats
    usual: Floats


def parse(word: str) -> StyleName | None:
    """The style that the user's word names, None for `auto`; raises UsageError with the known words."""
    if word == AUTO:
        return None
    for name in LIFT_TYPES:
        if word.replace("-", "_").lower() == name:
            return name
    known = ", ".join((AUTO, *LIFT_TYPES))
    raise UsageError(f"--style {word}: no such style", f"Use one of {known}.")


def classify(track: AngleTrack, reps: Sequence[Rep], given: StyleName | None, *, assessable: bool = True) -> LiftStyle:
    """The given style; otherwise the most probable style, or "not sure".  `assessable`: seen from near the side."""
    if given is not None:
        return LiftStyle(given, 1.0, given=True)
    if not reps or not assessable:
        return LiftStyle("not_sure", 0.0, given=False)
    classes = _classes()
    same_type = np.array([LIFT_TYPES[name] == reps[0].style for name in classes.names])
    # 1, 2
    distance = (np.median([bottom(track, rep) for rep in reps], axis=0) - classes.mean) / classes.spread
    if np.isnan(distance).any():
        return LiftStyle("not_sure", 0.0, given=False)
    # 3
    weight = np.where(same_type, classes.usual, 0.0) * np.exp(-0.5 * (distance**2).sum(axis=1))
    if weight.sum() == 0:
        return LiftStyle("not_sure", 0.0, given=False)
    # 4
    best = int(np.argmax(weight))
    of_type = float(np.median([rep.style_probability for rep in reps]))
    confidence = of_type * float(weight[best] / weight.sum())
    return LiftStyle(classes.names[best] if confidence >= SURE else "not_sure", confidence, given=False)


def bottom(track: AngleTrack, rep: Rep) -> Floats:
    """The FEATURES (3,) of the position from which a repetition is pulled: leg lengths, degrees, degrees."""
    at = int(np.argmin(np.abs(track.time_s - rep.onset_s)))
    near = np.abs(track.time_s - track.time_s[at]) <= AROUND_S
    series = (track.hand_height, track.knee_flexion.value_deg, track.trunk_lean.value_deg)
    return np.array([np.median(values[near]) for values in series])


@cache
def _classes() -> _Classes:
    """The parameters stored in `styles.toml`."""
    table = tomllib.loads(resources.files("hingecheck.judgement").joinpath("styles.toml").read_text(encoding="utf-8"))
    names = tuple(name for name in get_args(StyleName) if name in table["style"])
    rows = [table["style"][name] for name in names]
    return _Classes(
        names=names,
        mean=np.array([[row[feature] for feature in FEATURES] for row in rows]),
        spread=np.array([table["spread"][feature] for feature in FEATURES]),
        usual=np.array([row["usual"] for row in rows]),
    )
