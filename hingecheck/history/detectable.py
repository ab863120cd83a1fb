"""The smallest detectable change: the smallest difference between sessions that exceeds measurement error.

`detectable` compares one session with one earlier session, or with what several earlier sessions predict.

Steps:

1. Take the SD of each session's error.  It is the larger of two numbers: the SD of one clip's error over the error
   card's random mixtures of lifter, clothes, light and camera (`error_card.scatter`), and the SD in the session's own
   90 % interval.  For the earlier sessions, take the largest one.
2. Add the two variances.  The variance of the prediction is `leverage` times the variance of one earlier session.  The
   mean of n earlier days has the variance s^2 / n, so its leverage is 1 / n.
3. If the athlete has several clips of one day, add their variance for both sessions, too.  It has its own degrees of
   freedom.
4. Compute the degrees of freedom of the sum with the formula of Welch and Satterthwaite.
5. The limit is Student's t (95 %, two-sided) times the SD of the sum.  Student's t replaces the 1.96 of the normal
   distribution, because the card's SD comes from a few dozen clips only.

Assumptions, and what happens if they are wrong:

- The errors of two sessions are independent.  In truth, what stays constant for one lifter, one set of clothes and one
  camera cancels in a difference.  Nobody has measured how much of the error is new on another day.  So only the mean
  bias is assumed to cancel.  The limit is rather too large, and smaller true changes are missed.
- The scatter of one day's clips contains a part of the same error, and step 3 adds it in full.  This, too, makes the
  limit rather too large.
- Without several clips of one day, the limit does not include how much the lifter varies.  A larger change is then a
  change of these lifts.  It need not be a change of habit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from hingecheck.history.error_card import Scatter, scatter
from hingecheck.records import Measure

CONFIDENCE: Final = 0.95
"""Two-sided confidence of the limit: without a true change, 95 of 100 differences stay below it."""

METHOD: Final = (
    "t × √(s1² + s2²); t: Student's t (95 %, two-sided) for the number of clips on the error card; s1 and s2: error of "
    "each session, the larger of its SD on the error card and the SD in its own interval"
)
"""The method in one sentence, for the reports."""


def detectable(
    metric: str, now: Measure, earlier: Sequence[Measure], *, leverage: float = 1.0, repeats: Scatter | None = None
) -> float | None:
    """The smallest detectable difference between `now` and what the `earlier` sessions predict, in the metric's unit.

    `leverage` is the variance of the prediction divided by the variance of one earlier session (1 / n for the mean of n
    days).  `repeats` is the scatter of the athlete's clips of one day, if it is known.

    Returns None if the limit is not known: the error card has no row for the metric, there is no earlier session, or a
    session has no number.
    """
    card = scatter(metric)
    if card is None or not earlier or not all(measure.known for measure in (now, *earlier)):
        return None
    now_sd = max(card.sd, now.sd)  # step 1
    earlier_sd = max([card.sd, *(measure.sd for measure in earlier)])
    parts = [(now_sd**2 + leverage * earlier_sd**2, card.freedom)]  # step 2
    if repeats is not None:
        parts.append(((1 + leverage) * repeats.sd**2, repeats.freedom))  # step 3
    return _two_sided(parts)


def same_day(repeats: Iterable[Sequence[float]]) -> Scatter | None:
    """The scatter of an athlete's clips within one day, pooled over all days; None if no day has two clips.

    Each group contains the values of one day, for the same type of lift and like loads.
    """
    groups = [group for group in repeats if len(group) > 1]
    freedom = sum(len(group) - 1 for group in groups)
    if not freedom:
        return None
    squares = sum((value - sum(group) / len(group)) ** 2 for group in groups for value in group)
    return Scatter(math.sqrt(squares / freedom), freedom)


def _two_sided(parts: Sequence[tuple[float, int]]) -> float:
    """Student's t times the SD of a sum; `parts` are the variances of the sum, each with its degrees of freedom."""
    from scipy.stats import t

    variance = sum(part for part, _ in parts)
    freedom = variance**2 / sum(part**2 / part_freedom for part, part_freedom in parts)  # step 4
    return float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * math.sqrt(variance)  # step 5
