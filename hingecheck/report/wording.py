"""Every metric as people read it: its name, its unit and its digits, the same wherever it is shown.

A name that is not in the table, from a later version's file say, is shown by its own words and the unit that it ends
with.  Shares are kept as fractions and shown as per cent; a difference of two shares is in points of per cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from hingecheck.records import Measure

NOT_MEASURED: Final = "not measured"


@dataclass(frozen=True, slots=True)
class Unit:
    """How a number is shown: times `factor`, with `decimals`, `sign` behind it, or `apart` behind a difference."""

    sign: str
    decimals: int
    factor: float = 1.0
    apart: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric in words: `short` where a column or a picture has little room; `signed` numbers show their plus."""

    name: str
    unit: Unit
    short: str = ""
    signed: bool = False


DEGREES: Final = Unit("°", 0)
DEGREES_A_SECOND: Final = Unit("°/s", 0)
SECONDS: Final = Unit(" s", 2)
CENTIMETRES: Final = Unit(" cm", 1)
METRES: Final = Unit(" m", 2)
PERCENT: Final = Unit(" %", 0, apart=" points")
TENTHS_OF_PERCENT: Final = Unit(" %", 1, apart=" points")
SHARE: Final = Unit(" %", 0, 100.0, " points")
POINTS: Final = Unit(" points", 0, 100.0)
PLAIN: Final = Unit("", 2)

METRICS: Final[Mapping[str, Metric]] = {
    "lumbar_change_deg": Metric("Lumbar change", DEGREES, "low back"),
    "pelvis_change_deg": Metric("Pelvis change", DEGREES),
    "junction_change_deg": Metric("Pelvis and lumbar change together", DEGREES),
    "hip_change_deg": Metric("Hip change", DEGREES, "hips"),
    "knee_change_deg": Metric("Knee change", DEGREES, "knees"),
    "trunk_change_deg": Metric("Trunk lean change", DEGREES),
    "lumbar_share_trunk": Metric("Lumbar share of the trunk's movement", SHARE, "lumbar share"),
    "lumbar_share_thigh": Metric("Lumbar share of lumbar and hip movement", SHARE),
    "lumbar_at_liftoff_deg": Metric("Lumbar flexion at lift-off", DEGREES),
    "lumbar_peak_deg": Metric("Lumbar flexion at its peak", DEGREES),
    "lumbar_peak_percent_of_max": Metric("Lumbar flexion at its peak, of the greatest bend", PERCENT),
    "knee_to_hip_lag_s": Metric("Hip after knee", SECONDS),
    "hip_to_lumbar_lag_s": Metric("Lumbar spine after hip", SECONDS),
    "lumbar_velocity_deg_s": Metric("Fastest lumbar extension", DEGREES_A_SECOND),
    "coupling_hip": Metric("Movement of the hip alone", SHARE),
    "coupling_lumbar": Metric("Movement of the lumbar spine alone", SHARE),
    "coupling_together": Metric("Movement of hip and lumbar spine together", SHARE),
    "coupling_apart": Metric("Movement of hip and lumbar spine against each other", SHARE),
    "hip_change_to_knee_deg": Metric("Hip change up to the knee pass", DEGREES),
    "hip_change_from_knee_deg": Metric("Hip change from the knee pass on", DEGREES),
    "hip_change_lowering_deg": Metric("Hip change on the way down", DEGREES),
    "knee_change_to_knee_deg": Metric("Knee change up to the knee pass", DEGREES),
    "knee_change_from_knee_deg": Metric("Knee change from the knee pass on", DEGREES),
    "knee_change_lowering_deg": Metric("Knee change on the way down", DEGREES),
    "lumbar_change_to_knee_deg": Metric("Lumbar change up to the knee pass", DEGREES),
    "lumbar_change_from_knee_deg": Metric("Lumbar change from the knee pass on", DEGREES),
    "lumbar_change_lowering_deg": Metric("Lumbar change on the way down", DEGREES),
    "pelvis_change_to_knee_deg": Metric("Pelvis change up to the knee pass", DEGREES),
    "pelvis_change_from_knee_deg": Metric("Pelvis change from the knee pass on", DEGREES),
    "pelvis_change_lowering_deg": Metric("Pelvis change on the way down", DEGREES),
    "lean_back_deg": Metric("Lean-back at the top", DEGREES),
    "lockout_short_deg": Metric("Missing to full lockout", DEGREES),
    "lumbar_rise_under_load_deg": Metric("Lumbar flexion gained under load", DEGREES),
    "bar_forward_percent": Metric("Bar forward, of height", TENTHS_OF_PERCENT),
    "bar_forward_cm": Metric("Bar forward", CENTIMETRES),
    "early_trunk_drop_deg": Metric("Trunk drop as the bar leaves the floor", DEGREES),
    "concentric_s": Metric("Time up", SECONDS, "up"),
    "eccentric_s": Metric("Time down", SECONDS),
    "tempo_unevenness": Metric("Unevenness of tempo", SHARE),
    "yaw_deg": Metric("Camera off the side view", DEGREES, signed=True),
    "trunk_lean": Metric("Trunk lean", DEGREES),
    "trunk_thigh": Metric("Trunk to thigh", DEGREES),
    "knee_flexion": Metric("Knee flexion", DEGREES, "knee"),
    "hip_flexion": Metric("Hip flexion", DEGREES, "hip"),
    "pelvis_tilt": Metric("Pelvic tilt", DEGREES, "pelvis"),
    "lumbar_flexion": Metric("Lumbar flexion", DEGREES, "low back"),
    "junction": Metric("Thoraco-lumbar junction", DEGREES),
    "thoracic_flexion": Metric("Thoracic flexion", DEGREES),
}
"""Metrics of a repetition, of a set and of a view, and the angles over time.  Those of ENDINGS follow from these."""

