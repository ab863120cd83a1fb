"""Over the set: how a metric drifts from repetition to repetition, how steady it is, and which one differs most.

What the camera, the clothes and the body do to a reading they do to every repetition of the clip alike, so a
drift is surer than any one of its values: its interval comes from how the repetitions scatter about their
straight line, at least by NOISE, with Student's t for so few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from scipy.stats import chi2
from scipy.stats import t as student

from hingecheck.records import Code, Floats, Measure, Reason, RepMetrics

NOISE: Final[Mapping[str, float]] = {
    "lumbar_share_trunk": 0.015,
    "lumbar_at_liftoff_deg": 1.2,
    "early_trunk_drop_deg": 0.5,
    "concentric_s": 0.08,
}
"""What is followed, and by how much (SD) its error differs between the repetitions of a clip: 0.011, 1.1 and 0.3 over
41 repetitions of 14 rendered clips; the tempo's is that of two events."""

FEWEST: Final = 3
CONFIDENCE: Final = 0.95
TOO_FEW: Final = Reason(Code.TOO_FEW_REPS, (FEWEST,))


def describe(reps: Sequence[RepMetrics]) -> dict[str, Measure]:
    """Of what is followed, `NAME_drift` a repetition and `NAME_spread`, the lifter's own SD about it; uneven tempo."""
    out: dict[str, Measure] = {}
    for name, noise in NOISE.items():
        number, value = _series(reps, name)
        out[f"{name}_drift"], out[f"{name}_spread"] = _line(number, value, noise)
    out["tempo_unevenness"] = _unevenness(_series(reps, "concentric_s")[1])
    return out


def most_different(reps: Sequence[RepMetrics]) -> int | None:
    """Number of the repetition furthest from the others' median, over the followed metrics in units of their noise."""
    complete = [rep for rep in reps if rep.complete]
    if len(complete) < FEWEST:
        return None
    far = np.zeros(len(complete))
    for name, noise in NOISE.items():
        value = np.array([rep.values[name].value for rep in complete])
        if not np.isnan(value).any():
            far += np.abs(value - np.median(value)) / noise
    return complete[int(np.argmax(far))].rep.number if far.any() else None


def _series(reps: Sequence[RepMetrics], name: str) -> tuple[Floats, Floats]:
    known = [rep for rep in reps if rep.complete and rep.values[name].known]
    return np.array([float(rep.rep.number) for rep in known]), np.array([rep.values[name].value for rep in known])


def _line(number: Floats, value: Floats, noise: float) -> tuple[Measure, Measure]:
    """Slope with its interval, and the lifter's own scatter about the line."""
    if len(value) < FEWEST:
        return Measure.missing(TOO_FEW), Measure.missing(TOO_FEW)
    centred = number - number.mean()
    square = float(centred @ centred)
    slope = float(centred @ value) / square
    rest = value - value.mean() - slope * centred
    spread = float(np.sqrt(rest @ rest / (len(value) - 2)))
    freedom = len(value) - 2
    half = float(student.ppf((1 + CONFIDENCE) / 2, freedom)) * max(spread, noise) / np.sqrt(square)
    return Measure(slope, slope - half, slope + half), _scatter(spread, noise, freedom)


def _scatter(spread: float, noise: float, freedom: int) -> Measure:
    """The lifter's own scatter: what was measured less what the reading adds, with a chi-square interval."""
    low, high = (float(np.sqrt(freedom / chi2.ppf(part, freedom))) for part in (0.95, 0.05))
    bounds = np.array([spread, low * spread, high * max(spread, noise)])
    value, least, most = (float(own) for own in np.sqrt(np.maximum(bounds**2 - noise**2, 0.0)))
    return Measure(value, least, most)


def _unevenness(seconds: Floats) -> Measure:
    """Coefficient of variation of the way up."""
    if len(seconds) < FEWEST:
        return Measure.missing(TOO_FEW)
    part = float(np.std(seconds, ddof=1) / np.mean(seconds))
    noise = NOISE["concentric_s"] / float(np.mean(seconds))
    sd = float(np.hypot(part, noise) / np.sqrt(2 * (len(seconds) - 1)))
    return Measure.of(part, sd).clipped(0.0, np.inf)
