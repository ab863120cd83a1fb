"""Compare two repetitions: of two clips, or of one clip.

In: two analyses as `analysis.json` holds them, and a repetition of each (`Side`).  Out: the difference of every metric
with its 90 % interval, second minus first (`Comparison`).

How sure a difference is depends on what the two repetitions share:

- Two clips: camera, clothes and body affect each clip differently.  The errors are taken as independent and add up in
  squares ("independent").  So are those of two parts of a clip with a cut between them.
- One clip: the lasting part of the error is the same for both repetitions and cancels in the difference.  What remains
  is known for the metrics that are followed over a set (`set_drift.NOISE`; "within one clip").  All other metrics get
  the interval of two clips, which is wider than necessary.
"""

from __future__ import annotations

import math

from hingecheck.errors import UsageError
from hingecheck.metrics.set_drift import NOISE
from hingecheck.records import Basis, Code, Comparison, Difference, Measure, Side, counting, for_readers
from hingecheck.records.stored import Stored, StoredRep


def choose(stored: Stored, number: int | None, *, last: bool = False) -> StoredRep:
    """The repetition with that number; without a number, the first complete one, or the last complete one if `last`.

    Raises UsageError if the clip has no such repetition.
    """
    if number is None:
        return counting(stored.reps)[-1 if last else 0]
    for rep in stored.reps:
        if rep.number == number:
            return rep
    numbers = ", ".join(str(rep.number) for rep in stored.reps)
    raise UsageError(f"{stored.video.file}: no repetition {number}", f"The clip has these repetitions: {numbers}.")


def compare(first: Side, second: Side) -> Comparison:
    """The differences of all metrics, second minus first.  Raises UsageError if both are the same repetition."""
    one_clip = first.stored.video.sha256 == second.stored.video.sha256
    if one_clip and first.rep.number == second.rep.number:
        raise UsageError(
            f"{first.stored.video.file}: both are repetition {first.rep.number}",
            "Give two different repetitions with --rep-a and --rep-b, or a second clip.",
        )
    values_a, values_b = first.rep.values, second.rep.values
    missing = Measure.missing(Code.NOT_STORED)
    one_shot = one_clip and len({side.stored.part_of(side.rep) for side in (first, second)}) == 1
    differences = tuple(
        _difference(name, (values_a.get(name, missing), values_b.get(name, missing)), _basis(name, one_shot=one_shot))
        for name in for_readers([values_a, values_b])
    )
    return Comparison(first, second, differences)


def _basis(name: str, *, one_shot: bool) -> Basis:
    """Which errors the interval of a metric's difference holds."""
    return "within one clip" if one_shot and name in NOISE else "independent"


def _difference(name: str, pair: tuple[Measure, Measure], basis: Basis) -> Difference:
    """The difference of one metric: with two independent errors, or with the noise of two repetitions of a clip."""
    first, second = pair
    difference = second.minus(first)
    if difference.known and basis == "within one clip":
        difference = Measure.of(difference.value, math.sqrt(2) * NOISE[name])
    return Difference(name, first, second, difference, basis)
