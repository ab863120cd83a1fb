"""What is seen of a clip's turns, as log likelihoods for every hypothesis about the set.

In: the turns (`Seen`), what the pictures show of the load, and the learnt tables.  Out: a `Chain` for `semi_markov`,
and the hypotheses in its order.  Why: no witness has the last word.  Each says how probable it is to see what it sees
if the load is down, and if it is up; the chain weighs them.

A hypothesis says three things: the type of the set; which bend shows how low the bar lies; and what the pictures show
(`Reading`).  What is not seen has the log likelihood 0 under every hypothesis: it is no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np

from hingecheck.geometry import known_median
from hingecheck.records import Floats, LiftType, Looks
from hingecheck.segmentation.semi_markov import Chain
from hingecheck.segmentation.tables import COUNTED, IMPOSSIBLE, KINDS, LOADED, STATES, TYPES, Tables
from hingecheck.segmentation.turns import Seen

AT_THE_LEVEL: Final = 0.15
"""Height above the lowest hands, as a share of the way up, up to which a bend tells of the bar's place."""

MOST_LEVELS: Final = 6
"""Number of bends that are tried as the one that shows how low the bar lies."""

_STATE_CLASS: Final = ("empty", "locked", "missed", "empty", "empty")


@dataclass(frozen=True)
class LoadSeen:
    """What the pictures show of the load at the B + 1 upright moments.

    `bar` (B + 1): height of the bar's end, in leg lengths.  `beside` (B + 1): how much changes beside the lifter, in
    squared leg lengths.  NaN = not seen.  `looks`: the pictures around the feet; None if they cannot be compared.
    """

    bar: Floats
    looks: Looks | None
    beside: Floats

    @classmethod
    def nothing(cls, count: int) -> LoadSeen:
        """No evidence at `count` upright moments."""
        return cls(np.full(count, np.nan), None, np.full(count, np.nan))


@dataclass(frozen=True)
class Reading:
    """One way to understand the pictures: log likelihood (B + 1, 2) of the load down and up, and its log prior."""

    load: Floats
    prior: float


@dataclass(frozen=True)
class Hypothesis:
    """What may be true of a set.  `level`: height of the hands at the bar, in leg lengths."""

    type: str
    level: float
    reading: Reading


def readings(load: LoadSeen, tables: Tables) -> list[Reading]:
    """The ways to understand what the pictures show: what each witness says, and how far it is believed."""
    told = witnesses(load, tables).items()
    ways = [[doubted for way in each for doubted in _doubted(way, tables.doubts[name])] for name, each in told]
    return [Reading(np.sum([w.load for w in each], axis=0), sum(w.prior for w in each)) for each in product(*ways)]


def witnesses(load: LoadSeen, tables: Tables) -> dict[str, list[Reading]]:
    """What each witness of the load says, by its name: the pictures in two ways, as either kind may have the load."""
    ways = {name: [Reading(said(name, getattr(load, name), tables), 0.0)] for name in ("bar", "beside")}
    looks = load.looks
    if looks is not None and np.isfinite(looks.near).any():
        name = "finely" if looks.fine else "coarsely"
        first, second = (tables.numbers["more"].at("up", side * looks.first_more) for side in (1, -1))
        like = np.stack([tables.numbers[name].at("own", side * looks.near) for side in (-1, 1)], axis=1)
        total = np.logaddexp(first, second)
        ways[name] = [Reading(like, float(first - total)), Reading(like[:, ::-1], float(second - total))]
    return ways


def said(name: str, seen: Floats, tables: Tables) -> Floats:
    """Log likelihood (M, 2) of what a witness sees (M,) if the load is down, and if it is up; 0 = no evidence."""
    return np.stack([tables.numbers[name].at(load, seen) for load in ("down", "up")], axis=1)


def _doubted(way: Reading, doubts: Sequence[tuple[float, float]]) -> list[Reading]:
    """What a witness says, as seen and with each doubt; as it is if it sees nothing."""
    if not way.load.any():
        return [way]
    seen = np.exp(way.load)
    blind = seen.mean(axis=1, keepdims=True)
    return [Reading(np.log((1 - doubt) * seen + doubt * blind), way.prior + usual) for doubt, usual in doubts]


def hypotheses(seen: Seen, ways: Sequence[Reading], lift_type: LiftType | None) -> list[Hypothesis]:
    """Every combination of a type of set, a level of the bar and a reading; `lift_type`: the user's word."""
    types = TYPES if lift_type is None else (lift_type,)
    lowest = np.argsort(seen.low)
    chosen = lowest[np.unique(np.linspace(0, len(lowest) - 1, MOST_LEVELS).round().astype(int))]
    return [Hypothesis(*each) for each in product(types, seen.low[chosen].tolist(), ways)]


