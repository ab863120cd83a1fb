"""Sets without a picture: landmarks of a planar lifter over time, with exact events.

A set is a series of minimum-jerk moves between postures. The hands hang from the shoulders or hold an object in front.
The true events follow from the exact height of the hands, as the contract says: 1 cm for a lifter 1.75 m tall.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.kinematics import angles, view
from hingecheck.pose import cleaning
from hingecheck.records import Angle, Code, Floats, Measure, PoseTrack, Rep, Spine
from hingecheck.segmentation import segment
from tests import lifter

CENTIMETRE: Final = 0.01 / 1.75
UPRIGHT: Final = (0.0, 0.0, 0.0)
NOTHING: Final = ("squat", "walk", "shoes", "set_up", "still")
LIMITS: Final = {  # thigh and shank in degrees, height of the hands at the bottom in heights of the lifter
    "conventional": ((40, 58), (8, 16), (0.14, 0.18)),
    "sumo": ((58, 72), (4, 10), (0.15, 0.18)),
    "stiff_leg": ((22, 32), (0, 4), (0.16, 0.20)),
    "block": ((35, 48), (5, 12), (0.22, 0.30)),
    "kettlebell": ((45, 60), (6, 14), (0.17, 0.22)),
    "trap_bar": ((58, 72), (14, 22), (0.15, 0.20)),
    "romanian": ((18, 28), (0, 4), (0.21, 0.30)),
    "hinge": ((14, 26), (0, 4), (0.22, 0.34)),
    "pick_up": ((30, 60), (4, 16), (0.12, 0.22)),
}
STYLES: Final = tuple(LIMITS)
TOP_TO_TOP: Final = ("romanian", "hinge")
HELD: Final = 0.5  # leg lengths that plates rise in a pull


@dataclass(frozen=True)
class TrueRep:
    """Events in seconds of the clip."""

    liftoff_s: float
    lockout_s: float
    complete: bool


@dataclass
class Timeline:
    """Postures at given times, with minimum-jerk movement between them."""

    random: np.random.Generator
    time_s: list[float] = field(default_factory=lambda: [0.0])
    posture: list[tuple[float, float, float]] = field(default_factory=lambda: [UPRIGHT])
    forward: list[float] = field(default_factory=lambda: [0.0])
    reach: list[float] = field(default_factory=lambda: [0.0])
    pulls: list[tuple[float, float, bool]] = field(default_factory=list)
    empty: list[tuple[float, float, bool]] = field(default_factory=list)
    loaded: list[tuple[float, float]] = field(default_factory=list)

    @property
    def now_s(self) -> float:
        return self.time_s[-1]

    def go(self, posture: tuple[float, float, float], seconds: tuple[float, float], **change: float) -> None:
        """Move to a posture in a random time; `forward` is the place of the feet, `reach` that of the hands."""
        self.time_s.append(self.now_s + self.random.uniform(*seconds))
        self.posture.append(posture)
        self.forward.append(change.get("forward", self.forward[-1]))
        self.reach.append(change.get("reach", self.reach[-1]))

    def stay(self, seconds: tuple[float, float]) -> None:
        self.go(self.posture[-1], seconds)


@dataclass(frozen=True)
class SimulatedSet:
    """The output of a pose model, and the truth; `empty`: rises like repetitions, but with empty hands.

    `wrong`: share of the moments in which the load is seen wrongly.
    """

    style: str
    track: PoseTrack
    truth: tuple[TrueRep, ...]
    empty: tuple[TrueRep, ...]
    loaded: tuple[tuple[float, float], ...]
    slow: float
    wrong: float = 0.0

    def plates_up(self) -> None:
        return None

    def bar_up(self, times_s: Sequence[float], within_s: float) -> Floats:
        """What a plate finder sees; nothing in a set without load."""
        if self.truth and not self.loaded:
            return np.full(len(times_s), np.nan)
        return np.array([HELD * abs(self._held(time_s) - self._wrong(time_s)) for time_s in times_s])

    def looks(self, upright_s: Sequence[float], bent_s: Sequence[float]) -> None:
        return None

    def beside(self, upright_s: Sequence[float], bent_s: Sequence[float], left_s: Sequence[float]) -> Floats:
        return np.full(len(upright_s), np.nan)

    def _wrong(self, time_s: float) -> int:
        """1 in the share `wrong` of the moments."""
        return int(np.random.default_rng(int(1000 * np.nan_to_num(time_s))).random() < self.wrong)

    def _held(self, time_s: float) -> int:
        return int(any(a <= time_s <= b for a, b in self.loaded))

    def segmented(self, *, seen: bool) -> tuple[Rep, ...]:
        """The repetitions that the stages from cleaning to segmentation find; `seen`: the plates are visible."""
        track = cleaning.clean(self.track)
        orient = view.orient(track)
        measured = angles.measure(track, orient, no_spine(len(track.time_s)))
        return segment.segment(measured, pictures=self if seen else None).reps


def random_set(seed: int, style: str) -> SimulatedSet:
    """One set of a style, or one of NOTHING, with random distractions."""
    random = np.random.default_rng(seed)
    line = Timeline(random)
    if style in NOTHING:
        _nothing(line, style)
    elif style == "pick_up":
        _pick_up(line, _bottom(random, style))
    elif style in TOP_TO_TOP:
        _top_to_top(line, _bottom(random, style), style)
    else:
        _from_floor(line, _bottom(random, style))
    return _filmed(line, style, random)


def _bottom(random: np.random.Generator, style: str) -> tuple[float, float, float]:
    """Thigh, shank and trunk lean that bring hanging hands to the height of the load."""
    while True:
        thigh, shank, height = (float(random.uniform(*limits)) for limits in LIMITS[style])
        hips = lifter.SHANK * np.cos(np.radians(shank)) + lifter.THIGH * np.cos(np.radians(thigh))
        up = (height + lifter.ARM - hips) / lifter.TRUNK
        if 0.0 <= up <= 0.85:
            return thigh, shank, float(np.degrees(np.arccos(up)))


def _part(posture: tuple[float, float, float], share: float) -> tuple[float, float, float]:
    thigh, shank, lean = (share * angle for angle in posture)
    return thigh, shank, lean


def _from_floor(line: Timeline, bottom: tuple[float, float, float]) -> None:
    random = line.random
    if random.random() < 0.2:
        line.forward[-1] = -1.0
        line.stay((0.3, 1.0))
        line.go(UPRIGHT, (1.5, 3.0), forward=0.0)
    line.stay((0.5, 2.0))
    for _ in range(random.choice([0, 0, 0, 1, 2])):
        line.go(_part(bottom, random.uniform(0.5, 0.75)), (0.5, 1.0))
        line.go(UPRIGHT, (0.5, 1.0))
        line.stay((0.2, 0.8))
    line.go(bottom, (0.8, 1.8))
    line.stay((0.8, 2.5))
    quick = random.random() < 0.3
    for number in range(random.choice([1, 2, 3, 5, 8])):
        if number and random.random() < 0.1:
            line.go(_part(bottom, 0.9), (0.3, 0.5))
            line.go(bottom, (0.3, 0.5))
            line.stay((0.8, 1.2))
        if number and random.random() < 0.05:
            begin_s = line.now_s
            line.go(UPRIGHT, (0.8, 1.5))
            line.empty.append((begin_s, line.now_s, True))
            line.stay((0.5, 2.0))
            line.go(bottom, (0.8, 1.5))
            line.stay((0.8, 1.5))
        fails = number > 0 and random.random() < 0.1
        _pull(line, bottom, fails=fails, pause=random.random() < 0.1)
        line.stay((0.0, 0.1) if quick and not fails else (0.8, 2.5))
    line.stay((0.3, 0.6))
    line.go(UPRIGHT, (0.8, 1.8))
    line.stay((0.5, 2.0))
    if random.random() < 0.2:
        line.go(UPRIGHT, (1.5, 3.0), forward=random.choice([-1.0, 1.0]))


def _pull(line: Timeline, bottom: tuple[float, float, float], *, fails: bool, pause: bool) -> None:
    begin_s = line.now_s
    if pause and not fails:
        line.go(_part(bottom, 0.75), (0.4, 0.7))
        line.stay((0.8, 1.2))
    line.go(_part(bottom, line.random.uniform(0.35, 0.55)) if fails else UPRIGHT, (0.7, 2.2))
    top_s = line.now_s
    line.stay((0.2, 1.5))
    line.loaded.append((begin_s + 0.1, line.now_s + 0.5))
    line.go(bottom, (0.9, 2.0))
    line.pulls.append((begin_s, top_s, not fails))


def _top_to_top(line: Timeline, bottom: tuple[float, float, float], style: str) -> None:
    random = line.random
    held = style == "romanian"
    line.stay((0.5, 2.0))
    begin_s = 0.0
    pause = random.random() < 0.2
    for _ in range(random.choice([1, 2, 3, 5, 8])):
        line.go(bottom, (1.0, 2.2))
        if pause:
            line.stay((0.6, 1.0))
        low_s = line.now_s
        line.go(UPRIGHT, (0.7, 1.8))
        line.pulls.append((low_s, line.now_s, True))
        line.stay((0.2, 1.2))
    line.stay((0.3, 1.0))
    if held:
        line.loaded.append((begin_s, line.now_s))


def _pick_up(line: Timeline, bottom: tuple[float, float, float]) -> None:
    line.stay((0.6, 2.0))
    line.go(bottom, (0.8, 1.5))
    line.stay((0.4, 1.0))
    begin_s = line.now_s
    line.go(UPRIGHT, (0.8, 1.6), reach=0.22)
    line.pulls.append((begin_s, line.now_s, True))
    line.loaded.append((begin_s + 0.1, line.now_s + 9.0))
    line.stay((1.0, 2.0))


def _nothing(line: Timeline, what: str) -> None:
    random = line.random
    line.stay((0.6, 1.5))
    deep = (float(random.uniform(75, 95)), float(random.uniform(20, 30)), float(random.uniform(25, 40)))
    if what == "squat":
        line.reach[:] = [9.0] * len(line.reach)
        for _ in range(3):
            line.go(deep, (1.0, 1.6))
            line.go(UPRIGHT, (0.8, 1.4))
            line.stay((0.2, 0.8))
    elif what == "walk":
        line.forward[:] = [-1.0] * len(line.forward)
        line.go(UPRIGHT, (2.0, 3.0), forward=1.0)
        line.go(UPRIGHT, (2.0, 3.0), forward=-1.0)
    elif what == "shoes":
        line.go(_bottom(random, "stiff_leg" if random.random() < 0.5 else "conventional"), (0.8, 1.5))
        line.stay((2.5, 5.0))
        line.go(UPRIGHT, (0.8, 1.5))
    elif what == "set_up":
        line.go(_bottom(random, "conventional"), (0.8, 1.5))
        line.stay((0.8, 2.0))
        line.go(UPRIGHT, (0.8, 1.5))
    line.stay((1.0, 2.0))


def _filmed(line: Timeline, style: str, random: np.random.Generator) -> SimulatedSet:
    """Landmarks with noise, losses and swapped sides; time stretched as slow motion in one set of ten."""
    slow = 4.0 if random.random() < 0.1 else 1.0
    rate_hz = float(random.choice([24.0, 30.0, 30.0, 60.0])) / slow
    fine_s = np.arange(0.0, line.now_s, 1 / 240)
    truth, empty = ([_events(line, fine_s, pull, style) for pull in pulls] for pulls in (line.pulls, line.empty))
    time_s = np.arange(0.0, line.now_s, 1 / rate_hz)
    posture, forward, reach = _course(line, time_s)
    camera = lifter.Camera(
        stature_px=float(random.uniform(300, 700)), facing=str(random.choice(["left", "right"])), yaw_deg=0.0
    )
    track = lifter.track(posture, camera)
    track = _placed(track, camera, forward, reach)
    track = replace(track, time_s=time_s * slow)
    loaded = tuple((a * slow, b * slow) for a, b in line.loaded)
    disturbed = _disturbed(track, camera, random)
    return SimulatedSet(style, disturbed, _stretched(truth, slow), _stretched(empty, slow), loaded, slow)


def _stretched(rises: Sequence[TrueRep], slow: float) -> tuple[TrueRep, ...]:
    return tuple(TrueRep(rise.liftoff_s * slow, rise.lockout_s * slow, rise.complete) for rise in rises)


def _course(line: Timeline, time_s: Floats) -> tuple[lifter.Posture, Floats, Floats]:
    """Posture, place of the feet and reach of the hands at some times."""
    rows = np.column_stack([np.array(line.posture), line.forward, line.reach])
    index = np.clip(np.searchsorted(line.time_s, time_s, side="right") - 1, 0, len(line.time_s) - 2)
    begin, end = np.array(line.time_s)[index], np.array(line.time_s)[index + 1]
    t = np.clip((time_s - begin) / np.maximum(end - begin, 1e-9), 0, 1)
    part = (10 * t**3 - 15 * t**4 + 6 * t**5)[:, None]
    now = rows[index] + part * (rows[index + 1] - rows[index])
    return lifter.Posture(time_s, now[:, 0], now[:, 1], now[:, 2]), now[:, 3], now[:, 4]


def _events(line: Timeline, fine_s: Floats, pull: tuple[float, float, bool], style: str) -> TrueRep:
    """Lift-off and lockout by the contract's centimetre; top to top, the lowest point is the lift-off."""
    begin_s, top_s, complete = pull
    inside = fine_s[(fine_s >= begin_s - 0.05) & (fine_s <= top_s + 0.05)]
    height = lifter.joints(_course(line, inside)[0])["wrist"][:, 1]
    risen = float(inside[np.argmax(height > height[0] + CENTIMETRE)])
    lockout_s = float(inside[np.argmax(height > height.max() - CENTIMETRE)])
    return TrueRep(begin_s if style in TOP_TO_TOP else risen, lockout_s if complete else float("nan"), complete)


