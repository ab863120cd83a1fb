"""The result folder: all files or none."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hingecheck.errors import OutputExists, UsageError

MARKER: Final = "analysis.json"
UNFINISHED: Final = ".unfinished-"
"""How a file is named that `put` is writing; one that is left over may be removed."""


def check(out: Path, *, force: bool) -> None:
    """Raise OutputExists if `out` holds a result that must not be replaced, UsageError if it is no folder."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out}: is a file, not a folder", "Give another folder with --out.")
    if (out / MARKER).exists() and not force:
        raise OutputExists(
            f"{out}: holds a result already", "Give another folder with --out, or replace it with --force."
        )


def write(out: Path, files: Mapping[str, bytes]) -> None:
    """Put `files` into `out`, made if needed: written beside it first, then renamed into place.

    Other files in `out` stay as they are.  The marker comes last, so a folder that has one is whole.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", "Give another folder with --out.") from error
    try:
        for name, data in files.items():
            (unfinished / name).write_bytes(data)
        out.mkdir(exist_ok=True)
        for name in sorted(files, key=lambda name: name == MARKER):
            os.replace(unfinished / name, out / name)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", "Give another folder with --out.") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def put(path: Path, data: bytes) -> None:
    """One file, in place whole or not at all; raises OSError."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o644)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
