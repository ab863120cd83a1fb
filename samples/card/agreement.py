"""Statistics of a measuring instrument; the formulas are those of the library `poseaudit` and of SciPy.

Errors are measured minus true.  Limits of agreement are bias +- 1.96 SD (Bland and Altman 1986), the ICC is ICC(A,1),
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
"""Limits of agreement and ICC of fewer readings are not given."""

NAN = float("nan")


@dataclass(frozen=True)
class Agreement:
    """How a measure agrees with the truth over some repetitions; NaN where there is too little to say.

    `unread` is the share of repetitions without a number, not found ones included; `inside` the share of the numbers
    whose 90 % interval holds the truth, with the exact 95 % confidence interval of that share.
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
        """Share of the repetitions without a number."""
        return 1.0 - self.read / self.reps if self.reps else NAN


@dataclass(frozen=True)
class Fit:
    """The best straight line truth = intercept + slope * measure, and the correlation of the two."""

    slope: float
    intercept: float
    correlation: float


def agreement(true: Sequence[float], measured: Sequence[Value | None]) -> Agreement:
    """Agreement over repetitions; None stands for one that was not found."""
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
    """The library's account of paired values; its bootstrap intervals are not used, so one resample is enough."""
    try:
        import poseaudit
    except ImportError as error:
        raise MissingExtra("poseaudit is missing: pip install 'hingecheck[render]'") from error
    return poseaudit.audit_values(list(values), list(true), big_error=10.0, wrap=False, resamples=1)


def _share_ci(inside: Sequence[bool]) -> tuple[float, float]:
    if not inside:
        return NAN, NAN
    found = binomtest(sum(inside), len(inside)).proportion_ci(0.95)
    return float(found.low), float(found.high)


def of_metric(results: Sequence[ClipResult], name: str) -> Agreement:
    """Agreement of one of the analyzer's metrics over all true repetitions of some clips."""
    reps = [rep for result in results for rep in result.reps]
    return agreement([rep.truth[name] for rep in reps], [rep.measured.get(name) for rep in reps])


def paired(results: Sequence[ClipResult], peer: str, truth: str) -> tuple[Floats, Floats]:
    """A peer's measure and the truth over the repetitions where the peer has a number."""
    rows = [
        (rep.peers[peer], rep.truth[truth])
        for result in results
        for rep in result.reps
        if rep.peers.get(peer) is not None
    ]
    table: Floats = np.array(rows, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def measured_pairs(results: Sequence[ClipResult], name: str) -> tuple[Floats, Floats]:
    """The analyzer's own metric and the truth over the repetitions where it has a number."""
    rows = [
        (rep.measured[name].value, rep.truth[name])
        for result in results
        for rep in result.reps
        if rep.measured and rep.measured[name].value is not None
    ]
    table: Floats = np.array(rows, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def best_line(measure: Floats, true: Floats) -> Fit:
    """Least squares of the truth on a measure; all NaN where the measure does not vary or has under three readings."""
    if len(measure) < FEWEST or np.ptp(measure) == 0.0:
        return Fit(NAN, NAN, NAN)
    line = linregress(measure, true)
    return Fit(float(line.slope), float(line.intercept), float(line.rvalue))


def after_line(fit: Fit, measure: Floats, true: Floats) -> Agreement:
    """Agreement of a measure that a straight line has turned into degrees."""
    values = fit.intercept + fit.slope * measure
    return agreement(list(true), [Value(float(value), None, None) for value in values])


def f1(results: Sequence[ClipResult]) -> float:
    """2 TP / (2 TP + FP + FN) over complete repetitions; NaN if there are none."""
    true = sum(len(result.reps) for result in results)
    found = sum(result.found_reps for result in results)
    total = true + found + sum(result.extra_reps for result in results)
    return 2.0 * found / total if total else NAN
