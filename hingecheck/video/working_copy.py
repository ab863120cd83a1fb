"""A small copy of a clip: decoding the phone's file once is enough for everything that looks at whole pictures.

In: the frames of a clip, in order of time.  Out: the same frames, and later any part of them again.  Why: a phone
records up to 240 large pictures a second.  Measuring and drawing need at most 30 small ones, but they need them twice
and from several places at once.

The copy is H.264 with a key frame every half second, in a temporary file without a name.  So nothing stays behind,
whatever ends the program.  The pictures are a little coarser than the clip's: see `QUALITY`.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from types import SimpleNamespace
from typing import IO, Any, Final

import av
import cv2
import numpy as np

from hingecheck.errors import InputError
from hingecheck.records import Frame

APART_S: Final = 0.03
"""Smallest time between two pictures of the copy, in seconds: of 60, 120 and 240 Hz it keeps 30, of 50 Hz 25."""

LARGEST_PX, SCALED_PX = 1280, 960
"""A picture with a longer side over LARGEST_PX is scaled to SCALED_PX.  Scaling by less costs more than it saves."""

QUALITY: Final = {"preset": "ultrafast", "qp": "16", "tune": "fastdecode"}
"""Options of the encoder.  On a phone clip the copy differs from the scaled clip by 2 of 255 grey levels (root mean
square), most of it colour that H.264 stores for two by two pixels.  Ten minutes take about 450 MB."""

KEY_EVERY: Final = 15
"""Number of pictures from one key frame to the next: half a second at 30 Hz."""

_RATE: Final = 30
"""Rate of the copy's own time, in Hz: picture i has the time i / _RATE in the file, and its true time beside it."""


def height_px(width: int, height: int) -> int:
    """Height in pixels of the copy of a clip of `width` by `height` pixels."""
    longest = max(width, height)
    return height if longest <= LARGEST_PX else round(SCALED_PX * height / longest)


class WorkingCopy:
    """A copy of one clip.  Use it in a `with` statement; it is empty until `kept` has been read to the end."""

    def __init__(self) -> None:
        """An empty copy."""
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()
        self._times_s: list[float] = []
        self._scale = 1.0
        self.first_s = 0.0
        """The clip's own time, in seconds, of its first frame."""

    def __enter__(self) -> WorkingCopy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the copy."""
        if self._file is not None:
            self._file.close()
        self._file, self._times_s = None, []

    @property
    def empty(self) -> bool:
        """True if no clip was copied."""
        return not self._times_s

    @property
    def times_s(self) -> list[float]:
        """The times of the copy's pictures, in seconds."""
        return self._times_s

    def kept(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """The same frames, each copied.  Raises InputError if the disk has no room for the copy."""
        self.close()
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  # it lives as long as the copy
        times_s: list[float] = []
        try:
            with av.open(_handle(self._file), "w", format="mp4") as film:
                stream = None
                for frame in frames:
                    stream = stream or _stream(film, frame)
                    self._scale = frame.scale
                    film.mux(stream.encode(_encodable(frame, len(times_s))))
                    times_s.append(frame.time_s)
                    yield frame
                if stream is not None:
                    film.mux(stream.encode())
        except OSError as error:
            raise InputError(
                f"the temporary folder {tempfile.gettempdir()} has no room for a working copy of the clip",
                "Free some space there, or name another folder in the environment variable TMPDIR.",
            ) from error
        self._times_s = times_s

    def frames(self, wanted: Sequence[int] | None = None) -> Iterator[Frame]:
        """The pictures at these indices, which must grow; all pictures without them."""
        indices = range(len(self._times_s)) if wanted is None else wanted
        if not len(indices) or self._file is None:
            return
        left = iter(indices)
        index = first = next(left)
        with av.open(_Reader(self._file, self._lock), "r", format="mp4") as clip:
            stream = clip.streams.video[0]
            stream.codec_context.thread_count = 1
            base = stream.time_base or Fraction(1)
            clip.seek(round(Fraction(first, _RATE) / base), stream=stream)
            for picture in clip.decode(stream):
                if round(Fraction(picture.pts or 0) * base * _RATE) != index:
                    continue
                yield Frame(self._times_s[index], _rgb(picture), self._scale)
                index = next(left, -1)
                if index < 0:
                    return


class _Reader:
    """Reads the file from its own place, so that several readers do not disturb each other."""

    def __init__(self, file: IO[bytes], lock: threading.Lock) -> None:
        self._file, self._lock, self._at = file, lock, 0

    def read(self, count: int) -> bytes:
        with self._lock:
            self._file.seek(self._at)
            data = self._file.read(count)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        with self._lock:
            start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.seek(0, os.SEEK_END)}[whence]
        self._at = start + offset
        return self._at

    def tell(self) -> int:
        return self._at


def _handle(file: IO[bytes]) -> Any:
    """The open file without its name, for the writer."""
    return SimpleNamespace(write=file.write, seek=file.seek, tell=file.tell)


def _stream(film: Any, frame: Frame) -> Any:
    """The copy's picture stream, sized for pictures like that of `frame`."""
    stream: Any = film.add_stream("libx264", rate=_RATE)
    stream.height, stream.width = (size // 2 * 2 for size in frame.rgb.shape[:2])
    stream.pix_fmt, stream.options = "yuv420p", QUALITY
    stream.codec_context.gop_size, stream.codec_context.thread_count = KEY_EVERY, 1
    return stream


def _encodable(frame: Frame, index: int) -> av.VideoFrame:
    """The frame in the encoder's colours.  H.264 stores colour for two by two pixels: an odd column or row is cut."""
    height, width = (size // 2 * 2 for size in frame.rgb.shape[:2])
    yuv = np.asarray(cv2.cvtColor(np.ascontiguousarray(frame.rgb[:height, :width]), cv2.COLOR_RGB2YUV_I420), np.uint8)
    picture = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
    picture.pts, picture.time_base = index, Fraction(1, _RATE)
    return picture


def _rgb(picture: av.VideoFrame) -> Any:
    """The picture (h, w, 3) in RGB, with the same conversion as `_encodable`."""
    return cv2.cvtColor(picture.to_ndarray(), cv2.COLOR_YUV2RGB_I420)
