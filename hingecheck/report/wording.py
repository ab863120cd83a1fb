"""Give every metric its readable name, unit and number of digits.  Every output uses these.

The functions take a metric's key, such as "lumbar_change_deg", and numbers in the unit of that key.  They return text.
A key that is not in METRICS, for example from a later version's file, still gets a name and a unit: both are read from
the key itself.  Shares are stored as fractions and shown in per cent.  The difference of two shares is shown in
percentage points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from hingecheck import texts
from hingecheck.records import Measure

NOT_MEASURED: Final = "not measured"
LEFT_OUT: Final = "picture left out: a face could not be covered"


@dataclass(frozen=True, slots=True)
class Unit:
    """How to show a number: multiply it by `factor`, round it to `decimals`, then append `sign`.

    A difference of two values gets `difference_sign` instead of `sign`, where one is given.
    """

    sign: str
    decimals: int
    factor: float = 1.0
    difference_sign: str = ""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's readable name and unit.

    `short` is the name for narrow columns and for pictures.  If `signed`, positive numbers show a plus sign.
    """

    name: str
    unit: Unit
    short: str = ""
    signed: bool = False


DEGREES: Final = Unit("°", 0)
DEGREES_A_SECOND: Final = Unit("°/s", 0)
SECONDS: Final = Unit(" s", 2)
CENTIMETRES: Final = Unit(" cm", 1)
METRES: Final = Unit(" m", 2)
PERCENT: Final = Unit(" %", 0, difference_sign=" points")
TENTHS_OF_PERCENT: Final = Unit(" %", 1, difference_sign=" points")
SHARE: Final = Unit(" %", 0, 100.0, " points")
POINTS: Final = Unit(" points", 0, 100.0)
PLAIN: Final = Unit("", 2)

METRICS: Final[Mapping[str, Metric]] = {
    "lumbar_change_deg": Metric("Lumbar change", DEGREES, "low back"),
    "pelvis_change_deg": Metric("Pelvis change", DEGREES),
    "junction_change_deg": Metric("Pelvis plus lumbar change", DEGREES),
    "hip_change_deg": Metric("Hip change", DEGREES, "hips"),
    "knee_change_deg": Metric("Knee change", DEGREES, "knees"),
    "trunk_change_deg": Metric("Trunk lean change", DEGREES),
    "lumbar_share_trunk": Metric("Lumbar share of the trunk's movement", SHARE, "lumbar share"),
    "lumbar_share_thigh": Metric("Lumbar share of lumbar and hip movement", SHARE),
    "lumbar_at_liftoff_deg": Metric("Lumbar flexion at lift-off", DEGREES),
    "lumbar_peak_deg": Metric("Peak lumbar flexion", DEGREES),
    "lumbar_peak_percent_of_max": Metric("Peak lumbar flexion, part of the maximum bend", PERCENT),
    "knee_to_hip_lag_s": Metric("Hip lag behind the knee", SECONDS),
    "hip_to_lumbar_lag_s": Metric("Lumbar lag behind the hip", SECONDS),
    "lumbar_velocity_deg_s": Metric("Fastest lumbar extension", DEGREES_A_SECOND),
    "coupling_hip": Metric("Hip moving alone", SHARE),
    "coupling_lumbar": Metric("Low back moving alone", SHARE),
    "coupling_together": Metric("Hip and low back moving together", SHARE),
    "coupling_apart": Metric("Hip and low back moving in opposite directions", SHARE),
    "hip_change_to_knee_deg": Metric("Hip change, lift-off to knee", DEGREES),
    "hip_change_from_knee_deg": Metric("Hip change, knee to lockout", DEGREES),
    "hip_change_lowering_deg": Metric("Hip change, lowering", DEGREES),
    "knee_change_to_knee_deg": Metric("Knee change, lift-off to knee", DEGREES),
    "knee_change_from_knee_deg": Metric("Knee change, knee to lockout", DEGREES),
    "knee_change_lowering_deg": Metric("Knee change, lowering", DEGREES),
    "lumbar_change_to_knee_deg": Metric("Lumbar change, lift-off to knee", DEGREES),
    "lumbar_change_from_knee_deg": Metric("Lumbar change, knee to lockout", DEGREES),
    "lumbar_change_lowering_deg": Metric("Lumbar change, lowering", DEGREES),
    "pelvis_change_to_knee_deg": Metric("Pelvis change, lift-off to knee", DEGREES),
    "pelvis_change_from_knee_deg": Metric("Pelvis change, knee to lockout", DEGREES),
    "pelvis_change_lowering_deg": Metric("Pelvis change, lowering", DEGREES),
    "lean_back_deg": Metric("Lean-back at the top", DEGREES),
    "lockout_short_deg": Metric("Short of lockout", DEGREES),
    "lumbar_rise_under_load_deg": Metric("Lumbar flexion gained under load", DEGREES),
    "bar_forward_percent": Metric("Bar forward, part of body height", TENTHS_OF_PERCENT),
    "bar_forward_cm": Metric("Bar forward", CENTIMETRES),
    "early_trunk_drop_deg": Metric("Trunk drop as the bar leaves the floor", DEGREES),
    "concentric_s": Metric("Time up", SECONDS, "up"),
    "eccentric_s": Metric("Time down", SECONDS),
    "tempo_unevenness": Metric("Tempo unevenness", SHARE),
    "yaw_deg": Metric("Camera angle off the side view", DEGREES, signed=True),
    "trunk_lean": Metric("Trunk lean", DEGREES),
    "trunk_thigh": Metric("Trunk to thigh", DEGREES),
    "knee_flexion": Metric("Knee flexion", DEGREES, "knee"),
    "hip_flexion": Metric("Hip flexion", DEGREES, "hip"),
    "pelvis_tilt": Metric("Pelvic tilt", DEGREES, "pelvis"),
    "lumbar_flexion": Metric("Lumbar flexion", DEGREES, "low back"),
    "junction": Metric("Thoraco-lumbar junction", DEGREES),
    "thoracic_flexion": Metric("Thoracic flexion", DEGREES),
}
"""Metrics of a repetition, a set and a view, and the angles over time.  `of` adds the endings of ENDINGS to them."""

