"""Columns of the spine model's answers, and the pitches in the picture to which some of them are added."""

from __future__ import annotations

from typing import Final

from hingecheck.records import Floats

PELVIS, LUMBAR, JUNCTION, THORACIC, TRUNK, THIGH, SHANK = range(7)
"""Columns of a `SpineReading`; the yaw of the camera is an eighth in single frames."""

IMAGE_TRUNK, IMAGE_THIGH, IMAGE_SHANK = range(3)
"""Columns of the pitches that the landmarks have in the picture."""

ADDED_PITCH: Final = {
    PELVIS: IMAGE_TRUNK,
    JUNCTION: IMAGE_TRUNK,
    TRUNK: IMAGE_TRUNK,
    THIGH: IMAGE_THIGH,
    SHANK: IMAGE_SHANK,
}
"""Columns that the model gives as a difference from a pitch in the picture, and the column of that pitch."""


def with_pitch(answer_deg: Floats, image_deg: Floats) -> Floats:
    """The seven angles (N, 7) of an answer (N, 7), with the pitches (N, 3) in the picture added where they belong."""
    out = answer_deg.copy()
    for column, pitch in ADDED_PITCH.items():
        out[:, column] += image_deg[:, pitch]
    return out
