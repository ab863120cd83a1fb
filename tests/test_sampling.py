"""When the pose network looks: often in a movement, seldom at rest, in between where the lifter moved far."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hingecheck.landmarks import HIPS, SHOULDERS
from hingecheck.pose import activity, sampling
from hingecheck.pose.lifter import Region
from hingecheck.records import Bools, Bytes, PoseTrack
from hingecheck.video import planes
from tests import lifter

TIME_S = np.arange(0, 12, 1 / 30)


def picture(time_s: float, x_px: float) -> Bytes:
    """A noisy grey wall with a bright object at x; a quarter of the size of the display."""
    grey = 90 + np.random.default_rng(round(time_s * 1000)).normal(0, 2, (256, 400))
    grey[80:200, round(x_px) : round(x_px) + 40] = 220
    return planes.coarse(grey.clip(0, 255).astype(np.uint8))[0]


@cache
def watched(travel_px: float) -> activity.Activity:
    """What changes while the object moves so far from 4 s to 6 s."""
    watcher = activity.Watcher()
    for time_s in TIME_S:
        watcher.watch(
            float(time_s), picture(float(time_s), float(np.interp(time_s, [4, 6], [50, 50 + travel_px]))), 0.25
        )
    return watcher.activity()


def between(begin_s: float, end_s: float) -> Bools:
    return np.asarray((begin_s <= TIME_S) & (end_s >= TIME_S))


def test_a_movement_is_seen_with_its_slow_beginning_and_rest_is_rest() -> None:
    moving = activity.moving(watched(100.0), None, TIME_S)
    assert moving[between(4.0, 6.0)].all()
    assert not moving[between(0.0, 3.5) | between(6.7, 12.0)].any()


def test_noise_alone_is_no_movement() -> None:
    assert not activity.moving(watched(0.0), None, TIME_S).any()


def test_only_movement_in_the_part_of_the_picture_counts() -> None:
    seen = watched(100.0)
    assert activity.moving(seen, Region(0, 0, 500, 512), TIME_S).any()
    assert not activity.moving(seen, Region(550, 0, 800, 512), TIME_S).any()


def test_a_tiny_picture_is_one_square() -> None:
    watcher = activity.Watcher()
    for time_s in (0.0, 0.3):
        watcher.watch(time_s, np.zeros((5, 3), np.uint8), 1.0)
    assert watcher.activity().change.shape == (2, 1, 1)


@pytest.mark.parametrize(("rate_hz", "lift_hz"), [(24, 12), (25, 12.5), (30, 10), (8, 8)])
def test_a_lift_is_looked_at_about_ten_times_a_second_and_rest_twice(rate_hz: int, lift_hz: float) -> None:
    time_s = np.arange(0, 12, 1 / rate_hz)
    moving = (time_s >= 4) & (time_s < 8)
    looks = sampling.first(time_s, moving)
    assert looks[0] == 0
    assert looks[-1] == len(time_s) - 1
    assert moving[looks].sum() == pytest.approx(4 * lift_hz, abs=2)
    assert (~moving[looks]).sum() == pytest.approx(8 * 2, abs=3)


def first(begin_s: float, end_s: float) -> sampling.Ints:
    """The first looks at a clip in which something moves between two times."""
    return sampling.first(TIME_S, between(begin_s, end_s))


def moved(looks: sampling.Ints, far_trunks: dict[int, float]) -> PoseTrack:
    """Landmarks of the looks; from look n - 1 to n the lifter moves by that many trunk lengths."""
    still = lifter.track(lifter.Set(bends=()).posture())
    trunk_px = np.hypot(*(still.middle_px(SHOULDERS) - still.middle_px(HIPS))[0])
    xy_px = np.repeat(still.xy_px[:1], len(looks), axis=0)
    for at, far in far_trunks.items():
        xy_px[at:] += np.array([far * trunk_px, 0.0])
    rows = slice(0, len(looks))
    return PoseTrack(TIME_S[looks], xy_px, still.visibility[rows], still.world_m[rows], still.filled[rows])


def test_fast_movements_and_false_rests_are_looked_at_again() -> None:
    looks = first(3.0, 11.0)
    fast, rest = int(np.searchsorted(looks, 150)), 3
    again = np.concatenate(sampling.closer(TIME_S, looks, moved(looks, {fast: 0.6, rest: 0.2})))
    steps = [*range(looks[rest - 1], looks[rest] + 1), *range(looks[fast - 1], looks[fast] + 1)]
    assert np.sort(again).tolist() == steps
    assert sampling.closer(TIME_S, looks, moved(looks, {fast: 0.4, rest: 0.05})) == []


def lost(looks: sampling.Ints, first: int, last: int) -> PoseTrack:
    """Landmarks of the looks without those from one picture to another."""
    track, away = moved(looks, {}), (looks >= first) & (looks <= last)
    return replace(track, xy_px=np.where(away[:, None, None], np.nan, track.xy_px))


def test_a_stretch_in_which_the_lifter_is_lost_is_looked_at_again_from_both_ends() -> None:
    looks = first(2.0, 10.0)
    forwards, backwards = sampling.closer(TIME_S, looks, lost(looks, 151, 159))
    before, after = looks[looks <= 150][-1], looks[looks >= 160][0]
    assert [*forwards, *backwards[::-1]] == list(range(before, after + 1))
    assert len(forwards) == pytest.approx(len(backwards), abs=1)


def test_a_lifter_who_is_lost_at_the_ends_of_the_clip_is_followed_there_from_the_inside() -> None:
    looks = first(0.0, 12.0)
    (to_begin,) = sampling.closer(TIME_S, looks, lost(looks, 0, 14))
    assert to_begin.tolist() == list(range(looks[looks > 14][0], -1, -1))
    (to_end,) = sampling.closer(TIME_S, looks, lost(looks, looks[-1] - 14, looks[-1]))
    assert to_end.tolist() == list(range(looks[looks < looks[-1] - 14][-1], looks[-1] + 1))


def test_somebody_who_comes_late_is_not_looked_for_before() -> None:
    looks = first(0.0, 12.0)
    (to_begin,) = sampling.closer(TIME_S, looks, lost(looks, 0, 150))
    assert TIME_S[150] - TIME_S[to_begin[-1]] <= sampling.EDGE_S + sampling.LIFT_STEP_S


def test_a_lifter_who_is_lost_for_long_is_looked_at_again_less_closely_or_not_at_all() -> None:
    looks = first(0.0, 12.0)

    def again(lost_s: float) -> int:
        track = lost(looks, *np.searchsorted(TIME_S, [3.0 + 1e-6, 3.0 + lost_s]))
        return sum(len(chunk) for chunk in sampling.closer(TIME_S, looks, track))

    assert again(1.0) == pytest.approx(30, abs=8)
    assert 20 < again(2.5) < 1.05 * sampling.MOST_AGAIN * len(looks)
    assert again(8.0) == 0


def test_nobody_needs_no_closer_look() -> None:
    looks = first(4.0, 8.0)
    nobody = moved(looks, {})
    assert sampling.closer(TIME_S, looks, replace(nobody, xy_px=np.full_like(nobody.xy_px, np.nan))) == []


@pytest.mark.parametrize("count", [1, 5, 59, 60, 64, 200, 1000])
def test_chunks_hold_every_look_once(count: int) -> None:
    looks = 3 * np.arange(count)
    chunks = sampling.chunks(looks)
    assert np.array_equal(np.concatenate(chunks), looks)
    assert max(map(len, chunks)) <= 1.5 * sampling.CHUNK


def test_a_short_rest_belongs_to_the_movement() -> None:
    time_s = np.arange(0, 12, 0.1)
    change = np.zeros((len(time_s), 2, 2), np.float16)
    change[(time_s > 3) & (time_s < 4)] = change[(time_s > 5) & (time_s < 6)] = 50.0
    change[(time_s > 8.5) & (time_s < 9)] = 50.0
    moving = activity.moving(activity.Activity(time_s, change, 10.0), None, time_s)
    assert moving[(time_s > 2.8) & (time_s < 6.1)].all()
    assert not moving[(time_s < 2.6) | ((time_s > 6.3) & (time_s < 8.0)) | (time_s > 9.3)].any()
