"""`hingecheck trend`: show how one measure of an athlete has changed over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hingecheck.commands.ceiling import ceiling
from hingecheck.commands.console import logbook_file, out_console, reporting_errors

if TYPE_CHECKING:
    from hingecheck.history.trends import Trend

HEADLINE = "lumbar_share_trunk"
HERE = Path()


def trend(
    athlete: Annotated[str, typer.Argument(help="Name of the athlete in the logbook.")],
    metric: Annotated[
        str, typer.Option(help="The measure to show: any metric of a repetition in analysis.json.")
    ] = HEADLINE,
    page: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the trend as an HTML page to this file, too.")
    ] = None,
    logbook: Annotated[
        Path,
        typer.Option(
            metavar="PATH", help="The logbook, or the results folder that contains it (. = the current folder)."
        ),
    ] = HERE,
) -> None:
    """Show how a measure has changed over time, and which changes are larger than the measurement error."""
    from hingecheck.errors import UsageError
    from hingecheck.history import trends
    from hingecheck.history.logbook import Logbook
    from hingecheck.report.terminal import trend as trend_lines

    with reporting_errors(as_json=False), ceiling(), Logbook(logbook_file(logbook)) as book:
        known = book.metrics()
        if metric not in known:
            raise UsageError(
                f"--metric {metric}: unknown measure", f"Measures in this logbook: {', '.join(known) or 'none yet'}."
            )
        lines = trends.of_athlete(book.sessions(athlete, metric), metric)
        if page is not None:
            write_page(page, lines)
        for line in lines:
            trend_lines.show(line, out_console)
        if page is not None:
            out_console.print(Text(f"Page: {page}"))


def write_page(page: Path, lines: tuple[Trend, ...]) -> None:
    """Write the HTML page of the trends to the file `page`.  It is complete or not there.  Raises UsageError."""
    from hingecheck.errors import UsageError
    from hingecheck.report.page import trend as trend_page
    from hingecheck.results import folder

    try:
        folder.put(page, trend_page.page(lines).encode())
    except OSError as error:
        raise UsageError(f"{page}: cannot be written ({error.strerror})", "Give another file with --page.") from error
