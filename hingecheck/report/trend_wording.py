"""Numbers and changes in words, the same in the terminal, the tables and the pages."""

from __future__ import annotations

from typing import Final

from hingecheck import texts
from hingecheck.history.trends import HEADLINE, Change
from hingecheck.records import Measure

PATTERNS: Final = {
    "hip_led": "hip-led",
    "mixed": "mixed",
    "low_back_led": "low-back-led",
    "cannot_tell": "cannot tell",
}
GROUPS: Final = {
    "low_back_led": "low-back-led",
    "changed": "changed",
    "not_measured": "not measured",
    "other": "the rest",
}
_ENDINGS: Final = (("_deg_s", "°/s"), ("_deg", "°"), ("_s", " s"))


def unit(metric: str) -> str:
    """The unit that a metric's name tells; "%" for the shares, which are kept as fractions."""
    if "_share_" in metric or metric.startswith("coupling_"):
        return " %"
    return next((unit for ending, unit in _ENDINGS if metric.endswith(ending)), "")


def scale(metric: str) -> float:
    """What a value is multiplied with before it is shown."""
    return 100.0 if unit(metric) == " %" else 1.0


def number(value: float, metric: str) -> str:
    """A value with its unit: whole degrees and percent, seconds with two decimals."""
    digits = 0 if unit(metric) in (" %", "°", "°/s") else 2
    text = f"{scale(metric) * value:.{digits}f}"
    return f"{'0' if text == '-0' else text}{unit(metric)}"


def measured(measure: Measure, metric: str) -> str:
    """A value with its interval, or why there is none."""
    if not measure.known:
        return f"not measured: {texts.reason(measure.reason)}"
    low, high = (number(end, metric).removesuffix(unit(metric)) for end in (measure.low, measure.high))
    return f"{number(measure.value, metric)} ({low} to {high})"


def change(told: Change, metric: str = HEADLINE) -> str:
    """What can be said of a clip against the days before it."""
    if told.told == "not_told":
        return f"not compared: {texts.reason(told.reason)}"
    days = "one earlier day" if told.days == 1 else f"the mean of {told.days} earlier days"
    how = ", load taken into account" if told.adjusted else ""
    sign = "+" if told.difference >= 0 else "−"
    size = _points(abs(told.difference), metric)
    by = f"{'' if size.startswith('0 ') else sign}{size} against {days}{how}"
    return (
        f"{'changed' if told.told == 'changed' else 'not beyond error'}: {by} (detectable from {limit(told, metric)})"
    )


def limit(told: Change, metric: str = HEADLINE) -> str:
    """From where on a change can be told, and what this rests on."""
    basis = "error card and own repeats" if told.own_repeats else "error card; no repeats of one day yet"
    return f"{_points(told.detectable, metric)}: {basis}"


def _points(value: float, metric: str) -> str:
    return number(value, metric).replace(" %", " points")
