"""Errors of bar displacement and velocity against the bar of a truth file.

The truth comes from the analyzer's own definitions on the drawn bar's exact height, so the table shows errors of
reading, not differences of definition.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hingecheck.analysis import Asked, analyze
from hingecheck.errors import HingecheckError
from hingecheck.metrics import bar_track, bar_velocity
from hingecheck.records import Analysis, BarTrack, Measure, Rep, RepMetrics, SelfReport
from samples.card.measure import matched

WITHIN = {
    "bar_displacement_m": 0.04,  # share of the displacement
    "mean_concentric_velocity_m_s": 0.05,  # m/s
    "peak_concentric_velocity_m_s": 0.10,  # m/s
    "velocity_loss_percent": 5.0,  # points
}
"""Largest error that counts as near, for the table."""


@dataclass(frozen=True)
class Row:
    """One number: what gave the scale, the metric, its true value, and what was measured."""

    scale: str
    name: str
    true: float
    measured: Measure

    @property
    def error(self) -> float:
        """The error; that of a displacement as a share of it."""
        error = self.measured.value - self.true
        return error / self.true if self.name == "bar_displacement_m" else error

    @property
    def inside(self) -> bool:
        """True if the interval holds the truth."""
        return self.measured.low <= self.true <= self.measured.high


def measure(clip: Path, truth: Mapping[str, Any]) -> list[Row]:
    """Analyze a clip and return all numbers that could be measured, by plates and by the lifter's height."""
    stature_m = truth["spec"].get("body", {}).get("stature_m")
    height_cm = None if stature_m is None else 100.0 * stature_m
    try:
        analysis = analyze(clip, Asked(self_report=SelfReport(height_cm=height_cm)))
    except HingecheckError:
        return []
    rows = _rows(analysis, truth, analysis.bar)
    if analysis.bar is not None and analysis.bar.scale == "plates" and height_cm is not None:
        rows += _rows(analysis, truth, bar_track.follow(analysis.angles, None, height_cm))
    return rows


def _rows(analysis: Analysis, truth: Mapping[str, Any], bar: BarTrack | None) -> list[Row]:
    """All numbers of one clip that a bar track gives."""
    if bar is None:
        return []
    scale = f"{bar.scale or 'none'}, {'bar' if bar.by == 'end' else 'hands'}"
    complete = [rep for rep in truth["reps"] if rep["complete"]]
    pairs = [
        (true, measured)
        for true, measured in matched(complete, [rep for rep in analysis.reps if rep.complete])
        if measured is not None
    ]
    true_reps = [_described(_drawn(truth), _planned(true), measured) for true, measured in pairs]
    found = [_described(bar, measured.rep, measured) for _, measured in pairs]
    rows = [
        Row(scale, name, true.values[name].value, rep.values[name])
        for true, rep in zip(true_reps, found, strict=True)
        for name in bar_velocity.NAMES
    ]
    if len(pairs) == len(complete):
        rows.append(Row(scale, bar_velocity.LOSS, bar_velocity.loss(true_reps).value, bar_velocity.loss(found)))
    return [row for row in rows if row.measured.known and np.isfinite(row.true)]


def _described(bar: BarTrack, rep: Rep, like: RepMetrics) -> RepMetrics:
    """The repetition with the bar metrics of this track."""
    return replace(like, values={**like.values, **bar_velocity.describe(bar, rep)})


def _drawn(truth: Mapping[str, Any]) -> BarTrack:
    """The drawn bar in metres."""
    time_s, up = (np.array(truth["frames"][name]) for name in ("time_s", "bar_height_m"))
    return BarTrack(time_s, 0.0 * up, up, np.gradient(up, time_s), 1.0, "recorded", "end", 0.0)


def _planned(rep: Mapping[str, Any]) -> Rep:
    """A true repetition between its planned ends, where the bar rests or turns."""
    begin_s, top_s = rep["planned"]["liftoff_s"], rep["planned"]["lockout_s"]
    nan = float("nan")
    return Rep(rep["number"], "floor", begin_s, begin_s, begin_s, nan, top_s, top_s, nan, nan, True)


def table(rows: Sequence[Row]) -> str:
    """Bias, root mean square, largest error, how many are near and how many intervals hold the truth, by scale."""
    by_kind = defaultdict(list)
    for row in rows:
        by_kind[row.scale, row.name].append(row)
    lines = [
        "| scale, followed | metric | n | bias | rms | largest | near | inside 90 % |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for (scale, name), kind in sorted(by_kind.items()):
        error = np.array([row.error for row in kind])
        near, inside = np.mean(np.abs(error) <= WITHIN[name]), np.mean([row.inside for row in kind])
        numbers = (error.mean(), np.sqrt((error**2).mean()), np.abs(error).max())
        cells = " | ".join(f"{number:.3f}" for number in numbers)
        lines.append(f"| {scale} | {name} | {len(kind)} | {cells} | {near:.2f} | {inside:.2f} |")
    limits = ", ".join(f"{name} {limit:g}" for name, limit in WITHIN.items())
    return "\n".join([*lines, "", f"Near: {limits}. Errors of displacements are shares of them."])
