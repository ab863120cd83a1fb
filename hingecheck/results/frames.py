"""A result as tables of columns: for data frames, and for exports.

`reps` has one row for each repetition, `measures` one for each number of a repetition, `angles` and `bar` one for each
frame.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from hingecheck import texts
from hingecheck.errors import ExtraMissing, UsageError
from hingecheck.records import Floats
from hingecheck.records.stored import Stored
from hingecheck.results.document import EVENTS

Columns = Mapping[str, Sequence[Any] | Floats]
"""The columns of a table by name, all of one length."""

TABLES: Final = ("reps", "measures", "angles", "bar")
LIBRARIES: Final = ("pandas", "polars")
NAN: Final = float("nan")


def frame(of: str, stored: Stored, by_frame: Mapping[str, Mapping[str, Floats]], library: str) -> Any:
    """One of TABLES as a data frame of one of LIBRARIES.  Raises UsageError for other names, and ExtraMissing.

    `by_frame`: the columns of `angles` and `bar`.
    """
    tables: dict[str, Callable[[], Columns]] = {
        "reps": lambda: reps(stored),
        "measures": lambda: measures(stored),
        "angles": lambda: by_frame["angles"],
        "bar": lambda: by_frame["bar"],
    }
    if of not in tables:
        raise UsageError(f"to_dataframe({of!r}): there is no such table", f"Give one of {', '.join(TABLES)}.")
    if library not in LIBRARIES:
        raise UsageError(f"library={library!r}: is not known", f"Give one of {', '.join(LIBRARIES)}.")
    try:
        module = importlib.import_module(library)
    except ImportError as error:
        raise ExtraMissing(
            f"a data frame needs {library}, which is not installed", f"Run pip install 'hingecheck[{library}]'."
        ) from error
    return module.DataFrame(dict(tables[of]()))


def reps(stored: Stored) -> Columns:
    """One row for each repetition: what it is, its events, each metric with the two ends of its interval."""
    rows = stored.reps
    columns: dict[str, Sequence[Any]] = {
        "file": [stored.video.file for _ in rows],
        "rep": [rep.number for rep in rows],
        "style": [rep.style for rep in rows],
        "complete": [rep.complete for rep in rows],
        "probability": [rep.probability for rep in rows],
    }
    columns |= {name: [rep.events.get(name, NAN) for rep in rows] for name in EVENTS}
    for name in rows[0].values:
        found = [rep.values[name] for rep in rows]
        columns[name] = [measure.value for measure in found]
        columns[f"{name}_low"] = [measure.low for measure in found]
        columns[f"{name}_high"] = [measure.high for measure in found]
    return columns


def measures(stored: Stored) -> Columns:
    """One row for each number of each repetition; `reason` says why a number is missing, "" where it is not."""
    rows = [(rep.number, name, measure) for rep in stored.reps for name, measure in rep.values.items()]
    return {
        "file": [stored.video.file for _ in rows],
        "rep": [number for number, _, _ in rows],
        "metric": [name for _, name, _ in rows],
        "value": [measure.value for _, _, measure in rows],
        "low": [measure.low for _, _, measure in rows],
        "high": [measure.high for _, _, measure in rows],
        "reason": [texts.reason(measure.reason) for _, _, measure in rows],
    }
