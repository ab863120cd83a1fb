"""`hingecheck log`: list, import, export or delete what the logbook holds about the athletes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from hingecheck import language
from hingecheck.commands.ceiling import ceiling
from hingecheck.commands.console import err_console, logbook_file, out_console, reporting_errors
from hingecheck.commands.help import HELP_NAMES, PlainCommand

if TYPE_CHECKING:
    from hingecheck.history.logbook import Logbook
    from hingecheck.history.sessions import Session

log = typer.Typer(
    help="Work with the logbook, the history of all athletes: list, import, export, delete, restore.",
    no_args_is_help=True,
)
LogbookOption = Annotated[
    Path,
    typer.Option(
        "--logbook",
        metavar="PATH",
        help="The logbook, or the results folder that contains it (. = the current folder).",
    ),
]
HERE = Path()
SHARE = "lumbar_share_trunk"


@log.command("list", cls=PlainCommand, context_settings=HELP_NAMES)
def list_(
    athlete: Annotated[
        str | None, typer.Argument(help="Name of an athlete, to list the sessions. Default: list all athletes.")
    ] = None,
    logbook: LogbookOption = HERE,
) -> None:
    """List all athletes, or the sessions of one athlete."""
    from hingecheck.history.logbook import Logbook
    from hingecheck.names import shown

    table = Table(show_edge=False, pad_edge=False)
    with reporting_errors(as_json=False), ceiling(), Logbook(logbook_file(logbook)) as book:
        if athlete is None:
            table.add_column("athlete", overflow="fold")
            for name in ("clips", "first", "last"):
                table.add_column(name, justify="right", no_wrap=True)
            for person in book.athletes():
                table.add_row(Text(shown(person.name)), str(person.sessions), person.first, person.last)
        else:
            table = _sessions(book.sessions(athlete, ""))
    out_console.print(table)


@log.command("import", cls=PlainCommand, context_settings=HELP_NAMES)
def import_(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder that contains earlier result folders, at any depth.")
    ],
    athlete: Annotated[
        str,
        typer.Option(
            help="Name of the athlete. Default: from the list of the batch, or the first folder below FOLDER."
        ),
    ] = "",
    logbook: LogbookOption = HERE,
) -> None:
    """Add earlier results to the logbook."""
    from hingecheck.errors import UsageError
    from hingecheck.history import archive
    from hingecheck.history.logbook import Logbook

    with reporting_errors(as_json=False), ceiling():
        if not folder.is_dir():
            raise UsageError(f"{folder}: is not a folder", "Give the folder that contains the results.")
        path = logbook_file(logbook, new=True)
        items = list(archive.earlier(folder, path, athlete))
        with Logbook(path) as book:
            items = [archive.unless_deleted(item, book) for item in items]
            changed = book.record(item for item in items if not isinstance(item, archive.Refused))
    refused = [item for item in items if isinstance(item, archive.Refused)]
    for item in refused:
        err_console.print(Text(f"Skipped: {item.folder}: {item.why}"))
    out_console.print(Text(f"{len(items) - len(refused)} results read, {changed} new or changed in {path}."))


@log.command("export", cls=PlainCommand, context_settings=HELP_NAMES)
def export(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the tables.")],
    athlete: Annotated[
        str | None, typer.Option(help="Name of an athlete, to export only this one. Default: all athletes.")
    ] = None,
    logbook: LogbookOption = HERE,
) -> None:
    """Export the logbook as CSV tables, and as Parquet if pyarrow is installed."""
    from hingecheck.history.logbook import Logbook
    from hingecheck.report.tables import export as tables

    with reporting_errors(as_json=False), ceiling(), Logbook(logbook_file(logbook)) as book:
        parquet = tables.write(book.sessions(athlete), out)
    if not parquet:
        err_console.print(
            Text("Parquet tables were not written. To get them, run pip install 'hingecheck[table]'.", style="dim")
        )
    out_console.print(Text(f"Tables: {out}"))


@log.command("delete", cls=PlainCommand, context_settings=HELP_NAMES)
def delete(
    athlete: Annotated[str, typer.Argument(help="The athlete to delete.")],
    results: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Results folder of a batch. Delete the athlete's results there, too."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    logbook: LogbookOption = HERE,
) -> None:
    """Delete an athlete from the logbook, with all data. The athlete's clips are skipped until `log restore`."""
    from hingecheck.batch import plan
    from hingecheck.errors import UsageError
    from hingecheck.history import archive
    from hingecheck.history.logbook import Logbook
    from hingecheck.names import shown

    with reporting_errors(as_json=False), ceiling(), Logbook(logbook_file(logbook)) as book:
        if results is not None and not results.is_dir():
            raise UsageError(f"{results}: is not a folder", "Give the results folder of a batch with --results.")
        failed_only = results is not None and archive.names_athlete(results, athlete) and not book.holds(athlete)
        count = 0 if failed_only else len(book.sessions(athlete, ""))
        if not yes:
            question = f"Delete {shown(athlete)} with {count} clips? This cannot be undone."
            typer.confirm(language.translated(question), abort=True)
        with nullcontext() if results is None else plan.claimed(results):
            folders = book.delete(athlete)
            removed = () if results is None else _erase(results, athlete, folders, book)
    out_console.print(
        Text(f"Deleted {shown(athlete)}: {count} clips in the logbook, {len(removed)} folders and files of results.")
    )
    err_console.print(
        Text(f"Clips of {shown(athlete)} are skipped from now on. To take them back: hingecheck log restore.")
    )
    if results is None and folders:
        err_console.print(Text("The result folders still exist. To delete them, give their folder with --results."))
    elif results is not None:
        err_console.print(Text("The board and the tables list the others only. The videos were not changed."))


