"""Counts frames in which a face detector finds a face before and after blurring.

    python -m tests.faces_left CLIP [YUNET.onnx] [EVERY]

With OpenCV's YuNet, whose file does not travel with the package, or else with the package's own detector.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from hingecheck import analysis
from hingecheck.backends import bundles
from hingecheck.backends.mediapipe import MediaPipeFaces
from hingecheck.privacy import heads, redactor
from hingecheck.records import Bytes
from hingecheck.video.reading import Video


def yunet(path: str) -> Callable[[Bytes], bool]:
    """Whether OpenCV's detector finds a face (score 0.6) in the whole picture."""
    detector = cv2.FaceDetectorYN.create(path, "", (320, 320), 0.6)

    def finds(picture: Bytes) -> bool:
        detector.setInputSize((picture.shape[1], picture.shape[0]))
        return detector.detect(np.ascontiguousarray(picture[..., ::-1]))[1] is not None

    return finds


def main() -> None:
    """Print the two counts."""
    clip = Path(sys.argv[1])
    every = int(sys.argv[3]) if len(sys.argv) > 3 else 6
    result = analysis.analyze(clip)
    with redactor.redactor(result, clip) as hide, MediaPipeFaces(bundles.face().path) as own:

        def ours(picture: Bytes) -> bool:
            return len(heads.faces(picture, own, redactor.PICTURE_LEVELS)) > 0

        finds = yunet(sys.argv[2]) if len(sys.argv) > 2 else ours
        times_s = [float(t) for t in result.angles.time_s[::every]]
        before, after = 0, 0
        for picture, time_s in zip(Video(clip).frames_at(times_s), times_s, strict=True):
            if finds(picture):
                before, after = before + 1, after + finds(hide(picture, time_s))
    print(f"{clip.name}: {len(times_s)} frames, a face in {before} before and in {after} of these after blurring")


if __name__ == "__main__":
    main()
