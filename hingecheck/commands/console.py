"""What all commands share: the two consoles, how a failure is told, the progress bar."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from hingecheck import names
from hingecheck.errors import HingecheckError, UsageError

LOGBOOK = "logbook.sqlite"


class _Console(Console):
    """A console that no text can control: what is not seen in it is printed as U+FFFD."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does, every text made visible first, line by line."""
        for text in (item for item in objects if isinstance(item, Text)):
            text.plain = "\n".join(map(names.visible, text.plain.split("\n")))
        super().print(*objects, **options)


out_console = _Console(highlight=False)
err_console = _Console(stderr=True, highlight=False)


@contextmanager
def reporting_errors(*, as_json: bool) -> Iterator[None]:
    """Turn our own errors into a message, a remedy and an exit code; any other error is a bug and stays one."""
    try:
        yield
    except HingecheckError as error:
        _fail(error, as_json=as_json)


def _fail(error: HingecheckError, *, as_json: bool) -> NoReturn:
    from hingecheck.results import document

    if as_json:
        sys.stdout.write(document.text(document.failure(error)))
    err_console.print(Text.assemble(("Error: ", "bold red"), error.message))
    err_console.print(Text(error.remedy))
    raise typer.Exit(error.exit_code)


def logbook_file(path: Path, *, new: bool = False) -> Path:
    """The logbook at `path`, or in the folder `path`; raises UsageError if it is not there and not to be made."""
    file = path / LOGBOOK if path.is_dir() else path
    if not new and not file.is_file():
        raise UsageError(f"{file}: there is no logbook", "Give its place with --logbook, or the folder of a batch.")
    return file


@contextmanager
def progress(*, quiet: bool) -> Iterator[Any]:
    """A callback that moves a progress bar on a terminal; None where nobody looks."""
    if quiet or not err_console.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err_console, transient=True) as bar:
        task = bar.add_task("Measuring", total=None)

        def watch(time_s: float, duration_s: float) -> None:
            bar.update(task, completed=time_s, total=duration_s or None)

        yield watch
