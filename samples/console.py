"""What the command lines of this folder share: a refusal is one line and an exit code, never a traceback."""

import sys
from collections.abc import Sequence
from typing import Protocol, TypeVar

import typer

from samples.errors import SampleError, SpecError


class Named(Protocol):
    """What a command line can be asked for by name."""

    @property
    def name(self) -> str:
        """The name."""


Thing = TypeVar("Thing", bound=Named)


def chosen(things: Sequence[Thing], only: Sequence[str], kind: str) -> list[Thing]:
    """Those that `--only` names, in their own order; all where it names none."""
    unknown = set(only) - {thing.name for thing in things}
    if unknown:
        names = ", ".join(thing.name for thing in things)
        raise SpecError(f"--only {sorted(unknown)[0]}: no {kind} of that name. Allowed: {names}")
    return [thing for thing in things if not only or thing.name in only]


def run_app(app: typer.Typer) -> int:
    """Run; a refusal exits with 2, a folder or file that cannot be used with 3, Ctrl-C with 130."""
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
