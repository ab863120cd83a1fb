"""Which of a file's video streams shows the lift.

In: an open clip.  Out: the index of one of its streams.  Phones and editing programs put cover pictures, previews and
depth maps beside the video, often before it.  If there are several streams, their packets are counted.  No stream is
decoded for this.

Steps (`chosen`), each among the streams that are left:

1. Take streams that can be decoded, and that are neither a cover nor a single picture.
2. Take those that last at least half as long as the longest.
3. Take those with almost the most pixels.
4. Take those with at least a tenth of the most bytes: a black picture needs almost none.
5. Take the one that the file marks as the default, or the first.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from hingecheck.video.container import DECODERS

STILL: Final = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
"""Marks of streams that are no video."""

LONG, LARGE, RICH = 0.5, 0.9, 0.1
"""Smallest share of the longest duration, of the most pixels and of the most bytes."""


@dataclass(slots=True)
class _Count:
    """What the packets of a stream sum up to."""

    packets: int = 0
    size: int = 0
    first_s: float = float("inf")
    last_s: float = float("-inf")

    def add(self, size: int, time_s: float | None) -> None:
        """Count a packet."""
        self.packets, self.size = self.packets + 1, self.size + size
        if time_s is not None:
            self.first_s, self.last_s = min(self.first_s, time_s), max(self.last_s, time_s)

    @property
    def duration_s(self) -> float:
        """Time from the first packet to the last, in seconds."""
        return max(0.0, self.last_s - self.first_s)


def at(clip: InputContainer, index: int) -> VideoStream:
    """The video stream with this index in the file."""
    return next(stream for stream in clip.streams.video if stream.index == index)


def decodable(clip: InputContainer) -> list[VideoStream]:
    """The video streams with a decoder that hingecheck uses."""
    return [s for s in clip.streams.video if s.codec_context is not None and s.codec_context.codec.name in DECODERS]


def chosen(clip: InputContainer) -> int:
    """The index of the stream to analyze; there must be one that can be decoded.  The clip is read to its end."""
    streams = decodable(clip)
    streams = [stream for stream in streams if not stream.disposition & STILL] or streams
    if len(streams) == 1:
        return streams[0].index
    counts = _counts(clip, streams)
    left = [stream for stream in streams if counts[stream.index].packets > 1] or streams
    left = _most(left, lambda stream: counts[stream.index].duration_s, LONG)
    left = _most(left, lambda stream: stream.codec_context.width * stream.codec_context.height, LARGE)
    left = _most(left, lambda stream: counts[stream.index].size, RICH)
    return next((stream for stream in left if stream.disposition & Disposition.default), left[0]).index


def _most(streams: Sequence[VideoStream], value: Callable[[VideoStream], float], share: float) -> list[VideoStream]:
    """The streams whose value is at least a share of the largest."""
    least = share * max(map(value, streams))
    return [stream for stream in streams if value(stream) >= least]


def _counts(clip: InputContainer, streams: Sequence[VideoStream]) -> dict[int, _Count]:
    """What the packets of these streams sum up to, as far as the file can be read."""
    counts = {stream.index: _Count() for stream in streams}
    with contextlib.suppress(FFmpegError, OSError):
        for packet in clip.demux(*streams):
            if packet.size:
                stamp = packet.pts if packet.pts is not None else packet.dts
                time_s = None if stamp is None or packet.time_base is None else float(stamp * packet.time_base)
                counts[packet.stream_index].add(packet.size, time_s)
    return counts
