"""The camera's motion, measured from fixed points of the room in the thumbnails of a clip.

In: the thumbnails and the landmarks.  Out: one transform per thumbnail, and shifts per frame in display pixels.  Why: a
phone in the hand moves by as many pixels as a tenth of a pull, slowly enough to look like the lifter's movement.  The
room does not move, so what moves in it is the camera.

Steps (`transforms`):

1. Find corners in the clip's middle picture that lie outside the lifter's place.
2. Follow them into every other picture (Lucas and Kanade 1981).  Keep those that lead back to where they began.
3. Find the rotation, zoom and shift on which most of them agree (random sample consensus, Fischler and Bolles 1981).
   Where too few agree, because the camera has turned away, go on from the corners of a picture on the way there.
4. Interpolate pictures in which too few agree.  If that is most of the pictures, take the camera as still.
5. Take it as still, too, if its motion moves the lifter's feet in the room: then the points belong to the load.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Final

import cv2
import numpy as np

from hingecheck import landmarks, posture
from hingecheck.geometry import length
from hingecheck.records import Bools, Bytes, Code, Floats, PoseTrack, Reason, Thumbnails

BESIDE: Final = 0.7
"""Half width of the lifter's place, in leg lengths.  A point in this place may belong to the lifter or a plate."""

ABOVE: Final = 0.5
"""Distance that the lifter's place reaches above the shoulders, in leg lengths."""

BELOW: Final = 0.3
"""Distance that the lifter's place reaches below the ankles, in leg lengths."""

TOP_SHARE: Final = 0.02
"""Quantile of the shoulders' picture row that counts as the upright lifter's; single rows above are errors."""

HEIGHT_PX: Final = 128
"""Height to which the pictures are reduced first, in pixels: fine enough, and fast."""

MOST_POINTS: Final = 150
"""Largest number of corners that are followed."""

QUALITY: Final = 0.01
"""Smallest quality of a corner, as a share of the best corner's."""

APART_PX: Final = 3
"""Smallest distance between two corners, in pixels."""

WINDOW: Final = (11, 11)
"""Size of the window around a point that is followed, in pixels."""

COARSER: Final = 2
"""Number of times that the pictures are halved to follow larger movements."""

BACK_PX: Final = 0.3
"""Largest distance from its start at which a point that is followed there and back is kept, in pixels."""

AGREE_PX: Final = 0.5
"""Largest distance from the common transform at which a point agrees, in pixels."""

FEWEST_POINTS: Final = 8
"""Smallest number of points that must agree; fewer may belong to somebody who walks by."""

LEAST_AGREEING: Final = 0.5
"""Smallest share of the followed points that must agree, for the same reason."""

MOST_ZOOM: Final = 0.05
"""Largest change of size that hand movement makes, as a share.  A larger change is an error."""

LEAST_KNOWN: Final = 0.5
"""Smallest share of the pictures in which the motion must be known."""

FEET_MOVE: Final = 0.3
"""How much farther the feet may move up and down in the room than in the picture, in leg lengths.  Before a plain wall
all corners may be those of plates, beside the lifter's place: 0.7 in both such clips, at most 0.06 in 194 others, real
and drawn."""


SHAKEN: Final = 0.8
"""Speed of the room in the picture from which a camera shakes too much, in leg lengths a second: 1.1 and 1.6 in two
drawn clips shaken by 8 % of their width, in one of which times are up to 0.7 s off.  It is 0.45 with 3 %, and 0.27 at
most in 106 of 107 real and drawn clips."""

OFTEN: Final = 0.9
"""Quantile of the speed that counts: a phone that is put down moves fast for a moment."""


def notes(track: PoseTrack, shift_px: Floats) -> list[Reason]:
    """That the camera shakes a lot, if that is so; `shift_px` (N, 2): shift of the room in the frames of `track`."""
    if len(track.time_s) < 2 or np.isnan(leg_px := posture.leg_px(track)):
        return []
    speed = length(np.diff(shift_px, axis=0)) / np.diff(track.time_s) / leg_px
    return [Reason(Code.SHAKEN)] if np.quantile(speed, OFTEN) >= SHAKEN else []


