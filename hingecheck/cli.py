"""The command line: gathers the commands.  Nothing but they prints, prompts or exits."""

from __future__ import annotations

from typing import Annotated

import typer

from hingecheck import __version__
from hingecheck.commands.analyze import analyze
from hingecheck.commands.batch import batch
from hingecheck.commands.compare import compare
from hingecheck.commands.console import out_console
from hingecheck.commands.doctor import doctor
from hingecheck.commands.explain import explain
from hingecheck.commands.log import log
from hingecheck.commands.report import report
from hingecheck.commands.trend import trend

app = typer.Typer(
    help="Measure how much of a deadlift came from the hips and how much from the spine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (analyze, compare, report, batch, trend, explain, doctor):
    app.command()(command)
app.add_typer(log, name="log")


def main() -> None:
    """Entry point of the `hingecheck` command; an interrupt ends it with 130 and leaves nothing behind."""
    app()


def _version(asked: bool) -> None:
    if asked:
        out_console.print(f"hingecheck {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Measure how much of a deadlift came from the hips and how much from the spine."""


if __name__ == "__main__":
    main()
