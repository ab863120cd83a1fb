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

from hingecheck import quantities, texts
from hingecheck.quantities import DEGREES, SHARE, Unit
from hingecheck.records import Measure

LEFT_OUT: Final = "picture left out: a face may be visible"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's readable name and unit.  `short` is the name for narrow columns and for pictures."""

    name: str
    unit: Unit
    short: str = ""


DEGREES_A_SECOND: Final = Unit("°/s", 0)
SECONDS: Final = Unit(" s", 1)
CENTIMETRES: Final = Unit(" cm", 1)
METRES: Final = Unit(" m", 2)
METRES_A_SECOND: Final = Unit(" m/s", 2)
PERCENT: Final = Unit(" %", 0, difference_sign=" points")
TENTHS_OF_PERCENT: Final = Unit(" %", 1, difference_sign=" points")
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
    "hip_at_start_deg": Metric("Hip flexion at pull start", DEGREES, "hip"),
    "knee_at_start_deg": Metric("Knee flexion at pull start", DEGREES, "knee"),
    "lumbar_at_start_deg": Metric("Lumbar flexion at pull start", DEGREES, "low back"),
    "hip_at_knee_pass_deg": Metric("Hip flexion at knee pass", DEGREES, "hip"),
    "knee_at_knee_pass_deg": Metric("Knee flexion at knee pass", DEGREES, "knee"),
    "lumbar_at_knee_pass_deg": Metric("Lumbar flexion at knee pass", DEGREES, "low back"),
    "hip_at_top_deg": Metric("Hip flexion at the top", DEGREES, "hip"),
    "knee_at_top_deg": Metric("Knee flexion at the top", DEGREES, "knee"),
    "lumbar_at_top_deg": Metric("Lumbar flexion at the top", DEGREES, "low back"),
    "lumbar_at_liftoff_deg": Metric("Lumbar flexion at lift-off", DEGREES),
    "lumbar_peak_deg": Metric("Peak lumbar flexion in the pull", DEGREES),
    "lumbar_peak_percent_of_max": Metric("Peak lumbar flexion, part of the maximum bend", PERCENT),
    "knee_to_hip_lag_s": Metric("Hip lag behind the knee", SECONDS),
    "hip_to_lumbar_lag_s": Metric("Lumbar lag behind the hip", SECONDS),
    "lumbar_velocity_deg_s": Metric("Fastest lumbar extension", DEGREES_A_SECOND),
    "coupling_hip": Metric("Hip moving alone", SHARE),
    "coupling_lumbar": Metric("Low back moving alone", SHARE),
    "coupling_together": Metric("Hip and low back moving together", SHARE),
    "coupling_apart": Metric("Hip and low back moving in opposite directions", SHARE),
    "hip_change_to_knee_deg": Metric("Hip change, pull start to knee pass", DEGREES),
    "hip_change_from_knee_deg": Metric("Hip change, knee pass to top", DEGREES),
    "hip_change_lowering_deg": Metric("Hip change, lowering", DEGREES),
    "knee_change_to_knee_deg": Metric("Knee change, pull start to knee pass", DEGREES),
    "knee_change_from_knee_deg": Metric("Knee change, knee pass to top", DEGREES),
    "knee_change_lowering_deg": Metric("Knee change, lowering", DEGREES),
    "lumbar_change_to_knee_deg": Metric("Lumbar change, pull start to knee pass", DEGREES),
    "lumbar_change_from_knee_deg": Metric("Lumbar change, knee pass to top", DEGREES),
    "lumbar_change_lowering_deg": Metric("Lumbar change, lowering", DEGREES),
    "pelvis_change_to_knee_deg": Metric("Pelvis change, pull start to knee pass", DEGREES),
    "pelvis_change_from_knee_deg": Metric("Pelvis change, knee pass to top", DEGREES),
    "pelvis_change_lowering_deg": Metric("Pelvis change, lowering", DEGREES),
    "lean_back_deg": Metric("Lean-back at the top", DEGREES),
    "lockout_short_deg": Metric("Short of lockout", DEGREES),
    "lumbar_before_liftoff_deg": Metric("Lumbar flexion just before lift-off", DEGREES),
    "lumbar_after_liftoff_deg": Metric("Lumbar flexion just after lift-off", DEGREES),
    "lumbar_gain_at_liftoff_deg": Metric("Lumbar flexion gained as the bar leaves the floor", DEGREES),
    "lumbar_rise_under_load_deg": Metric("Lumbar flexion gained under load", DEGREES),
    "bar_forward_percent": Metric("Bar forward, part of body height", TENTHS_OF_PERCENT),
    "bar_forward_cm": Metric("Bar forward", CENTIMETRES),
    "bar_displacement_m": Metric("Bar displacement", METRES, "bar up"),
    "mean_concentric_velocity_m_s": Metric("Mean concentric velocity", METRES_A_SECOND, "mean velocity"),
    "peak_concentric_velocity_m_s": Metric("Peak concentric velocity", METRES_A_SECOND, "peak velocity"),
    "velocity_loss_percent": Metric("Velocity loss, fastest to last repetition", PERCENT, "velocity loss"),
    "early_trunk_drop_deg": Metric("Trunk drop as the bar leaves the floor", DEGREES),
    "concentric_s": Metric("Time up", SECONDS, "up"),
    "eccentric_s": Metric("Time down", SECONDS),
    "tempo_unevenness": Metric("Tempo unevenness", SHARE),
    "yaw_deg": Metric("Camera angle off the side view", replace(DEGREES, signed=True)),
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
    **{"_deg_s": DEGREES_A_SECOND, "_deg": DEGREES, "_m_s": METRES_A_SECOND, "_s": SECONDS},
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
            base = of(metric.removesuffix(ending))
            finer = replace(base.unit.of_difference, decimals=base.unit.decimals + 1, signed=ending == DRIFT)
            return Metric(base.name + words, finer)
    ending = next((ending for ending in _BY_ENDING if metric.endswith(ending)), "")
    words = metric.removesuffix(ending).replace("_", " ").strip().capitalize()
    return Metric(words or metric, _BY_ENDING.get(ending, PLAIN))


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
    return quantities.number(value, unit(metric))


