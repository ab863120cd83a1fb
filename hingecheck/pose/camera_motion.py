"""Beside stage 4: how the camera sways, told by fixed points of the room in the clip's small pictures.

A phone in the hand wanders by as many pixels as a tenth of a pull, slowly enough to look like the lifter's movement.
The room does not move, so what its points do is the camera's doing.

Steps.  Corners of the clip's middle picture that do not lie where the lifter and the plates may be are followed into
every other picture (Lucas and Kanade 1981) and kept where following them back leads to where they began.  The turn,
zoom and shift that most of them agree on (random sample consensus) says where the lifter's place went.  Pictures in
which too few agree are interpolated; if that is most of them, the camera is taken to stand still.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import cv2
import numpy as np

from hingecheck import landmarks, posture
from hingecheck.records import Bools, Bytes, Floats, PoseTrack, Thumbnails

BESIDE, ABOVE, BELOW = 0.7, 0.5, 0.3
"""Nearer than this to the lifter's place (leg lengths: to both sides, over the shoulders, under the ankles) a point may
be the lifter's or a plate's."""

HEIGHT_PX: Final = 128
"""Pictures are shrunk to this height first: it is fine enough, and fast."""

MOST_POINTS, QUALITY, APART_PX = 150, 0.01, 3
WINDOW: Final = (11, 11)
COARSER: Final = 2
BACK_PX: Final = 0.3
AGREE_PX: Final = 0.5
FEWEST_POINTS: Final = 8
LEAST_AGREEING: Final = 0.5
"""So many points, and this share of those followed, must agree: fewer may belong to somebody who walks by."""

MOST_ZOOM: Final = 0.05
"""A camera that only sways zooms by less."""

LEAST_KNOWN: Final = 0.5
"""The sway must be known in this share of the pictures."""


def transforms(thumbnails: Thumbnails, track: PoseTrack) -> Floats:
    """The transforms (M, 2, 3) that take the middle picture to each, in their own pixels; identity if not known."""
    still = np.tile(np.eye(2, 3), (len(thumbnails.grey), 1, 1))
    lifter = _lifter(thumbnails, track)
    if lifter is None:
        return still
    shrink = min(1.0, HEIGHT_PX / thumbnails.grey.shape[1])
    small = [
        cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA) for picture in thumbnails.grey
    ]
    middle = np.asarray(small[len(small) // 2])
    corners = _corners(middle, cv2.resize(lifter.astype(np.uint8), middle.shape[::-1]) > 0)
    if len(corners) < FEWEST_POINTS:
        return still
    found = np.stack([_turn(middle, np.asarray(picture), corners) for picture in small])
    found[:, :, 2] /= shrink
    known = ~np.isnan(found[:, 0, 0])
    if known.mean() < LEAST_KNOWN:
        return still
    columns = found.reshape(len(found), -1).T
    filled = [np.interp(thumbnails.time_s, thumbnails.time_s[known], column[known]) for column in columns]
    return np.stack(filled, axis=1).reshape(found.shape)


def shift_px(thumbnails: Thumbnails, turn: Floats, track: PoseTrack) -> Floats:
    """How far (N, 2) the room is shifted in each frame of `track`, where the lifter stands, in display pixels."""
    foot = _foot(thumbnails, track)
    if np.isnan(foot).any():
        return np.zeros((len(track.time_s), 2))
    shift = (turn[:, :, :2] @ foot + turn[:, :, 2] - foot) / thumbnails.scale
    return np.stack([np.interp(track.time_s, thumbnails.time_s, shift[:, k]) for k in (0, 1)], axis=1)


def from_shifts(thumbnails: Thumbnails, time_s: Floats, shift_px: Floats) -> Floats:
    """The transforms (M, 2, 3) of a camera whose room is known to be shifted so far (N, 2) at some times (N,)."""
    turn = np.tile(np.eye(2, 3), (len(thumbnails.grey), 1, 1))
    for k in (0, 1):
        turn[:, k, 2] = thumbnails.scale * np.interp(thumbnails.time_s, time_s, shift_px[:, k])
    return turn


def steadied(thumbnails: Thumbnails, turn: Floats) -> Thumbnails:
    """The small pictures as a camera that stands still would have taken them."""
    size = thumbnails.grey.shape[:0:-1]
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    grey = [
        cv2.warpAffine(picture, matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
        for picture, matrix in zip(thumbnails.grey, turn, strict=True)
    ]
    return replace(thumbnails, grey=np.stack(grey).astype(np.uint8))


def taken_out(track: PoseTrack, shift_px: Floats) -> PoseTrack:
    """The landmarks in the room: as a camera that stands still would have seen them."""
    return replace(track, xy_px=track.xy_px - shift_px[:, None])


def put_back(track: PoseTrack, shift_px: Floats) -> PoseTrack:
    """The landmarks in the picture as it was filmed: where they are drawn."""
    return replace(track, xy_px=track.xy_px + shift_px[:, None])


def _foot(thumbnails: Thumbnails, track: PoseTrack) -> Floats:
    """Where the lifter stands (2,), in pixels of the small pictures."""
    ankle = np.nanmedian(track.middle_px(landmarks.ANKLES)[track.seen], axis=0) if track.seen.any() else np.nan
    return np.asarray((ankle - np.array(thumbnails.origin_px)) * thumbnails.scale)


def _lifter(thumbnails: Thumbnails, track: PoseTrack) -> Bools | None:
    """The pixels (h, w) of the small pictures that the lifter and the load may cover; None without a lifter."""
    if not track.seen.any():
        return None
    shoulder = track.middle_px(landmarks.SHOULDERS)
    foot = _foot(thumbnails, track)
    leg = posture.leg_px(track) * thumbnails.scale
    top = (float(np.nanquantile(shoulder[:, 1], 0.02)) - thumbnails.origin_px[1]) * thumbnails.scale
    rows, columns = np.indices(thumbnails.grey.shape[1:])
    beside = np.abs(columns - foot[0]) < BESIDE * leg
    return np.asarray(beside & (rows > top - ABOVE * leg) & (rows < foot[1] + BELOW * leg))


def _corners(picture: Bytes, lifter: Bools) -> Floats:
    """Corners (n, 2) of a picture that are not the lifter's."""
    room = np.where(lifter, 0, 255).astype(np.uint8)
    found = cv2.goodFeaturesToTrack(picture, MOST_POINTS, QUALITY, APART_PX, mask=room)
    return np.zeros((0, 2)) if found is None else np.asarray(found[:, 0], np.float64)


