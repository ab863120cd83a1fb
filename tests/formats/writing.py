"""Writes clips of the scene: any codec and container, and what phones and programs do to them afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from av.bitstream import BitStreamFilterContext
from av.packet import Packet

from hingecheck.records import Bytes
from tests.formats import scene

TICKS: Final = 90_000
"""Units of a second in the clips."""

QUALITY: Final = {
    "libx264": {"preset": "ultrafast", "crf": "16", "bf": "0"},
    "libx265": {"preset": "ultrafast", "x265-params": "crf=16:log-level=none:bframes=0"},
    "libvpx": {"deadline": "realtime", "cpu-used": "8", "b": "3M"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "b": "3M"},
    "libsvtav1": {"preset": "12", "crf": "20"},
}
"""Options of the encoders: quick and good."""


@dataclass(frozen=True)
class Spec:
    """How a clip is written.

    `size`: width and height as stored.  `seen`: the stored picture from the upright one.  `tone`: its brightness.
    `turn`: the rotation and the mirror that the file asks for.  `colours`: tags of primaries, curve and matrix.
    `ticks`: the times are finer than the rate.
    """

    codec: str = "libx264"
    pixels: str = "yuv420p"
    size: tuple[int, int] = (scene.WIDTH, scene.HEIGHT)
    times_s: Sequence[float] = tuple(i / 30 for i in range(30))
    rate: Fraction = Fraction(30)
    aspect: Fraction | None = None
    seen: Callable[[Bytes], Bytes] = lambda picture: picture
    turn: tuple[int, bool] | None = None
    colours: tuple[int, int, int] | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    container: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    file_tags: Mapping[str, str] = field(default_factory=dict)
    tone: Callable[[Bytes], Bytes] = lambda picture: picture
    ticks: bool = True

    @property
    def unit_s(self) -> Fraction:
        """The unit of the pictures' times, in seconds.  Some encoders and containers know only whole pictures."""
        return Fraction(1, TICKS) if self.ticks and self.codec in QUALITY else 1 / self.rate


def pictures(spec: Spec) -> Iterator[Bytes]:
    """The stored pictures of a clip."""
    width, height = spec.size
    sideways = spec.seen(np.zeros((2, 4, 3), np.uint8)).shape[0] == 4
    for time_s in spec.times_s:
        upright = scene.picture(time_s, *((height, width) if sideways else (width, height)))
        yield np.ascontiguousarray(spec.tone(spec.seen(upright)))


def write(path: Path, spec: Spec | None = None, **changes: Any) -> Path:
    """Write the scene as a clip."""
    spec = replace(spec or Spec(), **changes)
    with av.open(str(path), "w", format=spec.format, options=dict(spec.container)) as clip:
        clip.metadata.update(spec.file_tags)
        stream = add(clip, spec)
        for packet in encoded(stream, spec):
            clip.mux(packet)
    return path


def add(clip: Any, spec: Spec) -> Any:
    """The picture stream of a new clip."""
    stream: Any = clip.add_stream(spec.codec, rate=spec.rate)
    stream.width, stream.height = spec.size
    stream.pix_fmt = spec.pixels
    stream.options = QUALITY.get(spec.codec, {"qscale": "2", "flags": "+qscale"}) | dict(spec.options)
    context = stream.codec_context
    if spec.unit_s != 1 / spec.rate:
        context.time_base = spec.unit_s
    if spec.aspect is not None:
        context.sample_aspect_ratio = spec.aspect
    if spec.turn is not None:
        stream.set_display_rotation(spec.turn[0], hflip=spec.turn[1])
    if spec.colours is not None:
        context.color_primaries, context.color_trc, context.colorspace = spec.colours
    stream.metadata.update(spec.tags)
    return stream


def encoded(stream: Any, spec: Spec) -> Iterator[Any]:
    """The packets of a clip."""
    for time_s, picture in zip(spec.times_s, pictures(spec), strict=True):
        frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(
            format=spec.pixels,
            dst_colorspace="ITU709" if spec.colours else None,
            dst_color_range="JPEG" if "j4" in spec.pixels else "MPEG",
        )
        if spec.colours is not None:
            frame.color_trc = spec.colours[1]
            frame.colorspace = spec.colours[2]
        frame.pts, frame.time_base = round(time_s / spec.unit_s), spec.unit_s
        yield from stream.encode(frame)
    yield from stream.encode()


def remuxed(
    source: Path,
    target: Path,
    change: Callable[[int, Packet[Any]], bool] = lambda _, __: True,
    *,
    filtered: str = "",
    options: Mapping[str, str] | None = None,
) -> Path:
    """Copy the packets of a clip; `change` may change one, and says whether it is kept."""
    with av.open(str(source)) as clip, av.open(str(target), "w", options=dict(options or {})) as out:
        stream = clip.streams.video[0]
        track = out.add_stream_from_template(stream)
        through = BitStreamFilterContext(filtered, stream, track) if filtered else None
        for number, packet in enumerate(clip.demux(stream)):
            if packet.dts is None or not change(number, packet):
                continue
            for each in through.filter(packet) if through else [packet]:
                each.stream = track
                out.mux(each)
        for each in through.filter(None) if through else []:
            each.stream = track
            out.mux(each)
    return target


def several(path: Path, specs: Sequence[Spec], *, sound: bool = False) -> Path:
    """Write a clip with several picture streams, and silence before them if `sound`."""
    with av.open(str(path), "w") as clip:
        track: Any = clip.add_stream("aac", rate=48_000, layout="mono") if sound else None
        streams = [add(clip, spec) for spec in specs]
        if track is not None:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.float32), format="fltp", layout="mono")
            silence.sample_rate = 48_000
            for packet in [*track.encode(silence), *track.encode(None)]:
                clip.mux(packet)
        for stream, spec in zip(streams, specs, strict=True):
            for packet in encoded(stream, spec):
                clip.mux(packet)
    return path


def cover(path: Path) -> Path:
    """Write a clip whose first stream is a cover picture."""
    whole = write(path.with_suffix(".plain.mp4"))
    with av.open(str(whole)) as clip, av.open(str(path), "w") as out:
        picture: Any = out.add_stream("mjpeg", rate=1)
        picture.width, picture.height, picture.pix_fmt = 640, 640, "yuvj420p"
        picture.disposition = av.stream.Disposition.attached_pic
        track = out.add_stream_from_template(clip.streams.video[0])
        frame = av.VideoFrame.from_ndarray(np.full((640, 640, 3), 90, np.uint8), format="rgb24")
        for packet in [*picture.encode(frame.reformat(format="yuvj420p")), *picture.encode()]:
            out.mux(packet)
        for each in clip.demux(clip.streams.video[0]):
            if each.dts is not None:
                each.stream = track
                out.mux(each)
    whole.unlink()
    return path


@contextlib.contextmanager
def changed_bytes(path: Path) -> Iterator[bytearray]:
    """The bytes of a file, written back after they were changed."""
    data = bytearray(path.read_bytes())
    yield data
    path.write_bytes(bytes(data))
