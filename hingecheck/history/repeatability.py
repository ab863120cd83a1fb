"""The smallest change between sessions that can be told from error: from the error card and the athlete's own repeats.

What is constant for one lifter, in one set of clothes, before one camera, cancels in a difference; but on another day
clothes, camera, light and standing differ, and nobody measured how much of the error that renews.  So none of it is
taken to cancel but the mean bias: the error of one clip is taken to scatter as the card's random mixtures do, in which
the lifter, too, changes from clip to clip.  To that comes how much the athlete's own clips of one day scatter, though
that scatter holds a part of the same error.  Both choices make the limit larger than it need be: a change that is
called one exceeds it, and smaller true changes are missed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from hingecheck.history.error_card import Scatter

CONFIDENCE: Final = 0.95


def own(repeats: Iterable[Sequence[float]]) -> Scatter | None:
    """Scatter of an athlete's clips of one day, over all days with at least two; None without any.

    Each group is one day's values: same lift, like load.
    """
    groups = [group for group in repeats if len(group) > 1]
    freedom = sum(len(group) - 1 for group in groups)
    if not freedom:
        return None
    squares = sum((value - sum(group) / len(group)) ** 2 for group in groups for value in group)
    return Scatter(math.sqrt(squares / freedom), freedom)


def detectable(parts: Sequence[tuple[float, int]]) -> float:
    """The smallest difference that exceeds error with CONFIDENCE, two-sided.

    `parts`: the variances that add up in the difference, each with its degrees of freedom (Welch and Satterthwaite).
    """
    from scipy.stats import t

    whole = sum(variance for variance, _ in parts)
    if whole <= 0.0:
        return 0.0
    freedom = whole**2 / sum(variance**2 / count for variance, count in parts)
    return float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * math.sqrt(whole)
