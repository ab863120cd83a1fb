"""Part of stage 9: how far and how fast the bar rises in a repetition, and how much velocity the set loses.

In: the bar in every frame (`BarTrack`), the events of a repetition.  Out: displacement in metres, mean and peak
concentric velocity in metres a second (`describe`), and the velocity loss over the set in percent (`loss`), each with
its interval or the reason why it is not measured.

Definitions.  All are vertical, as a linear transducer measures them (Benavides-Ubric et al. 2020, J Sports Sci Med
19:452-459).

- Displacement: from the resting height, or from the lowest point where the bar turns round, to the top.
- Mean concentric velocity: the mean vertical velocity from lift-off (1 cm above that height) to lockout (1 cm below the
  top).  A pause on the way up counts.  A device that counts from rest to rest reads less.
- Peak concentric velocity: the largest vertical velocity in this time.
- Velocity loss: how much slower the last complete repetition is than the fastest one, in percent of the fastest one
  (Sanchez-Medina and Gonzalez-Badillo 2011, Med Sci Sports Exerc 43:1725).

Steps (`describe`):

1. Take the bar from a moment before the pull to a moment after the top; it must be followed all along (LEAST_KNOWN).
2. Find the two resting heights: the median within a centimetre of the lowest and of the highest place.
3. From the middle of the way, look back for lift-off and ahead for lockout, between frames.
4. Widen each interval by the errors of the scale, of places and of instants (`SCALE_SD`, `PLACE_SD_M`, `INSTANT_SD_S`,
   `PEAK_SD_M_S`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck.records import BarTrack, Code, Floats, Measure, Reason, Rep, RepMetrics

NAMES: Final = ("bar_displacement_m", "mean_concentric_velocity_m_s", "peak_concentric_velocity_m_s")
"""The metrics of a repetition, in this order."""

LOSS: Final = "velocity_loss_percent"
"""The metric of a set."""

AROUND_S: Final = 0.2
"""Time before the pull and after the top in which the bar rests or turns round, in seconds."""

RISEN_M: Final = 0.01
"""Rise at lift-off, and distance below the top at lockout, in metres (the contract's)."""

SMALLEST_M: Final = 0.1
"""Smallest displacement that is a pull, in metres."""

LEAST_KNOWN: Final = 0.9
"""Smallest share of the frames of a pull in which the bar must be followed."""

LONGEST_STEP_S: Final = 0.3
"""Longest time between two looks with which a velocity is measured, in seconds.  Clips of over two minutes have longer
ones."""

SCALE_SD: Final[Mapping[str, float]] = {"plates": 0.025, "height": 0.10, "recorded": 0.02}
"""SD of each scale, as a share.  Plates: with a clear rim the root mean square error of displacements is 1.5 % over 40
pulls of 13 rendered clips by another hand, 2.0 and 3.1 % over 14 and 6 others; without one it is 2.9 %.  Height: 10 %
over 18 fresh pulls.  Recorded: own choice."""

PLACE_SD_M: Final[Mapping[str, float]] = {"plates": 0.005, "end": 0.01, "hands": 0.02}
"""SD of a displacement because places are misread, in metres: of 450-mm plates, of small plates or a bare end, of
hands."""

INSTANT_SD_S: Final[Mapping[str, float]] = {"plates": 0.03, "end": 0.08, "hands": 0.12}
"""SD of the time between lift-off and lockout, in seconds.  Plates: 4 % of 0.8 s over the same 37 pulls.  The others:
from the errors of the mean velocity over 18 and 4 pulls by the height."""

PEAK_SD_M_S: Final[Mapping[str, float]] = {"plates": 0.04, "end": 0.08, "hands": 0.15}
"""SD of the peak velocity because places are misread, in metres a second: the root mean square errors are 0.04 by
plates, 0.19 by bare ends and 0.13 by hands, the scale included."""

USUAL_STEP_S: Final = 0.12
"""Time between two looks at which these errors were measured, in seconds.  They grow with longer steps."""

LEAST_UNSURE: Final = 0.01
"""Smallest SD of a mean velocity without that of the scale, as a share."""

FEWEST: Final = 2
"""Smallest number of repetitions that lose velocity."""


@dataclass(frozen=True, slots=True)
class Pull:
    """One way up: `way_m` from rest to the top, `concentric_s` from lift-off to lockout, `peak_m_s` in this time."""

    way_m: float
    concentric_s: float
    peak_m_s: float


def describe(bar: BarTrack | None, rep: Rep) -> dict[str, Measure]:
    """The metrics of NAMES of one repetition."""
    reason = _not_scaled(bar, rep)
    pull = None if bar is None or reason else _pull(bar, rep)
    if bar is None or pull is None:
        return dict.fromkeys(NAMES, Measure.missing(reason or Code.BAR_UNSEEN))
    mean_m_s = (pull.way_m - 2 * RISEN_M) / pull.concentric_s
    scale, coarse = SCALE_SD[bar.scale], max(1.0, bar.step_s / USUAL_STEP_S)
    followed = "plates" if bar.scale == "plates" else bar.by
    place_m, peak_m_s = PLACE_SD_M[followed], coarse * PEAK_SD_M_S[followed]
    instant = coarse * INSTANT_SD_S[followed] / pull.concentric_s
    return {
        "bar_displacement_m": _within(pull.way_m, scale * pull.way_m, place_m),
        "mean_concentric_velocity_m_s": _within(mean_m_s, scale * mean_m_s, instant * mean_m_s),
        "peak_concentric_velocity_m_s": _within(pull.peak_m_s, scale * pull.peak_m_s, peak_m_s),
    }


def loss(reps: Sequence[RepMetrics]) -> Measure:
    """How much slower the last complete repetition is than the fastest one, in percent of the fastest one.

    The scale is the same in all repetitions, so its error cancels, and only that of the instants counts.
    """
    known = [rep for rep in reps if rep.complete and rep.values[NAMES[1]].known]
    if len(known) < FEWEST:
        missing = next((m for rep in reps if (m := rep.values[NAMES[1]]).reason), None)
        return missing or Measure.missing(Reason(Code.TOO_FEW_REPS, (FEWEST,)))
    mean_m_s = np.array([rep.values[NAMES[1]].value for rep in known])
    unsure = np.array([_unsure(rep) for rep in known])
    fastest = int(np.argmax(mean_m_s))
    kept = float(mean_m_s[-1] / mean_m_s[fastest])
    sd = 100 * kept * float(np.hypot(unsure[-1], unsure[fastest]))
    return Measure.of(100 * (1 - kept), sd).clipped(0.0, 100.0)


def _unsure(rep: RepMetrics) -> float:
    """SD of a mean velocity without that of the scale, which the displacement has as well; as a share."""
    way, mean = (rep.values[name] for name in NAMES[:2])
    return float(np.sqrt(max((mean.sd / mean.value) ** 2 - (way.sd / way.value) ** 2, LEAST_UNSURE**2)))


def _within(value: float, *sds: float) -> Measure:
    """A value of at least 0 with independent errors of these SDs."""
    return Measure.of(value, float(np.linalg.norm(sds))).clipped(0.0, np.inf)


def _not_scaled(bar: BarTrack | None, rep: Rep) -> Code | None:
    """Why nothing can be measured, before the bar is looked at; None if something can."""
    if not rep.complete or np.isnan(rep.lockout_s):
        return rep.no_lockout
    if bar is None or bar.step_s > LONGEST_STEP_S:
        return Code.BAR_UNSEEN
    return Code.NO_SCALE if bar.scale == "" else None


def _pull(bar: BarTrack, rep: Rep) -> Pull | None:
    """The way up in metres; None if the bar is not followed all along."""
    # 1
    frames = (bar.time_s >= rep.onset_s - AROUND_S) & (bar.time_s <= rep.top_s + AROUND_S)
    known = frames & np.isfinite(bar.up)
    if not frames.any() or known.sum() < LEAST_KNOWN * frames.sum():
        return None
    time_s, height_m, speed = bar.time_s[known], bar.leg_m * bar.up[known], bar.leg_m * bar.speed[known]
    # 2
    low_m = float(np.median(height_m[height_m <= height_m.min() + RISEN_M]))
    high_m = float(np.median(height_m[height_m >= height_m.max() - RISEN_M]))
    if high_m - low_m < SMALLEST_M:
        return None
    # 3
    middle = int(np.argmax(height_m >= (low_m + high_m) / 2))
    liftoff_s = _before(time_s, height_m, middle, low_m + RISEN_M)
    lockout_s = -_before(-time_s[::-1], -height_m[::-1], len(time_s) - 1 - middle, -(high_m - RISEN_M))
    rising = (time_s >= liftoff_s) & (time_s <= lockout_s)
    return Pull(high_m - low_m, lockout_s - liftoff_s, float(speed[rising].max())) if rising.sum() > 1 else None


def _before(time_s: Floats, height_m: Floats, middle: int, level_m: float) -> float:
    """The last time before a frame above a level at which the bar rises through it, between frames."""
    below = np.flatnonzero(height_m[:middle] < level_m)
    if not below.size:
        return float(time_s[0])
    at = int(below[-1])
    share = (level_m - height_m[at]) / (height_m[at + 1] - height_m[at])
    return float(time_s[at] + share * (time_s[at + 1] - time_s[at]))
