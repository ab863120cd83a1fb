"""Heads over time: where each head is at every moment of a clip.

In: the lifter's landmarks, and heads found in single pictures at some times.  Out: tracks, each of which gives a circle
in display pixels at any time.  Why: a head that is missed for a moment must stay blurred.

Steps (`link`), for heads other than the lifter's:

1. Take the sightings in order of time.
2. Add each to the nearest track that was seen not more than LONGEST_GAP_S ago, if it is near enough (SAME_HEAD).
   Otherwise begin a new track.
3. Hold each track for a while before its first sighting and after its last one (HOLD_S, or MOMENT_S if it has few).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.privacy import bodies
from hingecheck.records import Floats, PoseTrack

HEAD_RADIUS: Final = 0.36
"""Radius of a blurred head, in trunk lengths (shoulder to hip): about 18 cm; a head reaches 13 cm."""

NECK: Final = 0.42
"""Distance from the shoulders to the middle of the head, in trunk lengths, where the head has no landmarks."""

SKULL: Final = 0.26
"""Radius of a real head, in trunk lengths.  So much of a head is blurred even where it hides a part of the body."""

EARS_WEIGHT: Final = 2
"""Weight of the middle of the ears, against 1 for the nose, in the middle of the head."""

SAME_HEAD: Final = 2.0
"""Largest distance between two sightings of one head, in radii."""

LONGEST_GAP_S: Final = 3.0
"""Longest time for which a head may be missed and still be the same track, in seconds."""

HOLD_S: Final = 1.0
"""Time before the first and after the last sighting in which a head is still blurred, in seconds."""

CLOSE_S: Final = 0.15
"""Largest time to a sighting at which a head counts as seen, in seconds."""

FEWEST_HELD: Final = 3
"""Smallest number of sightings of a track that is held for HOLD_S."""

MOMENT_S: Final = 0.5
"""The same time for a track with fewer sightings, in seconds: it may be no head."""

GROWTH_PER_S: Final = 0.5
"""Growth of the blur of another person's head with the time to the nearest sighting, as a share of the radius a
second."""

MOST_GROWN: Final = 1.3
"""Largest growth of the radius, as a factor."""


@dataclass(frozen=True)
class Track:
    """One head over time: `circle_px` (N, 3) is x, y and radius in display pixels, at growing times (N,) in seconds.

    `hold_s`: time for which it is held before the first and after the last sighting.  `sure`: it was seen together with
    its shoulders at least once.
    """

    time_s: Floats
    circle_px: Floats
    hold_s: float = HOLD_S
    sure: bool = False
    growth_per_s: float = GROWTH_PER_S

    def seen(self, time_s: float) -> bool:
        """True if there is a sighting within CLOSE_S of a time."""
        return bool(np.min(np.abs(self.time_s - time_s)) <= CLOSE_S)

    def at(self, time_s: float) -> Floats | None:
        """The circle (3,) at a time, wider if the nearest sighting is farther away; None outside the track."""
        if not self.time_s[0] - self.hold_s <= time_s <= self.time_s[-1] + self.hold_s:
            return None
        away_s = float(np.min(np.abs(self.time_s - time_s)))
        circle = np.array([np.interp(time_s, self.time_s, column) for column in self.circle_px.T])
        circle[2] *= min(1.0 + self.growth_per_s * away_s, MOST_GROWN)
        return circle


@dataclass
class _GrowingTrack:
    """A track to which sightings are still added."""

    times_s: list[float] = field(default_factory=list)
    circles_px: list[Floats] = field(default_factory=list)
    sure: bool = False


def lifter(pose: PoseTrack) -> Track | None:
    """The lifter's head, from every frame in which the head or the shoulders are known; None if there is no such frame.

    It is interpolated in between and held over the rest of the clip.
    """
    trunk_px = bodies.trunk_lengths(pose.xy_px)
    if np.isnan(trunk_px).all():
        return None
    circles_px = heads(pose.xy_px, np.full(len(trunk_px), np.nanquantile(trunk_px, bodies.TRUNK_QUANTILE)))
    known = ~np.isnan(circles_px).any(axis=1)
    return Track(pose.time_s[known], circles_px[known], hold_s=float("inf"), sure=True, growth_per_s=0.0)


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


def beside(circles_px: Floats, track: Track | None, time_s: float) -> Floats:
    """The circles (n, 3 or more) whose middle lies outside the circle of `track` at a time."""
    circle = None if track is None else track.at(time_s)
    if circle is None:
        return circles_px
    return np.asarray(circles_px[np.hypot(*(circles_px[:, :2] - circle[:2]).T) > circle[2]])


def link(sightings: Iterable[tuple[float, Floats]]) -> list[Track]:
    """Tracks of the heads that were seen at growing times.

    A sighting is a time in seconds and heads (n, 4): x, y, radius, and 1 if the head was seen together with its
    shoulders, else 0.
    """
    tracks: list[_GrowingTrack] = []
    for time_s, circles in sightings:  # 1
        for *xyr, sure in circles:
            circle = np.array(xyr)
            track = _nearest(tracks, circle, time_s)  # 2
            if track is None:
                track = _GrowingTrack()
                tracks.append(track)
            track.times_s.append(time_s)
            track.circles_px.append(circle)
            track.sure |= bool(sure)
    return [_finished(track) for track in tracks]


def _nearest(tracks: Sequence[_GrowingTrack], circle: Floats, time_s: float) -> _GrowingTrack | None:
    """The track that `circle` continues, None if there is none; a track gets one sighting at a time."""
    waiting = [t for t in tracks if t.times_s[-1] < time_s <= t.times_s[-1] + LONGEST_GAP_S]
    distances = [float(np.hypot(*(t.circles_px[-1] - circle)[:2])) for t in waiting]
    if not distances or min(distances) > SAME_HEAD * circle[2]:
        return None
    return waiting[int(np.argmin(distances))]


def _finished(track: _GrowingTrack) -> Track:
    """The track with all its sightings; few sightings are held for a shorter time."""
    hold_s = HOLD_S if len(track.times_s) >= FEWEST_HELD else MOMENT_S  # 3
    return Track(np.array(track.times_s), np.stack(track.circles_px), hold_s, track.sure)
