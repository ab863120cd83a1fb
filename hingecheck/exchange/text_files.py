"""Reads a text file of another program, and says in one way what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
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
