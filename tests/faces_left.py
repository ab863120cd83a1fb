"""Counts frames in which a face detector finds a face before and after blurring.

    python -m tests.faces_left CLIP YUNET.onnx [EVERY]

YUNET.onnx is the file of OpenCV's YuNet, which the package does not include.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from hingecheck import analysis
from hingecheck.privacy import redactor
from hingecheck.records import Bytes
from hingecheck.video.reading import Video


def yunet(path: str) -> Callable[[Bytes], bool]:
    """Return a function that says whether OpenCV's detector finds a face (score 0.6) in the whole picture."""
    detector = cv2.FaceDetectorYN.create(path, "", (320, 320), 0.6)

    def has_face(picture: Bytes) -> bool:
        detector.setInputSize((picture.shape[1], picture.shape[0]))
        return detector.detect(np.ascontiguousarray(picture[..., ::-1]))[1] is not None

    return has_face


def main() -> None:
    """Print the two counts."""
    clip, has_face = Path(sys.argv[1]), yunet(sys.argv[2])
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 6
    result = analysis.analyze(clip)
    hide = redactor.redactor(result, clip)
    times_s = [float(t) for t in result.angles.time_s[::step]]
    before, after = 0, 0
    for picture, time_s in zip(Video(clip).frames_at(times_s), times_s, strict=True):
        if has_face(picture):
            hidden = hide(picture, time_s)
            before, after = before + 1, after + (hidden is not None and has_face(hidden))
    print(f"{clip.name}: {len(times_s)} frames, a face in {before} before and in {after} of these after blurring")


if __name__ == "__main__":
    main()
