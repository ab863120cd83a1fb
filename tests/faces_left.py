"""Counts frames in which a face detector finds a face before and after blurring.

    python -m tests.faces_left CLIP [YUNET.onnx] [EVERY]

YUNET.onnx is the file of OpenCV's YuNet, which the package does not include. Without it, the package's own
detector looks for faces.
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
    """Return a function that says whether OpenCV's detector finds a face (score 0.6) in the whole picture."""
    detector = cv2.FaceDetectorYN.create(path, "", (320, 320), 0.6)

    def has_face(picture: Bytes) -> bool:
        detector.setInputSize((picture.shape[1], picture.shape[0]))
        return detector.detect(np.ascontiguousarray(picture[..., ::-1]))[1] is not None

    return has_face


def main() -> None:
    """Print the two counts."""
    clip = Path(sys.argv[1])
    step = int(sys.argv[3]) if len(sys.argv) > 3 else 6
    result = analysis.analyze(clip)
    with redactor.redactor(result, clip) as hide, MediaPipeFaces(bundles.face().path) as own_detector:

        def own_has_face(picture: Bytes) -> bool:
            return len(heads.faces(picture, own_detector, redactor.PICTURE_LEVELS)) > 0

        has_face = yunet(sys.argv[2]) if len(sys.argv) > 2 else own_has_face
        times_s = [float(t) for t in result.angles.time_s[::step]]
        before, after = 0, 0
        for picture, time_s in zip(Video(clip).frames_at(times_s), times_s, strict=True):
            if has_face(picture):
                hidden = hide(picture, time_s)
                before, after = before + 1, after + (hidden is not None and has_face(hidden))
    print(f"{clip.name}: {len(times_s)} frames, a face in {before} before and in {after} of these after blurring")


if __name__ == "__main__":
    main()
