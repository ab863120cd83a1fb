"""What all commands share: the consoles for stdout and stderr, and the report of errors."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.text import Text

from hingecheck import names
from hingecheck.commands import in_words
from hingecheck.errors import HingecheckError, UsageError

LOGBOOK = "logbook.sqlite"
"""Name of the logbook in the results folder of a batch."""


class _Console(Console):
    """A console that text from files cannot control.

    It prints an invisible character, for example a terminal escape code in a file name, as U+FFFD.
    """

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does, in the language in use, after every invisible character has been replaced."""
        objects = tuple(map(in_words.translated, objects))
        for text in (item for item in objects if isinstance(item, Text)):
            text.plain = "\n".join(map(names.visible, text.plain.split("\n")))
        super().print(*objects, **options)


out_console = _Console(highlight=False)
err_console = _Console(stderr=True, highlight=False)


@contextmanager
def reporting_errors(*, as_json: bool) -> Iterator[None]:
    """Report the errors of hingecheck that the block raises, then exit with the error's exit code.

    The report is a message and a remedy on stderr; with `as_json` also a JSON document on stdout.  Any other error is a
    bug and passes through with its traceback.
    """
    try:
        yield
    except HingecheckError as error:
        _fail(error, as_json=as_json)


def _fail(error: HingecheckError, *, as_json: bool) -> NoReturn:
    """Print the error and exit."""
    from hingecheck.results import document

    if as_json:
        sys.stdout.write(document.text(document.failure(error)))
    err_console.print(Text.assemble(("Error: ", "bold red"), error.message))
    err_console.print(Text(error.remedy))
    raise typer.Exit(error.exit_code)


def logbook_file(path: Path, *, new: bool = False) -> Path:
    """The file of the logbook: `path` itself, or `logbook.sqlite` in the folder `path`.

    Raises UsageError if the file does not exist, unless a `new` one may be made.
    """
    file = path / LOGBOOK if path.is_dir() else path
    if not new and not file.is_file():
        raise UsageError(
            f"{file}: no logbook found", "Give the logbook, or the results folder of a batch, with --logbook."
        )
    return file
