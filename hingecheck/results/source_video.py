"""Find the video that an analysis was made from, and check by its hash that it is the same video."""

from __future__ import annotations

import hashlib
from pathlib import Path

from hingecheck import names
from hingecheck.errors import ResultUnreadable, VideoNotFound
from hingecheck.records.stored import Stored


def checked(stored: Stored, given: Path | None) -> Path | None:
    """The path of the analyzed video, after its hash has been compared; None if the video is not found.

    The video is `given`.  If `given` is None, it is the file with the video's name in the folder of the analysis or in
    the folder above.  Raises VideoNotFound if the file cannot be read, and ResultUnreadable if the hashes differ.
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
            f"{path}: is not the video that {stored.path} was made from (their hashes differ)",
            "The video or the analysis was changed, or they do not belong together. Analyze this video again, or give "
            "the right video with --video.",
        )
    return path


def _beside(stored: Stored) -> Path | None:
    """The file with the video's name in the folder of the analysis or in the one above; None without one."""
    folder = stored.path.resolve().parent
    paths = [above / stored.video.file for above in (folder, folder.parent)]
    if names.UNREADABLE in stored.video.file:  # the real name has bytes that JSON cannot store
        nearby = [path for above in (folder, folder.parent) for path in sorted(above.iterdir())]
        paths += [path for path in nearby if names.readable(path.name) == stored.video.file]
    return next((path for path in paths if path.is_file()), None)
