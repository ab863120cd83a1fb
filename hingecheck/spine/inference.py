"""Stage 6, infer: the back's silhouette becomes pelvis tilt, lumbar and thoracic flexion, each with its interval.

No pose model's landmarks show the spine; the outline of the back does.  A small network reads it: it is
given the person mask around the trunk and the landmarks in the trunk's own frame, and the same of the
lifter's own standing, and says by how much each segment turned between the two (skin-surface lordosis
explains only about half of the upright lumbar angle [23], so changes are usable and absolute values are
not).  It was trained on rendered bodies with exact joint angles, seen through the shipped pose model
(models/SPINE.md), and says with every frame how wrong it may be: wider under loose clothes, behind plates,
off the side view.

A frame is not measured, with the reason, where the trunk is cut off or too small, where the back's edge is
lost, where the model is too unsure of itself or its members disagree because they have never seen the
like, and in a clip without standing, filmed from too far off the side.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final, Literal, Protocol

import numpy as np

from hingecheck import posture
from hingecheck.filtering import residual_sd, smooth_known
from hingecheck.geometry import length, pitch_deg, sagittal, slope_deg
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
    Tangent,
    Words,
    most_frequent,
)
from hingecheck.records.pose import Observed
from hingecheck.spine import features
from hingecheck.spine.standing import own_standing

PELVIS, LUMBAR, JUNCTION, THORACIC, TRUNK, THIGH, SHANK = range(7)
"""Columns of a `SpineReading`."""

IMAGE_TRUNK, IMAGE_THIGH, IMAGE_SHANK = range(3)

BACK_FROM, BACK_TO = 0.0, 0.9
LEAST_EDGE: Final = 0.6
"""Share of the stations between sacrum and shoulder blades at which the back's edge must be found."""

WIDEST_SD_DEG: Final = 9.0
MOST_DISAGREEMENT_DEG: Final = 6.0
"""A lumbar angle that the model itself trusts less than this, or whose members are further apart, is not told."""

YAW_BIAS_SD_DEG: Final = 2.5
"""What a clip's yaw is still off by when many frames are averaged, SD."""

LOCKOUT_ZERO_SD_DEG: Final = 3.0
"""How far a lockout may be from quiet standing, where it has to stand in for it."""

TANGENT_HALF_WINDOW: Final = 0.15
TANGENTS: Final[tuple[tuple[str, Literal["pelvis_tilt", "junction"], float], ...]] = (
    ("pelvis", "pelvis_tilt", 0.15),
    ("lumbar", "junction", 0.70),
)
"""Where the back's edge lies over the sacrum and over the thoraco-lumbar junction, along the trunk axis."""

LASTING: Final = 0.85
"""Share of a single picture's SD of the spine's angles that smoothing over frames leaves: on lifters kept for checking,
what differs between lifters has 0.73 of the variance of bent frames' errors (models/SPINE.md).  It lasts a clip."""


class SpineModel(Protocol):
    """Turns what is seen of a frame into a code, and codes into angles."""

    def encode(self, crop: Bytes, features: Floats) -> Floats:
        """Codes (N, C) of crops (N, S, S), back on the left, and features (N, F)."""

    def read(self, code: Floats, standing: Floats, turned_deg: Floats) -> SpineReading:
        """What frames with codes (N, C) say, alone and against the standing's code (C,).

        `turned_deg` (N,): how far the picture's trunk has turned between the two.
        """


@dataclass(frozen=True)
class Zero:
    """A lifter's own standing: its code (C,), the picture's pitches there (3,), and where it comes from."""

    code: Floats
    image_deg: Floats
    origin: Code
    sd_deg: float


@dataclass(frozen=True)
class _Seen:
    """Codes (N, C) and the landmarks' own pitches of trunk, thigh and shank (N, 3); NaN with a reason (N,)."""

    code: Floats
    image_deg: Floats
    reason: Words


