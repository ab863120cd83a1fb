"""Writes pictures as a film that phones and browsers play: H.264, the pictures' own times, the clip's sound.

Pictures are encoded as they come, none is kept.  Sound that MP4 players know is copied as it is; other sound is
encoded again as AAC.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from hingecheck.records import Bytes, Frame
from hingecheck.video import container
from hingecheck.video.reading import Video

TICK: Final = Fraction(1, 90_000)
COPIED: Final = ("aac", "mp3")
"""Sound that every browser plays from an MP4 file."""

KEY_EVERY_S: Final = 0.5
"""A key frame this often, so that scrubbing is quick."""

THREADS: Final = 2
"""A fixed number, because the encoder's choices depend on it, and the same clip must give the same film."""

ENCODER: Final = {
    "preset": "veryfast",
    "crf": "24",
    "tune": "fastdecode",
    "bf": "0",
    "x264-params": "ref=1:subme=1:me=dia:trellis=0:partitions=none",
}
"""A third less work than the preset alone for a tenth more bytes."""

BT601, BT709 = 6, 1
"""Colour tags of H.264; OpenCV converts with the coefficients of BT.601."""


def write(target: Path, clip: Video, frames: Iterable[Frame], rate_hz: float) -> None:
    """Write `frames` of `clip` with its sound to `target`; `rate_hz` is about how many come a second.

    A last column or row that would make the size odd is left out, since H.264 stores colour for two by two pixels.
    """
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with container.create_film(target, options) as film, container.open_clip(clip.path) as source:
        coming = iter(frames)
        first = next(coming)  # from here on the clip knows its own time of the first picture
        stream = _picture_stream(film, first.rgb, rate_hz)
        sound = _Ahead(_sound(source, film, clip.first_s))
        for frame in itertools.chain([first], coming):
            for packet in sound.until(frame.time_s):
                film.mux(packet)
            film.mux(stream.encode(_encodable(frame)))
        film.mux(stream.encode())
        for packet in sound.until(math.inf):
            film.mux(packet)


class _Ahead:
    """Packets of sound, given out as the pictures reach their times, so that none has to wait in memory."""

    def __init__(self, packets: Iterator[Packet[Any]]) -> None:
        self._packets = packets
        self._next = next(packets, None)

    def until(self, time_s: float) -> Iterator[Packet[Any]]:
        """The packets that start at or before a time and have not been given out yet."""
        while self._next is not None and float((self._next.pts or 0) * (self._next.time_base or TICK)) <= time_s:
            yield self._next
            self._next = next(self._packets, None)


def _picture_stream(film: OutputContainer, rgb: Bytes, rate_hz: float) -> VideoStream:
    rate = Fraction(rate_hz if np.isfinite(rate_hz) else 30.0).limit_denominator(1001)
    stream: Any = film.add_stream("libx264", rate=rate)
    stream.height, stream.width = (size // 2 * 2 for size in rgb.shape[:2])
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = TICK
    context.thread_count = THREADS
    context.gop_size = max(1, round(KEY_EVERY_S * float(rate)))
    context.color_range = ColorRange.MPEG
    context.colorspace, context.color_primaries, context.color_trc = BT601, BT709, BT709
    stream.options = ENCODER
    found: VideoStream = stream
    return found


def _encodable(frame: Frame) -> av.VideoFrame:
    height, width = (size // 2 * 2 for size in frame.rgb.shape[:2])
    rgb = np.ascontiguousarray(frame.rgb[:height, :width])
    yuv = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)  # three times as fast as FFmpeg's own
    picture = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
    picture.pts, picture.time_base = round(frame.time_s / TICK), TICK
    return picture


def _sound(clip: InputContainer, film: OutputContainer, first_s: float) -> Iterator[Packet[Any]]:
    """The packets of the first sound track with a decoder, in the film's time; adds its stream to the film at once."""
    track = next((track for track in clip.streams.audio if track.codec_context is not None), None)
    if track is None:
        return iter(())
    if track.codec.canonical_name in COPIED:
        return _in_order(_copied(clip, track, film.add_stream_from_template(track), first_s))
    return _in_order(_encoded(clip, track, film, first_s))


def _in_order(packets: Iterator[Packet[Any]]) -> Iterator[Packet[Any]]:
    """The packets less those that a damaged clip puts before one that came earlier: no film can hold them."""
    last = -math.inf
    for packet in packets:
        if packet.pts is not None and packet.dts is not None and last < packet.dts <= packet.pts:
            last = packet.dts
            yield packet


def _copied(clip: InputContainer, track: AudioStream, stream: AudioStream, first_s: float) -> Iterator[Packet[Any]]:
    """The packets as they are, less those before the first picture."""
    with contextlib.suppress(FFmpegError, OSError):  # the file breaks off: so does the sound
        for packet in clip.demux(track):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            shift = round(first_s / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            if packet.dts >= 0:
                packet.stream = stream
                yield packet


def _encoded(clip: InputContainer, track: AudioStream, film: OutputContainer, first_s: float) -> Iterator[Packet[Any]]:
    """The sound encoded anew; a packet that cannot be decoded is left out."""
    stream: Any = film.add_stream("aac", rate=track.codec_context.sample_rate or 48_000)
    return _anew(clip, track, stream, first_s)


def _anew(clip: InputContainer, track: AudioStream, stream: Any, first_s: float) -> Iterator[Packet[Any]]:
    with contextlib.suppress(FFmpegError, OSError):
        for packet in clip.demux(track):
            with contextlib.suppress(FFmpegError):
                for frame in packet.decode():
                    if frame.pts is None or frame.time_base is None:
                        continue
                    frame.pts -= round(first_s / frame.time_base)
                    if frame.pts >= 0:
                        yield from stream.encode(frame)
    yield from stream.encode(None)
