"""Compare two repetitions: of two clips, or of one clip.

In: two analyses and a repetition of each (`Side`).  Out: the difference of every metric with its 90 % interval, second
minus first (`Comparison`).

How sure a difference is depends on what the two repetitions share:

- Two clips: camera, clothes and body affect each clip differently.  The errors are taken as independent and add up in
  squares ("independent").
- One clip: the lasting part of the error is the same for both repetitions and cancels in the difference.  What remains
  is known for the metrics that are followed over a set (`set_drift.NOISE`; "within one clip").  All other metrics get
  the interval of two clips, which is wider than necessary.
"""

from __future__ import annotations

import math

from hingecheck.errors import UsageError
from hingecheck.metrics.set_drift import NOISE
from hingecheck.records import Analysis, Basis, Comparison, Difference, Measure, Side, counting, listed


def choose(analysis: Analysis, number: int | None, *, last: bool = False) -> Side:
    """The repetition with that number; without a number, the first complete one, or the last complete one if `last`.

    Raises UsageError if the clip has no such repetition.
    """
    if number is None:
        return Side(analysis, counting(analysis.reps)[-1 if last else 0])
    for rep in analysis.reps:
        if rep.rep.number == number:
            return Side(analysis, rep)
    numbers = ", ".join(str(rep.rep.number) for rep in analysis.reps)
    raise UsageError(f"{analysis.video.file}: no repetition {number}", f"The clip has these repetitions: {numbers}.")


def compare(first: Side, second: Side) -> Comparison:
    """The differences of all metrics, second minus first.  Raises UsageError if both are the same repetition."""
    one_clip = first.analysis.video.sha256 == second.analysis.video.sha256
    if one_clip and first.rep.rep.number == second.rep.rep.number:
        raise UsageError(
            f"{first.analysis.video.file}: both are repetition {first.rep.rep.number}",
            "Give two different repetitions with --rep-a and --rep-b, or a second clip.",
        )
    values_a, values_b = first.rep.values, second.rep.values
    differences = tuple(
        _difference(name, (values_a[name], values_b[name]), _basis(name, one_clip=one_clip))
        for name in listed([values_a, values_b])
    )
    return Comparison(first, second, differences)


def _basis(name: str, *, one_clip: bool) -> Basis:
    """Which errors the interval of a metric's difference holds."""
    return "within one clip" if one_clip and name in NOISE else "independent"


def _difference(name: str, pair: tuple[Measure, Measure], basis: Basis) -> Difference:
    """The difference of one metric: with two independent errors, or with the noise of two repetitions of a clip."""
    first, second = pair
    difference = second.minus(first)
    if difference.known and basis == "within one clip":
        difference = Measure.of(difference.value, math.sqrt(2) * NOISE[name])
    return Difference(name, first, second, difference, basis)
