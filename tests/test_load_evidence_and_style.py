"""Load evidence from the pictures, the lift type of a set, and the forward travel of the bar."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import cv2
import numpy as np
import pytest

from hingecheck.barbell import evidence
from hingecheck.errors import UsageError
from hingecheck.judgement import style
from hingecheck.metrics import bar_path
from hingecheck.records import AngleTrack, Bytes, Code, Floats, Frame, Looks, Reason, Rep, Thumbnails
from hingecheck.segmentation import segment, tables
from hingecheck.segmentation.evidence import said
from hingecheck.video import thumbnails as small
from tests import lifter
from tests.conftest import noise_pictures
from tests.test_motion import stages

TWO = lifter.Set()
THREE = lifter.Set(bends=((1.5, 3, 4, 5.5), (6.5, 8, 9, 10.5), (11.5, 13, 14, 15.5)), last_s=17.0)
ANKLE = (240, 760)


def room(*, plates_up: bool, shift_px: int = 0, light: int = 0) -> Bytes:
    """A picture of a room with dark plates on the floor or at the hips."""
    picture = noise_pictures(1, height=900, width=500)[0].copy()
    cv2.circle(picture, (ANKLE[0] + 40, 480 if plates_up else 700), 90, (25, 25, 25), -1)
    moved = np.roll(picture, shift_px, axis=1)
    return np.asarray(np.clip(moved.astype(int) + light, 0, 255), np.uint8)


def thumbnails(pictures: list[Bytes]) -> Thumbnails:
    keeper = small.Keeper()
    passed = list(keeper.watch(Frame(float(t), picture, 1.0) for t, picture in enumerate(pictures)))
    assert len(passed) == len(pictures)
    return keeper.thumbnails()


def pictures(rooms: list[Bytes]) -> evidence.Pictures:
    return evidence.Pictures(thumbnails(rooms), lifter.track(TWO.posture()))


UNSURE = 0.4
"""A picture this near to the middle of two kinds is of neither."""


def up_down(rooms: list[Bytes]) -> list[int]:
    """For each upright moment, whether its picture is like the first kind (1), the second (-1), or unlike both (0).

    The first moment counts as the first kind.
    """
    count = len(rooms)
    looks = pictures(rooms).looks([float(n) for n in range(count)], [n + 0.5 for n in range(count - 1)])
    assert looks is not None
    sign = np.sign(np.nan_to_num(looks.near)) * (np.abs(looks.near) > UNSURE)
    return [int(kind) for kind in sign * (sign[0] or 1)]


def test_upright_moments_look_like_plates_up_or_down() -> None:
    down, up = room(plates_up=False), room(plates_up=True)
    assert up_down([down, up, up, down]) == [1, -1, -1, 1]
    assert up_down([down, down, down]) == [0, 0, 0], "nothing changes, so the pictures say nothing"


def test_a_moment_without_upright_lifter_is_no_evidence() -> None:
    down, up = room(plates_up=False), room(plates_up=True)
    looks = pictures([down, up, up]).looks([0.0, float("nan"), 2.0], [0.5, 1.5])
    assert looks is not None
    assert np.isnan(looks.near).tolist() == [False, True, False]
    assert pictures([down, up]).looks([0.0, float("nan")], [0.5]) is None


def thin_bar(*, up: bool, feet_px: int = 0) -> Bytes:
    """A picture of a bar without plates, seen from its end, on the floor or in the hands."""
    picture = np.full((900, 500, 3), 150, np.uint8)
    picture[::60] = 90
    y = 480 if up else 700
    cv2.line(picture, (ANKLE[0] - 20, y), (ANKLE[0] + 150, y + 40), (40, 40, 40), 7)
    cv2.rectangle(picture, (ANKLE[0] - 12 + feet_px, 720), (ANKLE[0] + 48 + feet_px, 765), (30, 30, 30), -1)
    return picture


def test_a_bar_without_plates_that_leaves_the_floor_is_detected() -> None:
    down, up = thin_bar(up=False), thin_bar(up=True)
    assert up_down([down, up, up, down]) == [1, -1, -1, 1]
    assert up_down([down, up, up]) == [1, -1, -1]


def test_shifted_feet_are_not_taken_for_a_lifted_load() -> None:
    assert up_down([thin_bar(up=False, feet_px=by) for by in (0, 30, 15)]) == [0, 0, 0]


def test_small_objects_that_appear_or_vanish_are_detected() -> None:
    plain = np.full((900, 500, 3), 128, np.uint8)
    strewn = plain.copy()
    for y, x in product(range(560, 820, 28), range(60, 440, 28)):
        cv2.circle(strewn, (x, y), 6, (0, 0, 0), -1)
    assert up_down([plain, strewn]) == [1, -1]
    assert up_down([strewn, plain]) == [1, -1]


def test_a_small_camera_shift_does_not_change_the_groups() -> None:
    down, up = room(plates_up=False), room(plates_up=True)
    moved = room(plates_up=False, shift_px=5)
    assert up_down([down, up, moved]) == [1, -1, 1]


def test_after_a_large_change_of_light_pictures_are_not_compared() -> None:
    down = room(plates_up=False)
    assert pictures([down, room(plates_up=True, light=60)]).looks([0, 1], [0.5]) is None


def test_bends_that_cannot_be_compared_say_nothing_about_the_load() -> None:
    """The bends are darker.  They compare with the first moment, but not with the others, which are lighter."""
    first, others, bend = thin_bar(up=False), thin_bar(up=True) + 7, thin_bar(up=False, feet_px=30) - 7
    looks = pictures([first, bend, others, bend, others]).looks([0.0, 2.0, 4.0], [1.0, 3.0])
    assert looks is not None
    assert np.isfinite(looks.near[0])
    assert np.isnan(looks.first_more)


def beside_lifter(*, plates_up: bool, light: int = 0, seen: bool = True) -> Bytes:
    """A picture of a wide room with plates on the floor or at the hips, beside the lifter, as from 45 degrees."""
    picture = noise_pictures(1, height=900, width=1200)[0].copy()
    if seen:
        cv2.circle(picture, (ANKLE[0] + 260, 480 if plates_up else 700), 90, (25, 25, 25), -1)
    return np.asarray(np.clip(picture.astype(int) + light, 0, 255), np.uint8)


def carried(rooms: list[Bytes]) -> list[int]:
    """For each second of the pictures, from the first: 1 = the load is carried, -1 = it stays, 0 = unknown."""
    upright_s = [float(n) for n in range(0, len(rooms), 2)]
    bent_s = [n + 1 for n in upright_s[:-1]]
    likelihood = said("beside", pictures(rooms).beside(upright_s, bent_s, bent_s), tables.learnt())
    return [int(sign) for sign in np.sign(likelihood[:, 1] - likelihood[:, 0])]


def test_plates_beside_the_lifter_that_leave_their_place_are_carried() -> None:
    down, up = beside_lifter(plates_up=False), beside_lifter(plates_up=True)
    lit = beside_lifter(plates_up=True, light=25)
    assert carried([up, down, up, down, down]) == [1, 1, -1], "the lifter stands up without the load at the end"
    assert carried([up, down, lit, down, down]) == [1, 1, -1], "a phone adjusts its exposure"


def test_a_load_that_is_never_seen_beside_the_lifter_is_no_evidence() -> None:
    assert carried([beside_lifter(plates_up=False, seen=False)] * 5) == [0, 0, 0]


def test_a_moving_camera_is_no_evidence_beside_the_lifter() -> None:
    down, up = beside_lifter(plates_up=False), beside_lifter(plates_up=True)
    assert carried([up, np.roll(down, 60, axis=1), up]) == [0, 0]


def test_thumbnails_of_a_long_clip_stay_below_the_limit() -> None:
    frames = (Frame(0.5 * i, np.zeros((512, 256, 3), np.uint8), 0.5) for i in range(3000))
    keeper = small.Keeper()
    assert sum(1 for _ in keeper.watch(frames)) == 3000
    kept = keeper.thumbnails()
    assert kept.grey.shape[1:] == (256, 128)
    assert small.MOST / 2 <= len(kept.time_s) <= small.MOST
    assert kept.time_s[-1] > 1400
    assert kept.scale == 0.25


def test_thumbnails_in_a_row_share_their_memory() -> None:
    whole = thumbnails([np.full((256, 64, 3), 10 * i, np.uint8) for i in range(5)])
    in_a_row, apart, none = (whole.those(np.isin(range(5), chosen)) for chosen in ([1, 2, 3], [0, 2], list[int]()))
    assert np.shares_memory(in_a_row.grey, whole.grey)
    assert in_a_row.time_s.tolist() == whole.time_s[1:4].tolist()
    assert in_a_row.grey[:, 0, 0].tolist() == [10, 20, 30]
    assert apart.grey[:, 0, 0].tolist() == [0, 20]
    assert len(none.grey) == 0


def measured(shape: lifter.Set) -> tuple[AngleTrack, tuple[Rep, ...]]:
    _, _, track, reps = stages(lifter.track(shape.posture()))
    return track, reps


@dataclass
class AllAlike:
    """Pictures whose upright moments look the same and differ from the bends by `moved`."""

    moved: float
    asked_s: list[float] = field(default_factory=list)

    def plates_up(self) -> None:
        return None

    def bar_up(self, times_s: Sequence[float], within_s: float) -> Floats:
        return np.full(len(times_s), np.nan)

    def looks(self, upright_s: Sequence[float], bent_s: Sequence[float]) -> Looks:
        self.asked_s[:] = upright_s
        return Looks(np.full(len(upright_s), np.nan), fine=True, first_more=np.nan, contrast=0.0, moved=self.moved)

    def beside(self, upright_s: Sequence[float], bent_s: Sequence[float], left_s: Sequence[float]) -> Floats:
        return np.full(len(upright_s), np.nan)


def probabilities(track: AngleTrack, moved: float) -> Floats:
    return np.array([bend.probability for bend in segment.segment(track, pictures=AllAlike(moved)).bends])


@pytest.mark.parametrize("bends", [1, 2])
def test_a_load_that_goes_down_with_every_bend_makes_each_a_likelier_repetition(bends: int) -> None:
    ways = ((1.5, 2.9, 3.0, 4.5), (6.5, 7.9, 8.0, 9.5))[:bends]
    shape = lifter.Set(bends=ways, last_s=11.0, thigh_deg=22.0, shank_deg=4.0, lean_deg=62.0)
    track, _ = measured(shape)
    large, small_change = probabilities(track, 0.3), probabilities(track, 0.05)
    assert (large > small_change).all()
    assert (large > 0.5).all()


def test_gripping_hands_give_repetitions_even_if_no_load_is_seen_to_move() -> None:
    track, reps = measured(THREE)
    assert len(segment.segment(track, pictures=AllAlike(0.0)).reps) == len(reps) == 2


def test_pictures_are_compared_at_the_moments_of_rest() -> None:
    pictures = AllAlike(0.0)
    segment.segment(measured(TWO)[0], pictures=pictures)
    assert pictures.asked_s == pytest.approx([1.77, 6.0, 10.23], abs=0.1)


def test_the_users_style_overrides_the_classifier_and_unknown_styles_are_refused() -> None:
    track, reps = measured(THREE)
    classified = style.classify(track, reps, "sumo")
    assert (classified.name, classified.confidence, classified.given) == ("sumo", 1.0, True)
    assert style.parse("auto") is None
    assert style.parse("trap-bar") == "trap_bar"
    with pytest.raises(UsageError, match="no such style") as caught:
        style.parse("suomo")
    assert "sumo" in caught.value.remedy


def test_a_style_is_named_only_above_the_confidence_limit() -> None:
    classes = style._classes()
    track, reps = measured(THREE)
    for name, mean in zip(classes.names, classes.mean, strict=True):
        height, knee, lean = (np.full(len(track.time_s), value) for value in mean)
        posed = replace(
            track,
            hand_height=height,
            knee_flexion=replace(track.knee_flexion, value_deg=knee),
            trunk_lean=replace(track.trunk_lean, value_deg=lean),
        )
        like_it = [replace(reps[0], style=style.LIFT_TYPES[name])]
        assert style.classify(posed, like_it, None, assessable=False).name == "not_sure"
        classified = style.classify(posed, like_it, None)
        assert classified.name in {name, "not_sure"}
        assert 0.3 < classified.confidence <= 1.0
        assert (classified.name == "not_sure") == (classified.confidence < style.SURE)


def test_a_style_is_never_surer_than_the_type_of_its_repetitions() -> None:
    track, reps = measured(THREE)
    picked_up = [replace(rep, style="pick_up", style_probability=0.6) for rep in reps]
    classified = style.classify(track, picked_up, None)
    assert classified.name == "not_sure"
    assert classified.confidence == pytest.approx(0.6)


def test_forward_travel_of_the_bar_is_that_of_the_hands() -> None:
    track, (rep, *_) = measured(THREE)
    time_s = track.time_s
    way = 0.1 * lifter.smoothstep(time_s, rep.liftoff_s, rep.knee_pass_s) + 0.05
    values = bar_path.describe(replace(track, hand_forward=way), rep, 180.0, None, [])
    assert values["bar_forward_percent"].value == pytest.approx(100 * bar_path.LEG_SHARE * 0.1, abs=0.1)
    assert values["bar_forward_cm"].value == pytest.approx(180 * bar_path.LEG_SHARE * 0.1, abs=0.2)
    back = bar_path.describe(replace(track, hand_forward=0.1 - way), rep, None, None, [])
    assert back["bar_forward_percent"].value == 0.0
    assert back["bar_forward_cm"].reason == Reason(Code.NO_SCALE)
    far = bar_path.describe(replace(track, hand_forward=2 * way), rep, None, None, [])
    assert far["bar_forward_percent"].reason == Reason(Code.HANDS_MISPLACED)
    unseen = bar_path.describe(replace(track, hand_forward=way * np.nan), rep, 180.0, None, [])
    assert not unseen["bar_forward_percent"].known
    assert not unseen["bar_forward_cm"].known
