"""Find the frames of the lifter's own standing, which is the zero of all spine angles, and how the back leans there.

In: the landmarks and the back's edge in a clip (`Observed`), and which frames the spine model can read.  Out: a mark
per frame (`own_standing`), and two lines that can be drawn on the back to check the angles by eye (`tangents`).
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from hingecheck import posture
from hingecheck.filtering import lasting_s
from hingecheck.geometry import pitch_deg, sagittal, slope_deg
from hingecheck.records import Bools, Observed, Tangent, Words

SHORTEST_STANDING_S: Final = 0.2
"""Shortest standing that is used as the zero, in seconds, summed over all its frames."""

TANGENT_HALF_WINDOW: Final = 0.15
"""Half the length of the back's edge over which its slope is fitted, in trunk lengths."""

TANGENTS: Final[tuple[tuple[str, Literal["pelvis_tilt", "junction"], float], ...]] = (
    ("pelvis", "pelvis_tilt", 0.15),
    ("lumbar", "junction", 0.70),
)
"""Lines that can be drawn on the back: name, angle, and station of the sacrum or of the thoraco-lumbar junction."""


def own_standing(observed: Observed, reason: Words) -> Bools:
    """Frames (N,) in which the lifter stands upright and still; none if they last less than SHORTEST_STANDING_S.

    `reason` (N,): why a frame cannot be read, "" where it can.

    1. Take the frames before the first and after the last bend, where no load pulls on the lifter.
    2. If they are too few, take all upright and still frames, also those between the bends.
    """
    track, sign = observed.track, observed.view.facing_sign
    upright = posture.stands_upright(track, sign) & posture.keeps_still(track, sign) & (reason == "")
    # 1
    quiet: Bools = upright & posture.outside_bends(track, sign)
    if lasting_s(track.time_s, quiet) >= SHORTEST_STANDING_S:
        return quiet
    # 2
    return upright if lasting_s(track.time_s, upright) >= SHORTEST_STANDING_S else np.zeros(len(reason), bool)


def tangents(observed: Observed, standing: Bools) -> tuple[Tangent, ...]:
    """Lines along the back over the sacrum and over the thoraco-lumbar junction.

    Each holds the lean of the back's edge in standing.  None if the edge is not seen there in standing.
    """
    contour, view = observed.contour, observed.view
    if not standing.any():
        return ()
    spacing = float(contour.station[1] - contour.station[0])
    edge = np.where(contour.valid[standing, view.dorsal], contour.offset[standing, view.dorsal], np.nan)
    slope = slope_deg(edge, spacing, round(TANGENT_HALF_WINDOW / spacing))
    axis_deg = pitch_deg(np.zeros(2), sagittal(contour.axis_px[standing], view.facing_sign))
    lines = []
    for name, segment, station in TANGENTS:
        edge_deg = axis_deg - slope[:, int(np.argmin(np.abs(contour.station - station)))]
        if np.isnan(edge_deg).all():
            return ()
        lines.append(Tangent(name, segment, station, float(np.nanmedian(edge_deg))))
    return tuple(lines)
