"""Stage 6, infer: the back's contour becomes pelvis tilt and lumbar flexion, each with its uncertainty.

`SpineEstimator` is the seam: anything that turns contours into a `Spine` can stand here.  The one below is
plain geometry.  The back's edge is fitted with a straight line over the sacrum and over the thoraco-lumbar
junction; each line's lean from the vertical stands for the segment under it, and

    lumbar flexion = lean at the thoraco-lumbar junction - lean at the sacrum,

all zeroed on the lifter's own standing (skin-surface lordosis explains only about half of the upright
lumbar angle [23], so changes are usable and absolute values are not).  Thoracic flexion is not read: the
shoulder blades and arms move the edge there.

It needs the edge free of plates, arms and the picture's border over both windows, and one stretch of the
lifter standing.  Where that lacks, the frame is not measured, with the reason.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, Protocol

import numpy as np
from scipy.ndimage import binary_dilation

from hingecheck import landmarks
from hingecheck.filtering import residual_sd, smooth_known
from hingecheck.geometry import length, pitch_deg, sagittal, slope_deg, thigh_pitch_deg
from hingecheck.records import Angle, BackContour, Bools, Floats, PoseTrack, Spine, Spread, View, Words

SACRUM: Final = 0.15
THORACO_LUMBAR: Final = 0.70
HALF_WINDOW: Final = 0.15
"""Centres and half-width of the two tangents along the trunk axis, 0 = mid-hip, 1 = mid-shoulder."""

WINDOWS: Final = tuple((at - HALF_WINDOW, at + HALF_WINDOW) for at in (SACRUM, THORACO_LUMBAR))

SMALLEST_TRUNK_PX: Final = 60.0
SHORTEST_STANDING_S: Final = 0.2
LONGEST_HOLE: Final = 3
"""This many stations in a row may be missing and are bridged."""

PELVIS_SPREAD: Final = Spread(noise_deg=1.0, bias_deg=9.0, slope=0.0)
LUMBAR_SPREAD: Final = Spread(noise_deg=1.5, bias_deg=11.5, slope=0.0)
"""From the error card (samples/ERRORS.md): root mean square error of a repetition's change to 20 degrees of yaw."""

PELVIS_BEYOND_TRUNK_DEG: Final = 12.0
LEAST_LUMBAR_DEG: Final = -10.0
"""A pelvis that tips further than the trunk by this much, or a back hollower than standing by this much, is an edge
that is not the back's."""


UPRIGHT_DEG: Final = 20.0
BENT_DEG: Final = 30.0
STILL_DEG_S: Final = 15.0
"""Standing: trunk and thigh this near to the vertical and the trunk this still."""

FRONT_EXCESS: Final = 0.12
BACK_EXCESS: Final = 0.08
FURTHEST: Final = 0.50
"""An edge beyond the lifter's own by this much, or beyond FURTHEST, in trunk lengths, is a plate's."""

PLATE_MARGIN: Final = 0.1
"""A covered station covers those this near along the trunk: the plate is round."""

NO_STANDING = "no frame shows the lifter standing with the back in view, so there is no zero"
HIDDEN = "the back's edge is hidden or cut off"
PLATE = "a weight plate hides the lower back"
SMALL = f"the trunk is under {SMALLEST_TRUNK_PX:.0f} px in the picture: film from nearer"
IMPLAUSIBLE = "the edge does not move as a back does: film square from the side, in a close-fitting shirt"
UNSEEN = "the lifter is not seen"
THORACIC = "the contour tangents do not read the thoracic spine"


class SpineEstimator(Protocol):
    """Turns what the contour stage kept into segment angles with intervals."""

    def infer(self, contour: BackContour, track: PoseTrack, view: View) -> Spine:
        """Pelvis, lumbar and thoracic angles for every frame, zeroed on own standing; NaN with a reason."""


