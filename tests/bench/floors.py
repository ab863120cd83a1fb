"""Two floors under the cost of an analysis: decoding alone, and the pose network alone.

python -m tests.bench.floors decode CLIP
python -m tests.bench.floors inference CLIP BUNDLE FRAMES HEIGHT_PX

Each prints, as JSON, the wall time and the processor time of the work, without imports and start.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Final

import av
import mediapipe as mp
import numpy as np
from mediapipe.tasks.python import BaseOptions, vision

PICTURES: Final = 30
"""Number of pictures that the network gets in turn, so that memory stays small."""

MOST: Final = 300
"""Largest number of frames that the network runs on.  The time for more is scaled, because each costs the same."""


def decode(clip: str) -> dict[str, float]:
    """Decode the whole clip with PyAV, by as many threads as FFmpeg likes.  The pictures are not converted."""
    with av.open(clip) as container:
        container.streams.video[0].thread_type = "AUTO"
        return _cost(lambda: sum(1 for _ in container.decode(video=0)))


def inference(clip: str, bundle: str, count: int, height_px: int) -> dict[str, float]:
    """Run the pose network alone on `count` pictures of the clip, reduced to a height, in one thread."""
    pictures = [
        mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb)
        for rgb in itertools.islice(_small(clip, height_px), PICTURES)
    ]
    forth_and_back = itertools.cycle([*pictures, *reversed(pictures)])
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=bundle),
        running_mode=vision.RunningMode.VIDEO,
        output_segmentation_masks=True,
    )
    ran = min(count, MOST)
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        landmarker.detect_for_video(next(forth_and_back), 0)
        cost = _cost(lambda: [landmarker.detect_for_video(next(forth_and_back), 33 * i) for i in range(1, ran + 1)])
    return {name: value * count / ran for name, value in cost.items()}


def _small(clip: str, height_px: int) -> Iterator[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]:
    """The pictures of the clip in RGB, at most `height_px` high.  The width is a multiple of four: masks need it."""
    with av.open(clip) as container:
        for picture in container.decode(video=0):
            height = min(height_px, picture.height)
            width = round(picture.width * height / picture.height / 4) * 4
            yield np.ascontiguousarray(picture.to_ndarray(format="rgb24", width=width, height=height))


def _cost(work: Callable[[], object]) -> dict[str, float]:
    begin_s, begin_cpu_s = time.perf_counter(), time.process_time()
    work()
    return {"wall_s": time.perf_counter() - begin_s, "cpu_s": time.process_time() - begin_cpu_s}


if __name__ == "__main__":
    if sys.argv[1] == "decode":
        print(json.dumps(decode(sys.argv[2])))
    else:
        print(json.dumps(inference(sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))))
