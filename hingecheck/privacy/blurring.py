"""Blurs heads in pictures: the lifter's, followed through the whole clip, and everybody else's.

Three sources, all of them generous.  The lifter's head comes from the landmarks, interpolated where they were lost.
Others, and the lifter where the landmarks fail, are looked for once in a while by the pose model (people) and by
a face detector (faces), and linked over time, so that a head that is missed for a moment stays blurred.  And each
picture that is handed out, in a film every few, is searched for faces once more after it is blurred.

One limit: the lifter's body below the shoulders is never blurred.  A face alone that lies on it is none; a head that
the pose model saw together with its shoulders is one, even there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.privacy import bodies
from hingecheck.privacy.bodies import Bodies, Region
from hingecheck.records import Bytes, Floats, PoseTrack

Retouch = Callable[[Bytes, float], Bytes]
"""An upright full-size picture (h, w, 3) and its time in seconds -> a picture in which heads are blurred."""

HEAD_RADIUS: Final = 0.36
"""Of a blurred head, in trunk lengths (shoulder to hip): about 18 cm, where a head reaches 13 cm."""

NECK: Final = 0.42
"""From the shoulders to the middle of the head, in trunk lengths, where the head itself has no landmark."""

SKULL: Final = 0.26
"""Of a real head, in trunk lengths: so much of a head is blurred even where it hides a part of the body."""

SAME_HEAD: Final = 2.0
"""Sightings nearer than this, in radii, are of one head."""

LONGEST_GAP_S: Final = 3.0
HOLD_S: Final = 1.0
"""How long a head may be missed and still be joined; how long it is blurred before it is seen first, and after."""

CLOSE_S: Final = 0.15
FEWEST_HELD: Final = 3
MOMENT_S: Final = 0.5
"""A head seen less often than this is blurred for a moment only: it may be none."""

GROWTH_PER_S: Final = 0.5
MOST_GROWN: Final = 1.3
"""A blur of somebody else's head grows with the time to the nearest sighting, up to so much."""

CELLS: Final = 2
"""What is left of a head: a picture of this many cells each way, smoothed."""

RIM: Final = 0.2
"""Width of the soft rim around a blurred circle, in its radii."""

ROUNDS: Final = 3
CHECK_PAUSE_S: Final = 0.12
"""A picture so soon after one in which nothing was left is not searched again, to save a film's time."""

WIDER: Final = 0.1
"""How often a picture is looked at again after blurring, and how much wider a circle then gets each time."""

Look = Callable[[Bytes, float], Floats]
"""Looks for faces in the picture of a time: circles (n, 3)."""


@dataclass(frozen=True)
class Track:
    """One head over time: `circle_px` (N, 3) is x, y, radius in display pixels, at growing `time_s` (N,).

    `sure`: it was seen together with its shoulders.
    """

    time_s: Floats
    circle_px: Floats
    hold_s: float = HOLD_S
    sure: bool = False
    growth_per_s: float = GROWTH_PER_S

    def seen(self, time_s: float) -> bool:
        """Whether there is a sighting close to a time."""
        return bool(np.min(np.abs(self.time_s - time_s)) <= CLOSE_S)

    def at(self, time_s: float) -> Floats | None:
        """The circle (3,) at a time, wider the farther the nearest sighting is; None outside the track."""
        if not self.time_s[0] - self.hold_s <= time_s <= self.time_s[-1] + self.hold_s:
            return None
        away_s = float(np.min(np.abs(self.time_s - time_s)))
        circle = np.array([np.interp(time_s, self.time_s, column) for column in self.circle_px.T])
        circle[2] *= min(1.0 + self.growth_per_s * away_s, MOST_GROWN)
        return circle


@dataclass
class _Open:
    """A track that is still growing."""

    times_s: list[float] = field(default_factory=list)
    circles_px: list[Floats] = field(default_factory=list)
    sure: bool = False


