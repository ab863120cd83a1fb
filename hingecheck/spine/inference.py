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
   Encode all other frames.
2. Find the zero: the lifter's own standing in this clip, or in another clip of the same lifter.
3. Read the change of each segment from the zero.  Make pelvis, lumbar spine and junction consistent.
4. Estimate the yaw of the camera.
5. Say why further frames are not measured: the model is too unsure, its members disagree because they have never seen
   such an outline, the clip has no standing, the camera is too far off the side view.
6. Add the pitch that the landmarks have in the picture, where the model gives only the difference from it.
7. Smooth each angle over time and split its error into noise and bias.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Protocol

import numpy as np

from hingecheck import posture
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
from hingecheck.spine import features
from hingecheck.spine.standing import own_standing, tangents

PELVIS, LUMBAR, JUNCTION, THORACIC, TRUNK, THIGH, SHANK = range(7)
"""Columns of a `SpineReading`."""

IMAGE_TRUNK, IMAGE_THIGH, IMAGE_SHANK = range(3)
"""Columns of the pitches that the landmarks have in the picture."""

ADDED_PITCH: Final = {PELVIS: IMAGE_TRUNK, JUNCTION: IMAGE_TRUNK, THIGH: IMAGE_THIGH, SHANK: IMAGE_SHANK}
"""Columns that the model gives as a difference from a pitch in the picture, and the column of that pitch."""

BACK_FROM, BACK_TO = 0.0, 0.9
"""Stations between sacrum and shoulder blades: 0 = mid-hip, 1 = mid-shoulder."""

LEAST_EDGE: Final = 0.6
"""Smallest share of the stations from BACK_FROM to BACK_TO at which the back's edge must be found."""

WIDEST_SD_DEG: Final = 9.0
"""Largest SD of a lumbar angle that is reported, in degrees."""

MOST_DISAGREEMENT_DEG: Final = 6.0
"""Largest disagreement between the members of the model with which a lumbar angle is reported, in degrees."""

YAW_BIAS_SD_DEG: Final = 2.5
"""SD of the part of the yaw's error that averaging over many frames does not remove, in degrees."""

LOCKOUT_ZERO_SD_DEG: Final = 3.0
"""SD of the difference between lockout and quiet standing, in degrees, where a lockout has to be the zero."""

LASTING: Final = 0.85
"""Share of a frame's SD that stays the same over a clip, so that smoothing cannot remove it; for the angles of pelvis
and spine.  On lifters kept for checking, differences between lifters make up 0.73 of the error variance of bent frames
(models/SPINE.md); the root of 0.73 is 0.85."""


class SpineModel(Protocol):
    """The spine model.  It turns each frame into a code, and codes into angles."""

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        """Codes (N, C) of crops (N, S, S), with the back on the left, and of features (N, F)."""

    def read(self, code: Floats, standing: Floats, turned_deg: Floats) -> SpineReading:
        """Angles of frames with codes (N, C): of each frame alone, and as changes from standing with code (C,).

        `turned_deg` (N,): how far the trunk axis has turned in the picture since standing, in degrees.
        """


@dataclass(frozen=True)
class Zero:
    """A lifter's own standing, from which all changes are counted.

    `code` (C,): the model's code of it.  `image_deg` (3,): pitch of trunk, thigh and shank in the picture, in degrees.
    `origin`: which frames it comes from.  `sd_deg`: how far it may be from quiet standing, as an SD in degrees.
    """

    code: Floats
    image_deg: Floats
    origin: Code
    sd_deg: float


@dataclass(frozen=True)
class _Encoded:
    """The frames of a clip as the model reads them.

    `code` (N, C).  `image_deg` (N, 3): pitch of trunk, thigh and shank in the picture, in degrees.  `reason` (N,): why
    a frame cannot be read, "" where it can; there the code is NaN.
    """

    code: Floats
    image_deg: Floats
    reason: Words


