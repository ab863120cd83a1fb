"""Beside stage 9: the bar's way forward, read off the wrists while nothing hides them.

The hands hold the bar, so the midpoint of the wrists follows it.  From the position the lifter pulls from until the
knee pass the arms are in view; above that plates stand before the hands.  Lengths are counted in the lifter's own
legs, hip to ankle, which are 0.491 of the stature (Drillis and Contini 1966); centimetres need the stature.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from hingecheck.records import AngleTrack, Measure, Rep

LEG_SHARE: Final = 0.491
FORWARD_SD_PERCENT: Final = 1.3
"""Root mean square error 1.3 over 243 repetitions of two draws of 76 rendered sets, 90 % within 1.645 of these; 1.5
over 31 repetitions of twelve others (`samples.card.motion`)."""

MOST_FORWARD_PERCENT: Final = 7.6
"""From the middle of the foot to the toes (a foot is 0.152 of the stature, Drillis and Contini 1966): wrists that seem
to go farther are misplaced, as nobody pulls a bar that hangs before the toes."""

Z90: Final = 1.645
LEAST_KNOWN: Final = 0.5
AT_REST_S: Final = 0.1


def describe(track: AngleTrack, rep: Rep, stature_cm: float | None) -> dict[str, Measure]:
    """The bar's way forward between the pull's beginning and the knee pass, % of stature; cm if that is known."""
    percent = _forward_percent(track, rep)
    values = {"bar_forward_percent": percent}
    if stature_cm is not None:
        values["bar_forward_cm"] = _scaled(percent, stature_cm / 100)
    return values


def _forward_percent(track: AngleTrack, rep: Rep) -> Measure:
    if np.isnan(rep.knee_pass_s):
        return Measure.missing("the hands do not pass the knees on the way up")
    inside = (track.time_s >= rep.onset_s) & (track.time_s <= rep.knee_pass_s)
    first = np.abs(track.time_s - rep.onset_s) <= AT_REST_S
    way, start = track.hand_forward[inside], track.hand_forward[first]
    if not inside.any() or np.mean(~np.isnan(way)) < LEAST_KNOWN or np.isnan(start).all():
        return Measure.missing("the hands are not seen from lift-off to knee pass")
    value = 100 * LEG_SHARE * max(0.0, float(np.nanmax(way) - np.nanmedian(start)))
    if value > MOST_FORWARD_PERCENT:
        return Measure.missing("the hands are misplaced between lift-off and knee pass")
    half = Z90 * FORWARD_SD_PERCENT
    return Measure(value, value - half, value + half)


def _scaled(measure: Measure, factor: float) -> Measure:
    return Measure(measure.value * factor, measure.low * factor, measure.high * factor, measure.reason)