def _placed(track: PoseTrack, camera: lifter.Camera, forward: Floats, reach: Floats) -> PoseTrack:
    """Move the feet forward, and the hands in front or, where the reach is 9, to the shoulders."""
    sign = 1 if camera.facing == "right" else -1
    xy_px = track.xy_px.copy()
    ahead_px = sign * camera.stature_px * np.where(reach > 1, 0.05, reach)
    for wrist, elbow, shoulder in zip(landmarks.WRISTS, landmarks.ELBOWS, landmarks.SHOULDERS, strict=True):
        xy_px[:, wrist, 0] += ahead_px
        xy_px[:, wrist, 1] -= 0.6 * np.abs(ahead_px) * (reach <= 1)
        on_shoulder = reach > 1
        xy_px[on_shoulder, wrist] = xy_px[on_shoulder, shoulder] + np.array([sign * 10.0, 5.0])
        xy_px[:, elbow] = (xy_px[:, shoulder] + xy_px[:, wrist]) / 2
    xy_px[..., 0] += (sign * camera.stature_px * forward)[:, None]
    return replace(track, xy_px=xy_px)


def _disturbed(track: PoseTrack, camera: lifter.Camera, random: np.random.Generator) -> PoseTrack:
    """Jitter, slow drift, gaps up to a quarter of a second, left and right swapped in a tenth of the frames."""
    n = len(track.time_s)
    xy_px = track.xy_px + random.normal(0, 0.004 * camera.stature_px, track.xy_px.shape)
    drift = random.normal(0, 1, (n // 20 + 2, landmarks.COUNT, 2)) * 0.004 * camera.stature_px
    grid = np.linspace(0, len(drift) - 1, n)
    low = np.floor(grid).astype(int).clip(max=len(drift) - 2)
    part = (grid - low)[:, None, None]
    xy_px += (1 - part) * drift[low] + part * drift[low + 1]
    swapped = random.random(n) < 0.1
    pairs = (landmarks.SHOULDERS, landmarks.HIPS, landmarks.KNEES, landmarks.ANKLES, landmarks.WRISTS)
    for left, right in pairs:
        xy_px[:, left], xy_px[:, right] = (
            np.where(swapped[:, None], xy_px[:, b], xy_px[:, a]) for a, b in ((left, right), (right, left))
        )
    gaps = np.zeros(n, bool)
    step_s = float(track.time_s[1] - track.time_s[0])
    for _ in range(random.integers(0, 4)):
        start = int(random.integers(0, n))
        gaps[start : start + max(1, round(random.uniform(0.05, 0.25) / step_s))] = True
    xy_px[gaps] = np.nan
    world_m = track.world_m.copy()
    world_m[gaps] = np.nan
    visibility = np.where(gaps[:, None], np.nan, track.visibility)
    return replace(track, xy_px=xy_px, world_m=world_m, visibility=visibility)


def no_spine(n: int) -> Spine:
    """A spine without measured angles, which segmentation does not need."""
    nothing = np.full(n, np.nan)
    unread = Angle(nothing, nothing.copy(), nothing.copy(), 0.0, np.full(n, Code.LIFTER_UNSEEN))
    return Spine(
        pelvis_tilt=unread,
        lumbar_flexion=unread,
        junction=unread,
        thoracic_flexion=unread,
        trunk_lean=unread,
        thigh=unread,
        shank=unread,
        yaw_deg=Measure.missing(Code.BACK_UNSEEN),
        zero=Code.STANDING_USUAL,
        standing=np.zeros(n, bool),
    )
