"""Write results and logbook entries one after the other, until somebody kills this process.

    python -m tests.writes_until_killed FOLDER NAME

Each result has three files with the same name and number in them.  Every second one replaces the result before it.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from hingecheck.history import sessions
from hingecheck.history.logbook import Logbook
from hingecheck.results import folder, reading


def main(place: Path, name: str) -> None:
    """Write until killed."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    example = reading.read(place / "example" / "analysis.json")
    with Logbook(place / "logbook.sqlite") as book:
        for number in itertools.count():
            data = f"{name} {number}\n".encode() * 20_000
            folder.write(place / f"result{number // 2 % 40}", {"a.csv": data, "b.html": data, folder.MARKER: data})
            folder.put(place / "single.html", data)
            book.record([sessions.session(example, f"athlete {number % 7}", "2026-01-02", f"result{number}")])


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
