"""Reads a text file of another program, and says in one way what is wrong with it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from hingecheck.errors import InputError

Content = TypeVar("Content")


def read(path: Path, parsed: Callable[[str], Content], kind: str, remedy: str) -> Content:
    """What `parsed` makes of the text of a file.  Raises InputError if it raises ValueError or LookupError.

    `kind`: what the file should be, for the message.  `remedy`: what to do.
    """
    try:
        return parsed(path.read_text(encoding="utf-8-sig", errors="replace"))
    except (OSError, ValueError, LookupError) as error:
        raise InputError(f"{path}: cannot be read as {kind} ({error})", remedy) from error


def whole(content: str, rows: Sequence[Sequence[str]]) -> tuple[Sequence[Sequence[str]], int]:
    """The rows, as cells, of a text without a last one that is cut, and the number of rows with it.

    A last line that does not end, and has fewer cells than the line before, is cut.
    """
    cut = len(rows) > 1 and not content.endswith(("\n", "\r")) and len(rows[-1]) < len(rows[-2])
    return (rows[:-1] if cut else rows), len(rows)


def table(path: Path) -> tuple[Sequence[str], Sequence[Sequence[str]], int]:
    """Head and rows of a table with commas, without a last row that is cut, and the number of rows with it.

    Raises OSError, ValueError and csv.Error.
    """
    content = path.read_text(encoding="utf-8-sig")
    head, *rows = (row for row in csv.reader(io.StringIO(content, newline="")) if row)
    return head, *whole(content, rows)


def number(word: str) -> int:
    """The whole number that a word says; 0 if it says none."""
    return int(word) if word.strip().isdecimal() else 0
