"""When a clip is looked at a second time, and which of two looks counts."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pytest

from hingecheck import analysis, load, pose
from hingecheck.records import Floats, Glimpses
from tests import lifter
from tests.test_motion import observe

ONE = lifter.track(lifter.Set().posture())
NO_GLIMPSES = Glimpses(np.array([0.0]), np.zeros((1, 4, 4), np.uint8), 1.0, (0.0, 0.0))
SOME_LOOK = cast("analysis._Look", object())


def tried(xy_px: Floats, *, told: bool) -> analysis._Try:
    """A look that saw these landmarks and told repetitions or not."""
    observed = observe(replace(ONE, xy_px=xy_px))
    sight = analysis._Sight(observed, NO_GLIMPSES, np.zeros((len(xy_px), 2)))
    return analysis._Try(sight, SOME_LOOK if told else None)


def lost(*frames: slice) -> Floats:
    xy_px = ONE.xy_px.copy()
    for some in frames:
        xy_px[some] = np.nan
    return xy_px


@pytest.mark.parametrize("told", [True, False])
def test_a_lifter_who_was_seen_well_gets_no_second_chance_to_have_lifted(told: bool) -> None:
    first = tried(ONE.xy_px, told=False)
    assert not analysis._is_better(tried(ONE.xy_px + 10.0, told=told), first)


def test_somebody_else_than_the_one_followed_first_counts() -> None:
    assert analysis._is_better(tried(ONE.xy_px + np.array([400.0, 0.0]), told=True), tried(ONE.xy_px, told=False))


def test_of_two_looks_at_one_lifter_the_one_that_sees_more_counts() -> None:
    half, third = lost(slice(60, 240)), lost(slice(60, 180))
    assert analysis._is_better(tried(third, told=True), tried(half, told=True))
    assert not analysis._is_better(tried(half, told=True), tried(third, told=True))
    assert analysis._is_better(tried(half, told=True), analysis._Try(None))


def test_what_moves_is_looked_for_in_the_small_pictures_too() -> None:
    grey = np.full((30, 128, 72), 90, np.uint8)
    for index, picture in enumerate(grey):
        picture[40 + index : 70 + index, 30:45] = 220
    region = pose.moving_part(load.pictures(Glimpses(np.arange(30.0), grey, 0.25, (0.0, 0.0)), 10))
    assert region is not None
    assert region.left == pytest.approx(30 / 0.25, abs=40)
    assert region.right == pytest.approx(45 / 0.25, abs=40)
    assert region.top < 40 / 0.25
    assert region.bottom > 95 / 0.25
