"""Write the files of a result folder.  Either all files are written, or none.

`check` tests, before the analysis, that the folder can be written.  `write` writes all files.  `put` writes one file.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from hingecheck.errors import OutputExists, UsageError

MARKER: Final = "analysis.json"
"""The file that marks a folder as a result."""

RECORD: Final = "clip.json"
"""The file that says how a clip of a batch ended, with or without a result."""

THUMBNAIL: Final = "thumbnail.jpg"
"""A small picture of the result for the list of a batch."""

RESULT: Final = (
    *("angles.csv", "angles.csv-metadata.json", "landmarks.csv", "bar.csv"),
    *("keyframes.png", "annotated.mp4", "report.html", MARKER),
)
"""All files that a result of a clip can have."""

UNFINISHED: Final = ".unfinished-"
"""Start of the name of a file while it is written.  A later run may remove a file that is left over."""

_FOLDER: Final = ".hingecheck-"
"""Start of the name of a folder while it is filled.

It does not contain the name of the result, because that name may already have the greatest length.
"""

LEFT_OVER_S: Final = 10.0
"""Age from which a folder that nobody has locked is left over, in seconds.  Own choice: a program locks its folder as
soon as it has made it."""

_ELSEWHERE: Final = "Give another folder with --out."
_OTHER_OR_FORCE: Final = "Give another folder with --out, or replace it with --force."

Content = bytes | Callable[[Path], None]
"""The content of a file.  If it is too large for the memory: a function that writes it to a path."""


def check(out: Path, *, force: bool, marker: str = MARKER) -> None:
    """Check that a result can be written to the folder `out`.

    `marker` is the file that marks a result of this kind.  Raises OutputExists if `out` holds such a result, unless
    `force` is set.  Raises UsageError if `out` is a file or cannot be written.
    """
    try:
        if os.path.lexists(out) and not out.is_dir():
            raise UsageError(f"{out}: is a file, not a folder", _ELSEWHERE)
        has_result = (out / marker).exists()
        _try(out)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", _ELSEWHERE) from error
    if has_result and not force:
        raise OutputExists(f"{out}: contains a result already", _OTHER_OR_FORCE)


def check_unnamed(out: Path, *, force: bool, marker: str = MARKER) -> None:
    """Check a folder that the user did not name, as `check` does.

    Raises UsageError, too, if the folder exists and is not a result of this kind: its files may be the user's own.
    """
    check(out, force=force, marker=marker)
    if os.path.lexists(out) and not (out / marker).exists():
        raise UsageError(f"{out}: exists already and contains no result", "Give a folder for the results with --out.")


def _try(out: Path) -> None:
    """Try to make a folder in `out` and in the nearest existing folder above it; raises OSError if that fails."""
    above = next((place for place in out.absolute().parents if place.exists()), out.absolute().parent)
    for place in (above, out) if out.exists() else (above,):
        os.rmdir(tempfile.mkdtemp(prefix=_FOLDER, dir=place))


def write(
    out: Path,
    files: Mapping[str, Content],
    *,
    marker: str = MARKER,
    force: bool = True,
    kinds: Collection[str] = (),
) -> None:
    """Write `files` (name: content) into the folder `out`; make the folder if needed.

    1. Write all files, in their order, into a temporary folder beside `out`.  Remove such folders of programs that were
       killed.
    2. Remove the marker of an earlier result, and its files with the names `kinds`.  Rename each new file into `out`,
       the marker last.  So a folder with a marker is complete, and holds the files of one result.

    Other files in `out` stay as they are.  Only the owner can read the new files.  If it is interrupted or fails in
    step 1, nothing is left behind.  Raises UsageError if a file cannot be written, and OutputExists if another program
    has written a result in the meantime and `force` is not set.
    """
    new_folders = [place for place in (out, *out.absolute().parents) if not place.exists()]
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with (
            tempfile.TemporaryDirectory(prefix=_FOLDER, dir=out.parent, ignore_cleanup_errors=True) as unfinished,
            alone(Path(unfinished)),
        ):
            _remove_left_over(out.parent, Path(unfinished).stat().st_mtime)
            for name, data in files.items():  # step 1
                _put(Path(unfinished) / name, data)
            out.mkdir(mode=0o700, exist_ok=True)
            with alone(out):  # step 2
                if not force and (out / marker).exists():
                    raise OutputExists(f"{out}: another program has written a result there", _OTHER_OR_FORCE)
                old = set(kinds).difference(files) if (out / marker).exists() else set()
                _move(Path(unfinished), out, sorted(files, key=lambda name: name == marker), old)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror})", _ELSEWHERE) from error
    finally:
        for place in new_folders:
            with contextlib.suppress(OSError):  # it holds the result
                place.rmdir()


def _remove_left_over(beside: Path, now_s: float) -> None:
    """Remove temporary folders of killed programs: the user's own, not locked by anybody, older than LEFT_OVER_S.

    `now_s`: the time of a new folder there.  Whoever fills a folder locks it, and the system takes the lock off a
    killed program.  Where folders cannot be locked, all stay.
    """
    if sys.platform == "win32":
        return
    import fcntl

    for place in beside.glob(f"{_FOLDER}*"):
        with contextlib.suppress(OSError), contextlib.ExitStack() as opened:
            handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            opened.callback(os.close, handle)
            state = os.fstat(handle)
            if state.st_uid == os.getuid() and state.st_mtime < now_s - LEFT_OVER_S:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(place)


def _move(source: Path, target: Path, files: Sequence[str], old: Collection[str]) -> None:
    """Replace files of a folder.  An interrupt waits for the last of them, so no result is mixed."""
    try:
        _replace(source, target, files, old)
    except KeyboardInterrupt:
        _replace(source, target, [name for name in files if (source / name).exists()], old)
        raise


@contextlib.contextmanager
def alone(*places: Path) -> Iterator[None]:
    """Let no other process move files into these folders, where the system can lock one."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with contextlib.ExitStack() as locks:
        for place in sorted(set(places)):
            handle = os.open(place, os.O_RDONLY)
            locks.callback(os.close, handle)
            with contextlib.suppress(OSError):  # a file system without locks
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _replace(source: Path, target: Path, files: Sequence[str], old: Collection[str]) -> None:
    """Rename files from one folder into another, which loses the `old` ones."""
    if files:  # a mixture of old and new files without the marker is no result
        (target / files[-1]).unlink(missing_ok=True)
    for name in old:
        (target / name).unlink(missing_ok=True)
    for name in files:
        os.replace(source / name, target / name)


def _put(path: Path, content: Content) -> None:
    """Write one file of a folder; only its owner can read it."""
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        content(path)
    path.chmod(0o600)


def put(path: Path, data: bytes) -> None:
    """Write one file: under a temporary name first, then rename it.  So it is never half-written.  Raises OSError."""
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
