"""Two repetitions against each other: of two clips, or of one.

What the camera, the clothes and the body do to a reading differs between two clips, so their errors are taken as
independent and add up in squares.  Within one clip the lasting part of the error is the same for both repetitions
and drops out of the difference; what is left is known for the metrics that are followed over a set
(`set_trends.NOISE`).  For all others the interval of two clips is told there, too, which is wider than it need be.
"""

from __future__ import annotations

import math

from hingecheck.errors import UsageError
from hingecheck.metrics.set_drift import NOISE
from hingecheck.records import Analysis, Basis, Comparison, Difference, Measure, Side, counting, listed


def choose(analysis: Analysis, number: int | None, *, last: bool = False) -> Side:
    """The repetition of that number; without one the first complete, or the `last`.  Raises UsageError."""
    if number is None:
        return Side(analysis, counting(analysis.reps)[-1 if last else 0])
    for rep in analysis.reps:
        if rep.rep.number == number:
            return Side(analysis, rep)
    there = ", ".join(str(rep.rep.number) for rep in analysis.reps)
    raise UsageError(f"{analysis.video.file}: no repetition {number}", f"Give one of those in the clip: {there}.")


def compare(first: Side, second: Side) -> Comparison:
    """All differences, second less first.  Raises UsageError if both are the same repetition."""
    one_clip = first.analysis.video.sha256 == second.analysis.video.sha256
    if one_clip and first.rep.rep.number == second.rep.rep.number:
        raise UsageError(
            f"{first.analysis.video.file}: both are repetition {first.rep.rep.number}",
            "Give two different repetitions with --rep-a and --rep-b, or a second clip.",
        )
    a, b = first.rep.values, second.rep.values
    names = listed([a, b])
    return Comparison(
        first, second, tuple(_difference(name, (a[name], b[name]), _basis(name, one_clip=one_clip)) for name in names)
    )


def _basis(name: str, *, one_clip: bool) -> Basis:
    return "within one clip" if one_clip and name in NOISE else "independent"


def _difference(name: str, pair: tuple[Measure, Measure], basis: Basis) -> Difference:
    first, second = pair
    found = second.minus(first)
    if found.known and basis == "within one clip":
        found = Measure.of(found.value, math.sqrt(2) * NOISE[name])
    return Difference(name, first, second, found, basis)