class GeometricSpine:
    """The tangent estimate described above."""

    def infer(self, contour: BackContour, track: PoseTrack, view: View) -> Spine:
        """Pelvis and lumbar angles from two tangents; thoracic is never measured."""
        sacrum_deg, upper_deg, reason = _tangent_leans(contour, track, view)
        standing = _standing(track, view, reason)
        if not standing.any():
            return _without_zero(track, reason)
        zero_sacrum, zero_upper = np.median(sacrum_deg[standing]), np.median(upper_deg[standing])
        pelvis_deg = sacrum_deg - zero_sacrum
        lumbar_deg = upper_deg - zero_upper - pelvis_deg
        lean_deg = _lean_deg(track, view)
        beyond_deg = pelvis_deg - (lean_deg - np.median(lean_deg[standing]))
        implausible = (beyond_deg > PELVIS_BEYOND_TRUNK_DEG) | (lumbar_deg < LEAST_LUMBAR_DEG)
        reason[(reason == "") & implausible] = IMPLAUSIBLE
        nothing = np.full(len(reason), np.nan)
        return Spine(
            pelvis_tilt=_angle(track, pelvis_deg, reason, PELVIS_SPREAD),
            lumbar_flexion=_angle(track, lumbar_deg, reason, LUMBAR_SPREAD),
            thoracic_flexion=_angle(track, nothing, np.full(len(reason), THORACIC), LUMBAR_SPREAD),
            zero=_zero_name(track, view, standing),
            standing=standing,
            windows=WINDOWS,
        )


def _tangent_leans(contour: BackContour, track: PoseTrack, view: View) -> tuple[Floats, Floats, Words]:
    """Lean of the back over the sacrum and over the thoraco-lumbar junction (N,), NaN with a reason."""
    plate = _behind_plate(contour, track, view)
    usable = contour.valid[:, view.dorsal] & ~plate
    edge = _bridge_holes(np.where(usable, contour.offset[:, view.dorsal], np.nan))
    spacing = float(contour.station[1] - contour.station[0])
    tangent_deg = slope_deg(edge, spacing, round(HALF_WINDOW / spacing))
    at_sacrum, at_upper = (int(np.argmin(np.abs(contour.station - s))) for s in (SACRUM, THORACO_LUMBAR))
    axis = sagittal(contour.axis_px, view.facing_sign)
    lean_deg = pitch_deg(np.zeros(2), axis)
    sacrum_deg, upper_deg = lean_deg - tangent_deg[:, at_sacrum], lean_deg - tangent_deg[:, at_upper]
    reason = np.full(len(lean_deg), "", dtype=f"<U{len(IMPLAUSIBLE)}")
    reason[np.isnan(sacrum_deg + upper_deg)] = HIDDEN
    reason[np.isnan(sacrum_deg + upper_deg) & plate[:, [at_sacrum, at_upper]].any(axis=1)] = PLATE
    reason[length(contour.axis_px) < SMALLEST_TRUNK_PX] = SMALL
    reason[np.isnan(lean_deg) | ~track.seen] = UNSEEN
    return sacrum_deg, upper_deg, reason


def _behind_plate(contour: BackContour, track: PoseTrack, view: View) -> Bools:
    """Stations (N, K) that a plate on the bar may cover, in upright frames.

    The mask takes the plate in as part of the person.  It shows as an edge, in front or behind, further out
    than the lifter's own is before the first and after the last lift.  A station counts as covered together
    with its neighbours within PLATE_MARGIN.
    """
    upright = _upright(track, view)
    covered = np.zeros(contour.offset[:, 0].shape, bool)
    for edge, excess in ((view.dorsal, BACK_EXCESS), (1 - view.dorsal, FRONT_EXCESS)):
        offset = contour.offset[:, edge]
        covered |= offset > np.fmin(_own_edge(offset, upright & _outside_lifts(track, view)) + excess, FURTHEST)
    reach = round(PLATE_MARGIN / float(contour.station[1] - contour.station[0]))
    spread = binary_dilation(covered & upright[:, None], np.ones((1, 2 * reach + 1), bool))
    return np.asarray(spread & upright[:, None])


def _own_edge(offset: Floats, alone: Bools) -> Floats:
    """Median edge (K,) over the frames in which the lifter stands without the bar; infinite where unknown."""
    own = np.full(offset.shape[1], np.inf)
    seen = (~np.isnan(offset) & alone[:, None]).any(axis=0)
    own[seen] = np.nanmedian(offset[np.ix_(alone, seen)], axis=0)
    return own


