"""Over the set: how a metric drifts from repetition to repetition, how much it scatters, which repetition differs most.

In: the metrics of all repetitions of a clip.  Out: drifts, spreads and the unevenness of the tempo, each with its
interval (`describe`).

Camera, clothes and body affect all repetitions of a clip alike.  So a drift is surer than any single value.

Steps for each metric (`_line`):

1. Fit a straight line over the numbers of the repetitions.  Its slope is the drift per repetition.
2. The scatter about the line gives the interval of the slope (95 %, Student's t, because there are few repetitions).
   The scatter counts as NOISE at least, because a few points can lie on a line by chance.
3. The lifter's own spread is the scatter minus NOISE, in squares, with a chi-square interval (90 %).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import scipy

from hingecheck.metrics import bar_velocity
from hingecheck.records import Code, Floats, Measure, Reason, RepMetrics

NOISE: Final[Mapping[str, float]] = {
    "lumbar_share_trunk": 0.015,
    "lumbar_at_start_deg": 1.0,
    "early_trunk_drop_deg": 0.5,
    "concentric_s": 0.08,
}
"""Metrics that are followed over a set, and the SD by which their errors differ between the repetitions of a clip.

Measured over 41 repetitions of 14 rendered clips: 0.011 (share), 0.3 degrees (trunk drop).  Lumbar flexion at pull
start: 0.7 degrees, over 47 repetitions of 16 clips.  At lift-off it would be 4.7 degrees, because that time is unsure.
That of the tempo is the error of two events.
"""

FEWEST: Final = 3
"""Smallest number of repetitions with a value from which a drift is measured."""

STANDS_OUT: Final = 3.0
"""Distance of a repetition from the median, in units of NOISE, from which it stands out.  By chance alone (normal
errors), one of four repetitions with four metrics does so in 4 % of the sets."""

CONFIDENCE: Final = 0.95
"""Probability with which the interval of a drift holds the true drift."""

TOO_FEW: Final = Reason(Code.TOO_FEW_REPS, (FEWEST,))
"""Reason if the set has too few repetitions."""


def describe(reps: Sequence[RepMetrics]) -> dict[str, Measure]:
    """For each metric of NOISE, `NAME_drift` per repetition and `NAME_spread`, the lifter's own SD.

    Drift and spread have the unit of the metric.  Then `tempo_unevenness`, without a unit, and `velocity_loss_percent`.
    """
    out: dict[str, Measure] = {}
    for name, noise in NOISE.items():
        number, value = _series(reps, name)
        out[f"{name}_drift"], out[f"{name}_spread"] = _line(number, value, noise)
    out["tempo_unevenness"] = _unevenness(_series(reps, "concentric_s")[1])
    out[bar_velocity.LOSS] = bar_velocity.loss(reps)
    return out


def most_different(reps: Sequence[RepMetrics]) -> int | None:
    """Number of the complete repetition that differs most from the median of the set; None if none stands out.

    One stands out if a metric of NOISE is farther than STANDS_OUT from its median.  Among those the distances are added
    up over all these metrics, each in units of its noise.
    """
    complete = [rep for rep in reps if rep.complete]
    if len(complete) < FEWEST:
        return None
    values = {name: np.array([rep.values[name].value for rep in complete]) for name in NOISE}
    known = {name: value for name, value in values.items() if np.isfinite(value).all()}
    apart = [np.abs(value - np.median(value)) / NOISE[name] for name, value in known.items()]
    if not apart:
        return None
    stands_out = np.max(apart, axis=0) > STANDS_OUT
    return complete[int(np.argmax(stands_out * np.sum(apart, axis=0)))].rep.number if stands_out.any() else None


def _series(reps: Sequence[RepMetrics], name: str) -> tuple[Floats, Floats]:
    """Numbers (R,) and values (R,) of the complete repetitions in which a metric is known."""
    known = [rep for rep in reps if rep.complete and rep.values[name].known]
    return np.array([float(rep.rep.number) for rep in known]), np.array([rep.values[name].value for rep in known])


def _line(number: Floats, value: Floats, noise: float) -> tuple[Measure, Measure]:
    """Slope of the straight line through the values, and the lifter's own spread about it, each with its interval."""
    if len(value) < FEWEST:
        return Measure.missing(TOO_FEW), Measure.missing(TOO_FEW)
    # 1
    centred = number - number.mean()
    squares = float(centred @ centred)
    slope = float(centred @ value) / squares
    # 2
    rest = value - value.mean() - slope * centred
    scatter = float(np.sqrt(rest @ rest / (len(value) - 2)))
    freedom = len(value) - 2
    half = float(scipy.stats.t.ppf((1 + CONFIDENCE) / 2, freedom)) * max(scatter, noise) / np.sqrt(squares)
    # 3
    return Measure(slope, slope - half, slope + half), _own_spread(scatter, noise, freedom)


def _own_spread(scatter: float, noise: float, freedom: int) -> Measure:
    """The lifter's own spread: the measured scatter without the noise of the reading; `freedom`: degrees of freedom."""
    low, high = (float(np.sqrt(freedom / scipy.stats.chi2.ppf(part, freedom))) for part in (0.95, 0.05))
    with_noise = np.array([scatter, low * scatter, high * max(scatter, noise)])
    value, least, most = (float(sd) for sd in np.sqrt(np.maximum(with_noise**2 - noise**2, 0.0)))
    return Measure(value, least, most)


def _unevenness(seconds: Floats) -> Measure:
    """Coefficient of variation (SD / mean) of the times from lift-off to lockout (R,)."""
    if len(seconds) < FEWEST:
        return Measure.missing(TOO_FEW)
    variation = float(np.std(seconds, ddof=1) / np.mean(seconds))
    noise = NOISE["concentric_s"] / float(np.mean(seconds))
    sd = float(np.hypot(variation, noise) / np.sqrt(2 * (len(seconds) - 1)))
    return Measure.of(variation, sd).clipped(0.0, np.inf)
