"""Plates found in thumbnails, and the events and metrics that follow from their positions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from hingecheck import analysis, landmarks, observation, posture
from hingecheck.backends import bundles
from hingecheck.backends.platenet import PlateNet
from hingecheck.barbell import detection, evidence
from hingecheck.errors import ModelError, NoRepetition
from hingecheck.kinematics import view
from hingecheck.metrics import bar_path, repetition
from hingecheck.records import (
    METRICS,
    AngleTrack,
    Bytes,
    Code,
    Floats,
    Looks,
    Measure,
    Plates,
    PoseTrack,
    Reason,
    Rep,
    Thumbnails,
)
from hingecheck.segmentation import segment, tables
from hingecheck.segmentation.evidence import said
from hingecheck.segmentation.model import AROUND_S
from hingecheck.video import thumbnails as small
from hingecheck.video.reading import Video
from tests import lifter
from tests.recordings import SAMPLES
from tests.staged import staged
from tests.test_motion import observe, stages

STEP_S, RADIUS_PX, SCALE = 0.12, 100.0, 0.25
LEG_PX = (lifter.SHANK + lifter.THIGH) * lifter.Camera().stature_px
TWO = lifter.Set()
FEET_PX = (241.0, 738.0, 254.0)
"""Mid-ankle and the leg's length in the sample's pictures, by its camera (2.9 m away, 35 degrees across)."""


@dataclass
class ScriptedFinder:
    """A plate finder with given answers: centres (M, 2) and radii (M,) in display pixels, probabilities (M,)."""

    track: PoseTrack
    middle_px: Floats
    radius_px: Floats
    chance: Floats

    def look(self, pictures: Bytes) -> tuple[Floats, Floats]:
        assert pictures.shape[1:] == (detection.SIZE_PX, detection.SIZE_PX)
        turn = detection.window(posture.feet_px(self.track), posture.leg_px(self.track))
        place = self.middle_px @ turn[:, :2].T + turn[:, 2]
        radius = self.radius_px * turn[0, 0]
        return self.chance, np.column_stack([place, radius, radius])


def find_plates(finder: ScriptedFinder, *, yaw_deg: float = 0.0) -> Plates | None:
    """The plates that detection reads from the finder, in empty thumbnails."""
    time_s = np.arange(0.0, len(finder.chance)) * STEP_S
    thumbnails = Thumbnails(time_s, np.zeros((len(time_s), 225, 125), np.uint8), SCALE, (0.0, 0.0))
    seen = view.with_yaw(view.orient(finder.track), Measure(yaw_deg, yaw_deg - 1, yaw_deg + 1))
    return detection.find(detection.Finder(finder, finder), thumbnails, finder.track, seen)


def at_the_hands(track: PoseTrack) -> ScriptedFinder:
    """Plates whose centre is at the hands."""
    count = int(track.time_s[-1] / STEP_S)
    wrist = track.middle_px(landmarks.WRISTS)
    middle_px = np.array([wrist[int(np.argmin(np.abs(track.time_s - STEP_S * k)))] for k in range(count)])
    return ScriptedFinder(track, middle_px, np.full(count, RADIUS_PX), np.full(count, 0.9))


@pytest.mark.parametrize("facing", ["right", "left"])
def test_plate_positions_are_in_plate_radii_for_either_facing(facing: str) -> None:
    finder = at_the_hands(lifter.track(TWO.posture(), lifter.Camera(facing=facing)))
    way_px = finder.middle_px - finder.middle_px[0]
    seen = find_plates(finder)
    assert seen is not None
    assert seen.up.min() == pytest.approx(0.0, abs=0.05)
    assert np.ptp(seen.up) == pytest.approx(np.ptp(way_px[:, 1]) / RADIUS_PX, rel=0.01)
    sign = 1 if facing == "right" else -1
    assert seen.forward - seen.forward[0] == pytest.approx(sign * way_px[:, 0] / RADIUS_PX, abs=1e-6)
    assert seen.radius_legs == pytest.approx(RADIUS_PX / LEG_PX)


def test_the_yaw_corrects_only_the_forward_distance() -> None:
    finder = at_the_hands(lifter.track(TWO.posture()))
    square, oblique = find_plates(finder), find_plates(finder, yaw_deg=20.0)
    assert square is not None
    assert oblique is not None
    assert oblique.up == pytest.approx(square.up)
    assert np.ptp(oblique.forward) == pytest.approx(np.ptp(square.forward) / np.cos(np.radians(20.0)))


def test_unlikely_and_wrongly_sized_plates_are_unknown() -> None:
    finder = at_the_hands(lifter.track(TWO.posture()))
    finder.chance[:5], finder.radius_px[10:15] = 0.2, 1.5 * RADIUS_PX
    seen = find_plates(finder)
    assert seen is not None
    assert np.flatnonzero(np.isnan(seen.up)).tolist() == [*range(5), *range(10, 15)]


def test_rarely_seen_plates_and_plates_away_from_the_hands_are_ignored() -> None:
    finder = at_the_hands(lifter.track(TWO.posture()))
    assert find_plates(replace(finder, chance=np.where(np.arange(len(finder.chance)) % 6, 0.1, 0.9))) is None
    assert find_plates(replace(finder, chance=np.full(len(finder.chance), 0.6))) is None
    beside = replace(finder, middle_px=finder.middle_px + np.array([0.5 * LEG_PX, 0.0]))
    assert find_plates(beside) is None
    assert find_plates(beside, yaw_deg=20.0) is not None, "the near end of the bar is then to the side"
    assert find_plates(finder, yaw_deg=40.0) is None
    unseen = replace(finder.track, xy_px=finder.track.xy_px * np.nan)
    assert np.isnan(posture.leg_px(unseen))
    thumbnails = Thumbnails(np.zeros(1), np.zeros((1, 9, 9), np.uint8), 1.0, (0.0, 0.0))
    assert detection.find(detection.Finder(finder, finder), thumbnails, unseen, view.orient(finder.track)) is None


def test_a_tiny_plate_is_read_as_a_bare_bar() -> None:
    plated = at_the_hands(lifter.track(TWO.posture()))
    finder = replace(plated, radius_px=np.full(len(plated.chance), 12.0), chance=np.full(len(plated.chance), 0.65))
    seen, large = find_plates(finder), find_plates(plated)
    assert seen is not None
    assert large is not None
    assert (seen.bare, large.bare) == (True, False)
    assert seen.up_legs == pytest.approx(large.up_legs, abs=1e-9)
    beside = replace(finder, middle_px=finder.middle_px + np.array([0.5 * LEG_PX, 0.0]))
    assert find_plates(beside) is not None, "the end of a sleeve is farther out than plates are"
    assert find_plates(replace(finder, middle_px=finder.middle_px + np.array([0.8 * LEG_PX, 0.0]))) is None


def held_at(time_s: Floats, forward: Floats, up: Floats, radius_legs: float) -> Plates:
    """Plates that are nowhere in the picture."""
    return Plates(time_s, forward, up, radius_legs, np.full((len(time_s), 2), np.nan))


def series(*heights: float) -> Plates:
    """Plates at these heights, in leg lengths, one a second."""
    up = np.repeat(np.array(heights), 10)
    return held_at(np.arange(0.0, len(up)) * 0.1, 0.0 * up, up / 0.3, 0.3)


def pictures_with(held: Plates | None) -> evidence.Pictures:
    thumbnails = Thumbnails(np.arange(3.0), np.zeros((3, 225, 125), np.uint8), SCALE, (0.0, 0.0))
    return evidence.Pictures(thumbnails, lifter.track(TWO.posture()), held)


def test_plates_above_their_resting_height_hang() -> None:
    held = series(0.0, 0.5, 0.06, 0.5, float("nan"))
    assert hangs(pictures_with(held), [0.5, 1.5, 2.5, 3.5, 4.5]) == [False, True, False, True, None]
    assert hangs(pictures_with(None), [0.5]) == [None]


def hangs(pictures: evidence.Pictures, times_s: Sequence[float]) -> list[bool | None]:
    """What the bar's end says: True if it hangs, False if it lies, None for no evidence."""
    likelihood = said("bar", pictures.bar_up(times_s, AROUND_S), tables.learnt())
    return [None if down == up else bool(up > down) for down, up in likelihood]


