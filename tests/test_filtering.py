"""Smoothing: no delay, no leak across gaps, less noise."""

from __future__ import annotations

import numpy as np

from hingecheck import filtering

TIME_S = np.arange(0, 6, 1 / 30)


def test_a_slow_movement_comes_through_without_delay() -> None:
    movement = 50 * (1 - np.cos(2 * np.pi * TIME_S / 3))
    smoothed = filtering.smooth(TIME_S, movement)
    assert np.abs(smoothed - movement)[10:-10].max() < 0.5


def test_noise_and_single_spikes_shrink() -> None:
    noise = np.random.default_rng(0).normal(0, 1, len(TIME_S))
    noise[60] = 40.0
    smoothed = filtering.smooth(TIME_S, noise)
    assert np.abs(smoothed[60]) < 2.0
    assert smoothed.std() < 0.6
    assert abs(filtering.residual_sd(TIME_S, noise, smoothed) - smoothed.std()) < 0.25


def test_short_gaps_are_bridged_and_long_ones_stay() -> None:
    values = TIME_S.copy()
    values[30:34] = np.nan
    values[90:120] = np.nan
    smoothed = filtering.smooth_known(TIME_S, values)
    assert np.abs(smoothed[30:34] - TIME_S[30:34]).max() < 0.02
    assert np.isnan(smoothed[90:120]).all()
    assert np.abs(smoothed[80:90] - TIME_S[80:90]).max() < 0.1


def test_variable_rate_is_the_same_movement() -> None:
    jitter = np.random.default_rng(2).uniform(-0.01, 0.01, len(TIME_S))
    uneven_s = TIME_S + jitter
    smoothed = filtering.smooth(uneven_s, np.sin(uneven_s))
    assert np.abs(smoothed - np.sin(uneven_s))[5:-5].max() < 0.02


def test_a_stretch_too_short_to_filter_comes_back_as_it_is() -> None:
    short = np.array([1.0, 5.0, 2.0])
    assert np.array_equal(filtering.smooth(TIME_S[:3], short), short)
