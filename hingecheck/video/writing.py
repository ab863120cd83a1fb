"""Writes pictures as a film that phones and browsers play: H.264, the pictures' own times, the clip's sound.

In: frames in order of time and the clip that they come from.  Out: an MP4 file.  Frames are encoded as they come, and
none is kept.  Sound that MP4 players know is copied.  Other sound is encoded again as AAC.  Slow motion gets none.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, cast

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
"""Unit of the film's times, in seconds."""

COPIED: Final = ("aac", "mp3")
"""Sound that every browser plays from an MP4 file."""

KEY_EVERY_S: Final = 0.5
"""Time between two key frames, in seconds: short, so that moving through the film is quick."""

THREADS: Final = 1
"""Number of encoder threads.  It is fixed, because it changes the result, and the same clip must give the same film.
Two take a seventh more processor time, and the other core is busy with decoding and drawing."""

ENCODER: Final = {"preset": "ultrafast", "crf": "30", "x264-params": "cabac=1:deblock=0,0"}
"""Options of the encoder.  The preset alone leaves visible blocks and makes an eighth more bytes: CABAC packs tighter,
and the deblocking filter smooths the blocks."""

BT601: Final = 6
"""H.264's tag of the BT.601 colour matrix, with which OpenCV converts."""

BT709: Final = 1
"""H.264's tag of the BT.709 primaries and transfer function."""

USUAL_RATE_HZ: Final = 30.0
"""Frame rate that is assumed if it is unknown; it does not change the times of the frames."""

LARGEST_DENOMINATOR: Final = 1001
"""Largest denominator of a frame rate: 30000/1001 Hz is common."""

USUAL_SOUND_HZ: Final = 48_000
"""Sampling rate that is assumed for sound that does not say its own."""


def write(target: Path, clip: Video, frames: Iterable[Frame], rate_hz: float, *, silent: bool = False) -> None:
    """Write `frames` of `clip` to `target`, with its sound unless `silent`.

    `rate_hz`: about how many frames there are per second.

    H.264 stores colour for two by two pixels.  So the last column or row is left out if the size is odd.
    """
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with container.create_film(target, options) as film, container.open_clip(clip.path) as source:
        coming = iter(frames)
        first = next(coming)  # now `clip.first_s` is known
        stream = _picture_stream(film, first.rgb, rate_hz)
        no_sound = silent or clip.repairs.slow_motion != 1.0  # of slow motion, sound would not fit
        sound = _SoundQueue(iter(()) if no_sound else _sound(source, film, clip.first_s))
        for frame in itertools.chain([first], coming):
            for packet in sound.until(frame.time_s):
                film.mux(packet)
            film.mux(stream.encode(_encodable(frame)))
        film.mux(stream.encode())
        for packet in sound.until(math.inf):
            film.mux(packet)


class _SoundQueue:
    """Packets of sound, given out when the pictures reach their times, so that none waits in memory."""

    def __init__(self, packets: Iterator[Packet[Any]]) -> None:
        self._packets = packets
        self._next = next(packets, None)

    def until(self, time_s: float) -> Iterator[Packet[Any]]:
        """The packets that start at or before a time, in seconds, and have not been given out yet."""
        while self._next is not None and float((self._next.pts or 0) * (self._next.time_base or TICK)) <= time_s:
            yield self._next
            self._next = next(self._packets, None)


def _picture_stream(film: OutputContainer, rgb: Bytes, rate_hz: float) -> VideoStream:
    """The film's picture stream, sized for pictures like `rgb` (h, w, 3)."""
    rate = Fraction(rate_hz if np.isfinite(rate_hz) else USUAL_RATE_HZ).limit_denominator(LARGEST_DENOMINATOR)
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
    return cast(VideoStream, stream)


def _encodable(frame: Frame) -> av.VideoFrame:
    """The frame in the encoder's colours, with its own time."""
    height, width = (size // 2 * 2 for size in frame.rgb.shape[:2])
    rgb = np.ascontiguousarray(frame.rgb[:height, :width])
    yuv = np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), np.uint8)  # three times as fast as FFmpeg's converter
    picture, flat = av.VideoFrame(width, height, "yuv420p"), yuv.reshape(-1)
    for plane in picture.planes:  # PyAV's own import of such an array needs a height that is a multiple of 4
        size = plane.width * plane.height
        rows = np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)
        rows[:, : plane.width] = flat[:size].reshape(plane.height, plane.width)
        flat = flat[size:]
    picture.pts, picture.time_base = round(frame.time_s / TICK), TICK
    return picture


def _sound(clip: InputContainer, film: OutputContainer, first_s: float) -> Iterator[Packet[Any]]:
    """The packets of the first sound track that can be heard, in the film's time.  The film gets the stream at once.

    A track that a damaged clip names without any sound has no decoder, or no channel.
    """
    heard = (track for track in clip.streams.audio if track.codec_context is not None and track.codec_context.channels)
    track = next(heard, None)
    if track is None:
        return iter(())
    if track.codec.canonical_name in COPIED:
        return _in_order(_copied(clip, track, film.add_stream_from_template(track), first_s))
    return _in_order(_encoded(clip, track, film, first_s))


def _in_order(packets: Iterator[Packet[Any]]) -> Iterator[Packet[Any]]:
    """The packets without those that are out of order in a damaged clip: no film can hold them."""
    last = -math.inf
    for packet in packets:
        if packet.pts is not None and packet.dts is not None and last < packet.dts <= packet.pts:
            last = packet.dts
            yield packet


def _copied(clip: InputContainer, track: AudioStream, stream: AudioStream, first_s: float) -> Iterator[Packet[Any]]:
    """The packets unchanged, without those before the first picture."""
    with contextlib.suppress(FFmpegError, OSError):  # the file breaks off, and so does the sound
        for packet in clip.demux(track):
            if packet.pts is None or packet.dts is None or packet.time_base is None:
                continue
            shift = round(first_s / packet.time_base)
            packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
            if packet.dts >= 0:
                packet.stream = stream
                yield packet


def _encoded(clip: InputContainer, track: AudioStream, film: OutputContainer, first_s: float) -> Iterator[Packet[Any]]:
    """The sound encoded again as AAC; packets that cannot be decoded are left out."""
    stream: Any = film.add_stream("aac", rate=track.codec_context.sample_rate or USUAL_SOUND_HZ)
    return _aac_packets(clip, track, stream, first_s)


def _aac_packets(clip: InputContainer, track: AudioStream, stream: Any, first_s: float) -> Iterator[Packet[Any]]:
    """Decode the track and encode it into `stream`, without what comes before the first picture."""
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
