"""Turn the angles over time into the data that the charts of the report page (page.js) read.

Long clips are thinned.  Angles are whole tenths of a degree; an unknown angle is null.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hingecheck.records import Analysis, Angle, Floats
from hingecheck.report import phases, wording

MOST_POINTS: Final = 900
"""Most points of a line, about one per pixel of a chart.  A longer clip is thinned evenly to keep the page small."""

FIRST: Final = ("hip_flexion", "lumbar_flexion", "pelvis_tilt")
"""Angles of the first chart.  The second chart has all others."""

HIDDEN: Final = ("pelvis_tilt", "trunk_thigh", "junction", "thoracic_flexion")
"""Lines that are hidden until the reader presses their button.  All lines at once are hard to read."""

_TENTHS: Final = 10


def data(analysis: Analysis) -> dict[str, Any]:
    """What page.js needs for the charts, the film and the moving point of hip against low back.  Times in seconds."""
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
                "remarks": "".join(f" {word}" for word in rep.rep.remarks),
                "begin_s": _rounded(phases.begin_s(rep.rep)),
                "end_s": _rounded(phases.end_s(rep.rep)),
                "phases": [[_rounded(p.start_s), _rounded(p.end_s), p.text] for p in phases.of(rep.rep)],
            }
            for rep in analysis.reps
        ],
    }


def angles(analysis: Analysis) -> list[tuple[str, Angle]]:
    """All angles of the analysis with their names, those of the first chart first."""
    attributes = {item.name: getattr(analysis.angles, item.name) for item in fields(analysis.angles)}
    by_name = {name: angle for name, angle in attributes.items() if isinstance(angle, Angle)}
    order = [name for name in FIRST if name in by_name] + [name for name in by_name if name not in FIRST]
    return [(name, by_name[name]) for name in order]


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
