"""Decodes the pictures of one stream in order, and says what its first picture is like.

In: an open clip and the index of a stream.  Out: its pictures, and its `Form`.  Damaged pictures are counted, not
raised.  A clip whose pictures change their shape is refused: a lifter who grows or shrinks in it moves no joint.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hingecheck.errors import InputError
from hingecheck.video import orientation, sparing, streams, tones

SAME_SHAPE: Final = 0.03
"""Largest difference between the shapes of two pictures that count as equal, as a share."""

HOLE: Final = 4
"""Number of pictures lost in a row after which only a key picture is believed again."""

MOST_MISFITS: Final = 25
"""Number of pictures of another shape that are left out.  More are not chance: the clip is refused."""

AHEAD: Final = 8
"""Number of pictures that the decoder may be ahead."""

MISFIT_SHARE: Final = 0.05
"""The same as a share of all pictures, at the end of the clip."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a stream's pictures are like.

    `width`, `height`: size in pixels as displayed, but not turned.  `asked`: the orientation that the file asks for.
    `shape`: width by height as the decoder gives it.  `interlaced`: two lines beside each other are of two moments.
    `high_range`: its brightness has a high dynamic range.  `kind`: decoder, container and number of streams, in words.
    """

    width: int
    height: int
    asked: orientation.Orientation
    shape: float
    interlaced: bool
    high_range: bool
    kind: str


@dataclass
class Losses:
    """What one pass over a clip loses.

    `failed`: number of pictures.  `misfits`: those among them of another shape.  `late`: those with too late a time.
    """

    failed: int = 0
    misfits: int = 0
    late: int = 0


def pictures(
    clip: InputContainer, index: int, losses: Losses, spared: sparing.Sparing | None = None
) -> Iterator[VideoFrame]:
    """The pictures of a stream in order, without those that `spared` lets the decoder leave out.

    An AVI file only says in which order frames are decoded, not when each is shown.  FFmpeg's guess puts half of
    them in the wrong order.  They leave the decoder in the right order, so that order counts.

    After a hole the decoder goes on from a picture before it, and draws ghosts.  They are left out.
    """
    shown, lost_in_a_row = -1, 0
    stream = streams.at(clip, index)
    stream.thread_type = "SLICE"  # frame threads repair damaged frames differently on every run
    packets = clip.demux(stream)
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (FFmpegError, OSError):  # the file breaks off, or the disk fails
            losses.failed += 1
            return
        if spared is not None:
            if losses.failed:
                spared.stop()
            stream.codec_context.skip_frame = spared.discard(packet)
        try:
            decoded = packet.decode()
        except (FFmpegError, OSError):
            losses.failed += 1
            lost_in_a_row += 1
            continue
        for picture in decoded:
            if clip.format.name == "avi":
                picture.pts = shown = shown + 1 if picture.dts is None else picture.dts
            if picture.is_corrupt or (lost_in_a_row >= HOLE and not picture.key_frame):
                losses.failed += 1
                continue
            lost_in_a_row = 0
            yield picture


def form(clip: InputContainer, index: int) -> Form | None:
    """The form of the first picture that can be decoded; None if there is none."""
    picture = next(pictures(clip, index, Losses()), None)
    if picture is None:
        return None
    stream = streams.at(clip, index)
    pixel = float(stream.sample_aspect_ratio or 0) or _pixel(stream)
    return Form(
        max(1, round(picture.width * pixel)),
        picture.height,
        orientation.of(picture, stream.metadata),
        picture.width * _pixel(stream) / picture.height,
        bool(picture.interlaced_frame),
        tones.high(int(picture.color_trc)),
        f"{stream.codec_context.codec.canonical_name} in {clip.format.name.split(',')[0]}, "
        f"stream {index + 1} of {len(clip.streams)}",
    )


def of_one_shape(
    frames: Iterator[VideoFrame], clip: InputContainer, wanted: tuple[int, Form, Path], losses: Losses
) -> Iterator[VideoFrame]:
    """The pictures of a stream that have the shape of its first one.

    `wanted`: index and form of the stream, and the path to name.  Raises InputError if more than MOST_MISFITS differ.
    The shape of a pixel comes from the decoder, which may be some pictures ahead.  So the earlier one is tried, too.
    """
    index, first, path = wanted
    stream = streams.at(clip, index)
    before = now = _pixel(stream)
    count, changed, odd = 0, 0, None
    for picture in frames:
        count += 1
        if _pixel(stream) != now:
            before, now, changed = now, _pixel(stream), count
        elif count > changed + AHEAD:
            before = now
        shapes = [picture.width * pixel / picture.height for pixel in (now, before)]
        if any(abs(shape / first.shape - 1) < SAME_SHAPE for shape in shapes):
            yield picture
            continue
        losses.misfits += 1
        losses.failed += 1
        odd = odd or (max(1, round(picture.width * now)), picture.height, picture.time)
        if losses.misfits > MOST_MISFITS:
            break
    if odd is not None and losses.misfits > min(MOST_MISFITS, MISFIT_SHARE * count):
        where = "" if odd[2] is None else f" at {odd[2]:.1f} s"
        raise InputError(
            f"{path}: the picture changes its shape within the clip, from {first.width} × {first.height} to "
            f"{odd[0]} × {odd[1]}{where}",
            "Cut the clip there, and analyze the part with the lift.",
        )


def _pixel(stream: VideoStream) -> float:
    """Width by height of a pixel, as the decoder gives it; 1 if it does not."""
    return float(stream.codec_context.sample_aspect_ratio or 0) or 1.0
