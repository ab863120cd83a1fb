"""Blurs heads in the pictures of a clip: the lifter's and everybody else's.

In: head tracks (`head_tracks`), bodies (`bodies`) and a function that looks for heads in a picture.  Out: a function
that takes a picture and its time and returns the picture with blurred heads, or None.

Steps for one picture (`retouch`):

1. Blur the circle of each track at that time.  Nothing else is ever blurred.  Tracks of heads that were never seen with
   their shoulders count only beside the body.
2. Look for heads in the blurred picture.  Blur those that lie in none of the circles.  If the lifter is lost, the body
   is not known, so that a blur may hit it: then the picture must not be shown, return None.
3. For CHECK_PAUSE_S after such a look, blur what it found, and do not look again, to save time in a film; but do look
   again when the lifter is lost or found.

Limit: the lifter's body below the shoulders is never blurred.  A face alone that lies on the body is taken for an
error.  A head that the pose model saw together with its shoulders is blurred even there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from hingecheck.privacy import bodies
from hingecheck.privacy.bodies import Bodies, Region
from hingecheck.privacy.head_tracks import HEAD_RADIUS, SKULL, Track
from hingecheck.records import Bytes, Floats

Retouch = Callable[[Bytes, float], Bytes | None]
"""Function from an upright picture in full size (h, w, 3) and its time in seconds to a picture with blurred heads.

None: the picture must not be shown, because a face in it could not be covered.
"""

Look = Callable[[Bytes, float], Floats]
"""Function that looks for heads in a picture at a time, in seconds: circles (n, 3) of x, y, radius in pixels."""

CELLS: Final = 2
"""Number of cells each way, smoothed, that remain of a blurred head."""

RIM: Final = 0.2
"""Width of the soft rim around a blurred circle, in radii."""

CHECK_PAUSE_S: Final = 0.12
"""Time after a look in which no picture is looked at again, in seconds."""


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


def retouch(
    tracks: Sequence[Track], look: Look, spared_bodies: Bodies, is_lost: Callable[[float], bool] = lambda _: False
) -> Retouch:
    """The function that blurs the heads of the tracks and what `look` still finds, but not the `spared_bodies`.

    `is_lost` says whether the lifter is lost at a time in seconds.
    """
    looked_s, was_lost, found_px = float("-inf"), False, np.zeros((0, 3))

    def blurred(picture: Bytes, time_s: float) -> Bytes | None:
        nonlocal looked_s, was_lost, found_px
        circles_px, spared = _moment(tracks, spared_bodies, time_s)
        out, lost = blur(picture, circles_px, spared), is_lost(time_s)  # 1
        if not 0.0 <= time_s - looked_s < CHECK_PAUSE_S or lost != was_lost:  # 3
            more_px = _uncovered(spared.real(look(out, time_s)), circles_px)  # 2
            if len(more_px) and lost:
                return None
            looked_s, was_lost, found_px = time_s, lost, more_px
        return blur(out, [*found_px], spared)

    return blurred


def _moment(tracks: Sequence[Track], spared_bodies: Bodies, time_s: float) -> tuple[list[Floats], Spared]:
    """The circles to blur at a time, and what they must not reach."""
    placed = [(track.sure, circle) for track in tracks if (circle := track.at(time_s)) is not None]
    heads_px = [circle for sure, circle in placed if sure]
    spared = Spared(spared_bodies.at(time_s), heads_px)
    alone = np.array([circle for sure, circle in placed if not sure]).reshape(-1, 3)
    return [*heads_px, *spared.real(alone)], spared


def _uncovered(faces_px: Floats, blurred_px: Sequence[Floats]) -> Floats:
    """The faces (n, 3) whose middle lies in none of the blurred circles.  A blur may itself look like a face."""
    covered = np.zeros(len(faces_px), bool)
    for circle in blurred_px:
        covered |= np.hypot(*(faces_px - circle)[:, :2].T) < circle[2]
    return np.asarray(faces_px[~covered])


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
