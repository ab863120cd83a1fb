"""Moves between postures, one after another, and the posture within a move.

A set is a list of moves without gaps. In a move, each joint goes from its first to its last angle within its own part
of the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from samples.lifter.body import Array
from samples.lifter.posture import Posture, Stance
from samples.lifter.styles import Window

CHANNELS = ("shank", "knee", "hip", "lumbar", "thoracic", "neck", "grip", "away")
"""Parts of a posture that move each in their own window; see `channels`."""
WHOLE = Window(0.0, 1.0)


@dataclass(frozen=True)
class PlannedRep:
    """Planned instants of a repetition, seconds.

    `start_s`: start of the movement. `liftoff_s`: start of the way up. `lockout_s`: end of the way up. `end_s`: end of
    the repetition. If the load is not put down, the repetition ends with the plan.
    """

    start_s: float
    liftoff_s: float
    lockout_s: float
    end_s: float
    complete: bool
    put_down: bool = True


@dataclass(frozen=True)
class Move:
    """One move from a posture to another.

    `ways` gives, for each channel, the part of the time in which it moves. `held`: the load is in the hands.
    """

    start_s: float
    end_s: float
    before: Posture
    after: Posture
    ways: Mapping[str, Window] = field(default_factory=dict)
    gait: str = ""  # "walk" or "turn"
    held: bool = False


@dataclass(frozen=True)
class SetPlan:
    """A whole set: moves without gaps, repetitions, and the bar's resting place (x, z).

    Time 0 is the first recorded frame. A recording that starts late leaves moves before it. A recording that ends
    early (at `recorded_s`) leaves moves after it.
    """

    moves: tuple[Move, ...]
    reps: tuple[PlannedRep, ...]
    stance: Stance
    bar_rest_m: Array
    recorded_s: float | None = None

    @property
    def begin_s(self) -> float:
        """Start of the first move, 0 or earlier."""
        return self.moves[0].start_s

    @property
    def duration_s(self) -> float:
        """End of the recording."""
        return self.moves[-1].end_s if self.recorded_s is None else self.recorded_s

    @property
    def whole_s(self) -> float:
        """Time from the start of the first move to the end of the last, recorded or not."""
        return self.moves[-1].end_s - self.begin_s


class Timeline:
    """Builds a plan: it appends moves and remembers the current time and posture."""

    def __init__(self, begin: Posture) -> None:
        self.now_s = 0.0
        self.posture = begin
        self.moves: list[Move] = []

    def go(self, posture: Posture, duration_s: float, **how: object) -> None:
        """Append a move to a posture."""
        end = self.now_s + duration_s
        self.moves.append(Move(self.now_s, end, self.posture, posture, **how))  # type: ignore[arg-type]
        self.now_s, self.posture = end, posture

    def hold(self, duration_s: float) -> None:
        """Append a move that keeps the posture, with or without the load as before."""
        self.go(self.posture, duration_s, held=bool(self.moves) and self.moves[-1].held)


def window_of(plan: SetPlan, begin_s: float, end_s: float, slower: float) -> SetPlan:
    """Return the plan as a recording from `begin_s` to `end_s` shows it, played `slower` times slower."""

    def recorded_time(time_s: float) -> float:
        return (time_s - begin_s) * slower

    moves = [replace(move, start_s=recorded_time(move.start_s), end_s=recorded_time(move.end_s)) for move in plan.moves]
    reps = [
        replace(
            rep,
            start_s=recorded_time(rep.start_s),
            liftoff_s=recorded_time(rep.liftoff_s),
            lockout_s=recorded_time(rep.lockout_s),
            end_s=recorded_time(rep.end_s),
        )
        for rep in plan.reps
    ]
    return replace(plan, moves=tuple(moves), reps=tuple(reps), recorded_s=recorded_time(end_s))


def smooth(share: float) -> float:
    """Return the minimum-jerk course from 0 to 1."""
    x = min(max(share, 0.0), 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def part_way(before: Posture, after: Posture, ways: Mapping[str, Window], share: float) -> Posture:
    """Return the posture at a share (0..1) of a move's time."""
    start, end = channels(before), channels(after)
    parts = []
    for name in CHANNELS:
        way = ways.get(name, WHOLE)
        parts.append(smooth((share - way.begin) / max(way.end - way.begin, 1e-6)))
    shank, knee, hip, lumbar, thoracic, neck, grip, away = start + (end - start) * np.array(parts)
    whole = smooth(share)
    heading = before.heading_deg + (after.heading_deg - before.heading_deg) * whole
    forward = before.forward_m + (after.forward_m - before.forward_m) * whole
    return Posture(
        shank_deg=float(shank),
        thigh_deg=float(knee - shank),
        pelvis_deg=float(hip - knee + shank),
        lumbar_deg=float(lumbar),
        thoracic_deg=float(thoracic),
        neck_deg=float(neck),
        grip=float(grip),
        hands=after.hands or before.hands,
        away=float(away),
        forward_m=float(forward),
        heading_deg=float(heading),
    )


def channels(posture: Posture) -> Array:
    """Return the joint angles in the order of CHANNELS: knee = shank + thigh, hip = pelvis + thigh."""
    hip = posture.pelvis_deg + posture.thigh_deg
    spine = (posture.lumbar_deg, posture.thoracic_deg, posture.neck_deg)
    hands = (posture.grip, posture.away)
    return np.array([posture.shank_deg, posture.shank_deg + posture.thigh_deg, hip, *spine, *hands])
