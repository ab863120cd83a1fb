"""Takes a clip from the page: streamed to the disk, whole or absent, limited in size and kind.

The name that the page sends is only shown.  The file gets a name of its own in a new folder.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from hingecheck import names
from hingecheck.app.shelf import VIDEOS, Shelf, new_id, plain_name
from hingecheck.batch.intake import SUFFIXES
from hingecheck.errors import HingecheckError
from hingecheck.results.folder import UNFINISHED

LARGEST_BYTES: Final = 2_000_000_000
"""Size from which a clip is refused, in bytes.  Ten minutes of 4K from a phone have about 1.8 GB."""

ROOM_BYTES: Final = 500_000_000
"""Room on the disk that must stay free for results, in bytes."""

HEAD_BYTES: Final = 16
"""Bytes at the beginning of a file that show its kind."""

STARTS: Final = (
    *(
        b"\x1aE\xdf\xa3",
        b"RIFF",
        b"OggS",
        b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",
        b"\x00\x00\x01\xba",
        b"\x00\x00\x01\xb3",
    ),
    b"G",  # a transport stream
)
"""Beginnings of WebM and Matroska, AVI, Ogg, WMV, MPEG and transport streams."""

BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
"""The first box of MP4 and QuickTime files, behind four bytes of its size."""


class Refused(HingecheckError):
    """A clip that is not taken.  `status`: the HTTP status."""

    def __init__(self, status: int, message: str, remedy: str) -> None:
        super().__init__(message, remedy)
        self.status = status


@dataclass(frozen=True, slots=True)
class Taken:
    """A clip that was taken: its id, the name to show, its path below the folder, the hash of its content."""

    id: str
    file: str
    video: str
    sha256: str


def check(name: str, length: int | None, folder: Path, largest: int = LARGEST_BYTES) -> str:
    """The name to show.  Raises Refused for a kind of file that is no video, for one too large, and for a full disk.

    `length`: the size in bytes that the page promises, if it does.
    """
    file = names.shown(PurePosixPath(name.replace("\\", "/")).name) or "clip"
    if PurePosixPath(name).suffix.lower() not in SUFFIXES:
        raise Refused(415, f"{file}: is not a video", f"Drop a video: {', '.join(sorted(SUFFIXES))}.")
    if length is not None and length >= largest:
        raise too_large(file, largest)
    if shutil.disk_usage(folder).free < ROOM_BYTES + (length or 0):
        raise Refused(507, f"{file}: there is no room for it on the disk", "Free disk space, then drop the clip again.")
    return file


def too_large(file: str, largest: int = LARGEST_BYTES) -> Refused:
    """The refusal of a file that is too large."""
    return Refused(
        413, f"{file}: is larger than {largest / 1e9:g} GB", "Cut the clip to one set, or export it smaller (1080p)."
    )


async def take(
    name: str, length: int | None, body: AsyncIterator[bytes], shelf: Shelf, largest: int = LARGEST_BYTES
) -> Taken:
    """Write the clip that `body` brings into a folder of its own.  If anything fails, nothing is left.

    Raises Refused, and whatever ends the stream.
    """
    file = check(name, length, shelf.folder, largest)
    clip_id = new_id()
    unfinished = shelf.folder / VIDEOS / f"{UNFINISHED}{clip_id}"
    try:
        unfinished.mkdir(mode=0o700)
        video = unfinished / plain_name(name)
        digest = await _write(video, body, (file, length, largest))
        unfinished.rename(shelf.folder / VIDEOS / clip_id)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    return Taken(clip_id, file, f"{VIDEOS}/{clip_id}/{video.name}", digest)


async def _write(video: Path, body: AsyncIterator[bytes], facts: tuple[str, int | None, int]) -> str:
    """Write the stream to a file; returns its SHA-256.  Raises Refused if it is no video, too large or cut off."""
    (file, length, largest), digest, size = facts, hashlib.sha256(), 0
    head = b""
    with video.open("xb") as target:
        async for chunk in body:
            size += len(chunk)
            if size >= largest:
                raise too_large(file, largest)
            if len(head) < HEAD_BYTES:
                head += chunk[:HEAD_BYTES]
                if len(head) >= HEAD_BYTES and not is_video(head):
                    break
            digest.update(chunk)
            try:
                target.write(chunk)
            except OSError as error:
                what = f"{file}: cannot be written ({error.strerror})"
                raise Refused(507, what, "Free disk space, then drop the clip again.") from error
    if not is_video(head):
        raise Refused(415, f"{file}: is not a video", "Drop the video file that the phone or the camera made.")
    if length is not None and size != length:
        raise Refused(400, f"{file}: did not arrive whole", "Drop the clip again.")
    return digest.hexdigest()


def is_video(head: bytes) -> bool:
    """True if a file that begins with these bytes may be a video."""
    return head.startswith(STARTS) or head[4:8] in BOXES or head[4:5] == b"G"


def remove_unfinished(folder: Path) -> None:
    """Remove what uploads left that were cut off when the app was killed."""
    for place in (folder / VIDEOS).glob(f"{UNFINISHED}*"):
        with contextlib.suppress(OSError):
            shutil.rmtree(place)
