"""Stage 4, clean: remove wrong frames, plant the feet, fill short gaps, smooth.

In: the landmarks as the pose model gives them.  Out: the same track with wrong frames and long gaps as NaN, short gaps
filled and marked (`filled`), and everything smoothed.  Why: plates hide joints, and the pose model then guesses.

Steps (`clean`):

1. Remove frames in which the trunk has another size, is in another place, or is upside down, and those in which
   somebody nearer to the camera is seen (`without_wrong_frames`).  Remove all if nobody ever stands (`posture.lies`).
2. Plant the feet (`_plant`).  In a lift the feet stay in place, but plates on the floor hide them.  So each ankle gets
   its place from nearby upright frames, in which the plates are up, if those frames agree.  Where the legs look cut
   short in all of them, as dark shoes on a dark floor do, it gets its place from any frames with whole legs.
3. Remove frames in which the leg looks much too short: the hips were put on a plate (`_with_whole_legs`).
4. Fill gaps of up to `filtering.LONGEST_GAP_S` and mark what was filled.
5. Smooth each stretch between long gaps (`filtering.smooth`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from hingecheck import landmarks, posture
from hingecheck.filtering import bridge, smooth, stretches
from hingecheck.geometry import length
from hingecheck.records import Bools, Floats, PoseTrack

ODD_SIZE: Final = (0.5, 1.8)
"""Smallest and largest length of a trunk, as a share of the clip's median.  Others are another person, or an error."""

WIDE_QUANTILE: Final = 0.9
"""Quantile of the shoulders' width that counts as usual: a clip may show a lifter from the front for a while only.  It
is 0.22 and 0.30 trunk lengths in two drawn side views with many wrong looks, and from 0.8 on from the front."""

ELSEWHERE: Final = 1.3
"""Largest distance of the hips to the side of their usual place, in trunk lengths.  Farther away is not the lift."""

NEARER: Final = 0.25
"""How much lower than usual the ankles must be in the picture, in leg lengths, to be those of somebody nearer to the
camera.  A lifter's feet stay in place, and hidden ones are guessed too high.  People who walk through in front of two
drawn lifters have ankles 0.4 to 0.9 lower."""

LARGER, SMALL = 1.35, 0.25
"""How much longer the trunk of somebody nearer looks at least than an upright lifter's, of which this quantile counts.
In those clips it is 1.4 to 2 times as long as that quantile of all frames.  So it can be for a lifter whose hidden
ankles are guessed too low, because a bent trunk looks shorter: up to 1.7 times in 13 drawn and public clips.  There it
is at most 1.35 times as long as in upright frames."""

SWITCH_S: Final = 0.6
"""Time around such frames that is removed, too, in seconds: somebody who walks covers part of the lifter for so long
before and after, and the pose model mixes both.  In 117 other drawn and real clips a single frame looks like that."""

STANCE_S: Final = 6.0
"""Time before and after in which upright frames show an ankle's place, in seconds."""

STANCE_STEP_S: Final = 1.0
"""Time between two moments at which an ankle's place is computed, in seconds; it is interpolated in between."""

STANCE_SPREAD: Final = 0.08
"""Largest scatter of an ankle over upright frames at which they agree, in leg lengths."""

WHOLE_LEG_QUANTILE: Final = 0.9
"""Quantile of the leg's length that counts as the whole leg.  Where the leg of a standing lifter looks shorter than
that by the scatter, the ankle is hidden and guessed too high."""

STEPPED: Final = 0.3
"""Distance to the side of its place at which an ankle is seen if the lifter has walked away, in lengths of the leg.
Where a planted leg would be longer than it is, that is 0.4 to 1.0 in nine clips in which lifters walk, and at most 0.27
in 20 others, in which plates hide feet or hips."""

GROUND_QUANTILE: Final = 0.7
"""Quantile of an ankle's picture row that counts as the ground; rows higher in the picture are hidden ankles."""

LEAST_AGREEING: Final = 0.4
"""Smallest share of the upright frames, weighted by visibility, that must agree."""