def test_a_bare_bar_hangs_or_lies_only_if_it_is_always_seen() -> None:
    def bare(*heights: float) -> evidence.Pictures:
        held = series(*heights)
        return pictures_with(replace(held, up=held.up_legs / 0.04, radius_legs=0.04))

    moments_s = [0.5, 1.5, 2.5]
    assert hangs(bare(0.0, 0.02, 0.0), moments_s) == [False] * 3
    assert hangs(bare(0.0, 0.5, 0.0), moments_s) == [False, True, False]
    assert hangs(bare(0.0, float("nan"), 0.0), moments_s) == [None] * 3, "lifted, or hidden"
    assert bare(0.0, 0.5, 0.0).plates_up() is None


def nothing_found() -> analysis.Measured:
    """A clip in which the lifter stands still."""
    still = lifter.track(lifter.Set(bends=(), last_s=4.0).posture())
    seen_from, spine, measured, _ = stages(still)
    pictures = Thumbnails(still.time_s[:1], np.zeros((1, 8, 8), np.uint8), 0.1, (0.0, 0.0))
    seen = observation.Observation(observe(still), pictures, np.zeros((len(still.time_s), 2)), still.time_s)
    return analysis.Measured(seen, spine, seen_from, measured, segment.segment(measured), None)


@pytest.mark.parametrize(
    ("held", "reported"),
    [(series(0.0, 0.05, 0.0), True), (series(0.0, 0.4, 0.0), False), (series(0.0, float("nan")), False), (None, False)],
)
def test_a_bar_that_never_leaves_the_floor_is_reported(held: Plates | None, reported: bool) -> None:
    with pytest.raises(NoRepetition, match="no repetition was found") as refused:
        analysis.check_repetitions([replace(nothing_found(), plates=held)], Path("set.mp4"))
    assert ("never leaves the floor" in refused.value.message) == reported
    assert "the hands never go down and up" in refused.value.message


