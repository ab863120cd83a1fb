"""What is read from a video: frames, facts about the file, thumbnails."""

from __future__ import annotations

from dataclasses import dataclass

from hingecheck.records.arrays import Bytes, Floats, check, check_time


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
class VideoInfo:
    """Facts about a clip after reading it.

    `width` and `height` are those of the upright picture.  `rotation_deg` is the rotation that the file asks for and
    that reading applied.  `frames_failed` counts the frames that could not be decoded.
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