def infer(model: SpineModel, observed: Observed, elsewhere: Zero | None = None) -> Spine:
    """All segment angles of a clip, zeroed on its own standing or on that of another clip of the same lifter."""
    seen = _encode(model, observed)
    standing = own_standing(observed, seen.reason)
    zero = elsewhere or _zero(observed, seen, standing)
    good = seen.reason == ""
    if not good.any():
        return _nothing(observed, seen.reason, standing)
    code = zero.code if zero is not None else seen.code[good].mean(axis=0)
    image_deg = seen.image_deg - (zero.image_deg if zero is not None else np.zeros(3))
    reading = _spread_out(_agreed(model.read(seen.code[good], code, image_deg[good, IMAGE_TRUNK])), good)
    yaw_deg = _yaw(reading)
    reason = _judged(reading, seen.reason, zero, yaw_deg)
    added = {PELVIS: IMAGE_TRUNK, JUNCTION: IMAGE_TRUNK, THIGH: IMAGE_THIGH, SHANK: IMAGE_SHANK}

    def angle(column: int, reason: Words) -> Angle:
        base = image_deg[:, added[column]] if column in added else 0.0
        lasting = 1.0 if column in (THIGH, SHANK) else LASTING
        sd_deg = np.hypot(lasting * reading.change_sd_deg[:, column], zero.sd_deg if zero is not None else 0.0)
        return _angle(observed.track, reading.change_deg[:, column] + base, sd_deg, reason)

    legs = seen.reason if zero is not None else np.where(good, Code.NO_STANDING, seen.reason)
    alone_deg = reading.single_deg[:, TRUNK] + seen.image_deg[:, IMAGE_TRUNK]
    return Spine(
        pelvis_tilt=angle(PELVIS, reason),
        lumbar_flexion=angle(LUMBAR, reason),
        junction=angle(JUNCTION, reason),
        thoracic_flexion=angle(THORACIC, reason),
        trunk_lean=_angle(observed.track, alone_deg, reading.single_sd_deg[:, TRUNK], seen.reason),
        thigh=angle(THIGH, legs),
        shank=angle(SHANK, legs),
        yaw_deg=yaw_deg,
        zero=zero.origin if zero is not None else Code.NO_STANDING,
        standing=standing,
        tangents=_tangents(observed, standing),
    )


def standing_zero(model: SpineModel, observed: Observed) -> Zero | None:
    """The standing in a clip filmed for it, or None if nobody stands in it."""
    seen = _encode(model, observed)
    found = _zero(observed, seen, own_standing(observed, seen.reason))
    return None if found is None else Zero(found.code, found.image_deg, Code.STANDING_ELSEWHERE, found.sd_deg)


def most_lumbar(spine: Spine) -> Measure:
    """The largest lumbar flexion of a clip with its 90 % interval, or why there is none."""
    angle = spine.lumbar_flexion
    known = angle.reason == ""
    if not known.any():
        return Measure.missing(most_frequent(angle.reason))
    at = int(np.nanargmax(angle.value_deg))
    return Measure.of(float(angle.value_deg[at]), float(angle.sd_deg[at]))


def _encode(model: SpineModel, observed: Observed) -> _Seen:
    sign = observed.view.facing_sign
    raw = observed.raw
    reason = _refusals(observed)
    good = reason == ""
    image_deg = features.segment_pitch_deg(raw.xy_px, sign)
    if not good.any():
        return _Seen(np.full((len(good), 1), np.nan), image_deg, reason)
    crop = observed.contour.crop[good]
    described = features.describe(raw.xy_px[good], raw.visibility[good], raw.world_m[good], sign)
    code = model.encode(crop if sign > 0 else crop[:, :, ::-1], described)
    whole = np.full((len(good), code.shape[1]), np.nan)
    whole[good] = code
    return _Seen(whole, image_deg, reason)


def _refusals(observed: Observed) -> Words:
    """Why a frame cannot be read at all (N,), "" where it can be tried."""
    contour, view = observed.contour, observed.view
    along = (contour.station >= BACK_FROM) & (contour.station <= BACK_TO)
    found = ~np.isnan(contour.offset[:, view.dorsal][:, along])
    reason = np.full(len(contour.offset), "", dtype=f"<U{LONGEST_CODE}")
    reason[found.mean(axis=1) < LEAST_EDGE] = Code.BACK_HIDDEN
    reason[contour.cut] = Code.TRUNK_CUT
    reason[length(contour.axis_px) < SMALLEST_TRUNK_PX] = Code.TRUNK_SMALL
    reason[~observed.track.seen | ~observed.raw.seen] = Code.LIFTER_UNSEEN
    return reason


