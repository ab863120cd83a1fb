"""What is read from a video: frames, facts about the file, thumbnails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hingecheck.records.arrays import Bools, Bytes, Floats, check, check_time
from hingecheck.records.reasons import Reason

TURNS_DEG: Final = (0, 90, 180, 270)
"""Turns of a picture, in degrees."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One decoded picture: upright, scaled and perhaps cropped.

    `rgb` (h, w, 3) holds the colours.  Its pixel in row i and column j lies at display pixel
    `origin_px` + (j, i) / `scale`.
    """

    time_s: float
    rgb: Bytes
    scale: float
    origin_px: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Repairs:
    """What the user says about a clip that its file does not say.

    `turn_deg`: turn the picture clockwise by this, after what the file asks for.  `slow_motion`: how many times slower
    than the lift the film is.
    """

    turn_deg: int = 0
    slow_motion: float = 1.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest clip that is read.  `pixels`: those of one picture; the default allows 8K."""

    pixels: int = 40_000_000
    frames: int = 300_000
    duration_s: float = 3600.0


NO_LIMITS: Final = Limits(2**31 - 1, 2**31 - 1, float("inf"))
"""For a clip that was analyzed already.  FFmpeg takes no larger number."""


@dataclass(frozen=True, slots=True)
class VideoInfo:
    """Facts about a clip after reading it.

    `width` and `height` are those of the upright picture.  `rotation_deg` is the counter-clockwise rotation that the
    file asks for and that reading applied, after the mirror if it asks for one (`mirrored`).  `repairs`: what the user
    said.  `frames_failed` counts the frames that could not be decoded.  `gaps_s`: times without a picture, from the
    last frame before to the first after.  `cuts_s`: times of the first frames after a cut.  `notes`: what makes the
    clip hard to measure.
    """

    file: str
    sha256: str
    width: int
    height: int
    duration_s: float
    frames_read: int
    frames_failed: int
    rotation_deg: int
    rate_hz: float
    mirrored: bool = False
    repairs: Repairs = Repairs()
    gaps_s: tuple[tuple[float, float], ...] = ()
    cuts_s: tuple[float, ...] = ()
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Thumbnails:
    """Small grey pictures of a clip: `grey` (M, h, w) at `time_s` (M,).

    The display pixel x lies at thumbnail pixel (x - `origin_px`) * `scale`.
    """

    time_s: Floats
    grey: Bytes
    scale: float
    origin_px: tuple[float, float]

    def __post_init__(self) -> None:
        check(self, {"grey": (len(self.time_s), -1, -1)})
        check_time(self.time_s)

    def those(self, wanted: Bools) -> Thumbnails:
        """Some of the pictures (M,).  If they lie in a row, they share their memory with these."""
        rows = np.flatnonzero(wanted)
        in_a_row = len(rows) > 0 and rows[-1] - rows[0] == len(rows) - 1
        chosen = slice(rows[0], rows[-1] + 1) if in_a_row else rows
        return replace(self, time_s=self.time_s[chosen], grey=self.grey[chosen])
