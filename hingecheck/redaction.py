"""Blurs heads in pictures: the lifter's, followed through the whole clip, and everybody else's.

Three sources, all of them generous.  The lifter's head comes from the landmarks, interpolated where they were lost.
Others, and the lifter where the landmarks fail, are looked for once in a while by the pose model (people) and by
a face detector (faces), and linked over time, so that a head that is missed for a moment stays blurred.  And each
picture that is handed out, in a film every few, is searched for faces once more after it is blurred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from hingecheck import landmarks
from hingecheck.records import Bytes, Floats, PoseTrack

Retouch = Callable[[Bytes, float], Bytes]
"""An upright full-size picture (h, w, 3) and its time in seconds -> a picture in which heads are blurred."""

HEAD_RADIUS: Final = 0.36
"""Of a blurred head, in trunk lengths (shoulder to hip): about 18 cm, where a head reaches 13 cm."""

NECK: Final = 0.42
"""From the shoulders to the middle of the head, in trunk lengths, where the head itself has no landmark."""

PLATE_RADIUS: Final = 0.6
"""Around the hands, in trunk lengths: a plate's radius is about 0.45.  Here only people count, not faces alone."""

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
MOST_GROWN: Final = 2.0
"""A blur grows with the time to the nearest sighting, up to a double one."""

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
    """One head over time: `circle_px` (N, 3) is x, y, radius in display pixels, at growing `time_s` (N,)."""

    time_s: Floats
    circle_px: Floats
    hold_s: float = HOLD_S

    def seen(self, time_s: float) -> bool:
        """Whether there is a sighting close to a time."""
        return bool(np.min(np.abs(self.time_s - time_s)) <= CLOSE_S)

    def at(self, time_s: float) -> Floats | None:
        """The circle (3,) at a time, wider the farther the nearest sighting is; None outside the track."""
        if not self.time_s[0] - self.hold_s <= time_s <= self.time_s[-1] + self.hold_s:
            return None
        away_s = float(np.min(np.abs(self.time_s - time_s)))
        circle = np.array([np.interp(time_s, self.time_s, column) for column in self.circle_px.T])
        circle[2] *= min(1.0 + GROWTH_PER_S * away_s, MOST_GROWN)
        return circle


@dataclass
class _Open:
    """A track that is still growing."""

    times_s: list[float] = field(default_factory=list)
    circles_px: list[Floats] = field(default_factory=list)


def lifter(pose: PoseTrack) -> Track | None:
    """The lifter's head in every frame in which it or the shoulders were seen, held over the rest of the clip."""
    circles_px = heads(pose.xy_px)
    known = ~np.isnan(circles_px).any(axis=1)
    if not known.any():
        return None
    circles_px[:, 2] = np.nanquantile(circles_px[:, 2], 0.9)  # a trunk that leans to the camera looks shorter
    return Track(pose.time_s[known], circles_px[known], hold_s=float("inf"))


def plates(pose: PoseTrack) -> Track | None:
    """Where the lifter's hands hold the bar: its plates look like faces to a detector."""
    hands, shoulder, hip = (pose.middle_px(pair) for pair in (landmarks.WRISTS, landmarks.SHOULDERS, landmarks.HIPS))
    known = ~np.isnan(hands).any(axis=1)
    trunk_px = float(np.nanquantile(np.hypot(*(shoulder - hip).T), 0.9)) if known.any() else np.nan
    if np.isnan(trunk_px):
        return None
    circles_px = np.column_stack([hands[known], np.full(int(known.sum()), PLATE_RADIUS * trunk_px)])
    return Track(pose.time_s[known], circles_px)


