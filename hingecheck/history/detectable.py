"""The smallest change between two sessions that can be told from measurement error.

Minimal detectable change at 95 %: 1.96 * sqrt(s1^2 + s2^2), where s is the SD of a session's error.  For s the larger
of two is taken: what the error card measured over random mixtures of lifter, clothes, light and camera
(`error_card.scatter`), and what the session's own 90 % interval says.

What it leaves out, and in which direction.  The card's scatter holds differences between lifters, clothes and views.
In two sessions of one lifter filmed alike a part of them cancels, so smaller changes may be real: this errs on the side
of "cannot be told".  What it holds nothing of is how much one lifter varies from day to day, which no measurement of
ours knows; a change beyond it is a change of these two lifts, not yet of a habit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from hingecheck.history.error_card import scatter
from hingecheck.records import Measure

_TWO_SIDED_95: Final = 1.96
METHOD: Final = (
    "1.96 × √(s1² + s2²), s the larger of the error's SD on the error card and the SD in the session's own interval"
)


def detectable(metric: str, measures: Sequence[Measure]) -> float | None:
    """The minimal detectable change of `metric` (its own unit) between the two least certain of `measures`.

    None where it is not known: the error card has no row for the metric, or a session has no number.
    """
    card = scatter(metric)
    if card is None or not measures or not all(measure.known for measure in measures):
        return None
    worst = sorted((max(measure.sd, card.sd) for measure in measures), reverse=True)
    return _TWO_SIDED_95 * math.hypot(worst[0], worst[min(1, len(worst) - 1)])
