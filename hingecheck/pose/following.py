"""Follows the lifter from look to look: decides which square of each picture the pose network sees.

In: pictures in order of time or against it, and the lifter as a light model found them in some pictures (`Find`).
Out: one `Sighting` a picture, or None.  Why: the network sees one square of the picture.  It must be the lifter's, and
close to right: the network places joints by several degrees differently if the square is a little off.

Steps (`Follower.follow`):

1. Guess squares, the best guess first (`_guesses`): where the lifter moves to, going on as in the last two looks; the
   same with more room, and with less; around the nearest find; upright over its feet; around anybody found in this
   picture.
2. Let the network look at one after the other, until it sees the lifter: probably a person, not upside down, with a
   trunk of the usual length.  If a leg is where none can be, the next squares are tried too, and this look counts only
   if they are no better.  The number of looks is limited (`SPARE`).
3. A square around a find is coarse, so let the network look again at the square that came out.

The squares are those of BlazePose: around the circle that holds the stretched body, turned so that the trunk is
upright.  The network gives the next one itself.  But its size may hardly change, as that of a lifter does not: plates
that hide the legs would shrink it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Protocol

import numpy as np

from hingecheck import landmarks, posture
from hingecheck.pose import estimation
from hingecheck.records import Bytes, Floats, Frame, Sighting

ROOM: Final = 1.25
"""Side of a square, in diameters of the circle around the body: BlazePose's own."""

CIRCLE: Final = 0.82
"""Radius of that circle, in lengths of the chain from shoulders to ankles.  The network's own circles have 0.80 to 0.91
of it (medians of five drawn and real clips)."""

MORE_ROOM: Final = 1.2
"""Factor of a square's side for looks with more and with less room.  More helps where the head leaves the picture.
Less helps where large plates hide the legs of a bent lifter: in one drawn clip the network found the lifter in 28 of 36
squares of 0.7 and 0.85 of the usual side, in 11 of 18 of the usual one, and in none of 1.2."""

HIP_HEIGHT: Final = 0.22
"""Height of the hips above the ankles of a standing lifter, in sides of the square."""

LEAST_PROBABILITY: Final = 0.5
"""Smallest probability of a person with which the network is believed: MediaPipe's default."""

FIND_S: Final = 1.0
"""Largest time between a picture and a find that says where the lifter is, in seconds."""

ELSEWHERE: Final = 0.7
"""Distance between the hips of a find and those of the followed person above which they are not the same, in lengths of
the trunk; also between the upper edges of their squares.  A lifter who goes down fast moves by less in the time between
both pictures."""

STEPS: Final = 64
"""Number of steps in the side of a square to which its middle is rounded.  Its angle is rounded to as many steps a
radian, its side to as many to the factor e.  Why: processors add in different orders, so the same network places joints
0.1 pixels apart on two machines.  Each square follows from the last look, and the difference grows: to 0.9, 1.5 and 3.9
pixels in the median of three clips.  With rounded squares, which are mostly the same, it is 0.25 to 0.31 pixels
(`python -m tests.steadiness`)."""

LOST_S: Final = 0.5
"""Time after which the place where the lifter was seen last says nothing any more, in seconds."""

STEADY_S: Final = 0.25
"""Largest time between two looks whose movement goes on, in seconds."""

STEP: Final = 0.5
"""Largest distance between the hips and where they were to be if the movement goes on, in lengths of the trunk.  What
is farther away is a plate or another person."""

USUAL_S: Final = 6.0
"""Time before and after a picture in which finds say how large the lifter is, in seconds."""

USUAL_QUANTILE: Final = 0.75
"""Quantile of the sizes of the finds that counts as usual: what hides a leg makes a body look smaller, nothing makes it
look larger."""

SIDES: Final = (0.84, 1.5)
"""Smallest and largest side of a square, in usual sides.  The network's own sides have 0.85 to 1.3 of them; `lite` sees
lifters smaller whose legs are behind plates."""

SKEW: Final = 0.25
"""Largest angle between the network's square and the trunk, in radians.  Beyond, the network has lost the head or the
feet, and the square follows shoulders and hips."""

TRUNKS: Final = (0.6, 1.8)
"""Smallest and largest trunk of the lifter, in usual lengths.  From the side a bent trunk looks shorter by up to a
third.  From the front it has hardly any length, but the shoulders keep their width (`posture.torso_px`)."""

SPARE: Final = 0.4
"""Number of looks beyond the first that each picture allows, on average: the most that a clip costs in which the lifter
is hard to see."""

SPARE_AT_FIRST: Final = 5.0
"""Number of looks beyond the first that are allowed at the beginning: enough for all guesses once."""


@dataclass(frozen=True, slots=True)
class Square:
    """A part of the picture: its middle (2,) and side in pixels, and the angle by which it is turned, in radians.

    A square turned by zero has its upper side up; a positive angle turns it clockwise.
    """

    middle_px: Floats
    side_px: float
    angle: float


