"""Build the face detector in this folder from the published npm package.

    npm pack @mediapipe/face_detection@0.4.1657300184 && tar xzf mediapipe-face_detection-*.tgz
    python -m models.build_face_detector package/

Input: the unpacked package. Output: `face_short.tflite` beside this file.

Google trained the weights and publishes them under Apache-2.0 in that package. This script changes none of them. The
tasks runtime refuses a network without metadata. So the script adds a `TFLITE_METADATA` buffer, which says how the
image input is normalised, as for the pose networks (`build_pose_bundles.py`). The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Final

from models.build_pose_bundles import image_input_metadata, with_metadata

SOURCE: Final = "face_detection_short_range.tflite"
SOURCE_SHA256: Final = "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"


def main() -> None:
    """Write `face_short.tflite` beside this file."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    network = (Path(sys.argv[1]) / SOURCE).read_bytes()
    if hashlib.sha256(network).hexdigest() != SOURCE_SHA256:
        sys.exit(f"{SOURCE}: the sha256 differs from @mediapipe/face_detection@0.4.1657300184; download it again")
    data = with_metadata(network, image_input_metadata(127.5, 127.5))
    (Path(__file__).parent / "face_short.tflite").write_bytes(data)
    print(f"face_short.tflite  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