def transforms(thumbnails: Thumbnails, track: PoseTrack) -> Floats:
    """Transforms (M, 2, 3) from the middle picture to each thumbnail, in their pixels; identity if unknown."""
    still = np.tile(np.eye(2, 3), (len(thumbnails.grey), 1, 1))
    if not track.seen.any():
        return still
    shrink = min(1.0, HEIGHT_PX / thumbnails.grey.shape[1])
    small = [
        cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) for picture in thumbnails.grey
    ]

    @cache
    def corners(picture: int) -> Floats:
        """Corners (n, 2) of a picture whose transform is known, outside the lifter's place."""
        lifter = _lifters_place(thumbnails, track, motion[picture])
        return _corners(small[picture], cv2.resize(lifter.astype(np.uint8), small[picture].shape[::-1]) > 0)

    motion, middle = np.full((len(small), 2, 3), np.nan), len(small) // 2
    motion[middle] = np.eye(2, 3)
    for way in (range(middle + 1, len(small)), range(middle - 1, -1, -1)):
        anchors, last = [middle], middle
        for picture in way:
            for anchor in anchors:
                step = _transform(small[anchor], small[picture], corners(anchor))  # 1, 2, 3
                if not np.isnan(step).any():
                    step[:, 2] /= shrink
                    motion[picture], last = _after(step, motion[anchor]), picture
                    break
            anchors = list(dict.fromkeys((middle, anchor, last)))
    known = ~np.isnan(motion[:, 0, 0])
    if known.mean() < LEAST_KNOWN:  # 4
        return still
    columns = motion.reshape(len(motion), -1).T
    filled = [np.interp(thumbnails.time_s, thumbnails.time_s[known], column[known]) for column in columns]
    motion = np.stack(filled, axis=1).reshape(motion.shape)
    return still if _moves_feet(track, shift_px(thumbnails, motion, track)[:, 1]) else motion  # 5


def _after(second: Floats, first: Floats) -> Floats:
    """The transform (2, 3) that does one transform after another."""
    return np.column_stack([second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2] + second[:, 2]])


def shift_px(thumbnails: Thumbnails, motion: Floats, track: PoseTrack) -> Floats:
    """Shift (N, 2) of the room where the lifter stands, in each frame of `track`, in display pixels.

    `motion` (M, 2, 3): the transforms of the thumbnails.  The shift is 0 if the lifter is never seen.
    """
    foot = _foot(thumbnails, track)
    if np.isnan(foot).any():
        return np.zeros((len(track.time_s), 2))
    shift = (motion[:, :, :2] @ foot + motion[:, :, 2] - foot) / thumbnails.scale
    return np.stack([np.interp(track.time_s, thumbnails.time_s, shift[:, k]) for k in (0, 1)], axis=1)


def steadied(thumbnails: Thumbnails, motion: Floats) -> Thumbnails:
    """The thumbnails as a still camera would have taken them; `motion` (M, 2, 3): their transforms."""
    size = thumbnails.grey.shape[:0:-1]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    grey = np.empty_like(thumbnails.grey)
    for steady, picture, matrix in zip(grey, thumbnails.grey, motion, strict=True):
        cv2.warpAffine(picture, matrix, size, steady, flags, cv2.BORDER_REPLICATE)
    return replace(thumbnails, grey=grey)


def taken_out(track: PoseTrack, shift_px: Floats) -> PoseTrack:
    """The landmarks in the room: as a still camera would have seen them.  `shift_px` (N, 2): shift of the room."""
    return replace(track, xy_px=track.xy_px - shift_px[:, None])


def put_back(track: PoseTrack, shift_px: Floats) -> PoseTrack:
    """The landmarks in the picture as it was filmed, to draw them there.  `shift_px` (N, 2): shift of the room."""
    return replace(track, xy_px=track.xy_px + shift_px[:, None])


