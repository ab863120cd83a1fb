"""Which rows of the error card (`samples/ERRORS.md`) stand nearest to a clip: `error_card.json` holds them.

`python -m samples.card.excerpt` writes that file from the card.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck.records import Analysis
from hingecheck.report import wording

Card = Mapping[str, Mapping[str, Mapping[str, str]]]

SHOWN: Final = ("lumbar_change_deg", "hip_change_deg", "lumbar_share_trunk")
YAWS: Final = (-40, -20, -10, 10, 20, 30, 40, 50, 60)
"""Camera angles that have a row of their own, degrees; straight from the side is the base case."""

BY_YAW: Final = ((20.0, "all, yaw to 20°"), (30.0, "all, yaw over 20° to 30°"), (np.inf, "all, yaw over 30°"))
RATES_HZ: Final = (24, 60)
SIZES: Final = ((480, 854), (1080, 1920), (2160, 3840))
NEAR: Final = 0.1


@dataclass(frozen=True, slots=True)
class Row:
    """One condition's errors of one metric, as the card prints them."""

    condition: str
    metric: str
    cells: Mapping[str, str]


def rows(analysis: Analysis) -> tuple[Row, ...]:
    """The rows that match, pooled ones first; a condition that the card does not have is left out."""
    card = _card()
    return tuple(
        Row(condition, wording.name(metric), card[metric][condition])
        for condition in conditions(analysis)
        for metric in SHOWN
        if condition in card.get(metric, {})
    )


def conditions(analysis: Analysis) -> tuple[str, ...]:
    """Names of the card's conditions that this clip shares."""
    yaw_deg = analysis.view.yaw_deg.value
    found = [] if np.isnan(yaw_deg) else [next(name for limit, name in BY_YAW if abs(yaw_deg) <= limit)]
    found.append("random mixtures")
    if not np.isnan(yaw_deg):
        found.append(_nearest_yaw(yaw_deg))
    found += ["facing left"] if analysis.view.facing == "left" else []
    found += list(dict.fromkeys(rep.rep.style.replace("romanian", "Romanian") for rep in analysis.reps))
    found += [f"{rate} Hz" for rate in RATES_HZ if abs(analysis.video.rate_hz / rate - 1) < NEAR]
    size = sorted((analysis.video.width, analysis.video.height))
    found += [f"{a} × {b}" for a, b in SIZES if abs(size[0] / a - 1) < NEAR and abs(size[1] / b - 1) < NEAR]
    return tuple(found)


def _nearest_yaw(yaw_deg: float) -> str:
    nearest = min((0, *YAWS), key=lambda known: abs(known - yaw_deg))
    return "base case" if nearest == 0 else f"yaw {nearest:+d}°".replace("-", "−")


@cache
def _card() -> Card:
    found: Card = json.loads((Path(__file__).parent / "error_card.json").read_text(encoding="utf-8"))
    return found
