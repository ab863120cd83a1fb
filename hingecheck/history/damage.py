"""What SQLite says about a damaged or unusable logbook, as errors of hingecheck."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, Protocol, TypeVar

from hingecheck.errors import ResultUnreadable, UsageError

OUTSIDE: Final = (
    *(sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY),
    *(sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM),
)
"""SQLite's codes of errors whose cause lies outside the file."""


LONGEST_BYTES: Final = 10_000_000
"""Longest text, and longest row, that is read or written.  A damaged file can hold one that fills the memory."""


class _Book(Protocol):
    """Whatever is stored in a file."""

    path: Path


B = TypeVar("B", bound=_Book)
P = ParamSpec("P")
R = TypeVar("R")


def reporting(method: Callable[Concatenate[B, P], R]) -> Callable[Concatenate[B, P], R]:
    """The method with errors of SQLite turned into UsageError, and damaged content into ResultUnreadable."""

    @functools.wraps(method)
    def reported(book: B, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(book, *args, **kwargs)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in OUTSIDE:
                raise UsageError(
                    f"{book.path}: the logbook cannot be used ({error})",
                    "Check the room on the disk and your permission to write there.",
                ) from error
            raise damaged(book.path, "the logbook is damaged", error) from error
        except (ValueError, TypeError, AttributeError, OverflowError, MemoryError) as error:  # of another type or size
            raise damaged(book.path, "the logbook is damaged", error) from error

    return reported


def limited(rows: sqlite3.Connection) -> sqlite3.Connection:
    """The connection, which now takes no text and no row above LONGEST_BYTES."""
    rows.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_BYTES)
    return rows


def text(value: object) -> str:
    """A stored text; raises TypeError if it is none.  SQLite stores any type in any column."""
    if not isinstance(value, str):
        raise TypeError(f"{type(value).__name__} where a text belongs")
    return value


def damaged(path: Path, what: str, error: Exception) -> ResultUnreadable:
    """The error for a logbook whose content cannot be right."""
    return ResultUnreadable(
        f"{path}: {what} ({error})",
        "Import the results into a new logbook (hingecheck log import), or give another one with --logbook.",
    )