DRIFT, SPREAD = "_drift", "_spread"
ENDINGS: Final = {DRIFT: ", change a repetition", SPREAD: ", scatter"}

_BY_ENDING: Final = {
    **{"_deg_s": DEGREES_A_SECOND, "_deg": DEGREES, "_s": SECONDS},
    **{"_cm": CENTIMETRES, "_m": METRES, "_percent": PERCENT},
}
_THRESHOLDS: Final = {
    **{"deg": DEGREES, "s": SECONDS, "probability": SHARE},
    **{"share of the trunk's movement": SHARE, "share of the trunk's movement, SD": POINTS},
}


def of(metric: str) -> Metric:
    """A metric's words: from the table, from what it is the drift or scatter of, or from its own name."""
    if metric in METRICS:
        return METRICS[metric]
    for ending, words in ENDINGS.items():
        if metric.endswith(ending) and metric != ending:
            whole = as_difference(of(metric.removesuffix(ending)))
            finer = replace(whole.unit, decimals=whole.unit.decimals + 1)
            return Metric(whole.name + words, finer, signed=ending == DRIFT)
    ending = next((ending for ending in _BY_ENDING if metric.endswith(ending)), "")
    words = metric.removesuffix(ending).replace("_", " ").strip().capitalize()
    return Metric(words or metric, _BY_ENDING.get(ending, PLAIN))


def as_difference(metric: Metric) -> Metric:
    """The same for a difference of two values: signed, and in points where the values are in per cent."""
    return replace(metric, unit=replace(metric.unit, sign=metric.unit.apart or metric.unit.sign), signed=True)


def name(metric: str) -> str:
    """A metric's name in words."""
    return of(metric).name


def short(metric: str) -> str:
    """A metric's name where there is little room."""
    return of(metric).short or of(metric).name


def unit(metric: str) -> Unit:
    """A metric's unit."""
    return of(metric).unit


def number(metric: str, value: float) -> str:
    """One number of a metric with its unit."""
    return _number(of(metric), value)


def measure(metric: str, found: Measure) -> str:
    """A metric's value with its interval, or that it is not measured."""
    return _measure(of(metric), found)


def interval(metric: str, found: Measure) -> str:
    """The ends of a metric's interval."""
    return _interval(of(metric), found)


def explained(metric: str, found: Measure) -> str:
    """A metric's value with its interval, or why there is none."""
    return measure(metric, found) if found.known else f"{NOT_MEASURED}: {found.reason}"


def half(metric: str, value: float, half_width: float) -> str:
    """A metric's value with half of its interval, where there is little room."""
    words = of(metric)
    return f"{_digits(words, value)} ± {_digits(words, half_width)}{words.unit.sign}"


def size(metric: str, value: float) -> str:
    """How large a difference or an error is."""
    return _number(replace(as_difference(of(metric)), signed=False), value)


def difference(metric: str, value: float) -> str:
    """A difference of a metric with its sign."""
    return _number(as_difference(of(metric)), value)


def differing(metric: str, found: Measure) -> str:
    """A difference of a metric with its sign and its interval, or that it is not measured."""
    return _measure(as_difference(of(metric)), found)


def span(metric: str, low: float, high: float) -> str:
    """From one difference to another."""
    return f"{_digits(as_difference(of(metric)), low)} to {difference(metric, high)}"


def limit(metric: str, value: float) -> str:
    """A limit of a metric, exactly as it was set."""
    return _exact(value, of(metric).unit)


def threshold(value: float, words: str) -> str:
    """A number exactly as it was set, with the unit in words that stands beside it in the criteria."""
    return _exact(value, _unit_in_words(words))


def read_as(words: str, found: Measure) -> str:
    """A measure with a unit in words, of a rule that this version does not know."""
    return _measure(Metric("", _unit_in_words(words)), found)


def _unit_in_words(words: str) -> Unit:
    return _THRESHOLDS.get(words, Unit(f" {words}", 2))


def _number(metric: Metric, value: float) -> str:
    return f"{_digits(metric, value)}{metric.unit.sign}"


def _measure(metric: Metric, found: Measure) -> str:
    if not found.known:
        return NOT_MEASURED
    return f"{_number(metric, found.value)} ({_interval(metric, found)})"


def _interval(metric: Metric, found: Measure) -> str:
    return f"{_digits(metric, found.low)} to {_digits(metric, found.high)}"


def _digits(metric: Metric, value: float) -> str:
    """Rounded; a minus as such, and none before a zero."""
    text = f"{metric.unit.factor * value:{'+' if metric.signed else ''}.{metric.unit.decimals}f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def _exact(value: float, how: Unit) -> str:
    return f"{how.factor * value:g}".replace("-", "−") + how.sign
