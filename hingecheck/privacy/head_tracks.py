"""Heads over time: where each head is at every moment of a clip.

In: the lifter's landmarks, and heads found in single pictures at some times.  Out: tracks, each of which gives a circle
in display pixels at any time.  Why: a head that is missed for a moment must stay blurred.

Steps (`link`), for heads other than the lifter's:

1. Take the sightings in order of time.
2. Add each to the nearest track that was seen not more than LONGEST_GAP_S ago, if it is near enough (SAME_HEAD).
   Otherwise begin a new track.
3. Drop tracks with fewer than FEWEST sightings, unless their best score is SURE: a plate or a rack looks like a head
   once, a head does so again.

A track is known between its sightings and for a moment beyond them (`Track.at`), and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.privacy import bodies
from hingecheck.records import Bools, Floats, PoseTrack

SKULL: Final = 0.26
"""Radius of a real head, in trunk lengths (shoulder to hip): about 13 cm.  So much of a head is blurred even where it
hides a part of the body."""

HEAD_RADIUS: Final = 0.3
"""Largest radius of a blurred head, in trunk lengths.  With its soft rim (`blurring.RIM`) it is 1.4 heads wide."""

NECK: Final = 0.42
"""Distance from the shoulders to the middle of the head, in trunk lengths, where the head has no landmarks."""

EARS_WEIGHT: Final = 2
"""Weight of the middle of the ears, against 1 for the nose, in the middle of the head."""

SAME_HEAD: Final = 3.0
"""Largest distance between two sightings of one head, in radii: who walks moves so far between two looks."""

LONGEST_GAP_S: Final = 2.0
"""Longest time for which another person's head may be missed and still be the same track, in seconds."""

OWN_GAP_S: Final = 0.6
"""The same time for the lifter's head, in seconds.  The lifter is followed closely and moves fast."""

HOLD_S: Final = 0.5
"""Time before the first and after the last sighting for which another person's head is still blurred, in seconds."""

OWN_HOLD_S: Final = 0.04
"""The same time for the lifter's head, in seconds: one frame."""

SURE: Final = 0.6
"""Score from which a face is surely one, also where it hides a part of the lifter's body."""

LEAST_RUN_S: Final = 0.5
"""Shortest time, in seconds, for which the lifter must be seen without a break to show where the head is."""

LARGEST: Final = 2.0
"""Largest radius of another person's head, in radii of the lifter's, unless it is surely a head.  In 14 real clips
none was larger than 1.8 of it, except a false one of 3.4."""

FEWEST: Final = 2
"""Smallest number of sightings of a track of another person's head."""


@dataclass(frozen=True)
class Track:
    """One head over time: `circle_px` (N, 3) is x, y and radius in display pixels, at growing times (N,) in seconds.

    Between two sightings that are at most `gap_s` apart the head is interpolated; beyond others it is held where it was
    for `hold_s`.  `sure`: it is surely a head.
    """

    time_s: Floats
    circle_px: Floats
    gap_s: float = LONGEST_GAP_S
    hold_s: float = HOLD_S
    sure: bool = False

    def at(self, time_s: float) -> Floats | None:
        """The circle (3,) at a time; None if the head is not known then."""
        after = int(np.searchsorted(self.time_s, time_s))
        if 0 < after < len(self.time_s) and self.time_s[after] - self.time_s[after - 1] <= self.gap_s:
            return np.array([np.interp(time_s, self.time_s, column) for column in self.circle_px.T])
        away_s = np.abs(self.time_s - time_s)
        nearest = int(np.argmin(away_s))
        return self.circle_px[nearest] if away_s[nearest] <= self.hold_s else None


@dataclass
class _GrowingTrack:
    """A track to which sightings are still added."""

    times_s: list[float] = field(default_factory=list)
    circles_px: list[Floats] = field(default_factory=list)
    score: float = 0.0


