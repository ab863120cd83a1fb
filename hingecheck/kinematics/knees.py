"""Beside stage 7: where the knee is when plates hide it.

The pose model guesses a hidden knee too straight.  Hip and planted ankle, with the lengths of thigh and shank in the
lifter's own standing, put it somewhere too: too far forward by about as much, because a thigh that turns out of the
picture looks shorter.  Halfway between the two is best; where they are far apart, one of them is wrong altogether.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from hingecheck.geometry import length, pitch_deg, thigh_pitch_deg
from hingecheck.records import Angle, Bools, Floats

BUILT: Final = 0.5
FROM_LEAN_DEG, TO_LEAN_DEG = 20.0, 45.0
"""Share of the built knee once the trunk leans by TO_LEAN_DEG; none before FROM_LEAN_DEG, where legs are straight."""

MOST_APART_DEG: Final = 65.0
"""Knees farther apart than this, in degrees of flexion, are not read: in bent frames of 197 rendered sets readings are
off by 4 to 5 degrees in the middle where the two are within 20 degrees, by 28 where they are more than 70 apart."""

DOUBT: Final = 0.3
"""What each degree of that distance adds to a reading's SD, in quadrature: own choice, by the random mixtures of the
error card.  With it the errors of 85 % of the bent frames lie inside the 90 % interval, without it of 75 %."""


def built(leg: tuple[Floats, Floats, Floats], standing: Bools) -> Floats:
    """The knee (N, 2) that hip and ankle of a leg (hip, knee, ankle) give; NaN without the lifter's own standing."""
    hip, knee, ankle = leg
    if not standing.any():
        return np.full_like(knee, np.nan)
    thigh_px, shank_px = (float(np.nanmedian(length(a - b)[standing])) for a, b in ((hip, knee), (knee, ankle)))
    line = hip - ankle
    reach_px = np.clip(length(line), abs(thigh_px - shank_px), thigh_px + shank_px)
    up = line / length(line)[:, None]
    forward = np.stack([up[:, 1], -up[:, 0]], axis=1)
    along_px = (shank_px**2 - thigh_px**2 + reach_px**2) / (2 * reach_px)
    aside_px = np.sqrt(np.maximum(shank_px**2 - along_px**2, 0.0))
    return np.asarray(ankle + along_px[:, None] * up + aside_px[:, None] * forward)


def steadied(knee: Floats, other: Floats, lean_deg: Floats) -> Floats:
    """The knee (N, 2) between where the model sees it and where it is built, the more so the more the trunk leans."""
    weight = BUILT * np.clip((lean_deg - FROM_LEAN_DEG) / (TO_LEAN_DEG - FROM_LEAN_DEG), 0, 1)
    unknown = np.isnan(other).any(axis=1, keepdims=True)
    return np.where(unknown, knee, knee + weight[:, None] * (other - knee))


def apart_deg(leg: tuple[Floats, Floats, Floats], other: Floats) -> Floats:
    """How much more flexed (N,) the seen knee of a leg (hip, knee, ankle) is than the built one; NaN without one."""
    hip, knee, ankle = leg
    seen_deg, built_deg = (thigh_pitch_deg(hip, at) + pitch_deg(ankle, at) for at in (knee, other))
    return np.asarray(seen_deg - built_deg)


def doubted(flexion: Angle, apart: Floats) -> Angle:
    """The knee's flexion, the less sure (N,) the farther apart, in degrees, the seen and the built knee are."""
    doubt_deg = DOUBT * np.abs(np.nan_to_num(apart))
    return replace(flexion, bias_sd_deg=np.hypot(flexion.bias_sd_deg, doubt_deg))
