"""Two lines that can be drawn on the back, to check the angles of pelvis and lumbar spine by eye.

In: the back's edge in the frames of the lifter's own standing.  Out: how the back leans there (`tangents`).
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np

from hingecheck.geometry import pitch_deg, sagittal, slope_deg
from hingecheck.records import Bools, Observed, Tangent

TANGENT_HALF_WINDOW: Final = 0.15
"""Half the length of the back's edge over which its slope is fitted, in trunk lengths."""

TANGENTS: Final[tuple[tuple[str, Literal["pelvis_tilt", "junction"], float], ...]] = (
    ("pelvis", "pelvis_tilt", 0.15),
    ("lumbar", "junction", 0.70),
)
"""Lines that can be drawn on the back: name, angle, and station of the sacrum or of the thoraco-lumbar junction."""


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
