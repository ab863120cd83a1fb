"""A small copy of a clip: decoding the phone's file once is enough for everything that looks at whole pictures.

In: small pictures of a clip, in order of time.  Out: the same pictures, and later any of them again, in RGB.  Why: a
phone records up to 240 large pictures a second.  Measuring and drawing need at most 30 small ones, but they need them
twice and from several places at once.

The copy is MPEG-4 with a key frame every half second, in a temporary file without a name.  So nothing stays behind,
whatever ends the program.  The pictures are a little coarser than the clip's: see `QUALITY`.  Thumbnails wait in a
second such file while the pose network needs the memory.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final

import av
import numpy as np
from av.error import PyAVCallbackError

from hingecheck.errors import InputError
from hingecheck.records import Frame, Thumbnails
from hingecheck.video import container
from hingecheck.video.planes import Small

APART_S: Final = 0.03
"""Smallest time between two pictures of the copy, in seconds: of 60, 120 and 240 Hz it keeps 30, of 50 Hz 25."""

LARGEST_PX, SCALED_PX = 1280, 960
"""A picture with a longer side over LARGEST_PX is scaled to SCALED_PX.  Scaling by less costs more than it saves."""

CODEC: Final = "mpeg4"
"""The encoder: a quarter less work than x264's fastest, and half the work to decode."""

QUALITY: Final = {"flags": "+qscale", "global_quality": "236", "motion_est": "zero"}
"""Options of the encoder: its second best quality (2 of 118 each).  On a phone clip the brightness of the copy differs
from that of the scaled clip by 1.6 of 255 grey levels (root mean square).  Ten minutes take about 500 MB."""

KEY_EVERY: Final = 15
"""Number of pictures from one key frame to the next: half a second at 30 Hz."""

_RATE: Final = 30
"""Rate of the copy's own time, in Hz: picture i has the time i / _RATE in the file, and its true time beside it."""


def height_px(width: int, height: int) -> int:
    """Height in pixels of the copy of a clip of `width` by `height` pixels."""
    longest = max(width, height)
    return height if longest <= LARGEST_PX else max(2, round(SCALED_PX * height / longest))


