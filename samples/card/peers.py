"""Measures that other programs print for the back, taken from the same landmarks and the same contour.

None of them is an angle of the lumbar spine, so the card judges them as estimators of lumbar flexion after the best
straight line, which is more than their users get.
"""

import numpy as np

from hingecheck.landmarks import HIPS, SHOULDERS
from hingecheck.records import Analysis, Floats, Rep

PEERS = ("back_angle_deg", "droop_ratio", "circle_curvature")
STATIONS = (0.1, 0.5, 0.9)
BEFORE_PULL_S, AROUND_LOWEST_S = (-0.15, 0.0), (-0.1, 0.1)
STANDING_QUANTILE = 0.95


def back_angle_deg(hip_px: Floats, shoulder_px: Floats) -> Floats:
    """Lean of the line mid-hip -> mid-shoulder from the vertical, degrees (N,), without sign; points (N, 2), y down.

    What most deadlift programs call "back angle" or "back rounding".
    """
    line = shoulder_px - hip_px
    lean: Floats = np.degrees(np.arctan2(np.abs(line[..., 0]), -line[..., 1]))
    return lean


def droop_ratio(hip_px: Floats, shoulder_px: Floats) -> Floats:
    """How far the shoulders have sunk towards the height of the hips (N,): 0 standing, 1 level with the hips.

    1 - height of the shoulders above the hips / shoulder-hip distance standing; standing is where that distance is
    longest (95th percentile over the clip).
    """
    line = shoulder_px - hip_px
    length = np.hypot(line[..., 0], line[..., 1])
    ratio: Floats = 1.0 + line[..., 1] / np.nanquantile(length, STANDING_QUANTILE)
    return ratio


def circle_curvature(points: Floats) -> Floats:
    """Signed curvature (N,) of the circle through three points (N, 3, 2), in 1 / unit of the points.

    Menger's formula, 4 x area / product of the sides; 0 on a straight line, positive where the path turns to the left
    in a frame whose second axis points up (to the right in a picture, y down).
    """
    first, second, third = points[..., 0, :], points[..., 1, :], points[..., 2, :]
    one, two, three = second - first, third - second, third - first
    cross = one[..., 0] * three[..., 1] - one[..., 1] * three[..., 0]
    sides = np.prod([np.hypot(side[..., 0], side[..., 1]) for side in (one, two, three)], axis=0)
    curvature: Floats = 2.0 * cross / sides
    return curvature


def back_circle(analysis: Analysis) -> Floats:
    """Curvature of the circle through the back's edge at 10, 50 and 90 % of the trunk (N,), in 1 / trunk length.

    Positive = the middle stands out backwards (a round back).
    """
    back = analysis.contour
    columns = [int(np.argmin(np.abs(back.station - station))) for station in STATIONS]
    edge = back.edge_px(analysis.view.dorsal)[:, columns]
    valid = back.valid[:, analysis.view.dorsal][:, columns].all(axis=1)
    trunk_px = np.hypot(back.axis_px[:, 0], back.axis_px[:, 1])
    turn = circle_curvature(edge) * trunk_px * analysis.view.facing_sign
    return np.where(valid, turn, np.nan)


def at_lowest(analysis: Analysis, rep: Rep) -> dict[str, float | None]:
    """Every peer's measure in the posture that the lifter pulls from: median over the analyzer's own window."""
    hip, shoulder = (analysis.pose.middle_px(pair) for pair in (HIPS, SHOULDERS))
    tracks = (back_angle_deg(hip, shoulder), droop_ratio(hip, shoulder), back_circle(analysis))
    window = BEFORE_PULL_S if rep.style == "floor" else AROUND_LOWEST_S
    times = analysis.pose.time_s
    inside = (times >= rep.onset_s + window[0]) & (times <= rep.onset_s + window[1])
    return {name: _median(track[inside]) for name, track in zip(PEERS, tracks, strict=True)}


def _median(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return round(float(np.median(known)), 4) if len(known) else None
