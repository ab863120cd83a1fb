"""Write frames to a video file that phones and browsers can play."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args

import av
import numpy as np

from samples.errors import MissingCodec
from samples.film.raster import Image
from samples.spec import Codec, VideoSpec

ALLOWED = ", ".join(get_args(Codec))

REPEATABLE = {"libx264": {"x264-params": "mbtree=0"}}
"""Options without which a codec writes other bytes each time: x264's macroblock tree depends on what was in the memory
before, and a hard clip then gives other results."""


def check_codec(video: VideoSpec) -> None:
    """Raise MissingCodec if this PyAV cannot write the codec."""
    try:
        av.Codec(video.codec, "w")
    except ValueError as error:
        raise MissingCodec(
            f"video.codec = {video.codec!r}: this PyAV has no such encoder. Allowed, if installed: {ALLOWED}"
        ) from error


def write_video(path: Path, frames: Iterable[Image], video: VideoSpec) -> None:
    """Write to a temporary name, then rename. So a file that exists is complete."""
    check_codec(video)
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    rate = Fraction(video.rate_hz).limit_denominator(1001)
    with av.open(str(part), "w", options={"movflags": "+faststart"}) as container:
        stream: Any = container.add_stream(video.codec, rate=rate)  # PyAV's type stubs list only a few codec names
        stream.width, stream.height, stream.pix_fmt = video.width_px, video.height_px, "yuv420p"
        slow = {"preset": "slow"} if video.codec in ("libx264", "libx265") else {}
        stream.options = {"crf": str(video.crf), "threads": "1"} | slow | REPEATABLE.get(video.codec, {})
        for frame in frames:
            picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    part.replace(path)
