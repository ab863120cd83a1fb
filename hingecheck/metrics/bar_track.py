"""Part of stage 9: the bar in every frame, for its path and its velocity.

In: the bar's near end as the bar finder saw it (`Plates`), the angle track, and what is known of the lifter's size.
Out: `BarTrack`: how far forward and how high the bar is, how fast it rises, and what a leg length is in metres.

Steps (`follow`):

1. If plates of 450 mm are seen, follow them; their radius is the scale.  It is measured in the plane in which they
   move, so neither the distance of the camera nor its yaw changes it.
2. Else, if the end of the bar is seen, follow it.  It is nearer to the camera than the lifter, so it seems to move
   farther than the hands that hold the bar.  If the size of the lifter is known, the hands give its scale.
3. Else, if the hands are seen, follow them: they hold the bar.  Their scale is the size of the lifter.
4. Drop single places that nothing with a weight can jump to (`MOST_JUMP`).
5. Put a cubic spline through the places; its slope is the velocity.  Places are known eight times a second, and a
   deadlift's bar velocity holds next to nothing above 3 Hz.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import scipy

from hingecheck import landmarks, posture
from hingecheck.filtering import stretches, usual_step_s
from hingecheck.geometry import known_median, length
from hingecheck.metrics.bar_path import LEG_SHARE, PLATE_RADIUS_CM, SMALLEST_LEGS
from hingecheck.records import AngleTrack, BarTrack, Floats, Plates, PoseTrack, Scale

FEWEST: Final = 4
"""Smallest number of places in a row through which a spline is put."""

MOST_JUMP: Final = 0.2
"""Largest distance of a place from the line between its neighbours, in leg lengths (about 17 cm).  An eighth of a
second to both sides, a bar that starts or stops with 10 m/s2 lies 8 cm off that line."""

WRIST_SEEN: Final = 0.5
"""Smallest visibility of the better seen wrist at which the hands are drawn."""

REACH: Final = (0.02, 0.98)
"""Quantiles of a path's heights between which it is taken to reach; single places beyond are errors."""

LEAST_WAY: Final = 0.1
"""Smallest way of hands and bar from which one is scaled by the other, in leg lengths."""

HANDS_LONG: Final = 1.12
"""How much farther the hands of a video seem to move than they do: the pose model sees legs too short and shoulders of
a bent lifter too low.  On 16 pulls of six rendered clips that ship the way was 13 % too long on average."""

LEAST_HANDS: Final = 0.5
"""Smallest share of the frames in which the hands must be known to be followed."""


def follow(
    track: AngleTrack, plates: Plates | None, height_cm: float | None = None, leg_m: float | None = None
) -> BarTrack | None:
    """The bar in every frame of `track`; None if neither its end nor the hands are seen.

    `height_cm`: the lifter's height.  `leg_m`: the length of the leg, hip to ankle, where the tracks are in metres.
    """
    # 1
    if plates is not None and plates.radius_legs >= SMALLEST_LEGS:
        return _of_end(track.time_s, plates, PLATE_RADIUS_CM / 100 / plates.radius_legs, "plates")
    seen = np.mean(np.isfinite(track.hand_height)) >= LEAST_HANDS
    hands = _of_hands(track, height_cm, leg_m) if seen else None
    # 2
    if plates is not None:
        return _scaled_by(hands, _of_end(track.time_s, plates, float("nan"), ""))
    # 3
    return hands


def _scaled_by(hands: BarTrack | None, end: BarTrack) -> BarTrack:
    """The end of the bar with the scale of the hands, which move as far as it does; without them as it is."""
    if hands is None or hands.scale == "":
        return end
    both = np.isfinite(hands.up) & np.isfinite(end.up)
    ways = [np.diff(np.quantile(path[both], REACH))[0] if both.any() else 0.0 for path in (hands.up, end.up)]
    if min(ways) < LEAST_WAY:
        return end
    return replace(end, leg_m=float(hands.leg_m * ways[0] / ways[1]), scale=hands.scale)