@log.command("restore", cls=PlainCommand, context_settings=HELP_NAMES)
def restore(
    athlete: Annotated[str, typer.Argument(help="The athlete to take back.")],
    logbook: LogbookOption = HERE,
) -> None:
    """Take a deleted athlete back. The next batch measures the athlete's clips again."""
    from hingecheck.history.logbook import Logbook
    from hingecheck.names import shown

    with reporting_errors(as_json=False), ceiling(), Logbook(logbook_file(logbook)) as book:
        book.restore(athlete)
    out_console.print(Text(f"{shown(athlete)} is taken back. Run the batch again to measure the clips."))


def _erase(results: Path, athlete: str, folders: Sequence[str], book: Logbook) -> tuple[Path, ...]:
    """Delete an athlete's results, and write the board and the tables of the others again."""
    from hingecheck.history import archive, triage
    from hingecheck.report.page import index

    others = archive.outcomes(results, athlete)
    removed = archive.erase(results, athlete, folders, book.path)
    kept = [outcome for outcome in others if results / outcome.entry.folder not in removed]
    if kept:
        index.write(triage.sort(kept, results, book), results)
    if len(kept) < len(others):
        line = f"Results of others that were made from the same clips: {len(others) - len(kept)}, deleted, too."
        err_console.print(Text(f"{line} Run the batch again to measure them from the others' own files."))
    return removed


def _sessions(sessions: Sequence[Session]) -> Table:
    """One athlete's sessions as a table, one row a clip."""
    from hingecheck.names import shown
    from hingecheck.report import sentences, wording

    table = Table(show_edge=False, pad_edge=False)
    for name in ("date", "clip", "load", "pattern", wording.short(SHARE)):
        table.add_column(name, overflow="fold", justify="right" if name == "load" else "left")
    for session in sessions:
        load = "–" if session.report.load_kg is None else f"{session.report.load_kg:g} kg"
        share = wording.explained(SHARE, session.share)
        pattern = sentences.pattern(session.pattern)
        table.add_row(session.date or "–", Text(shown(session.file)), load, pattern, Text(share))
    return table
