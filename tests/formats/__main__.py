"""`python -m tests.formats [NAME ...]`: write and read the clips of the matrix, all or some, and print the outcome."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.formats.cases import CASES
from tests.formats.checking import check


def main(names: list[str]) -> int:
    """Check the clips; returns 1 if one is wrong."""
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in names or CASES:
            outcome = check(CASES[name], Path(folder))
            wrong += bool(outcome.wrong)
            word = "WRONG" if outcome.wrong else "ok   "
            sys.stdout.write(f"{word} {name}: {outcome.line} {outcome.wrong}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{len(names or CASES)} clips, {wrong} wrong\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