@dataclass(frozen=True)
class Look:
    """What the network sees in a square of a picture.

    `probability`: of a person.  `square`: where the network would look next, in pixels of the picture.
    """

    sighting: Sighting
    probability: float
    square: Square


@dataclass(frozen=True)
class Find:
    """The lifter as found in the picture at a time in seconds: landmarks (33, 2) in display pixels."""

    time_s: float
    xy_px: Floats


class LandmarkNetwork(Protocol):
    """A network that sees the landmarks of the person in a square of a picture."""

    def look(self, rgb: Bytes, square: Square) -> Look:
        """What the network sees; `square` and the result are in pixels of the picture."""


@dataclass(frozen=True, slots=True)
class _Size:
    """The lifter's usual size, in display pixels: side of the square, length of the trunk, width of the shoulders."""

    side_px: float
    trunk_px: float
    width_px: float


@dataclass(frozen=True, slots=True)
class _Guess:
    """A square in display pixels in which the lifter may be.

    `coarse`: it does not come from the network itself.  `reach`: how far from its middle the hips can be, in lengths of
    the trunk.
    """

    square: Square
    coarse: bool = False
    reach: float = np.inf


class Follower:
    """Follows one lifter through pictures that come in order of time, or all in the opposite order."""

    def __init__(
        self, network: LandmarkNetwork, finds: Sequence[Find], search: Callable[[Frame], list[Floats]]
    ) -> None:
        """`search`: landmarks (33, 2) of everybody in a picture, in display pixels.  It is asked if all else fails."""
        self._network, self._search = network, search
        self._finds = [find for find in finds if not posture.upside_down(find.xy_px)]
        self._finds_s = np.array([find.time_s for find in self._finds])
        self._sizes_px = np.array([_size_px(find.xy_px) for find in self._finds])
        self._seen: list[tuple[float, Square]] = []
        self._spare = SPARE_AT_FIRST

    def follow(self, frame: Frame) -> Sighting | None:
        """The lifter in a picture, None if nobody is found; mask and points in pixels of `frame.rgb`."""
        size = self._size(frame.time_s)
        self._seen = [(time_s, square) for time_s, square in self._seen[-2:] if abs(frame.time_s - time_s) <= LOST_S]
        self._spare += 1.0 + SPARE
        doubtful: tuple[Sighting, Square] | None = None
        for guess in self._guesses(frame, size):
            sighting, square = self._look(frame, guess, size)
            if square is not None and guess.coarse:
                sighting, square = self._look(frame, _Guess(square), size)
            if square is not None:
                if not posture.leg_impossible(sighting.xy_px):
                    return self._kept(frame, sighting, square)
                doubtful = doubtful or (sighting, square)
            if self._spare < 1.0:
                break
        return None if doubtful is None else self._kept(frame, *doubtful)

    def _kept(self, frame: Frame, sighting: Sighting, square: Square) -> Sighting:
        """The sighting; the lifter is followed from its square."""
        self._seen.append((frame.time_s, square))
        return sighting

    def _look(self, frame: Frame, guess: _Guess, size: _Size | None) -> tuple[Sighting, Square | None]:
        """What the network sees in a square, and the lifter's square, None if it does not see the lifter."""
        self._spare -= 1.0
        look = self._network.look(frame.rgb, _in_frame(_rounded(guess.square), frame))
        xy_px = estimation.on_display(look.sighting.xy_px, frame)
        torso_px = float(posture.torso_px(xy_px, 0.0 if size is None else size.width_px))
        usual = size is None or TRUNKS[0] < torso_px / size.trunk_px < TRUNKS[1]
        far = size is not None and np.hypot(*(_hip(xy_px) - guess.square.middle_px)) > guess.reach * size.trunk_px
        upside_down = posture.upside_down(xy_px, 0.0 if size is None else size.width_px)
        if look.probability < LEAST_PROBABILITY or upside_down or not usual or far:
            return look.sighting, None
        square = _on_display(look.square, frame)
        lies = _trunk_px(xy_px) < torso_px  # too short to say how it is turned
        if not lies and abs(square.angle - around(xy_px).angle) > SKEW:
            square = replace(around(xy_px), side_px=square.side_px)
        return look.sighting, _sized(square, size)

    def _size(self, time_s: float) -> _Size | None:
        """The lifter's usual size around a time, None if it is not known."""
        near = np.abs(self._finds_s - time_s) <= USUAL_S
        if not near.any():
            return None
        return _Size(*np.quantile(self._sizes_px[near], USUAL_QUANTILE, axis=0).tolist())

    def _guesses(self, frame: Frame, size: _Size | None) -> Iterator[_Guess]:
        """The squares in which the lifter may be, the best guess first."""
        find = self._finds[np.abs(self._finds_s - frame.time_s).argmin()] if self._finds else None
        near = find is not None and abs(find.time_s - frame.time_s) <= FIND_S
        if find is not None and near and self._contradicts(find, frame):
            yield _Guess(_sized(around(find.xy_px), size), coarse=True)
            near = False
        if self._seen:
            square = self._going_on(frame.time_s)
            yield _Guess(square, reach=STEP)
            yield _Guess(replace(square, side_px=MORE_ROOM * square.side_px), reach=STEP)
            yield _Guess(replace(square, side_px=square.side_px / MORE_ROOM), reach=STEP)
        if find is not None:
            if near:
                yield _Guess(_sized(around(find.xy_px), size), coarse=True)
            yield _Guess(_standing(find.xy_px, size))
        if not near:
            yield from (_Guess(around(xy_px), coarse=True) for xy_px in sorted(self._search(frame), key=_chain_px)[-1:])

    def _contradicts(self, find: Find, frame: Frame) -> bool:
        """True if a find since the last look is elsewhere than the followed person."""
        if not self._seen:
            return False
        last_s = self._seen[-1][0]
        if find.time_s == last_s or not min(last_s, frame.time_s) <= find.time_s <= max(last_s, frame.time_s):
            return False
        found, seen = around(find.xy_px), self._seen[-1][1]
        apart_px = max(np.hypot(*(found.middle_px - seen.middle_px)), np.hypot(*(_top_px(found) - _top_px(seen))))
        return bool(apart_px > ELSEWHERE * _trunk_px(find.xy_px))

    def _going_on(self, time_s: float) -> Square:
        """The lifter's square at a time, if the movement between the last two looks goes on."""
        last_s, last = self._seen[-1]
        if len(self._seen) < 2 or abs(last_s - self._seen[-2][0]) > STEADY_S:
            return last
        before_s, before = self._seen[-2]
        steps = (time_s - last_s) / (last_s - before_s)
        middle_px = last.middle_px + steps * (last.middle_px - before.middle_px)
        return Square(middle_px, last.side_px, last.angle + steps * (last.angle - before.angle))


