"""`hingecheck report`: write a two-page report for a clinician from the analysis of a clip."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hingecheck.commands.ceiling import ceiling
from hingecheck.commands.console import err_console, out_console, reporting_errors
from hingecheck.errors import UsageError

if TYPE_CHECKING:
    from hingecheck.video.recording_day import RecordingDay


class Paper(StrEnum):
    """Paper sizes."""

    A4 = "a4"
    LETTER = "letter"


def report(
    analysis: Annotated[Path, typer.Argument(metavar="ANALYSIS.json", help="The analysis.json in a result folder.")],
    pdf: Annotated[
        Path | None, typer.Option(metavar="OUT.pdf", help="Write the report as a PDF (PDF/A) to this file.")
    ] = None,
    fhir: Annotated[
        Path | None,
        typer.Option(
            metavar="OUT.json", help="Write the report as a FHIR R4 bundle, which contains the PDF, to this file."
        ),
    ] = None,
    patient: Annotated[
        str,
        typer.Option(help="The patient in the FHIR bundle: a reference (Patient/123) or an identifier (SYSTEM|VALUE)."),
    ] = "",
    paper: Annotated[Paper, typer.Option(help="Paper size.")] = Paper.A4,
    video: Annotated[
        Path | None, typer.Option(help="The analyzed video, if it is not beside the analysis. Its hash is checked.")
    ] = None,
    previous: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="ANALYSIS.json",
            help="The analysis of an earlier session. Repeat the option for several, oldest first.",
        ),
    ] = None,
    date: Annotated[
        str, typer.Option(help="Recording date, YYYY-MM-DD, or `video` for the date stored in the clip.")
    ] = "",
    pseudonym: Annotated[
        str, typer.Option(help="A name to write instead of the lifter's name and every file name, for example P17.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace an existing report.")] = False,
) -> None:
    """Write a report for a clinician: two pages as PDF, or a FHIR bundle for other systems."""
    from hingecheck.report.clinic import clinical, references
    from hingecheck.results import (
        reading,
        single,
        source_video,
    )

    targets = [path for path in (pdf, fhir) if path is not None]
    with reporting_errors(as_json=False), ceiling():
        if not targets:
            raise UsageError("no report to write", "Give --pdf OUT.pdf, --fhir OUT.json, or both.")
        if patient and fhir is None:
            raise UsageError("--patient: is used only in a FHIR bundle", "Give --fhir OUT.json, too.")
        _check_apart(targets, [analysis, *(previous or ()), *([] if video is None else [video])])
        single.check(targets, force=force)
        reference = references.patient(patient, pseudonym)
        stored = reading.read(analysis)
        clip = source_video.checked(stored, video)
        day = _day(date, clip)
        options = clinical.Wanted(
            paper=paper.value,
            date=None if day is None else (day.year, day.month, day.day),
            date_in_utc=day is not None and day.utc,
            pseudonym=pseudonym,
            previous=tuple(reading.read(path) for path in previous or ()),
            video=clip,
        )
        pages = clinical.pdf(stored, options)
        files = {} if pdf is None else {pdf: pages}
        if fhir is not None:
            from hingecheck.report.clinic import fhir as exchange

            files[fhir] = exchange.bundle(stored, options, pages, reference).encode()
        single.write(files, force=force)
    if day is not None and day.utc:
        line = "The date in the video counts in UTC, so the local day may be one earlier or later."
        err_console.print(Text(f"{line} Give the date if you know it: --date 2026-11-24."))
    for target in targets:
        out_console.print(Text(f"Report: {target}"))


def _check_apart(targets: list[Path], inputs: list[Path]) -> None:
    """Raise UsageError if a report would replace another one, or a file that it is made from."""
    resolved = [path.resolve() for path in targets]
    if len(set(resolved)) < len(resolved):
        raise UsageError(f"{targets[0]}: is given for both reports", "Give a file of its own to each.")
    for target in targets:
        if target.resolve() in {path.resolve() for path in inputs}:
            raise UsageError(f"{target}: is a file that the report is made from", "Give another file for the report.")


def _day(date: str, video: Path | None) -> RecordingDay | None:
    """The day of the recording; None if no date was given; raises UsageError.

    `date` is YYYY-MM-DD, or "video" for the date stored in the clip.
    """
    from hingecheck.video.recording_day import RecordingDay

    if not date:
        return None
    if date == "video":
        return _day_of(video)
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError as error:
        raise UsageError(f"--date {date}: is not a valid date", "Write it like 2026-11-24.") from error
    return RecordingDay(day.year, day.month, day.day, utc=False)


def _day_of(video: Path | None) -> RecordingDay:
    """The day stored in the video; raises UsageError if there is no video or no date in it."""
    from hingecheck.video import recording_day

    if video is None:
        raise UsageError(
            "--date video: the video was not found", "Give the video with --video, or the date: --date 2026-11-24."
        )
    day = recording_day.day(video)
    if day is None:
        raise UsageError(
            f"--date video: {video} does not contain its recording date", "Give the date: --date 2026-11-24."
        )
    return day
