"""`hingecheck batch`: a folder of clips."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from hingecheck.backends import bundles
from hingecheck.commands.console import LOGBOOK, err_console, out_console, reporting_errors

if TYPE_CHECKING:
    from hingecheck.batch.intake import Intake
    from hingecheck.batch.jobs import Settings
    from hingecheck.batch.plan import Plan, RunOptions
    from hingecheck.history.triage import Row
    from hingecheck.records.season import Clip

SOME_FAILED = 10
SPEED_OVER_S = 3600.0
"""Time left is reckoned from the pace of the last hour."""


def batch(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Clips, in a folder for each athlete.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for all results; run again to go on.")],
    pattern: Annotated[
        str | None, typer.Option(help='Where names tell more: "{athlete}/{date}_{load}kg*", below FOLDER.')
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="CSV", help="A list: file, athlete, date, load_kg, rpe, sitting_hours, soreness, note."),
    ] = None,
    logbook: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The athletes' history; without it, logbook.sqlite in DIR.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Clips at once; without it, one a processor core.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Dask scheduler to send the clips to (extra: cluster).")
    ] = None,
    time_limit: Annotated[float, typer.Option(min=1.0, metavar="SECONDS", help="Longest time for one clip.")] = 900.0,
    memory_limit: Annotated[float, typer.Option(min=200.0, metavar="MB", help="Most memory for one clip.")] = 3000.0,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Try clips again that failed in an earlier run.")
    ] = False,
    video: Annotated[bool, typer.Option("--video", help="Make the annotated video of every clip, too.")] = False,
    model: Annotated[str, typer.Option(help="Pose model: lite, full, heavy, or a .task file.")] = bundles.DEFAULT,
    criteria: Annotated[Path | None, typer.Option(metavar="FILE", help="Thresholds to lay over ours (TOML).")] = None,
) -> None:
    """Analyze a folder of clips: a result each, and a list of whom to look at first."""
    from hingecheck.batch import (
        intake,
        isolation,
        jobs,
    )
    from hingecheck.batch import plan as clips
    from hingecheck.history.logbook import Logbook

    options = clips.RunOptions(isolation.Limits(time_limit, memory_limit), retry_failed=retry_failed)
    settings = jobs.Settings(model, criteria, video)
    with reporting_errors(as_json=False):
        jobs.fingerprint(settings)
        found = intake.find(folder, pattern=pattern, manifest=manifest, skip=out)
        _tell_of(found, folder)
        with clips.claimed(out):
            Logbook(logbook or out / LOGBOOK).close()  # if it cannot be used, that is told before anything is measured
            with _executor(workers, scheduler) as executor:
                todo = _planned(found.clips, out, settings, options, executor)
                _worked(todo, options, executor)
            rows, parquet = _written(todo, logbook or out / LOGBOOK)
    _summary(rows, out, parquet=parquet)
    raise typer.Exit(SOME_FAILED if any(row.failure for row in rows) else 0)


def _tell_of(found: Intake, folder: Path) -> None:
    """Say what was passed over; refuse a folder without clips."""
    from hingecheck.errors import UsageError

    if not found.clips:
        raise UsageError(
            f"{folder}: holds no clips", "Give the folder that holds them: MP4, MOV, MKV, WebM and others."
        )
    if found.other_files:
        err_console.print(Text(f"Other files passed over: {found.other_files}.", style="dim"))
    if found.unmatched:
        line = f"{found.unmatched} clips do not fit --pattern: athlete and date are taken from their folders and names."
        err_console.print(Text(line))
    nameless = sum(not clip.athlete for clip in found.clips)
    if nameless:
        line = f"{nameless} clips of unknown athletes (put them into a folder each, or use --pattern or --manifest):"
        err_console.print(Text(f"{line} they are analyzed, but have no history."))


def _executor(workers: int | None, scheduler: str | None) -> AbstractContextManager[Executor]:
    from hingecheck.batch import executors

    return executors.local(workers or executors.cores()) if scheduler is None else executors.cluster(scheduler)


def _planned(clips: Sequence[Clip], out: Path, settings: Settings, options: RunOptions, executor: Executor) -> Plan:
    from hingecheck.batch import plan as many

    with err_console.status("Looking at the clips"):
        todo = many.plan(clips, out, settings, options, executor)
    done = len(todo.entries) - len(todo.jobs)
    err_console.print(Text(f"{len(todo.entries)} clips, {done} of them finished already or the same as another one."))
    return todo


def _worked(todo: Plan, options: RunOptions, executor: Executor) -> None:
    """Do all jobs, with a bar and the time left on a terminal."""
    from hingecheck.batch import plan as many

    files = {job.key: job.file for job in todo.jobs}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err_console, transient=True, speed_estimate_period=SPEED_OVER_S) as bar:
        line = bar.add_task("Measuring", total=len(todo.jobs))
        for result in many.run(todo, options, executor):
            bar.advance(line)
            if result.failure is not None:
                bar.console.print(
                    Text.assemble(("No result: ", "bold"), f"{files[result.key]}: {result.failure.message}")
                )


def _written(todo: Plan, logbook: Path) -> tuple[tuple[Row, ...], bool]:
    """Logbook, tables and index."""
    from hingecheck.batch import plan as many
    from hingecheck.history import triage
    from hingecheck.history.logbook import Logbook
    from hingecheck.report.page import index

    with Logbook(logbook) as book:
        season = triage.sort(many.outcomes(todo), todo.out, book)
    return season.rows, index.write(season, todo.out)


def _summary(rows: Sequence[Row], out: Path, *, parquet: bool) -> None:
    from hingecheck.history import triage
    from hingecheck.report import sentences

    told_groups = ", ".join(f"{count} {sentences.GROUPS[group]}" for group, count in triage.counts(rows).items())
    failed = sum(row.failure is not None for row in rows)
    out_console.print(Text(f"{len(rows) - failed} results, {failed} without. {told_groups}."))
    if not parquet:
        err_console.print(Text("No results.parquet: it needs pip install 'hingecheck[table]'.", style="dim"))
    out_console.print(Text(f"Whom to look at first: {out / 'index.html'}"))