@pytest.fixture(scope="module")
def two() -> tuple[AngleTrack, tuple[Rep, ...]]:
    _, _, measured, reps = stages(lifter.track(TWO.posture()))
    return measured, reps


class Hanging(evidence.Pictures):
    """Pictures that only say whether the plates hang, at each upright moment in turn."""

    def __init__(self, *answers: bool | None) -> None:
        super().__init__(
            Thumbnails(np.arange(3.0), np.zeros((3, 225, 125), np.uint8), SCALE, (0.0, 0.0)),
            lifter.track(TWO.posture()),
        )
        self.answers = list(answers)

    def bar_up(self, times_s: Sequence[float], within_s: float) -> Floats:
        assert len(times_s) == len(self.answers)
        return np.array([np.nan if answer is None else 0.5 * answer for answer in self.answers])


@pytest.mark.parametrize(
    ("hanging", "count", "lift_type"),
    [
        ((False, False, False), 0, ""),  # two set-ups, no lift
        ((False, True, False), 1, "floor"),
        ((False, True, True), 2, "floor"),  # the clip ends with the load in the hands
        ((None, False, False), 0, ""),
        ((None, True, False), 1, "floor"),
    ],
)
def test_a_bend_is_a_repetition_only_if_the_plates_hang_after_it(
    two: tuple[AngleTrack, tuple[Rep, ...]], hanging: tuple[bool | None, ...], count: int, lift_type: str
) -> None:
    reps = segment.segment(two[0], pictures=Hanging(*hanging)).reps
    assert [rep.style for rep in reps] == [lift_type] * count


def test_plates_that_hang_at_every_upright_moment_make_a_set_romanian() -> None:
    shape = lifter.Set(thigh_deg=30.0, shank_deg=6.0, lean_deg=62.0)
    track = stages(lifter.track(shape.posture()))[2]
    reps = segment.segment(track, pictures=Hanging(True, True, True)).reps
    assert [rep.style for rep in reps] == ["romanian", "romanian"]


def test_a_rise_that_the_end_of_the_clip_cuts_off_is_incomplete() -> None:
    going_up = lifter.Set(last_s=9.6)
    track = stages(lifter.track(going_up.posture()))[2]
    for seen, complete in ((True, [True, False]), (None, [True]), (False, [True])):
        reps = segment.segment(track, pictures=Hanging(False, True, seen)).reps
        assert [rep.complete for rep in reps] == complete, "an empty hand may rise, too"


class Followed(Hanging):
    """Plates that rise `late_s` after the hands, by `share` of their distance, seen from `first_s` on."""

    def __init__(self, late_s: float, share: float = 1.0, first_s: float = 0.0) -> None:
        super().__init__(False, True, False)
        time_s = np.arange(first_s, TWO.last_s, STEP_S)
        hands = lifter.joints(TWO.posture(time_s - late_s))["wrist"][:, 1]
        self.way = time_s, 2 * share * (hands - hands.min())

    def plates_up(self) -> tuple[Floats, Floats]:
        return self.way


