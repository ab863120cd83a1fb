"""Shared parts of this folder's command lines: choosing items by name, and exit codes.

A refused input prints one line and gives an exit code. It never prints a traceback.
"""

import sys
from collections.abc import Sequence
from typing import Protocol, TypeVar

import typer

from samples.errors import SampleError, SpecError


class Named(Protocol):
    """Something that `--only` can choose by its name."""

    @property
    def name(self) -> str:
        """The name that the user types."""


Item = TypeVar("Item", bound=Named)


def select_by_name(items: Sequence[Item], only: Sequence[str], kind: str) -> list[Item]:
    """Return the items that `--only` names, in their own order; all items if it names none.

    `kind` is the word for an item in the error message. Raises SpecError for an unknown name.
    """
    unknown = set(only) - {item.name for item in items}
    if unknown:
        names = ", ".join(item.name for item in items)
        raise SpecError(f"--only {sorted(unknown)[0]}: no {kind} of that name. Allowed: {names}")
    return [item for item in items if not only or item.name in only]


def run_app(app: typer.Typer) -> int:
    """Run a command line and return its exit code.

    2: the input is refused. 3: a file or folder cannot be used. 130: the user pressed Ctrl-C.
    """
    try:
        app()
    except SampleError as error:
        print(f"refused: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"cannot write {error.filename}: {error.strerror}", file=sys.stderr)
        return 3
    except SystemExit as stop:
        return int(stop.code or 0)
    except KeyboardInterrupt:
        return 130
    return 0
