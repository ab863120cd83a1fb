"""Trends: one metric of an athlete over time, and which clips differ from the athlete's earlier days.

`of_athlete` takes the sessions of one athlete and a metric.  It gives one Trend for each type of lift.

Steps:

1. Sort the sessions by type of lift, date and folder.  Each type of lift becomes one trend.
2. Group the clips of one day with like loads (they differ by less than LIKE_LOAD).  The mean of a group is one reading
   of that day.
3. Fit a straight line, metric over load, through all readings of the trend, with least squares.  The line needs at
   least FEWEST_FOR_LINE days, whose loads are not all alike.  Readings of one date count as one day, because they share
   camera and clothes.  The slope is the change of the metric for each kg.  Its error comes from the SD on the error
   card, or from the largest SD in the clips' own intervals, if that is larger.
4. Move every value along this line to the mean load, so that the points of the trend can be compared.
5. Predict each clip's value from the readings of earlier days.  If the clip's load is not known, the prediction is the
   mean of all of them.  If the earlier days allow a line over load (see step 3), it is the line's value at the clip's
   load.  Otherwise it is the mean of the readings with a like load.
6. The clip has changed if its difference from the prediction exceeds the smallest detectable change (`detectable`).
   The scatter of the athlete's own clips of one day widens this limit.

A clip is not compared if its value or its date is not known, if there is no earlier day, if the load differs and the
earlier days do not show the effect of load, or if the error card does not contain the metric.  The reason is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

import numpy as np

from hingecheck.history import error_card
from hingecheck.history.detectable import detectable, same_day
from hingecheck.history.error_card import Scatter
from hingecheck.history.sessions import Session
from hingecheck.records import Code, Floats, Measure, Reason, bounded

HEADLINE: Final = "lumbar_share_trunk"
"""The metric that is shown if the user does not name one."""

LIKE_LOAD: Final = 0.1
"""Loads are alike if they differ by less than this share of the larger one."""

FEWEST_FOR_LINE: Final = 4
"""The fewest days that a line over load needs; their loads must not all be alike."""

ChangeStatus = Literal["changed", "within", "not_told"]
"""Result of a comparison: larger than measurement error, within it, or not compared."""


@dataclass(frozen=True, slots=True)
class Change:
    """The comparison of a clip with the athlete's earlier days.

    `status` is "changed" if the difference exceeds `detectable`, and "within" if it does not.  It is "not_told" if the
    clip was not compared; `reason` then says why.  `difference` (value minus prediction) and `detectable` are in the
    metric's unit; they are NaN if the clip was not compared.

    `expected` is the prediction.  `days` is the number of earlier days in it, `since` the last of them.  `adjusted` is
    True if the prediction is from a line over load.  `own_repeats` is the degrees of freedom of the scatter of the
    athlete's own clips of one day.
    """

    status: ChangeStatus
    difference: float = float("nan")
    detectable: float = float("nan")
    expected: float = float("nan")
    days: int = 0
    since: str = ""
    adjusted: bool = False
    own_repeats: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One clip of a trend.

    `at_load` is the value moved to the reference load of the trend.  It is missing if the load is not known.
    """

    session: Session
    value: Measure
    at_load: Measure
    change: Change


@dataclass(frozen=True, slots=True)
class Trend:
    """The clips of one athlete and one type of lift, in the order of their dates.

    `reference_kg` is the mean load, NaN without a line over load.  `slope` is the change of the metric for each kg.
    """

    athlete: str
    metric: str
    style: str
    points: tuple[Point, ...]
    reference_kg: float
    slope: Measure


@dataclass(frozen=True, slots=True)
class _Reading:
    """One clip and its value of the metric.  The load is in kg, NaN if it is not known."""

    session: Session
    value: Measure

    @property
    def date(self) -> str:
        return self.session.date

    @property
    def load_kg(self) -> float:
        load = self.session.report.load_kg
        return float("nan") if load is None else load


