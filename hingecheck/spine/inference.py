"""Stage 6, infer: from the outline of the back to pelvis tilt, lumbar flexion and thoracic flexion.

In: the landmarks, the trunk's edges and the view of a clip (`Observed`).  Out: angles over time, each with its error,
or the reason why a frame has none (`Spine`).  Why: no landmark of a pose model shows the spine, but the outline of the
back does.

A small network reads the outline.  It gets the person mask around the trunk, the landmarks in the coordinates of the
trunk, and both again from the lifter's own standing.  It answers by how much each segment has turned between standing
and the frame.  It gives changes because skin-surface lordosis explains only about half of the upright lumbar angle
[23]: changes are usable, absolute values are not.  The network was trained on rendered bodies with exact joint angles,
seen through the shipped pose model (models/SPINE.md).  With every frame it gives its own error.  The error is larger
under loose clothes, behind plates and off the side view.

Steps (`infer`):

1. Say why frames cannot be read: the lifter is not seen, the trunk is cut off or too small, the back's edge is hidden.
   Take out the tilt of the camera.  Encode all other frames, and read each alone.
2. Find the zero (`zero`): the lifter's own standing in this clip, or in another clip of the same lifter.
3. Read the change of each segment from the zero, and weigh it against what each frame gives alone.  Make pelvis,
   lumbar spine and junction consistent.
4. Estimate the yaw of the camera.  Beyond YAW_WITHHOLD_DEG nothing is measured.
5. Smooth each angle over time and split its error into noise and bias.

A frame in which the model is unsure, or its members disagree, has a wide interval.  It is never withheld for that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Protocol

import numpy as np

from hingecheck.filtering import residual_sd, smooth_known
from hingecheck.geometry import length
from hingecheck.records import (
    LONGEST_CODE,
    SMALLEST_TRUNK_PX,
    YAW_WITHHOLD_DEG,
    Angle,
    Bools,
    Bytes,
    Code,
    Floats,
    Measure,
    PoseTrack,
    Spine,
    SpineReading,
    Words,
    most_frequent,
)
from hingecheck.records.pose import Observed
from hingecheck.spine import features, zero
from hingecheck.spine.segments import (
    IMAGE_TRUNK,
    JUNCTION,
    LUMBAR,
    PELVIS,
    SHANK,
    THIGH,
    THORACIC,
    TRUNK,
    with_pitch,
)
from hingecheck.spine.tangents import tangents
from hingecheck.spine.zero import Alone, Zero

BACK_FROM, BACK_TO = 0.0, 0.9
"""Stations between sacrum and shoulder blades: 0 = mid-hip, 1 = mid-shoulder."""

LEAST_EDGE: Final = 0.6
"""Smallest share of the stations from BACK_FROM to BACK_TO at which the back's edge must be found."""

YAW_BIAS_SD_DEG: Final = 2.5
"""SD of the part of the yaw's error that averaging over many frames does not remove, in degrees."""

LASTING: Final = 0.85
"""Share of a frame's SD that stays the same over a clip, so that smoothing cannot remove it; for the angles of pelvis
and spine.  On lifters kept for checking, differences between lifters make up 0.73 of the error variance of bent frames
(models/SPINE.md); the root of 0.73 is 0.85.  The model card has what larger and smaller ones do to whole clips."""

SHARED_ERROR: Final = 0.8
"""Correlation of the errors of a frame alone and of its change from standing: 0.79 over 278 bent frames of lifters kept
from training (models/SPINE.md)."""


class SpineModel(Protocol):
    """The spine model.  It turns each frame into a code, and codes into angles."""

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        """Codes (N, C) of crops (N, S, S), with the back on the left, and of features (N, F)."""

    def read(self, code: Floats, standing: Floats, turned_deg: Floats) -> SpineReading:
        """Angles of frames with codes (N, C): of each frame alone, and as changes from standing with code (C,).

        `turned_deg` (N,): how far the trunk axis has turned in the picture since standing, in degrees.
        """


