"""Single files written whole or not at all, readable by their owner as the umask allows and never by all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from hingecheck.errors import OutputExists, UsageError
from hingecheck.results.folder import UNFINISHED

_ELSEWHERE = "Give another path."


def check(targets: Iterable[Path], *, force: bool) -> None:
    """Raise OutputExists if a target is there and must not be replaced, UsageError if it cannot be a file."""
    for target in targets:
        if target.is_dir():
            raise UsageError(f"{target}: is a folder", "Give the name of a file.")
        if target.exists() and not force:
            raise OutputExists(f"{target}: is there already", "Give another path, or replace it with --force.")


def write(files: Mapping[Path, bytes]) -> None:
    """Put each file in place: written beside it under a temporary name (mode 600), then renamed."""
    unfinished: dict[Path, Path] = {}
    try:
        for target, data in files.items():
            handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=target.parent)
            unfinished[target] = Path(name)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
        for target, whole in unfinished.items():
            os.replace(whole, target)
    except OSError as error:
        raise UsageError(f"{target}: cannot be written ({error.strerror})", _ELSEWHERE) from error
    finally:
        for left in unfinished.values():
            left.unlink(missing_ok=True)
