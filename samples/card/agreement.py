"""Statistics of a measuring instrument, by the library `poseaudit` and SciPy.

Errors are measured minus true. Limits of agreement are bias +- 1.96 SD (Bland and Altman 1986). The ICC is ICC(A,1):
two-way, absolute agreement, single measurement (McGraw and Wong 1996).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import binomtest, linregress

from hingecheck.records import Floats
from samples.card.records import ClipResult, Value
from samples.errors import MissingExtra

FEWEST = 3
"""Fewest readings for limits of agreement and an ICC."""

NAN = float("nan")


@dataclass(frozen=True)
class Agreement:
    """How well a measure agrees with the truth over some repetitions. NaN if there are too few readings.

    `reps` counts all true repetitions, `read` those with a number. `inside` is the share of the numbers whose 90 %
    interval contains the truth. `inside_ci` is the exact 95 % confidence interval of that share.
    """

    reps: int
    read: int
    bias: float
    mean_abs: float
    limits: tuple[float, float]
    icc: float
    inside: float
    inside_ci: tuple[float, float] = (NAN, NAN)

    @property
    def unread(self) -> float:
        """Share of the repetitions without a number; repetitions that were not found are included."""
        return 1.0 - self.read / self.reps if self.reps else NAN


@dataclass(frozen=True)
class Fit:
    """The best straight line, truth = intercept + slope * measure, and the correlation of the two."""

    slope: float
    intercept: float
    correlation: float


def agreement(true: Sequence[float], measured: Sequence[Value | None]) -> Agreement:
    """Return the agreement over repetitions; None stands for a repetition that was not found."""
    values = [NAN if each is None or each.value is None else each.value for each in measured]
    audit = audited(true, values)
    inside = [
        each.low <= truth <= each.high
        for truth, each in zip(true, measured, strict=True)
        if each is not None and each.low is not None and each.high is not None
    ]
    enough = audit.n >= FEWEST
    return Agreement(
        reps=len(true),
        read=audit.n,
        bias=audit.bias,
        mean_abs=audit.mean_abs_error,
        limits=audit.limits if enough else (NAN, NAN),
        icc=audit.icc if enough else NAN,
        inside=float(np.mean(inside)) if inside else NAN,
        inside_ci=_share_ci(inside),
    )


def audited(true: Sequence[float], values: Sequence[float]) -> Any:
    """Return poseaudit's statistics of paired values.

    Its bootstrap intervals are not used, so one resample is enough.
    """
    try:
        import poseaudit
    except ImportError as error:
        raise MissingExtra("poseaudit is missing: pip install 'hingecheck[render]'") from error
    return poseaudit.audit_values(list(values), list(true), big_error=10.0, wrap=False, resamples=1)


def _share_ci(inside: Sequence[bool]) -> tuple[float, float]:
    """Exact 95 % confidence interval of the share of true values."""
    if not inside:
        return NAN, NAN
    interval = binomtest(sum(inside), len(inside)).proportion_ci(0.95)
    return float(interval.low), float(interval.high)


def of_metric(results: Sequence[ClipResult], name: str) -> Agreement:
    """Return the agreement of one metric over all true repetitions of some clips."""
    reps = [rep for result in results for rep in result.reps]
    return agreement([rep.truth[name] for rep in reps], [rep.measured.get(name) for rep in reps])


def paired(results: Sequence[ClipResult], peer: str, truth: str) -> tuple[Floats, Floats]:
    """Return a peer's measure and the truth, over the repetitions with a peer's number."""
    rows = [
        (rep.peers[peer], rep.truth[truth])
        for result in results
        for rep in result.reps
        if rep.peers.get(peer) is not None
    ]
    table: Floats = np.array(rows, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def measured_pairs(results: Sequence[ClipResult], name: str) -> tuple[Floats, Floats]:
    """Return the analyzer's metric and the truth, over the repetitions with a number."""
    rows = [
        (rep.measured[name].value, rep.truth[name])
        for result in results
        for rep in result.reps
        if rep.measured and rep.measured[name].value is not None
    ]
    table: Floats = np.array(rows, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def best_line(measure: Floats, true: Floats) -> Fit:
    """Fit the truth to a measure by least squares. All NaN if there are fewer than three readings or no variation."""
    if len(measure) < FEWEST or np.ptp(measure) == 0.0:
        return Fit(NAN, NAN, NAN)
    line = linregress(measure, true)
    return Fit(float(line.slope), float(line.intercept), float(line.rvalue))


def after_line(fit: Fit, measure: Floats, true: Floats) -> Agreement:
    """Return the agreement of a measure after a straight line has converted it to degrees."""
    values = fit.intercept + fit.slope * measure
    return agreement(list(true), [Value(float(value), None, None) for value in values])


def f1(results: Sequence[ClipResult]) -> float:
    """Return 2 TP / (2 TP + FP + FN) over complete repetitions; NaN if there are none."""
    true = sum(len(result.reps) for result in results)
    matched = sum(result.found_reps for result in results)
    total = true + matched + sum(result.extra_reps for result in results)
    return 2.0 * matched / total if total else NAN
