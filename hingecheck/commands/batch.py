"""`hingecheck batch`: analyze a folder of clips and write a board of the athletes."""

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
    from hingecheck.history.logbook import Logbook
    from hingecheck.history.triage import Row
    from hingecheck.records.season import Clip

SOME_FAILED = 10
"""Exit code of a batch that finished, but with clips that gave no result."""

MOST_NAMED = 5
"""Largest number of clips that a line names."""

GROUPS = {"not_measured": "could not be measured", "other": "others"}
"""Words for groups in the summary, where they differ from those of the list."""

SPEED_OVER_S = 3600.0
"""Period, in seconds, over which the progress bar averages the speed to estimate the time left."""


def batch(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Folder of videos, with one folder for each athlete.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Results folder. Run the same command again to continue.")],
    pattern: Annotated[
        str | None, typer.Option(help='How file names give details. Example: "{athlete}/{date}_{load}kg*".')
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV", help="A list of the clips: file, athlete, date, load_kg, rpe, sitting_hours, soreness, note."
        ),
    ] = None,
    logbook: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The history of all athletes. Default: logbook.sqlite in the results folder."
        ),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Number of clips analyzed at once. Default: one for each processor core.")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Address of a Dask scheduler, to use a cluster (needs the extra `cluster`)."
        ),
    ] = None,
    time_limit: Annotated[
        float, typer.Option(min=1.0, metavar="SECONDS", help="Stop a clip after this time, in seconds.")
    ] = 900.0,
    memory_limit: Annotated[
        float, typer.Option(min=200.0, metavar="MB", help="Stop a clip that needs more memory than this, in MB.")
    ] = 3000.0,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try clips again that failed before.")] = False,
    video: Annotated[bool, typer.Option("--video", help="Make the annotated video of every clip.")] = False,
    video_full: Annotated[
        bool, typer.Option("--video-full", help="Make it as large as the clip, with every frame.")
    ] = False,
    model: Annotated[
        str, typer.Option(help="Pose model: lite, full or heavy (larger ones are slower), or a .task file.")
    ] = bundles.DEFAULT,
    criteria: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own limits instead of the defaults (TOML file).")
    ] = None,
    redact_face: Annotated[
        bool,
        typer.Option(
            "--redact-face",
            help="Blur the heads of the lifters and the faces of others in the pictures and the videos.",
        ),
    ] = False,
    pseudonym: Annotated[
        str,
        typer.Option(
            help="A name to write into the results instead of the athlete and every file name, for example P17. "
            "For one athlete."
        ),
    ] = "",
) -> None:
    """Analyze a folder of clips. Write a result for each, and a board with a row for each athlete."""
    from hingecheck.batch import (
        intake,
        isolation,
        jobs,
    )
    from hingecheck.batch import plan as clips
    from hingecheck.history.logbook import Logbook

    options = clips.RunOptions(isolation.Limits(time_limit, memory_limit), retry_failed=retry_failed)
    settings = jobs.Settings(model, criteria, video or video_full, video_full, redact_face, pseudonym)
    with reporting_errors(as_json=False):
        jobs.fingerprint(settings)
        _check_out(folder, out)
        found_clips = intake.find(folder, pattern=pattern, manifest=manifest, skip=out)
        _report_intake(found_clips, folder)
        if pseudonym:
            _check_pseudonym(found_clips, pseudonym)
        with clips.claimed(out):
            with Logbook(logbook or out / LOGBOOK) as book:  # a bad logbook is reported before the first clip
                kept = _without_deleted(found_clips.clips, book, pseudonym)
            try:
                with _executor(workers, scheduler) as executor:
                    todo = _planned(kept, out, settings, options, executor)
                    _run(todo, options, executor)
                    _run_again(todo, settings, options, executor)
                clips.remove_unfinished(out)  # all results are there: the rest is of a worker that was killed
            finally:
                if scheduler is None:  # workers of a cluster may still write
                    clips.remove_unfinished(out)
            rows, parquet = _write_lists(todo, logbook or out / LOGBOOK)
    _summary(rows, out, parquet=parquet)
    raise typer.Exit(SOME_FAILED if any(row.failure for row in rows) else 0)


def _report_intake(intake: Intake, folder: Path) -> None:
    """Print how many files were skipped or lack details.  Raises UsageError if the folder contains no clips."""
    from hingecheck.errors import UsageError
    from hingecheck.names import looks_dated

    if not intake.clips:
        raise UsageError(
            f"{folder}: contains no clips", "Give a folder that contains videos (MP4, MOV, MKV, WebM and others)."
        )
    if intake.other_files:
        err_console.print(Text(f"Files that are not videos, skipped: {intake.other_files}.", style="dim"))
    if intake.unmatched:
        line = f"Clips that do not fit --pattern: {intake.unmatched}. Athlete and date come from their folder and name."
        err_console.print(Text(line))
    wrong = [clip.file for clip in intake.clips if not clip.date and looks_dated(clip.file)]
    if wrong:
        err_console.print(Text(f"Dates that do not exist, ignored: {_named(wrong)}."))
    nameless = sum(not clip.athlete for clip in intake.clips)
    if nameless:
        line = f"Clips of unknown athletes: {nameless}. They are analyzed, but get no history."
        remedy = "To name the athlete, use a folder for each athlete, --pattern or --manifest."
        err_console.print(Text(f"{line} {remedy}"))


def _check_out(folder: Path, out: Path) -> None:
    """Raise UsageError if the results would lie among the clips."""
    from hingecheck.errors import UsageError

    if out.resolve().is_relative_to(folder.resolve()):
        raise UsageError(
            f"{out}: lies inside the folder of the clips",
            "Give a folder outside, so that films are not taken for clips.",
        )


