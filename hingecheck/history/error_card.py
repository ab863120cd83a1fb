"""The error card as data: how large the errors of each metric are, under which conditions.

The card was measured on rendered clips, whose true values are known.  `samples/ERRORS.md` shows it; `error_card.toml`
beside this module contains its rows.  `chosen` gives the rows for the conditions of a clip.  `scatter` gives the SD of
the error from clip to clip.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

SIDE_VIEW_DEG, OBLIQUE_DEG = 20.0, 30.0
"""Ends of the card's bands of yaw off the side view, in degrees: to 20°, over 20° to 30°, over 30°."""

MIXTURES: Final = "random mixtures, yaw to 20°"
"""The condition that stands for a new day: every clip has another lifter, other clothes, light and camera."""

AGREEMENT: Final = 1.96
"""Half the width of the 95 % limits of agreement (Bland and Altman), in SDs."""

_RATES: Final = {"24 Hz": (0.0, 27.0), "60 Hz": (45.0, 1000.0)}
"""Conditions by frame rate: a clip meets one if its rate is between the two numbers, in Hz."""

_SIZES: Final = {"480 × 854": (400, 520), "1080 × 1920": (900, 1300), "2160 × 3840": (1900, 2400)}
"""Conditions by size: a clip meets one if its shorter side is between the two numbers, in pixels."""


@dataclass(frozen=True, slots=True)
class Row:
    """The error of one metric under one condition: measured minus true, in the metric's unit.

    `unread_percent` is the share of repetitions without a reading.  `limits_low` and `limits_high` are the 95 % limits
    of agreement; they are None for fewer than three readings.  `inside_percent` is the share of the 90 % intervals that
    contain the truth; it is None if there is no reading.
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
    """The known conditions of a clip.

    Yaw off the side view in degrees (None if unknown), the types of lift, the frame rate in Hz (None if unknown), the
    shorter side in pixels, and the direction that the lifter faces ("left" or "right").
    """

    yaw_deg: float | None
    styles: Sequence[str]
    rate_hz: float | None
    shorter_side_px: int
    facing: str


@cache
def rows() -> tuple[Row, ...]:
    """All rows of the card, in its order."""
    return tuple(Row(**table) for table in _tables()["row"])


def version() -> str:
    """The version of hingecheck that the card was measured with."""
    return str(_tables()["version"])


def conditions(clip: Clip) -> tuple[str, ...]:
    """The names of the card's conditions that the clip meets.

    The first pools all clips with a similar yaw, the last is "random mixtures".  Clothes, light, build and hair are
    never chosen, because an analysis does not know them.
    """
    met = [_band(clip.yaw_deg)]
    met += ["facing left"] if clip.facing == "left" else []
    met += ["Romanian"] if "romanian" in clip.styles else []
    met += ["sumo"] if "sumo" in clip.styles else []
    met += [name for name, (low, high) in _RATES.items() if clip.rate_hz is not None and low < clip.rate_hz < high]
    met += [name for name, (low, high) in _SIZES.items() if low < clip.shorter_side_px < high]
    return (*met, "random mixtures")


def chosen(clip: Clip, metrics: Iterable[str]) -> tuple[Row, ...]:
    """The rows for a clip and these metrics, condition by condition.  A condition without readings has no row."""
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
    """A standard deviation, in the metric's unit, with its degrees of freedom."""

    sd: float
    freedom: int


@cache
def scatter(metric: str) -> Scatter | None:
    """How much the error of a metric scatters from clip to clip, over the random mixtures; None if not on the card.

    1. Find the row of the metric.
    2. The SD is the width of the 95 % limits of agreement divided by 3.92, which is 2 times AGREEMENT.
    3. The degrees of freedom are the number of clips with a reading, minus one.
    """
    row = next((row for row in rows() if (row.metric, row.condition) == (metric, MIXTURES)), None)  # step 1
    if row is None or row.limits_low is None or row.limits_high is None:
        return None
    sd = (row.limits_high - row.limits_low) / (2 * AGREEMENT)  # step 2
    clips_read = round(row.clips * (1 - row.unread_percent / 100))  # step 3
    return Scatter(sd, clips_read - 1)


def _band(yaw_deg: float | None) -> str:
    """The card's condition for a yaw off the side view, in degrees."""
    if yaw_deg is None:
        return "all"
    if abs(yaw_deg) <= SIDE_VIEW_DEG:
        return "all, yaw to 20°"
    return "all, yaw over 20° to 30°" if abs(yaw_deg) <= OBLIQUE_DEG else "all, yaw over 30°"


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
