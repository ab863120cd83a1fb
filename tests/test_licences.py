"""The tables of licences name every file by others, every binary file and every package that is installed."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TABLES = (ROOT / "docs/development/licences.md").read_text(encoding="utf-8")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OWN_KINDS = {
    ".py",
    ".md",
    ".toml",
    ".json",
    ".html",
    ".css",
    ".js",
    ".svg",
    ".typ",
    ".typed",
    ".vert",
    ".frag",
    ".yml",
    ".ipynb",
}
FOREIGN = ("uplot", "vendor")
FAMILIES = {"Apache": "apache", "BSD": "bsd", "MIT": "mit"}


def rows(columns: int) -> list[list[str]]:
    """The rows of all tables with so many columns, without their heads."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in TABLES.splitlines() if line[:1] == "|"]
    return [cells for cells in lines if len(cells) == columns and cells[0] not in ("---", "Files", "Package")]


def files() -> list[Path]:
    """The files that are no text of ours."""
    places = [
        path for name in ("hingecheck", "models", "samples", "tests", "docs") for path in (ROOT / name).rglob("*")
    ]
    kept = [path for path in places if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc"]
    return [path for path in kept if path.suffix not in OWN_KINDS or set(FOREIGN) & set(path.parts)]


def listed() -> dict[str, tuple[str, bool]]:
    """The licence of each pattern of file names, and whether the files are in the wheel."""
    table = {row[0].strip("`"): (row[3], row[4] == "yes") for row in rows(5)}
    return table | {row[0].strip("`"): (row[2], row[3] == "yes") for row in rows(4)}


def test_every_file_by_others_and_every_binary_file_is_in_one_row() -> None:
    assert len(files()) > 25
    for path in files():
        below = path.relative_to(ROOT)
        assert sum(below.match(pattern) for pattern in listed()) == 1, below
    for pattern in listed():
        assert list(ROOT.glob(pattern)), f"{pattern}: no such file"


def test_the_table_says_what_is_in_the_wheel() -> None:
    build = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    for path in files():
        below = path.relative_to(ROOT)
        inside = below.as_posix() in build["force-include"] or below.parts[0] in build["packages"]
        assert [shipped for pattern, (_, shipped) in listed().items() if below.match(pattern)] == [inside], below


def test_the_models_have_the_licence_of_the_manifest() -> None:
    manifest = tomllib.loads((ROOT / "models/MANIFEST.toml").read_text(encoding="utf-8"))
    models = [model for group in manifest.values() if isinstance(group, dict) for model in group.values()]
    assert len(models) >= 8
    for model in models:
        below = Path("models") / model["file"]
        assert [licence for pattern, (licence, _) in listed().items() if below.match(pattern)] == [model["licence"]]


def packages() -> dict[str, str]:
    """Every package of the project that users install, with the extra that brings it."""
    project = PROJECT["project"]
    groups = {"always": project["dependencies"]}
    groups |= {f"`{name}`": project["optional-dependencies"][name] for name in ("app", "clinic", "table", "cluster")}
    return {re.split(r"[<>=\[ ]", needed)[0]: group for group, names in groups.items() for needed in names}


def test_the_table_names_the_packages() -> None:
    assert {name: group for name, group, _ in rows(3)} == packages()


@pytest.mark.parametrize(("name", "_group", "licence"), rows(3))
def test_a_package_has_the_licence_of_the_table(name: str, _group: str, licence: str) -> None:
    try:
        facts: Any = metadata(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    told = " ".join(str(facts.get(key) or "") for key in ("License-Expression", "License"))
    told += " ".join(facts.get_all("Classifier") or [])
    family = next(word for start, word in FAMILIES.items() if licence.startswith(start))
    assert family in told.lower()
