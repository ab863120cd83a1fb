"""The house rules, held over the imports: who may know whom."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "hingecheck"
VOCABULARY = {"errors", "landmarks", "geometry", "filtering", "features", "records"}
STAGES = {"video", "pose", "contour", "cleaning", "view", "spine", "angles", "reps", "metrics", "heuristics"}
ALLOWED_BESIDE = {
    "angles": {"knees"},
    "heuristics": {"criteria"},
    "metrics": {"bar", "coordination"},
    "reps": {"bends", "events", "lift_type", "hands"},
    "video": {"container"},
}
MODULES = sorted(PACKAGE.rglob("*.py"))
COMMANDS = {str(p.relative_to(PACKAGE)) for p in (PACKAGE / "commands").glob("[!_]*.py")}
HOMES = {
    "mediapipe": {"backends/mediapipe.py"},
    "av": {"container.py", "video.py", "movie.py", "checkup.py"},
    "cv2": {
        *(
            "contour.py",
            "load.py",
            "load_track.py",
            "sway.py",
            "plates.py",
            "backends/networks.py",
            "video.py",
            "movie.py",
            "redaction.py",
        ),
        *("report/drawing.py", "report/keyframes.py", "report/annotated.py"),
        *("report/pictures.py", "report/thumbnail.py"),
    },
    "typst": {"report/typesetting.py"},
    "fhir": {"report/fhir.py"},
    "typer": {"cli.py", *COMMANDS},
    "rich": {*(COMMANDS - {"commands/explain.py"}), "report/terminal.py", "report/rules.py", "report/trend_lines.py"},
    "sqlite3": {"logbook.py", "batch.py"},  # batch: a lock that dies with its holder
    "psutil": {"isolation.py"},
    "distributed": {"executors.py"},
    "pyarrow": {"report/table.py"},
    "jinja2": {"report/pages.py"},
}
CLOCK = {"clock.py": {"isolation.py"}}
"""The one file that reads a clock, and who may ask it: time limits need one; nothing that is written does."""


def imports(path: Path) -> set[str]:
    """Absolute names of all modules a file imports, wherever in the file."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own(path: Path) -> set[str]:
    """First part below `hingecheck` of every own module a file imports."""
    return {name.split(".")[1] for name in imports(path) if name.startswith("hingecheck.")}


@pytest.mark.parametrize("stage", sorted(STAGES))
def test_a_stage_knows_the_vocabulary_and_no_other_stage(stage: str) -> None:
    known = own(PACKAGE / f"{stage}.py") & {p.stem for p in MODULES}
    assert known <= VOCABULARY | ALLOWED_BESIDE.get(stage, set())


@pytest.mark.parametrize("word", sorted(VOCABULARY))
def test_the_vocabulary_knows_only_itself(word: str) -> None:
    assert own(PACKAGE / f"{word}.py") & {p.stem for p in MODULES} <= VOCABULARY


def test_only_analysis_and_sight_know_the_order_of_the_stages() -> None:
    several = [p.name for p in MODULES if len(own(p) & STAGES) > 1]
    assert several == ["analysis.py", "sight.py"]


@pytest.mark.parametrize(("library", "homes"), sorted(HOMES.items()))
def test_heavy_libraries_live_in_named_files(library: str, homes: set[str]) -> None:
    users = {
        str(p.relative_to(PACKAGE))
        for p in MODULES
        if any(name == library or name.startswith(f"{library}.") for name in imports(p))
    }
    assert users == homes


def test_one_function_opens_clips_and_one_opens_films() -> None:
    opened = [
        (str(path.relative_to(PACKAGE)), ast.literal_eval(node.args[1]))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("av.open", "av.container.open", "container.open")
    ]
    assert sorted(opened) == [("container.py", "r"), ("container.py", "w")]
    assert not any(name in ("av.open", "av.container.open") for path in MODULES for name in imports(path))


def test_the_package_never_imports_the_samples() -> None:
    assert not any(name.split(".")[0] == "samples" for p in MODULES for name in imports(p))


def test_importing_the_package_loads_nothing_heavy() -> None:
    heavy = {"mediapipe", "av", "cv2", "typer", "scipy", "sqlite3", "psutil", "jinja2"}
    code = f"import sys, hingecheck; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", [p for p in MODULES if p.parent.name != "commands"], ids=lambda p: str(p.name))
def test_nothing_below_the_command_line_prints_exits_prompts_or_reads_the_clock(path: Path) -> None:
    banned = {"print", "input", "exit", "quit"}
    calls = {
        node.func.id
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert not calls & banned
    assert path.name in CLOCK or not imports(path) & {"time", "datetime"}


def test_only_time_limits_ask_the_clock() -> None:
    for clock, askers in CLOCK.items():
        name = clock.removesuffix(".py")
        assert {str(p.relative_to(PACKAGE)) for p in MODULES if name in own(p)} == askers