@dataclass(frozen=True, slots=True)
class _Day:
    """The mean value and the mean load, in kg, of the clips of one day with like loads."""

    date: str
    value: float
    load_kg: float


@dataclass(frozen=True, slots=True)
class _Expected:
    """The value that earlier days predict for a clip.

    `leverage` is the variance of the prediction, divided by the variance of one day.  `dates` are the days, sorted.
    """

    value: float
    leverage: float
    dates: tuple[str, ...]
    adjusted: bool


def of_athlete(sessions: Sequence[Session], metric: str = HEADLINE) -> tuple[Trend, ...]:
    """One trend for each type of lift.  All sessions must be of one athlete."""
    readings = sorted(  # step 1
        (_Reading(session, session.value(metric)) for session in sessions),
        key=lambda r: (r.session.style, r.date or "9999", r.session.folder, r.session.sha256),
    )
    return tuple(_trend(list(group), metric) for _, group in groupby(readings, key=lambda r: r.session.style))


def _trend(readings: list[_Reading], metric: str) -> Trend:
    """The trend of one type of lift: the line over load (steps 2 and 3), and a point for each clip (steps 4 to 6)."""
    reference_kg, slope = _load_line(_days(readings), _own_sd([r for r in readings if r.value.known]), metric)
    points = tuple(
        Point(r.session, r.value, bounded(metric, _moved(r, reference_kg, slope)), _change(r, readings, metric))
        for r in readings
    )
    return Trend(readings[0].session.athlete, metric, readings[0].session.style, points, reference_kg, slope)


def _change(clip: _Reading, readings: Sequence[_Reading], metric: str) -> Change:
    """Steps 5 and 6: compare the clip with the earlier days in `readings` (one athlete and one type of lift)."""
    reason = _why_not(clip)
    if reason:
        return Change("not_told", reason=reason)
    earlier = [r for r in readings if r.date and r.date < clip.date and r.value.known]
    expected = _expected(_days(earlier), clip.load_kg)
    if expected is None:
        return Change("not_told", reason=Reason(Code.LOAD_DIFFERS if earlier else Code.NO_EARLIER_DAY))
    repeats = _own_scatter([r for r in readings if r.date and r.date <= clip.date])
    before = [r.value for r in earlier]
    limit = detectable(metric, clip.value, before, leverage=expected.leverage, repeats=repeats)
    if limit is None:
        return Change("not_told", reason=Reason(Code.NOT_ON_CARD))
    difference = clip.value.value - expected.value
    return Change(
        "changed" if abs(difference) > limit else "within",
        difference,
        limit,
        expected.value,
        len(expected.dates),
        expected.dates[-1],
        expected.adjusted,
        0 if repeats is None else repeats.freedom,
    )


def _why_not(clip: _Reading) -> Reason | None:
    """Why the clip cannot be compared; None if it can."""
    if not clip.value.known:
        return clip.value.reason
    return None if clip.date else Reason(Code.NO_DATE)


def _own_scatter(readings: Sequence[_Reading]) -> Scatter | None:
    """The scatter of the athlete's own clips of one day with like loads; None if no day has two."""
    return same_day([r.value.value for r in group] for group in _groups(readings))


def _own_sd(readings: Sequence[_Reading]) -> float:
    """The largest SD in the intervals of the clips.  A poor view can make it larger than the SD on the error card."""
    return max((r.value.sd for r in readings), default=0.0)


def _expected(days: Sequence[_Day], load_kg: float) -> _Expected | None:
    """Step 5: the value that the earlier days predict at a load in kg; None if they do not allow a prediction."""
    if np.isnan(load_kg):
        return _mean(days)
    line = [day for day in days if not np.isnan(day.load_kg)]
    if not _spread_out(line):
        return _mean([day for day in line if _alike(day.load_kg, load_kg)])
    point = np.array([1.0, load_kg])
    design = _design(line)
    leverage = float(point @ np.linalg.pinv(design.T @ design) @ point)
    dates = _dates(line)
    return _Expected(float(point @ _fit(line)), leverage * len(line) / len(dates), dates, adjusted=True)


