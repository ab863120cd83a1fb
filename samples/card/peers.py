"""Measures that other programs print for the back, computed from the same landmarks and the same contour.

None of them is an angle of the lumbar spine. So the card first fits the best straight line to lumbar flexion and then
judges the result. Users of those programs do not have that line.
"""

import numpy as np

from hingecheck.landmarks import HIPS, SHOULDERS
from hingecheck.records import Analysis, Floats, Rep

PEERS = ("back_angle_deg", "droop_ratio", "circle_curvature")
STATIONS = (0.1, 0.5, 0.9)  # places along the trunk
BEFORE_PULL_S, AROUND_LOWEST_S = (-0.15, 0.0), (-0.1, 0.1)  # time windows around the start of the pull
STANDING_QUANTILE = 0.95  # the trunk's length at this quantile is its length in standing


def back_angle_deg(hip_px: Floats, shoulder_px: Floats) -> Floats:
    """Return the lean of the line mid-hip to mid-shoulder from the vertical, degrees (N,), without a sign.

    Points are (N, 2) pixels, y down. Most deadlift programs call it "back angle" or "back rounding".
    """
    line = shoulder_px - hip_px
    lean: Floats = np.degrees(np.arctan2(np.abs(line[..., 0]), -line[..., 1]))
    return lean


def droop_ratio(hip_px: Floats, shoulder_px: Floats) -> Floats:
    """Return how far the shoulders have sunk to the height of the hips (N,): 0 standing, 1 level with the hips.

    1 - height of the shoulders above the hips / shoulder-hip distance in standing. The standing distance is the 95th
    percentile over the clip.
    """
    line = shoulder_px - hip_px
    length = np.hypot(line[..., 0], line[..., 1])
    ratio: Floats = 1.0 + line[..., 1] / np.nanquantile(length, STANDING_QUANTILE)
    return ratio


def circle_curvature(points: Floats) -> Floats:
    """Return the signed curvature (N,) of the circle through three points (N, 3, 2), in 1 / unit of the points.

    Menger's formula: 4 x area / product of the sides. 0 on a straight line. Positive if the path turns left in axes
    with y up, or right in a picture with y down.
    """
    first, second, third = points[..., 0, :], points[..., 1, :], points[..., 2, :]
    first_side, second_side, third_side = second - first, third - second, third - first
    cross = first_side[..., 0] * third_side[..., 1] - first_side[..., 1] * third_side[..., 0]
    sides = np.prod([np.hypot(side[..., 0], side[..., 1]) for side in (first_side, second_side, third_side)], axis=0)
    curvature: Floats = 2.0 * cross / sides
    return curvature


def back_circle(analysis: Analysis) -> Floats:
    """Return the curvature of the circle through the back's edge (N,), in 1 / trunk length.

    The circle goes through the edge at 10, 50 and 90 % of the trunk. Positive: the middle stands out backward (a round
    back).
    """
    back = analysis.contour
    columns = [int(np.argmin(np.abs(back.station - station))) for station in STATIONS]
    edge = back.edge_px(analysis.view.dorsal)[:, columns]
    valid = back.valid[:, analysis.view.dorsal][:, columns].all(axis=1)
    trunk_px = np.hypot(back.axis_px[:, 0], back.axis_px[:, 1])
    turn = circle_curvature(edge) * trunk_px * analysis.view.facing_sign
    return np.where(valid, turn, np.nan)


def at_lowest(analysis: Analysis, rep: Rep) -> dict[str, float | None]:
    """Return every peer's measure in the posture at the start of the pull: median over the analyzer's own window."""
    hip, shoulder = (analysis.pose.middle_px(pair) for pair in (HIPS, SHOULDERS))
    tracks = (back_angle_deg(hip, shoulder), droop_ratio(hip, shoulder), back_circle(analysis))
    window = BEFORE_PULL_S if rep.style == "floor" else AROUND_LOWEST_S
    times = analysis.pose.time_s
    inside = (times >= rep.onset_s + window[0]) & (times <= rep.onset_s + window[1])
    return {name: _median(track[inside]) for name, track in zip(PEERS, tracks, strict=True)}


def _median(values: Floats) -> float | None:
    """Median of the known values, or None."""
    known = values[~np.isnan(values)]
    return round(float(np.median(known)), 4) if len(known) else None
