"""Frozen results of the clips that ship with the project.

`python -m samples.evaluate --freeze` writes them. The tests only compare.
"""

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
"""Largest allowed difference from the frozen value, by the ending of the number's name. Another processor or codec
build moves numbers a little."""


def freeze(clips: Path = CLIPS, target: Path = FROZEN) -> int:
    """Measure every shipped clip and write the key numbers; return the number of clips."""
    table = {clip.stem: key_numbers(clip) for clip in sorted(clips.glob("*.mp4"))}
    part = target.with_name(f".{target.stem}.part")
    part.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    part.replace(target)
    return len(table)


def key_numbers(clip: Path) -> dict[str, Any]:
    """Return the numbers that a change of the analyzer would move: outcome, verdict, view, events and metrics."""
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
    """Key numbers of one repetition."""
    values = {name: value_of(rep, name).value for name in METRICS}
    events = {name: _event(getattr(rep.rep, name)) for name in ("liftoff_s", "lockout_s")}
    return {"complete": rep.rep.complete, **events, **values}


def _event(time_s: float) -> float | None:
    """Time of an event; None if it did not happen."""
    return None if math.isnan(time_s) else round(time_s, 3)


def differences(frozen: Mapping[str, Any], current: Mapping[str, Any], place: str = "") -> list[str]:
    """Describe every difference beyond the tolerance between two results of a clip.

    `place` is the path of the compared part, for the texts.
    """
    if frozen.keys() != current.keys():
        return [f"{place}: keys {sorted(frozen)} became {sorted(current)}"]
    texts = []
    for name, old in frozen.items():
        here, new = f"{place}.{name}" if place else name, current[name]
        if isinstance(old, list):
            texts += [f"{here}: {len(old)} became {len(new)}"] if len(old) != len(new) else []
            pairs = zip(old, new, strict=False)
            texts += [text for at, (was, now) in enumerate(pairs) for text in differences(was, now, f"{here}[{at}]")]
        elif not _same(name, old, new):
            texts.append(f"{here}: {old} became {new}")
    return texts


def _same(name: str, old: Any, new: Any) -> bool:
    """Whether two values agree within the tolerance."""
    if not (isinstance(old, float) and isinstance(new, float)):
        return bool(old == new)
    tolerance = next(value for ending, value in TOLERANCES.items() if name.endswith(ending))
    return abs(old - new) <= tolerance
