"""Beside stage 8: which style of deadlift a set looks like, and how sure that is.

A linear discriminant over three numbers that a side view gives of the position the lifter pulls from: how high the
hands are, how bent the knees, how far the trunk leans.  Class means and the common spread stand in `styles.toml`.
Stance and grip are not seen from the side, so several styles from the floor look alike: then the answer is
"not sure".  The style changes nothing that is measured; only how bends become repetitions follows from it.
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
SURE: Final = 0.75
"""A style is named only if it is at least this probable."""

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
FEATURES: Final = ("hand_height", "knee_deg", "lean_deg")
AROUND_S: Final = 0.11
"""The position is read over so much time before and after the moment of it."""


@dataclass(frozen=True)
class _Looks:
    """Class means (S, 3), the common spread (3,), and how usual each style is (S,)."""

    names: tuple[StyleName, ...]
    mean: Floats
    spread: Floats
    usual: Floats


def parse(word: str) -> StyleName | None:
    """The user's word for the style, None for `auto`; raises UsageError with the words that are known."""
    if word == AUTO:
        return None
    for name in LIFT_TYPES:
        if word.replace("-", "_").lower() == name:
            return name
    known = ", ".join((AUTO, *LIFT_TYPES))
    raise UsageError(f"--style {word}: no such style", f"Known are {known}.")


def tell(track: AngleTrack, reps: Sequence[Rep], given: StyleName | None) -> LiftStyle:
    """The given style; else the most probable one of those that lift as these repetitions do."""
    if given is not None:
        return LiftStyle(given, 1.0, given=True)
    if not reps:
        return LiftStyle("not_sure", 0.0, given=False)
    looks = _looks()
    like = np.array([LIFT_TYPES[name] == reps[0].style for name in looks.names])
    away = (np.median([bottom(track, rep) for rep in reps], axis=0) - looks.mean) / looks.spread
    if np.isnan(away).any():
        return LiftStyle("not_sure", 0.0, given=False)
    weight = np.where(like, looks.usual, 0.0) * np.exp(-0.5 * (away**2).sum(axis=1))
    if weight.sum() == 0:
        return LiftStyle("not_sure", 0.0, given=False)
    best = int(np.argmax(weight))
    confidence = float(weight[best] / weight.sum())
    return LiftStyle(looks.names[best] if confidence >= SURE else "not_sure", confidence, given=False)


def bottom(track: AngleTrack, rep: Rep) -> Floats:
    """FEATURES (3,) of the position a repetition is pulled from."""
    at = int(np.argmin(np.abs(track.time_s - rep.onset_s)))
    near = np.abs(track.time_s - track.time_s[at]) <= AROUND_S
    series = (track.hand_height, track.knee_flexion.value_deg, track.trunk_lean.value_deg)
    return np.array([np.median(values[near]) for values in series])


@cache
def _looks() -> _Looks:
    table = tomllib.loads(
        resources.files("hingecheck.segmentation").joinpath("styles.toml").read_text(encoding="utf-8")
    )
    names = tuple(name for name in get_args(StyleName) if name in table["style"])
    rows = [table["style"][name] for name in names]
    return _Looks(
        names=names,
        mean=np.array([[row[feature] for feature in FEATURES] for row in rows]),
        spread=np.array([table["spread"][feature] for feature in FEATURES]),
        usual=np.array([row["usual"] for row in rows]),
    )