def _judged(reading: SpineReading, reason: Words, zero: Zero | None, yaw_deg: Measure) -> Words:
    """Reasons (N,) with those that only the model's own answer gives."""
    out = reason.copy()
    tried = out == ""
    out[tried & (reading.change_sd_deg[:, LUMBAR] > WIDEST_SD_DEG)] = Code.OUTLINE_UNSURE
    out[tried & (reading.disagreement_deg[:, LUMBAR] > MOST_DISAGREEMENT_DEG)] = Code.OUTLINE_UNKNOWN
    if zero is None:
        out[tried] = Code.NO_STANDING
    if abs(yaw_deg.value) > YAW_WITHHOLD_DEG:
        out[tried] = Code.CAMERA_OBLIQUE
    return out


def _spread_out(reading: SpineReading, good: Bools) -> SpineReading:
    """The same over all frames, NaN where nothing was read."""

    def whole(part: Floats) -> Floats:
        out = np.full((len(good), part.shape[1]), np.nan)
        out[good] = part
        return out

    return SpineReading(*(whole(getattr(reading, part.name)) for part in fields(reading)))


def _agreed(reading: SpineReading) -> SpineReading:
    """The same with pelvis + lumbar = junction: what they differ by is shared out by how unsure each is.

    The junction's pitch is read best, so it stays.
    """
    change, variance = reading.change_deg.copy(), reading.change_sd_deg**2
    apart = change[:, JUNCTION] - change[:, PELVIS] - change[:, LUMBAR]
    to_lumbar = variance[:, LUMBAR] / (variance[:, LUMBAR] + variance[:, PELVIS])
    change[:, LUMBAR] += to_lumbar * apart
    change[:, PELVIS] += (1 - to_lumbar) * apart
    return replace(reading, change_deg=change)


def _yaw(reading: SpineReading) -> Measure:
    """The clip's yaw: frames weighed by how sure each is."""
    value, sd = reading.single_deg[:, -1], reading.single_sd_deg[:, -1]
    known = ~np.isnan(value)
    weight = 1.0 / sd[known] ** 2
    mean = float((weight * value[known]).sum() / weight.sum())
    return Measure.of(mean, float(np.hypot(YAW_BIAS_SD_DEG, 0.5 * float(np.median(sd[known])))))


def _zero(observed: Observed, seen: _Seen, standing: Bools) -> Zero | None:
    if not standing.any():
        return None
    quiet = bool((standing & posture.outside_bends(observed.track, observed.view.facing_sign)).any())
    return Zero(
        code=seen.code[standing].mean(axis=0),
        image_deg=np.median(seen.image_deg[standing], axis=0),
        origin=Code.STANDING_AROUND if quiet else Code.STANDING_BETWEEN,
        sd_deg=0.0 if quiet else LOCKOUT_ZERO_SD_DEG,
    )


def _tangents(observed: Observed, standing: Bools) -> tuple[Tangent, ...]:
    """The back's own lean over sacrum and thoraco-lumbar junction in standing; none if the edge is not seen there."""
    contour, view = observed.contour, observed.view
    if not standing.any():
        return ()
    spacing = float(contour.station[1] - contour.station[0])
    edge = np.where(contour.valid[standing, view.dorsal], contour.offset[standing, view.dorsal], np.nan)
    slope = slope_deg(edge, spacing, round(TANGENT_HALF_WINDOW / spacing))
    lean_deg = pitch_deg(np.zeros(2), sagittal(contour.axis_px[standing], view.facing_sign))
    found = []
    for name, segment, station in TANGENTS:
        own_deg = lean_deg - slope[:, int(np.argmin(np.abs(contour.station - station)))]
        if np.isnan(own_deg).all():
            return ()
        found.append(Tangent(name, segment, station, float(np.nanmedian(own_deg))))
    return tuple(found)


def _angle(track: PoseTrack, raw_deg: Floats, sd_deg: Floats, reason: Words) -> Angle:
    """Smoothed angle with its spread; a short unreadable gap that smoothing bridges counts as measured.

    What smoothing takes away tells how much of a frame's error is its own; the rest stays in every mean.
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


def _nothing(observed: Observed, reason: Words, standing: Bools) -> Spine:
    """No frame could be tried."""
    unknown = np.full(len(reason), np.nan)
    angle = _angle(observed.track, unknown, unknown, reason)
    missing = Measure.missing(Code.BACK_UNSEEN)
    return Spine(angle, angle, angle, angle, angle, angle, angle, missing, Code.NO_STANDING, standing)
