"""The line on a report that names athlete and date, and leads back to the board and to the athlete's page.

A report is made from the clip alone, and copies of a clip share one.  So the batch writes this line into the finished
report, between two comments, whenever it writes the board.  A report that has the right line already stays untouched.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final
from urllib.parse import quote

from hingecheck.history import board
from hingecheck.history.board import Person
from hingecheck.history.triage import Row
from hingecheck.names import shown
from hingecheck.report import sentences
from hingecheck.report.page import board as board_page
from hingecheck.report.page import template, translation
from hingecheck.results import folder

BEGIN: Final = b"<!--session-->"
END: Final = b"<!--/session-->"

_HEAD_BYTES: Final = 1 << 17
"""The line lies in the first bytes of a report, behind its styles."""


def put(people: Sequence[Person], out: Path) -> None:
    """Write the line into every report of the batch with the results folder `out`.  Raises OSError."""
    sharing: dict[str, list[Row]] = {}
    for row in (row for person in people for row in person.rows):
        if row.report.endswith(".html"):
            sharing.setdefault(row.report, []).append(row)
    for report, rows in sharing.items():
        _put(out / report, line(rows).encode())


def line(rows: Sequence[Row]) -> str:
    """The line of a report as HTML text.  `rows` are the clips that share the report."""
    named = [
        {
            "name": shown(row.outcome.entry.clip.athlete),
            "page": quote(f"../../{board_page.athlete_page(row.outcome.entry.clip.athlete)}"),
            "day": sentences.day(board.date(row)),
        }
        for row in sorted(rows, key=lambda row: row.outcome.entry.clip.file)
    ]
    return translation.page(template.fragment("session_line.html", {"clips": named}).strip())


def without(report: bytes) -> bytes:
    """The report without the line."""
    return filled(report, b"")


def filled(report: bytes, wanted: bytes) -> bytes:
    """The report with this line; unchanged if it has no place for one."""
    begin, end = report.find(BEGIN) + len(BEGIN), report.find(END)
    return report if begin < len(BEGIN) or end < begin else report[:begin] + wanted + report[end:]


def _put(report: Path, wanted: bytes) -> None:
    """Replace the line in one report, if the report has a place for it and another line there."""
    with report.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        begin, end = head.find(BEGIN) + len(BEGIN), head.find(END)
        if begin < len(BEGIN) or end < begin or head[begin:end] == wanted:
            return
        rest = file.read()
    folder.put(report, head[:begin] + wanted + head[end:] + rest)
