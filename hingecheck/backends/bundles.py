"""Finds the models that travel with the package and checks them against their manifest."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hingecheck.errors import ModelError, ModelNotFound

DEFAULT = "heavy"
_REINSTALL = "Install hingecheck again, or give a bundle with --model PATH."


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified model file; `name` is the manifest's, or the file's own for a bundle given by path."""

    name: str
    path: Path
    sha256: str


def folder() -> Path:
    """Where the bundles lie: inside the installed package, or `models/` of a source checkout."""
    installed = Path(__file__).parents[1] / "_models"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "models"


@cache
def manifest() -> dict[str, dict[str, dict[str, Any]]]:
    """The manifest's tables, `pose`, `spine`, `plates` and `face`, by name; raises ModelNotFound if it is missing."""
    path = folder() / "MANIFEST.toml"
    try:
        tables: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelNotFound(f"{path}: the list of models is missing", _REINSTALL) from error
    return tables


def find(name_or_path: str) -> Bundle:
    """The pose bundle of that name, its hash checked, or any `.task` file by path.

    Raises ModelNotFound or ModelError, each with what to do.
    """
    if name_or_path in manifest()["pose"]:
        return _listed("pose", name_or_path)
    return _by_path(Path(name_or_path))


def spine() -> tuple[Bundle, Bundle]:
    """Encoder and head of the spine model, their hashes checked; raises like `find`."""
    return _listed("spine", "encoder"), _listed("spine", "head")


def plates() -> tuple[Bundle, Bundle]:
    """What finds plates, and what finds the end of a bare bar, their hashes checked; raises like `find`."""
    return _listed("plates", "finder"), _listed("plates", "bare")


def face() -> Bundle:
    """The face detector that blurring uses, its hash checked; raises like `find`."""
    return _listed("face", "short")


def _listed(kind: str, name: str) -> Bundle:
    entry = manifest()[kind][name]
    path = folder() / entry["file"]
    if not path.is_file():
        raise ModelNotFound(f"{path}: the {kind} model {name} is not there", _REINSTALL)
    digest = _sha256(path)
    if digest != entry["sha256"]:
        raise ModelError(f"{path}: is damaged (its sha256 differs from the manifest's)", _REINSTALL)
    return Bundle(name, path, digest)


def _by_path(path: Path) -> Bundle:
    if not path.is_file():
        names = ", ".join(manifest()["pose"])
        raise ModelNotFound(f"{path}: neither a model's name nor a file", f"Use one of {names}, or a .task file.")
    return Bundle(path.name, path, _sha256(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
