"""Opens video files for reading and writing, by handle and never by name.

In: a path.  Out: an open PyAV container.  Errors: VideoNotFound or InputError, with what to do.  Why a handle: FFmpeg
takes a name for an address.  `http:host.mp4` would open a connection, and `concatf:list.mp4` would open other files.
So FFmpeg gets an open file without its name, may open nothing else, and reads only formats that lie in one file.
"""

from __future__ import annotations

import contextlib
import errno
import re
import stat
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import IO, Any, BinaryIO, Final

import av
from av.container import InputContainer, OutputContainer
from av.error import ArgumentError, FFmpegError, PyAVCallbackError

from hingecheck.errors import InputError, VideoNotFound
from hingecheck.records import Limits

PLAYABLE: Final = "Give a video that your player shows (MP4, MOV, MKV, WebM); if it plays, record or export it again."
"""What to do about a file that cannot be read as a video."""

FORMATS: Final = (
    *("mov", "matroska", "avi", "mpegts", "mpeg", "asf", "ogg", "flv", "mxf", "wtv", "nut", "rm", "dv", "ivf", "gif"),
    *("mjpeg", "mpegvideo", "m4v", "h264", "hevc", "obu", "yuv4mpegpipe"),
)
"""FFmpeg's names of the formats that hold a whole video in one file.  Playlists are left out."""

DECODERS: Final = (
    *("h264", "hevc", "libdav1d", "av1", "vp8", "vp9", "libvpx", "libvpx-vp9", "mpeg4", "mjpeg", "prores", "dnxhd"),
    *("mpeg1video", "mpeg2video", "mpegvideo", "h263", "h263p", "h263i", "flv", "wmv1", "wmv2", "wmv3", "vc1", "gif"),
    *("msmpeg4", "msmpeg4v1", "msmpeg4v2", "dvvideo", "cfhd", "ffv1", "ffvhuff", "huffyuv", "utvideo", "rawvideo"),
    *("theora", "rv30", "rv40", "svq1", "svq3", "cinepak"),
)
"""FFmpeg's names of the picture decoders that may run: those of cameras, phones and editing programs."""

SOUND_DECODERS: Final = (
    *("aac", "aac_latm", "ac3", "eac3", "mp1", "mp1float", "mp2", "mp2float", "mp3", "mp3float", "opus", "libopus"),
    *("vorbis", "flac", "alac", "amrnb", "amrwb", "wmav1", "wmav2", "wmapro", "dca", "adpcm_ima_qt", "adpcm_ima_wav"),
    *("adpcm_ms", "pcm_alaw", "pcm_mulaw", "pcm_s8", "pcm_u8", "pcm_s16be", "pcm_s16le", "pcm_s24be", "pcm_s24le"),
    *("pcm_s32be", "pcm_s32le", "pcm_f32le", "pcm_f32be", "pcm_dvd", "pcm_bluray"),
)
"""FFmpeg's names of the sound decoders that may run."""

_ONE_FILE: Final = {
    "format_whitelist": ",".join(FORMATS),
    "protocol_whitelist": "none",
    "codec_whitelist": ",".join((*DECODERS, *SOUND_DECODERS)),
}
"""FFmpeg's options: no protocol is called `none`, so a format that asks for another file or an address gets nothing."""

_LIST: Final = re.compile(
    rb"(\xef\xbb\xbf)?\s*(#EXTM3U|ffconcat|\[playlist\]|<asx|<smil|v=0\s+o=)|.*(<MPD|<SmoothStreamingMedia)",
    re.DOTALL | re.IGNORECASE,
)
"""How lists of other files begin: M3U, ffconcat, PLS, ASX, SMIL, SDP, DASH, Smooth Streaming."""

_ADDRESS: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+([^/].*)")
"""An address.  A path object has made one slash of its two."""

_HEAD_BYTES: Final = 4096
"""Number of bytes at the beginning of a file in which such a list is recognised."""

_UNFINISHED: Final = re.compile(rb".{4}(ftyp|mdat|free|wide|skip)", re.DOTALL)
"""How MP4 and MOV files begin.  Their index, the box `moov`, is written last: an unfinished one has none."""

_BUFFER_BYTES: Final = 1 << 18
"""Number of bytes that FFmpeg reads at once."""


