"""Movements that are not repetitions.

Squats, tying shoes, walking through, an empty set-up, and small movements before a set. The analyzer must not count
any of them.
"""

import numpy as np

from samples.lift.timeline import Timeline, part_way
from samples.lifter.body import Body
from samples.lifter.hands import Hands
from samples.lifter.posture import Posture
from samples.lifter.styles import Window, bottom_posture, squat_bottom
from samples.spec import ClipSpec

OUTSIDE_M = 1.5  # at this distance from the middle, a person is outside the picture
BEHIND_BAR_M = -0.45  # place of a lifter who ties shoes behind the bar
FIDGETS = ("hair", "belt", "bend")
AT_SHOE_S = (1.2, 0.9, 1.4)  # still moments of the hands at a shoe


def plan_no_lift(spec: ClipSpec, body: Body) -> Timeline:
    """Return the timeline of a movement without a repetition, done `lift.reps` times."""
    plans = {"squat": _squats, "tie_shoes": _shoes, "walk_through": _passes, "empty_setup": _empty}
    return plans[spec.lift.style](spec, body)


def fidget(line: Timeline, spec: ClipSpec, body: Body, number: int) -> None:
    """Add one small movement: hand to the hair, hand to the belt, or a small bend. It ends standing."""
    random = np.random.default_rng([spec.seed, 8, number])
    kind = FIDGETS[(spec.seed + number) % len(FIDGETS)]
    pace = float(random.uniform(0.85, 1.2)) / spec.lift.tempo
    if kind == "bend":
        goal = part_way(Posture(), bottom_posture(spec, body, 0), {}, float(random.uniform(0.36, 0.46))).but(grip=0.0)
    else:
        hands: Hands = "hair" if kind == "hair" else "belt"
        goal = Posture(hands=hands, away=1.0, neck_deg=float(random.uniform(-4.0, 14.0)))
    line.go(goal, 0.75 * pace)
    line.hold(0.5 * pace)
    line.go(Posture(), 0.7 * pace)
    line.hold(0.3 * pace)


def _squats(spec: ClipSpec, _: Body) -> Timeline:
    """Squats with a bar on the back, or with the arms in front or crossed."""
    barred, tempo = spec.bar.load == "bar", spec.lift.tempo
    hands: Hands = "back" if barred else spec.lift.arms
    top = Posture(hands=hands, away=1.0, grip=1.0 if barred else 0.0)
    line = Timeline(top if barred else Posture())
    line.go(line.posture, spec.lift.stand_s, held=barred)
    line.go(top, 0.7 / tempo, held=barred)
    for _number in range(spec.lift.reps):
        line.go(squat_bottom(spec, top), 1.3 / tempo, held=barred)
        line.hold(0.15)
        line.go(top, 1.15 / tempo, held=barred)
        line.hold(0.45)
    if not barred:
        line.go(Posture(), 0.6 / tempo)
    line.hold(spec.lift.stand_s)
    return line


def _shoes(spec: ClipSpec, body: Body) -> Timeline:
    """Tie one shoe after the other, for some seconds each. A bar in front stays untouched."""
    stand = Posture(forward_m=BEHIND_BAR_M if spec.bar.load == "bar" else 0.0)
    line, tempo = Timeline(stand), spec.lift.tempo
    line.hold(spec.lift.stand_s)
    for number in range(spec.lift.reps):
        hands: Hands = "left_shoe" if number % 2 == 0 else "right_shoe"
        down = bottom_posture(spec, body, 0).but(forward_m=stand.forward_m, grip=0.0, away=1.0, hands=hands)
        line.go(down, 1.5 / tempo)
        for turn, seconds in enumerate(AT_SHOE_S):
            line.hold(seconds)
            line.go(down.but(pelvis_deg=down.pelvis_deg - 2.0 + 3.0 * (turn % 2)), 0.4)
        line.go(stand, 1.4 / tempo)
        line.hold(0.5)
    line.hold(spec.lift.stand_s)
    return line


def _passes(spec: ClipSpec, _: Body) -> Timeline:
    """Walk from one edge of the picture to the other with a stop; walk back on every second pass."""
    line, pace = Timeline(Posture(forward_m=-OUTSIDE_M)), 1.0 / spec.lift.tempo
    for number in range(spec.lift.reps):
        heading, way = (0.0, 1.0) if number % 2 == 0 else (180.0, -1.0)
        line.go(Posture(forward_m=-way * OUTSIDE_M, heading_deg=heading), 0.4)
        line.go(Posture(heading_deg=heading), 2.0 * pace, gait="walk")
        line.hold(spec.lift.stand_s)
        line.go(Posture(forward_m=way * OUTSIDE_M, heading_deg=heading), 2.0 * pace, gait="walk")
    line.hold(0.3)
    return line


def _empty(spec: ClipSpec, body: Body) -> Timeline:
    """Bend to the load, take hold, let go, and stand up without it."""
    line, tempo = Timeline(Posture()), spec.lift.tempo
    line.hold(spec.lift.stand_s)
    for _number in range(spec.lift.reps):
        line.go(bottom_posture(spec, body, 0), 1.4 / tempo, ways={"grip": Window(0.45, 0.95)})
        line.hold(1.1)
        line.go(Posture(), 1.3 / tempo, ways={"grip": Window(0.05, 0.5)})
        line.hold(0.6)
    line.hold(spec.lift.stand_s)
    return line