@dataclass(frozen=True)
class Spared:
    """What no blur may reach at one moment: `body`, but for what `heads_px`, circles of heads for sure, hide of it."""

    body: Region
    heads_px: Sequence[Floats]

    def real(self, circles_px: Floats) -> Floats:
        """Those of the circles (n, 3) that may be heads: they lie beside the body, or where a head is for sure."""
        known = np.zeros(len(circles_px), bool)
        for head in self.heads_px:
            known |= np.hypot(*(circles_px - head)[:, :2].T) < head[2]
        return np.asarray(circles_px[known | ~self.body.holds(circles_px[:, :2])])

    def open(self, xy_px: Floats, circle: Floats) -> Floats:
        """How much (h, w) of points (h, w, 2) around a circle may be blurred, 0 or 1."""
        free = self.body.near(circle[:2], (1.0 + RIM) * float(circle[2])).away_px(xy_px) > 0.0
        for x, y, radius in self.heads_px:
            free |= np.hypot(xy_px[..., 0] - x, xy_px[..., 1] - y) < radius * SKULL / HEAD_RADIUS
        return np.asarray(free, np.float64)


NOTHING: Final = Spared(bodies.NOWHERE, ())


def lifter(pose: PoseTrack) -> Track | None:
    """The lifter's head in every frame in which it or the shoulders were seen, held over the rest of the clip."""
    trunk_px = bodies.trunk_lengths(pose.xy_px)
    if np.isnan(trunk_px).all():
        return None
    circles_px = heads(pose.xy_px, np.full(len(trunk_px), np.nanquantile(trunk_px, bodies.TRUNK_QUANTILE)))
    known = ~np.isnan(circles_px).any(axis=1)
    return Track(pose.time_s[known], circles_px[known], hold_s=float("inf"), sure=True, growth_per_s=0.0)