def infer(model: SpineModel, observed: Observed, given_zero: Zero | None = None) -> Spine:
    """All segment angles of a clip, in degrees from the lifter's own standing.

    `given_zero`: the standing in another clip of the same lifter, used in place of the standing in this clip.
    """
    # 1
    encoded = _encode(model, observed)
    readable = encoded.reason == ""
    # 2
    standing = own_standing(observed, encoded.reason)
    zero = given_zero or _zero(observed, encoded, standing)
    if not readable.any():
        return _unmeasured(observed, encoded.reason, standing)
    # 3
    image_deg = encoded.image_deg - (zero.image_deg if zero is not None else np.zeros(3))
    reading = _read(model, encoded, zero, image_deg[:, IMAGE_TRUNK])
    # 4
    yaw_deg = _yaw(reading)
    # 5
    reason = _with_model_reasons(reading, encoded.reason, zero, yaw_deg)

    def angle(column: int, reason: Words) -> Angle:
        # 6, 7
        base = image_deg[:, ADDED_PITCH[column]] if column in ADDED_PITCH else 0.0
        lasting = 1.0 if column in (THIGH, SHANK) else LASTING
        sd_deg = np.hypot(lasting * reading.change_sd_deg[:, column], zero.sd_deg if zero is not None else 0.0)
        return _angle(observed.track, reading.change_deg[:, column] + base, sd_deg, reason)

    leg_reason = encoded.reason if zero is not None else np.where(readable, Code.NO_STANDING, encoded.reason)
    lean_deg = reading.single_deg[:, TRUNK] + encoded.image_deg[:, IMAGE_TRUNK]
    return Spine(
        pelvis_tilt=angle(PELVIS, reason),
        lumbar_flexion=angle(LUMBAR, reason),
        junction=angle(JUNCTION, reason),
        thoracic_flexion=angle(THORACIC, reason),
        trunk_lean=_angle(observed.track, lean_deg, reading.single_sd_deg[:, TRUNK], encoded.reason),
        thigh=angle(THIGH, leg_reason),
        shank=angle(SHANK, leg_reason),
        yaw_deg=yaw_deg,
        zero=zero.origin if zero is not None else Code.NO_STANDING,
        standing=standing,
        tangents=tangents(observed, standing),
    )


def standing_zero(model: SpineModel, observed: Observed) -> Zero | None:
    """The zero from a clip of quiet standing, for other clips of the same lifter; None if nobody stands in it."""
    encoded = _encode(model, observed)
    zero = _zero(observed, encoded, own_standing(observed, encoded.reason))
    return None if zero is None else Zero(zero.code, zero.image_deg, Code.STANDING_ELSEWHERE, zero.sd_deg)


def most_lumbar(spine: Spine) -> Measure:
    """The largest lumbar flexion of a clip in degrees with its 90 % interval, or the reason why there is none."""
    angle = spine.lumbar_flexion
    known = angle.reason == ""
    if not known.any():
        return Measure.missing(most_frequent(angle.reason))
    at = int(np.nanargmax(angle.value_deg))
    return Measure.of(float(angle.value_deg[at]), float(angle.sd_deg[at]))


def _encode(model: SpineModel, observed: Observed) -> _Encoded:
    """Codes of all frames that can be read.  A lifter who faces image left is mirrored, so the back is on the left."""
    sign = observed.view.facing_sign
    raw = observed.raw
    reason = _unreadable(observed)
    readable = reason == ""
    image_deg = features.segment_pitch_deg(raw.xy_px, sign)
    if not readable.any():
        return _Encoded(np.full((len(readable), 1), np.nan), image_deg, reason)
    crop = observed.contour.crop[readable]
    described = features.describe(raw.xy_px[readable], raw.visibility[readable], raw.world_m[readable], sign)
    code = model.encode(crop if sign > 0 else crop[:, :, ::-1], described)
    codes = np.full((len(readable), code.shape[1]), np.nan)
    codes[readable] = code
    return _Encoded(codes, image_deg, reason)


