"""`hingecheck report`: the clinician's two pages from an analysis."""

from __future__ import annotations

import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hingecheck.commands.console import out_console, told
from hingecheck.errors import UsageError

if TYPE_CHECKING:
    pass


class Paper(StrEnum):
    """Sizes of a page."""

    A4 = "a4"
    LETTER = "letter"


def report(
    analysis: Annotated[Path, typer.Argument(metavar="ANALYSIS.json", help="The analysis.json of a result folder.")],
    pdf: Annotated[Path | None, typer.Option(metavar="OUT.pdf", help="Write the two pages here (PDF/A).")] = None,
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
    """Write the clinician's report of an analysis: two pages as PDF."""
    from hingecheck.report import clinical, clip, reading, single  # noqa: PLC0415  heavy: loaded when used

    with told(as_json=False):
        if pdf is None:
            raise UsageError("nothing to write", "Give --pdf OUT.pdf.")
        targets = [pdf]
        single.check(targets, force=force)
        stored = reading.read(analysis)
        found = clip.checked(stored, video)
        wanted = clinical.Wanted(
            paper=paper.value,
            date=_day(date, found),
            pseudonym=pseudonym,
            previous=tuple(reading.read(path) for path in previous or ()),
            video=found,
        )
        single.write({pdf: clinical.pdf(stored, wanted)})
    for target in targets:
        out_console.print(Text(f"Report: {target}"))


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
    from hingecheck import recorded  # noqa: PLC0415

    if video is None:
        raise UsageError("--date video: the video is not there", "Give it with --video, or the day with --date.")
    found = recorded.day(video)
    if found is None:
        raise UsageError(f"--date video: {video} does not say when it was recorded", "Give the day: --date 2026-11-24.")
    return found