@contextlib.contextmanager
def open_clip(path: Path, most_pixels: int = Limits().pixels) -> Iterator[InputContainer]:
    """The video file at `path`, open for reading; raises VideoNotFound or InputError.

    `most_pixels`: FFmpeg decodes no picture with more.
    """
    check(path)
    with _opened(path) as file, _demuxed(path, file, most_pixels) as container:
        yield container


@contextlib.contextmanager
def create_film(path: Path, options: Mapping[str, str]) -> Iterator[OutputContainer]:
    """A new MP4 file at `path`, open for writing; `options`: those of FFmpeg's MP4 writer.  Raises OSError.

    The film is closed in a thread of its own.  FFmpeg then calls Python, to read the film again, and crashes if that
    call raises an interrupt.  Python raises interrupts in the main thread only.
    """
    with path.open("wb", buffering=0) as file, ThreadPoolExecutor(max_workers=1) as closing:

        def reopen(_url: str, _flags: int, _options: object) -> BinaryIO:
            """Open the film itself: the writer reads it again to move the index to the front."""
            return path.open("rb")

        try:
            film = av.open(written(file), "w", format="mp4", options=dict(options), io_open=reopen)
            try:
                yield film
            finally:
                closing.submit(film.close).result()
        except PyAVCallbackError as error:
            raise OSError(errno.EIO, "the disk is full, or fails") from error


def written(file: BinaryIO | IO[bytes]) -> Any:
    """An open file without a buffer, for PyAV to write to.

    PyAV loses every exception that its calls of Python raise, but for the first OSError: it raises PyAVCallbackError in
    place of later ones, and prints and forgets an interrupt.  The methods of a file without a buffer are not Python, so
    an interrupt waits until PyAV has returned.
    """
    return SimpleNamespace(write=file.write, seek=file.seek, tell=file.tell)


def check(path: Path) -> None:
    """Raise VideoNotFound if there is no file at `path`, InputError if it is no file or is empty."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        address = _ADDRESS.match(str(path))
        if address:
            raise VideoNotFound(
                f"{address[1]}://{address[2]}: is an address, and hingecheck opens no connection",
                "Save the video on this machine, and give the file.",
            ) from error
        raise VideoNotFound(f"{path}: no such file", "Check the spelling and the folder.") from error
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{path}: is a folder, not a video", "Give one video file.")
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path}: is a pipe or a device, not a file", "Save the video to a file first.")
    if status.st_size == 0:
        raise InputError(f"{path}: is empty (0 bytes)", "Copy it from the phone again.")


def _opened(path: Path) -> BinaryIO:
    """The file at `path`, open for reading without a buffer; raises InputError."""
    try:
        return path.open("rb", buffering=0)
    except OSError as error:
        raise _unreadable(path, error) from error


def _demuxed(path: Path, file: BinaryIO, most_pixels: int) -> InputContainer:
    """The open file as a container; raises InputError if it is no video.  No larger pictures are decoded.

    FFmpeg calls the methods of the file itself: it would lose a signal that arrives during a method written in Python.
    """
    handle = SimpleNamespace(read=file.read, seek=file.seek, tell=file.tell)
    head = b""
    try:
        head = file.read(_HEAD_BYTES)
        file.seek(0)
        return av.open(
            handle,
            "r",
            container_options=_ONE_FILE,
            options={"max_pixels": str(most_pixels)},
            buffer_size=_BUFFER_BYTES,
            metadata_errors="replace",
        )
    except (FFmpegError, OSError) as error:
        if _LIST.match(head):
            raise InputError(
                f"{path}: is a list of other files, not a video", "Give the video files themselves, one at a time."
            ) from error
        if _UNFINISHED.match(head) and not isinstance(error, ArgumentError):
            raise InputError(
                f"{path}: the recording was not finished, or only a part of it was copied (it has no index)",
                "Copy it from the phone again. If it does not play there either, record it again.",
            ) from error
        reason = "not in a format of videos" if isinstance(error, ArgumentError) else error.strerror or error
        raise InputError(f"{path}: cannot be read as a video ({reason})", PLAYABLE) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    """The error for a file that the system refuses to open."""
    reason = error.strerror if isinstance(error, OSError) else error
    return InputError(f"{path}: cannot be opened ({reason})", "Check the path and your permission to read the file.")
