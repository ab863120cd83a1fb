"""The smallest change between sessions that can be told from error, against one earlier session or the mean of many.

A session's error has an SD s.  It is the larger of two: how one clip's error scatters over the error card's random
mixtures of lifter, clothes, light and camera (`error_card.scatter`), and the SD in the session's own 90 % interval.
The limit is Student's t times the SD of the difference of two such errors, at 95 %, two-sided.  It is Student's t and
not the normal distribution's 1.96, because the card's SD comes from a few dozen clips.  The mean of n earlier days has
the variance s^2 / n.  Where the athlete's own clips of one day are known, their scatter is added to each session's
variance, with its own degrees of freedom (Welch and Satterthwaite).

What it assumes, and in which direction that errs:

- The errors of two sessions are independent.  What is constant for one lifter, in one set of clothes, before one
  camera, cancels in a difference; but nobody measured how much of the error another day renews.  Only the mean bias is
  taken to cancel.  So the limit is rather too large, and smaller true changes are missed.
- The scatter of one day's clips holds a part of the same error.  It is added in full, so this errs the same way.
- Without clips of one day, how much one lifter varies is not in the limit.  A change beyond it is then a change of
  these lifts, not yet of a habit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from hingecheck.history.error_card import Scatter, scatter
from hingecheck.records import Measure

CONFIDENCE: Final = 0.95
METHOD: Final = (
    "t × √(s1² + s2²); t: Student's, 95 %, two-sided, for the clips of the error card; s: a session's error, the "
    "larger of its SD on the error card and the SD in its own interval"
)


def detectable(
    metric: str, now: Measure, earlier: Sequence[Measure], *, leverage: float = 1.0, repeats: Scatter | None = None
) -> float | None:
    """The smallest difference between `now` and what `earlier` sessions expect that exceeds error; the metric's unit.

    `leverage`: the variance of what is expected, in variances of one earlier session; 1 / n for the mean of n days.
    `repeats`: the scatter of the athlete's clips of one day, if it is known.  None where the limit is not known: the
    error card has no row for the metric, or a session has no number.
    """
    card = scatter(metric)
    if card is None or not earlier or not all(measure.known for measure in (now, *earlier)):
        return None
    last_sd = max(card.sd, now.sd)
    before_sd = max([card.sd, *(measure.sd for measure in earlier)])
    parts = [(last_sd**2 + leverage * before_sd**2, card.freedom)]
    if repeats is not None:
        parts.append(((1 + leverage) * repeats.sd**2, repeats.freedom))
    return _two_sided(parts)


def same_day(repeats: Iterable[Sequence[float]]) -> Scatter | None:
    """Scatter of an athlete's clips of one day, over all days with at least two; None without any.

    Each group is one day's values: same lift, like load.
    """
    groups = [group for group in repeats if len(group) > 1]
    freedom = sum(len(group) - 1 for group in groups)
    if not freedom:
        return None
    squares = sum((value - sum(group) / len(group)) ** 2 for group in groups for value in group)
    return Scatter(math.sqrt(squares / freedom), freedom)


def _two_sided(parts: Sequence[tuple[float, int]]) -> float:
    """Student's t times the SD; `parts`: variances that add up, each with its degrees of freedom."""
    from scipy.stats import t

    whole = sum(variance for variance, _ in parts)
    freedom = whole**2 / sum(variance**2 / count for variance, count in parts)
    return float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * math.sqrt(whole)
