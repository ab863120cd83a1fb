"""`hingecheck trend`: one athlete over time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from hingecheck.commands.console import logbook_file, out_console, reporting_errors

if TYPE_CHECKING:
    from hingecheck.history.trends import Trend

HEADLINE = "lumbar_share_trunk"
HERE = Path()


def trend(
    athlete: Annotated[str, typer.Argument(help="Whose clips, by the name in the logbook.")],
    metric: Annotated[str, typer.Option(help="Any number of a repetition in analysis.json.")] = HEADLINE,
    page: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as an HTML page too.")] = None,
    logbook: Annotated[
        Path, typer.Option(metavar="PATH", help="Logbook, or the folder of results that holds it.")
    ] = HERE,
) -> None:
    """Show how a number of an athlete has developed, and which changes exceed error."""
    from hingecheck.errors import UsageError
    from hingecheck.history import trends
    from hingecheck.history.logbook import Logbook
    from hingecheck.report.terminal import trend as trend_lines

    with reporting_errors(as_json=False), Logbook(logbook_file(logbook)) as book:
        known = book.metrics()
        if metric not in known:
            raise UsageError(f"--metric {metric}: is in no session", f"Known: {', '.join(known) or 'none yet'}.")
        found = trends.of_athlete(book.sessions(athlete, metric), metric)
        if page is not None:
            write_page(page, found)
        for one in found:
            trend_lines.show(one, out_console)
        if page is not None:
            out_console.print(Text(f"Page: {page}"))


def write_page(page: Path, found: tuple[Trend, ...]) -> None:
    """The page, in place whole or not at all; raises UsageError."""
    from hingecheck.errors import UsageError
    from hingecheck.report.page import trend as trend_page
    from hingecheck.results import folder

    try:
        folder.put(page, trend_page.page(found).encode())
    except OSError as error:
        raise UsageError(f"{page}: cannot be written ({error.strerror})", "Give another file with --page.") from error
