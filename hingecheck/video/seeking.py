"""Stage 1, seek: finds the frames at given times without decoding the whole clip.

In: a function that opens the clip, one that decodes it in order, and times.  Out: the frames shown at these times.
Frames that are found by seeking must be those that decoding in order gives.  So each step is checked, and a clip that
fails a check is decoded in order.

Steps (`frames_at`):

1. Read all packets of the clip without decoding them: their times, their sizes, and which hold key frames (`_Index`).
2. Decode in order up to the second key frame.  Here lies the first frame, from which times count.
3. For each later time, seek to a key frame that is shown before the frame in question.  Exactly the packets of step 1
   must follow.
4. Decode until the frame.  Each frame must have the time of its packet.  None may be missing, damaged or out of order.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.frame import PictureType, VideoFrame
from av.video.stream import VideoStream

from hingecheck.video import streams

TIME_TOLERANCE_S: Final = 1e-6
"""Rounding error of timestamps, in seconds."""

EARLIER_S: Final = 2.0
"""How much earlier than the key frame the last seek goes, in seconds, for formats that know only places in the file."""

Wanted = tuple[float, int]
"""A time in seconds, and its place among the times that were asked for."""

_Identity = tuple[int | None, int, bool]
"""What tells packets apart: the time of showing, the size, and whether it is a key frame's."""


class Unproven(Exception):
    """Seeking may give other frames than decoding in order."""


def frames_at(
    opened: Callable[[], AbstractContextManager[InputContainer]],
    decode: Callable[[InputContainer], Iterator[VideoFrame]],
    times_s: Sequence[float],
    stream: int,
) -> Iterator[tuple[int, VideoFrame]]:
    """The first frame that is not earlier than each of `times_s`, with the place of its time.

    `stream`: the index of the video stream that `decode` decodes.

    Times count from the first frame.  After the last frame there is none.  A place may come twice, with the same frame.
    """
    wanted = sorted((time_s, place) for place, time_s in enumerate(times_s))
    try:
        yield from _sought(opened, decode, wanted, stream)
    except (Unproven, FFmpegError, OSError):
        with opened() as clip:
            yield from _reached(decode(clip), None, wanted)


def _sought(
    opened: Callable[[], AbstractContextManager[InputContainer]],
    decode: Callable[[InputContainer], Iterator[VideoFrame]],
    wanted: Sequence[Wanted],
    stream: int,
) -> Iterator[tuple[int, VideoFrame]]:
    """The frames at the wanted times, by seeking; raises Unproven, FFmpegError or OSError."""
    # 1
    with opened() as clip:
        index = _Index.of(clip, stream)
    # 2
    with opened() as clip:
        frames = decode(clip)
        first = next(frames, None)
        if first is None or first.time is None:
            raise Unproven
        first_s = float(first.time)
        starts = [index.start(first_s + time_s) for time_s, _ in wanted]
        early = [one for one, start in zip(wanted, starts, strict=True) if start == 0]
        yield from _reached(itertools.chain([first], frames), first_s, early)
    # 3, 4
    late = [(*one, start) for one, start in zip(wanted, starts, strict=True) if start]
    if late:
        with opened() as clip:
            _refuse_damage(streams.at(clip, stream))
            yield from _jumped(clip, index, first_s, late)


def _reached(
    frames: Iterable[VideoFrame], first_s: float | None, wanted: Sequence[Wanted]
) -> Iterator[tuple[int, VideoFrame]]:
    """The frames at the wanted times, out of all frames in order.  Times count from `first_s`, or the first frame."""
    left = list(wanted)
    for frame in frames if left else ():
        stamp_s = float(frame.time or 0.0)
        first_s = stamp_s if first_s is None else first_s
        while left and stamp_s - first_s >= left[0][0] - TIME_TOLERANCE_S:
            yield left.pop(0)[1], frame
        if not left:
            return


def _jumped(
    clip: InputContainer, index: _Index, first_s: float, wanted: Sequence[tuple[float, int, int]]
) -> Iterator[tuple[int, VideoFrame]]:
    """The frames at the wanted times, each given with the place of its key frame among the packets."""
    run: Iterator[VideoFrame] = iter(())
    frame: VideoFrame | None = None
    for time_s, place, start in wanted:
        if frame is None or index.packets[start].pts > (frame.pts or 0):
            run = _run(clip, index, start)
            frame = next(run, None)
            if frame is None or float(frame.time or 0.0) - first_s >= time_s - TIME_TOLERANCE_S:
                raise Unproven  # without a frame before it, nothing shows that it is the first one
        while frame is not None and float(frame.time or 0.0) - first_s < time_s - TIME_TOLERANCE_S:
            frame = next(run, None)
        if frame is None:
            raise Unproven
        yield place, frame