def clean(track: PoseTrack) -> PoseTrack:
    """The track cleaned: without wrong frames, feet planted, short gaps filled, smoothed; long gaps are NaN."""
    gated = without_wrong_frames(track)  # 1
    if posture.lies(gated):
        gated = _without(gated, np.ones(len(gated.time_s), bool))
    planted = _with_whole_legs(replace(gated, xy_px=_plant(gated)))  # 2, 3
    known = planted.seen
    xy_px, filled = planted.xy_px.copy(), np.zeros(len(known), bool)
    world_m = planted.world_m.copy()
    for stretch in stretches(track.time_s, known):
        inside = known[stretch]
        filled[stretch] = ~inside  # 4
        for array in (xy_px, world_m):
            bridged = bridge(track.time_s[stretch], array[stretch], inside)
            array[stretch] = smooth(track.time_s[stretch], bridged)  # 5
    marks = np.repeat(filled[:, None], landmarks.COUNT, axis=1)
    return replace(planted, xy_px=xy_px, world_m=world_m, filled=marks)


def without_wrong_frames(track: PoseTrack) -> PoseTrack:
    """The track with frames as NaN whose trunk has another size or place or is upside down, or with somebody nearer.

    Such a frame shows another person, a wrong guess, or the lifter on the way to the bar, where nothing is measured.
    """
    hip = track.middle_px(landmarks.HIPS)
    trunk = track.middle_px(landmarks.SHOULDERS) - hip
    if np.isnan(trunk).all():
        return track
    width_px = float(np.nanquantile(posture.shoulders_px(track.xy_px), WIDE_QUANTILE))
    torso_px = posture.torso_px(track.xy_px, width_px)
    ratio = torso_px / np.nanmedian(torso_px)
    aside = np.abs(hip[:, 0] - np.nanmedian(hip[:, 0])) > ELSEWHERE * np.nanmedian(torso_px)
    odd = (ratio < ODD_SIZE[0]) | (ratio > ODD_SIZE[1]) | aside | (trunk[:, 1] > posture.UPSIDE_DOWN * torso_px)
    return _without(track, odd | _around(track.time_s, nearer(track), SWITCH_S))


def nearer(track: PoseTrack) -> Bools:
    """The frames (N,) with somebody nearer to the camera: ankles lower (NEARER), trunk longer (LARGER) than usual."""
    trunk_px = length(track.middle_px(landmarks.SHOULDERS) - track.middle_px(landmarks.HIPS))
    hip, knee, ankle = (track.middle_px(pair) for pair in (landmarks.HIPS, landmarks.KNEES, landmarks.ANKLES))
    leg_px = length(hip - knee) + length(knee - ankle)
    if np.isnan(leg_px).all():
        return np.zeros(len(leg_px), bool)
    low = ankle[:, 1] - np.nanmedian(ankle[:, 1]) > NEARER * np.nanmedian(leg_px)
    upright = _upright(track)
    usual_px = np.nanquantile(trunk_px[upright] if upright.any() else trunk_px, SMALL)
    return np.asarray(low & (trunk_px > LARGER * usual_px))


def _upright(track: PoseTrack) -> Bools:
    """The frames (N,) in which the trunk looks upright."""
    trunk = track.middle_px(landmarks.SHOULDERS) - track.middle_px(landmarks.HIPS)
    return np.asarray(np.abs(np.degrees(np.arctan2(trunk[:, 0], -trunk[:, 1]))) < posture.UPRIGHT_DEG)


def _around(time_s: Floats, marked: Bools, within_s: float) -> Bools:
    """The marked frames (N,) and those within a time of them."""
    if not marked.any():
        return marked
    at_s = time_s[marked]
    after = np.searchsorted(at_s, time_s)
    before_s, after_s = at_s[np.maximum(after - 1, 0)], at_s[np.minimum(after, len(at_s) - 1)]
    return np.asarray(np.minimum(np.abs(time_s - before_s), np.abs(time_s - after_s)) <= within_s)


def _with_whole_legs(track: PoseTrack) -> PoseTrack:
    """The track with frames as NaN in which thigh and shank together look too short (`posture.SHORTEST_LEG`)."""
    hip, knee, ankle = (track.middle_px(pair) for pair in (landmarks.HIPS, landmarks.KNEES, landmarks.ANKLES))
    leg_px = length(hip - knee) + length(knee - ankle)
    if np.isnan(leg_px).all():
        return track
    return _without(track, leg_px < posture.SHORTEST_LEG * np.nanquantile(leg_px, posture.LEG_QUANTILE))


