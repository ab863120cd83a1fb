"""The video that an analysis was made of: found beside it or given, and tied to it by its hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hingecheck import names
from hingecheck.errors import ResultUnreadable, VideoNotFound
from hingecheck.records.stored import Stored


def checked(stored: Stored, given: Path | None) -> Path | None:
    """The video, its hash compared; None if it is not there.

    Looked for under its own name in the folder of the analysis and in the one above.  Raises VideoNotFound if `given`
    is no file, ResultUnreadable if the hashes differ.
    """
    path = given if given is not None else _beside(stored)
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise VideoNotFound(f"{path}: cannot be read ({error.strerror})", "Check the path after --video.") from error
    if digest != stored.video.sha256:
        raise ResultUnreadable(
            f"{path}: is not the video that {stored.path} was made of (their hashes differ)",
            "The analysis or the video has been changed, or belongs to another one: analyze this video again, or give "
            "the right one with --video.",
        )
    return path


def _beside(stored: Stored) -> Path | None:
    folder = stored.path.resolve().parent
    paths = [above / stored.video.file for above in (folder, folder.parent)]
    if names.UNREADABLE in stored.video.file:  # the file's own name may hold bytes that the result could not
        near = [path for above in (folder, folder.parent) for path in sorted(above.iterdir())]
        paths += [path for path in near if names.readable(path.name) == stored.video.file]
    return next((path for path in paths if path.is_file()), None)
