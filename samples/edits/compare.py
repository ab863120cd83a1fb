"""Analyze an edited clip and compare it with the truth of the clip that it was made from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hingecheck.analysis import analyze
from hingecheck.errors import HingecheckError
from hingecheck.records import RepMetrics
from samples.card.measure import matched

METRICS = ("lumbar_change_deg", "pelvis_change_deg", "hip_change_deg", "knee_change_deg")


@dataclass(frozen=True)
class Outcome:
    """What became of one edited clip.

    `refused`: the message of a refusal, or "".  `found`, `missed`, `false`: repetitions.  `errors`: for each metric the
    pairs of error and half interval.  `notes`: what the report says about the clip.
    """

    clip: str
    edit: str
    refused: str = ""
    found: int = 0
    missed: int = 0
    false: int = 0
    errors: Mapping[str, list[tuple[float, float]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def inside(self) -> tuple[int, int]:
        """How many of the errors lie inside their interval, and of how many."""
        pairs = [pair for values in self.errors.values() for pair in values]
        return sum(abs(error) <= half for error, half in pairs), len(pairs)


def outcome(video: Path, truth: Mapping[str, Any], until_s: float, names: tuple[str, str]) -> Outcome:
    """Analyze a clip; `truth` counts up to `until_s`; `names`: those of the clip and of the edit."""
    true = [rep for rep in truth["reps"] if rep["complete"] and rep["lockout_s"] < until_s]
    try:
        analysis = analyze(video)
    except HingecheckError as error:
        return Outcome(*names, refused=error.kind, missed=len(true))
    reps = [rep for rep in analysis.reps if rep.rep.complete]
    pairs = [(rep, mine) for rep, mine in matched(true, reps) if mine is not None]
    return Outcome(
        *names,
        found=len(pairs),
        missed=len(true) - len(pairs),
        false=len(reps) - len(pairs),
        errors={name: _errors(pairs, name) for name in METRICS},
        notes=tuple(note.code.value for note in analysis.video.notes),
    )


def _errors(pairs: Sequence[tuple[Mapping[str, Any], RepMetrics]], name: str) -> list[tuple[float, float]]:
    """Error and half interval of a metric for each repetition that has it."""
    known = [(mine.values[name], true[name]) for true, mine in pairs if mine.values[name].known]
    return [(round(measure.value - truth, 2), round((measure.high - measure.low) / 2, 2)) for measure, truth in known]


def f1(outcomes: Sequence[Outcome]) -> float:
    """2 TP / (2 TP + FP + FN) over the clips that were not refused."""
    kept = [each for each in outcomes if not each.refused]
    found = sum(each.found for each in kept)
    return 2 * found / max(1, 2 * found + sum(each.missed + each.false for each in kept))


def stored(result: Outcome) -> str:
    """An outcome as text."""
    return json.dumps(asdict(result))


def read(path: Path) -> Outcome:
    """An outcome from a file that `stored` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))
    errors = {name: [tuple(pair) for pair in pairs] for name, pairs in data.pop("errors").items()}
    return Outcome(**data | {"errors": errors, "notes": tuple(data["notes"])})


def table(outcomes: Sequence[Outcome]) -> str:
    """One line for each edit, and one for all."""
    lines = [f"{'edit':28} clips refused found missed false inside"]
    edits = list(dict.fromkeys(each.edit for each in outcomes))
    for edit in [*edits, ""]:
        some = [each for each in outcomes if edit in ("", each.edit)]
        inside = [sum(each.inside[part] for each in some) for part in (0, 1)]
        kept = [each for each in some if not each.refused]
        counts = [sum(getattr(each, name) for each in kept) for name in ("found", "missed", "false")]
        numbers = f"{len(some):5} {len(some) - len(kept):7} {counts[0]:5} {counts[1]:6} {counts[2]:5}"
        lines.append(f"{edit or 'all':28} {numbers} {inside[0]}/{inside[1]}")
    return "\n".join([*lines, f"F1 {f1(outcomes):.3f}"])
