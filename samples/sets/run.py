"""Render, analyze and keep the result of every set.

A run can be interrupted and continued. Videos stay in DIR/clips for the next analysis; results are in DIR/results.
"""

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hingecheck import __version__
from hingecheck.analysis import analyze
from hingecheck.errors import NobodyFound, NoRepetition
from hingecheck.judgement import style
from hingecheck.records import Analysis
from samples.kept import is_rendered, rendered, same_spec
from samples.sets.records import NO_MOVEMENT, FoundRep, SetResult, TrueRep, read_result, write_result
from samples.spec import ClipSpec
from samples.work import run_all

CLIPS, RESULTS = "clips", "results"
ANALYSED = "analysed"


def render_sets(specs: Sequence[ClipSpec], folder: Path, processes: int) -> int:
    """Render the missing clips; return their number of frames."""
    missing = [spec for spec in specs if not is_rendered(spec, folder / CLIPS)]
    return run_all(partial(_draw, folder=folder), missing, processes) if missing else 0


def measure_sets(specs: Sequence[ClipSpec], folder: Path, processes: int) -> int:
    """Measure the sets that have no result yet; render them first if needed. Return their number of frames."""
    missing = [spec for spec in specs if finished(spec, folder) is None]
    return run_all(partial(measure, folder=folder), missing, processes) if missing else 0


def forget(specs: Sequence[ClipSpec], folder: Path) -> None:
    """Delete results after a change of the analyzer; videos stay."""
    for spec in specs:
        _result_path(spec, folder).unlink(missing_ok=True)


def finished(spec: ClipSpec, folder: Path) -> SetResult | None:
    """Return the result of exactly this spec, or None."""
    path = _result_path(spec, folder)
    result = read_result(path) if path.exists() else None
    return result if result is not None and same_spec(result.spec, spec) else None


def measure(spec: ClipSpec, *, folder: Path) -> int:
    """Render and analyze one set and write its result; return its number of frames."""
    video, path = rendered(spec, folder / CLIPS)
    truth = json.loads(path.read_text(encoding="utf-8"))
    write_result(compare(video, truth), _result_path(spec, folder))
    return len(truth["frames"]["time_s"])


def compare(video: Path, truth: Mapping[str, Any]) -> SetResult:
    """Analyze a clip and put the analyzer's result next to the truth.

    If the analyzer finds nobody or no repetition, it reports no movement.
    """
    found_reps: tuple[FoundRep, ...] = ()
    bottom: tuple[float, ...]
    outcome, movement, named, bottom = ANALYSED, NO_MOVEMENT, "", ()
    try:
        analysis = analyze(video)
        movement, found_reps = reported_style(analysis), _found(analysis)
        named, bottom = analysis.style.name, _bottom(analysis)
    except (NobodyFound, NoRepetition) as error:
        outcome = error.kind
    return SetResult(
        name=truth["name"],
        spec=truth["spec"],
        version=__version__,
        movement=truth["movement"],
        outcome=outcome,
        told=movement,
        true=true_reps(truth),
        found=found_reps,
        style=named,
        bottom=bottom,
    )


def true_reps(truth: Mapping[str, Any]) -> tuple[TrueRep, ...]:
    """Return the repetitions of a truth file."""
    return tuple(
        TrueRep(rep["liftoff_s"], rep["lockout_s"], rep["complete"], rep.get("cut", "")) for rep in truth["reps"]
    )


def reported_style(analysis: Analysis) -> str:
    """Return the style that most of the reported repetitions have."""
    return Counter(rep.rep.style for rep in analysis.reps).most_common(1)[0][0]


def _bottom(analysis: Analysis) -> tuple[float, ...]:
    """The style's features: median over the repetitions of the set."""
    numbers = np.median([style.bottom(analysis.angles, rep.rep) for rep in analysis.reps], axis=0)
    return tuple(round(float(number), 4) for number in numbers)


def _found(analysis: Analysis) -> tuple[FoundRep, ...]:
    """The complete repetitions that the analyzer reports."""
    complete = [rep.rep for rep in analysis.reps if rep.rep.complete and not math.isnan(rep.rep.lockout_s)]
    return tuple(FoundRep(round(rep.liftoff_s, 4), round(rep.lockout_s, 4)) for rep in complete)


def _draw(spec: ClipSpec, *, folder: Path) -> int:
    """Render one set; return its number of frames."""
    _, truth = rendered(spec, folder / CLIPS)
    return len(json.loads(truth.read_text(encoding="utf-8"))["frames"]["time_s"])


def _result_path(spec: ClipSpec, folder: Path) -> Path:
    """Path of a set's result."""
    return folder / RESULTS / f"{spec.name}.json"
