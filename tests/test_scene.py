"""What is drawn at a time: exact at the samples, interpolated between them, unknown where nobody is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.records import Analysis, Frame
from hingecheck.report.film import annotated, keyframes, scene
from hingecheck.report.film.scene import Scene
from tests.staged import blank_pictures, sampled, staged

UNEVEN = [*range(0, 45, 15), *range(45, 345, 3), *range(345, 360, 15)]
"""Frames at 2 Hz where the lifter rests and at 10 Hz in the lifts."""


def blanked(analysis: Analysis, samples: Sequence[int]) -> Analysis:
    """The analysis without a lifter in some samples."""
    xy_px, offset = analysis.pose.xy_px.copy(), analysis.contour.offset.copy()
    xy_px[list(samples)], offset[list(samples)] = np.nan, np.nan
    return replace(
        analysis,
        pose=replace(analysis.pose, xy_px=xy_px),
        contour=replace(analysis.contour, offset=offset),
    )


def test_at_a_sample_exactly_that_sample_is_drawn() -> None:
    analysis = blanked(staged(), [100, 101])
    drawn, edge_px = Scene.of(analysis), analysis.contour.edge_px(analysis.view.dorsal)
    joints_px = np.stack([analysis.pose.middle_px(pair) for pair in landmarks.CHAIN], axis=1)
    for frame, time_s in enumerate(analysis.pose.time_s):
        moment = drawn.at(float(time_s))
        assert moment.frame == frame
        assert moment.seen == analysis.pose.seen[frame]
        np.testing.assert_array_equal(moment.joints_px, joints_px[frame])
        np.testing.assert_array_equal(moment.edge_px, edge_px[frame])
        np.testing.assert_array_equal(moment.clean, analysis.contour.valid[frame, analysis.view.dorsal])
        assert moment.trunk_px == np.hypot(*analysis.contour.axis_px[frame])


def test_between_uneven_samples_joints_and_outline_follow_the_movement() -> None:
    analysis = staged()
    every, few = Scene.of(analysis), Scene.of(sampled(analysis, UNEVEN))
    for time_s in analysis.angles.time_s[: UNEVEN[-1]]:
        exact, between = every.at(float(time_s)), few.at(float(time_s))
        assert between.frame == exact.frame
        assert np.abs(between.joints_px - exact.joints_px).max() < 6.0
        assert np.nanmedian(np.abs(between.edge_px - exact.edge_px)) < 6.0


def test_the_middle_between_two_samples_is_drawn_in_the_middle() -> None:
    analysis = sampled(staged(), [0, 60, 90])
    moment = Scene.of(analysis).at(2.5)
    hips_px = analysis.pose.middle_px(landmarks.HIPS)
    assert moment.joints_px[1] == pytest.approx(hips_px[1:].mean(axis=0))
    assert moment.trunk_px == pytest.approx(np.hypot(*analysis.contour.axis_px[1:].mean(axis=0)))


def test_near_an_unseen_sample_the_seen_one_counts_for_half_a_step() -> None:
    analysis = blanked(sampled(staged(), range(0, 300, 30)), [5])  # a sample each second; nobody is seen at 5 s
    drawn = Scene.of(analysis)
    assert [drawn.at(s).seen for s in (4.0, 4.45, 4.55, 5.0, 5.45, 5.55, 6.0)] == [
        *(True, True, False, False, False, True, True)
    ]
    np.testing.assert_array_equal(drawn.at(4.45).joints_px, drawn.at(4.0).joints_px)
    np.testing.assert_array_equal(drawn.at(4.45).edge_px, drawn.at(4.0).edge_px)


def test_after_the_last_sample_the_lifter_is_unseen_after_half_a_step() -> None:
    drawn = Scene.of(sampled(staged(), range(30, 300, 30)))
    assert [drawn.at(s).seen for s in (0.4, 0.6, 9.4, 9.6)] == [False, True, True, False]


def test_the_arm_is_drawn_only_if_both_samples_show_it() -> None:
    analysis = sampled(staged(), range(0, 300, 30))
    visibility = analysis.pose.visibility.copy()
    visibility[4, [joint for pair in (landmarks.ELBOWS, landmarks.WRISTS) for joint in pair]] = 0.3
    drawn = Scene.of(replace(analysis, pose=replace(analysis.pose, visibility=visibility)))
    known = [not np.isnan(drawn.at(s).arm_px).any() for s in (2.5, 3.0, 3.5, 4.0, 4.5, 5.0)]
    assert known == [True, True, False, False, False, True]


def test_the_angles_are_those_of_the_first_frame_that_is_not_earlier() -> None:
    analysis = sampled(staged(), range(0, 300, 30))
    assert [scene.frame_at(analysis, s) for s in (0.0, 1 / 30, 0.04, 1.0, 1e6)] == [0, 1, 2, 30, 359]
    assert Scene.of(analysis).at(0.04).frame == 2


def test_fewer_samples_draw_nearly_the_same_film_and_key_frames() -> None:
    analysis = staged()
    few = sampled(analysis, range(0, 360, 2))
    times_s = [float(s) for s in analysis.angles.time_s[150:170]]
    films = [
        [frame.rgb for frame in annotated.draw(one, map(Frame, times_s, blank_pictures(times_s), [1.0] * 20))]
        for one in (analysis, few)
    ]
    apart = np.abs(np.array(films[0], int) - np.array(films[1], int)).max(axis=3) > 60
    assert np.all(apart[::2] == 0)  # a sample is there
    assert 0 < apart[1::2].mean() < 0.01
    sheets = [keyframes.take(one, blank_pictures) for one in (analysis, few)]
    assert [frame.lines for frame in sheets[0]] == [frame.lines for frame in sheets[1]]
