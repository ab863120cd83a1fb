"""Keeps thumbnails of a clip while it is read: small grey pictures.

In: the frames of a clip.  Out: `Thumbnails`.  Why: later stages compare pictures of the whole clip, for the camera's
motion and for the bar, but the frames themselves are too large to keep.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import cv2
import numpy as np

from hingecheck.records import Bytes, Frame, Thumbnails

HEIGHT_PX: Final = 256
"""Largest height of a thumbnail, in pixels."""

BLUR_PX: Final = 1.2
"""SD of the Gaussian blur against noise, in pixels of the thumbnail."""

ENLARGED: Final = 2
"""Factor by which `pictures` enlarges thumbnails."""

STEP_S: Final = 0.12
"""Smallest time between two thumbnails, in seconds."""

MOST: Final = 512
"""Largest number of thumbnails.  More are thinned out to half: 20 MB for an upright clip of any length, 60 MB for a
wide one."""


class Keeper:
    """Keeps thumbnails of the frames that pass through it."""

    def __init__(self) -> None:
        self._grey: list[Bytes] = []
        self._time_s: list[float] = []
        self._step_s = STEP_S
        self._place = (1.0, (0.0, 0.0))

    def watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames; one every STEP_S is kept as a thumbnail."""
        for frame in frames:
            if self.wants(frame.time_s):
                self.keep(frame)
            yield frame

    def wants(self, time_s: float) -> bool:
        """True if the frame at a time in seconds is to be kept."""
        return not self._time_s or time_s >= self._time_s[-1] + self._step_s

    def keep(self, frame: Frame) -> None:
        """Keep a frame; above MOST thumbnails, drop every second one and double the step."""
        shrink = min(1.0, HEIGHT_PX / frame.rgb.shape[0])
        small = cv2.resize(frame.rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), BLUR_PX)
        self._grey.append(np.asarray(grey, np.uint8))
        self._time_s.append(frame.time_s)
        self._place = (frame.scale * shrink, frame.origin_px)
        if len(self._time_s) > MOST:
            self._grey, self._time_s, self._step_s = self._grey[::2], self._time_s[::2], 2 * self._step_s

    def thumbnails(self) -> Thumbnails:
        """The thumbnails that were kept; at least one frame must have passed.  The keeper is empty afterwards."""
        (scale, origin_px), time_s, grey = self._place, np.array(self._time_s), np.stack(self._grey)
        self._grey, self._time_s = [], []
        return Thumbnails(time_s, grey, scale, origin_px)


def pictures(thumbnails: Thumbnails, count: int) -> list[Frame]:
    """`count` of the thumbnails at even distances, enlarged by ENLARGED, as frames."""
    chosen = np.unique(np.linspace(0, len(thumbnails.grey) - 1, count).round().astype(int))
    large = [
        cv2.resize(thumbnails.grey[i], None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_LINEAR) for i in chosen
    ]
    return [
        Frame(
            float(thumbnails.time_s[i]),
            np.repeat(np.asarray(grey, np.uint8)[..., None], 3, axis=2),
            thumbnails.scale * ENLARGED,
            thumbnails.origin_px,
        )
        for i, grey in zip(chosen, large, strict=True)
    ]
