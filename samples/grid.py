"""Many clips from one base spec: every combination of the given values.

Input: a base spec and one or more axes such as `camera.yaw_deg=0,20,40`. Output: one spec, and one clip, per
combination.
"""

import itertools
import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from samples.errors import SpecError
from samples.film.clip import render_clip
from samples.spec import ClipSpec
from samples.specfile import parse_spec
from samples.work import run_all


def parse_axis(text: str) -> tuple[str, list[Any]]:
    """Split `camera.yaw_deg=0,20,40` into the dotted key and its values."""
    key, separator, values = text.partition("=")
    if not separator or not values:
        raise SpecError(f"--vary {text!r}: write table.key=value,value such as camera.yaw_deg=0,20,40")
    return key, [_literal(value) for value in values.split(",")]


def _literal(text: str) -> Any:
    """Read a value as TOML; keep it as text if it is not TOML."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def expand(base: ClipSpec, axes: Sequence[tuple[str, list[Any]]]) -> list[ClipSpec]:
    """Return one spec per combination of values; the clip's name contains the values."""
    specs = []
    for values in itertools.product(*(choices for _, choices in axes)):
        table = asdict(base)
        for (key, _), value in zip(axes, values, strict=True):
            _put(table, key, value)
        label = "_".join(str(value).replace(".", "p").replace("-", "m") for value in values)
        specs.append(parse_spec(table | {"name": f"{base.name}_{label}"}))
    return specs


def _put(table: dict[str, Any], dotted: str, value: Any) -> None:
    """Set a dotted key in nested tables; raise SpecError if the tables do not exist."""
    *above, last = dotted.split(".")
    for part in above:
        table = table.get(part, {})
    table[last] = value
    if above and len(table) == 1:
        raise SpecError(f"unknown key {dotted!r}: use a key of a spec file, such as camera.yaw_deg")


def render_all(specs: Sequence[ClipSpec], folder: Path, processes: int) -> int:
    """Render the clips that have no truth file yet; return the number of new frames."""
    missing = [spec for spec in specs if not (folder / f"{spec.name}.truth.json").exists()]
    return run_all(partial(_render_and_count, folder=folder), missing, processes) if missing else 0


def _render_and_count(spec: ClipSpec, folder: Path) -> int:
    """Render one clip; return its number of frames."""
    path = render_clip(spec, folder)
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    return len(truth["frames"]["time_s"])
