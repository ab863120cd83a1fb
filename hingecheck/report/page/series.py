"""Turn the angles over time into the data that the charts of the report page (page.js) read.

Long clips are thinned.  Angles are whole hundredths of a degree for the lines; an unknown angle is null.  What is
written beside a line is text: `words` holds each text once, `text` the place of each frame's text in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hingecheck import quantities
from hingecheck.records import Analysis, Angle, Floats, Measure, RepMetrics
from hingecheck.report import phases, wording

MOST_POINTS: Final = 900
"""Most points of a line, about one per pixel of a chart.  A longer clip is thinned evenly to keep the page small."""

FIRST: Final = ("hip_flexion", "lumbar_flexion", "pelvis_tilt")
"""Angles of the first chart.  The second chart has all others."""

HIDDEN: Final = ("pelvis_tilt", "trunk_thigh", "junction", "thoracic_flexion")
"""Lines that are hidden until the reader presses their button.  All lines at once are hard to read."""

_HUNDREDTHS: Final = 100


def data(analysis: Analysis) -> dict[str, Any]:
    """What page.js needs for the charts, the film and the moving point of hip against low back.  Times in seconds."""
    step = -(-len(analysis.angles.time_s) // MOST_POINTS)
    kept = np.arange(0, len(analysis.angles.time_s), step)
    return {
        "time_s": [round(float(s), 3) for s in analysis.angles.time_s[kept]],
        "step_s": round(1 / analysis.video.rate_hz, 4) if np.isfinite(analysis.video.rate_hz) else 0.04,
        "duration_s": round(analysis.video.duration_s, 3),
        "angles": [_line(name, angle, kept) for name, angle in _drawn(analysis)],
        "reps": [
            {
                "number": rep.rep.number,
                "complete": rep.complete,
                "remarks": "".join(f", {word}" for word in rep.rep.remarks),
                "begin_s": _rounded(min(phases.begin_s(rep.rep), rep.pulled_from_s)),
                "end_s": _rounded(phases.end_s(rep.rep)),
            }
            for rep in analysis.reps
        ],
        "phases": [
            [_rounded(phase.start_s), _rounded(phase.end_s), f"rep {rep.rep.number}, {phase.text}"]
            for find in (phases.postures, phases.of)
            for rep in analysis.reps
            for phase in find(rep)
        ],
        "held": [held for rep in analysis.reps for held in _held(rep)],
    }


def _held(rep: RepMetrics) -> Iterator[list[Any]]:
    """For each posture of a repetition: from when to when it is shown, and the text of each angle."""
    for key, phase in zip(_happened(rep), phases.postures(rep), strict=True):
        named = {name: wording.measure(name, rep.values[phases.metric(name, key)]) for name in phases.ANGLES}
        yield [_rounded(phase.start_s), _rounded(phase.end_s), named]


def _happened(rep: RepMetrics) -> list[str]:
    return [key for key in phases.POSTURES if not np.isnan(phases.posture_s(rep, key))]


def angles(analysis: Analysis) -> list[tuple[str, Angle]]:
    """All angles of the analysis with their names, those of the first chart first."""
    attributes = {item.name: getattr(analysis.angles, item.name) for item in fields(analysis.angles)}
    by_name = {name: angle for name, angle in attributes.items() if isinstance(angle, Angle)}
    order = [name for name in FIRST if name in by_name] + [name for name in by_name if name not in FIRST]
    return [(name, by_name[name]) for name in order]


def _drawn(analysis: Analysis) -> list[tuple[str, Angle]]:
    """The angles that have a line: those that were measured, without those that need a side view if there is none."""
    unseen = frozenset() if analysis.view.assessable else phases.SIDE_VIEW_ONLY
    return [
        (name, angle) for name, angle in angles(analysis) if name not in unseen and np.isfinite(angle.value_deg).any()
    ]


def _line(name: str, angle: Angle, kept: NDArray[np.intp]) -> dict[str, Any]:
    half = angle.half_deg[kept]
    value = angle.value_deg[kept]
    texts = [_text(name, float(v), float(h)) for v, h in zip(value, half, strict=True)]
    words = list(dict.fromkeys(texts))
    places = {text: place for place, text in enumerate(words)}
    return {
        "name": name,
        "label": wording.name(name),
        "chart": 0 if name in FIRST else 1,
        "shown": name not in HIDDEN,
        "value": _hundredths(value),
        "half": _hundredths(np.where(np.isnan(value), np.nan, half)),
        "words": words,
        "text": [places[text] for text in texts],
    }


def _text(name: str, value: float, half: float) -> str:
    """An angle of a frame with its interval, as every other output writes it."""
    return (
        quantities.NOT_MEASURED
        if np.isnan(value)
        else wording.measure(name, Measure(value, value - half, value + half))
    )


def _hundredths(values: Floats) -> list[int | None]:
    return [None if np.isnan(value) else round(_HUNDREDTHS * float(value)) for value in values]


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 3)
