"""When a clip gets a second pass, and which of the two passes is used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hingecheck import observation
from hingecheck.errors import NobodyFound
from hingecheck.landmarks import HIPS, SHOULDERS
from hingecheck.observation import Framing, Observation, Pass, is_better
from hingecheck.pose import lifter as search
from hingecheck.records import Floats, Thumbnails
from hingecheck.segmentation import style
from hingecheck.video import thumbnails as small
from tests import lifter
from tests.test_motion import observe, stages

ONE = lifter.track(lifter.Set().posture())


def moving() -> Thumbnails:
    """Thumbnails in which a bright object moves down through the middle of the picture."""
    grey = np.full((30, 256, 144), 90, np.uint8)
    for index, picture in enumerate(grey):
        picture[80 + 2 * index : 140 + 2 * index, 60:90] = 220
    return Thumbnails(np.arange(30.0), grey, 0.5, (0.0, 0.0))


def seen(xy_px: Floats = ONE.xy_px) -> Observation:
    """An observation of these landmarks without camera motion."""
    return Observation(observe(replace(ONE, xy_px=xy_px)), moving(), np.zeros((len(ONE.time_s), 2)))


def one_pass(xy_px: Floats, *, with_rep: bool) -> Pass:
    """A pass that observed these landmarks and found a repetition if `with_rep`."""
    orient, bones, angle, _ = stages(replace(ONE, xy_px=xy_px))
    rep = stages(ONE)[3][:1]
    return Pass(seen(xy_px), bones, orient, angle, style.classify(angle, (), None), rep if with_rep else ())


def lost(*frames: slice) -> Floats:
    xy_px = ONE.xy_px.copy()
    for part in frames:
        xy_px[part] = np.nan
    return xy_px


def misplaced(part: slice) -> Floats:
    """Landmarks with hips and shoulders exchanged: they are seen, but no posture fits them."""
    xy_px = ONE.xy_px.copy()
    for hip, shoulder in zip(HIPS, SHOULDERS, strict=True):
        xy_px[part, hip], xy_px[part, shoulder] = ONE.xy_px[part, shoulder], ONE.xy_px[part, hip]
    return xy_px


@pytest.mark.parametrize("with_rep", [True, False])
def test_a_second_pass_of_the_same_lifter_does_not_replace_a_good_first_pass(with_rep: bool) -> None:
    first = one_pass(ONE.xy_px, with_rep=False)
    assert not is_better(one_pass(ONE.xy_px + 10.0, with_rep=with_rep), first)


def test_a_second_pass_that_follows_another_person_replaces_the_first() -> None:
    assert is_better(one_pass(ONE.xy_px + np.array([400.0, 0.0]), with_rep=True), one_pass(ONE.xy_px, with_rep=False))


def test_the_pass_that_measured_more_frames_is_used() -> None:
    half, third = lost(slice(60, 240)), lost(slice(60, 180))
    assert is_better(one_pass(third, with_rep=True), one_pass(half, with_rep=True))
    assert not is_better(one_pass(half, with_rep=True), one_pass(third, with_rep=True))


def test_a_second_pass_that_loses_as_many_frames_does_not_replace_the_first() -> None:
    half, third = lost(slice(60, 240)), lost(slice(60, 180))
    assert not is_better(one_pass(half, with_rep=True), one_pass(half, with_rep=False))
    assert not is_better(one_pass(half, with_rep=True), one_pass(third, with_rep=False))
    assert is_better(one_pass(third, with_rep=True), one_pass(half, with_rep=False))


def test_a_first_pass_with_impossible_postures_is_replaced() -> None:
    spoilt = one_pass(misplaced(slice(85, 145)), with_rep=False)
    assert spoilt.observation.observed.track.seen.all()
    assert spoilt.measured > observation.OFTEN_SEEN
    assert is_better(one_pass(ONE.xy_px, with_rep=True), spoilt)


def test_the_second_pass_is_used_only_if_it_finds_more() -> None:
    whole, half = one_pass(ONE.xy_px, with_rep=True), one_pass(lost(slice(60, 240)), with_rep=True)
    nothing = one_pass(ONE.xy_px, with_rep=False)

    def best(first: Pass | None, second: Pass | None) -> Pass:
        framings: list[Framing | None] = []

        def see(framing: Framing | None) -> Observation:
            framings.append(framing)
            if (first if framing is None else second) is None:
                raise NobodyFound("nobody", "look again")
            return seen()

        def measure(_: Observation) -> Pass:
            measured = first if framings[-1] is None else second
            assert measured is not None
            return measured

        return observation.best_pass(lambda count: small.pictures(moving(), count), see, measure)

    assert best(whole, half) is whole
    assert best(half, whole) is whole
    assert best(half, None) is half
    assert best(half, nothing) is half
    assert best(None, half) is half
    assert best(nothing, None) is nothing
    for second in (None, nothing):
        with pytest.raises(NobodyFound):
            best(None, second)


def test_the_moving_part_is_found_in_thumbnails() -> None:
    region = search.moving_part(small.pictures(moving(), 10))
    assert region is not None
    assert region.left == pytest.approx(60 / 0.5, abs=40)
    assert region.right == pytest.approx(90 / 0.5, abs=40)
    assert region.top < 80 / 0.5
    assert region.bottom > 190 / 0.5


def test_the_motion_of_a_bystander_is_camera_motion() -> None:
    still = lifter.track(lifter.Set(bends=()).posture())
    wander_px = 9.0 * np.stack([np.sin(still.time_s), np.cos(0.7 * still.time_s)], axis=1)
    motion_px = observation.bystander_motion_px(replace(still, xy_px=still.xy_px + wander_px[:, None]))
    assert motion_px is not None
    assert motion_px - np.median(motion_px, 0) == pytest.approx(wander_px - np.median(wander_px, 0), abs=0.5)
    assert observation.bystander_motion_px(ONE) is None


def test_the_crop_excludes_a_bystander_unless_it_would_cut_the_lifter() -> None:
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