def measure(metric: str, value: Measure) -> str:
    """A metric's value with its interval, or "not measured"."""
    return quantities.measured(value, unit(metric))


def interval(metric: str, value: Measure) -> str:
    """The two ends of a metric's interval."""
    return quantities.interval(value, unit(metric))


def over_set(metric: str, value: Measure) -> str:
    """A metric over the set with its interval.  That of a drift holds the true drift with 95 %, not with 90 %."""
    text = measure(metric, value)
    return f"{text}, 95 % interval" if value.known and metric.endswith(DRIFT) else text


def explained(metric: str, value: Measure) -> str:
    """A metric's value with its interval, or why it was not measured."""
    return measure(metric, value) if value.known else f"{quantities.NOT_MEASURED}: {texts.reason(value.reason)}"


def size(metric: str, value: float) -> str:
    """The size of a difference or of an error, without a sign."""
    return quantities.number(value, replace(unit(metric).of_difference, signed=False))


def difference(metric: str, value: float) -> str:
    """A difference of two values of a metric, with its sign."""
    return quantities.number(value, unit(metric).of_difference)


def differing(metric: str, value: Measure) -> str:
    """A difference of two values of a metric with its sign and interval, or "not measured".

    An interval that excludes zero has one more digit where an end would read as zero.
    """
    shown = unit(metric).of_difference
    clear = value.known and not value.low <= 0.0 <= value.high
    if clear and quantities.digits(0.0, shown) in [quantities.digits(end, shown) for end in (value.low, value.high)]:
        shown = replace(shown, decimals=shown.decimals + 1)
    return quantities.measured(value, shown)


def span(metric: str, low: float, high: float) -> str:
    """A range of differences, from `low` to `high`."""
    return f"{quantities.digits(low, unit(metric).of_difference)} to {difference(metric, high)}"


def limit(metric: str, value: float) -> str:
    """A limit of a metric, with all digits that the criteria give."""
    return quantities.exact(value, unit(metric))


def threshold(value: float, words: str) -> str:
    """A threshold with all digits that the criteria give.  `words` is the unit as the criteria write it."""
    return quantities.exact(value, _unit_in_words(words))


def read_as(words: str, value: Measure) -> str:
    """A measure of a rule that this version does not know.  `words` is the unit as the file writes it."""
    return quantities.measured(value, _unit_in_words(words))


def _unit_in_words(words: str) -> Unit:
    return _THRESHOLDS.get(words, Unit(f" {words}", 2))
