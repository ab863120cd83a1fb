"""Many clips from one: every combination of a few values of a few keys around a base spec."""

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
    """`camera.yaw_deg=0,20,40` -> the dotted key and its values."""
    key, found, values = text.partition("=")
    if not found or not values:
        raise SpecError(f"--vary {text!r}: allowed is table.key=value,value such as camera.yaw_deg=0,20,40")
    return key, [_literal(value) for value in values.split(",")]


def _literal(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def expand(base: ClipSpec, axes: Sequence[tuple[str, list[Any]]]) -> list[ClipSpec]:
    """All combinations; a clip's name tells its values."""
    specs = []
    for values in itertools.product(*(choices for _, choices in axes)):
        table = asdict(base)
        for (key, _), value in zip(axes, values, strict=True):
            _put(table, key, value)
        label = "_".join(str(value).replace(".", "p").replace("-", "m") for value in values)
        specs.append(parse_spec(table | {"name": f"{base.name}_{label}"}))
    return specs


def _put(table: dict[str, Any], dotted: str, value: Any) -> None:
    *above, last = dotted.split(".")
    for part in above:
        table = table.get(part, {})
    table[last] = value
    if above and len(table) == 1:
        raise SpecError(f"unknown key {dotted!r}: allowed are the keys of a spec file, such as camera.yaw_deg")


def render_all(specs: Sequence[ClipSpec], folder: Path, processes: int) -> int:
    """Render the clips whose truth file is not there yet; returns the new frames."""
    missing = [spec for spec in specs if not (folder / f"{spec.name}.truth.json").exists()]
    return run_all(partial(_one, folder=folder), missing, processes) if missing else 0


def _one(spec: ClipSpec, folder: Path) -> int:
    path = render_clip(spec, folder)
    truth = json.loads(path.with_suffix(".truth.json").read_text(encoding="utf-8"))
    return len(truth["frames"]["time_s"])
