"""Makes the clips that are measured, from a shipped sample.

python -m tests.bench.clips FOLDER NAME...

Steps:

1. Read the sample.  After its end the lifter stands, as long as the clip goes on.
2. Place each picture in the wanted size.  Around it, the background goes on, blurred.
3. Blend neighbouring pictures to get the wanted frame rate.
4. Add sensor noise, so that the clip has the bit rate of a phone.  The seed is fixed.
5. Encode.  Only a few pictures are in memory at any time.
6. A long clip repeats the encoded frames, because encoding all would take half an hour.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any, Final

import av
import cv2
import numpy as np

from hingecheck.records import Bytes
from tests.bench.cases import Case, Scene, named

SAMPLE: Final = Path(__file__).parents[2] / "samples" / "clips" / "hip_led.mp4"
"""A rendered set of two repetitions that begins and ends with standing."""

SAMPLE_HZ: Final = 30
"""Frame rate of the sample."""

STANDING: Final = 15
"""Number of pictures at the end of the sample in which the lifter stands."""

HEAD, FEET, BODY_X = 0.21, 0.79, 0.47
"""Place of the standing lifter in the sample: top of the head, feet, middle of the body, as shares of its sides."""

FEET_AT: Final = 0.85
"""Height of the feet in the clip, as a share of the picture's height from above."""

BLUR: Final = 12
"""Factor by which the background is reduced before it is blurred."""

ROOM_PX: Final = 64
"""How much larger the noise is than the picture.  Each frame takes another part of it."""

ENCODER: Final = {
    "libx264": {"preset": "superfast", "x264-params": "keyint={rate}:min-keyint={rate}:scenecut=0"},
    "libx265": {
        "preset": "ultrafast",
        "x265-params": "keyint={rate}:min-keyint={rate}:scenecut=0:open-gop=0:log-level=error",
    },
}
"""Options of the encoders: fast, and one key frame a second.  Both keep the entropy coder that phones use."""

TAG: Final = {"libx264": "avc1", "libx265": "hvc1"}
"""The names that phones give to the codecs in an MP4 file."""


def make(case: Case, folder: Path) -> Path:
    """Write the clip of a case unless it is there.  A clip that was not finished never has its final name."""
    target = case.path(folder)
    if not target.exists():
        once = unfinished = target.with_suffix(".unfinished.mp4")
        _encode(once, case, frames(case))
        if case.repeats > 1:
            unfinished = target.with_suffix(".repeated.mp4")
            _repeat(once, unfinished, case.repeats)
            once.unlink()
        unfinished.replace(target)
    return target


def frames(case: Case) -> Iterator[Bytes]:
    """The pictures of a case that are encoded, in the planes of I420 (3h/2, w)."""
    placed = (place(picture, case) for picture in with_standing(SAMPLE))
    return noisy(islice(at_rate(placed, case.rate_hz), case.encoded), case.scene)


def with_standing(sample: Path) -> Iterator[Bytes]:
    """Pictures (h, w, 3) in BGR at the sample's rate, without end: the sample, then standing."""
    standing: deque[Bytes] = deque(maxlen=STANDING)
    with av.open(str(sample)) as clip:
        for picture in clip.decode(video=0):
            standing.append(np.asarray(picture.to_ndarray(format="bgr24"), np.uint8))
            yield standing[-1]
    yield from cycle([*reversed(standing), *standing])


def place(picture: Bytes, case: Case) -> Bytes:
    """The picture of a case, in I420: the sample's picture (h, w, 3), scaled, with a blurred background around it."""
    scene, (height, width) = case.scene, picture.shape[:2]
    scale = scene.height * case.height_px / ((FEET - HEAD) * height)
    left, top = scene.x * case.width_px - BODY_X * width * scale, (FEET_AT * case.height_px - FEET * height * scale)
    onto = np.array([[scale, 0.0, left], [0.0, scale, top]])
    size = (case.width_px, case.height_px)
    around = _warped(picture, onto / BLUR, (size[0] // BLUR + 1, size[1] // BLUR + 1))
    canvas = np.asarray(cv2.resize(cv2.blur(around, (5, 5)), size, interpolation=cv2.INTER_LINEAR), np.uint8)
    begin_x, begin_y = max(0, round(left)), max(0, round(top))
    inside = (slice(begin_y, round(top + height * scale)), slice(begin_x, round(left + width * scale)))
    canvas[inside] = _warped(picture, onto, size)[inside]
    dimmed = canvas if scene.light == 1 else cv2.convertScaleAbs(canvas, alpha=scene.light)
    return np.asarray(cv2.cvtColor(dimmed, cv2.COLOR_BGR2YUV_I420), np.uint8)


def at_rate(pictures: Iterable[Bytes], rate_hz: int) -> Iterator[Bytes]:
    """The pictures of the sample's rate at another rate; between two pictures, a linear blend of both."""
    step, wanted = Fraction(SAMPLE_HZ, rate_hz), Fraction(0)
    for index, (before, after) in enumerate(pairwise(pictures)):
        while wanted < index + 1:
            share = float(wanted - index)
            yield np.asarray(cv2.addWeighted(before, 1 - share, after, share, 0.0), np.uint8) if share else before
            wanted += step


def noisy(pictures: Iterable[Bytes], scene: Scene) -> Iterator[Bytes]:
    """The pictures with noise that is new in each and the same in each run."""
    random = np.random.default_rng(1)
    noise = None
    for picture in pictures:
        height, width = picture.shape
        if noise is None:
            drawn = random.normal(0.0, scene.noise, (height + ROOM_PX, width + ROOM_PX))
            noise = np.clip(drawn.round(), -127, 127).astype(np.int8)
        y, x = random.integers(0, ROOM_PX, 2)
        part = np.ascontiguousarray(noise[y : y + height, x : x + width])
        yield np.asarray(cv2.add(picture, part, dtype=cv2.CV_8U), np.uint8)


def _warped(picture: Bytes, onto: Any, size: tuple[int, int]) -> Bytes:
    """The picture under an affine map; outside of it, its edges go on."""
    warped = cv2.warpAffine(picture, onto, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8)


def _encode(target: Path, case: Case, pictures: Iterable[Bytes]) -> None:
    """Write pictures in I420 to `target`."""
    options = {key: value.format(rate=case.rate_hz) for key, value in ENCODER[case.codec].items()}
    with av.open(str(target), "w") as film:
        stream: Any = film.add_stream(case.codec, rate=case.rate_hz, options=options)
        stream.width, stream.height, stream.pix_fmt = case.width_px, case.height_px, "yuv420p"
        stream.bit_rate = round(case.mbit_s * 1e6)
        stream.codec_context.codec_tag = TAG[case.codec]
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, case.rate_hz)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())


def _repeat(once: Path, target: Path, times: int) -> None:
    """Write the clip `once` several times, one after the other, to `target`.  Nothing is encoded again."""
    with av.open(str(target), "w") as film:
        stream = None
        for number in range(times):
            with av.open(str(once)) as clip:
                source = clip.streams.video[0]
                stream = stream or film.add_stream_from_template(source)
                for packet in clip.demux(source):
                    if packet.pts is None or packet.dts is None or source.duration is None:
                        continue  # the last packet is empty
                    packet.pts += number * source.duration
                    packet.dts += number * source.duration
                    packet.stream = stream
                    film.mux(packet)


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(parents=True, exist_ok=True)
    for wanted_case in named(",".join(sys.argv[2:])):
        print(make(wanted_case, Path(sys.argv[1])))
