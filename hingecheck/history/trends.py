"""An athlete's clips over time: a line for each style of lift, adjusted for load, and which clip has changed.

A clip is compared with the mean of the athlete's earlier days in the same style.  Where loads are given and differ, the
earlier days must show what load does (a straight line through them), or be of like load; else nothing is told.
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
from hingecheck.records import Floats, Measure, bounded

HEADLINE: Final = "lumbar_share_trunk"
LIKE_LOAD: Final = 0.1
"""Loads that differ by less than this share of the greater one are alike."""

FEWEST_FOR_LINE: Final = 4
"""Earlier days with different loads that a line over load needs."""

NO_LOAD: Final = "no load is given, or there are too few days of different load"

Told = Literal["changed", "within", "not_told"]


@dataclass(frozen=True, slots=True)
class Change:
    """A clip against its athlete's earlier days: `difference` in the metric's unit, what could be told at least.

    `told`: "changed" if the difference exceeds `detectable`, "within" if it does not, "not_told" with the reason.
    """

    told: Told
    difference: float = float("nan")
    detectable: float = float("nan")
    days: int = 0
    adjusted: bool = False
    own_repeats: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One clip in a trend; `at_load` is its value moved to the trend's reference load, missing if load is not known."""

    session: Session
    value: Measure
    at_load: Measure
    change: Change


@dataclass(frozen=True, slots=True)
class Trend:
    """Clips of one athlete and style in order of date; `slope` is the metric's change a kilogram."""

    athlete: str
    metric: str
    style: str
    points: tuple[Point, ...]
    reference_kg: float
    slope: Measure


@dataclass(frozen=True, slots=True)
class _Reading:
    """One clip and its value of the metric in question; NaN load where none is given."""

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
    """The clips of one day with like loads, as one reading."""

    date: str
    value: float
    load_kg: float


@dataclass(frozen=True, slots=True)
class _Expected:
    """What earlier days expect of a clip: the variance of that is `leverage` times the one of a day."""

    value: float
    leverage: float
    days: int
    adjusted: bool


def of_athlete(sessions: Sequence[Session], metric: str = HEADLINE) -> tuple[Trend, ...]:
    """A trend for each style; all sessions are one athlete's."""
    readings = sorted(
        (_Reading(session, session.value(metric)) for session in sessions),
        key=lambda r: (r.session.style, r.date or "9999", r.session.folder, r.session.sha256),
    )
    return tuple(_trend(list(group), metric) for _, group in groupby(readings, key=lambda r: r.session.style))


def _trend(readings: list[_Reading], metric: str) -> Trend:
    reference_kg, slope = _load_line(_days(readings), _own_sd([r for r in readings if r.value.known]), metric)
    points = tuple(
        Point(r.session, r.value, bounded(metric, _moved(r, reference_kg, slope)), _change(r, readings, metric))
        for r in readings
    )
    return Trend(readings[0].session.athlete, metric, readings[0].session.style, points, reference_kg, slope)


def _change(clip: _Reading, readings: Sequence[_Reading], metric: str) -> Change:
    """The clip against the days before it among `readings`, which are one athlete's and one style's."""
    reason = _why_not(clip)
    if reason:
        return Change("not_told", reason=reason)
    earlier = [r for r in readings if r.date and r.date < clip.date and r.value.known]
    expected = _expected(_days(earlier), clip.load_kg)
    if expected is None:
        what = "the load differs, and the earlier days do not show what load does" if earlier else "no earlier day"
        return Change("not_told", reason=what)
    repeats = _own_scatter([r for r in readings if r.date and r.date <= clip.date])
    before = [r.value for r in earlier]
    limit = detectable(metric, clip.value, before, leverage=expected.leverage, repeats=repeats)
    if limit is None:
        return Change("not_told", reason="the error card does not hold this number")
    difference = clip.value.value - expected.value
    return Change(
        "changed" if abs(difference) > limit else "within",
        difference,
        limit,
        expected.days,
        expected.adjusted,
        0 if repeats is None else repeats.freedom,
    )


def _why_not(clip: _Reading) -> str:
    if not clip.value.known:
        return clip.value.reason
    return "" if clip.date else "the clip's date is not known"