def _read(model: SpineModel, encoded: _Encoded, zero: Zero | None, turned_deg: Floats) -> SpineReading:
    """What the model reads from all readable frames; NaN in the others.

    Without a zero, the mean of all codes stands in for that of standing.  The angles are then not reported, but the yaw
    and the trunk's lean, which need no zero, are.
    """
    readable = encoded.reason == ""
    code = zero.code if zero is not None else encoded.code[readable].mean(axis=0)
    answer = model.read(encoded.code[readable], code, turned_deg[readable])
    return _in_all_frames(_consistent(answer), readable)


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


def _with_model_reasons(reading: SpineReading, reason: Words, zero: Zero | None, yaw_deg: Measure) -> Words:
    """The reasons (N,), and for frames without one, the reasons that follow from the model's answer.

    Of several new reasons the last one below counts.
    """
    out = reason.copy()
    tried = out == ""
    out[tried & (reading.change_sd_deg[:, LUMBAR] > WIDEST_SD_DEG)] = Code.OUTLINE_UNSURE
    out[tried & (reading.disagreement_deg[:, LUMBAR] > MOST_DISAGREEMENT_DEG)] = Code.OUTLINE_UNKNOWN
    if zero is None:
        out[tried] = Code.NO_STANDING
    if abs(yaw_deg.value) > YAW_WITHHOLD_DEG:
        out[tried] = Code.CAMERA_OBLIQUE
    return out


def _in_all_frames(reading: SpineReading, readable: Bools) -> SpineReading:
    """A reading of the readable frames as a reading of all N frames, NaN in the others."""

    def in_all(part: Floats) -> Floats:
        out = np.full((len(readable), part.shape[1]), np.nan)
        out[readable] = part
        return out

    return SpineReading(*(in_all(getattr(reading, part.name)) for part in fields(reading)))


def _consistent(reading: SpineReading) -> SpineReading:
    """The reading, corrected so that pelvis + lumbar = junction.

    The junction is read best, so it stays.  The difference goes to pelvis and lumbar spine in proportion to their error
    variances.
    """
    change, variance = reading.change_deg.copy(), reading.change_sd_deg**2
    difference = change[:, JUNCTION] - change[:, PELVIS] - change[:, LUMBAR]
    to_lumbar = variance[:, LUMBAR] / (variance[:, LUMBAR] + variance[:, PELVIS])
    change[:, LUMBAR] += to_lumbar * difference
    change[:, PELVIS] += (1 - to_lumbar) * difference
    return replace(reading, change_deg=change)


def _yaw(reading: SpineReading) -> Measure:
    """Yaw of the camera over the clip, in degrees: the mean over frames, weighted by 1 / variance.

    Its SD combines YAW_BIAS_SD_DEG and half of the usual SD of one frame.
    """
    value, sd = reading.single_deg[:, -1], reading.single_sd_deg[:, -1]
    known = ~np.isnan(value)
    weight = 1.0 / sd[known] ** 2
    mean = float((weight * value[known]).sum() / weight.sum())
    return Measure.of(mean, float(np.hypot(YAW_BIAS_SD_DEG, 0.5 * float(np.median(sd[known])))))


def _zero(observed: Observed, encoded: _Encoded, standing: Bools) -> Zero | None:
    """The zero from the standing frames (N,) of this clip; None if there are none.

    It is less sure if all of them lie between the bends, as a lockout does.
    """
    if not standing.any():
        return None
    quiet = bool((standing & posture.outside_bends(observed.track, observed.view.facing_sign)).any())
    return Zero(
        code=encoded.code[standing].mean(axis=0),
        image_deg=np.median(encoded.image_deg[standing], axis=0),
        origin=Code.STANDING_AROUND if quiet else Code.STANDING_BETWEEN,
        sd_deg=0.0 if quiet else LOCKOUT_ZERO_SD_DEG,
    )


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


def _unmeasured(observed: Observed, reason: Words, standing: Bools) -> Spine:
    """The spine of a clip in which no frame can be read."""
    unknown = np.full(len(reason), np.nan)
    angle = _angle(observed.track, unknown, unknown, reason)
    missing = Measure.missing(Code.BACK_UNSEEN)
    return Spine(angle, angle, angle, angle, angle, angle, angle, missing, Code.NO_STANDING, standing)
