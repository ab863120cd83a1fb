"""Part of stage 9: how far the bar moves forward between the start of the pull and the knee pass.

In: the plates as the bar finder saw them, if it did (`Plates`), the angle track, the events of a repetition, and the
lifter's height if given.  Out: the forward travel of the bar in percent of the height and in centimetres, each with its
interval.

Steps (`describe`):

1. If plates are seen, measure the travel of the bar's near end in plate radii.  The plates of usual bars measure 450 mm
   across (IWF Technical and Competition Rules), so this gives centimetres.  The percentage needs the height; without
   it, a usual height is taken.
2. Else measure the travel of the wrists' midpoint, because the hands hold the bar and the arms are in view from the
   start of the pull until the knee pass.  Its unit is the lifter's leg length, hip to ankle, which is 0.491 of the
   height (Drillis and Contini 1966), so this gives a percentage.  Centimetres need the height.

3. Widen the interval by what is not known of the camera's tilt (`_aside`): with one, a bar that rises straight seems to
   move sideways.  A large tilt was taken out before (`posture.tilt_deg`).

Positive = forward, where the lifter faces.  A bar that never moves forward of its start has the value 0.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.records import AngleTrack, Code, Measure, Plates, Reason, Rep

LEG_SHARE: Final = 0.491
"""Leg length, hip to ankle, as a share of the height (Drillis and Contini 1966)."""

FORWARD_SD_PERCENT: Final = 1.3
"""SD of the forward travel of the wrists, in percent of the height.  The root mean square error is 1.3 over 243
repetitions of two draws of 76 rendered sets, and 90 % of the errors are within 1.645 of this SD.  It is 1.5 over 31
repetitions of twelve other sets (`samples.card.motion`)."""

MOST_FORWARD_PERCENT: Final = 7.6
"""Largest forward travel of the wrists that is believed, in percent of the height: from the middle of the foot to the
toes (a foot is 0.152 of the height, Drillis and Contini 1966).  Nobody pulls a bar that hangs in front of the toes, so
wrists that seem to go farther are misplaced."""

PLATE_RADIUS_CM: Final = 22.5
"""Radius of a usual plate, in centimetres."""

SMALLEST_LEGS: Final = 0.29
"""Smallest radius, as it looks, of a 450-mm plate, in leg lengths.  Plates hang nearer to the camera than the lifter's
middle and so look larger than they are: 0.30 and more beside a lifter of usual height."""

PLATES_S: Final = 0.13
"""Time between two thumbnails, in seconds."""

ROLL_SD_DEG: Final = 1.5
"""SD of the tilt of a phone from level, in degrees (own choice)."""

TILT_SD_DEG: Final = 2.0
"""SD of a tilt that was read from the standing lifter and taken out, in degrees.  Standing lifters lean by 0.3 on
average in 20 drawn clips by a level camera, by 1.9 in 46 real ones (root mean square)."""

PLATES_SD_CM: Final = 0.5
"""SD of the forward travel of plates, in centimetres, without the phone's tilt.  With the tilt added, 100 % of the
errors over 58 repetitions of 76 sets, and 90 % over 71 repetitions of a fresh draw, are within 1.645 SDs.  The root
mean square errors are 0.32 and 0.88 (compared as in `samples.card.motion`).  Real lenses, and bars that turn about the
vertical, are not included."""

USUAL_HEIGHT_CM, USUAL_SD = 170.0, 0.06
"""Height of an adult, in centimetres, and its SD as a share: adults of both sexes and many countries (NCD-RisC 2016).
Nine tenths of them lie within this spread."""

LEAST_KNOWN: Final = 0.5
"""Smallest share of the frames or thumbnails up to the knee pass in which plates or wrists must be seen."""

AT_REST_S: Final = 0.1
"""Time before and after the start of the pull over which the first place of the wrists is taken, in seconds."""


def describe(
    track: AngleTrack, rep: Rep, height_cm: float | None, plates: Plates | None, notes: list[Reason]
) -> dict[str, Measure]:
    """The forward travel of the bar in one repetition: `bar_forward_percent` and `bar_forward_cm`.

    Notes say if plates are the scale, and if the camera is tilted; they are appended to `notes`.
    """
    if track.tilt_deg:
        notes.append(Reason(Code.CAMERA_TILTED, (abs(track.tilt_deg),)))
    # 1
    plated = plates is not None and plates.radius_legs >= SMALLEST_LEGS
    by_plates = _plates_forward_cm(plates, rep, track.tilt_deg) if plates is not None and plated else None
    if by_plates is not None:
        notes.append(Reason(Code.PLATES_AS_SCALE))
        return {"bar_forward_percent": _percent_of_height(by_plates, height_cm), "bar_forward_cm": by_plates}
    # 2
    percent = _wrists_forward_percent(track, rep)
    forward_cm = Measure.missing(Code.NO_SCALE) if height_cm is None else percent.times(height_cm / 100)
    return {"bar_forward_percent": percent, "bar_forward_cm": forward_cm}


def _aside(risen: float, tilt_sd_deg: float) -> float:
    """SD of the forward travel because of a tilt with this SD; `risen`: how far the bar rose, in the same unit."""
    return risen * float(np.tan(np.radians(tilt_sd_deg)))


def _plates_forward_cm(plates: Plates, rep: Rep, tilt_deg: float) -> Measure | None:
    """How far 450-mm plates move forward; None if they are seen too rarely, or there is no knee pass."""
    if np.isnan(rep.knee_pass_s):
        return None
    to_knee_pass = (plates.time_s >= rep.onset_s - PLATES_S) & (plates.time_s <= rep.knee_pass_s + PLATES_S)
    at_start = np.abs(plates.time_s - rep.onset_s) <= PLATES_S
    forward, start = plates.forward[to_knee_pass], plates.forward[at_start]
    if not len(forward) or np.isnan(forward).mean() > 1 - LEAST_KNOWN or np.isnan(start).all():
        return None
    forward_cm = PLATE_RADIUS_CM * max(0.0, float(np.nanmax(forward) - np.nanmedian(start)))
    risen_cm = PLATE_RADIUS_CM * max(0.0, float(np.nanmax(plates.up[to_knee_pass]) - np.nanmedian(plates.up[at_start])))
    # 3
    tilt_sd_deg = TILT_SD_DEG if tilt_deg else ROLL_SD_DEG
    return Measure.of(forward_cm, float(np.hypot(PLATES_SD_CM, _aside(risen_cm, tilt_sd_deg))))


def _percent_of_height(forward_cm: Measure, height_cm: float | None) -> Measure:
    """The forward travel in percent of the height.  Without a height, a usual one is taken, with a wider interval."""
    percent = forward_cm.times(100 / (height_cm or USUAL_HEIGHT_CM))
    height_sd = 0.0 if height_cm else USUAL_SD * percent.value
    return Measure.of(percent.value, float(np.hypot(percent.sd, height_sd)))


def _wrists_forward_percent(track: AngleTrack, rep: Rep) -> Measure:
    """How far the wrists move forward, in percent of the height, or the reason why it is not known."""
    if np.isnan(rep.knee_pass_s):
        return Measure.missing(Code.NO_KNEE_PASS)
    to_knee_pass = (track.time_s >= rep.onset_s) & (track.time_s <= rep.knee_pass_s)
    at_start = np.abs(track.time_s - rep.onset_s) <= AT_REST_S
    forward, start = track.hand_forward[to_knee_pass], track.hand_forward[at_start]
    if not to_knee_pass.any() or np.mean(~np.isnan(forward)) < LEAST_KNOWN or np.isnan(start).all():
        return Measure.missing(Code.HANDS_UNSEEN)
    percent = 100 * LEG_SHARE * max(0.0, float(np.nanmax(forward) - np.nanmedian(start)))
    if percent > MOST_FORWARD_PERCENT:
        return Measure.missing(Code.HANDS_MISPLACED)
    height, tilt_sd_deg = track.hand_height[to_knee_pass], TILT_SD_DEG if track.tilt_deg else 0.0
    aside_percent = _aside(100 * LEG_SHARE * float(np.nanmax(height) - np.nanmin(height)), tilt_sd_deg)
    return Measure.of(percent, float(np.hypot(FORWARD_SD_PERCENT, aside_percent)))  # 3