DRIFT, SPREAD = "_drift", "_spread"
ENDINGS: Final = {DRIFT: ", change per repetition", SPREAD: ", scatter"}

_BY_ENDING: Final = {
    **{"_deg_s": DEGREES_A_SECOND, "_deg": DEGREES, "_s": SECONDS},
    **{"_cm": CENTIMETRES, "_m": METRES, "_percent": PERCENT},
}
_THRESHOLDS: Final = {
    **{"deg": DEGREES, "s": SECONDS, "probability": SHARE},
    **{"share of the trunk's movement": SHARE, "share of the trunk's movement, SD": POINTS},
}


def of(metric: str) -> Metric:
    """The readable name and unit of a metric.

    A drift or a scatter over the set gets them from its metric, with one more decimal.  A key that METRICS does not
    hold gets them from its own words and its ending.
    """
    if metric in METRICS:
        return METRICS[metric]
    for ending, words in ENDINGS.items():
        if metric.endswith(ending) and metric != ending:
            base = as_difference(of(metric.removesuffix(ending)))
            finer = replace(base.unit, decimals=base.unit.decimals + 1)
            return Metric(base.name + words, finer, signed=ending == DRIFT)
    ending = next((ending for ending in _BY_ENDING if metric.endswith(ending)), "")
    words = metric.removesuffix(ending).replace("_", " ").strip().capitalize()
    return Metric(words or metric, _BY_ENDING.get(ending, PLAIN))


def as_difference(metric: Metric) -> Metric:
    """The same metric for a difference of two values: with a sign, and in points where the values are in per cent."""
    sign = metric.unit.difference_sign or metric.unit.sign
    return replace(metric, unit=replace(metric.unit, sign=sign), signed=True)


def name(metric: str) -> str:
    """A metric's readable name."""
    return of(metric).name


def short(metric: str) -> str:
    """A metric's short name, or its full name if it has none."""
    return of(metric).short or of(metric).name


def unit(metric: str) -> Unit:
    """A metric's unit."""
    return of(metric).unit


def number(metric: str, value: float) -> str:
    """One number of a metric with its unit."""
    return _number(of(metric), value)


def measure(metric: str, value: Measure) -> str:
    """A metric's value with its interval, or "not measured"."""
    return _measure(of(metric), value)


def interval(metric: str, value: Measure) -> str:
    """The two ends of a metric's interval."""
    return _interval(of(metric), value)


def explained(metric: str, value: Measure) -> str:
    """A metric's value with its interval, or why it was not measured."""
    return measure(metric, value) if value.known else f"{NOT_MEASURED}: {texts.reason(value.reason)}"


def half(metric: str, value: float, half_width: float) -> str:
    """A metric's value ± half the width of its interval, for narrow columns and for pictures."""
    form = of(metric)
    return f"{_digits(form, value)} ± {_digits(form, half_width)}{form.unit.sign}"


def size(metric: str, value: float) -> str:
    """The size of a difference or of an error, without a sign."""
    return _number(replace(as_difference(of(metric)), signed=False), value)


def difference(metric: str, value: float) -> str:
    """A difference of two values of a metric, with its sign."""
    return _number(as_difference(of(metric)), value)


def differing(metric: str, value: Measure) -> str:
    """A difference of two values of a metric with its sign and interval, or "not measured"."""
    return _measure(as_difference(of(metric)), value)


def span(metric: str, low: float, high: float) -> str:
    """A range of differences, from `low` to `high`."""
    return f"{_digits(as_difference(of(metric)), low)} to {difference(metric, high)}"


def limit(metric: str, value: float) -> str:
    """A limit of a metric, with all digits that the criteria give."""
    return _exact(value, of(metric).unit)


def threshold(value: float, words: str) -> str:
    """A threshold with all digits that the criteria give.  `words` is the unit as the criteria write it."""
    return _exact(value, _unit_in_words(words))


def read_as(words: str, value: Measure) -> str:
    """A measure of a rule that this version does not know.  `words` is the unit as the file writes it."""
    return _measure(Metric("", _unit_in_words(words)), value)


def _unit_in_words(words: str) -> Unit:
    return _THRESHOLDS.get(words, Unit(f" {words}", 2))


def _number(metric: Metric, value: float) -> str:
    return f"{_digits(metric, value)}{metric.unit.sign}"


def _measure(metric: Metric, value: Measure) -> str:
    if not value.known:
        return NOT_MEASURED
    return f"{_number(metric, value.value)} ({_interval(metric, value)})"


def _interval(metric: Metric, value: Measure) -> str:
    return f"{_digits(metric, value.low)} to {_digits(metric, value.high)}"


def _digits(metric: Metric, value: float) -> str:
    """The rounded number with a typographic minus sign.  A value that rounds to zero has no sign."""
    text = f"{metric.unit.factor * value:{'+' if metric.signed else ''}.{metric.unit.decimals}f}"
    return text.lstrip("+-") if float(text) == 0 else text.replace("-", "−")


def _exact(value: float, form: Unit) -> str:
    return f"{form.factor * value:g}".replace("-", "−") + form.sign
