"""Clips as pictures with times: read, changed and written picture by picture."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from hingecheck.records import Bytes

TICKS = 90_000  # units of a second in a written clip
CRF = 20  # usual quality of a written clip


@dataclass(frozen=True)
class Shot:
    """One picture (h, w, 3) in RGB, shown from `time_s` on."""

    time_s: float
    rgb: Bytes


Edit = Callable[[Iterable[Shot]], Iterator[Shot]]
"""A change of a clip: pictures in order of time come in, pictures in order of time go out."""


def read(path: Path) -> Iterator[Shot]:
    """The pictures of a clip that is stored upright."""
    with av.open(str(path)) as clip:
        for picture in clip.decode(video=0):
            yield Shot(float(picture.time or 0.0), np.asarray(picture.to_ndarray(format="rgb24"), np.uint8))


def write(path: Path, shots: Iterable[Shot], crf: int = CRF) -> Path:
    """Write a clip in H.264 under a temporary name, then rename it.  Odd sides lose their last pixel."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    with av.open(str(part), "w") as clip:
        stream: Any = None
        for shot in shots:
            height, width = (side // 2 * 2 for side in shot.rgb.shape[:2])
            if stream is None:
                stream = clip.add_stream("libx264", rate=30)
                stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
                stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1"}
                stream.time_base = stream.codec_context.time_base = Fraction(1, TICKS)
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(shot.rgb[:height, :width]), format="rgb24")
            picture.pts, picture.time_base = round(shot.time_s * TICKS), Fraction(1, TICKS)
            clip.mux(stream.encode(picture))
        clip.mux(stream.encode())
    part.replace(path)
    return path
