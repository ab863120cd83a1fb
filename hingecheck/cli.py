"""The command line: it collects the commands of `hingecheck/commands`.

Only the commands print, ask the user or exit; no other module does.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from hingecheck import __version__
from hingecheck.commands.analyze import analyze
from hingecheck.commands.app import app as open_app
from hingecheck.commands.batch import batch
from hingecheck.commands.compare import compare
from hingecheck.commands.console import out_console, reporting_errors
from hingecheck.commands.doctor import doctor
from hingecheck.commands.explain import explain
from hingecheck.commands.export import export
from hingecheck.commands.guard import guarded
from hingecheck.commands.help import EXAMPLES, HELP_NAMES, PlainGroup, options
from hingecheck.commands.interrupts import ending_in_order
from hingecheck.commands.log import log
from hingecheck.commands.report import report
from hingecheck.commands.trend import trend

app = typer.Typer(
    help="Measure how much of a deadlift came from the hips and how much from the spine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    cls=PlainGroup,
    context_settings=HELP_NAMES,
    epilog=f"Example: {EXAMPLES['analyze']}",
)
for command in (analyze, open_app, compare, report, export, batch, trend, explain, doctor):
    app.command(**options(command.__name__))(command)
app.add_typer(log, name="log", cls=PlainGroup, context_settings=HELP_NAMES, epilog=f"Example: {EXAMPLES['log']}")


def main() -> None:
    """Run the `hingecheck` command.  Ctrl-C ends it with exit code 130, without a half-written result.

    A crash of a decoder ends it with an error message.
    """
    guarded(_run, sys.argv[1:])


def _run() -> None:
    with ending_in_order():
        app()


def _print_version(wanted: bool) -> None:
    """Print the version and exit, if the user gave --version."""
    if wanted:
        out_console.print(f"hingecheck {__version__}")
        raise typer.Exit


def _use_language(code: str) -> str:
    """Show everything in this language."""
    from hingecheck import language

    with reporting_errors(as_json=False):
        language.use(code)
    os.environ[language.VARIABLE] = code  # for the workers of a batch
    return code


@app.callback()
def root(
    language: Annotated[
        str,
        typer.Option(
            metavar="CODE",
            envvar="HINGECHECK_LANGUAGE",
            callback=_use_language,
            help="Language of terminal, pages and PDF: en, de. Files for other programs stay English.",
        ),
    ] = "en",
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Measure how much of a deadlift came from the hips and how much from the spine."""


if __name__ == "__main__":
    main()
