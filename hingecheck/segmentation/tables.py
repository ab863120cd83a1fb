"""The learnt tables of the repetition model, read from `tables.json`.

Out: `Tables`.  Why: the numbers that decide what a bend is are counted on sets with known repetitions, not chosen.
models/SEGMENTATION.md says on which sets, and `python -m models.segmentation.fit` counts them again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np

from hingecheck.records import Floats

STATES: Final = ("before", "locked", "missed", "resting", "after")
"""The load at an upright moment: not lifted yet; in the hands of a lifter who stands; in the hands of one who did not
lock out; put down between two lifts; put down for good."""

LOADED: Final = np.array([False, True, True, False, False])
"""The states in which the load is in the hands."""

KINDS: Final = ("pull", "stand", "short", "bottom", "idle", "other")
"""What a bend is: the load leaves the floor; the lifter stands up from the bar without it; the hands turn round above
the bar; the lowest point of a Romanian repetition; a bend of somebody who lifts nothing; something else."""

TYPES: Final = ("floor", "romanian", "pick_up", "nothing")
"""What happens in a set: the load is lifted from the floor; it goes down and up from the top; it is picked up once;
nothing is lifted."""

IMPOSSIBLE: Final = 1e-30
"""Probability of what cannot happen; above 0 so that its logarithm is finite."""

COUNTED: Final = {"floor": "pull", "romanian": "bottom", "pick_up": "pull"}
"""The kind of bend that begins a repetition, for each type of set."""


@dataclass(frozen=True)
class Table:
    """Log probabilities of the bins of one number or of a pair of numbers, for each class.

    `edges`: the inner edges of the bins, for each of the numbers.  Values beyond the last edge are in the last bin.
    """

    edges: tuple[Floats, ...]
    log: Mapping[str, Floats]

    def at(self, name: str, *values: Floats | float) -> Floats:
        """Log probability of values under the class `name`; 0 where one of them is unknown, whatever the class."""
        arrays = np.broadcast_arrays(*(np.asarray(each, float) for each in values))
        index = tuple(np.searchsorted(edge, each) for edge, each in zip(self.edges, arrays, strict=True))
        unknown = np.isnan(arrays).any(axis=0)
        return np.where(unknown, 0.0, self.log[name][tuple(np.where(unknown, 0, each) for each in index)])


@dataclass(frozen=True)
class SetType:
    """One type of set, as logarithms of probabilities.

    `prior`: how usual it is.  `start` (S): that a clip begins "upright" or "low" (in a bend), and with a state.  `end`
    (S): that a clip ends after a state, "upright" or "low".  `step` (S, K, S): of a kind of bend between two states.
    """

    prior: float
    start: Mapping[str, Floats]
    end: Mapping[str, Floats]
    step: Floats


@dataclass(frozen=True)
class Tables:
    """Everything that was learnt: `numbers` by the name of what is seen, `types` by the type of set.

    `doubts`: for each witness of the load, how far it may be blind in a clip, 0..1, and the log probability of that.
    """

    numbers: Mapping[str, Table]
    types: Mapping[str, SetType]
    doubts: Mapping[str, Sequence[tuple[float, float]]]


@cache
def learnt() -> Tables:
    """The tables in `tables.json`."""
    text = resources.files("hingecheck.segmentation").joinpath("tables.json").read_text(encoding="utf-8")
    return parsed(json.loads(text))


def parsed(stored: Mapping[str, Any]) -> Tables:
    """Tables from what the file holds: probabilities become logarithms."""
    numbers = {
        name: Table(
            tuple(np.asarray(edge, float) for edge in each["edges"]),
            {kind: np.log(np.asarray(row, float)) for kind, row in each["probability"].items()},
        )
        for name, each in stored["numbers"].items()
    }
    doubts = {name: [(far, float(np.log(p))) for far, p in each] for name, each in stored["doubts"].items()}
    return Tables(numbers, {name: _type(each) for name, each in stored["types"].items()}, doubts)


def _type(stored: Mapping[str, Any]) -> SetType:
    """One type of set from what the file holds; steps that are not listed are impossible."""
    step = np.zeros((len(STATES), len(KINDS), len(STATES)))
    for name, probability in stored["step"].items():
        before, kind, after = name.split()
        step[STATES.index(before), KINDS.index(kind), STATES.index(after)] = probability
    start, end = ({how: _states(row) for how, row in stored[edge].items()} for edge in ("start", "end"))
    return SetType(float(np.log(stored["prior"])), start, end, _log(step))


def _states(row: Mapping[str, float]) -> Floats:
    """Log probability (S) of each state."""
    return _log(np.array([row.get(name, 0.0) for name in STATES]))


def _log(probability: Floats) -> Floats:
    """The logarithm; IMPOSSIBLE for 0."""
    return np.log(np.maximum(probability, IMPOSSIBLE))
