"""Sets as real clips show them: simulated turns are cleaner than those of a pose network behind plates.

In: labelled sets.  Out: copies whose numbers are disturbed.  Why: tables that are counted on clean turns take every
misplaced hip for something else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.segmentation.labels import Labelled

ROUGHNESS = (0.0, 0.5, 1.0, 2.0)
"""Factors of the disturbance; each copy of a set gets one of them."""

LOW, HIGH, ARM, REST = 0.03, 0.03, 0.06, 0.25
"""SDs of the disturbance: heights and lengths in leg lengths, rest as a natural logarithm."""

BENT_DEG, KNEE_DEG, STRAIGHT_DEG = 6.0, 9.0, 4.0
"""SDs of the disturbance, in degrees: the landmarks' errors in models/POSE.md."""

BOTTOM = 0.04
"""SD of the depth of Romanian repetitions within a set, in leg lengths: nothing stops them at the same height."""

LEAST_MISSED_DEG = 22.0
"""Smallest trunk-thigh angle at the top of a pull that fails, in degrees: a lifter who stands locks out."""

MISSED, MISSED_DEG = 0.2, 20.0
"""SDs of where a pull fails, as a share of the way, and in degrees of the trunk-thigh angle: anywhere."""


def roughened(clean: Labelled, random: np.random.Generator) -> Labelled:
    """A copy of a set with disturbed numbers."""
    seen, scale = clean.seen, float(random.choice(ROUGHNESS))
    bends, moments = len(seen.low), len(seen.high)

    def noise(size: int, sd: float) -> np.ndarray:
        return random.normal(0.0, scale * sd, size)

    missed = np.array([state == "missed" for state in clean.states])
    fails_at = random.normal(0.0, 1.0, moments) * missed
    low = seen.low + noise(bends, LOW) + (clean.type == "romanian") * random.normal(0.0, BOTTOM, bends)
    disturbed = replace(
        seen,
        low=low,
        rest=seen.rest + noise(bends, REST),
        bent_deg=seen.bent_deg + noise(bends, BENT_DEG),
        knee_deg=seen.knee_deg + noise(bends, KNEE_DEG),
        arm=seen.arm + noise(bends, ARM),
        high=seen.high - np.abs(noise(moments, HIGH)) + fails_at * MISSED * (seen.top - clean.level),
        straight_deg=np.maximum(
            seen.straight_deg + np.abs(noise(moments, STRAIGHT_DEG)) - fails_at * MISSED_DEG, LEAST_MISSED_DEG * missed
        ),
    )
    level = float(low.min()) if clean.type == "romanian" else clean.level
    return replace(clean, seen=disturbed, level=level)
