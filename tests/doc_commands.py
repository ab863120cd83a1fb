"""Finds the commands in the documentation and checks them against the programs that they name."""

from __future__ import annotations

import functools
import importlib.util
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import mkdocs.__main__
import typer.main

from hingecheck import cli

ROOT: Final = Path(__file__).parents[1]
PAGES: Final = (
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "samples/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "models").glob("*.md")),
)
FENCED: Final = re.compile(r"^( *)```(?:sh|console)\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
INDENTED: Final = re.compile(r"^    ((?:python -m|pip|hingecheck|apt-get) .*)$", re.MULTILINE)
INLINE: Final = re.compile(r"`((?:python -m|pip install|hingecheck|pytest|mkdocs|apt-get) [^`]+)`")
OPTION: Final = re.compile(r"--[a-z][a-z-]*[a-z]")


@dataclass(frozen=True)
class Shown:
    """A command in a page."""

    page: str
    words: tuple[str, ...]
    whole: bool = True  # False within a sentence, which may omit required arguments

    def __str__(self) -> str:
        return f"{self.page}: {shlex.join(self.words)}"


def shown(page: Path) -> Iterator[Shown]:
    """Yield every command of a page: in blocks, in indented lines and within sentences."""
    text, name = page.read_text(encoding="utf-8"), page.relative_to(ROOT).as_posix()
    lines = [(line, True) for block in FENCED.finditer(text) for line in block[2].splitlines()]
    lines += [(match[1], True) for match in INDENTED.finditer(text)]
    lines += [(match[1], False) for match in INLINE.finditer(text)]
    for line, whole in lines:
        for part in line.split("&&"):
            words = shlex.split(part, comments=True)
            if words:
                yield Shown(name, tuple(words), whole)


@functools.cache
def root() -> Any:
    """Return the command line of hingecheck."""
    return typer.main.get_command(cli.app)


def check(command: Shown) -> None:
    """Raise if the program does not exist or would refuse the words."""
    if command.words[0] == "hingecheck" and not command.whole:
        _check_mention(command.words[1:])
    else:
        CHECKS[command.words[0]](command.words[1:])


def options() -> set[str]:
    """Return every option of `hingecheck` and of each of its commands."""
    return {name for command in (root(), *leaves(root())) for parameter in command.params for name in parameter.opts}


def _without_language(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words behind `--language CODE`, which stands before the command."""
    return words[2:] if words[:1] == ("--language",) else words


def leaves(command: Any) -> Iterator[Any]:
    """Yield the commands below a group."""
    for child in getattr(command, "commands", {"": command}).values():
        yield from leaves(child) if hasattr(child, "commands") else (child,)


def _check_mention(words: tuple[str, ...]) -> None:
    """Check a command within a sentence: the command exists and has these options."""
    command = root()
    for word in _without_language(words):
        if hasattr(command, "commands"):
            command = command.commands[word]
        elif word.startswith("--"):
            assert word in {name for parameter in command.params for name in parameter.opts}, word


def parsed(words: tuple[str, ...]) -> dict[str, Any]:
    """Return the parameters that these words set. Raise if `hingecheck` would refuse the words."""
    return _parse(root(), _without_language(words))


def _hingecheck(words: tuple[str, ...]) -> None:
    parsed(words)


def _mkdocs(words: tuple[str, ...]) -> None:
    _parse(mkdocs.__main__.cli, words)


def _parse(command: Any, words: tuple[str, ...]) -> dict[str, Any]:
    while hasattr(command, "commands"):
        command, words = command.commands[words[0]], words[1:]
    return dict(command.make_context(command.name, list(words)).params)


def _python(words: tuple[str, ...]) -> None:
    """Check `-m MODULE …`: the module exists, its source contains each option, and each named path exists."""
    assert words[0] == "-m", words
    spec = importlib.util.find_spec(words[1])
    assert spec is not None, words[1]
    assert spec.origin is not None, words[1]
    source = Path(spec.origin).read_text(encoding="utf-8")
    if spec.submodule_search_locations:
        source = (Path(spec.origin).parent / "__main__.py").read_text(encoding="utf-8")
    for word in words[2:]:
        name = word.removeprefix("--").replace("-", "_")
        if word.startswith("--") and word != "--out":
            assert re.search(rf"\b{name}\b|{word}\b", source), f"{word} of {words[1]}"
        elif word.startswith(("samples/", "models/", "tests/")) and "NAME" not in word:
            assert (ROOT / word).exists(), word


def _pip(words: tuple[str, ...]) -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert words[0] == "install", words
    for word in words[1:]:
        match = re.fullmatch(r"\.(?:\[([a-z,]+)\])?|hingecheck\[([a-z,]+)\]|-e", word)
        assert match is not None, word
        for extra in filter(None, (match[1] or match[2] or "").split(",")):
            assert extra in extras, word


def _pytest(words: tuple[str, ...]) -> None:
    markers = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    for before, word in zip(("", *words), words, strict=False):
        if before == "-m":
            assert any(line.startswith(f"{word}:") for line in markers["markers"]), word
        else:
            assert word in ("-m", "-s") or (ROOT / word).is_file(), word


def _known(*first: str) -> Callable[[tuple[str, ...]], None]:
    """Return a check for an external program. It checks only the subcommand."""

    def check_subcommand(words: tuple[str, ...]) -> None:
        assert (words or ("",))[0] in first, words

    return check_subcommand


CHECKS: Final[dict[str, Callable[[tuple[str, ...]], None]]] = {
    "hingecheck": _hingecheck,
    "mkdocs": _mkdocs,
    "python": _python,
    "pip": _pip,
    "pytest": _pytest,
    "ruff": _known("check", "format"),
    "mypy": _known(""),
    "dask": _known("scheduler", "worker"),
    "apt-get": _known("install"),
}
