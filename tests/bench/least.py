"""The least that any program must do that looks as often and writes a film: decode, look, encode.  It measures nothing.

python -m tests.bench.least CLIP BUNDLE LOOKS FILM

Two threads share the work: one decodes and reduces every picture that the film shows and encodes it as it is, both run
the pose network on one picture again and again.  Only what this needs is imported, because start and imports count.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from hingecheck.backends.landmarker import Landmarker
from hingecheck.pose.following import Square
from hingecheck.records import Frame
from hingecheck.video import writing
from hingecheck.video.reading import Video
from hingecheck.video.working_copy import APART_S, height_px

PICTURE = np.full((512, 512, 3), 128, np.uint8)
"""What the network looks at: its work does not depend on the picture."""


def least(clip: Path, bundle: Path, looks: int, film: Path) -> None:
    """Decode a clip, encode it in the size of the film, and look `looks` times, all at once in two threads."""
    left = iter(range(looks))
    lock = threading.Lock()

    def look() -> None:
        network, square = Landmarker(bundle), Square(np.array([256.0, 256.0]), 400.0, 0.0)
        while True:
            with lock:
                if next(left, None) is None:
                    return
            network.look(PICTURE, square)

    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(look)
        video = Video(clip)
        writing.write(film, video, _reduced(video), 30.0)
        look()
        looking.result()


def _reduced(video: Video) -> Iterator[Frame]:
    for small in video.small(height_px(video.width, video.height), APART_S):
        yield small.frame()


if __name__ == "__main__":
    least(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
