"""Stage 1, read: a video file becomes upright frames with the file's own timestamps.

In: a path.  Out: frames in order of time, in RGB, reduced to HEIGHT_PX, and the facts about the file (`VideoInfo`).
Errors: VideoNotFound or InputError.  PyAV decodes.  Display rotation and non-square pixels are applied.  Frames that
cannot be decoded are counted, not hidden.  No frame is kept, so memory does not grow with the clip.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import queue
import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeVar

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hingecheck.errors import InputError
from hingecheck.records import Bytes, Floats, Frame, VideoInfo
from hingecheck.video import container, planes, seeking
from hingecheck.video.container import PLAYABLE

HEIGHT_PX: Final = 512
"""Largest height of a frame, in pixels.  A lifter fills about half of it, and the pose network sees 256 x 256."""

Item = TypeVar("Item")

DECODE_AHEAD: Final = 8
"""Number of frames that `ahead` makes before they are read."""

_PUT_TIMEOUT_S: Final = 0.1
"""Time after which a waiting decoder checks whether it must stop, in seconds."""


class Video:
    """One clip.  Iterate `frames()` once; then `info()` says what was read."""

    def __init__(self, path: Path) -> None:
        """Check that `path` holds a video that can be decoded; raises VideoNotFound or InputError."""
        self.path = path
        self._times_s: list[float] = []
        self._failed = 0
        self._promised = 0
        self.first_s = 0.0
        """The file's own time, in seconds, of the first frame that `frames()` read.  That frame has time 0 here."""
        with _with_picture(path) as clip:
            self.expected_s = (clip.duration or 0) / av.time_base
            self.expected_frames = _expected_frames(clip.streams.video[0], self.expected_s)
            self.width, self.height, self.rotation_deg = _display_size(clip, path)

    def frames(self, height_px: int = HEIGHT_PX, apart_s: float = 0.0) -> Iterator[Frame]:
        """The frames that can be decoded, in order, at most `height_px` high; raises InputError if there is none.

        `apart_s`: leave out frames that follow the last one given sooner than this; the clip's last frame is given.
        """
        scale = min(1.0, height_px / self.height)
        for time_s, picture in self._apart(apart_s):
            yield Frame(time_s, self._upright(picture, scale), scale)

    def small(self, height_px: int, apart_s: float) -> Iterator[planes.Small]:
        """The same frames as `frames` gives, not in RGB: much cheaper."""
        scale = min(1.0, height_px / self.height)
        for time_s, picture in self._apart(apart_s):
            yield planes.turned(planes.small(picture, time_s, self._stored_size(scale), scale), self.rotation_deg)

    @property
    def frames_read(self) -> int:
        """Number of frames that `frames()` has read so far, those it left out included."""
        return len(self._times_s)

    @property
    def times_s(self) -> Floats:
        """The times of all frames (N,) that `frames()` read, those it left out included, in seconds."""
        return np.array(self._times_s)

    def info(self) -> VideoInfo:
        """The facts about what `frames()` has read."""
        times_s = np.array(self._times_s)
        step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else float("nan")
        return VideoInfo(
            file=self.path.name,
            sha256=_sha256(self.path),
            width=self.width,
            height=self.height,
            duration_s=float(times_s[-1]) + (step_s if len(times_s) > 1 else 0.0),
            frames_read=len(times_s),
            frames_failed=max(self._failed, self._promised - len(times_s)),
            rotation_deg=self.rotation_deg,
            rate_hz=1.0 / step_s,
        )

    def frames_at(self, times_s: Sequence[float]) -> list[Bytes]:
        """The pictures shown at `times_s`, in full size, (h, w, 3) RGB each; none for times after the last frame."""
        found = seeking.frames_at(lambda: _with_picture(self.path), self._decode, times_s)
        pictures = {place: self._upright(frame, 1.0) for place, frame in found}
        return [pictures[place] for place in sorted(pictures)]

    def _apart(self, apart_s: float) -> Iterator[tuple[float, VideoFrame]]:
        """Frames at least this far apart, and the last one, with their times; raises InputError if there is none."""
        self._times_s, self._failed = [], 0
        given_s, left_out = -math.inf, None
        for time_s, picture in self._timed():
            if time_s - given_s >= apart_s - seeking.TIME_TOLERANCE_S:
                given_s, left_out = time_s, None
                yield time_s, picture
            else:
                left_out = picture
        if left_out is not None:
            yield self._times_s[-1], left_out
        if not self._times_s:
            raise InputError(f"{self.path}: holds no frame that can be decoded", PLAYABLE)

    def _timed(self) -> Iterator[tuple[float, VideoFrame]]:
        """The frames with their times in seconds from the first.  A frame that is not later than the last is failed."""
        with _with_picture(self.path) as clip:
            self._promised = clip.streams.video[0].frames
            for picture in self._decode(clip):
                stamp_s = float(picture.time)
                if not self._times_s:
                    self.first_s = stamp_s
                time_s = stamp_s - self.first_s
                if self._times_s and time_s <= self._times_s[-1]:
                    self._failed += 1  # two frames cannot be shown at one moment
                    continue
                self._times_s.append(time_s)
                yield time_s, picture

    def _decode(self, clip: InputContainer) -> Iterator[VideoFrame]:
        """Frames of the first video stream.  Damaged frames and frames without a time are counted, not raised.

        An AVI file only says in which order frames are decoded, not when each is shown.  FFmpeg's guess puts half of
        them in the wrong order.  They leave the decoder in the right order, so that order counts.
        """
        shown = -1
        stream = clip.streams.video[0]
        stream.thread_type = "SLICE"  # frame threads repair damaged frames differently on every run
        packets = clip.demux(stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (FFmpegError, OSError):  # the file breaks off, or the disk fails
                self._failed += 1
                return
            try:
                pictures = packet.decode()
            except (FFmpegError, OSError):
                self._failed += 1
                continue
            for picture in pictures:
                if clip.format.name == "avi":
                    picture.pts = shown = shown + 1 if picture.dts is None else picture.dts
                if picture.time is None or picture.is_corrupt:
                    self._failed += 1
                    continue
                yield picture

    def _upright(self, picture: VideoFrame, scale: float) -> Bytes:
        """The picture (h, w, 3) in RGB, rotated as the file asks, and C-contiguous whatever the padding of its rows."""
        width, height = self._stored_size(scale)
        rgb = picture.reformat(width=width, height=height, format="rgb24").to_ndarray()
        if self.rotation_deg:
            return np.asarray(cv2.rotate(rgb, planes.ROTATIONS[self.rotation_deg]), np.uint8)
        return np.ascontiguousarray(rgb)

    def _stored_size(self, scale: float) -> tuple[int, int]:
        """Width and height of a scaled picture as it is stored, before it is turned upright."""
        width, height = round(self.width * scale), round(self.height * scale)
        return (height, width) if self.rotation_deg % 180 else (width, height)


def ahead(frames: Iterable[Item], most: int = DECODE_AHEAD) -> Generator[Item, None, None]:
    """The frames, made in a thread of their own; up to `most` of them wait to be read."""
    waiting: queue.Queue[Item | BaseException | None] = queue.Queue(maxsize=most)
    stopped = threading.Event()

    def put(item: Item | BaseException | None) -> bool:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                waiting.put(item, timeout=_PUT_TIMEOUT_S)
                return True
        return False

    def make() -> None:
        try:
            for frame in frames:
                if not put(frame):
                    return
            put(None)
        except BaseException as error:  # the reader of the frames raises it
            put(error)

    thread = threading.Thread(target=make, daemon=True)
    thread.start()
    try:
        while (item := waiting.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stopped.set()
        thread.join()


@contextlib.contextmanager
def _with_picture(path: Path) -> Iterator[InputContainer]:
    """The open clip at `path`; raises InputError if it holds no video stream."""
    with container.open_clip(path) as clip:
        if not clip.streams:
            raise InputError(f"{path}: is damaged or cut off: nothing in it can be played", PLAYABLE)
        if not clip.streams.video:
            raise InputError(f"{path}: has no picture, only sound or data", "Give a video of the lift.")
        yield clip


def _expected_frames(stream: VideoStream, expected_s: float) -> int:
    """The number of frames that the file promises, or its duration times its usual rate; 0 if it says neither."""
    return stream.frames or round(expected_s * float(stream.average_rate or 0))


def _display_size(clip: InputContainer, path: Path) -> tuple[int, int, int]:
    """Width and height as displayed, in pixels, and the rotation (0, 90, 180, 270 degrees, counter-clockwise)."""
    stream = clip.streams.video[0]
    try:
        picture = next(clip.decode(stream))
    except (FFmpegError, OSError, StopIteration) as error:
        raise InputError(f"{path}: no frame of it can be decoded", PLAYABLE) from error
    pixel = float(stream.sample_aspect_ratio or 1) or 1.0
    width, height = round(picture.width * pixel), picture.height
    rotation_deg = round(picture.rotation / 90) * 90 % 360
    return (height, width, rotation_deg) if rotation_deg % 180 else (width, height, rotation_deg)


def _sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