def heads(xy_px: Floats) -> Floats:
    """Circles (N, 3) around the heads of N people or frames with landmarks (N, 33, 2); NaN where nothing is known."""
    shoulder, hip = (xy_px[:, list(pair)].mean(axis=1) for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    trunk_px = np.hypot(*(shoulder - hip).T)
    ear, nose = xy_px[:, list(landmarks.EARS)].mean(axis=1), xy_px[:, landmarks.Point.NOSE]
    head = (2 * ear + nose) / 3
    guess = shoulder + NECK * (shoulder - hip)
    middle = np.where(np.isnan(head).any(axis=1, keepdims=True), guess, head)
    return np.concatenate([middle, HEAD_RADIUS * trunk_px[:, None]], axis=1)


def beside(circles_px: Floats, track: Track | None, time_s: float) -> Floats:
    """Those of the circles (n, 3) whose middle does not lie in the circle of `track`."""
    own = None if track is None else track.at(time_s)
    if own is None:
        return circles_px
    return np.asarray(circles_px[np.hypot(*(circles_px - own)[:, :2].T) > own[2]])


def link(sightings: Iterable[tuple[float, Floats]]) -> list[Track]:
    """Circles (n, 3) seen at growing times, as tracks: each joins the nearest head that was seen not long ago."""
    tracks: list[_Open] = []
    for time_s, circles_px in sightings:
        for circle in circles_px:
            track = _nearest(tracks, circle, time_s)
            if track is None:
                track = _Open()
                tracks.append(track)
            track.times_s.append(time_s)
            track.circles_px.append(circle)
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
    return Track(np.array(track.times_s), np.stack(track.circles_px), HOLD_S if held else MOMENT_S)


def retouch(tracks: Sequence[Track], look: Look, plates: Track | None) -> Retouch:
    """The function that blurs what the tracks say and what `look` still finds; `plates` are taken for faces."""
    clean_s = float("-inf")

    def blurred(picture: Bytes, time_s: float) -> Bytes:
        nonlocal clean_s
        circles_px = [circle for track in tracks if (circle := track.at(time_s)) is not None]
        out = blur(picture, circles_px)
        if 0.0 <= time_s - clean_s < CHECK_PAUSE_S:
            return out
        for turn in range(ROUNDS):
            left = beside(look(out, time_s), plates, time_s)
            if not len(left):
                clean_s = time_s if turn == 0 else clean_s
                break
            out = paint(out, _stubborn(left, circles_px, 1.0 + WIDER * turn))
        return out

    return blurred


def _stubborn(found_px: Floats, blurred_px: Sequence[Floats], wider: float) -> list[Floats]:
    """What to paint over where a face is still seen: the face itself and the blurred circles it lies in."""
    circles_px: list[Floats] = []
    for face in found_px:
        around = [circle for circle in blurred_px if np.hypot(*(circle - face)[:2]) < circle[2]]
        circles_px += [circle * np.array([1.0, 1.0, wider]) for circle in (*around, face)]
    return circles_px


def blur(picture: Bytes, circles_px: Sequence[Floats]) -> Bytes:
    """A copy of `picture` in which each circle keeps no more than CELLS by CELLS averages, with a soft rim."""
    out = picture.copy()
    for part, rim in _parts(out, circles_px):
        coarse = cv2.resize(part, (CELLS, CELLS), interpolation=cv2.INTER_AREA)
        smooth = cv2.resize(coarse, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
        part[:] = np.asarray(rim * smooth + (1 - rim) * part).round().astype(np.uint8)
    return out


def paint(picture: Bytes, circles_px: Sequence[Floats]) -> Bytes:
    """A copy of `picture` in which each circle has the colour of what surrounds it: not even a blob is left."""
    out = picture.copy()
    for part, rim in _parts(out, circles_px):
        outside = rim[..., 0] < 0.5
        colour = part[outside].mean(axis=0) if outside.any() else part.mean(axis=(0, 1))
        part[:] = np.asarray(rim * colour + (1 - rim) * part).round().astype(np.uint8)
    return out


def _parts(picture: Bytes, circles_px: Sequence[Floats]) -> Iterator[tuple[Bytes, Floats]]:
    """The part of the picture around each circle, to be changed in place, and how much of it to change (h, w, 1)."""
    height, width = picture.shape[:2]
    for x, y, radius in circles_px:
        reach = (1.0 + RIM) * radius
        left, right = (int(np.clip(edge, 0, width)) for edge in (x - reach, x + reach + 1))
        top, bottom = (int(np.clip(edge, 0, height)) for edge in (y - reach, y + reach + 1))
        if right - left < 2 or bottom - top < 2:
            continue
        rows, columns = np.mgrid[top:bottom, left:right]
        rim = (reach - np.hypot(columns - x, rows - y)) / max(reach - radius, 1.0)
        yield picture[top:bottom, left:right], np.clip(rim, 0.0, 1.0)[..., None]
