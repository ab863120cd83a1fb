"""Turn the bends of a clip into words: what each is, what was seen of it, and why none of them is a repetition."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from hingecheck.records import Bend

KINDS: Final[Mapping[str, str]] = {
    "pull": "the load leaves the floor",
    "stand": "the lifter stands up from the bar without the load",
    "short": "the hands turn round above the bar",
    "bottom": "the lowest point of a Romanian repetition",
    "idle": "a bend of somebody who lifts nothing",
    "other": "something else than a lift",
}
"""What each kind of bend is (`hingecheck.segmentation.tables.KINDS`)."""

SEEN: Final[Mapping[str, str]] = {
    "low": "lowest hands {:.2f} leg lengths",
    "high": "highest {:.2f}",
    "rest": "near the bottom {:.1f} times as long as the quicker way takes",
    "bent_deg": "bent {:.0f}°",
    "knee_deg": "knee {:.0f}°",
    "straight_deg": "{:.0f}° at the top",
    "step": "feet moved {:.2f}",
}
"""The numbers that the repetition model weighs, in words.  What is not seen is left out: it is no evidence."""

MOST_BENDS: Final = 3
"""Largest number of bends that a message names."""


def bends(seen: Sequence[Bend]) -> tuple[str, ...]:
    """One line for each bend: what it is, how probably a repetition begins there, and what was seen."""
    return tuple(
        f"{bend.lowest_s:.1f} s, top {bend.top_s:.1f} s: {KINDS[bend.kind]}; repetition {_cut(bend.probability):.2f} "
        f"({', '.join((*_numbers(bend), _load(bend)))})"
        for bend in seen
    )


def _cut(probability: float) -> float:
    """The probability cut, not rounded, to two digits: one that just fails must not look as if it counted."""
    return math.floor(100 * probability + 1e-9) / 100


def _numbers(bend: Bend) -> list[str]:
    """The known numbers of a bend in words."""
    known = {name: value for name, value in bend.seen.items() if name in SEEN and not math.isnan(value)}
    return [SEEN[name].format(math.exp(value) if name == "rest" else value) for name, value in known.items()]


def _load(bend: Bend) -> str:
    """What is seen of the load at the top of a bend, in words."""
    if bend.load_up:
        return f"the bar's end is seen to {'hang' if bend.load_up > 0 else 'lie on the floor'} at the top"
    if bend.beside_up:
        return f"the picture beside the lifter {'changes' if bend.beside_up > 0 else 'stays the same'} on the way up"
    if math.isnan(bend.changed):
        return "the bar's end is not seen"
    return f"the pictures around the feet differ by {bend.changed:.3f}"


def missing(seen: Sequence[Bend], *, hands_known: bool) -> str:
    """Why no bend is a repetition: what was seen and what was missing, with moments."""
    if not hands_known:
        return "the arms are never seen to hang, so nothing shows how high the hands are"
    if not seen:
        return "the hands never go down and up by a pull"
    named = sorted(sorted(seen, key=lambda bend: -bend.probability)[:MOST_BENDS], key=lambda bend: bend.lowest_s)
    parts = [f"at {bend.lowest_s:.1f} s {KINDS[bend.kind]} ({_lacks(bend)})" for bend in named]
    more = f", and {len(seen) - len(named)} more" if len(seen) > len(named) else ""
    return f"{len(seen)} bend{'s' * (len(seen) > 1)} seen: {'; '.join(parts)}{more}"


def _lacks(bend: Bend) -> str:
    """What a bend lacks to be a repetition."""
    if bend.load_up < 0:
        return f"the bar stays on the floor at {bend.top_s:.1f} s"
    if bend.beside_up < 0:
        return f"nothing beside the lifter has moved by {bend.top_s:.1f} s"
    if math.isnan(bend.seen["straight_deg"]):
        return f"the way up is not seen to its top by {bend.top_s:.1f} s"
    return f"nothing shows a load in the hands at {bend.top_s:.1f} s"
