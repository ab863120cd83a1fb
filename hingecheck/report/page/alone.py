"""Make one file of a finished report: the page with its film inside, without links to a board.

`hingecheck analyze --single-file` makes the same file at once.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Final

from hingecheck.errors import ResultUnreadable
from hingecheck.report.page import session_line

_DATA: Final = '<script type="application/json" id="data">'
"""The film lies before the data, so that it is there when the scripts run."""


def page(report: Path, film: Path) -> bytes:
    """The report `report` as one file.  `film` is its film, which may not exist.  Raises ResultUnreadable."""
    try:
        text = session_line.without(report.read_bytes()).decode("utf-8")
        source = f' src="{film.name}"'
        if film.is_file() and source in text and _DATA in text:
            inside = base64.b64encode(film.read_bytes()).decode()
            text = text.replace(source, "", 1)
            text = text.replace(_DATA, f'<script type="text/plain" id="film-inside">{inside}</script>\n{_DATA}', 1)
    except (OSError, UnicodeDecodeError) as error:
        raise ResultUnreadable(f"{report}: cannot be read ({error})", "Analyze the clip again.") from error
    return text.encode()
