"""Names and numbers as people read them.

A metric's name says its unit; a name that is not known here is shown by its own words, so that new metrics need
nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hingecheck.records import LiftStyle, Measure

NOT_MEASURED: Final = "not measured"

NAMES: Final = {
    "lumbar_change_deg": "Low back (lumbar) change",
    "pelvis_change_deg": "Pelvis change",
    "junction_change_deg": "Pelvis and low back together, change",
    "hip_change_deg": "Hip change",
    "knee_change_deg": "Knee change",
    "trunk_change_deg": "Trunk lean change",
    "lumbar_share_trunk": "Low back's share of the trunk's movement",
    "lumbar_share_thigh": "Low back's share of low back and hip movement",
    "lumbar_at_liftoff_deg": "Lumbar flexion at lift-off",
    "lumbar_peak_deg": "Lumbar flexion at its peak",
    "lumbar_rise_under_load_deg": "Lumbar flexion gained under load",
    "lumbar_velocity_deg_s": "Fastest lumbar extension",
    "early_trunk_drop_deg": "Trunk drop as the bar leaves the floor",
    "concentric_s": "Time up",
    "eccentric_s": "Time down",
    "knee_to_hip_lag_s": "Hip after knee",
    "hip_to_lumbar_lag_s": "Low back after hip",
    "coupling_hip": "Movement of the hip alone",
    "coupling_lumbar": "Movement of the low back alone",
    "coupling_together": "Movement of both together",
    "coupling_apart": "Movement of one against the other",
    "lockout_short_deg": "Missing to full lockout",
    "tempo_unevenness": "Unevenness of tempo",
    "trunk_lean": "Trunk lean",
    "trunk_thigh": "Trunk to thigh",
    "knee_flexion": "Knee",
    "hip_flexion": "Hip",
    "pelvis_tilt": "Pelvis",
    "lumbar_flexion": "Low back",
    "junction": "Thoraco-lumbar junction",
    "thoracic_flexion": "Upper back",
}
"""Better words than a name's own."""

ENDINGS: Final = {"_drift": ", change a repetition", "_spread": ", scatter"}
SHARES: Final = ("share", "coupling_", "unevenness")


@dataclass(frozen=True, slots=True)
class Unit:
    """How numbers of a metric are shown: times `factor`, with `decimals`, and `sign` behind."""

    factor: float
    decimals: int
    sign: str


def name(metric: str) -> str:
    """A metric's name in words."""
    if metric in NAMES:
        return NAMES[metric]
    for ending, words in ENDINGS.items():
        if metric.endswith(ending):
            return name(metric.removesuffix(ending)) + words
    words = metric
    for unit in ("_deg_s", "_deg", "_percent", "_cm", "_s", "_m", "_px"):
        words = words.removesuffix(unit)
    return words.replace("_", " ").strip().capitalize() or metric


def unit(metric: str) -> Unit:
    """A metric's unit, as its name says it."""
    for ending in ENDINGS:
        if metric.endswith(ending) and metric != ending:
            inner = unit(metric.removesuffix(ending))
            return Unit(inner.factor, inner.decimals + 1, inner.sign)
    if any(part in metric for part in SHARES):
        return Unit(100.0, 0, " %")
    if "percent" in metric:
        return Unit(1.0, 0, " %")
    for ending, found in (
        ("_deg_s", Unit(1.0, 0, "°/s")),
        ("_deg", Unit(1.0, 0, "°")),
        ("_s", Unit(1.0, 2, " s")),
        ("_cm", Unit(1.0, 1, " cm")),
    ):
        if metric.endswith(ending):
            return found
    return Unit(1.0, 2, "")


def number(metric: str, value: float) -> str:
    """One number of a metric with its unit."""
    return f"{_digits(value, unit(metric))}{unit(metric).sign}"


def measure(metric: str, found: Measure) -> str:
    """A metric's value with its interval, or that it is not measured."""
    if not found.known:
        return NOT_MEASURED
    how = unit(metric)
    low, high = (_digits(end, how) for end in (found.low, found.high))
    return f"{_digits(found.value, how)}{how.sign} ({low} to {high})"


def style(told: LiftStyle) -> str:
    """The style of the set, and whose word it is."""
    words = told.name.replace("_", " ")
    if told.given:
        return f"{words} (as given)"
    if told.name == "not_sure":
        return "not sure (the movement fits several)"
    return f"{words} (read off the movement, {told.confidence:.0%})"


def with_unit(value: float, words: str) -> str:
    """A number with a unit in words, as rules have it."""
    short = {"deg": "°", "s": " s"}.get(words)
    if short is not None:
        return f"{value:.3g}{short}".replace("-", "−")
    return f"{value:.3g} ({words})".replace("-", "−", 1)


def sentence(text: str) -> str:
    """Words with a capital first letter and a full stop."""
    stripped = text.strip()
    if not stripped:
        return ""
    return stripped[0].upper() + stripped[1:] + ("" if stripped[-1] in ".!?" else ".")


def flat(name: str, value: object) -> list[tuple[str, str]]:
    """A named value of the provenance as lines of name and text, whatever it holds."""
    label = name.replace("_", " ").capitalize()
    if isinstance(value, Mapping):
        return [(f"{label}: {key}", text) for inner, item in value.items() for key, text in _inner(str(inner), item)]
    return [(label, "none" if value is None else str(value))]


def _digits(value: float, how: Unit) -> str:
    text = f"{how.factor * value:.{how.decimals}f}"
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def _inner(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [(f"{name.replace('_', ' ')} {key}", str(item)) for key, item in value.items()]
    return [(name.replace("_", " "), "none" if value is None else str(value))]