def _moves_feet(track: PoseTrack, down_px: Floats) -> bool:
    """True if the feet move up and down in the room, but not in the picture; `down_px` (N,): shift of the room."""
    row_px = track.middle_px(landmarks.ANKLES)[:, 1]

    def way_px(rows_px: Floats) -> float:
        """Distance between a high and a low place of the feet."""
        return float(np.subtract(*np.nanquantile(rows_px, (OFTEN, 1 - OFTEN))))

    return way_px(row_px - down_px) - way_px(row_px) > FEET_MOVE * posture.leg_px(track)


def _foot(thumbnails: Thumbnails, track: PoseTrack) -> Floats:
    """Where the lifter stands (2,), in pixels of the thumbnails; NaN if the lifter is never seen."""
    ankle = np.nanmedian(track.middle_px(landmarks.ANKLES)[track.seen], axis=0) if track.seen.any() else np.nan
    return np.asarray((ankle - np.array(thumbnails.origin_px)) * thumbnails.scale)


def _lifters_place(thumbnails: Thumbnails, track: PoseTrack, motion: Floats) -> Bools:
    """Pixels (h, w) that the lifter and the load may cover in a thumbnail with the transform `motion` (2, 3)."""
    shoulder = track.middle_px(landmarks.SHOULDERS)
    foot = _foot(thumbnails, track)
    leg = posture.leg_px(track) * thumbnails.scale
    top = (float(np.nanquantile(shoulder[:, 1], TOP_SHARE)) - thumbnails.origin_px[1]) * thumbnails.scale
    moved = motion[:, :2] @ foot + motion[:, 2] - foot
    columns, rows = (
        places - way for places, way in zip(np.indices(thumbnails.grey.shape[1:])[::-1], moved, strict=True)
    )
    beside = np.abs(columns - foot[0]) < BESIDE * leg
    return np.asarray(beside & (rows > top - ABOVE * leg) & (rows < foot[1] + BELOW * leg))


def _corners(picture: Bytes, lifter: Bools) -> Floats:
    """Corners (n, 2) of a picture outside the lifter's place, in its pixels."""
    room = np.where(lifter, 0, 255).astype(np.uint8)
    corners = cv2.goodFeaturesToTrack(picture, MOST_POINTS, QUALITY, APART_PX, mask=room)
    return np.zeros((0, 2)) if corners is None else np.asarray(corners[:, 0], np.float64)


def _transform(first: Bytes, second: Bytes, corners: Floats) -> Floats:
    """The transform (2, 3) from the first picture's room to the second's; NaN if too few points agree."""
    unknown = np.full((2, 3), np.nan)
    if len(corners) < FEWEST_POINTS:
        return unknown
    start = corners.astype(np.float32)[:, None]
    end, forth = _followed(first, second, start)  # 2
    back, returned = _followed(second, first, end)
    kept = forth & returned & (np.abs(back - start).max(axis=(1, 2)) < BACK_PX)
    if kept.sum() < FEWEST_POINTS:
        return unknown
    cv2.setRNGSeed(0)  # the consensus draws at random; the same clip must give the same numbers
    transform, agree = cv2.estimateAffinePartial2D(start[kept], end[kept], ransacReprojThreshold=AGREE_PX)  # 3
    if transform is None or agree.sum() < max(FEWEST_POINTS, LEAST_AGREEING * kept.sum()):
        return unknown
    zoom = float(np.hypot(transform[0, 0], transform[1, 0]))
    return np.asarray(transform, np.float64) if abs(zoom - 1.0) <= MOST_ZOOM else unknown


def _followed(first: Bytes, second: Bytes, points: Any) -> tuple[Any, Bools]:
    """Positions in the second picture of points (n, 1, 2) of the first, and which of them (n,) were followed."""
    end, status, _ = cv2.calcOpticalFlowPyrLK(
        first, second, points, np.zeros_like(points), winSize=WINDOW, maxLevel=COARSER
    )
    return end, np.asarray(status[:, 0] > 0)
