"""Part of stage 6: where the angles count from.

In: what the spine model reads from each frame alone, and when the lifter bends.  Out: the posture from which changes
are counted, how far it is from the lifter's own standing, and how sure that is (`Zero`).  Why: people post one pull,
cut at the floor, so there is often no quiet standing.  Whatever posture is the reference, its own distance from
standing is known as well as the model reads it, and that error belongs to every angle.

Sources, the best first (`find`):

1. Quiet standing before the first or after the last bend.  It is zero by definition.  Standing in another clip of the
   lifter, if it is given, takes its place; another camera and other clothes make that less sure (`elsewhere`).
2. Other upright frames, such as lockouts; those in which the trunk keeps still, if there are any.  A lockout is near
   standing (LOCKOUT_SD_DEG).  The model also reads how far it is from standing.  Both are weighed by their errors.
3. None: then each frame counts from the standing that people in general have, as the model has learnt it.

Whether a frame is upright has a probability (`upright`).  It follows from the model's own reading of the
thoraco-lumbar junction and of the thigh and from their errors.  So a knee that a plate hides makes a frame less sure,
not less upright.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy

from hingecheck import posture
from hingecheck.filtering import lasting_s
from hingecheck.records import Bools, Code, Floats, Observed
from hingecheck.spine.segments import JUNCTION, THIGH

UPRIGHT_DEG: Final = (20.0, 30.0)
"""Largest pitch of the thoraco-lumbar junction and of the thigh of an upright lifter, in degrees.  The thigh may be
farther off: many lock out with soft knees.  Own choice, from real clips cut at the floor."""

LEAST_UPRIGHT: Final = 0.5
"""Smallest probability of an upright frame that counts as upright: more probable than not."""

SHORTEST_S: Final = 0.2
"""Shortest standing that is used, in seconds, summed over all its frames."""

LOCKOUT_SD_DEG: Final = 3.0
"""SD of the difference between lockout and quiet standing, in degrees.  Own choice: some lean back, some stop short."""

ELSEWHERE_SD_DEG: Final = (2.7, 3.4, 2.9, 0.0, 2.4, 2.6, 0.4)
"""SD that standing in another clip adds to each of the seven angles, in degrees, on 90 drawn lifters: another camera
within 20 degrees of the side, the same clothes or others (`python -m models.spine.elsewhere`).  Other clothes add
little: the lumbar spine has 3.1 in the same ones."""


@dataclass(frozen=True)
class Zero:
    """The posture from which changes are counted.

    `code` (C,): the model's code of it.  `image_deg` (3,): pitch of trunk, thigh and shank in the picture, in degrees.
    `origin`: which frames it comes from.  `at_deg`, `sd_deg` (7,): its angles from the lifter's own standing, and their
    SD, in degrees.
    """

    code: Floats
    image_deg: Floats
    origin: Code
    at_deg: Floats
    sd_deg: Floats


@dataclass(frozen=True)
class Alone:
    """What the model reads from each of N frames without a reference; NaN where it cannot read.

    `code` (N, C).  `image_deg` (N, 3): pitch of trunk, thigh and shank in the picture.  `angle_deg`, `sd_deg` (N, 7):
    angles from the standing of people in general, and their SD, in degrees.
    """

    code: Floats
    image_deg: Floats
    angle_deg: Floats
    sd_deg: Floats


def upright(alone: Alone) -> Bools:
    """Frames (N,) that are upright with a probability of at least LEAST_UPRIGHT; see the module."""
    chance = np.ones(len(alone.code))
    for column, limit_deg in zip((JUNCTION, THIGH), UPRIGHT_DEG, strict=True):
        at_deg, sd_deg = alone.angle_deg[:, column], alone.sd_deg[:, column]
        chance *= scipy.special.ndtr((limit_deg - at_deg) / sd_deg) - scipy.special.ndtr((-limit_deg - at_deg) / sd_deg)
    return np.asarray(chance >= LEAST_UPRIGHT)


def find(observed: Observed, alone: Alone) -> tuple[Zero | None, Bools]:
    """The zero of a clip and the frames (N,) that it comes from; None and no frames if nobody is seen upright."""
    time_s, standing = observed.track.time_s, upright(alone)
    outside = posture.outside_bends(observed.track, observed.view.facing_sign)
    still = posture.keeps_still(time_s, alone.angle_deg[:, JUNCTION])
    # 1
    quiet: Bools = standing & still & outside
    if lasting_s(time_s, quiet) >= SHORTEST_S:
        nowhere = np.zeros(alone.angle_deg.shape[1])
        return _zero(alone, quiet, Code.STANDING_AROUND, (nowhere, nowhere)), quiet
    # 2
    for frames in (standing & still, standing):
        if lasting_s(time_s, frames) >= SHORTEST_S:
            return _zero(alone, frames, Code.STANDING_BETWEEN, _weighed(alone, frames)), frames
    # 3
    return None, np.zeros(len(standing), bool)


def elsewhere(found: Zero) -> Zero:
    """The zero of a clip as the zero of another clip of the same lifter."""
    sd_deg = np.hypot(found.sd_deg, np.array(ELSEWHERE_SD_DEG))
    return replace(found, origin=Code.STANDING_ELSEWHERE, sd_deg=sd_deg)


def _weighed(alone: Alone, frames: Bools) -> tuple[Floats, Floats]:
    """Angles (7,) of upright frames (N,) from own standing, and their SD: the model's reading and LOCKOUT_SD_DEG.

    The readings of a clip share their error, so it does not shrink with the number of frames.
    """
    read_deg, read_sd_deg = alone.angle_deg[frames].mean(axis=0), alone.sd_deg[frames].mean(axis=0)
    weight = LOCKOUT_SD_DEG**2 / (LOCKOUT_SD_DEG**2 + read_sd_deg**2)
    return weight * read_deg, np.sqrt(weight) * read_sd_deg


def _zero(alone: Alone, frames: Bools, origin: Code, at: tuple[Floats, Floats]) -> Zero:
    """The zero from some frames (N,)."""
    return Zero(alone.code[frames].mean(axis=0), np.median(alone.image_deg[frames], axis=0), origin, *at)
