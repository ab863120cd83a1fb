"""Stage 4, clean: gate, plant the feet, fill short gaps, smooth; what was filled is marked.

How smoothing and filling are done stands in `filtering`.

In a lift the feet stay where they are, but plates on the floor hide them and the pose model then guesses.
So each ankle is given the place it has in nearby upright frames, when the plates are up and the model sees
it, as long as those frames agree.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from hingecheck import landmarks, posture
from hingecheck.filtering import bridge, smooth, stretches
from hingecheck.geometry import length
from hingecheck.records import Bools, Floats, PoseTrack

ODD_SIZE = (0.5, 1.8)
"""A trunk this much shorter or longer than the clip's median is another person, or nobody."""

ELSEWHERE = 1.3
"""Hips this many trunk lengths to the side of where they usually are do not belong to the lift."""

UPSIDE_DOWN = 0.7
"""Shoulders this far below the hips, in lengths of the same trunk (45 degrees below level), are a bad guess: the pose
model sometimes sees a lifter among plates standing on the head."""

STANCE_S = 6.0
"""An ankle is looked for in upright frames up to this long before and after."""

STANCE_SPREAD = 0.08
"""Upright frames agree where an ankle stands if they scatter less than this, in leg lengths."""

WHOLE_LEG_QUANTILE = 0.9
"""A standing lifter's leg is about as long as ever: where it looks shorter by that scatter, the ankle is hidden, and
guessed too high."""

GROUND_QUANTILE = 0.7
LEAST_AGREEING = 0.4
"""Share of the (visibility-weighted) upright frames that must agree."""


def clean(track: PoseTrack) -> PoseTrack:
    """The same track without odd frames, feet planted, short gaps filled, smoothed; longer gaps are NaN."""
    gated = _gate(track)
    planted = replace(gated, xy_px=_plant(gated))
    known = planted.seen
    xy_px, filled = planted.xy_px.copy(), np.zeros(len(known), bool)
    world_m = planted.world_m.copy()
    for stretch in stretches(track.time_s, known):
        inside = known[stretch]
        filled[stretch] = ~inside
        for array in (xy_px, world_m):
            bridged = bridge(track.time_s[stretch], array[stretch], inside)
            array[stretch] = smooth(track.time_s[stretch], bridged)
    marks = np.repeat(filled[:, None], landmarks.COUNT, axis=1)
    return replace(planted, xy_px=xy_px, world_m=world_m, filled=marks)


def _gate(track: PoseTrack) -> PoseTrack:
    """Frames with a trunk of another size, in another place than usual or upside down become NaN.

    It is another person, a bad guess, or the lifter on the way to the bar, where nothing is measured anyway.
    """
    hip = track.middle_px(landmarks.HIPS)
    trunk = track.middle_px(landmarks.SHOULDERS) - hip
    trunk_px = length(trunk)
    if np.isnan(trunk_px).all():
        return track
    ratio = trunk_px / np.nanmedian(trunk_px)
    aside = np.abs(hip[:, 0] - np.nanmedian(hip[:, 0])) > ELSEWHERE * np.nanmedian(trunk_px)
    odd = (ratio < ODD_SIZE[0]) | (ratio > ODD_SIZE[1]) | aside | (trunk[:, 1] > UPSIDE_DOWN * trunk_px)
    xy_px, world_m = track.xy_px.copy(), track.world_m.copy()
    xy_px[odd], world_m[odd] = np.nan, np.nan
    return replace(track, xy_px=xy_px, world_m=world_m)


def _plant(track: PoseTrack) -> Floats:
    """`xy_px` with each ankle where upright frames nearby see it, as long as they agree."""
    xy_px = track.xy_px.copy()
    hip, ankle = track.middle_px(landmarks.HIPS), track.middle_px(landmarks.ANKLES)
    trunk = track.middle_px(landmarks.SHOULDERS) - hip
    upright = np.abs(np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1]))) < posture.UPRIGHT_DEG
    if not upright.any():
        return xy_px
    spread_px = STANCE_SPREAD * float(np.nanmedian(length(ankle - hip)[upright]))
    for point in landmarks.ANKLES:
        leg_px = length(xy_px[:, point] - hip)
        whole = upright & (leg_px >= float(np.nanquantile(leg_px[upright], WHOLE_LEG_QUANTILE)) - spread_px)
        place = _stance(track, int(point), whole, spread_px)
        agreed = ~np.isnan(place).any(axis=1) & track.seen
        xy_px[agreed, point] = place[agreed]
    return xy_px


def _stance(track: PoseTrack, point: int, upright: Bools, spread_px: float) -> Floats:
    """Where `point` stands at each frame (N, 2), NaN where upright frames within STANCE_S disagree or lack."""
    time_s, weight = track.time_s, np.nan_to_num(track.visibility[:, point]) ** 2
    centres_s = np.arange(0.0, time_s[-1] + 1.0, 1.0)
    places = np.full((len(centres_s), 2), np.nan)
    for row, centre_s in enumerate(centres_s):
        near = upright & (np.abs(time_s - centre_s) <= STANCE_S) & (weight > 0)
        if not near.any():
            continue
        places[row] = _agreed(track.xy_px[near, point], weight[near], spread_px)
    return np.stack([np.interp(time_s, centres_s, places[:, k]) for k in (0, 1)], axis=1)


def _agreed(points: Floats, weights: Floats, spread_px: float) -> Floats:
    """Where most of `points` (n, 2) put a foot, NaN if they disagree.

    A foot that is hidden is guessed too high in the picture, where the visible body ends, and hardly ever too
    low; so its height is taken from the lower ones.
    """
    low = _weighted_quantile(points[:, 1], weights, GROUND_QUANTILE)
    near = np.abs(points[:, 1] - low) <= spread_px
    if weights[near].sum() < LEAST_AGREEING * weights.sum():
        return np.full(2, np.nan)
    middle = _weighted_quantile(points[near, 0], weights[near], 0.5)
    scatter = _weighted_quantile(np.abs(points[near, 0] - middle), weights[near], 0.5)
    return np.array([middle, low]) if scatter <= spread_px else np.full(2, np.nan)


def _weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, share * total[-1])]])