class WorkingCopy:
    """A copy of one clip.  Use it in a `with` statement; it is empty until `kept` has been read to the end."""

    def __init__(self) -> None:
        """An empty copy."""
        self._file: IO[bytes] | None = None
        self._aside: IO[bytes] | None = None
        self._lock = threading.Lock()
        self._times_s: list[float] = []
        self._scale, self._bt709 = 1.0, False
        self.first_s = 0.0
        """The clip's own time, in seconds, of its first frame."""

    def __enter__(self) -> WorkingCopy:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the copy."""
        for file in (self._file, self._aside):
            if file is not None:
                file.close()
        self._file, self._aside, self._times_s = None, None, []

    @property
    def empty(self) -> bool:
        """True if no clip was copied."""
        return not self._times_s

    @property
    def times_s(self) -> list[float]:
        """The times of the copy's pictures, in seconds."""
        return self._times_s

    def kept(self, pictures: Iterable[Small]) -> Iterator[Small]:
        """The same pictures, each copied.  Raises InputError if the disk has no room for the copy."""
        self.close()
        self._file = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # it lives as long as the copy
        times_s: list[float] = []
        try:
            with av.open(container.written(self._file), "w", format="mp4") as film:
                stream = None
                for picture in pictures:
                    stream = stream or _stream(film, picture)
                    self._scale, self._bt709 = picture.scale, picture.bt709
                    film.mux(stream.encode(_encodable(picture, len(times_s))))
                    times_s.append(picture.time_s)
                    yield picture
                if stream is not None:
                    film.mux(stream.encode())
        except (OSError, PyAVCallbackError) as error:
            raise _no_room() from error
        self._times_s = times_s

    def put_aside(self, small: Thumbnails) -> None:
        """Keep thumbnails of the clip in a second file.  Raises InputError if the disk has no room for them."""
        self._aside = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115  # it lives as long as the copy
        try:
            np.savez(self._aside, time_s=small.time_s, grey=small.grey, place=(small.scale, *small.origin_px))
        except OSError as error:
            raise _no_room() from error

    def taken_back(self) -> Thumbnails:
        """The thumbnails that were put aside."""
        assert self._aside is not None
        self._aside.seek(0)
        with np.load(self._aside, allow_pickle=False) as stored:
            scale, *origin_px = stored["place"].tolist()
            return Thumbnails(stored["time_s"], stored["grey"], scale, (origin_px[0], origin_px[1]))

    def frames(self, wanted: Sequence[int] | None = None) -> Iterator[Frame]:
        """The pictures at these indices, which must all grow or all fall; all pictures without them."""
        indices = range(len(self._times_s)) if wanted is None else wanted
        if not len(indices) or self._file is None:
            return
        if indices[0] > indices[-1]:
            for begin in range(0, len(indices), KEY_EVERY):
                yield from reversed(list(self.frames(indices[begin : begin + KEY_EVERY][::-1])))
            return
        with self._own_place(self._file) as file, av.open(file, "r", format="mp4") as clip:
            stream = clip.streams.video[0]
            stream.codec_context.thread_count = 1
            base = stream.time_base or Fraction(1)
            for run in _runs(indices):
                left = iter(run)
                index = next(left)
                clip.seek(round(Fraction(index, _RATE) / base), stream=stream)
                for picture in clip.decode(stream):
                    if round(Fraction(picture.pts or 0) * base * _RATE) != index:
                        continue
                    yuv = np.asarray(picture.to_ndarray(), np.uint8)
                    yield Small(self._times_s[index], yuv, self._scale, self._bt709).frame()
                    index = next(left, -1)
                    if index < 0:
                        break

    @contextlib.contextmanager
    def _own_place(self, file: IO[bytes]) -> Iterator[Any]:
        """The file, to be read from a place of its own: opened once more, where a system opens files without a name.

        Then its methods are not Python, and no interrupt is lost in them (`container.written`).
        """
        try:
            own = Path(f"/proc/self/fd/{file.fileno()}").open("rb", buffering=0)  # noqa: SIM115  # it is closed below
        except OSError:
            yield _Reader(file, self._lock)
            return
        with own:
            yield own

    @property
    def scale(self) -> float:
        """Pixels of the copy per display pixel."""
        return self._scale

    def frames_at(self, times_s: Sequence[float]) -> list[Frame]:
        """The pictures nearest to these times, in their order."""
        nearest = [int(np.abs(np.array(self._times_s) - time_s).argmin()) for time_s in times_s]
        found = dict(zip(sorted({*nearest}), self.frames(sorted({*nearest})), strict=True))
        return [found[index] for index in nearest]


def _no_room() -> InputError:
    """The error of a disk that has no room for the copy or the thumbnails."""
    return InputError(
        f"the temporary folder {tempfile.gettempdir()} has no room for a working copy of the clip",
        "Free some space there, or name another folder in the environment variable TMPDIR.",
    )


def _runs(indices: Sequence[int]) -> list[Sequence[int]]:
    """The growing indices in runs without a gap that is worth a jump to another key frame."""
    gaps = [place for place in range(1, len(indices)) if indices[place] - indices[place - 1] > 2 * KEY_EVERY]
    return [indices[begin:end] for begin, end in pairwise([0, *gaps, len(indices)])]


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


def _stream(film: Any, picture: Small) -> Any:
    """The copy's picture stream, sized for pictures like this one."""
    stream: Any = film.add_stream(CODEC, rate=_RATE)
    stream.height, stream.width = picture.grey.shape
    stream.pix_fmt, stream.options = "yuv420p", QUALITY
    stream.codec_context.gop_size, stream.codec_context.thread_count = KEY_EVERY, 1
    return stream


def _encodable(picture: Small, index: int) -> av.VideoFrame:
    """The picture as the encoder takes it."""
    frame = av.VideoFrame.from_ndarray(picture.yuv, format="yuv420p")
    frame.pts, frame.time_base = index, Fraction(1, _RATE)
    return frame