@pytest.mark.parametrize(
    ("followed", "later_s"),
    [
        (Followed(0.3), 0.3),
        (Followed(0.0), 0.0),
        (Followed(0.3, share=0.2), 0.0),  # the plates of something else
        (Followed(0.3, first_s=4.5), 0.0),  # not seen at the beginning
    ],
)
def test_plate_heights_time_the_lift_off_and_the_lockout(
    two: tuple[AngleTrack, tuple[Rep, ...]], followed: Followed, later_s: float
) -> None:
    (by_hands,) = segment.segment(two[0], pictures=Hanging(False, True, False)).reps
    (by_plates,) = segment.segment(two[0], pictures=followed).reps
    assert by_plates.lockout_s - by_hands.lockout_s == pytest.approx(later_s, abs=0.06)
    assert by_plates.liftoff_s - by_hands.liftoff_s == pytest.approx(later_s, abs=0.09)
    assert by_plates.end_s - by_hands.end_s == pytest.approx(later_s, abs=0.16)  # coarse near the floor
    assert by_plates.liftoff_s < by_plates.knee_pass_s < by_plates.lockout_s


def test_a_knee_pass_before_lift_off_is_unknown(two: tuple[AngleTrack, tuple[Rep, ...]]) -> None:
    (by_plates,) = segment.segment(two[0], pictures=Followed(0.5)).reps
    assert np.isnan(by_plates.knee_pass_s)


def test_plates_of_450_mm_scale_the_forward_distance(two: tuple[AngleTrack, tuple[Rep, ...]]) -> None:
    track, (rep, *_) = two
    time_s = np.arange(0.0, track.time_s[-1], STEP_S)
    way = 0.2 * lifter.smoothstep(time_s, rep.liftoff_s, rep.knee_pass_s)
    held = held_at(time_s, way, 0 * way, 0.33)
    notes: list[Reason] = []
    values = bar_path.describe(track, rep, None, held, notes)
    assert notes == [Reason(Code.PLATES_AS_SCALE)]
    assert values["bar_forward_cm"].value == pytest.approx(0.2 * 22.5, abs=0.4)
    assert values["bar_forward_percent"].value == pytest.approx(values["bar_forward_cm"].value / 1.7)
    known = bar_path.describe(track, rep, 180.0, held, [])["bar_forward_percent"]
    assert known.value == pytest.approx(values["bar_forward_cm"].value / 1.8)
    assert known.high - known.low < values["bar_forward_percent"].high - values["bar_forward_percent"].low
    back = bar_path.describe(track, rep, None, replace(held, forward=-way), [])
    assert back["bar_forward_cm"].value == pytest.approx(0.0)


@pytest.mark.parametrize("plated", [True, False])
def test_a_tilted_camera_widens_the_way_forward(two: tuple[AngleTrack, tuple[Rep, ...]], plated: bool) -> None:
    track, (rep, *_) = two
    time_s = np.arange(0.0, track.time_s[-1], STEP_S)
    up = lifter.smoothstep(time_s, rep.liftoff_s, rep.lockout_s)
    held = held_at(time_s, 0.0 * time_s, up, 0.33) if plated else None
    tilted, notes = replace(track, tilt_deg=-10.0), list[Reason]()
    level = bar_path.describe(track, rep, 180.0, held, [])["bar_forward_cm"]
    unsure = bar_path.describe(tilted, rep, 180.0, held, notes)["bar_forward_cm"]
    assert Reason(Code.CAMERA_TILTED, (10.0,)) in notes
    assert unsure.value == level.value
    assert 1.02 * level.sd < unsure.sd < 1.4 * level.sd


def test_small_or_lost_plates_give_no_scale(two: tuple[AngleTrack, tuple[Rep, ...]]) -> None:
    track, (rep, *_) = two
    time_s = np.arange(0.0, track.time_s[-1], STEP_S)
    held = held_at(time_s, 0.0 * time_s, 0.0 * time_s, 0.33)
    notes: list[Reason] = []
    by_hands = bar_path.describe(track, rep, 180.0, None, notes)
    assert bar_path.describe(track, rep, 180.0, replace(held, radius_legs=0.2), notes) == by_hands
    assert bar_path.describe(track, rep, 180.0, replace(held, forward=held.forward * np.nan), notes) == by_hands
    sparse = held_at(time_s[::60], held.forward[::60], held.up[::60], 0.33)
    assert bar_path.describe(track, rep, 180.0, sparse, notes) == by_hands
    missed = bar_path.describe(track, replace(rep, knee_pass_s=float("nan")), None, held, notes)
    assert missed["bar_forward_cm"].reason == Reason(Code.NO_SCALE)
    assert notes == []


