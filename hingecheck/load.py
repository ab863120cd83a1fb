"""Beside stage 8: did what the lifter holds leave the floor?  Small pictures of the lifter upright are compared.

Where plates lie on the floor in one of two upright moments and hang from the hands in the other, the picture
around the feet differs; where nothing was lifted in between, or nothing can be seen of it, it is the same.  So
moments fall into groups of like pictures.  Two groups tell which pulls were real; one tells nothing (a bar
without plates, dark plates on a dark floor, a Romanian set, or no load at all).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.geometry import length
from hingecheck.records import Bools, Bytes, Floats, Frame, Glimpses, PoseTrack

HEIGHT_PX: Final = 128
STEP_S: Final = 0.12
MOST: Final = 1024
"""More pictures than this are thinned out to half: about 10 MB for a clip of any length."""

BESIDE, ABOVE, BELOW = 0.55, 0.10, 0.15
"""The part around the feet that is compared, in leg lengths: to the sides of the hands, above the knees, below the
ankles."""

AWAY: Final = 1.0
"""Farther than this many leg lengths to the side nobody reaches: what differs there is the camera's or the light's."""

LEVEL: Final = 9.0
"""Grey levels of 255 by which a blurred picture must differ."""

SAME, OTHER = 0.04, 0.09
"""Share of the part that differs: like below, unlike above."""

MOST_AWAY: Final = 0.10
SHIFTS_PX: Final = 2


class Keeper:
    """Keeps small grey pictures of the frames that pass through it."""

    def __init__(self) -> None:
        self._grey: list[Bytes] = []
        self._time_s: list[float] = []
        self._step_s = STEP_S
        self._place = (1.0, (0.0, 0.0))

    def watch(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames; every STEP_S one of them is kept small."""
        for frame in frames:
            if not self._time_s or frame.time_s >= self._time_s[-1] + self._step_s:
                self._keep(frame)
            yield frame

    def _keep(self, frame: Frame) -> None:
        shrink = min(1.0, HEIGHT_PX / frame.rgb.shape[0])
        small = cv2.resize(frame.rgb, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
        self._grey.append(np.asarray(cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 0.8), np.uint8))
        self._time_s.append(frame.time_s)
        self._place = (frame.scale * shrink, frame.origin_px)
        if len(self._time_s) > MOST:
            self._grey, self._time_s, self._step_s = self._grey[::2], self._time_s[::2], 2 * self._step_s

    def glimpses(self) -> Glimpses:
        """What was kept."""
        scale, origin_px = self._place
        return Glimpses(np.array(self._time_s), np.stack(self._grey), scale, origin_px)


def groups(glimpses: Glimpses, track: PoseTrack, upright_s: Sequence[float]) -> list[int] | None:
    """For each of some upright moments the number of its group of like pictures, from 0; None if it cannot be said."""
    place = _place(glimpses, track)
    if place is None or len(upright_s) < 2:
        return None
    part, away = place
    pictures = [glimpses.grey[int(np.argmin(np.abs(glimpses.time_s - t)))].astype(np.float32) for t in upright_s]
    found: list[list[int]] = []
    for index, picture in enumerate(pictures):
        told = [_alike(picture, pictures[group[0]], part, away) for group in found]
        if any(answer is None for answer in told):
            return None
        if True in told:
            found[told.index(True)].append(index)
        else:
            found.append([index])
    number = {index: group for group, members in enumerate(found) for index in members}
    return [number[index] for index in range(len(pictures))]


def differ(glimpses: Glimpses, track: PoseTrack, first_s: float, second_s: float) -> float:
    """Share of the part around the feet that differs between two moments, 0..1; NaN if it cannot be said."""
    place = _place(glimpses, track)
    if place is None:
        return float("nan")
    a, b = (glimpses.grey[int(np.argmin(np.abs(glimpses.time_s - t)))].astype(np.float32) for t in (first_s, second_s))
    return _difference(a, b, place[0], place[1])[0]


def _place(glimpses: Glimpses, track: PoseTrack) -> tuple[Bools, Bools] | None:
    """Pixels (h, w) around the feet, and those that the lifter does not reach."""
    hip, ankle, knee = (track.middle_px(pair) for pair in (landmarks.HIPS, landmarks.ANKLES, landmarks.KNEES))
    if np.isnan(hip).all():
        return None
    leg_px = float(np.nanquantile(length(hip - ankle), 0.9))
    foot, knee_y = np.nanmedian(ankle, axis=0), float(np.nanmedian(knee[:, 1]))
    rows, columns = np.indices(glimpses.grey.shape[1:])
    x, y = (
        (grid + 0.5) / glimpses.scale + origin for grid, origin in zip((columns, rows), glimpses.origin_px, strict=True)
    )
    aside = np.abs(x - foot[0]) / leg_px
    part = (aside < BESIDE) & (y > knee_y - ABOVE * leg_px) & (y < foot[1] + BELOW * leg_px)
    return (part, aside > AWAY) if part.sum() >= 50 else None


def _alike(a: Floats, b: Floats, part: Bools, away: Bools) -> bool | None:
    inside, outside = _difference(a, b, part, away)
    if outside > MOST_AWAY or SAME <= inside <= OTHER:
        return None
    return inside < SAME


def _difference(a: Floats, b: Floats, part: Bools, away: Bools) -> tuple[float, float]:
    """Shares of the part and of what is away that differ, for the shift of the camera that makes them least."""
    best = (1.0, 1.0)
    for rows in range(-SHIFTS_PX, SHIFTS_PX + 1):
        for columns in range(-SHIFTS_PX, SHIFTS_PX + 1):
            unlike = np.abs(a - np.roll(b, (rows, columns), (0, 1))) > LEVEL
            shares = (float(unlike[part].mean()), float(unlike[away].mean()) if away.any() else 0.0)
            best = min(best, shares)
    return best
