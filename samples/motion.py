"""The timeline of a set: what the lifter does, from walking in to standing still, as postures over time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from samples.body import Array, Body
from samples.posture import Posture, Stance, bar_place, stance_for
from samples.spec import ClipSpec
from samples.styles import Window, bottom_posture, rest_height_m, top_posture, windows

CHANNELS = ("shank", "knee", "hip", "lumbar", "thoracic", "neck", "grip")
WHOLE = Window(0.0, 1.0)
MISSED_SHARE, HALF_SHARE = 0.40, 0.56  # part of the way up that such a repetition reaches


@dataclass(frozen=True)
class PlannedRep:
    """Intended instants, seconds: start of the movement, of the way up, its end, end of the repetition."""

    start_s: float
    liftoff_s: float
    lockout_s: float
    end_s: float
    complete: bool


@dataclass(frozen=True)
class Move:
    """From one posture to another. `ways` gives the part of the time in which each channel moves."""

    start_s: float
    end_s: float
    before: Posture
    after: Posture
    ways: Mapping[str, Window] = field(default_factory=dict)
    gait: str = ""  # "walk" or "turn"
    held: bool = False


@dataclass(frozen=True)
class SetPlan:
    """A whole set: its moves without gaps, the repetitions, and where the bar rests (x, z)."""

    moves: tuple[Move, ...]
    reps: tuple[PlannedRep, ...]
    stance: Stance
    bar_rest_m: Array

    @property
    def duration_s(self) -> float:
        """End of the last move."""
        return self.moves[-1].end_s


class _Timeline:
    """Appends moves one after another."""

    def __init__(self, begin: Posture) -> None:
        self.now_s = 0.0
        self.posture = begin
        self.moves: list[Move] = []

    def go(self, posture: Posture, duration_s: float, **how: object) -> None:
        """Move to a posture."""
        end = self.now_s + duration_s
        self.moves.append(Move(self.now_s, end, self.posture, posture, **how))  # type: ignore[arg-type]
        self.now_s, self.posture = end, posture

    def hold(self, duration_s: float) -> None:
        """Stay as before, bar in the hands or not."""
        self.go(self.posture, duration_s, held=bool(self.moves) and self.moves[-1].held)


def plan_set(spec: ClipSpec, body: Body) -> SetPlan:
    """Lay out the whole set for a body; tempos vary from repetition to repetition by the spec's seed."""
    random = np.random.default_rng([spec.seed, 1])
    stance = stance_for(body, spec.lift.style, spec.bar.load)
    if spec.lift.style == "rdl":
        line, reps = _romanian(spec, body, random)
    else:
        line, reps = _from_floor(spec, body, random)
    rest = bar_place(body, stance, bottom_posture(spec, body, 0))
    rest[1] = rest_height_m(spec.bar)
    return SetPlan(tuple(line.moves), tuple(reps), stance, rest)


def _pace(spec: ClipSpec, random: np.random.Generator, seconds: float) -> float:
    return float(seconds / spec.lift.tempo * random.uniform(0.9, 1.12))


def _from_floor(spec: ClipSpec, body: Body, random: np.random.Generator) -> tuple[_Timeline, list[PlannedRep]]:
    line = _Timeline(Posture())
    _arrive(line, spec)
    line.hold(spec.lift.stand_s)
    for _ in range(spec.lift.setup_bends):
        bend = part_way(Posture(), bottom_posture(spec, body, 0), {}, 0.75).but(grip=0.0)
        line.go(bend, _pace(spec, random, 0.9))
        line.hold(0.25)
        line.go(Posture(), _pace(spec, random, 0.9))
        line.hold(0.4)
    reps: list[PlannedRep] = []
    if spec.lift.reps:
        line.go(bottom_posture(spec, body, 0), _pace(spec, random, 1.3), ways={"grip": Window(0.45, 0.95)})
        line.hold(0.55)
    for number in range(spec.lift.reps):
        reps.append(_repetition(line, spec, body, (number, random)))
    if spec.lift.reps:
        line.go(Posture(), _pace(spec, random, 1.3), ways={"grip": Window(0.05, 0.5)})
    line.hold(spec.lift.stand_s)
    _leave(line, spec)
    return line, reps


