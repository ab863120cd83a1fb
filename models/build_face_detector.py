"""Build the face detector in this folder from the published npm package.

    npm pack @mediapipe/face_detection@0.4.1657300184 && tar xzf mediapipe-face_detection-*.tgz
    python -m models.build_face_detector package/

The weights are Google's, published under Apache-2.0 in that package; no byte of them is changed.  The tasks runtime
refuses a bare network, so it gets a `TFLITE_METADATA` buffer that states how its image input is normalised, like the
pose networks (`build_pose_bundles.py`).  The same input gives the same bytes.
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
        sys.exit(f"{SOURCE}: its sha256 is not that of @mediapipe/face_detection@0.4.1657300184; download it again")
    data = with_metadata(network, image_input_metadata(127.5, 127.5))
    (Path(__file__).parent / "face_short.tflite").write_bytes(data)
    print(f"face_short.tflite  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
