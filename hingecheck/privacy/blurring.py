"""Blurs heads in the pictures of a clip: the lifter's and everybody else's.

In: head tracks (`head_tracks`) and the lifter's body (`bodies`).  Out: a function that takes a picture and its time and
returns the picture with blurred heads, or None.

For one picture (`retouch`): blur the circle of each track at that time, and nothing else.  While a head cannot be
followed, it may be anywhere: then the picture must not be shown, return None.

Limit: the lifter's body below the shoulders is never blurred.  A face that lies on the body is taken for an error,
unless it is surely one (`Track.sure`): then it belongs to somebody else before or behind the lifter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from hingecheck.privacy import bodies
from hingecheck.privacy.bodies import Body, Region
from hingecheck.privacy.head_tracks import HEAD_RADIUS, SKULL, Track
from hingecheck.records import Bytes, Floats

Retouch = Callable[[Bytes, float], Bytes | None]
"""Function from an upright picture in full size (h, w, 3) and its time in seconds to a picture with blurred heads.

None: the picture must not be shown, because a head in it cannot be followed.
"""

CELLS: Final = 2
"""Number of cells each way, smoothed, that remain of a blurred head."""

RIM: Final = 0.2
"""Width of the soft rim around a blurred circle, in radii."""


@dataclass(frozen=True)
class Spared:
    """What no blur may reach at one moment: `body`, except where a head (`heads_px`, circles (3,)) hides it."""

    body: Region
    heads_px: Sequence[Floats]

    def real(self, circles_px: Floats) -> Floats:
        """The circles (n, 3) that may be heads: they lie beside the body, or where a head is known to be."""
        at_head = np.zeros(len(circles_px), bool)
        for head in self.heads_px:
            at_head |= np.hypot(*(circles_px - head)[:, :2].T) < head[2]
        return np.asarray(circles_px[at_head | ~self.body.holds(circles_px[:, :2])])

    def open(self, xy_px: Floats, circle: Floats) -> Floats:
        """Whether points (h, w, 2) around a circle (3,) may be blurred: 1 or 0 (h, w)."""
        free = self.body.near(circle[:2], (1.0 + RIM) * float(circle[2])).away_px(xy_px) > 0.0
        for x, y, radius in self.heads_px:
            free |= np.hypot(xy_px[..., 0] - x, xy_px[..., 1] - y) < radius * SKULL / HEAD_RADIUS
        return np.asarray(free, np.float64)


NOTHING: Final = Spared(bodies.NOWHERE, ())
"""Nothing is spared: a blur may reach the whole picture."""


def retouch(tracks: Sequence[Track], body: Body, is_lost: Callable[[float], bool] = lambda _: False) -> Retouch:
    """The function that blurs the heads of the tracks, but not the lifter's body.

    `is_lost` says whether a head cannot be followed at a time in seconds.
    """

    def blurred(picture: Bytes, time_s: float) -> Bytes | None:
        return None if is_lost(time_s) else blur(picture, *_moment(tracks, body, time_s))

    return blurred


def _moment(tracks: Sequence[Track], body: Body, time_s: float) -> tuple[list[Floats], Spared]:
    """The circles to blur at a time, and what they must not reach."""
    placed = [(track.sure, circle) for track in tracks if (circle := track.at(time_s)) is not None]
    heads_px = [circle for sure, circle in placed if sure]
    spared = Spared(body.at(time_s), heads_px)
    alone = np.array([circle for sure, circle in placed if not sure]).reshape(-1, 3)
    return [*heads_px, *spared.real(alone)], spared


def blur(picture: Bytes, circles_px: Sequence[Floats], spared: Spared = NOTHING) -> Bytes:
    """A copy of `picture` in which only CELLS by CELLS averages of each circle remain, with a soft rim."""
    out = picture.copy()
    for part, share in _parts(out, circles_px, spared):
        coarse = cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        smooth = cv2.resize(coarse, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        part[:] = np.asarray(share * smooth + (1 - share) * part).round().astype(np.uint8)
    return out


def _parts(picture: Bytes, circles_px: Sequence[Floats], spared: Spared) -> Iterator[tuple[Bytes, Floats]]:
    """The part of the picture around each circle, to change in place, and the share (h, w, 1) to change, 0..1."""
    height, width = picture.shape[:2]
    for circle in circles_px:
        x, y, radius = circle
        reach = (1.0 + RIM) * radius
        left, right = (int(np.clip(edge, 0, width)) for edge in (x - reach, x + reach + 1))
        top, bottom = (int(np.clip(edge, 0, height)) for edge in (y - reach, y + reach + 1))
        if right - left < 2 or bottom - top < 2:
            continue
        rows, columns = np.mgrid[top:bottom, left:right]
        rim = (reach - np.hypot(columns - x, rows - y)) / max(reach - radius, 1.0)
        share = np.clip(rim, 0.0, 1.0) * spared.open(np.stack([columns, rows], axis=-1), circle)
        yield picture[top:bottom, left:right], share[..., None]
