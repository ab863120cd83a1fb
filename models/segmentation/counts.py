"""Labelled sets become tables: counts, smoothed, with a heavy tail.

In: `Labelled` sets.  Out: what `hingecheck/segmentation/tables.json` holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import scipy

from hingecheck.records import Floats
from hingecheck.segmentation import evidence, tables
from hingecheck.segmentation.evidence import LoadSeen, Reading
from models.segmentation.labels import Labelled

EDGES: Mapping[str, tuple[tuple[float, ...], ...]] = {
    "depth": ((-0.3, -0.12, -0.05, 0.05, 0.12, 0.2, 0.35, 0.6),),
    "rest": ((-1.2, -0.8, -0.4, 0.0, 0.4, 0.8, 1.2, 1.8),),
    "bent": ((20, 40, 60, 80, 100, 120, 140),),
    "arm": ((0.0, 0.22, 0.35, 0.5, 0.65, 0.8),),
    "step": ((0.05, 0.1, 0.2, 0.35, 0.7),),
    "short": ((-0.05, 0.04, 0.08, 0.13, 0.2, 0.35, 0.5, 0.7),),
    "straight": ((12, 20, 25, 30, 35, 40, 55, 75), (8, 16, 24, 40)),
    "left": ((0.5, 1.0, 1.6, 2.5, 5.0),),
    "place": ((-0.15, 0.05, 0.15, 0.25, 0.35, 0.45, 0.6, 0.85), (20, 32, 44, 60, 80)),
    "carried": ((-0.3, -0.1, 0.11, 0.2, 0.4),),
    "contrast": ((0.006, 0.05),),
    "moved": ((0.08, 0.11, 0.15),),
    "bar": ((0.05, 0.1, 0.2),),
    "beside": ((0.1, 0.2, 0.3),),
    "coarsely": ((-0.4, 0.4),),
    "finely": ((-0.4, 0.4),),
    "more": ((-0.1, -0.03, 0.03, 0.1),),
}
"""Inner edges of the bins of each number; `Seen` (`hingecheck.segmentation.turns`), `LoadSeen` (`evidence`) and `Looks`
(`hingecheck.records`) say what they are."""

CLASSES: Mapping[str, list[str]] = {
    "left": ["down", "up"],
    "bar": ["down", "up"],
    "beside": ["down", "up"],
    "coarsely": ["own"],
    "finely": ["own"],
    "more": ["up"],
}
"""The classes of the numbers that show whether the load is up."""

SMOOTH = 0.25
"""Count that every bin has before anything is counted."""

NEIGHBOURS = (0.15, 0.7, 0.15)
"""Shares of a count that fall into the bin below, into its own bin, and into the bin above."""

ANYBODY = 0.2
"""Weight with which every bend of every set is also counted as a bend of somebody who lifts nothing: people practise
each movement without a load.  Own choice."""

TAIL = 0.03
"""Share of every class that is spread evenly over its bins: what was never counted stays possible.  Own
choice."""

BLIND = (0.0, 0.3, 1.0)
"""How far a witness of the load may be blind in a clip: not at all, wrong in 15 % of the moments, seeing something else
all the time."""

WITNESSES = ("bar", "beside", "coarsely", "finely")
"""The witnesses of the load, as in `evidence.witnesses`."""

ROUNDS = 100
"""Rounds of the expectation maximization that finds how often a witness is blind."""

RARE = 0.5
"""Count that every possible step has before anything is counted."""

FIRST_FAILS = 0.1
"""Share of the first pulls that fail.  It is that of the later pulls, because simulated sets never fail at first."""

OTHER = 0.02
"""Share of the bends that are something else.  Simulated sets have none; own choice."""

PRIOR = {"floor": 0.65, "romanian": 0.20, "pick_up": 0.03, "nothing": 0.12}
"""How usual each type of set is among clips that people analyze.  Own choice."""

HOW = ("upright", "low")
"""How a clip begins or ends: with an upright lifter, or in a bend."""

STEPS: Mapping[str, Sequence[str]] = {
    "floor": (
        "before pull locked", "before pull missed", "before stand before", "before short before",
        "locked pull locked", "locked pull missed", "locked stand resting", "locked stand after", "locked short locked",
        "missed pull locked", "missed pull missed", "missed stand resting", "missed stand after", "missed other locked",
        "resting pull locked", "resting pull missed", "resting stand resting", "resting short resting",
        "after stand after", "after short after",
    ),
    "romanian": (
        "before short before", "before stand before", "before pull locked",
        "locked bottom locked", "locked bottom missed", "locked stand after", "missed bottom locked",
        "missed bottom missed", "missed stand after", "after stand after", "after short after",
    ),
    "pick_up": (
        "before pull locked", "before stand before", "before short before", "locked stand after", "after short after",
    ),
    "nothing": ("before idle before",),
}  # fmt: skip
"""The possible steps of each type of set, beside "other", which leaves every state as it is."""


_BENDS = ("pull", "stand", "short", "bottom")


def table_of(sets: Iterable[Labelled]) -> dict[str, Any]:
    """All tables, counted on these sets."""
    seen = list(sets)
    values: dict[str, dict[str, list[tuple[tuple[float, ...], float]]]] = defaultdict(lambda: defaultdict(list))
    for each in seen:
        for name, kind, numbers in _numbers(each):
            values[name][kind].append((numbers, each.weight))
            if kind.split()[-1] in _BENDS:
                values[name][kind.replace(kind.split()[-1], "idle")].append((numbers, ANYBODY * each.weight))
    counted = {
        "numbers": {name: _number(name, values[name]) for name in EDGES},
        "types": {
            name: _type(name, [each for each in seen if each.type == name and each.usual_ends]) for name in tables.TYPES
        },
    }
    return counted | {"doubts": _doubts(seen, tables.parsed(counted | {"doubts": {}}))}


def _doubts(sets: Sequence[Labelled], counted: tables.Tables) -> dict[str, list[tuple[float, float]]]:
    """How far each witness may be blind, and how often it is: the shares that make what it says likeliest (EM)."""
    rows: dict[str, list[list[float]]] = {name: [] for name in WITNESSES}
    for each in sets:
        up = [int(state in ("locked", "missed")) for state in each.states]
        ways = {} if each.load is None else evidence.witnesses(each.load, counted)
        for name, said in ways.items():
            if said[0].load.any():
                rows[name].append([_log_likelihood(said, up, doubt) for doubt in BLIND])
    return {name: _shares(each) for name, each in rows.items()}


def _log_likelihood(said: Sequence[Reading], up: Sequence[int], doubt: float) -> float:
    """Log likelihood of what a witness says in one of several ways, if it is blind to this extent.

    `up`: 1 for each moment at which the load is held, else 0.
    """
    seen = [np.exp(way.load) for way in said]
    true = [(1 - doubt) * way[range(len(up)), up] + doubt * way.mean(axis=1) for way in seen]
    total = [way.prior + np.log(each).sum() for way, each in zip(said, true, strict=True)]
    return float(scipy.special.logsumexp(total))


def _shares(rows: Sequence[Sequence[float]]) -> list[tuple[float, float]]:
    """Each extent of blindness with its share; `rows`: log likelihood of each set for each extent."""
    shares = np.full(len(BLIND), 1 / len(BLIND))
    for _ in range(ROUNDS if rows else 0):
        weights = scipy.special.softmax(np.array(rows) + np.log(shares), axis=1)
        shares = (weights.sum(axis=0) + 1.0) / (len(rows) + len(BLIND))
    return [(blind, float(share)) for blind, share in zip(BLIND, shares, strict=True)]


def _numbers(each: Labelled) -> Iterable[tuple[str, str, tuple[float, ...]]]:
    """Every number of a set: its name, its class, and its value or values."""
    seen, way = each.seen, max(each.seen.top - each.level, 1e-3)
    for i, kind in enumerate(each.kinds):
        held = "held" if each.states[i] in ("locked", "missed") else "empty"
        yield "depth", kind, ((seen.low[i] - each.level) / way,)
        yield "rest", f"{held} {kind}", (seen.rest[i],)
        yield "bent", kind, (seen.bent_deg[i],)
        yield "arm", kind, (seen.arm[i],)
        yield "step", kind, (seen.step[i],)
    for i, state in enumerate(each.states):
        name = state if state in ("locked", "missed") else "empty"
        yield "short", name, (seen.below_others[i] / way,)
        yield "straight", name, (seen.straight_deg[i], seen.less_straight_deg[i])
    if each.usual_ends:
        yield "left", "up" if each.states[-1] in ("locked", "missed") else "down", (seen.left_s,)
    yield "place", each.type, evidence.place(seen, each.level)
    yield "carried", each.type, (seen.forward[-1] - seen.forward[0],)
    if each.load is not None:
        yield from _of_load(each.load, [state in ("locked", "missed") for state in each.states])
        if each.load.looks is not None:
            yield "contrast", each.type, (each.load.looks.contrast,)
            yield "moved", each.type, (each.load.looks.moved,)


def _of_load(load: LoadSeen, held: Sequence[bool]) -> Iterable[tuple[str, str, tuple[float, ...]]]:
    """What the pictures show of a load that is held at some upright moments, as in `_numbers`.

    The two kinds of pictures say something only if one of them is of moments with the load, the other of moments
    without it.
    """
    for name in ("bar", "beside"):
        for value, up in zip(getattr(load, name), held, strict=True):
            yield name, "up" if up else "down", (value,)
    looks = load.looks
    if looks is None or not np.isfinite(looks.near).any():
        return
    first, second = held[int(np.nanargmax(looks.near))], held[int(np.nanargmin(looks.near))]
    if first != second:
        yield "more", "up", (looks.first_more if first else -looks.first_more,)
        for near, up in zip(looks.near, held, strict=True):
            yield "finely" if looks.fine else "coarsely", "own", (near if up == first else -near,)


def _classes(name: str) -> list[str]:
    """The classes of a number."""
    if name in CLASSES:
        return CLASSES[name]
    if name == "rest":
        return [f"{held} {kind}" for held in ("empty", "held") for kind in tables.KINDS]
    if name in ("depth", "bent", "arm", "step"):
        return list(tables.KINDS)
    if name in ("short", "straight"):
        return ["empty", "locked", "missed"]
    return list(tables.TYPES)


def _number(name: str, values: Mapping[str, list[tuple[tuple[float, ...], float]]]) -> dict[str, Any]:
    """Edges and the probability of each bin for each class of a number."""
    rows = {
        kind: _histogram(EDGES[name], [] if kind.endswith("other") else values.get(kind, [])) for kind in _classes(name)
    }
    return {"edges": EDGES[name], "probability": {kind: np.round(row, 5).tolist() for kind, row in rows.items()}}


def _histogram(edges: tuple[tuple[float, ...], ...], values: Sequence[tuple[tuple[float, ...], float]]) -> Floats:
    """Share of the values in each bin, smoothed."""
    counts = np.zeros([len(edge) + 1 for edge in edges])
    for numbers, weight in values:
        if not np.isnan(numbers).any():
            counts[tuple(int(np.searchsorted(edge, n)) for edge, n in zip(edges, numbers, strict=True))] += weight
    for axis in range(counts.ndim):
        counts = scipy.ndimage.convolve1d(counts, NEIGHBOURS, axis=axis, mode="nearest")
    counts += SMOOTH
    return np.asarray((1 - TAIL) * counts / counts.sum() + TAIL / counts.size)


def _type(name: str, sets: Sequence[Labelled]) -> dict[str, Any]:
    """Start, end and steps of one type of set."""
    steps = dict.fromkeys(STEPS[name], RARE)
    starts = {(how, state): RARE for how in HOW for state in _starts(name)}
    ends = {(how, state): RARE for how in HOW for state in tables.STATES}
    for each in sets:
        closes = "low" if np.isnan(each.seen.left_s) else "upright"
        starts[each.seen.begins, each.states[0]] = starts.get((each.seen.begins, each.states[0]), 0.0) + each.weight
        ends[closes, each.states[-1]] += each.weight
        for before, kind, after in zip(each.states, each.kinds, each.states[1:], strict=False):
            step = f"{before} {kind} {after}"
            if step in steps:
                steps[step] += each.weight
    if name == "floor":
        steps["before pull missed"] += FIRST_FAILS * steps["before pull locked"]
    return {
        "prior": PRIOR[name],
        "start": _by_how({key: n / sum(starts.values()) for key, n in starts.items()}),
        **_steps(steps, ends),
    }


def _starts(name: str) -> tuple[str, ...]:
    """The states in which a set can begin."""
    return {"floor": ("before", "locked"), "romanian": ("locked", "before")}.get(name, ("before",))


def _steps(steps: Mapping[str, float], ends: Mapping[tuple[str, str], float]) -> dict[str, Any]:
    """Probability of each step and of the end, given the state."""
    total = {state: sum(ends[how, state] for how in HOW) for state in tables.STATES}
    for step, n in steps.items():
        total[step.split()[0]] += n
    other = {f"{state} other {state}": OTHER for state in tables.STATES}
    shares = {step: round((1 - OTHER) * n / total[step.split()[0]], 5) for step, n in steps.items()}
    end = {(how, state): (1 - OTHER) * n / total[state] for (how, state), n in ends.items()}
    return {"end": _by_how(end), "step": shares | other}


def _by_how(shares: Mapping[tuple[str, str], float]) -> dict[str, dict[str, float]]:
    """Shares by how a clip begins or ends, then by the state."""
    return {how: {state: round(n, 5) for (each, state), n in shares.items() if each == how} for how in HOW}