def test_a_metric_of_one_repetition_is_pooled_over_the_set() -> None:
    analysis = staged()
    first, second = (rep.rep for rep in analysis.reps)
    time_s = np.arange(0.0, analysis.angles.time_s[-1], STEP_S)
    way = np.where(time_s < first.end_s, 0.0 * time_s, np.nan)
    held = held_at(time_s, way, way, 0.33)
    reps = [repetition.describe(analysis.angles, rep, analysis.view, plates=held) for rep in (first, second)]
    assert list(reps[0].values) == list(reps[1].values) == list(METRICS)
    seen, unseen = (rep.values["bar_forward_cm"] for rep in reps)
    assert seen.known
    assert unseen.reason == Reason(Code.NO_SCALE)
    assert repetition.pooled(reps)["bar_forward_cm"] == seen


def test_a_repetition_needs_exactly_the_known_metrics() -> None:
    rep = staged().reps[0]
    with pytest.raises(ValueError, match="bar_forward_cm"):
        replace(rep, values={name: value for name, value in rep.values.items() if name != "bar_forward_cm"})
    with pytest.raises(ValueError, match="grip_width_m"):
        replace(rep, values=dict(rep.values) | {"grip_width_m": Measure(0.6, 0.5, 0.7)})


class Swapped(Hanging):
    """As `Hanging`, while another object leaves its place in the upright moments between the first and the last."""

    def looks(self, upright_s: Sequence[float], bent_s: Sequence[float]) -> Looks:
        near = np.array([1.0, *([-1.0] * (len(upright_s) - 2)), 1.0])
        return Looks(near, fine=False, first_more=-0.2, contrast=0.3, moved=0.1)


def test_resting_plates_do_not_rule_out_a_lift_of_another_load(two: tuple[AngleTrack, tuple[Rep, ...]]) -> None:
    assert len(segment.segment(two[0], pictures=Swapped(False, False, False)).reps) == 1


@pytest.fixture(scope="module")
def finder() -> detection.Finder:
    plated, either = bundles.plates()
    return detection.Finder(PlateNet(plated.path), PlateNet(either.path))


def standing_at(x_px: float, y_px: float, leg_px: float, time_s: Floats) -> PoseTrack:
    """A person of whom only the legs are seen."""
    xy_px = np.full((len(time_s), landmarks.COUNT, 2), np.nan)
    xy_px[:, list(landmarks.ANKLES)], xy_px[:, list(landmarks.HIPS)] = (x_px, y_px), (x_px, y_px - leg_px)
    zeros = np.zeros((len(time_s), landmarks.COUNT))
    return PoseTrack(time_s, xy_px, zeros, np.repeat(zeros[..., None], 3, axis=2), zeros > 0)


def test_the_finder_follows_the_plates_of_a_sample_within_4_cm(finder: detection.Finder) -> None:
    truth = json.loads((SAMPLES / "hip_led.truth.json").read_text())
    keeper = small.Keeper()
    assert len(list(keeper.watch(Video(SAMPLES / "hip_led.mp4").frames()))) > 100
    thumbnails = keeper.thumbnails()
    track = standing_at(*FEET_PX, thumbnails.time_s)
    seen = detection.find(finder, thumbnails, track, replace(view.orient(track), facing=truth["facing"]))
    assert seen is not None
    assert (~np.isnan(seen.up)).mean() > 0.95
    true_m = np.interp(thumbnails.time_s, truth["frames"]["time_s"], truth["frames"]["bar_height_m"])
    apart_m = 0.225 * seen.up - (true_m - true_m.min())
    assert np.nanmax(np.abs(apart_m)) < 0.04
    assert np.sqrt(np.nanmean(apart_m**2)) < 0.015


def test_the_finder_finds_no_plates_where_there_are_none(finder: detection.Finder) -> None:
    keeper = small.Keeper()
    assert len(list(keeper.watch(Video(SAMPLES / "hip_led.mp4").frames()))) > 100
    thumbnails = keeper.thumbnails()
    x_px, y_px, leg_px = FEET_PX
    above = standing_at(x_px, y_px - 1.2 * leg_px, 0.5 * leg_px, thumbnails.time_s)
    assert detection.find(finder, thumbnails, above, view.orient(above)) is None


def test_a_damaged_finder_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "half.onnx"
    broken.write_bytes(bundles.plates()[0].path.read_bytes()[:1000])
    with pytest.raises(ModelError, match="refuses"):
        PlateNet(broken)
