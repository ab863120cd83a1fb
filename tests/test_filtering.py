"""Smoothing adds no delay, does not cross long gaps and reduces noise."""

from __future__ import annotations

import numpy as np
import pytest

from hingecheck import filtering

TIME_S = np.arange(0, 6, 1 / 30)


def test_smoothing_does_not_delay_a_slow_movement() -> None:
    movement = 50 * (1 - np.cos(2 * np.pi * TIME_S / 3))
    smoothed = filtering.smooth(TIME_S, movement)
    assert np.abs(smoothed - movement)[10:-10].max() < 0.5


def test_smoothing_reduces_noise_and_single_spikes() -> None:
    noise = np.random.default_rng(0).normal(0, 1, len(TIME_S))
    noise[60] = 40.0
    smoothed = filtering.smooth(TIME_S, noise)
    assert np.abs(smoothed[60]) < 2.0
    assert smoothed.std() < 0.6
    assert abs(filtering.residual_sd(TIME_S, noise, smoothed) - smoothed.std()) < 0.25


def test_short_gaps_are_filled_and_long_gaps_stay() -> None:
    values = TIME_S.copy()
    values[30:34] = np.nan
    values[90:120] = np.nan
    smoothed = filtering.smooth_known(TIME_S, values)
    assert np.abs(smoothed[30:34] - TIME_S[30:34]).max() < 0.02
    assert np.isnan(smoothed[90:120]).all()
    assert np.abs(smoothed[80:90] - TIME_S[80:90]).max() < 0.1


def test_a_variable_frame_rate_does_not_distort_the_movement() -> None:
    jitter = np.random.default_rng(2).uniform(-0.01, 0.01, len(TIME_S))
    uneven_s = TIME_S + jitter
    smoothed = filtering.smooth(uneven_s, np.sin(uneven_s))
    assert np.abs(smoothed - np.sin(uneven_s))[5:-5].max() < 0.02


def test_a_stretch_too_short_to_filter_is_returned_unchanged() -> None:
    short = np.array([1.0, 5.0, 2.0])
    assert np.array_equal(filtering.smooth(TIME_S[:3], short), short)


@pytest.mark.parametrize("rate_hz", [24, 25, 30, 50, 60, 120, 240])
def test_spikes_are_removed_and_pauses_kept_at_any_frame_rate(rate_hz: int) -> None:
    time_s = np.arange(0, 3, 1 / rate_hz)
    spike = np.where(np.abs(time_s - 1.5) < 0.03, 40.0, 0.0)
    assert np.abs(filtering.smooth(time_s, spike)).max() < 1e-6
    pause = np.where(np.abs(time_s - 1.5) < 0.15, 40.0, 0.0)
    assert filtering.smooth(time_s, pause).max() > 30.0


@pytest.mark.parametrize("rate_hz", [10, 24, 30, 60, 240])
def test_the_shortest_stretch_to_filter_is_a_time_and_no_frame_count(rate_hz: int) -> None:
    time_s = np.arange(0, 0.45, 1 / rate_hz)
    noise = np.random.default_rng(3).normal(0, 1, len(time_s))
    assert np.array_equal(filtering.smooth(time_s, noise), noise)
    time_s = np.arange(0, 1.2, 1 / rate_hz)
    noise = np.random.default_rng(3).normal(0, 1, len(time_s))
    assert filtering.smooth(time_s, noise).std() < 0.8 * noise.std()


def test_at_30_hz_16_frames_are_filtered_and_15_are_not() -> None:
    noise = np.random.default_rng(4).normal(0, 1, 16)
    for rate_hz in (30.0, 30000 / 1001):
        time_s = np.arange(16) / rate_hz
        assert not np.array_equal(filtering.smooth(time_s, noise), noise)
        assert np.array_equal(filtering.smooth(time_s[:15], noise[:15]), noise[:15])


def test_too_few_uneven_frames_are_returned_unchanged() -> None:
    time_s = np.cumsum([0.0, *([0.01] * 4), *([0.25] * 4)])
    assert np.array_equal(filtering.smooth(time_s, time_s**2), time_s**2)


def test_a_movement_sampled_often_and_rest_sampled_seldom_is_smoothed_as_a_whole() -> None:
    time_s = np.concatenate([np.arange(0, 2, 0.5), np.arange(2, 4, 0.1), np.arange(4, 6.1, 0.5)])
    movement = np.where(np.abs(time_s - 3) < 1, 40 * (1 + np.cos(np.pi * (time_s - 3))), 0.0)
    assert filtering.smooth_known(time_s, movement) == pytest.approx(movement, abs=2.5)
    spiked = movement.copy()
    spiked[12] = 500.0
    assert filtering.smooth_known(time_s, spiked)[12] == pytest.approx(movement[12], abs=10)


def test_two_known_samples_in_a_row_are_no_gap_but_a_hole_in_the_clip_is() -> None:
    time_s = np.concatenate([np.arange(0, 2, 0.5), np.arange(3, 5, 0.5)])
    known = np.ones(len(time_s), bool)
    assert list(filtering.stretches(time_s, known)) == [slice(0, 4), slice(4, 8)]
    known[1] = False
    assert list(filtering.stretches(time_s, known)) == [slice(0, 1), slice(2, 4), slice(4, 8)]


def test_a_sample_lasts_until_the_next_one() -> None:
    time_s = np.concatenate([np.arange(0, 2, 0.5), np.arange(2, 3, 0.1)])
    assert filtering.lasting_s(time_s, time_s < 2) == pytest.approx(2.0)
    assert filtering.lasting_s(time_s, time_s >= 2) == pytest.approx(1.0)
