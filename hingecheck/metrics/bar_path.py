"""Beside stage 9: the bar's way forward, read off the plates, or off the wrists while nothing hides them.

Plates that are seen tell how far the bar's near end goes, counted in their own radius; those of the usual bars measure
450 mm (IWF Technical and Competition Rules), which makes it centimetres.  Share of the height needs the height then,
or takes a usual one.

Without them: the hands hold the bar, so the midpoint of the wrists follows it.  From the position the lifter pulls from
until the knee pass the arms are in view.  Lengths are counted in the lifter's own legs, hip to ankle, which are 0.491
of the height (Drillis and Contini 1966); centimetres need the height.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.records import AngleTrack, Code, Measure, Plates, Reason, Rep

LEG_SHARE: Final = 0.491
FORWARD_SD_PERCENT: Final = 1.3
"""Root mean square error 1.3 over 243 repetitions of two draws of 76 rendered sets, 90 % within 1.645 of these; 1.5
over 31 repetitions of twelve others (`samples.card.motion`)."""

MOST_FORWARD_PERCENT: Final = 7.6
"""From the middle of the foot to the toes (a foot is 0.152 of the height, Drillis and Contini 1966): wrists that seem
to go farther are misplaced, as nobody pulls a bar that hangs before the toes."""

PLATE_RADIUS_CM: Final = 22.5
SMALLEST_LEGS: Final = 0.29
"""Plates that look smaller than this, in leg lengths, are no 450-mm plates: those hang nearer to the camera than the
lifter's middle, and look like 0.30 and more to a lifter of usual height."""

PLATES_S: Final = 0.13
"""As far apart as small pictures are."""

ROLL_SD_DEG: Final = 1.5
"""How far a phone is out of level (own choice), which makes a bar that rises straight go so much to the side."""

PLATES_SD_CM: Final = 0.5
"""With the roll, 100 % of 58 repetitions of 76 sets and 90 % of 71 of a fresh draw lie within 1.645 of these; root mean
square errors 0.32 and 0.88 (compared as in `samples.card.motion`).  Real lenses and bars that turn about the vertical
are not in it."""

USUAL_HEIGHT_CM, USUAL_SD = 170.0, 0.06
"""Adults of both sexes and many countries (NCD-RisC 2016), with a spread that holds nine tenths of them."""

LEAST_KNOWN: Final = 0.5
AT_REST_S: Final = 0.1


def describe(
    track: AngleTrack, rep: Rep, height_cm: float | None, plates: Plates | None, notes: list[Reason]
) -> dict[str, Measure]:
    """The bar's way forward between the pull's beginning and the knee pass, % of height and cm.

    Adds to `notes` that plates were the scale, if they were.
    """
    by_plates = None if plates is None or plates.radius_legs < SMALLEST_LEGS else _forward_cm(plates, rep)
    if by_plates is not None:
        notes.append(Reason(Code.PLATES_AS_SCALE))
        return {"bar_forward_percent": _of_height(by_plates, height_cm), "bar_forward_cm": by_plates}
    percent = _forward_percent(track, rep)
    way_cm = Measure.missing(Code.NO_SCALE) if height_cm is None else percent.times(height_cm / 100)
    return {"bar_forward_percent": percent, "bar_forward_cm": way_cm}


def _forward_cm(plates: Plates, rep: Rep) -> Measure | None:
    """How far plates of 450 mm go forward; None if they are not seen, or hardly looked at, on the way."""
    if np.isnan(rep.knee_pass_s):
        return None
    inside = (plates.time_s >= rep.onset_s - PLATES_S) & (plates.time_s <= rep.knee_pass_s + PLATES_S)
    first = np.abs(plates.time_s - rep.onset_s) <= PLATES_S
    way, start = plates.forward[inside], plates.forward[first]
    if not len(way) or np.isnan(way).mean() > 1 - LEAST_KNOWN or np.isnan(start).all():
        return None
    value = PLATE_RADIUS_CM * max(0.0, float(np.nanmax(way) - np.nanmedian(start)))
    risen_cm = PLATE_RADIUS_CM * max(0.0, float(np.nanmax(plates.up[inside]) - np.nanmedian(plates.up[first])))
    return Measure.of(value, float(np.hypot(PLATES_SD_CM, risen_cm * np.tan(np.radians(ROLL_SD_DEG)))))


def _of_height(way_cm: Measure, height_cm: float | None) -> Measure:
    """The same in % of height; of an adult's usual one, and less surely, if it is not known."""
    way = way_cm.times(100 / (height_cm or USUAL_HEIGHT_CM))
    unsure = 0.0 if height_cm else USUAL_SD * way.value
    return Measure.of(way.value, float(np.hypot(way.sd, unsure)))


def _forward_percent(track: AngleTrack, rep: Rep) -> Measure:
    if np.isnan(rep.knee_pass_s):
        return Measure.missing(Code.NO_KNEE_PASS)
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.knee_pass_s)
    first = np.abs(track.time_s - rep.onset_s) <= AT_REST_S
    way, start = track.hand_forward[inside], track.hand_forward[first]
    if not inside.any() or np.mean(~np.isnan(way)) < LEAST_KNOWN or np.isnan(start).all():
        return Measure.missing(Code.HANDS_UNSEEN)
    value = 100 * LEG_SHARE * max(0.0, float(np.nanmax(way) - np.nanmedian(start)))
    if value > MOST_FORWARD_PERCENT:
        return Measure.missing(Code.HANDS_MISPLACED)
    return Measure.of(value, FORWARD_SD_PERCENT)
