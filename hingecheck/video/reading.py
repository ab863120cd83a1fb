"""Stage 1, read: a video file becomes upright frames with the file's own timestamps.

In: a path, and what the user says about the clip (`Repairs`).  Out: frames in order of time, in RGB, reduced to
HEIGHT_PX, and the facts about the file (`VideoInfo`).  Errors: VideoNotFound or InputError.  PyAV decodes.

The right one of several streams is taken (`streams`).  Rotation, mirror and non-square pixels are applied
(`orientation`), high dynamic range is toned down (`tones`), and times that a file says badly are repaired (`stamps`).
Frames that cannot be decoded are counted, not hidden (`quality`).  No frame is kept, so memory does not grow with the
clip.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame

from hingecheck import texts
from hingecheck.errors import InputError
from hingecheck.records import Bytes, Floats, Frame, Limits, Repairs, VideoInfo
from hingecheck.video import (
    container,
    cuts,
    decoding,
    frozen,
    jumps,
    planes,
    quality,
    seeking,
    sizes,
    sparing,
    stamps,
    streams,
)
from hingecheck.video.container import PLAYABLE

HEIGHT_PX: Final = 512
"""Largest height of a frame, in pixels.  A lifter fills about half of it, and the pose network sees 256 x 256."""

MOST_LATE: Final = 50
"""Number of frames after the longest duration that are damage.  More show that the clip is longer."""


class Video:
    """One clip.  Iterate `frames()` once; then `info()` says what was read."""

    def __init__(self, path: Path, repairs: Repairs | None = None, limits: Limits | None = None) -> None:
        """Check that `path` holds a video that can be decoded; raises VideoNotFound or InputError."""
        self.path, self.repairs, self.limits = path, repairs or Repairs(), limits or Limits()
        self._times_s: list[float] = []
        self._losses = decoding.Losses()
        self._cuts, self._frozen, self._jumps = cuts.Watcher(), frozen.Watcher(), jumps.Watcher()
        self.first_s = 0.0
        """The file's own time, in seconds, of the first frame that `frames()` read.  That frame has time 0 here."""
        self._index, self._tags = _chosen(path, self.limits)
        with self._opened() as clip:
            self.expected_s = _promised_s(clip, self._index) / self.repairs.slow_motion
            self._promised = _promised_frames(clip, self._index)
            rate_hz = float(streams.at(clip, self._index).average_rate or 0) * self.repairs.slow_motion
            self.expected_frames = self._promised or round(self.expected_s * rate_hz)
            """Number of frames that the file promises, or its duration times its usual rate; 0 if it says neither."""
            form = decoding.form(clip, self._index)
        if form is None:
            raise InputError(f"{path}: no frame of it can be decoded", PLAYABLE)
        self._form = form
        self._upright_by = form.asked.turned(self.repairs.turn_deg)
        sides = (form.width, form.height)
        self.width, self.height = sides[::-1] if self._upright_by.rotation_deg % 180 else sides
        sizes.check_sides(path, self.width, self.height)
        if self.expected_s > self.limits.duration_s:
            raise sizes.too_long(path, self.limits)

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
        self._cuts, self._frozen, self._jumps = cuts.Watcher(), frozen.Watcher(), jumps.Watcher()
        for time_s, picture in self._apart(apart_s):
            small = planes.small(picture, time_s, self._stored_size(scale), scale)
            coarse, _ = planes.coarse(small.grey)
            self._cuts.watch(time_s, coarse)
            self._frozen.watch(time_s, coarse)
            self._jumps.watch(time_s, coarse)
            yield planes.upright(small, self._upright_by)

    @property
    def form(self) -> decoding.Form:
        """What the clip's pictures are like in the file."""
        return self._form

    @property
    def frames_read(self) -> int:
        """Number of frames that `frames()` has read so far, those it left out included."""
        return len(self._times_s)

    @property
    def times_s(self) -> Floats:
        """The times of all frames (N,) that `frames()` read, those it left out included, in seconds."""
        return np.array(self._times_s)

    @property
    def cuts_s(self) -> tuple[float, ...]:
        """The times of the first frames after a cut that `small()` found, in seconds."""
        return tuple(self._cuts.times_s)

    @property
    def jumps_s(self) -> tuple[float, ...]:
        """The times of the first frames after what may be a jump in the same view, in seconds."""
        return tuple(self._jumps.times_s)

    def new_s(self, time_s: Floats) -> Floats:
        """Those of the times (N,) at which the pictures that `small()` read show something new, in seconds."""
        return frozen.new(time_s, self._frozen.spans_s)

    def info(self) -> VideoInfo:
        """The facts about what `frames()` has read."""
        read, stamped = self._read(), self._stamps.note
        return VideoInfo(
            file=self.path.name,
            sha256=_sha256(self.path),
            width=self.width,
            height=self.height,
            duration_s=float(read.times_s[-1]) + (read.step_s if len(read.times_s) > 1 else 0.0),
            frames_read=len(read.times_s),
            frames_failed=read.failed,
            rotation_deg=self._form.asked.rotation_deg,
            rate_hz=1.0 / read.step_s,
            mirrored=self._form.asked.mirrored,
            repairs=self.repairs,
            gaps_s=quality.gaps_s(read.new_s, read.step_s),
            cuts_s=self.cuts_s,
            notes=(
                *quality.cut(self.cuts_s),
                *quality.losses(read),
                *([stamped] if stamped else []),
                *quality.limits(read, self._tags),
            ),
        )

    def lost(self) -> str:
        """What is lost of the clip, in words, after `frames()` has been read; "" if nothing that matters is."""
        return "; ".join(map(texts.reason, quality.grave(self._read()))) if self._times_s else ""

    def frames_at(self, times_s: Sequence[float]) -> list[Bytes]:
        """The pictures shown at `times_s`, in full size, (h, w, 3) RGB each; none for times after the last frame."""
        if self._stamps.changed:
            wanted = sorted((time_s, place) for place, time_s in enumerate(times_s))
            pictures = {}
            for time_s, picture in self._timed([], decoding.Losses()):
                while wanted and time_s >= wanted[0][0] - seeking.TIME_TOLERANCE_S:
                    pictures[wanted.pop(0)[1]] = self._upright(picture, 1.0)
                if not wanted:
                    break
        else:
            filmed_s = [time_s * self.repairs.slow_motion for time_s in times_s]
            found = seeking.frames_at(self._opened, self._decoded, filmed_s, self._index)
            pictures = {place: self._upright(frame, 1.0) for place, frame in found}
        return [pictures[place] for place in sorted(pictures)]

    @cached_property
    def _stamps(self) -> stamps.Stamps:
        """The times of the pictures.  Raises InputError if the file gives none."""
        with self._opened() as clip:
            found = stamps.read(clip, self._index)
        if found.changed and not (found.rate_hz or found.spread):
            raise InputError(f"{self.path}: does not say when its frames are shown", PLAYABLE)
        return found

    def _opened(self) -> contextlib.AbstractContextManager[InputContainer]:
        return container.open_clip(self.path, self.limits.pixels)

    def _apart(self, apart_s: float) -> Iterator[tuple[float, VideoFrame]]:
        """Frames at least this far apart, and the last one, with their times; raises InputError if there is none."""
        self._times_s, self._losses = [], decoding.Losses()
        given_s, left_out = -math.inf, None
        for time_s, picture in self._timed(self._times_s, self._losses, self._sparing(apart_s)):
            if time_s - given_s >= apart_s - seeking.TIME_TOLERANCE_S:
                given_s, left_out = time_s, None
                yield time_s, picture
            else:
                left_out = picture
        if left_out is not None:
            yield self._times_s[-1], left_out
        if not self._times_s:
            raise InputError(f"{self.path}: holds no frame that can be decoded", PLAYABLE)

    def _sparing(self, apart_s: float) -> sparing.Sparing | None:
        """What the decoder may leave out if frames this far apart are looked at; None if that is not known."""
        ticks = self._stamps.ticks
        with self._opened() as clip:
            stream = streams.at(clip, self._index)
            if (
                not (len(ticks) and apart_s)
                or self._form.interlaced
                or stream.codec_context.codec.name not in sparing.CODECS
            ):
                return None
            unit_s = float(stream.time_base or 0) / self.repairs.slow_motion
        return sparing.Sparing(sparing.wanted(ticks, unit_s, apart_s))

    def _timed(
        self, times_s: list[float], losses: decoding.Losses, spared: sparing.Sparing | None = None
    ) -> Iterator[tuple[float, VideoFrame]]:
        """The frames with their times in seconds from the first.  Both lists are filled.

        A frame that is not later than the last is failed.  Frames that are left out have their times in the list.
        """
        times, first_s = self._stamps.fresh(), None
        with self._opened() as clip:
            for stamp_s, picture in sparing.shown(self._decoded(clip, losses, spared), spared, times.time_s):
                if stamp_s is None:
                    losses.failed += 1
                    continue
                if first_s is None:
                    self.first_s = first_s = stamp_s
                time_s = (stamp_s - first_s) / self.repairs.slow_motion
                if times_s and time_s <= times_s[-1]:
                    losses.failed += 1  # two frames cannot be shown at one moment
                    continue
                losses.late += time_s > self.limits.duration_s
                if losses.late > MOST_LATE or len(times_s) >= self.limits.frames:
                    raise sizes.too_long(self.path, self.limits)
                times_s.append(time_s)
                if picture is not None:
                    yield time_s, picture

    def _decoded(
        self,
        clip: InputContainer,
        losses: decoding.Losses | None = None,
        spared: sparing.Sparing | None = None,
    ) -> Iterator[VideoFrame]:
        """The frames of the stream that have its first frame's shape, without those that `spared` leaves out."""
        losses = losses or decoding.Losses()
        frames = decoding.pictures(clip, self._index, losses, spared)
        return decoding.of_one_shape(frames, clip, (self._index, self._form, self.path), losses)

    def _read(self) -> quality.Read:
        """What was read, for its quality."""
        times_s = np.array(self._times_s)
        return quality.Read(
            times_s=times_s,
            new_s=self.new_s(times_s),
            step_s=float(np.median(np.diff(times_s))) if len(times_s) > 1 else float("nan"),
            first_s=self.first_s / self.repairs.slow_motion,
            failed=max(self._losses.failed, self._promised - len(times_s)),
            promised_s=self.expected_s,
            lines=min(self.width, self.height),
            slow_motion=self.repairs.slow_motion,
            interlaced=self._form.interlaced,
        )

    def _upright(self, picture: VideoFrame, scale: float) -> Bytes:
        """The picture (h, w, 3) in RGB, upright, and C-contiguous whatever the padding of its rows."""
        return self._upright_by.upright(planes.rgb(picture, self._stored_size(scale)))

    def _stored_size(self, scale: float) -> tuple[int, int]:
        """Width and height of a scaled picture as it is stored, before it is turned upright."""
        width, height = round(self.width * scale), round(self.height * scale)
        return (height, width) if self._upright_by.rotation_deg % 180 else (width, height)


