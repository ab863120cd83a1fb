"""Write single files that are not part of a result folder, for example a PDF report.

A file is written completely or not at all.  Only its owner can read it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from hingecheck.errors import OutputExists, UsageError
from hingecheck.results.folder import UNFINISHED, alone

_ELSEWHERE = "Give another path."


def check(targets: Iterable[Path], *, force: bool) -> None:
    """Check that the files `targets` can be written.

    Raises UsageError if a target is a folder.  Raises OutputExists if it exists, unless `force` is set.
    """
    for target in targets:
        if target.is_dir():
            raise UsageError(f"{target}: is a folder", "Give the name of a file.")
        if target.exists() and not force:
            raise OutputExists(f"{target}: exists already", "Give another path, or replace it with --force.")


def write(files: Mapping[Path, bytes], *, force: bool) -> None:
    """Write `files` (path: content).  Raises UsageError if one cannot be written.

    1. Write every file under a temporary name beside its path.  Its mode is 600: only the owner can read it.
    2. Check once more that no other program has written one (`check`).  Rename every file to its path.
    """
    unfinished: dict[Path, Path] = {}
    try:
        for target, data in files.items():  # step 1
            handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=target.parent)
            unfinished[target] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        with alone(*(target.parent.resolve() for target in files)):  # step 2
            check(files, force=force)
            for target, whole in unfinished.items():
                os.replace(whole, target)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror})", _ELSEWHERE) from error
    finally:
        for path in unfinished.values():
            path.unlink(missing_ok=True)
