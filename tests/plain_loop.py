"""Compare the time of an analysis with that of a plain MediaPipe loop, on the same clip in the same run.

python -m tests.plain_loop samples/clips/hip_led.mp4
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import cv2
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision

from hingecheck.analysis import analyze
from hingecheck.backends import bundles


def plain_loop(clip: Path, *, masks: bool) -> None:
    """Read with OpenCV and detect with MediaPipe; measure nothing."""
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(bundles.find(bundles.DEFAULT).path)),
        running_mode=vision.RunningMode.VIDEO,
        output_segmentation_masks=masks,
    )
    capture = cv2.VideoCapture(str(clip))
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        index = 0
        while True:
            good, picture = capture.read()
            if not good:
                break
            rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
            landmarker.detect_for_video(mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb), index * 33)
            index += 1
    capture.release()


def seconds(work: Callable[[], object]) -> float:
    """Seconds of the shortest of three runs."""
    times_s = []
    for _ in range(3):
        begin_s = time.perf_counter()
        work()
        times_s.append(time.perf_counter() - begin_s)
    return min(times_s)


def main() -> None:
    """Print the three times and two ratios."""
    clip = Path(sys.argv[1])
    analyzed_s = seconds(lambda: analyze(clip))
    bare_s, masked_s = (seconds(partial(plain_loop, clip, masks=masks)) for masks in (False, True))
    print(f"analyze {analyzed_s:.1f} s, plain loop {bare_s:.1f} s, with masks {masked_s:.1f} s")
    print(f"ratio to the plain loop {analyzed_s / bare_s:.2f}, to the one with masks {analyzed_s / masked_s:.2f}")


if __name__ == "__main__":
    main()
