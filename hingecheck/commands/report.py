"""`hingecheck report`: the clinician's two pages from an analysis."""

from __future__ import annotations

import datetime
import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.text import Text

from hingecheck.commands.console import out_console, reporting_errors
from hingecheck.errors import UsageError

_REFERENCE: Final = re.compile(r"(https?://\S+/)?Patient/[A-Za-z0-9.-]{1,64}|urn:uuid:[0-9a-f-]{36}")
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]*:\S+", re.IGNORECASE)


class Paper(StrEnum):
    """Sizes of a page."""

    A4 = "a4"
    LETTER = "letter"


def report(
    analysis: Annotated[Path, typer.Argument(metavar="ANALYSIS.json", help="The analysis.json of a result folder.")],
    pdf: Annotated[Path | None, typer.Option(metavar="OUT.pdf", help="Write the two pages here (PDF/A).")] = None,
    fhir: Annotated[
        Path | None, typer.Option(metavar="OUT.json", help="Write a FHIR R4 bundle with the two pages here.")
    ] = None,
    patient: Annotated[
        str, typer.Option(help="Whose report: a FHIR reference (Patient/123) or an identifier (SYSTEM|VALUE).")
    ] = "",
    paper: Annotated[Paper, typer.Option(help="Size of the pages.")] = Paper.A4,
    video: Annotated[
        Path | None, typer.Option(help="The clip itself, if it lies elsewhere: its hash is compared.")
    ] = None,
    previous: Annotated[
        list[Path] | None,
        typer.Option(metavar="ANALYSIS.json", help="An earlier session; give it several times, oldest first."),
    ] = None,
    date: Annotated[
        str, typer.Option(help="Day of the recording, YYYY-MM-DD, or `video`: the day that the clip's metadata tell.")
    ] = "",
    pseudonym: Annotated[str, typer.Option(help="Stands for the lifter, and for all file names.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace a report that is there.")] = False,
) -> None:
    """Write the clinician's report of an analysis: two pages as PDF, a FHIR bundle for other systems."""
    from hingecheck.report.clinic import clinical
    from hingecheck.results import (
        reading,
        single,
        source_video,
    )

    targets = [path for path in (pdf, fhir) if path is not None]
    with reporting_errors(as_json=False):
        if not targets:
            raise UsageError("nothing to write", "Give --pdf OUT.pdf, --fhir OUT.json, or both.")
        if patient and fhir is None:
            raise UsageError("--patient: is told in the FHIR bundle alone", "Give --fhir OUT.json, too.")
        single.check(targets, force=force)
        whose = _patient(patient, pseudonym)
        stored = reading.read(analysis)
        found = source_video.checked(stored, video)
        wanted = clinical.Wanted(
            paper=paper.value,
            date=_day(date, found),
            pseudonym=pseudonym,
            previous=tuple(reading.read(path) for path in previous or ()),
            video=found,
        )
        pages = clinical.pdf(stored, wanted)
        files = {} if pdf is None else {pdf: pages}
        if fhir is not None:
            from hingecheck.report.clinic import fhir as exchange

            files[fhir] = exchange.bundle(stored, wanted, pages, whose).encode()
        single.write(files)
    for target in targets:
        out_console.print(Text(f"Report: {target}"))


def _patient(given: str, pseudonym: str) -> dict[str, Any] | None:
    """A FHIR Reference from what was given, None if nothing was; raises UsageError."""
    display = {"display": pseudonym} if pseudonym else {}
    if not given:
        return display or None
    system, bar, value = given.partition("|")
    if bar and _URI.fullmatch(system) and value.strip():
        return {"identifier": {"system": system, "value": value.strip()}} | display
    if not bar and _REFERENCE.fullmatch(given):
        return {"reference": given} | display
    raise UsageError(
        f"--patient {given}: neither a reference nor an identifier",
        "Write a reference like Patient/123, or an identifier like urn:oid:1.2.3|4711.",
    )


def _day(date: str, video: Path | None) -> tuple[int, int, int] | None:
    """The day given, or that of the clip's metadata; raises UsageError."""
    if not date:
        return None
    if date == "video":
        return _day_of(video)
    try:
        day = datetime.date.fromisoformat(date)
    except ValueError as error:
        raise UsageError(f"--date {date}: no day of the calendar", "Write it like 2026-11-24.") from error
    return day.year, day.month, day.day


def _day_of(video: Path | None) -> tuple[int, int, int]:
    from hingecheck.video import recording_day

    if video is None:
        raise UsageError("--date video: the video is not there", "Give it with --video, or the day with --date.")
    found = recording_day.day(video)
    if found is None:
        raise UsageError(f"--date video: {video} does not say when it was recorded", "Give the day: --date 2026-11-24.")
    return found