def lifter(pose: PoseTrack) -> Track | None:
    """The lifter's head, from the frames in which the head or the shoulders are known; None if there are none."""
    trunk_px = bodies.trunk_lengths(pose.xy_px)
    if np.isnan(trunk_px).all():
        return None
    circles_px = heads(pose.xy_px, np.full(len(trunk_px), np.nanquantile(trunk_px, bodies.TRUNK_QUANTILE)))
    known = _lasting(np.asarray(~np.isnan(circles_px).any(axis=1)), pose.time_s)
    return Track(pose.time_s[known], circles_px[known], OWN_GAP_S, OWN_HOLD_S, sure=True) if known.any() else None


def _lasting(known: Bools, time_s: Floats) -> Bools:
    """The known frames (N,) without runs shorter than LEAST_RUN_S.

    Landmarks that appear only for a moment are mostly misplaced: for example when the head is out of the picture.
    """
    begins = np.flatnonzero(known & ~np.append(False, known[:-1]))
    ends = np.flatnonzero(known & ~np.append(known[1:], False))
    lasting = np.zeros_like(known)
    for begin, end in zip(begins, ends, strict=True):
        lasting[begin : end + 1] = time_s[end] - time_s[begin] >= LEAST_RUN_S
    return lasting


def heads(xy_px: Floats, trunk_px: Floats) -> Floats:
    """Circles (N, 3) around the heads of N people or frames: x, y and radius in pixels; NaN where unknown.

    `xy_px` (N, 33, 2): landmarks.  `trunk_px` (N,): length of the trunk.  A circle ends at the shoulders, but it is
    never smaller than a head.
    """
    shoulder, hip = (xy_px[:, list(pair)].mean(axis=1) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    ear, nose = xy_px[:, list(landmarks.EARS)].mean(axis=1), xy_px[:, landmarks.Point.NOSE]
    head = (EARS_WEIGHT * ear + nose) / (EARS_WEIGHT + 1)
    guess = shoulder + NECK * (shoulder - hip)
    middle = np.where(np.isnan(head).any(axis=1, keepdims=True), guess, head)
    neck_px = np.hypot(*(middle - shoulder).T)
    radius = np.clip(neck_px, SKULL * trunk_px, HEAD_RADIUS * trunk_px)
    return np.column_stack([middle, radius])


def others(heads_px: Floats, lifter_head: Track | None, time_s: float) -> Floats:
    """The heads (n, 4: x, y, radius, score) at a time that belong to others than the lifter.

    Their middle lies outside the lifter's head, and they are not much larger than it, unless they surely are heads.
    """
    if lifter_head is None:
        return heads_px
    usual_px, own = float(np.median(lifter_head.circle_px[:, 2])), lifter_head.at(time_s)
    likely = (heads_px[:, 2] <= LARGEST * usual_px) | (heads_px[:, 3] >= SURE)
    if own is not None:
        likely &= np.hypot(*(heads_px[:, :2] - own[:2]).T) > own[2]
    return np.asarray(heads_px[likely])


def link(sightings: Iterable[tuple[float, Floats]]) -> list[Track]:
    """Tracks of the heads that were seen at growing times.

    A sighting is a time in seconds and heads (n, 4): x, y, radius and score.
    """
    tracks: list[_GrowingTrack] = []
    for time_s, circles in sightings:  # 1
        for *xyr, score in circles:
            circle = np.array(xyr)
            track = _nearest(tracks, circle, time_s)  # 2
            if track is None:
                track = _GrowingTrack()
                tracks.append(track)
            track.times_s.append(time_s)
            track.circles_px.append(circle)
            track.score = max(track.score, float(score))
    kept = (track for track in tracks if len(track.times_s) >= FEWEST or track.score >= SURE)  # 3
    return [Track(np.array(track.times_s), np.stack(track.circles_px), sure=track.score >= SURE) for track in kept]


def _nearest(tracks: Sequence[_GrowingTrack], circle: Floats, time_s: float) -> _GrowingTrack | None:
    """The track that `circle` continues, None if there is none; a track gets one sighting at a time."""
    waiting = [t for t in tracks if t.times_s[-1] < time_s <= t.times_s[-1] + LONGEST_GAP_S]
    distances = [float(np.hypot(*(t.circles_px[-1] - circle)[:2])) for t in waiting]
    if not distances or min(distances) > SAME_HEAD * circle[2]:
        return None
    return waiting[int(np.argmin(distances))]