def _own_scatter(readings: Sequence[_Reading]) -> Scatter | None:
    """How much the athlete's clips of one day and like load scatter."""
    return same_day([r.value.value for r in group] for group in _groups(readings))


def _own_sd(readings: Sequence[_Reading]) -> float:
    """The greatest error that the clips' own intervals claim: a poor view counts more than the card's."""
    return max((r.value.sd for r in readings), default=0.0)


def _expected(days: Sequence[_Day], load_kg: float) -> _Expected | None:
    """From a line over load if the days allow one, else from the days of like load; None if there is neither."""
    if np.isnan(load_kg):
        return _mean(days)
    line = [day for day in days if not np.isnan(day.load_kg)]
    if not _spread_out(line):
        return _mean([day for day in line if _alike(day.load_kg, load_kg)])
    at = np.array([1.0, load_kg])
    design = _design(line)
    leverage = float(at @ np.linalg.pinv(design.T @ design) @ at)
    dates = _dates(line)
    return _Expected(float(at @ _fit(line)), leverage * len(line) / dates, dates, adjusted=True)


def _mean(days: Sequence[_Day]) -> _Expected | None:
    if not days:
        return None
    dates = _dates(days)
    return _Expected(float(np.mean([day.value for day in days])), 1 / dates, dates, adjusted=False)


def _dates(days: Sequence[_Day]) -> int:
    """How many different dates: readings of one date share camera and clothes, and count as one."""
    return len({day.date for day in days})


def _spread_out(days: Sequence[_Day]) -> bool:
    """Whether there are enough days, and loads different enough, for a line over load."""
    return _dates(days) >= FEWEST_FOR_LINE and not all(_alike(day.load_kg, days[0].load_kg) for day in days)


def _load_line(days: Sequence[_Day], own_sd: float, metric: str) -> tuple[float, Measure]:
    """Mean load and slope a kilogram over all days; missing where loads are missing, few or alike."""
    line, card = [day for day in days if not np.isnan(day.load_kg)], error_card.scatter(metric)
    if card is None or not _spread_out(line):
        return float("nan"), Measure.missing(NO_LOAD)
    design = _design(line)
    sd = max(card.sd, own_sd) * float(np.sqrt(np.linalg.pinv(design.T @ design)[1, 1]))
    return float(np.mean(design[:, 1])), Measure.of(float(_fit(line)[1]), sd)


def _fit(days: Sequence[_Day]) -> Floats:
    """Value at no load and slope a kilogram, least squares."""
    weights, *_ = np.linalg.lstsq(_design(days), np.array([day.value for day in days]), rcond=None)
    return np.asarray(weights)


def _design(days: Sequence[_Day]) -> Floats:
    return np.array([[1.0, day.load_kg] for day in days])


def _moved(clip: _Reading, reference_kg: float, slope: Measure) -> Measure:
    """The value at the reference load; its interval takes in the slope's."""
    if not clip.value.known:
        return clip.value
    if np.isnan(clip.load_kg) or not slope.known:
        return Measure.missing(NO_LOAD)
    return clip.value.minus(slope.times(clip.load_kg - reference_kg))


def _days(readings: Sequence[_Reading]) -> list[_Day]:
    """By day and like load, in order of date."""
    return [
        _Day(
            group[0].date,
            float(np.mean([r.value.value for r in group])),
            float(np.mean([r.load_kg for r in group])),
        )
        for group in _groups(readings)
    ]


def _groups(readings: Sequence[_Reading]) -> list[list[_Reading]]:
    """Known clips of one day with like loads: a new group where the load leaves the group's first."""
    groups: list[list[_Reading]] = []
    dated = [r for r in readings if r.date and r.value.known]
    for r in sorted(dated, key=lambda r: (r.date, np.nan_to_num(r.load_kg, nan=-1.0), r.session.sha256)):
        first = groups[-1][0] if groups else None
        if first is not None and first.date == r.date and _same_load(first.load_kg, r.load_kg):
            groups[-1].append(r)
        else:
            groups.append([r])
    return groups


def _same_load(one: float, other: float) -> bool:
    return bool(np.isnan(one) and np.isnan(other)) or _alike(one, other)


def _alike(one: float, other: float) -> bool:
    return bool(abs(one - other) < LIKE_LOAD * max(one, other, 1e-9))
