"""The result folder: all files or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from hingecheck.errors import OutputExists, UsageError

MARKER: Final = "analysis.json"
"""A folder that holds this file is a result."""

RECORD: Final = "clip.json"
"""How a clip of a batch ended; also there if the clip gave no result."""

THUMBNAIL: Final = "thumbnail.jpg"
"""A small picture of a result, for the list of a batch."""

UNFINISHED: Final = ".unfinished-"
"""How a file is named that `put` is writing; one that is left over may be removed."""

_FOLDER: Final = ".hingecheck-"
"""How a folder is named while it is filled: short, for the result's own name may be as long as names can be."""

_ELSEWHERE: Final = "Give another folder with --out."

Content = bytes | Callable[[Path], None]
"""What a file holds; or, for one that is too large to hold in memory, what writes it to a path."""


def check(out: Path, *, force: bool, marker: str = MARKER) -> None:
    """Raise OutputExists if `out` holds a result that must not be replaced, UsageError if it cannot be written.

    `marker` is the file by which a result of this kind is known.
    """
    try:
        if os.path.lexists(out) and not out.is_dir():
            raise UsageError(f"{out}: is a file, not a folder", _ELSEWHERE)
        there = (out / marker).exists()
        _try(out)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", _ELSEWHERE) from error
    if there and not force:
        raise OutputExists(
            f"{out}: holds a result already", "Give another folder with --out, or replace it with --force."
        )


def check_unnamed(out: Path, *, force: bool, marker: str = MARKER) -> None:
    """The same for a folder that the user did not name: what is there must be a result of this kind."""
    check(out, force=force, marker=marker)
    if os.path.lexists(out) and not (out / marker).exists():
        raise UsageError(f"{out}: is there already and holds no result", "Give a folder for the results with --out.")


def _try(out: Path) -> None:
    """Make a folder and remove it again where `write` will: beside `out` or above, and in `out`; raises OSError."""
    above = next((place for place in out.absolute().parents if place.exists()), out.absolute().parent)
    for place in (above, out) if out.exists() else (above,):
        os.rmdir(tempfile.mkdtemp(prefix=_FOLDER, dir=place))


def write(out: Path, files: Mapping[str, Content], *, marker: str = MARKER) -> None:
    """Put `files` into `out`, made if needed: written beside it first, in their order, then renamed into place.

    Other files in `out` stay as they are.  The marker comes last, so a folder that has one is whole.  What is made here
    only its owner can read.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=_FOLDER, dir=out.parent))
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", _ELSEWHERE) from error
    try:
        for name, data in files.items():
            _put(unfinished / name, data)
        out.mkdir(mode=0o700, exist_ok=True)
        for name in sorted(files, key=lambda name: name == marker):
            os.replace(unfinished / name, out / name)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", _ELSEWHERE) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _put(path: Path, content: Content) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    path.chmod(0o600)


def put(path: Path, data: bytes) -> None:
    """One file, in place whole or not at all; raises OSError."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
