"""Finds the model files that come with the package and checks them against their manifest.

In: a model's name, or the path of a pose bundle.  Out: a `Bundle` whose hash was checked.  Errors: ModelNotFound or
ModelError, with what to do.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from hingecheck.backends import plugins
from hingecheck.errors import ModelError, ModelNotFound

DEFAULT: Final = "heavy"
"""Name of the pose bundle that is used if the user names none."""

_REINSTALL: Final = "Install hingecheck again, or give a bundle with --model PATH."
"""What to do about a missing or damaged model."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A model file and its hash.  `name`: from the manifest, or the file's own name for a bundle given by path.

    `package`: the package that brings the model as a plug-in; it then has no file.  "" for a file.
    """

    name: str
    path: Path
    sha256: str
    package: str = ""


def folder() -> Path:
    """The folder of the models: inside the installed package, or `models/` of a source checkout."""
    installed = Path(__file__).parents[1] / "_models"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "models"


@cache
def manifest() -> dict[str, dict[str, dict[str, Any]]]:
    """The manifest's tables `pose`, `spine`, `plates` and `face`, each from a model's name to its entry.

    Raises ModelNotFound if the manifest is missing.
    """
    path = folder() / "MANIFEST.toml"
    try:
        tables: dict[str, dict[str, dict[str, Any]]] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelNotFound(f"{path}: the list of models is missing", _REINSTALL) from error
    return tables


def find(name_or_path: str) -> Bundle:
    """The pose bundle of that name, with its hash checked, a plug-in's, or any `.task` file by its path.

    Raises ModelNotFound or ModelError.
    """
    if name_or_path in manifest()["pose"]:
        return _listed("pose", name_or_path)
    package = plugins.package(plugins.POSE, name_or_path)
    if package:
        return Bundle(name_or_path, Path(), "", package)
    return _by_path(Path(name_or_path))


def spine() -> tuple[Bundle, Bundle]:
    """Encoder and head of the spine model, with their hashes checked; raises like `find`."""
    return _listed("spine", "encoder"), _listed("spine", "head")


def plates() -> tuple[Bundle, Bundle]:
    """The finder of plates and the finder of a bare bar's end, with their hashes checked; raises like `find`."""
    return _listed("plates", "finder"), _listed("plates", "bare")


def face() -> Bundle:
    """The face detector for blurring, with its hash checked; raises like `find`."""
    return _listed("face", "center")


def _listed(kind: str, name: str) -> Bundle:
    """The model of that name in one of the manifest's tables, with its hash checked."""
    entry = manifest()[kind][name]
    path = folder() / entry["file"]
    if not path.is_file():
        raise ModelNotFound(f"{path}: the {kind} model {name} is not there", _REINSTALL)
    digest = _sha256(path)
    if digest != entry["sha256"]:
        raise ModelError(f"{path}: is damaged (its sha256 differs from the manifest's)", _REINSTALL)
    return Bundle(name, path, digest)


def _by_path(path: Path) -> Bundle:
    """The pose bundle in a file of the user's own."""
    if not path.is_file():
        names = ", ".join((*manifest()["pose"], *plugins.names(plugins.POSE)))
        raise ModelNotFound(f"{path}: neither a model's name nor a file", f"Use one of {names}, or a .task file.")
    return Bundle(path.name, path, _sha256(path))


def _sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