def infer(model: SpineModel, observed: Observed, given_zero: Zero | None = None) -> Spine:
    """All segment angles of a clip, in degrees from the lifter's own standing.

    `given_zero`: the standing in another clip of the same lifter, used in place of the standing in this clip.
    """
    # 1
    reason, alone, reading = _alone(model, observed)
    if reading is None:
        return _unmeasured(observed, reason)
    # 2
    own_zero, standing = zero.find(observed, alone)
    used = given_zero or own_zero
    # 3
    value_deg, sd_deg = _angles(model, alone, used)
    # 4
    yaw_deg = _yaw(reading)
    spine_reason = reason.copy()
    if abs(yaw_deg.value) > YAW_WITHHOLD_DEG:
        spine_reason[reason == ""] = Code.CAMERA_OBLIQUE

    # 5
    def angle(column: int, why: Words, lasting: float = LASTING) -> Angle:
        return _angle(observed.track, value_deg[:, column], lasting * sd_deg[:, column], why)

    return Spine(
        pelvis_tilt=angle(PELVIS, spine_reason),
        lumbar_flexion=angle(LUMBAR, spine_reason),
        junction=angle(JUNCTION, spine_reason),
        thoracic_flexion=angle(THORACIC, spine_reason),
        trunk_lean=_angle(observed.track, alone.angle_deg[:, TRUNK], alone.sd_deg[:, TRUNK], reason),
        thigh=angle(THIGH, reason, lasting=1.0),
        shank=angle(SHANK, reason, lasting=1.0),
        yaw_deg=yaw_deg,
        zero=used.origin if used is not None else Code.STANDING_USUAL,
        standing=standing,
        tangents=tangents(observed, standing),
    )


def standing_zero(model: SpineModel, observed: Observed) -> Zero | None:
    """The zero from a clip of quiet standing, for other clips of the same lifter; None if nobody stands in it."""
    _, alone, reading = _alone(model, observed)
    found = None if reading is None else zero.find(observed, alone)[0]
    return None if found is None else zero.elsewhere(found)


def most_lumbar(spine: Spine) -> Measure:
    """The largest lumbar flexion of a clip in degrees with its 90 % interval, or the reason why there is none."""
    angle = spine.lumbar_flexion
    known = angle.reason == ""
    if not known.any():
        return Measure.missing(most_frequent(angle.reason))
    at = int(np.nanargmax(angle.value_deg))
    return Measure.of(float(angle.value_deg[at]), float(angle.sd_deg[at]))


def _alone(model: SpineModel, observed: Observed) -> tuple[Words, Alone, SpineReading | None]:
    """Why each frame cannot be read (N,), and what each gives alone; the reading of the readable frames, None if none.

    A lifter who faces image left is mirrored, so the back is on the left.
    """
    sign, raw = observed.view.facing_sign, observed.raw
    raw = replace(raw, xy_px=observed.view.levelled(raw.xy_px))
    reason = _unreadable(observed)
    readable = reason == ""
    image_deg = features.segment_pitch_deg(raw.xy_px, sign)
    unknown = np.full((len(readable), SHANK + 1), np.nan)
    if not readable.any():
        return reason, Alone(unknown, image_deg, unknown, unknown), None
    crop = observed.contour.crop[readable]
    described = features.describe(raw.xy_px[readable], raw.visibility[readable], raw.world_m[readable], sign)
    code = model.encode(crop if sign > 0 else crop[:, :, ::-1], described)
    # The reference does not matter here: what a frame gives alone does not depend on it.
    reading = model.read(code, code[0], np.zeros(len(code)))
    single_deg, single_sd_deg = reading.single_deg[:, : SHANK + 1], reading.single_sd_deg[:, : SHANK + 1]
    angle_deg = with_pitch(_consistent(single_deg, single_sd_deg), image_deg[readable])
    code, angle_deg, single_sd_deg = (_in_all(readable, part) for part in (code, angle_deg, single_sd_deg))
    return reason, Alone(code, image_deg, angle_deg, single_sd_deg), reading


def _unreadable(observed: Observed) -> Words:
    """Why each frame cannot be read (N,), "" where it can.  Of several reasons the last one below counts."""
    contour, view = observed.contour, observed.view
    on_back = (contour.station >= BACK_FROM) & (contour.station <= BACK_TO)
    edge_known = ~np.isnan(contour.offset[:, view.dorsal][:, on_back])
    reason = np.full(len(contour.offset), "", dtype=f"<U{LONGEST_CODE}")
    reason[edge_known.mean(axis=1) < LEAST_EDGE] = Code.BACK_HIDDEN
    reason[contour.cut] = Code.TRUNK_CUT
    reason[length(contour.axis_px) < SMALLEST_TRUNK_PX] = Code.TRUNK_SMALL
    reason[~observed.track.seen | ~observed.raw.seen] = Code.LIFTER_UNSEEN
    return reason


