"""The plan at the frames' times: posture with tremor and steps, skeleton, and bar.

Input: a SetPlan and a time. Output: an Instant, which holds everything that moves.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from samples.lift.timeline import Move, SetPlan, part_way, smooth
from samples.lifter.body import Array, Body
from samples.lifter.posture import Posture, load_place, pose
from samples.lifter.skeleton import Posed
from samples.spec import ClipSpec

STEPS = 6  # steps of one walk or turn
GAIT_BEND = {"shank_deg": 9.0, "thigh_deg": 10.0, "pelvis_deg": 3.0}  # added to the posture while walking


@dataclass(frozen=True)
class Instant:
    """The lifter and the bar at one time. `bar_m` is the bar's centre (x, z) in the room."""

    time_s: float
    posture: Posture
    bar_m: Array
    posed: Posed


@dataclass(frozen=True)
class Tremor:
    """Slow sway and fast tremor, added to the joint angles. Degrees, `rate_hz` samples per second."""

    rate_hz: float
    angles_deg: Array  # (T, 5) shank, thigh, pelvis, lumbar, thoracic

    def at(self, time_s: float) -> Array:
        """Return the interpolated values (5,) at a time from the start of the plan."""
        place = min(time_s * self.rate_hz, len(self.angles_deg) - 1.001)
        first = int(place)
        part: Array = self.angles_deg[first] + (self.angles_deg[first + 1] - self.angles_deg[first]) * (place - first)
        return part


def tremor(spec: ClipSpec, duration_s: float) -> Tremor:
    """Return smooth noise of about 1.5 Hz for a whole plan; the seed makes it reproducible."""
    rate = 20.0 / spec.video.slow_motion
    random = np.random.default_rng([spec.seed, 2])
    noise = gaussian_filter1d(random.standard_normal((int(duration_s * rate) + 8, 5)), 3.0, axis=0)
    return Tremor(rate, noise / noise.std(axis=0) * spec.lift.tremor_deg)


def posture_at(plan: SetPlan, shaking: Tremor, time_s: float) -> tuple[Posture, bool]:
    """Return the posture at a time, and whether the bar hangs from the hands."""
    move = next((move for move in plan.moves if time_s < move.end_s), plan.moves[-1])
    share = (time_s - move.start_s) / max(move.end_s - move.start_s, 1e-9)
    posture = part_way(move.before, move.after, move.ways, share)
    if move.gait:
        posture = _gait(move, posture, min(share, 1.0))
    offsets_deg = shaking.at(time_s - plan.begin_s)
    shaken = posture.but(
        shank_deg=posture.shank_deg + 0.5 * offsets_deg[0],
        thigh_deg=posture.thigh_deg + 0.5 * offsets_deg[1],
        pelvis_deg=posture.pelvis_deg + offsets_deg[2],
        lumbar_deg=posture.lumbar_deg + offsets_deg[3],
        thoracic_deg=posture.thoracic_deg + offsets_deg[4],
    )
    return shaken, move.held


def perform(spec: ClipSpec, body: Body, plan: SetPlan, times_s: Array) -> list[Instant]:
    """Return the Instant of every frame time."""
    shaking = tremor(spec, plan.whole_s)
    return [instant(body, plan, shaking, float(time)) for time in times_s]


def instant(body: Body, plan: SetPlan, shaking: Tremor, time_s: float) -> Instant:
    """Return the lifter and the bar at one time.

    The bar stays at its resting place until the hands lift it. Within the first 6 cm it moves to the hands' forward
    place.
    """
    posture, held = posture_at(plan, shaking, time_s)
    bar = plan.bar_rest_m.copy()
    if held:
        carried = load_place(body, plan.stance, posture)
        lifted = carried[1] - plan.bar_rest_m[1]
        bar[1] = max(carried[1], plan.bar_rest_m[1])
        bar[0] += (carried[0] - bar[0]) * smooth(lifted / 0.06)
    return Instant(time_s, posture, bar, pose(body, plan.stance, posture, bar))


def _gait(move: Move, posture: Posture, share: float) -> Posture:
    """Add alternating steps while the lifter walks or turns on the spot; the knees stay slightly bent."""
    bend = smooth(share / 0.15) * smooth((1.0 - share) / 0.15)
    raised = [max(0.0, np.sin(np.pi * (share * STEPS + side))) for side in (0, 1)]
    raise_m = tuple(float(0.06 * bend * height) for height in raised)
    walks = move.gait == "walk"
    step_m = tuple(_foot_ahead(move, share, side) if walks else 0.0 for side in (0, 1))
    changed = {name: getattr(posture, name) + angle * bend for name, angle in GAIT_BEND.items()}
    return posture.but(step_m=step_m, raise_m=raise_m, **changed)  # type: ignore[arg-type]


def _foot_ahead(move: Move, share: float, side: int) -> float:
    """Forward distance of a foot from the body; one foot stands while the other swings."""
    way = (move.after.forward_m - move.before.forward_m) * np.cos(np.radians(move.after.heading_deg))
    swings = np.arange(side, STEPS, 2)
    stops = np.clip((swings + 1.5) / STEPS, 0.0, 1.0)
    place = 0.0
    for swing, stop in zip(swings, stops, strict=True):
        place += (stop - place) * smooth(share * STEPS - swing)
    if swings[-1] + 1.0 < STEPS:
        place += (1.0 - place) * smooth(share * STEPS - (STEPS - 1))
    return float((place - smooth(share)) * way)
