"""Part of stage 7: estimate where the knee is when plates hide it.

In: hip, knee and ankle in sagittal pixels, and the frames of the lifter's own standing.  Out: a better knee, and how
far the two estimates of it differ.  Why: the pose model guesses a hidden knee, and guesses it too straight.

Steps:

1. Construct a second knee from hip and ankle and from the lengths of thigh and shank in standing (`constructed`).
2. Take the knee halfway between the seen and the constructed one while the trunk is bent (`combined`).  The seen knee
   is too straight.  The constructed knee is too far forward by about as much, because a thigh that turns out of the
   picture looks shorter.
3. Measure how far the two differ (`difference_deg`).  If they differ much, one of them is wrong altogether: the knee is
   not reported beyond MOST_APART_DEG, and less sure below it (`less_sure`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from hingecheck.geometry import length, pitch_deg, thigh_pitch_deg
from hingecheck.records import Angle, Bools, Floats

CONSTRUCTED_SHARE: Final = 0.5
"""Weight of the constructed knee while the trunk is bent: halfway between the two."""

LONG: Final = 0.9
"""Quantile of a segment's length over a clip that counts as its length, where nobody stands."""

FROM_LEAN_DEG, TO_LEAN_DEG = 20.0, 45.0
"""Trunk lean at which the weight of the constructed knee starts to grow, and at which it is full, in degrees.  Below
the first the legs are straight."""

MOST_APART_DEG: Final = 65.0
"""Largest difference between the two knees with which the knee is reported, in degrees of flexion.  In bent frames of
197 rendered sets the reading is off by 4 to 5 degrees in the median where they differ by less than 20 degrees, and by
28 degrees where they differ by more than 70."""

DOUBT: Final = 0.3
"""SD added to the knee's flexion for each degree of difference, in quadrature.  Own choice, from the random mixtures of
the error card.  The 90 % interval then holds the errors of 85 % of the bent frames; without it, of 75 %."""


def constructed(leg: tuple[Floats, Floats, Floats], standing: Bools) -> Floats:
    """The knee (N, 2) in sagittal pixels that fits hip, ankle and the lengths of thigh and shank.

    `leg`: hip, knee and ankle, (N, 2) each.  `standing` (N,): the frames in which the lengths are measured.  Without
    any, the lengths are the LONG quantile over the clip, because a segment only ever looks shorter.  The knee is where
    two circles meet: the thigh's length around the hip and the shank's around the ankle.  Of the two points, it is the
    one ahead.
    """
    hip, knee, ankle = leg
    thigh_px, shank_px = (_length_px(length(a - b), standing) for a, b in ((hip, knee), (knee, ankle)))
    line = hip - ankle
    reach_px = np.clip(length(line), abs(thigh_px - shank_px), thigh_px + shank_px)
    up = line / length(line)[:, None]
    forward = np.stack([up[:, 1], -up[:, 0]], axis=1)
    along_px = (shank_px**2 - thigh_px**2 + reach_px**2) / (2 * reach_px)
    aside_px = np.sqrt(np.maximum(shank_px**2 - along_px**2, 0.0))
    return np.asarray(ankle + along_px[:, None] * up + aside_px[:, None] * forward)


def _length_px(length_px: Floats, standing: Bools) -> float:
    """Length of a segment of the leg, in pixels; NaN if it is never seen."""
    if np.isnan(length_px).all():
        return float("nan")
    return float(np.nanmedian(length_px[standing]) if standing.any() else np.nanquantile(length_px, LONG))


def combined(seen: Floats, constructed: Floats, lean_deg: Floats) -> Floats:
    """The knee (N, 2) between the seen and the constructed one.

    The more the trunk leans (`lean_deg` (N,)), the more the constructed knee counts.  Where it is NaN, the result is
    the seen knee.
    """
    weight = CONSTRUCTED_SHARE * np.clip((lean_deg - FROM_LEAN_DEG) / (TO_LEAN_DEG - FROM_LEAN_DEG), 0, 1)
    unknown = np.isnan(constructed).any(axis=1, keepdims=True)
    return np.where(unknown, seen, seen + weight[:, None] * (constructed - seen))


def difference_deg(leg: tuple[Floats, Floats, Floats], constructed: Floats) -> Floats:
    """Flexion (N,) with the seen knee of a leg (hip, knee, ankle) minus that with the constructed knee, in degrees.

    NaN where there is no constructed knee.
    """
    hip, knee, ankle = leg
    seen_deg, constructed_deg = (thigh_pitch_deg(hip, at) + pitch_deg(ankle, at) for at in (knee, constructed))
    return np.asarray(seen_deg - constructed_deg)


def less_sure(flexion: Angle, apart_deg: Floats) -> Angle:
    """The knee's flexion with a larger bias SD, the more so the more the two knees differ (`apart_deg` (N,))."""
    doubt_deg = DOUBT * np.abs(np.nan_to_num(apart_deg))
    return replace(flexion, bias_sd_deg=np.hypot(flexion.bias_sd_deg, doubt_deg))