def _repetition(line: _Timeline, spec: ClipSpec, body: Body, which: tuple[int, np.random.Generator]) -> PlannedRep:
    number, random = which
    bottom, ways = bottom_posture(spec, body, number), windows(spec)
    failed = number + 1 in spec.lift.missed
    complete = not failed and number + 1 not in spec.lift.half
    share = MISSED_SHARE if failed else HALF_SHARE
    top = top_posture(spec) if complete else part_way(bottom, top_posture(spec), ways, share)
    line.go(bottom, 0.02, held=True)
    liftoff = line.now_s
    up = _pace(spec, random, 1.45 if complete else 1.2)
    _rise(line, spec, (top, up), ways if complete else _cut(ways, share))
    lockout = line.now_s
    line.hold(_pace(spec, random, 0.65 if complete else 0.35))
    down = {name: Window(1.0 - way.end, 1.0 - way.begin) for name, way in line.moves[-2].ways.items()}
    following = bottom_posture(spec, body, min(number + 1, spec.lift.reps - 1))
    line.go(following, _pace(spec, random, 1.5), ways=down, held=True)
    end = line.now_s
    line.hold(0.05 if spec.lift.rhythm == "touch_and_go" else _pace(spec, random, 1.0))
    return PlannedRep(liftoff, liftoff, lockout, end, complete)


def _rise(line: _Timeline, spec: ClipSpec, goal: tuple[Posture, float], ways: dict[str, Window]) -> None:
    """The way up; a paused repetition stops below the knee."""
    top, seconds = goal
    if spec.lift.rhythm != "paused":
        line.go(top, seconds, ways=ways, held=True)
        return
    below_knee = part_way(line.posture, top, ways, 0.33)
    line.go(below_knee, 0.45 * seconds, ways=_cut(ways, 0.33), held=True)
    line.hold(1.0)
    line.go(
        top,
        0.75 * seconds,
        ways={name: Window(max(0.0, way.begin - 0.1), way.end) for name, way in ways.items()},
        held=True,
    )


def _romanian(spec: ClipSpec, body: Body, random: np.random.Generator) -> tuple[_Timeline, list[PlannedRep]]:
    """Begins and ends standing with the bar in the hands."""
    top, reps = top_posture(spec), []
    ways = {name: way for name, way in windows(spec).items() if name not in ("shank", "knee")}
    line = _Timeline(top)
    line.go(top, spec.lift.stand_s, held=True)
    for number in range(spec.lift.reps):
        start = line.now_s
        down = {name: Window(1.0 - way.end, 1.0 - way.begin) for name, way in ways.items()}
        line.go(bottom_posture(spec, body, number), _pace(spec, random, 1.6), ways=down, held=True)
        if spec.lift.rhythm == "paused":
            line.hold(0.8)
        liftoff = line.now_s
        line.go(top, _pace(spec, random, 1.3), ways=ways, held=True)
        reps.append(PlannedRep(start, liftoff, line.now_s, line.now_s, True))
        line.hold(_pace(spec, random, 0.8))
    line.hold(spec.lift.stand_s)
    return line, reps


def _arrive(line: _Timeline, spec: ClipSpec) -> None:
    if spec.lift.turn_round:
        line.posture = line.posture.but(heading_deg=180.0)
        line.hold(0.6)
        line.go(Posture(), 1.8, gait="turn")
    elif spec.lift.walk_in:
        line.posture = line.posture.but(forward_m=-1.3)
        line.hold(0.3)
        line.go(Posture(), 2.6, gait="walk")


def _leave(line: _Timeline, spec: ClipSpec) -> None:
    if spec.lift.walk_out:
        line.go(line.posture.but(forward_m=-1.3), 2.8, gait="walk")
        line.hold(0.3)


def _cut(ways: Mapping[str, Window], share: float) -> dict[str, Window]:
    """The same order of motion where only the first part of the way is gone."""
    return {name: Window(min(way.begin / share, 0.9), min(way.end / share, 1.0)) for name, way in ways.items()}


def smooth(share: float) -> float:
    """Minimum-jerk course from 0 to 1."""
    x = min(max(share, 0.0), 1.0)
    return x**3 * (10.0 - 15.0 * x + 6.0 * x**2)


def part_way(before: Posture, after: Posture, ways: Mapping[str, Window], share: float) -> Posture:
    """The posture at a share of the time of a move."""
    start, end = channels(before), channels(after)
    parts = []
    for name in CHANNELS:
        way = ways.get(name, WHOLE)
        parts.append(smooth((share - way.begin) / max(way.end - way.begin, 1e-6)))
    shank, knee, hip, lumbar, thoracic, neck, grip = start + (end - start) * np.array(parts)
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
        forward_m=float(forward),
        heading_deg=float(heading),
    )


def channels(posture: Posture) -> Array:
    """Joint angles in the order of CHANNELS: knee = shank + thigh, hip = pelvis + thigh."""
    hip = posture.pelvis_deg + posture.thigh_deg
    spine = (posture.lumbar_deg, posture.thoracic_deg, posture.neck_deg)
    return np.array([posture.shank_deg, posture.shank_deg + posture.thigh_deg, hip, *spine, posture.grip])
