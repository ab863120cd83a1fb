"""Frames of the lifter's own standing: the zero of all spine angles."""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck import posture
from hingecheck.filtering import lasting_s
from hingecheck.records import Bools, Observed, Words

SHORTEST_STANDING_S: Final = 0.2
"""The lifter stands for at least so long, all frames together."""


def own_standing(observed: Observed, reason: Words) -> Bools:
    """Frames (N,) of the lifter's own standing: before the first or after the last lift if possible."""
    track, sign = observed.track, observed.view.facing_sign
    upright = posture.stands_upright(track, sign) & posture.keeps_still(track, sign) & (reason == "")
    quiet: Bools = upright & posture.outside_bends(track, sign)
    if lasting_s(track.time_s, quiet) >= SHORTEST_STANDING_S:
        return quiet
    return upright if lasting_s(track.time_s, upright) >= SHORTEST_STANDING_S else np.zeros(len(reason), bool)
