"""Pairs of costs, their ratios, and the table that shows them."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from tests.bench.cases import LOOP, Case
from tests.bench.running import Cost

COLUMNS: Final = (
    "clip",
    "frames",
    "measured",
    "compared with",
    "wall time",
    "processor time",
    "peak memory",
    "decoding alone",
    "pose network alone",
    "least",
)


@dataclass(frozen=True)
class Pair:
    """The cost of an analysis, and that of what it is compared with, right after it."""

    analysis: Cost
    other: Cost


@dataclass(frozen=True)
class Ratio:
    """Median of the ratios of all pairs, and the smallest and the largest."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    """Everything that was measured in a case.

    `measured`: number of frames in which the analysis ran the pose network.  `looped`: number of frames that the loop
    read; None if the other side is no loop.  `decoding`, `inference`: the floors, each with `wall_s` and `cpu_s`.
    `least`: what both and the film take as a program of its own (`tests.bench.least`).
    """

    case: Case
    pairs: Sequence[Pair]
    measured: int
    looped: int | None
    decoding: dict[str, float]
    inference: dict[str, float]
    least: Cost


def scaled(cost: Cost, loop: dict[str, float], frames: int) -> Cost:
    """The cost of a loop over `frames` frames, from that of a loop that stopped early.

    `loop`: the number of `frames` that it read, and `wall_s` and `cpu_s` of each frame after the first.  Start and end
    are not scaled.  Memory is not either: the loop keeps no frame.
    """
    missing = max(0, frames - round(loop["frames"]))
    return Cost(cost.wall_s + missing * loop["wall_s"], cost.cpu_s + missing * loop["cpu_s"], cost.peak_mib)


def ratio(pairs: Sequence[Pair], of: Callable[[Cost], float]) -> Ratio:
    """Ratio of analysis to other, pair by pair, of one part of the cost."""
    ratios = [of(pair.analysis) / of(pair.other) for pair in pairs]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def table(results: Sequence[Result]) -> str:
    """All results as a table in Markdown, with a note below it for each loop that stopped early."""
    lines = [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *(_line(_cells(result)) for result in results)]
    notes = [_note(result) for result in results if result.looped is not None and result.looped < result.case.frames]
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def document(result: Result) -> dict[str, Any]:
    """A result as data for JSON."""
    ratios = {name: asdict(ratio(result.pairs, of)) for name, of in PARTS.items()}
    return asdict(result) | {"frames": result.case.frames, "ratios": ratios}


PARTS: Final[dict[str, Callable[[Cost], float]]] = {
    "wall_s": lambda cost: cost.wall_s,
    "cpu_s": lambda cost: cost.cpu_s,
    "peak_mib": lambda cost: cost.peak_mib,
}
"""The parts of a cost."""


def _cells(result: Result) -> list[str]:
    case = result.case
    against = "loop" if case.against == LOOP else f"analysis of {case.against}"
    return [
        case.name,
        str(case.frames),
        str(result.measured),
        against,
        _compared(result, "wall_s", "s"),
        _compared(result, "cpu_s", "s"),
        _compared(result, "peak_mib", "MiB"),
        _floor(result.decoding),
        _floor(result.inference),
        f"{result.least.wall_s:.1f} s ({result.least.cpu_s:.1f} s)",
    ]


def _compared(result: Result, part: str, unit: str) -> str:
    """Ratio with its range, and the medians of both sides."""
    of = PARTS[part]
    found = ratio(result.pairs, of)
    sides = [statistics.median(of(side) for side in sides) for sides in _sides(result.pairs)]
    digits = 0 if part == "peak_mib" else 1
    amounts = " / ".join(f"{side:.{digits}f}" for side in sides)
    return f"**{found.median:.2f}** ({found.low:.2f}–{found.high:.2f}): {amounts} {unit}"


def _sides(pairs: Sequence[Pair]) -> tuple[list[Cost], list[Cost]]:
    return [pair.analysis for pair in pairs], [pair.other for pair in pairs]


def _floor(floor: dict[str, float]) -> str:
    return f"{floor['wall_s']:.1f} s ({floor['cpu_s']:.1f} s)"


def _note(result: Result) -> str:
    return (
        f"{result.case.name}: the loop stopped after {result.looped} of {result.case.frames} frames. The time of the "
        "missing frames is added; its memory is that of the frames that it read."
    )


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