def _bridge_holes(edge: Floats) -> Floats:
    """Runs of up to LONGEST_HOLE missing stations become straight lines, per frame (N, K)."""
    out = edge.copy()
    station = np.arange(edge.shape[1])
    for row in np.flatnonzero(np.isnan(edge).any(axis=1)):
        known = np.flatnonzero(~np.isnan(edge[row]))
        if known.size < 2:
            continue
        short = np.zeros(len(station), bool)
        for before, after in pairwise(known):
            short[before + 1 : after] = after - before - 1 <= LONGEST_HOLE
        out[row, short] = np.interp(station[short], known, edge[row, known])
    return out


def _standing(track: PoseTrack, view: View, reason: Words) -> Bools:
    """Frames (N,) of the lifter's own standing with a readable back: before or after the lifts if possible."""
    upright = _upright(track, view) & _still(track, view) & (reason == "")
    outside = _outside_lifts(track, view)
    quiet: Bools = upright & outside
    step_s = float(np.median(np.diff(track.time_s))) if len(track.time_s) > 1 else 0.0
    if quiet.sum() * step_s >= SHORTEST_STANDING_S:
        return quiet
    return upright if upright.sum() * step_s >= SHORTEST_STANDING_S else np.zeros(len(reason), bool)


def _upright(track: PoseTrack, view: View) -> Bools:
    """Frames (N,) with trunk and thigh near the vertical."""
    hip = sagittal(track.middle_px(landmarks.HIPS), view.facing_sign)
    knee = sagittal(track.middle_px(landmarks.KNEES), view.facing_sign)
    thigh_deg = thigh_pitch_deg(hip, knee)
    return np.asarray((np.abs(_lean_deg(track, view)) < UPRIGHT_DEG) & (np.abs(thigh_deg) < UPRIGHT_DEG))


def _still(track: PoseTrack, view: View) -> Bools:
    """Frames (N,) in which the trunk hardly turns."""
    lean_deg = _lean_deg(track, view)
    if len(lean_deg) < 2:
        return np.ones(len(lean_deg), bool)
    return np.asarray(np.abs(np.gradient(lean_deg, track.time_s)) < STILL_DEG_S)


def _lean_deg(track: PoseTrack, view: View) -> Floats:
    hip = sagittal(track.middle_px(landmarks.HIPS), view.facing_sign)
    return pitch_deg(hip, sagittal(track.middle_px(landmarks.SHOULDERS), view.facing_sign))


def _outside_lifts(track: PoseTrack, view: View) -> Bools:
    """Frames before the first and after the last time the trunk is bent."""
    bent = np.flatnonzero(_lean_deg(track, view) > BENT_DEG)
    index = np.arange(len(track.time_s))
    if bent.size == 0:
        return np.ones(len(index), bool)
    return np.asarray((index < bent[0]) | (index > bent[-1]))


def _zero_name(track: PoseTrack, view: View, standing: Bools) -> str:
    outside = bool((standing & _outside_lifts(track, view)).any())
    return (
        "own standing, in the upright frames before the first and after the last bend"
        if outside
        else "own standing, in upright frames between the bends"
    )


def _without_zero(track: PoseTrack, reason: Words) -> Spine:
    nothing = np.full(len(reason), np.nan)
    why = np.where(reason == "", NO_STANDING, reason)
    angle = _angle(track, nothing, why, LUMBAR_SPREAD)
    return Spine(angle, angle, angle, NO_STANDING, np.zeros(len(reason), bool))


def _angle(track: PoseTrack, raw_deg: Floats, reason: Words, spread: Spread) -> Angle:
    """Smoothed angle with its spread; a short unreadable gap that smoothing bridges counts as measured."""
    known_deg = np.where(reason == "", raw_deg, np.nan)
    value_deg = smooth_known(track.time_s, known_deg)
    noise_deg = np.fmax(spread.noise_deg, residual_sd(track.time_s, known_deg, value_deg))
    bridged = np.isnan(known_deg) & ~np.isnan(value_deg)
    return Angle(
        value_deg=value_deg,
        noise_sd_deg=np.where(bridged, 2 * noise_deg, noise_deg),
        bias_sd_deg=spread.bias_deg,
        bias_slope_sd=spread.slope,
        reason=np.where(np.isnan(value_deg), reason, ""),
    )
