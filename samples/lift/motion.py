"""The plan of a whole set: what the lifter does, as postures over time.

Input: a spec and a body. Output: a SetPlan with all moves, from walking in to standing still, and the planned
repetitions.
"""

from collections.abc import Mapping

import numpy as np

from samples.lift.movements import fidget, plan_no_lift
from samples.lift.timeline import PlannedRep, SetPlan, Timeline, part_way, window_of
from samples.lifter.body import Body
from samples.lifter.posture import Posture, bar_place, stance_for
from samples.lifter.styles import Window, bottom_posture, rest_height_m, top_posture, windows
from samples.spec import FROM_THE_TOP, NO_LIFT, ClipSpec

MISSED_SHARE, HALF_SHARE = 0.40, 0.56  # share of the way up that a missed or half repetition reaches
REGRIP_SHARE = 0.3  # share of the way up that the trunk rises during a regrip


def plan_set(spec: ClipSpec, body: Body) -> SetPlan:
    """Plan the whole set for a body; the seed varies the tempo from repetition to repetition."""
    random = np.random.default_rng([spec.seed, 1])
    stance = stance_for(body, spec.lift.style, spec.bar.load)
    reps: list[PlannedRep] = []
    if spec.lift.style in NO_LIFT:
        line = plan_no_lift(spec, body)
    elif spec.lift.style in FROM_THE_TOP:
        line, reps = _from_the_top(spec, body, random)
    else:
        line, reps = _from_floor(spec, body, random)
    rest = bar_place(body, stance, bottom_posture(spec, body, 0))
    rest[1] = rest_height_m(spec.bar)
    return _recorded(SetPlan(tuple(line.moves), tuple(reps), stance, rest), spec)


def _recorded(plan: SetPlan, spec: ClipSpec) -> SetPlan:
    """Cut the plan to the recorded part, and slow it down for slow motion."""
    begin_s, end_s = 0.0, plan.duration_s
    if plan.reps and spec.lift.cut_in:
        first = plan.reps[0]
        begin_s = first.start_s + spec.lift.cut_in * (first.end_s - first.start_s)
    if plan.reps and spec.lift.cut_out:
        last = plan.reps[-1]
        end_s = last.start_s + spec.lift.cut_out * (last.end_s - last.start_s)
    if (begin_s, end_s, spec.video.slow_motion) == (0.0, plan.duration_s, 1.0):
        return plan
    return window_of(plan, begin_s, end_s, spec.video.slow_motion)


def _pace(spec: ClipSpec, random: np.random.Generator, seconds: float) -> float:
    """Duration of a move in seconds, with the spec's tempo and a random variation."""
    return float(seconds / spec.lift.tempo * random.uniform(0.9, 1.12))


def _from_floor(spec: ClipSpec, body: Body, random: np.random.Generator) -> tuple[Timeline, list[PlannedRep]]:
    """Plan a set that starts and ends with the load on the floor."""
    line = Timeline(Posture())
    _arrive(line, spec)
    line.hold(spec.lift.stand_s)
    for number in range(spec.lift.fidgets):
        fidget(line, spec, body, number)
    for _ in range(spec.lift.setup_bends):
        bend = part_way(Posture(), bottom_posture(spec, body, 0), {}, 0.75).but(grip=0.0)
        line.go(bend, _pace(spec, random, 0.9))
        line.hold(0.25)
        line.go(Posture(), _pace(spec, random, 0.9))
        line.hold(0.4)
    reps: list[PlannedRep] = []
    if spec.lift.reps:
        _take(line, spec, body, (0, random))
    for number in range(spec.lift.reps):
        reps.append(_repetition(line, spec, body, (number, random)))
        _between(line, spec, body, (number, random))
    if spec.lift.reps and spec.lift.put_down:
        line.go(Posture(), _pace(spec, random, 1.3), ways={"grip": Window(0.05, 0.5)})
    line.hold(spec.lift.stand_s)
    _leave(line, spec)
    return line, reps


