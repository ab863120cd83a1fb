"""The angles over time as the page's charts take them: thinned, in tenths of a degree, NaN as null."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hingecheck.records import Analysis, Angle, Floats
from hingecheck.report import phases, wording

MOST_POINTS: Final = 900
"""About as many as a chart has pixels; a longer clip is thinned evenly, so that the page stays small."""

FIRST: Final = ("hip_flexion", "lumbar_flexion", "pelvis_tilt")
"""Angles of the first chart; the second has all others."""

HIDDEN: Final = ("pelvis_tilt", "trunk_thigh", "junction", "thoracic_flexion")
"""Lines that are there but not shown until they are asked for, so that the charts can be read."""

_TENTHS: Final = 10


def data(analysis: Analysis) -> dict[str, Any]:
    """What the charts, the coupling picture and the film's buttons need, as plain data."""
    step = -(-len(analysis.angles.time_s) // MOST_POINTS)
    kept = np.arange(0, len(analysis.angles.time_s), step)
    return {
        "time_s": [round(float(s), 3) for s in analysis.angles.time_s[kept]],
        "step_s": round(1 / analysis.video.rate_hz, 4) if np.isfinite(analysis.video.rate_hz) else 0.04,
        "duration_s": round(analysis.video.duration_s, 3),
        "angles": [_line(name, angle, kept) for name, angle in angles(analysis)],
        "reps": [
            {
                "number": rep.rep.number,
                "complete": rep.complete,
                "begin_s": _rounded(phases.begin_s(rep.rep)),
                "end_s": _rounded(phases.end_s(rep.rep)),
                "phases": [[_rounded(p.start_s), _rounded(p.end_s), p.text] for p in phases.of(rep.rep)],
            }
            for rep in analysis.reps
        ],
    }


def angles(analysis: Analysis) -> list[tuple[str, Angle]]:
    """Every angle there is, those of the first chart first."""
    found = {item.name: getattr(analysis.angles, item.name) for item in fields(analysis.angles)}
    known = {name: angle for name, angle in found.items() if isinstance(angle, Angle)}
    order = [name for name in FIRST if name in known] + [name for name in known if name not in FIRST]
    return [(name, known[name]) for name in order]


def _line(name: str, angle: Angle, kept: NDArray[np.intp]) -> dict[str, Any]:
    half = angle.half_deg[kept]
    value = angle.value_deg[kept]
    return {
        "name": name,
        "label": wording.name(name),
        "chart": 0 if name in FIRST else 1,
        "shown": name not in HIDDEN,
        "value": _tenths(value),
        "half": _tenths(np.where(np.isnan(value), np.nan, half)),
    }


def _tenths(values: Floats) -> list[int | None]:
    return [None if np.isnan(value) else round(_TENTHS * float(value)) for value in values]


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