def heads(xy_px: Floats, trunk_px: Floats) -> Floats:
    """Circles (N, 3) around the heads of N people or frames with landmarks (N, 33, 2); NaN where nothing is known.

    A circle ends at the shoulders, but it is never smaller than a head.
    """
    shoulder, hip = (xy_px[:, list(pair)].mean(axis=1) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    ear, nose = xy_px[:, list(landmarks.EARS)].mean(axis=1), xy_px[:, landmarks.Point.NOSE]
    head = (2 * ear + nose) / 3
    guess = shoulder + NECK * (shoulder - hip)
    middle = np.where(np.isnan(head).any(axis=1, keepdims=True), guess, head)
    neck_px = np.hypot(*(middle - shoulder).T)
    radius = np.clip(neck_px, SKULL * trunk_px, HEAD_RADIUS * trunk_px)
    return np.column_stack([middle, radius])


def beside(circles_px: Floats, track: Track | None, time_s: float) -> Floats:
    """Those of the circles (n, 3 or more) whose middle does not lie in the circle of `track`."""
    own = None if track is None else track.at(time_s)
    if own is None:
        return circles_px
    return np.asarray(circles_px[np.hypot(*(circles_px[:, :2] - own[:2]).T) > own[2]])


def link(sightings: Iterable[tuple[float, Floats]]) -> list[Track]:
    """Heads seen at growing times, as tracks: each joins the nearest head that was seen not long ago.

    A head (4,) is x, y, radius, and 1 if it was seen together with its shoulders, else 0.
    """
    tracks: list[_Open] = []
    for time_s, found in sightings:
        for *xyr, sure in found:
            circle = np.array(xyr)
            track = _nearest(tracks, circle, time_s)
            if track is None:
                track = _Open()
                tracks.append(track)
            track.times_s.append(time_s)
            track.circles_px.append(circle)
            track.sure |= bool(sure)
    return [_closed(track) for track in tracks]


def _nearest(tracks: Sequence[_Open], circle: Floats, time_s: float) -> _Open | None:
    """The track that `circle` continues; one sighting a moment each."""
    waiting = [t for t in tracks if t.times_s[-1] < time_s <= t.times_s[-1] + LONGEST_GAP_S]
    apart = [float(np.hypot(*(t.circles_px[-1] - circle)[:2])) for t in waiting]
    if not apart or min(apart) > SAME_HEAD * circle[2]:
        return None
    return waiting[int(np.argmin(apart))]


def _closed(track: _Open) -> Track:
    held = len(track.times_s) >= FEWEST_HELD
    return Track(np.array(track.times_s), np.stack(track.circles_px), HOLD_S if held else MOMENT_S, track.sure)


def retouch(tracks: Sequence[Track], look: Look, known: Bodies) -> Retouch:
    """The function that blurs what the tracks say and what `look` still finds, but not the `known` bodies."""
    clean_s = float("-inf")

    def blurred(picture: Bytes, time_s: float) -> Bytes:
        nonlocal clean_s
        circles_px, spared = _moment(tracks, known, time_s)
        out = blur(picture, circles_px, spared)
        if 0.0 <= time_s - clean_s < CHECK_PAUSE_S:
            return out
        for turn in range(ROUNDS):
            left = spared.real(look(out, time_s))
            if not len(left):
                clean_s = time_s if turn == 0 else clean_s
                break
            out = paint(out, _stubborn(left, circles_px, 1.0 + WIDER * turn), spared)
        return out

    return blurred


def _moment(tracks: Sequence[Track], known: Bodies, time_s: float) -> tuple[list[Floats], Spared]:
    """The circles to be blurred at a time, and what they must not reach."""
    placed = [(track.sure, circle) for track in tracks if (circle := track.at(time_s)) is not None]
    heads_px = [circle for sure, circle in placed if sure]
    spared = Spared(known.at(time_s), heads_px)
    alone = np.array([circle for sure, circle in placed if not sure]).reshape(-1, 3)
    return [*heads_px, *spared.real(alone)], spared


def _stubborn(found_px: Floats, blurred_px: Sequence[Floats], wider: float) -> list[Floats]:
    """What to paint over where a face is still seen: the face itself and the blurred circles it lies in.

    A face that seems larger than a circle it lies in is a blur that looks like a face; it is painted no larger.
    """
    circles_px: list[Floats] = []
    for face in found_px:
        around = [circle for circle in blurred_px if np.hypot(*(circle - face)[:2]) < circle[2]]
        most_px = min((circle[2] for circle in around), default=face[2])
        seen = np.array([face[0], face[1], min(face[2], most_px)])
        circles_px += [circle * np.array([1.0, 1.0, wider]) for circle in (*around, seen)]
    return circles_px


def blur(picture: Bytes, circles_px: Sequence[Floats], spared: Spared = NOTHING) -> Bytes:
    """A copy of `picture` in which each circle keeps no more than CELLS by CELLS averages, with a soft rim."""
    out = picture.copy()
    for part, rim in _parts(out, circles_px, spared):
        coarse = cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        smooth = cv2.resize(coarse, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        part[:] = np.asarray(rim * smooth + (1 - rim) * part).round().astype(np.uint8)
    return out


def paint(picture: Bytes, circles_px: Sequence[Floats], spared: Spared = NOTHING) -> Bytes:
    """A copy of `picture` in which each circle has the colour of what surrounds it: not even a blob is left."""
    out = picture.copy()
    for part, rim in _parts(out, circles_px, spared):
        outside = rim[..., 0] < 0.5
        colour = part[outside].mean(axis=0) if outside.any() else part.mean(axis=(0, 1))
        part[:] = np.asarray(rim * colour + (1 - rim) * part).round().astype(np.uint8)
    return out


def _parts(picture: Bytes, circles_px: Sequence[Floats], spared: Spared) -> Iterator[tuple[Bytes, Floats]]:
    """The part of the picture around each circle, to be changed in place, and how much of it to change (h, w, 1)."""
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
