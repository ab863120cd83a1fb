"""When a clip is looked at a second time, and which of two looks counts."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from hingecheck import observation
from hingecheck.errors import NobodyFound
from hingecheck.landmarks import HIPS, SHOULDERS
from hingecheck.observation import Look, Nearer, Sight, is_better
from hingecheck.pose import lifter as search
from hingecheck.records import Floats, Glimpses
from hingecheck.segmentation import style
from hingecheck.video import thumbnails
from tests import lifter
from tests.test_motion import observe, stages

ONE = lifter.track(lifter.Set().posture())
GLIMPSES = Glimpses(np.array([0.0]), np.zeros((1, 4, 4), np.uint8), 1.0, (0.0, 0.0))
SIGHT = Sight(observe(ONE), GLIMPSES, np.zeros((len(ONE.time_s), 2)))
NEARER = Nearer(search.Region(0, 0, 9, 9))


def look(xy_px: Floats, *, told: bool) -> Look:
    """A look that saw these landmarks and told a repetition or not."""
    one = replace(ONE, xy_px=xy_px)
    orient, bones, angle, _ = stages(one)
    rep = stages(ONE)[3][:1]
    return Look(observe(one), bones, orient, angle, style.tell(angle, (), None), rep if told else ())


def lost(*frames: slice) -> Floats:
    xy_px = ONE.xy_px.copy()
    for some in frames:
        xy_px[some] = np.nan
    return xy_px


def misplaced(some: slice) -> Floats:
    """Hips where the shoulders are and the reverse: seen, and no posture."""
    xy_px = ONE.xy_px.copy()
    for hip, shoulder in zip(HIPS, SHOULDERS, strict=True):
        xy_px[some, hip], xy_px[some, shoulder] = ONE.xy_px[some, shoulder], ONE.xy_px[some, hip]
    return xy_px


@pytest.mark.parametrize("told", [True, False])
def test_a_lifter_who_was_seen_well_gets_no_second_chance_to_have_lifted(told: bool) -> None:
    first = look(ONE.xy_px, told=False)
    assert not is_better(look(ONE.xy_px + 10.0, told=told), first)


def test_somebody_else_than_the_one_followed_first_counts() -> None:
    assert is_better(look(ONE.xy_px + np.array([400.0, 0.0]), told=True), look(ONE.xy_px, told=False))


def test_of_two_looks_at_one_lifter_the_one_that_sees_more_counts() -> None:
    half, third = lost(slice(60, 240)), lost(slice(60, 180))
    assert is_better(look(third, told=True), look(half, told=True))
    assert not is_better(look(half, told=True), look(third, told=True))


def test_a_lifter_who_is_lost_as_often_again_gets_no_second_chance_either() -> None:
    half, third = lost(slice(60, 240)), lost(slice(60, 180))
    assert not is_better(look(half, told=True), look(half, told=False))
    assert not is_better(look(half, told=True), look(third, told=False))
    assert is_better(look(third, told=True), look(half, told=False))


def test_landmarks_that_make_no_posture_are_as_good_as_none() -> None:
    spoilt = look(misplaced(slice(85, 145)), told=False)
    assert spoilt.observed.track.seen.all()
    assert observation._measured(spoilt) > observation.OFTEN_SEEN
    assert is_better(look(ONE.xy_px, told=True), spoilt)


def test_the_second_look_is_taken_only_where_it_tells_what_the_first_did_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(observation, "_nearer", lambda spread, sight: NEARER)
    whole, half = look(ONE.xy_px, told=True), look(lost(slice(60, 240)), told=True)
    nothing = look(ONE.xy_px, told=False)

    def best(first: Look | None, second: Look | None) -> Look:
        def see(nearer: Nearer | None) -> Sight:
            if (first if nearer is None else second) is None:
                raise NobodyFound("nobody", "look again")
            return replace(SIGHT, sway_px=SIGHT.sway_px + (nearer is not None))

        return observation.best(lambda _: [], see, lambda seen: cast("Look", second if seen.sway_px.any() else first))

    assert best(whole, half) is whole
    assert best(half, whole) is whole
    assert best(half, None) is half
    assert best(half, nothing) is half
    assert best(None, half) is half
    assert best(nothing, None) is nothing
    for second in (None, nothing):
        with pytest.raises(NobodyFound):
            best(None, second)


def test_what_moves_is_looked_for_in_the_small_pictures_too() -> None:
    grey = np.full((30, 256, 144), 90, np.uint8)
    for index, picture in enumerate(grey):
        picture[80 + 2 * index : 140 + 2 * index, 60:90] = 220
    region = search.moving_part(thumbnails.pictures(Glimpses(np.arange(30.0), grey, 0.5, (0.0, 0.0)), 10))
    assert region is not None
    assert region.left == pytest.approx(60 / 0.5, abs=40)
    assert region.right == pytest.approx(90 / 0.5, abs=40)
    assert region.top < 80 / 0.5
    assert region.bottom > 190 / 0.5


def test_what_moves_somebody_who_watches_is_the_cameras_doing() -> None:
    still = lifter.track(lifter.Set(bends=()).posture())
    wander_px = 9.0 * np.stack([np.sin(still.time_s), np.cos(0.7 * still.time_s)], axis=1)
    told = observation._wander_px(replace(still, xy_px=still.xy_px + wander_px[:, None]))
    assert told is not None
    assert told - np.median(told, 0) == pytest.approx(wander_px - np.median(wander_px, 0), abs=0.5)
    assert observation._wander_px(ONE) is None


def test_somebody_who_watches_is_cut_off_unless_that_cuts_into_the_lifter() -> None:
    x = ONE.xy_px[..., 0]
    right, left = float(x.max()), float(x.min())
    watching = replace(ONE, xy_px=ONE.xy_px[:1].repeat(len(ONE.time_s), axis=0))
    first, last = (float(f(np.nanmedian(watching.xy_px[..., 0], 0))) for f in (np.min, np.max))
    region = search.Region(last - 50, 0, last + 350, 900)
    assert search.beside(region, watching) == replace(region, left=last)
    region = search.Region(first - 350, 0, first + 50, 900)
    assert search.beside(region, watching) == replace(region, right=first)
    region = search.Region(left - 20, 0, right + 20, 900)
    assert search.beside(region, watching) == region
