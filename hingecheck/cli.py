"""The command line: parse, call, print, exit code.  Nothing below this file prints, prompts or exits."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from hingecheck import __version__, bundles
from hingecheck.errors import HingecheckError

app = typer.Typer(
    help="Measure how much of a deadlift came from the hips and how much from the spine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
out_console = Console(highlight=False)
err_console = Console(stderr=True, highlight=False)


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


@app.command()
def analyze(
    clip: Annotated[Path, typer.Argument(metavar="VIDEO", help="A clip of one set, filmed from the side.")],
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results; without it, a folder named after the clip.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a result that is there.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print analysis.json on stdout; write files only with --out.")
    ] = False,
    model: Annotated[str, typer.Option(help="Pose model: lite, full, heavy, or a .task file.")] = bundles.DEFAULT,
    standing: Annotated[
        Path | None, typer.Option(metavar="CLIP", help="A clip of the same lifter standing: the zero of all angles.")
    ] = None,
    max_bend: Annotated[
        Path | None,
        typer.Option(metavar="CLIP", help="A clip of the same lifter bending the back as far as it goes."),
    ] = None,
    criteria: Annotated[Path | None, typer.Option(metavar="FILE", help="Thresholds to lay over ours (TOML).")] = None,
    soreness: Annotated[
        str, typer.Option(help="Where and how sore, 0 to 10, a day after the last session: low-back=6,glutes=1")
    ] = "",
    sitting_hours: Annotated[float | None, typer.Option(help="Hours of sitting on a usual day.")] = None,
    load_kg: Annotated[float | None, typer.Option(help="Load of the set.")] = None,
    rpe: Annotated[float | None, typer.Option(help="How hard the set was, 0 to 10.")] = None,
    note: Annotated[str, typer.Option(help="Anything else to keep with the result.")] = "",
) -> None:
    """Analyze one clip: angles, repetitions, the hip and spine shares, a verdict."""
    from hingecheck import analysis as stages  # noqa: PLC0415  heavy: loaded when used
    from hingecheck import context  # noqa: PLC0415
    from hingecheck.records import SelfReport  # noqa: PLC0415
    from hingecheck.report import document, folder, results, terminal  # noqa: PLC0415
    from hingecheck.video import Video  # noqa: PLC0415

    target = out if out is not None or as_json else Path(clip.stem or "result")
    with _told(as_json=as_json):
        if target is not None:
            folder.check(target, force=force)
        report = SelfReport(context.parse_soreness(soreness), sitting_hours, load_kg, rpe, note)
        asked = stages.Asked(model, standing, max_bend, criteria, report)
        with _progress(quiet=as_json) as watch:
            result = stages.analyze(clip, asked, watch=watch)
        if target is not None:
            folder.write(target, results.files(result, Video(clip).frames_at))
    if as_json:
        sys.stdout.write(document.text(document.document(result)))
        return
    terminal.show(result, out_console)
    out_console.print(Text(f"Results: {target}"))


@app.command()
def explain(
    rule: Annotated[str | None, typer.Argument(help="A rule's name; without one, all rules are listed.")] = None,
) -> None:
    """Explain a rule: what it looks at, its limit, where the limit comes from."""
    from hingecheck import criteria  # noqa: PLC0415
    from hingecheck.report import rules  # noqa: PLC0415

    with _told(as_json=False):
        known = criteria.load()
        rules.show(known, known.rules if rule is None else {rule: known.rule(rule)}, out_console)


@app.command()
def doctor() -> None:
    """Check models, decoders and versions; say what leaves this machine (nothing)."""
    from hingecheck import checkup  # noqa: PLC0415

    checks = checkup.run()
    for check in checks:
        mark = ("ok     ", "green") if check.good else ("problem", "bold red")
        out_console.print(Text.assemble(mark, "  ", f"{check.what}: {check.found}"))
        if not check.good:
            out_console.print(Text(f"         {check.remedy}"))
    worst = [check.error.exit_code for check in checks if check.error is not None]
    raise typer.Exit(max(worst, default=0))


@contextmanager
def _told(*, as_json: bool) -> Iterator[None]:
    """Turn our own errors into a message, a remedy and an exit code; any other error is a bug and stays one."""
    try:
        yield
    except HingecheckError as error:
        _fail(error, as_json=as_json)


def _fail(error: HingecheckError, *, as_json: bool) -> NoReturn:
    from hingecheck.report import document  # noqa: PLC0415

    if as_json:
        sys.stdout.write(document.text(document.failure(error)))
    err_console.print(Text.assemble(("Error: ", "bold red"), error.message))
    err_console.print(Text(error.remedy))
    raise typer.Exit(error.exit_code)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Any]:
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


if __name__ == "__main__":
    main()
