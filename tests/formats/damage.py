"""What is done to clips after they were written: stamps changed, parts cut off or overwritten, clips joined."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.packet import Packet

from tests.formats import scene
from tests.formats.writing import Spec, add, changed_bytes, remuxed, write


def oriented(path: Path, orientation: str, spec: Spec) -> Path:
    """Write a clip whose own H.264 stream says how to show it."""
    plain = write(path.with_suffix(".plain.mp4"), spec)
    remuxed(plain, path, filtered=f"h264_metadata=display_orientation={orientation}")
    plain.unlink()
    return path


def stamped(path: Path, times_s: Sequence[float]) -> Path:
    """Write a clip of 30 pictures, then give them other times."""
    plain = write(path.with_suffix(f".plain{path.suffix}"))

    def change(number: int, packet: Packet[Any]) -> bool:
        assert packet.time_base is not None
        packet.pts = packet.dts = round(times_s[number] / packet.time_base)
        return True

    remuxed(plain, path, change)
    plain.unlink()
    return path


def slowed(path: Path, spec: Spec, factor: int) -> Path:
    """Write a clip that plays slower than the scene by a factor."""
    plain = write(path.with_suffix(f".plain{path.suffix}"), spec)

    def change(_: int, packet: Packet[Any]) -> bool:
        packet.pts, packet.dts = (packet.pts or 0) * factor, (packet.dts or 0) * factor
        packet.duration = (packet.duration or 0) * factor
        return True

    remuxed(plain, path, change)
    plain.unlink()
    return path


def wrong_duration(path: Path) -> Path:
    """Write a Matroska clip whose head says that it lasts 60 seconds."""
    write(path)
    with changed_bytes(path) as data:
        at = data.index(b"\x44\x89\x88") + 3
        data[at : at + 8] = struct.pack(">d", 60_000.0)
    return path


def cut(path: Path, spec: Spec, share: float) -> Path:
    """Write a clip and keep only the first part of the file."""
    write(path, spec)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    return path


def hole(path: Path, spec: Spec) -> Path:
    """Write a clip and overwrite two fifths of its pictures with zeros."""
    write(path, spec)
    with changed_bytes(path) as data:
        begin = data.find(b"mdat") if path.suffix == ".mp4" else 0
        size = (data.find(b"moov") if path.suffix == ".mp4" else len(data)) - begin
        start, end = begin + int(0.35 * size), begin + int(0.75 * size)
        data[start:end] = bytes(end - start)
    return path


def joined(path: Path, first: Spec, second: Spec) -> Path:
    """Write a transport stream of two clips, one after the other, without a break of its times."""
    both = first.times_s if len(second.times_s) == 30 else (*first.times_s, *second.times_s)
    middle = len(first.times_s) // 2 if both is first.times_s else len(first.times_s)
    parts = (replace(first, times_s=both[:middle]), replace(second, times_s=both[middle:]))
    data = b""
    for number, spec in enumerate(parts):
        part = write(path.with_suffix(f".{number}.ts"), spec)
        data += part.read_bytes()
        part.unlink()
    path.write_bytes(data)
    return path


def interlaced(path: Path, codec: str) -> Path:
    """Write a clip with two fields of different moments in every picture, as camcorders do."""
    options = {"qscale": "2", "bf": "0", "flags": "+ilme+ildct+qscale"}
    if codec == "libx264":
        options = {"x264-params": "tff=1:bframes=0"}
    spec = Spec(codec, rate=Fraction(25), times_s=tuple(i / 25 for i in range(30)), options=options)
    with av.open(str(path), "w") as clip:
        stream: Any = add(clip, spec)
        for time_s, picture in zip(spec.times_s, woven(spec), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(time_s / spec.unit_s), spec.unit_s
            for packet in stream.encode(frame):
                clip.mux(packet)
        for packet in stream.encode():
            clip.mux(packet)
    return path


def woven(spec: Spec) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """Pictures whose odd lines are of half a picture later."""
    for time_s in spec.times_s:
        picture = scene.picture(time_s)
        picture[1::2] = scene.picture(time_s + 0.02)[1::2]
        yield picture


def dolby_vision(path: Path, compatible: int, spec: Spec) -> Path:
    """Write HEVC as a phone does with Dolby Vision, profile 8: a box in the sample entry says so, the pictures stay.

    `compatible`: what the pictures are without Dolby's own data: 1 = PQ, 4 = HLG.  Only the box is written, no data of
    Dolby's for each picture: FFmpeg reads the box and shows the pictures as they are.
    """
    write(path, spec)
    settings = (8 << 9) | (6 << 3) | (1 << 2) | 1  # profile 8, level 6, with data of Dolby's and a base layer
    box = struct.pack(">I4sBBHI16x", 32, b"dvvC", 1, 0, settings, compatible << 28)
    with changed_bytes(path) as data:
        entry = next(at for name in (b"hvc1", b"hev1") if (at := data.find(name)) >= 0) - 4
        end = entry + struct.unpack_from(">I", data, entry)[0]
        for name in (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", bytes(data[entry + 4 : entry + 8])):
            at = data.rindex(name, 0, entry + 8) - 4
            struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + len(box))
        data[end:end] = box
    return path