def around(xy_px: Floats) -> Square:
    """The square around a person with landmarks (33, 2)."""
    hip = _hip(xy_px)
    x, y = _middle(xy_px, landmarks.SHOULDERS) - hip
    return Square(hip, 2 * ROOM * CIRCLE * _chain_px(xy_px), float(np.arctan2(x, -y)))


def _size_px(xy_px: Floats) -> tuple[float, float, float]:
    """The numbers of a `_Size` for landmarks (33, 2)."""
    return around(xy_px).side_px, _trunk_px(xy_px), float(posture.shoulders_px(xy_px))


def _top_px(square: Square) -> Floats:
    """The middle (2,) of a square's upper edge: just above the head, if the square is a person's."""
    return square.middle_px + square.side_px / 2 * np.array([np.sin(square.angle), -np.cos(square.angle)])


def _rounded(square: Square) -> Square:
    """The square rounded to STEPS."""
    side_px = float(np.exp(round(np.log(square.side_px) * STEPS) / STEPS))
    step_px = side_px / STEPS
    return Square(np.round(square.middle_px / step_px) * step_px, side_px, round(square.angle * STEPS) / STEPS)


def _standing(xy_px: Floats, size: _Size | None) -> Square:
    """The square, with more room, of a lifter who stands where the feet of a person with landmarks (33, 2) are."""
    side_px = around(xy_px).side_px if size is None else size.side_px
    hip = _middle(xy_px, landmarks.ANKLES) - np.array([0.0, HIP_HEIGHT * side_px])
    return Square(hip, MORE_ROOM * side_px, 0.0)


def _sized(square: Square, size: _Size | None) -> Square:
    """The square with a side near the usual one."""
    if size is None:
        return square
    return replace(square, side_px=float(np.clip(square.side_px, SIDES[0] * size.side_px, SIDES[1] * size.side_px)))


def _middle(xy_px: Floats, pair: landmarks.Pair) -> Floats:
    """The middle (2,) of a paired body part."""
    return np.asarray(xy_px[list(pair)].mean(axis=0))


def _hip(xy_px: Floats) -> Floats:
    """The middle (2,) of the hips."""
    return _middle(xy_px, landmarks.HIPS)


def _chain_px(xy_px: Floats) -> float:
    """Length of the chain from shoulders to ankles."""
    joints = [_middle(xy_px, pair) for pair in landmarks.CHAIN]
    return float(sum(np.hypot(*(b - a)) for a, b in pairwise(joints)))


def _trunk_px(xy_px: Floats) -> float:
    """Length of the trunk from hips to shoulders."""
    return float(np.hypot(*(_middle(xy_px, landmarks.SHOULDERS) - _hip(xy_px))))


def _in_frame(square: Square, frame: Frame) -> Square:
    """A square in display pixels, in pixels of the frame's picture."""
    middle_px = (square.middle_px - np.array(frame.origin_px)) * frame.scale
    return Square(middle_px, square.side_px * frame.scale, square.angle)


def _on_display(square: Square, frame: Frame) -> Square:
    """A square in pixels of the frame's picture, in display pixels."""
    middle_px = square.middle_px / frame.scale + np.array(frame.origin_px)
    return Square(middle_px, square.side_px / frame.scale, square.angle)