def _turn(first: Bytes, second: Bytes, corners: Floats) -> Floats:
    """The transform (2, 3) that takes the first picture's room to the second's; NaN if it cannot be said."""
    start = corners.astype(np.float32)[:, None]
    there, found = _followed(first, second, start)
    back, found_back = _followed(second, first, there)
    kept = found & found_back & (np.abs(back - start).max(axis=(1, 2)) < BACK_PX)
    unknown = np.full((2, 3), np.nan)
    if kept.sum() < FEWEST_POINTS:
        return unknown
    cv2.setRNGSeed(0)  # the consensus draws at random: the same clip gives the same numbers
    turn, agree = cv2.estimateAffinePartial2D(start[kept], there[kept], ransacReprojThreshold=AGREE_PX)
    if turn is None or agree.sum() < max(FEWEST_POINTS, LEAST_AGREEING * kept.sum()):
        return unknown
    zoom = float(np.hypot(turn[0, 0], turn[1, 0]))
    return np.asarray(turn, np.float64) if abs(zoom - 1.0) <= MOST_ZOOM else unknown


def _followed(first: Bytes, second: Bytes, points: Any) -> tuple[Any, Bools]:
    """Where points (n, 1, 2) of the first picture are in the second, and which of them were found."""
    there, found, _ = cv2.calcOpticalFlowPyrLK(
        first, second, points, np.zeros_like(points), winSize=WINDOW, maxLevel=COARSER
    )
    return there, np.asarray(found[:, 0] > 0)
