"""Repetitions found and missed, errors of their events, styles told: a set and in all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from samples.sets.records import NO_MOVEMENT, FoundRep, SetResult, TrueRep
from samples.whole import write_whole

TABLE = "sets.md"
SAME_REP_S = 0.5  # lockouts this near belong to the same repetition
HEAD = "| set | movement | told | true | found | missed | false | F1 | lockout ms | lift-off ms |"
FLOOR_FAMILY, TOP_FAMILY = "floor", ("romanian", "hinge")


@dataclass(frozen=True)
class Count:
    """Repetitions of one set: errors of matched events (found minus true, seconds), what was missed, what is false."""

    lockout_s: tuple[float, ...]
    liftoff_s: tuple[float, ...]
    missed: int
    false: int

    @property
    def matched(self) -> int:
        """Repetitions found."""
        return len(self.lockout_s)


def count(result: SetResult) -> Count:
    """Match by lockouts, the nearest first, each used once.

    A repetition that is locked out but cut off before it is put down may be found and need not be.  In slow motion the
    lifter's own time counts.
    """
    slower = float(result.spec.get("video", {}).get("slow_motion", 1.0))
    pairs = _pairs([rep for rep in result.true if rep.may_be_found], list(result.found), SAME_REP_S * slower)
    sure = [(true, found) for true, found in pairs if true.counts]
    return Count(
        lockout_s=tuple((found.lockout_s - (true.lockout_s or 0.0)) / slower for true, found in sure),
        liftoff_s=tuple((found.liftoff_s - (true.liftoff_s or 0.0)) / slower for true, found in sure),
        missed=sum(rep.counts for rep in result.true) - len(sure),
        false=len(result.found) - len(pairs),
    )


def _pairs(true: list[TrueRep], found: list[FoundRep], within_s: float) -> list[tuple[TrueRep, FoundRep]]:
    near = sorted(
        (abs(other.lockout_s - rep.lockout_s), i, j)
        for i, rep in enumerate(true)
        for j, other in enumerate(found)
        if rep.lockout_s is not None and abs(other.lockout_s - rep.lockout_s) <= within_s
    )
    pairs: dict[int, int] = {}
    for _, i, j in near:
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return [(true[i], found[j]) for i, j in sorted(pairs.items())]


def f1(counts: Sequence[Count]) -> float:
    """2 matched / (2 matched + missed + false); 1 where nothing was there and nothing was told."""
    matched = sum(each.matched for each in counts)
    wrong = sum(each.missed + each.false for each in counts)
    return 2 * matched / (2 * matched + wrong) if matched + wrong else 1.0


def style_is_right(result: SetResult) -> bool:
    """Whether the style told is the true one, or the true one's lift_type where only a lift_type is told."""
    lift_type = "romanian" if result.movement in TOP_FAMILY else FLOOR_FAMILY
    return result.told in (result.movement, lift_type if result.movement != NO_MOVEMENT else NO_MOVEMENT)


def table(results: Sequence[SetResult]) -> str:
    """Markdown: a line a set, then all together."""
    counts = [count(result) for result in results]
    lines = [_line(result, each) for result, each in zip(results, counts, strict=True)]
    return "\n".join([HEAD, "|" + "---|" * 10, *lines, "", *_together(results, counts)]) + "\n"


def written(results: Sequence[SetResult], path: Path) -> str:
    """The table, also written to a file."""
    text = table(results)
    write_whole(path, text)
    return text


def _line(result: SetResult, each: Count) -> str:
    told = result.told if style_is_right(result) else f"**{result.told}**"
    true = sum(rep.counts for rep in result.true)
    numbers = f"{true} | {len(result.found)} | {each.missed or ''} | {each.false or ''} | {f1([each]):.2f}"
    errors = f"{_mean_ms(each.lockout_s)} | {_mean_ms(each.liftoff_s)}"
    return f"| {result.name} | {result.movement} | {told} | {numbers} | {errors} |"


def _mean_ms(errors_s: Sequence[float]) -> str:
    return f"{1000 * float(np.abs(errors_s).mean()):.0f}" if errors_s else ""


def _together(results: Sequence[SetResult], counts: Sequence[Count]) -> list[str]:
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
        f"- way of lifting right on {right} of {len(results)} sets",
        f"- style named on {len(named)} of {sum(bool(result.style) for result in results)} sets, right on "
        f"{sum(result.style == result.movement for result in named)}",
    ]


def _within(errors_s: Sequence[float], limit_s: float) -> str:
    return f"{100 * float((np.abs(errors_s) <= limit_s).mean()):.0f} %" if errors_s else "-"
