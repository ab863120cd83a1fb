"""The error card (`samples/ERRORS.md`) as data, from `error_card.toml`: rows by condition, and how errors scatter."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

SIDE_VIEW_DEG, OBLIQUE_DEG = 20.0, 30.0
MIXTURES: Final = "random mixtures, yaw to 20°"
"""The condition that stands for another day: a lifter, clothes, light and camera of its own in every clip."""

AGREEMENT: Final = 1.96
"""Half-width of Bland and Altman's 95 % limits of agreement, in SDs."""

_RATES: Final = {"24 Hz": (0.0, 27.0), "60 Hz": (45.0, 1000.0)}
_SIZES: Final = {"480 × 854": (400, 520), "1080 × 1920": (900, 1300), "2160 × 3840": (1900, 2400)}


@dataclass(frozen=True, slots=True)
class Row:
    """What one metric's error was under one condition, measured minus true, in the metric's own unit.

    The 95 % limits of agreement are None for fewer than three readings, `inside_percent` (of the 90 % intervals that
    held the truth) where none was read.
    """

    metric: str
    condition: str
    clips: int
    reps: int
    bias: float
    mean_abs: float
    unread_percent: float
    limits_low: float | None = None
    limits_high: float | None = None
    inside_percent: float | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """What of a clip's conditions is known: yaw off the side view, styles, rate, size, the way the lifter faces."""

    yaw_deg: float | None
    styles: Sequence[str]
    rate_hz: float | None
    shorter_side_px: int
    facing: str


@cache
def rows() -> tuple[Row, ...]:
    """All rows, in the card's order."""
    return tuple(Row(**table) for table in _tables()["row"])


def version() -> str:
    """The version of the analyzer that the card measured."""
    return str(_tables()["version"])


def conditions(clip: Clip) -> tuple[str, ...]:
    """Names of the card's conditions that the clip is known to meet, the pooled one first, random mixtures last.

    Clothes, light, build and hair are not known from the numbers and so never chosen.
    """
    found = [_band(clip.yaw_deg)]
    found += ["facing left"] if clip.facing == "left" else []
    found += ["Romanian"] if "romanian" in clip.styles else []
    found += ["sumo"] if "sumo" in clip.styles else []
    found += [name for name, (low, high) in _RATES.items() if clip.rate_hz is not None and low < clip.rate_hz < high]
    found += [name for name, (low, high) in _SIZES.items() if low < clip.shorter_side_px < high]
    return (*found, "random mixtures")


def chosen(clip: Clip, metrics: Iterable[str]) -> tuple[Row, ...]:
    """The card's rows for a clip, condition by condition; a condition under which nothing was read has none."""
    names = tuple(metrics)
    return tuple(
        row
        for condition in conditions(clip)
        for name in names
        for row in rows()
        if (row.condition, row.metric) == (condition, name)
    )


@dataclass(frozen=True, slots=True)
class Scatter:
    """A standard deviation, in the metric's unit, and the degrees of freedom it rests on."""

    sd: float
    freedom: int


@cache
def scatter(metric: str) -> Scatter | None:
    """How one clip's error scatters from clip to clip, over the random mixtures; None for what the card does not hold.

    The SD is that of the 95 % limits of agreement, the freedom one less than the clips that gave a reading.
    """
    found = [row for row in rows() if (row.metric, row.condition) == (metric, MIXTURES)]
    if not found or found[0].limits_low is None or found[0].limits_high is None:
        return None
    read = round(found[0].clips * (1 - found[0].unread_percent / 100))
    return Scatter((found[0].limits_high - found[0].limits_low) / (2 * AGREEMENT), read - 1)


def _band(yaw_deg: float | None) -> str:
    if yaw_deg is None:
        return "all"
    if abs(yaw_deg) <= SIDE_VIEW_DEG:
        return "all, yaw to 20°"
    return "all, yaw over 20° to 30°" if abs(yaw_deg) <= OBLIQUE_DEG else "all, yaw over 30°"


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
