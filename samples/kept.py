"""Reuse of rendered clips.

Each truth file holds the spec of its clip. A clip is drawn again only if that spec differs from the wanted one.
"""

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
    """Return a spec as plain JSON types (lists instead of tuples)."""
    table: dict[str, Any] = json.loads(json.dumps(asdict(spec)))
    return table


def same_spec(table: Mapping[str, Any], spec: ClipSpec) -> bool:
    """Check whether a stored spec equals this one; keys missing in the store get their defaults."""
    try:
        return parse_spec(table) == spec
    except SpecError:
        return False


def is_rendered(spec: ClipSpec, folder: Path) -> bool:
    """Check whether the folder holds the video and truth file of exactly this spec."""
    video, truth = _paths(spec, folder)
    both_exist = truth.exists() and video.exists()
    return both_exist and same_spec(json.loads(truth.read_text(encoding="utf-8"))["spec"], spec)


def rendered(spec: ClipSpec, folder: Path) -> tuple[Path, Path]:
    """Return the paths of video and truth file; render them first if they are missing."""
    if not is_rendered(spec, folder):
        render_clip(spec, folder)
    return _paths(spec, folder)


def _paths(spec: ClipSpec, folder: Path) -> tuple[Path, Path]:
    """Paths of video and truth file."""
    return folder / f"{spec.name}.mp4", folder / f"{spec.name}.truth.json"