def _take(line: Timeline, spec: ClipSpec, body: Body, which: tuple[int, np.random.Generator]) -> None:
    """Bend down from standing and put the hands on the load."""
    number, random = which
    line.go(bottom_posture(spec, body, number), _pace(spec, random, 1.3), ways={"grip": Window(0.45, 0.95)})
    line.hold(0.55)


def _between(line: Timeline, spec: ClipSpec, body: Body, which: tuple[int, np.random.Generator]) -> None:
    """Plan the pause on the floor before the next repetition: a regrip, or standing up without the load."""
    number, random = which
    following = min(number + 1, spec.lift.reps - 1)
    if number + 1 in spec.lift.regrips:
        bottom = bottom_posture(spec, body, following)
        line.go(part_way(bottom, Posture(), {}, REGRIP_SHARE).but(grip=0.3), _pace(spec, random, 0.6))
        line.hold(0.3)
        line.go(bottom, _pace(spec, random, 0.6), ways={"grip": Window(0.3, 0.95)})
        line.hold(0.5)
    if number + 1 in spec.lift.resets:
        line.go(Posture(), _pace(spec, random, 1.3), ways={"grip": Window(0.05, 0.5)})
        line.hold(0.4)
        fidget(line, spec, body, number)
        _take(line, spec, body, (following, random))


def _repetition(line: Timeline, spec: ClipSpec, body: Body, which: tuple[int, np.random.Generator]) -> PlannedRep:
    """Plan one repetition from the floor: up, a moment at the top, down, a moment on the floor.

    A missed or half repetition turns back on the way up.
    """
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
    if number + 1 == spec.lift.reps and not spec.lift.put_down:
        return PlannedRep(liftoff, liftoff, lockout, line.now_s + spec.lift.stand_s, complete, put_down=False)
    down = {name: Window(1.0 - way.end, 1.0 - way.begin) for name, way in line.moves[-2].ways.items()}
    following = bottom_posture(spec, body, min(number + 1, spec.lift.reps - 1))
    line.go(following, _pace(spec, random, 1.5), ways=down, held=True)
    end = line.now_s
    line.hold(0.05 if spec.lift.rhythm == "touch_and_go" else _pace(spec, random, 1.0))
    return PlannedRep(liftoff, liftoff, lockout, end, complete)


def _rise(line: Timeline, spec: ClipSpec, goal: tuple[Posture, float], ways: dict[str, Window]) -> None:
    """Plan the way up; a paused repetition stops below the knee."""
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


def _from_the_top(spec: ClipSpec, body: Body, random: np.random.Generator) -> tuple[Timeline, list[PlannedRep]]:
    """Plan a set that starts and ends standing, with the bar in the hands or the hands on the thighs."""
    reps: list[PlannedRep] = []
    top = top_posture(spec)
    ways = {name: way for name, way in windows(spec).items() if name not in ("shank", "knee")}
    line = Timeline(top)
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


def _arrive(line: Timeline, spec: ClipSpec) -> None:
    """Plan turning round or walking in, if the spec asks for it."""
    if spec.lift.turn_round:
        line.posture = line.posture.but(heading_deg=180.0)
        line.hold(0.6)
        line.go(Posture(), 1.8, gait="turn")
    elif spec.lift.walk_in:
        line.posture = line.posture.but(forward_m=-1.3)
        line.hold(0.3)
        line.go(Posture(), 2.6, gait="walk")


def _leave(line: Timeline, spec: ClipSpec) -> None:
    """Plan walking out, if the spec asks for it."""
    if spec.lift.walk_out:
        line.go(line.posture.but(forward_m=-1.3), 2.8, gait="walk")
        line.hold(0.3)


def _cut(ways: Mapping[str, Window], share: float) -> dict[str, Window]:
    """Stretch the joints' windows so that the first part of the way uses the whole time."""
    return {name: Window(min(way.begin / share, 0.9), min(way.end / share, 1.0)) for name, way in ways.items()}