def _of_end(frame_s: Floats, plates: Plates, leg_m: float, scale: Scale) -> BarTrack:
    """The end of the bar at the frames."""
    places = np.stack([plates.forward, plates.up], axis=1) * plates.radius_legs
    forward_up, speed = splined(plates.time_s, places, frame_s)
    step_s = usual_step_s(plates.time_s)
    return BarTrack(frame_s, forward_up[:, 0], forward_up[:, 1], speed[:, 1], leg_m, scale, "end", step_s)


def _of_hands(track: AngleTrack, height_cm: float | None, leg_m: float | None) -> BarTrack:
    """The hands at the frames; they are interpolated there already."""
    forward = track.hand_forward - known_median(track.hand_forward)
    up = track.hand_height - np.nanmin(track.hand_height)
    speed = np.gradient(up, track.time_s)
    scale: Scale = "recorded" if leg_m is not None else "height" if height_cm is not None else ""
    metres = leg_m if leg_m is not None else LEG_SHARE * (height_cm or float("nan")) / 100 / HANDS_LONG
    return BarTrack(track.time_s, forward, up, speed, metres, scale, "hands", usual_step_s(track.time_s))


def in_all(bar: BarTrack, time_s: Floats) -> BarTrack:
    """The bar of one part of a cut clip in all frames (N,) of the clip; NaN in the other parts."""
    inside = np.isin(time_s, bar.time_s)
    forward, up, speed = np.full((3, len(time_s)), np.nan)
    forward[inside], up[inside], speed[inside] = bar.forward, bar.up, bar.speed
    return replace(bar, time_s=time_s, forward=forward, up=up, speed=speed)


def place_px(frame_s: Floats, plates: Plates | None, pose: PoseTrack) -> Floats:
    """Where the bar is at the frames (N, 2), in display pixels of a camera that stands still; NaN if unknown.

    It is the bar's end if that was found, else the middle between the wrists where they are seen.
    """
    leg_px = posture.leg_px(pose)
    if plates is not None:
        return splined(plates.time_s, plates.place_px, frame_s, leg_px)[0]
    seen = pose.visibility[:, list(landmarks.WRISTS)].max(axis=1) >= WRIST_SEEN
    hands_px = np.where(seen[:, None], pose.middle_px(landmarks.WRISTS), np.nan)
    return splined(pose.time_s, hands_px, frame_s, leg_px)[0]


def splined(time_s: Floats, places: Floats, frame_s: Floats, leg: float = 1.0) -> tuple[Floats, Floats]:
    """Places (M, 2) and their velocities at other times (N, 2), by a cubic spline; NaN in gaps.

    Single places that jump are left out.  `leg`: length of a leg in the unit of `places`.
    """
    at, speed = np.full((len(frame_s), 2), np.nan), np.full((len(frame_s), 2), np.nan)
    kept = _without_jumps(time_s, places, MOST_JUMP * leg)
    seen = np.asarray(np.isfinite(kept).all(axis=1))
    for stretch in stretches(time_s, seen):
        inside_s, inside = time_s[stretch], kept[stretch]
        known = ~np.isnan(inside).any(axis=1)
        frames = (frame_s >= inside_s[0]) & (frame_s <= inside_s[-1])
        if known.sum() >= FEWEST:
            curve = scipy.interpolate.CubicSpline(inside_s[known], inside[known])
            at[frames], speed[frames] = curve(frame_s[frames]), curve(frame_s[frames], 1)
    return at, speed


def _without_jumps(time_s: Floats, places: Floats, most: float) -> Floats:
    """Places (M, 2) with NaN for those that lie off the line between their neighbours by more than `most`.

    The one that lies farthest off goes first, because it draws its neighbours' lines away from them.
    """
    kept = places.copy()
    known = np.flatnonzero(np.isfinite(places).all(axis=1))
    while len(known) > 2:
        before, at, after = known[:-2], known[1:-1], known[2:]
        share = ((time_s[at] - time_s[before]) / (time_s[after] - time_s[before]))[:, None]
        off = length(places[at] - places[before] - share * (places[after] - places[before]))
        if off.max() <= most:
            break
        worst = int(at[np.argmax(off)])
        kept[worst] = np.nan
        known = known[known != worst]
    return kept