def _chosen(path: Path, limits: Limits) -> tuple[int, dict[str, str]]:
    """The index of the stream with the lift, and the file's tags; raises InputError if no stream can be shown."""
    with container.open_clip(path, limits.pixels) as clip:
        if not clip.streams:
            raise InputError(f"{path}: is damaged or cut off: nothing in it can be played", PLAYABLE)
        if not clip.streams.video:
            raise InputError(f"{path}: has no picture, only sound or data", "Give a video of the lift.")
        if not streams.decodable(clip):
            raise InputError(f"{path}: no frame of it can be decoded", PLAYABLE)
        index = streams.chosen(clip)
        stream = streams.at(clip, index)
        sizes.check_pixels(path, stream.codec_context.width * stream.codec_context.height, limits)
        return index, dict(clip.metadata) | dict(stream.metadata)


def _promised_s(clip: InputContainer, index: int) -> float:
    """The duration in seconds that the file promises; 0 if it does not say."""
    stream, whole_s = streams.at(clip, index), (clip.duration or 0) / av.time_base
    if not stream.duration or not stream.time_base:
        return whole_s
    return min(whole_s, float(stream.duration * stream.time_base)) or whole_s


def _promised_frames(clip: InputContainer, index: int) -> int:
    """The number of frames that the file promises; 0 if it does not say.

    An edit list leaves frames out of an MP4 file, and an AVI file has empty ones.  The index says so.
    """
    stream = streams.at(clip, index)
    if stream.frames and clip.format.name.startswith("mov"):
        return sum(not entry.is_discard for entry in stream.index_entries)
    if clip.format.name == "avi":
        return stream.frames - sum(entry.size == 0 for entry in stream.index_entries)
    return stream.frames


def _sha256(path: Path) -> str:
    """SHA-256 of the file's bytes, in hexadecimal digits.  Raises InputError if the file is gone."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read any more ({error.strerror})", "Leave it where it is until hingecheck has finished."
        ) from error