def _check_pseudonym(intake: Intake, pseudonym: str) -> None:
    """Print what may break the pseudonym.  Raises UsageError if it would stand for several athletes."""
    from hingecheck.errors import UsageError

    athletes = {clip.athlete for clip in intake.clips}
    if len(athletes) > 1:
        raise UsageError(
            f"--pseudonym {pseudonym}: the folder has clips of {len(athletes)} athletes",
            "Run the batch once for the folder of each athlete, each time with another pseudonym and another --out.",
        )
    if any(clip.report.note.strip() for clip in intake.clips):
        line = "The notes are kept word for word. Check that they name nobody."
        err_console.print(Text.assemble(("Pseudonym: ", "bold"), line))


def _without_deleted(clips: Sequence[Clip], book: Logbook, pseudonym: str) -> list[Clip]:
    """The clips without those of deleted athletes.  Prints whose clips are skipped."""
    deleted = {name: book.was_deleted(pseudonym or name) for name in dict.fromkeys(clip.athlete for clip in clips)}
    skipped = [clip.athlete for clip in clips if deleted[clip.athlete]]
    if skipped:
        line = f"Clips of deleted athletes, skipped: {len(skipped)}, of {_named(tuple(dict.fromkeys(skipped)))}."
        err_console.print(Text(f"{line} To take an athlete back: hingecheck log restore NAME --logbook {book.path}"))
    return [clip for clip in clips if not deleted[clip.athlete]]


def _named(names: Sequence[str]) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _executor(workers: int | None, scheduler: str | None) -> AbstractContextManager[Executor]:
    """The local executor, or that of a cluster if `scheduler` names one."""
    from hingecheck.backends import cores
    from hingecheck.batch import executors

    return executors.local(workers or cores.usable()) if scheduler is None else executors.cluster(scheduler)


def _planned(clips: Sequence[Clip], out: Path, settings: Settings, options: RunOptions, executor: Executor) -> Plan:
    """The plan of the batch.  Prints how many clips are left to do."""
    from hingecheck.batch import plan as many

    with err_console.status("Reading the clips"):
        todo = many.plan(clips, out, settings, options, executor)
    count, done = len(todo.entries), len(todo.entries) - len(todo.jobs)
    line = f"{_clips(count)}: {len(todo.jobs)} to analyze, {done} already done or copies of another clip."
    err_console.print(Text(line if todo.jobs else f"Nothing new: all {count} clips were done before."))
    failed = many.failed_before(todo)
    if failed:
        err_console.print(Text(f"Failed before: {_named(failed)}. To try again, add --retry-failed."))
    return todo


def _run(todo: Plan, options: RunOptions, executor: Executor, failed: str = "No result") -> None:
    """Do all jobs.  On a terminal, show a progress bar with the time left.  Print every clip that fails.

    `failed`: the words before such a clip.
    """
    from hingecheck.batch import plan as many

    files = {job.key: job.file for job in todo.jobs}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err_console, transient=True, speed_estimate_period=SPEED_OVER_S) as bar:
        line = bar.add_task("Measuring", total=len(todo.jobs))
        for result in many.run(todo, options, executor):
            bar.advance(line)
            if result.failure is not None:
                bar.console.print(
                    Text.assemble((f"{failed}: ", "bold"), f"{files[result.key]}: {result.failure.message}")
                )


def _run_again(todo: Plan, settings: Settings, options: RunOptions, executor: Executor) -> None:
    """Measure the clips in which nobody is seen upright once more, with the athlete's standing in another clip."""
    from hingecheck.batch import standing

    more = standing.again(todo, settings)
    if more.jobs:
        line = f"Measured once more, with the athlete's standing in another clip: {len(more.jobs)}."
        err_console.print(Text(line))
        _run(more, options, executor, "Not measured again")


def _write_lists(todo: Plan, logbook: Path) -> tuple[tuple[Row, ...], bool]:
    """Write the logbook, the tables and the index page.  Returns the rows, and whether Parquet was written."""
    from hingecheck.batch import plan as many
    from hingecheck.history import triage
    from hingecheck.history.logbook import Logbook
    from hingecheck.report.page import index

    with Logbook(logbook) as book:
        season = triage.sort(many.outcomes(todo), todo.out, book)
    return season.rows, index.write(season, todo.out)


def _summary(rows: Sequence[Row], out: Path, *, parquet: bool) -> None:
    """Print how many clips have a result, how many are in each group, and where the list is."""
    from hingecheck.history import triage
    from hingecheck.report import sentences

    groups = ", ".join(
        f"{n} {GROUPS.get(group, sentences.GROUPS[group])}" for group, n in triage.counts(rows).items() if n
    )
    failed = sum(row.failure is not None for row in rows)
    out_console.print(Text(f"{_clips(len(rows) - failed)} with a result, {failed} without. {groups}."))
    undated = sum(not row.outcome.entry.clip.date for row in rows)
    if undated:
        line = f"Clips without a date in name, list or metadata: {undated}. They are not compared with other days."
        err_console.print(Text(line))
    in_utc = [row.outcome.entry.clip.file for row in rows if row.outcome.entry.clip.utc]
    if in_utc:
        line = f"Dates in UTC, from the clips' metadata; the lifter's own day may differ by one: {_named(in_utc)}."
        err_console.print(Text(f"{line} A date in the name or in the list comes first."))
    if not parquet:
        err_console.print(
            Text("results.parquet was not written. To get it, run pip install 'hingecheck[table]'.", style="dim")
        )
    out_console.print(Text(f"Board, newest day first: {out / 'index.html'}"))


def _clips(count: int) -> str:
    """So many clips, in words."""
    return "1 clip" if count == 1 else f"{count} clips"
