"""`hingecheck log`: the athletes' history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from hingecheck.commands.console import err_console, logbook_file, out_console, reporting_errors

log = typer.Typer(help="Athletes and their sessions: list, import, export, delete.", no_args_is_help=True)
LogbookOption = Annotated[
    Path, typer.Option("--logbook", metavar="PATH", help="Logbook, or the folder of results that holds it.")
]
HERE = Path()
SHARE = "lumbar_share_trunk"


@log.command("list")
def list_(
    athlete: Annotated[str | None, typer.Argument(help="Whose sessions; without it, all athletes.")] = None,
    logbook: LogbookOption = HERE,
) -> None:
    """List the athletes, or one athlete's sessions."""
    from hingecheck.history.logbook import Logbook
    from hingecheck.names import shown

    table = Table(show_edge=False, pad_edge=False)
    with reporting_errors(as_json=False), Logbook(logbook_file(logbook)) as book:
        if athlete is None:
            table.add_column("athlete", overflow="fold")
            for name in ("clips", "first", "last"):
                table.add_column(name, justify="right", no_wrap=True)
            for one in book.athletes():
                table.add_row(Text(shown(one.name)), str(one.sessions), one.first, one.last)
        else:
            table = _sessions(book.sessions(athlete, ""))
    out_console.print(table)


@log.command("import")
def import_(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Earlier results, in any folders below it.")],
    athlete: Annotated[str, typer.Option(help="Whose they are; without it, the first folder below FOLDER.")] = "",
    logbook: LogbookOption = HERE,
) -> None:
    """Take earlier result folders into the logbook."""
    from hingecheck.errors import UsageError
    from hingecheck.history import archive
    from hingecheck.history.logbook import Logbook

    with reporting_errors(as_json=False):
        if not folder.is_dir():
            raise UsageError(f"{folder}: is no folder", "Give the folder that holds the results.")
        path = logbook_file(logbook, new=True)
        found = list(archive.earlier(folder, path, athlete))
        with Logbook(path) as book:
            changed = book.record(one for one in found if not isinstance(one, archive.Refused))
    refused = [one for one in found if isinstance(one, archive.Refused)]
    for one in refused:
        err_console.print(Text(f"Passed over: {one.folder}: {one.why}"))
    out_console.print(Text(f"{len(found) - len(refused)} results read, {changed} new or changed in {path}."))


@log.command("export")
def export(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the tables.")],
    athlete: Annotated[str | None, typer.Option(help="Only this athlete.")] = None,
    logbook: LogbookOption = HERE,
) -> None:
    """Write the logbook as CSV, and as Parquet if pyarrow is installed."""
    from hingecheck.history.logbook import Logbook
    from hingecheck.report.tables import export as tables

    with reporting_errors(as_json=False), Logbook(logbook_file(logbook)) as book:
        parquet = tables.write(book.sessions(athlete), out)
    if not parquet:
        err_console.print(Text("No Parquet: it needs pip install 'hingecheck[table]'.", style="dim"))
    out_console.print(Text(f"Tables: {out}"))


@log.command("delete")
def delete(
    athlete: Annotated[str, typer.Argument(help="Who is to be forgotten.")],
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Remove the athlete's results below this folder of a batch as well."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    logbook: LogbookOption = HERE,
) -> None:
    """Delete an athlete with everything: sessions, numbers, self-reports; with --results, the result folders."""
    from hingecheck.history import archive
    from hingecheck.history.logbook import Logbook
    from hingecheck.names import shown

    with reporting_errors(as_json=False):
        path = logbook_file(logbook)
        with Logbook(path) as book:
            count = len(book.sessions(athlete, ""))
            if not yes:
                typer.confirm(f"Delete {shown(athlete)} with {count} clips for good?", abort=True)
            folders = book.delete(athlete)
        gone = archive.erase(results, athlete, folders, path) if results is not None else ()
    out_console.print(Text(f"{shown(athlete)} is deleted: {count} clips, {len(gone)} folders and files of results."))
    if results is None and folders:
        err_console.print(Text("The result folders are still there; --results DIR removes them."))
    elif gone:
        line = (
            "The lists that named the athlete are gone too; the next batch writes new ones. The clips were not touched."
        )
        err_console.print(Text(line))


def _sessions(found: tuple[object, ...]) -> Table:
    from hingecheck.history.sessions import Session
    from hingecheck.names import shown
    from hingecheck.report import sentences, wording

    table = Table(show_edge=False, pad_edge=False)
    for name in ("date", "clip", "load", "pattern", wording.short(SHARE)):
        table.add_column(name, overflow="fold", justify="right" if name == "load" else "left")
    for one in found:
        assert isinstance(one, Session)
        load = "–" if one.report.load_kg is None else f"{one.report.load_kg:g} kg"
        share = wording.explained(SHARE, one.share)
        pattern = sentences.pattern(one.pattern)
        table.add_row(one.date or "–", Text(shown(one.file)), load, pattern, Text(share))
    return table
