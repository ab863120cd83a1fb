"""Whether something that does not move covers the lifter: a caption, a sticker, somebody who stands in front.

In: thumbnails and landmarks of a clip as it was filmed.  Out: the thumbnails in which it covers the trunk.  Why: the
pose model draws a lifter behind it all the same, a little off.  What is measured there is less sure, as if there were
no picture.

Steps (`covered`):

1. Take STATIONS points along the trunk, from the hips to the shoulders, in each thumbnail.
2. Take how much the brightness at each of these places changes over the clip.  A trunk that bends comes and goes, so
   it changes everywhere.  Where it does not (STILL), something is in front of the trunk.
3. A thumbnail counts if that is so for a good part of its points (LEAST).

Nothing is said of a lifter who does not bend.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.geometry import length
from hingecheck.records import Bools, Code, Floats, PoseTrack, Reason, Thumbnails

STATIONS: Final = np.linspace(0.0, 1.0, 11)
"""Points along the trunk, as shares of the way from the hips to the shoulders."""

MOST_STRAY: Final = 0.02
"""Share of the thumbnails with the smallest and with the largest brightness that are left out: a flash, a hand."""

STILL: Final = 6.0
"""Largest change of a place that does not change, in grey levels of 255: noise and compression."""

LEAST: Final = 0.25
"""Smallest share of a trunk that must be covered: a tenth of the picture's height is more than that."""

BENDS: Final = 0.3
"""Smallest way of the shoulders up and down, in trunk lengths, of a lifter who bends."""

OFTEN: Final = 0.1
"""Smallest share of the thumbnails that counts: 0.58 and 0.69 with a caption over the hips of two drawn lifters, up to
0.07 in 115 of 116 other drawn and real clips; the last one is a shot of nine thumbnails."""


def covered(thumbnails: Thumbnails, track: PoseTrack) -> Bools:
    """The thumbnails (M,) in which something that does not move covers the trunk."""
    seen, none = np.flatnonzero(track.seen), np.zeros(len(thumbnails.time_s), bool)
    hip, shoulder = track.middle_px(landmarks.HIPS)[seen], track.middle_px(landmarks.SHOULDERS)[seen]
    if not len(seen) or np.ptp(shoulder[:, 1]) < BENDS * np.median(length(shoulder - hip)):
        return none
    # 1
    nearest = np.abs(track.time_s[seen] - thumbnails.time_s[:, None]).argmin(axis=1)
    points = hip[nearest, None] + STATIONS[:, None] * (shoulder - hip)[nearest, None]
    places = np.round((points - np.array(thumbnails.origin_px)) * thumbnails.scale).astype(int)
    inside = np.all((places >= 0) & (places < thumbnails.grey.shape[:0:-1]), axis=2)
    # 2
    where, back = np.unique(places[inside], axis=0, return_inverse=True)
    brightness = thumbnails.grey[:, where[:, 1], where[:, 0]]
    low, high = np.quantile(brightness, [MOST_STRAY, 1 - MOST_STRAY], axis=0) if len(where) else np.zeros((2, 0))
    still = np.zeros(inside.shape, bool)
    still[inside] = (high - low <= STILL)[back.ravel()]
    # 3
    return np.asarray(still.mean(axis=1) >= LEAST)


def uncovered_s(frame_s: Floats, thumbnails: Thumbnails, hidden: Bools) -> Floats:
    """The times of those frames (N,) whose nearest thumbnail is not covered; `hidden` (M,): those that are."""
    if not notes(hidden):
        return frame_s
    return np.asarray(frame_s[np.interp(frame_s, thumbnails.time_s, hidden.astype(float)) < 0.5])


def notes(hidden: Bools) -> list[Reason]:
    """That the lifter is covered in many thumbnails (M,), if that is so."""
    share = float(hidden.mean()) if len(hidden) else 0.0
    return [Reason(Code.COVERED, (share,))] if share >= OFTEN else []
