"""Rendered clips that are kept: drawn once, known by the spec in their truth file."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from samples.errors import SpecError
from samples.film.clip import render_clip
from samples.spec import ClipSpec
from samples.specfile import parse_spec


def as_json(spec: ClipSpec) -> dict[str, Any]:
    """A spec as a JSON file gives it back."""
    table: dict[str, Any] = json.loads(json.dumps(asdict(spec)))
    return table


def same_spec(table: Mapping[str, Any], spec: ClipSpec) -> bool:
    """Whether a file's spec is this one; keys that are younger than the file count as default."""
    try:
        return parse_spec(table) == spec
    except SpecError:
        return False


def is_rendered(spec: ClipSpec, folder: Path) -> bool:
    """Whether video and truth of this very spec are there."""
    video, truth = _paths(spec, folder)
    known = truth.exists() and video.exists()
    return known and same_spec(json.loads(truth.read_text(encoding="utf-8"))["spec"], spec)


def rendered(spec: ClipSpec, folder: Path) -> tuple[Path, Path]:
    """Video and truth; drawn unless there from a run before."""
    if not is_rendered(spec, folder):
        render_clip(spec, folder)
    return _paths(spec, folder)


def _paths(spec: ClipSpec, folder: Path) -> tuple[Path, Path]:
    return folder / f"{spec.name}.mp4", folder / f"{spec.name}.truth.json"
