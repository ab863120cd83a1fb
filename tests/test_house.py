"""The rooms of the package: every import fits docs/development/house.toml, and the generated picture is up to date."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from docs.house import FOLDER, Room, floors, libraries, page, rooms, svg

PACKAGE = Path(__file__).parents[1] / "hingecheck"
HOUSE = rooms()
VOCABULARY = {room.name for room in HOUSE if room.kind == "vocabulary"}
MODULES = sorted(PACKAGE.rglob("*.py"))
LONGEST_MODULE, LONGEST_BODY = 350, 40


def below(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def room_of(path: str) -> Room | None:
    """The room of a file, given by its path below the package; None for `hingecheck/__init__.py`."""
    holding = [room for room in HOUSE if room.has(path)]
    if path == "__init__.py":
        assert not holding
        return None
    assert len(holding) == 1, f"{path} belongs to {[room.name for room in holding]}, not to one room"
    return holding[0]


def imports(path: Path) -> set[str]:
    """Absolute names of all modules that a file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_files(path: Path) -> set[str]:
    """The files of the package that a file imports, as paths below the package."""
    files = set()
    for name in imports(path):
        first, *rest = name.split(".")
        if first != "hingecheck" or not rest:
            continue
        place = PACKAGE.joinpath(*rest)
        if place.with_suffix(".py").is_file():
            files.add(below(place.with_suffix(".py")))
        elif (place / "__init__.py").is_file() and not only_imports_modules(name, path):
            files.add(below(place / "__init__.py"))
    return files


def only_imports_modules(package: str, path: Path) -> bool:
    """True if a file imports nothing but modules from a package: `from hingecheck.video import reading`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            place = PACKAGE.joinpath(*package.split(".")[1:])
            names = [alias.name for alias in node.names]
            if not all((place / f"{name}.py").is_file() or (place / name).is_dir() for name in names):
                return False
    return True


def imported_rooms(room: Room) -> set[str]:
    """Names of the other rooms that the files of a room import."""
    files = {imported for path in MODULES if room.has(below(path)) for imported in own_files(path)}
    return {owner.name for file in files if (owner := room_of(file)) is not None} - {room.name}


def test_every_file_belongs_to_exactly_one_room() -> None:
    assert len(MODULES) > 80
    for path in MODULES:
        room_of(below(path))


@pytest.mark.parametrize("room", HOUSE, ids=lambda room: room.name)
def test_a_room_imports_only_the_vocabulary_and_the_rooms_of_the_table(room: Room) -> None:
    assert imported_rooms(room) - VOCABULARY == set(room.imports)


@pytest.mark.parametrize("room", [room for room in HOUSE if room.kind in ("vocabulary", "stage")], ids=lambda r: r.name)
def test_vocabulary_and_stages_import_only_the_vocabulary(room: Room) -> None:
    assert imported_rooms(room) <= VOCABULARY


def test_rooms_have_no_circular_imports() -> None:
    assert max(floors(HOUSE).values()) <= 9


def test_the_picture_of_the_house_is_up_to_date() -> None:
    again = "run `python docs/house.py`"
    assert (FOLDER / "house.svg").read_text(encoding="utf-8") == svg(HOUSE), again
    assert (FOLDER / "house.md").read_text(encoding="utf-8") == page(HOUSE), again


@pytest.mark.parametrize(("library", "homes"), sorted(libraries().items()))
def test_a_library_is_imported_only_in_the_files_of_the_table(library: str, homes: list[str]) -> None:
    users = {
        below(path)
        for path in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imports(path))
    }
    assert users
    assert all(any(user.startswith(home) for home in homes) for user in users), users
    assert all(any(user.startswith(home) for user in users) for home in homes), homes


def test_clips_and_films_are_opened_in_one_module_and_the_working_copy_in_its_own() -> None:
    opened = [
        (below(path), ast.literal_eval(node.args[1]))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("av.open", "av.container.open", "container.open")
    ]
    assert sorted(opened) == [(f"video/{name}.py", mode) for name in ("container", "working_copy") for mode in "rw"]
    assert not any(name in ("av.open", "av.container.open") for path in MODULES for name in imports(path))


def test_the_package_never_imports_the_samples() -> None:
    assert not any(name.split(".")[0] == "samples" for path in MODULES for name in imports(path))


def test_importing_the_package_loads_no_heavy_library() -> None:
    heavy = {"mediapipe", "ai_edge_litert", "av", "cv2", "typer", "scipy", "sqlite3", "psutil", "jinja2"}
    code = f"import sys, hingecheck; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_help_loads_no_heavy_library() -> None:
    heavy = {"mediapipe", "ai_edge_litert", "av", "cv2", "scipy", "sqlite3", "psutil", "jinja2", "numpy"}
    code = f"import sys, hingecheck.cli; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent.name != "commands"], ids=below)
def test_nothing_below_the_command_line_prints_exits_or_prompts(path: Path) -> None:
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & {"print", "input", "exit", "quit"}


def test_only_time_limits_read_the_clock() -> None:
    assert {below(path) for path in MODULES if "batch/clock.py" in own_files(path)} == {"batch/isolation.py"}


@pytest.mark.parametrize("path", MODULES, ids=below)
def test_modules_and_functions_stay_below_the_length_limits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= LONGEST_MODULE
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = node.body[-1].end_lineno or 0
            assert not body or lines - body[0].lineno < LONGEST_BODY, node.name