def _mean(days: Sequence[_Day]) -> _Expected | None:
    """The mean of the days as a prediction; None without any day."""
    if not days:
        return None
    dates = _dates(days)
    return _Expected(float(np.mean([day.value for day in days])), 1 / len(dates), dates, adjusted=False)


def _dates(days: Sequence[_Day]) -> tuple[str, ...]:
    """The different dates, sorted.  Readings of one date share camera and clothes, so they count as one day."""
    return tuple(sorted({day.date for day in days}))


def _spread_out(days: Sequence[_Day]) -> bool:
    """True if there are enough days, and their loads differ enough, for a line over load."""
    return len(_dates(days)) >= FEWEST_FOR_LINE and not all(_alike(day.load_kg, days[0].load_kg) for day in days)


def _load_line(days: Sequence[_Day], own_sd: float, metric: str) -> tuple[float, Measure]:
    """Step 3: the mean load in kg and the slope for each kg; NaN and missing if the days do not allow a line."""
    line, card = [day for day in days if not np.isnan(day.load_kg)], error_card.scatter(metric)
    if card is None or not _spread_out(line):
        return float("nan"), Measure.missing(Code.NO_LOAD)
    design = _design(line)
    sd = max(card.sd, own_sd) * float(np.sqrt(np.linalg.pinv(design.T @ design)[1, 1]))
    return float(np.mean(design[:, 1])), Measure.of(float(_fit(line)[1]), sd)


def _fit(days: Sequence[_Day]) -> Floats:
    """The value at a load of 0 kg and the slope for each kg, from least squares, shape (2,)."""
    weights, *_ = np.linalg.lstsq(_design(days), np.array([day.value for day in days]), rcond=None)
    return np.asarray(weights)


def _design(days: Sequence[_Day]) -> Floats:
    """The design matrix of the line: a row (1, load in kg) for each day, shape (days, 2)."""
    return np.array([[1.0, day.load_kg] for day in days])


def _moved(clip: _Reading, reference_kg: float, slope: Measure) -> Measure:
    """Step 4: the value moved to the reference load.  Its interval includes that of the slope."""
    if not clip.value.known:
        return clip.value
    if np.isnan(clip.load_kg) or not slope.known:
        return Measure.missing(Code.NO_LOAD)
    return clip.value.minus(slope.times(clip.load_kg - reference_kg))


def _days(readings: Sequence[_Reading]) -> list[_Day]:
    """Step 2: one reading for each day and load, in the order of the dates."""
    return [
        _Day(
            group[0].date,
            float(np.mean([r.value.value for r in group])),
            float(np.mean([r.load_kg for r in group])),
        )
        for group in _groups(readings)
    ]


def _groups(readings: Sequence[_Reading]) -> list[list[_Reading]]:
    """The clips with a value and a date, grouped by date and like load.

    The clips of a day are sorted by load.  A load that is not like the first one of the group begins a new group.
    """
    groups: list[list[_Reading]] = []
    dated = [r for r in readings if r.date and r.value.known]
    for r in sorted(dated, key=lambda r: (r.date, np.nan_to_num(r.load_kg, nan=-1.0), r.session.sha256)):
        first = groups[-1][0] if groups else None
        if first is not None and first.date == r.date and _same_load(first.load_kg, r.load_kg):
            groups[-1].append(r)
        else:
            groups.append([r])
    return groups


def _same_load(first_kg: float, second_kg: float) -> bool:
    """True if the loads are alike, or if both are not known."""
    return bool(np.isnan(first_kg) and np.isnan(second_kg)) or _alike(first_kg, second_kg)


def _alike(first_kg: float, second_kg: float) -> bool:
    """True if the loads differ by less than LIKE_LOAD; False if one is not known."""
    return bool(abs(first_kg - second_kg) < LIKE_LOAD * max(first_kg, second_kg, 1e-9))
