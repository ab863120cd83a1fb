"""The end of stage 7: angles are less sure where no picture was seen.

In: the angles of every frame, and the times of the frames that show something new.  Out: the same angles with wider
errors around times without a picture: a low rate, a gap, a frozen picture.  Why: there the angles are interpolated.  A
clip with fourteen new pictures a second and more keeps its intervals.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, Final

import numpy as np

from hingecheck.records import Angle, AngleTrack, Floats

TURN_DEG_S: Final = 20.0
"""SD of an interpolated angle for each second without a picture, in degrees per second.  Learnt from four drawn pulls
with rates of 4 to 10 Hz and gaps of 0.15 to 0.6 s at random places (`python -m samples.edits learn`): 11 to 15 for
trunk, pelvis, low back and knee, 20 for the hips.  It hardly depends on how fast the angle changes."""


def widened(track: AngleTrack, new_s: Floats) -> AngleTrack:
    """The angles with the errors of times without a picture.  `new_s` (F,): times of frames that show something new."""
    track = replace(track, new_s=new_s)
    unseen_deg = TURN_DEG_S * track.blind_s(track.time_s)
    if not unseen_deg.any():
        return track
    values: dict[str, Any] = {}
    for field in fields(track):
        angle = getattr(track, field.name)
        if isinstance(angle, Angle):
            values[field.name] = replace(angle, noise_sd_deg=np.hypot(angle.noise_sd_deg, unseen_deg))
    return replace(track, **values)
