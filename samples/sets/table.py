"""The table of the sets: repetitions found and missed, errors of their events, reported movements."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from samples.sets.records import NO_MOVEMENT, FoundRep, SetResult, TrueRep
from samples.whole import write_whole

TABLE = "sets.md"
SAME_REP_S = 0.5  # lockouts at most this far apart belong to the same repetition
HEAD = "| set | movement | reported | true | found | missed | false | F1 | lockout ms | lift-off ms |"
FLOOR_TYPE, TOP_STYLES = "floor", ("romanian", "hinge")


@dataclass(frozen=True)
class Count:
    """The repetitions of one set.

    Errors of the matched events (found minus true, seconds), number missed, number false.
    """

    lockout_s: tuple[float, ...]
    liftoff_s: tuple[float, ...]
    missed: int
    false: int

    @property
    def matched(self) -> int:
        """Number of repetitions found."""
        return len(self.lockout_s)


def count(result: SetResult) -> Count:
    """Match true and found repetitions by their lockouts.

    1. Consider every pair of lockouts that are near enough, the nearest first; use each repetition once.
    2. Take event errors only from repetitions that must be found. A repetition that the recording cuts after lockout
       may be found, but need not be.
    3. In slow motion, divide times by the slow-motion factor.
    """
    slower = float(result.spec.get("video", {}).get("slow_motion", 1.0))
    pairs = _pairs([rep for rep in result.true if rep.may_be_found], list(result.found), SAME_REP_S * slower)  # 1.
    sure = [(true_rep, found_rep) for true_rep, found_rep in pairs if true_rep.counts]  # 2.
    return Count(  # 3.
        lockout_s=tuple((found_rep.lockout_s - (true_rep.lockout_s or 0.0)) / slower for true_rep, found_rep in sure),
        liftoff_s=tuple((found_rep.liftoff_s - (true_rep.liftoff_s or 0.0)) / slower for true_rep, found_rep in sure),
        missed=sum(rep.counts for rep in result.true) - len(sure),
        false=len(result.found) - len(pairs),
    )


def _pairs(true: list[TrueRep], found: list[FoundRep], within_s: float) -> list[tuple[TrueRep, FoundRep]]:
    """Pairs of repetitions with near lockouts, the nearest first."""
    near = sorted(
        (abs(found_rep.lockout_s - true_rep.lockout_s), i, j)
        for i, true_rep in enumerate(true)
        for j, found_rep in enumerate(found)
        if true_rep.lockout_s is not None and abs(found_rep.lockout_s - true_rep.lockout_s) <= within_s
    )
    pairs: dict[int, int] = {}
    for _, i, j in near:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [(true[i], found[j]) for i, j in sorted(pairs.items())]


def f1(counts: Sequence[Count]) -> float:
    """Return 2 matched / (2 matched + missed + false); 1 if there was nothing to find and nothing was found."""
    matched = sum(each.matched for each in counts)
    wrong = sum(each.missed + each.false for each in counts)
    return 2 * matched / (2 * matched + wrong) if matched + wrong else 1.0


def style_is_right(result: SetResult) -> bool:
    """Check the reported movement: it is the true one, or the true lift type if only a lift type is reported."""
    lift_type = "romanian" if result.movement in TOP_STYLES else FLOOR_TYPE
    return result.told in (result.movement, lift_type if result.movement != NO_MOVEMENT else NO_MOVEMENT)


def table(results: Sequence[SetResult]) -> str:
    """Return the Markdown table: one line per set, then the totals."""
    counts = [count(result) for result in results]
    lines = [_line(result, each) for result, each in zip(results, counts, strict=True)]
    return "\n".join([HEAD, "|" + "---|" * 10, *lines, "", *_together(results, counts)]) + "\n"


def write_table(results: Sequence[SetResult], path: Path) -> str:
    """Write the table to a file and return it."""
    text = table(results)
    write_whole(path, text)
    return text


def _line(result: SetResult, each: Count) -> str:
    """One set's line; a wrong movement is in bold."""
    reported = result.told if style_is_right(result) else f"**{result.told}**"
    true = sum(rep.counts for rep in result.true)
    numbers = f"{true} | {len(result.found)} | {each.missed or ''} | {each.false or ''} | {f1([each]):.2f}"
    errors = f"{_mean_ms(each.lockout_s)} | {_mean_ms(each.liftoff_s)}"
    return f"| {result.name} | {result.movement} | {reported} | {numbers} | {errors} |"


def _mean_ms(errors_s: Sequence[float]) -> str:
    """Mean absolute error in milliseconds."""
    return f"{1000 * float(np.abs(errors_s).mean()):.0f}" if errors_s else ""


def _together(results: Sequence[SetResult], counts: Sequence[Count]) -> list[str]:
    """The totals over all sets."""
    lockout = [error for each in counts for error in each.lockout_s]
    liftoff = [error for each in counts for error in each.liftoff_s]
    nothing = [each for result, each in zip(results, counts, strict=True) if result.movement == NO_MOVEMENT]
    right = sum(style_is_right(result) for result in results)
    named = [result for result in results if result.style not in ("", "not_sure")]
    true = sum(rep.counts for result in results for rep in result.true)
    return [
        f"- rep F1 {f1(counts):.4f}: {sum(each.matched for each in counts)} of {true} found, "
        f"{sum(each.missed for each in counts)} missed, {sum(each.false for each in counts)} false",
        f"- lockout: mean absolute error {_mean_ms(lockout) or '-'} ms, "
        f"within 0.08 s {_within(lockout, 0.08)}; lift-off: {_mean_ms(liftoff) or '-'} ms, "
        f"within 0.12 s {_within(liftoff, 0.12)}",
        f"- false repetitions on {len(nothing)} sets without one: {sum(each.false for each in nothing)}",
        f"- movement right on {right} of {len(results)} sets",
        f"- style named on {len(named)} of {sum(bool(result.style) for result in results)} sets, right on "
        f"{sum(result.style == result.movement for result in named)}",
    ]


def _within(errors_s: Sequence[float], limit_s: float) -> str:
    """Share of the errors within a limit, per cent."""
    return f"{100 * float((np.abs(errors_s) <= limit_s).mean()):.0f} %" if errors_s else "-"
