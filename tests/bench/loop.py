"""The plain loop that a user would write: OpenCV reads every frame, MediaPipe finds the pose.  It measures nothing.

python -m tests.bench.loop CLIP BUNDLE [FRAMES]

It prints, as JSON, how many frames it read, and how many seconds each frame after the first took: wall time and
processor time.  Only what a user's script would import is imported, because its memory and start count.
"""

from __future__ import annotations

import json
import sys
import time

import cv2
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision


def loop(clip: str, bundle: str, most: int | None) -> dict[str, float]:
    """Find the pose in every frame at full size, and read its mask.  `most`: stop after this number of frames."""
    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=bundle),
        running_mode=vision.RunningMode.VIDEO,
        output_segmentation_masks=True,
    )
    capture = cv2.VideoCapture(clip)
    count, stamp_ms, begin = 0, -1, (0.0, 0.0)
    with vision.PoseLandmarker.create_from_options(options) as landmarker:
        while count != most:
            good, picture = capture.read()
            if not good:
                break
            rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
            stamp_ms = max(round(capture.get(cv2.CAP_PROP_POS_MSEC)), stamp_ms + 1)
            found = landmarker.detect_for_video(mp.Image(image_format=mp.ImageFormat.SRGB, data=rgb), stamp_ms)
            for mask in found.segmentation_masks or ():
                mask.numpy_view()
            count += 1
            if count == 1:
                begin = time.perf_counter(), time.process_time()
        end = time.perf_counter(), time.process_time()
    capture.release()
    later = max(1, count - 1)
    return {"frames": count, "wall_s": (end[0] - begin[0]) / later, "cpu_s": (end[1] - begin[1]) / later}


if __name__ == "__main__":
    print(json.dumps(loop(sys.argv[1], sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else None)))