def chain_of(seen: Seen, seen_load: LoadSeen, guesses: Sequence[Hypothesis], tables: Tables) -> Chain:
    """The log likelihoods of everything that is seen, under each hypothesis."""
    types = [tables.types[each.type] for each in guesses]
    share = {level: _from_level(seen, level, tables) for level in {each.level for each in guesses}}
    whole = {
        (name, level): _of_set(seen, seen_load.looks, name, level, tables)
        for name, level in {(each.type, each.level) for each in guesses}
    }
    left = np.array([tables.numbers["left"].at("up" if up else "down", seen.left_s) for up in LOADED])
    load = np.stack([each.reading.load[:, LOADED.astype(int)] for each in guesses])
    return Chain(
        prior=np.array(
            [
                t.prior + each.reading.prior + whole[each.type, each.level]
                for t, each in zip(types, guesses, strict=True)
            ]
        ),
        start=np.stack([t.start[seen.begins] for t in types]),
        end=np.stack([t.end["low" if np.isnan(seen.left_s) else "upright"] for t in types]) + left,
        step=np.stack([t.step for t in types]),
        bend=np.stack([share[each.level][0] for each in guesses]),
        moment=np.stack([share[each.level][1] for each in guesses]) + load + _not_locked(seen, seen_load),
    )


def _not_locked(seen: Seen, load: LoadSeen) -> Floats:
    """Log likelihood (B + 1, S) of the upright moments: nobody locks out who holds the hands below the knees.

    Nor does anybody whose clip ends on the way up.  Where the bar's end is not seen then, an attempt without lockout is
    all that the last way up can be; where it is seen, it may be any pull, which `segment` calls cut off.
    """
    cannot = seen.below_knee.copy()
    cannot[-1] |= seen.ends_rising and bool(np.isnan(load.bar[-1]))
    moment = np.zeros((len(seen.high), len(STATES)))
    moment[cannot, STATES.index("locked")] = np.log(IMPOSSIBLE)
    return moment


def _from_level(seen: Seen, level: float, tables: Tables) -> tuple[Floats, Floats]:
    """Log likelihood of the bends (B, S, K) and of the upright moments (B + 1, S), if the bar lies at `level`."""
    way = max(seen.top - level, 1e-3)
    depth = np.where(seen.low_known, (seen.low - level) / way, np.nan)
    held = [np.stack([_bend(seen, depth, up, kind, tables) for kind in KINDS], axis=-1) for up in (False, True)]
    bend = np.stack([held[int(up)] for up in LOADED], axis=1)
    high, upright = tables.numbers["short"], tables.numbers["straight"]
    short, straight = seen.below_others / way, (seen.straight_deg, seen.less_straight_deg)
    moment = [high.at(state, short) + upright.at(state, *straight) for state in _STATE_CLASS]
    return bend, np.stack(moment, axis=-1)


def _bend(seen: Seen, depth: Floats, up: bool, kind: str, tables: Tables) -> Floats:
    """Log likelihood (B) of what is seen of each bend if it is of this kind.

    `depth`: height above the bar's level, as a share of the way.  `up`: the load is in the hands before it.
    """
    rest = f"{'held' if up else 'empty'} {kind}"
    numbers = {
        "depth": (kind, depth),
        "rest": (rest, seen.rest),
        "bent": (kind, seen.bent_deg),
        "arm": (kind, seen.arm),
        "step": (kind, seen.step),
    }
    likelihood = np.sum([tables.numbers[name].at(*each) for name, each in numbers.items()], axis=0)
    if kind in COUNTED.values():
        hanging = not known_median(seen.arm) < 0  # in a squat the hands stay above the shoulders
        lifts = seen.rises & seen.whole & ~seen.by_arms & hanging
        likelihood = np.where(lifts, likelihood, likelihood + np.log(IMPOSSIBLE))
    return np.asarray(likelihood)


def _of_set(seen: Seen, looks: Looks | None, type_: str, level: float, tables: Tables) -> float:
    """Log likelihood of what is seen of the set as a whole, for a type of set and a level of the bar."""
    carried = seen.forward[-1] - seen.forward[0]
    contrast, moved = (np.nan, np.nan) if looks is None else (looks.contrast, looks.moved)
    parts = {"place": place(seen, level), "carried": (carried,), "contrast": (contrast,), "moved": (moved,)}
    known = {name: values for name, values in parts.items() if name in tables.numbers}
    return float(sum(tables.numbers[name].at(type_, *values) for name, values in known.items()))


def place(seen: Seen, level: float) -> tuple[float, float]:
    """Height of the hands (leg lengths) and knee flexion (degrees) of the bends at the bar's level."""
    near = seen.low - level < AT_THE_LEVEL * (seen.top - level)
    return known_median(seen.low[near]), known_median(seen.knee_deg[near])