def _angles(model: SpineModel, alone: Alone, used: Zero | None) -> tuple[Floats, Floats]:
    """Angles (N, 7) from own standing, and their SD; NaN where a frame cannot be read.

    What a frame gives alone, and what its change from the zero gives, are weighed by their errors.
    """
    if used is None:
        return alone.angle_deg, alone.sd_deg
    readable = np.asarray(~np.isnan(alone.code).any(axis=1))
    turned_deg = alone.image_deg[readable] - used.image_deg
    reading = model.read(alone.code[readable], used.code, turned_deg[:, IMAGE_TRUNK])
    from_zero_deg = with_pitch(reading.change_deg, turned_deg) + used.at_deg
    from_zero = (from_zero_deg, np.hypot(reading.change_sd_deg, used.sd_deg))
    value_deg, sd_deg = weighed((alone.angle_deg[readable], alone.sd_deg[readable]), from_zero)
    return _in_all(readable, _consistent(value_deg, sd_deg)), _in_all(readable, sd_deg)


def weighed(one: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """The mean of two values with the least error, and its SD; each value with its SD, (N, 7).

    Their errors are correlated by SHARED_ERROR, so the one with the smaller error counts nearly alone.
    """
    (a, sd_a), (b, sd_b) = one, other
    shared = SHARED_ERROR * sd_a * sd_b
    weight = np.clip((sd_b**2 - shared) / (sd_a**2 + sd_b**2 - 2 * shared), 0.0, 1.0)
    variance = (weight * sd_a) ** 2 + ((1 - weight) * sd_b) ** 2 + 2 * weight * (1 - weight) * shared
    return weight * a + (1 - weight) * b, np.sqrt(variance)


def _in_all(readable: Bools, part: Floats) -> Floats:
    """Rows of the readable frames (N,) as rows of all frames, NaN in the others."""
    out = np.full((len(readable), part.shape[1]), np.nan)
    out[readable] = part
    return out


def _consistent(value_deg: Floats, sd_deg: Floats) -> Floats:
    """Angles (N, 7) of an answer, corrected so that pelvis + lumbar = junction; `sd_deg` (N, 7): their SD.

    The junction is read best, so it stays.  The difference goes to pelvis and lumbar spine in proportion to their error
    variances.
    """
    out, variance = value_deg.copy(), sd_deg**2
    difference = out[:, JUNCTION] - out[:, PELVIS] - out[:, LUMBAR]
    to_lumbar = variance[:, LUMBAR] / (variance[:, LUMBAR] + variance[:, PELVIS])
    out[:, LUMBAR] += to_lumbar * difference
    out[:, PELVIS] += (1 - to_lumbar) * difference
    return out


def _yaw(reading: SpineReading) -> Measure:
    """Yaw of the camera over the clip, in degrees: the mean over frames, weighted by 1 / variance.

    Its SD combines YAW_BIAS_SD_DEG and half of the usual SD of one frame.
    """
    value, sd = reading.single_deg[:, -1], reading.single_sd_deg[:, -1]
    known = ~np.isnan(value)
    weight = 1.0 / sd[known] ** 2
    mean = float((weight * value[known]).sum() / weight.sum())
    return Measure.of(mean, float(np.hypot(YAW_BIAS_SD_DEG, 0.5 * float(np.median(sd[known])))))


def _angle(track: PoseTrack, raw_deg: Floats, sd_deg: Floats, reason: Words) -> Angle:
    """An angle smoothed over time, with its error (`raw_deg`, `sd_deg` and `reason` (N,)).

    A short gap that smoothing bridges counts as measured.  The scatter that smoothing removes shows the noise of a
    frame; it counts at most half of the whole error, and twice in a bridged frame.  The rest of the error is bias.
    """
    known_deg = np.where(reason == "", raw_deg, np.nan)
    value_deg = smooth_known(track.time_s, known_deg)
    measured = ~np.isnan(value_deg)
    whole_deg = np.full(len(value_deg), np.nan)
    known = ~np.isnan(known_deg)
    if known.any():
        whole_deg[measured] = np.interp(track.time_s[measured], track.time_s[known], sd_deg[known])
    noise_deg = np.fmin(residual_sd(track.time_s, known_deg, value_deg), 0.5 * whole_deg)
    bias_deg = np.sqrt(whole_deg**2 - noise_deg**2)
    return Angle(
        value_deg=value_deg,
        noise_sd_deg=np.where(measured & ~known, 2 * noise_deg, noise_deg),
        bias_sd_deg=bias_deg,
        bias_slope_sd=0.0,
        reason=np.where(measured, "", np.where(reason == "", Code.LIFTER_UNSEEN, reason)),
    )


def _unmeasured(observed: Observed, reason: Words) -> Spine:
    """The spine of a clip in which no frame can be read."""
    unknown = np.full(len(reason), np.nan)
    angle = _angle(observed.track, unknown, unknown, reason)
    missing, nowhere = Measure.missing(Code.BACK_UNSEEN), np.zeros(len(reason), bool)
    return Spine(angle, angle, angle, angle, angle, angle, angle, missing, Code.STANDING_USUAL, nowhere)