def _without(track: PoseTrack, odd: Bools) -> PoseTrack:
    """The track with some frames (N,) as NaN."""
    xy_px, world_m = track.xy_px.copy(), track.world_m.copy()
    xy_px[odd], world_m[odd] = np.nan, np.nan
    return replace(track, xy_px=xy_px, world_m=world_m)


def _plant(track: PoseTrack) -> Floats:
    """Landmarks (N, 33, 2) in which each ankle has its place from nearby upright frames, where these agree.

    While the lifter walks, an ankle is seen far to the side of that place, and the leg is too short to reach from the
    hips to that place.  Then the ankle is left where it is seen.
    """
    xy_px = track.xy_px.copy()
    hip = track.middle_px(landmarks.HIPS)
    upright = _upright(track)
    if not upright.any():
        return xy_px
    for point, knee in zip(landmarks.ANKLES, landmarks.KNEES, strict=True):
        leg_px = length(xy_px[:, point] - hip)
        whole_px = float(np.nanquantile(leg_px[upright], WHOLE_LEG_QUANTILE))
        spread_px = STANCE_SPREAD * whole_px
        along_px = length(xy_px[:, knee] - hip) + length(xy_px[:, knee] - xy_px[:, point])
        whole = along_px >= float(np.nanquantile(along_px[upright], WHOLE_LEG_QUANTILE)) - spread_px
        shown = upright & (leg_px >= whole_px - spread_px), track.seen & whole
        place = _stance(track, int(point), shown, spread_px)
        stepped = np.abs(place - track.xy_px[:, point])[:, 0] > STEPPED * whole_px
        agreed = ~np.isnan(place).any(axis=1) & ~(stepped & (length(place - hip) > whole_px)) & track.seen
        xy_px[agreed, point] = place[agreed]
    return xy_px


def _stance(track: PoseTrack, point: int, shown: tuple[Bools, Bools], spread_px: float) -> Floats:
    """Place (N, 2) of the ankle `point` in each frame.

    `shown`: the frames (N,) that show it, the better ones first; the others count where none of those is near.  NaN
    where the frames within STANCE_S disagree, or where there are none.
    """
    time_s, weight = track.time_s, np.nan_to_num(track.visibility[:, point]) ** 2
    centres_s = np.arange(0.0, time_s[-1] + STANCE_STEP_S, STANCE_STEP_S)
    places = np.full((len(centres_s), 2), np.nan)
    for row, centre_s in enumerate(centres_s):
        around = (np.abs(time_s - centre_s) <= STANCE_S) & (weight > 0)
        near = next((frames & around for frames in shown if (frames & around).any()), None)
        if near is not None:
            places[row] = _agreed(track.xy_px[near, point], weight[near], spread_px)
    return np.stack([np.interp(time_s, centres_s, places[:, k]) for k in (0, 1)], axis=1)


def _agreed(points: Floats, weights: Floats, spread_px: float) -> Floats:
    """Place (2,) of a foot on which most of `points` (n, 2) agree; NaN if they disagree.

    A hidden foot is guessed too high in the picture, where the visible body ends, and hardly ever too low.  So the
    height comes from the lower points.
    """
    low = _weighted_quantile(points[:, 1], weights, GROUND_QUANTILE)
    near = np.abs(points[:, 1] - low) <= spread_px
    if weights[near].sum() < LEAST_AGREEING * weights.sum():
        return np.full(2, np.nan)
    middle = _weighted_quantile(points[near, 0], weights[near], 0.5)
    scatter = _weighted_quantile(np.abs(points[near, 0] - middle), weights[near], 0.5)
    return np.array([middle, low]) if scatter <= spread_px else np.full(2, np.nan)


def _weighted_quantile(values: Floats, weights: Floats, share: float) -> float:
    """The value below which this share of the weights lies."""
    order = np.argsort(values)
    total = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(total, share * total[-1])]])