def _refuse_damage(stream: VideoStream) -> None:
    """Make the decoder raise an error at damage, instead of a repair that may depend on the frames before.

    With several threads, H.264 decoders repair some damage silently.
    """
    decoder = stream.codec_context
    decoder.options, decoder.thread_count = {"err_detect": "explode"}, 1


def _run(clip: InputContainer, index: _Index, start: int) -> Iterator[VideoFrame]:
    """All frames from a key frame on, in order; `start`: its place among the packets.  Raises Unproven."""
    position, packets = _seek(clip, index, start)
    first_pts = index.packets[position].pts
    expected = iter(index.shown[bisect.bisect_left(index.shown, first_pts) :])
    for packet in _same(packets, index, position):
        for frame in packet.decode():
            if not isinstance(frame, VideoFrame) or frame.pts is None or frame.is_corrupt:
                raise Unproven
            if frame.pts < first_pts:
                continue  # it needs frames before the key frame
            if frame.pts != next(expected, None) or frame.time_base != index.time_base:
                raise Unproven
            if frame.pts == first_pts and not (frame.key_frame and frame.pict_type == PictureType.I):
                raise Unproven
            yield frame


def _seek(clip: InputContainer, index: _Index, start: int) -> tuple[int, Iterator[Packet[VideoStream]]]:
    """Seek to a key frame, or to one before it: its place among the packets, and the packets from it on."""
    stream, key = streams.at(clip, index.stream), index.packets[start]
    earlier = int(EARLIER_S / index.time_base)
    for offset in (key.pts, key.dts, key.dts - earlier):
        clip.seek(offset, stream=stream)
        packets = clip.demux(stream)
        for packet in packets:
            position = index.places.get(_identity(packet), -1)
            if position > start:
                break  # too late
            if position >= 0 and packet.is_keyframe:
                return position, itertools.chain([packet], packets)
    raise Unproven


def _same(packets: Iterable[Packet[VideoStream]], index: _Index, position: int) -> Iterator[Packet[VideoStream]]:
    """The packets, as long as they are those that reading in order gives from `position` on; raises Unproven."""
    for packet in packets:
        if packet.size == 0 and position == len(index.packets):
            yield packet  # the end: it makes the decoder give the last frames
        elif index.places.get(_identity(packet)) == position:
            yield packet
            position += 1
        else:
            raise Unproven


@dataclass(frozen=True, slots=True)
class _Entry:
    """A packet's times of showing and decoding, in units of its stream, and whether it holds a key frame.

    If the file gives no time of decoding, it is that of showing.
    """

    pts: int
    dts: int
    key: bool


@dataclass(frozen=True)
class _Index:
    """What reading all packets in order gives.

    `places`: the place of each packet among `packets`.  `shown`: times of showing, in order, without packets that the
    file says are not shown.  `keys`: time of showing and place of the key frames that are shown after all packets
    before them, in order.
    """

    packets: Sequence[_Entry]
    places: dict[_Identity, int]
    shown: Sequence[int]
    keys: Sequence[tuple[int, int]]
    time_base: Fraction
    stream: int

    @staticmethod
    def of(clip: InputContainer, number: int) -> _Index:
        """Read all packets of the stream with this index.  Raises Unproven if they do not say when frames are shown."""
        stream = streams.at(clip, number)
        if clip.format.name == "avi" or stream.time_base is None:  # AVI says in which order frames are shown, not when
            raise Unproven
        packets: list[_Entry] = []
        places: dict[_Identity, int] = {}
        shown: list[int] = []
        for packet in clip.demux(stream):
            if packet.size == 0 and packet.dts is None:
                continue
            if packet.pts is None or packet.is_corrupt or packet.time_base != stream.time_base:
                raise Unproven
            places[_identity(packet)] = len(packets)
            packets.append(_Entry(packet.pts, packet.pts if packet.dts is None else packet.dts, packet.is_keyframe))
            if not packet.is_discard:
                shown.append(packet.pts)
        if len(places) < len(packets) or len(set(shown)) < len(shown):
            raise Unproven
        latest = list(itertools.accumulate((packet.pts for packet in packets), max))
        keys = [(p.pts, place) for place, p in enumerate(packets) if p.key and p.pts == latest[place]]
        return _Index(packets, places, sorted(shown), keys, stream.time_base, number)

    def start(self, stamp_s: float) -> int | None:
        """Where to begin for the first frame that is not earlier than a time of the file; None after the last frame.

        It is the place of the last key frame that is not later than the frame before.  0: begin with the file.
        """
        limit_s = stamp_s - TIME_TOLERANCE_S
        found = bisect.bisect_left(self.shown, limit_s, key=lambda pts: float(pts * self.time_base))
        if found == len(self.shown):
            return None
        before = bisect.bisect_right(self.keys, (self.shown[found - 1], len(self.packets))) if found else 0
        return self.keys[before - 1][1] if before > 1 else 0


def _identity(packet: Packet[VideoStream]) -> _Identity:
    return packet.pts, packet.size, packet.is_keyframe
