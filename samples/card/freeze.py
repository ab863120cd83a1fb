"""Frozen results of the clips that ship: compared by the tests, rewritten only by an explicit flag."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hingecheck.analysis import analyze
from hingecheck.errors import HingecheckError
from hingecheck.records import RepMetrics
from samples.card.measure import METRICS, value_of

SAMPLES = Path(__file__).resolve().parents[1]
FROZEN = SAMPLES / "frozen.json"
CLIPS = SAMPLES / "clips"
TOLERANCES = {"_deg": 2.0, "_s": 0.07, "_trunk": 0.04}
"""How far a number may be from its frozen value on another processor or codec build, by the ending of its name."""


def freeze(clips: Path = CLIPS, target: Path = FROZEN) -> int:
    """Measure every clip that ships and write the key numbers; returns how many clips."""
    table = {clip.stem: key_numbers(clip) for clip in sorted(clips.glob("*.mp4"))}
    part = target.with_name(f".{target.stem}.part")
    part.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    part.replace(target)
    return len(table)


def key_numbers(clip: Path) -> dict[str, Any]:
    """What a change of the analyzer would move: outcome, verdict, view, events and metrics."""
    try:
        analysis = analyze(clip)
    except HingecheckError as error:
        return {"outcome": error.kind}
    return {
        "outcome": "analysed",
        "pattern": analysis.verdict.pattern,
        "facing": analysis.view.facing,
        "yaw_deg": round(analysis.view.yaw_deg.value, 2),
        "reps": [_rep(rep) for rep in analysis.reps],
    }


def _rep(rep: RepMetrics) -> dict[str, Any]:
    values = {name: value_of(rep, name).value for name in METRICS}
    events = {name: _event(getattr(rep.rep, name)) for name in ("liftoff_s", "lockout_s")}
    return {"complete": rep.rep.complete, **events, **values}


def _event(time_s: float) -> float | None:
    """An event's time, None where it did not happen."""
    return None if math.isnan(time_s) else round(time_s, 3)


def differences(frozen: Mapping[str, Any], found: Mapping[str, Any], place: str = "") -> list[str]:
    """Everything in which two accounts of a clip differ by more than the tolerance, in words."""
    if frozen.keys() != found.keys():
        return [f"{place}: keys {sorted(frozen)} became {sorted(found)}"]
    told = []
    for name, old in frozen.items():
        here, new = f"{place}.{name}" if place else name, found[name]
        if isinstance(old, list):
            told += [f"{here}: {len(old)} became {len(new)}"] if len(old) != len(new) else []
            pairs = zip(old, new, strict=False)
            told += [text for at, (was, now) in enumerate(pairs) for text in differences(was, now, f"{here}[{at}]")]
        elif not _same(name, old, new):
            told.append(f"{here}: {old} became {new}")
    return told


def _same(name: str, old: Any, new: Any) -> bool:
    if not (isinstance(old, float) and isinstance(new, float)):
        return bool(old == new)
    tolerance = next(value for ending, value in TOLERANCES.items() if name.endswith(ending))
    return abs(old - new) <= tolerance
