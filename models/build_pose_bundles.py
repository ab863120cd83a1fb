"""Build the pose bundles in this folder from the published npm package.

    npm pack @mediapipe/pose@0.5.1675469404 && tar xzf mediapipe-pose-*.tgz
    python -m models.build_pose_bundles package/

Input: the unpacked package. Output: `pose_lite.task`, `pose_full.task` and `pose_heavy.task` beside this file.

Google trained the weights and publishes them under Apache-2.0 in that package. This script changes none of them. The
tasks runtime refuses a network without metadata.

1. Add a `TFLITE_METADATA` buffer to each network, which says how the image input is normalised.
2. Put the detector and one landmark network in an uncompressed zip (`pose_detector.tflite`,
   `pose_landmarks_detector.tflite`).

The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import flatbuffers
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_schema
from mediapipe.tasks.metadata import schema_py_generated as model_schema

DETECTOR = "pose_solution_packed_assets.data"
SOURCE_SHA256 = {
    DETECTOR: "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
    "pose_landmark_lite.tflite": "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
    "pose_landmark_full.tflite": "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
    "pose_landmark_heavy.tflite": "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
}
ALIGNMENT_BYTES = 4  # the runtime maps the networks directly from the zip file
LOCAL_HEADER_BYTES = 30  # length of a zip entry's header before its name
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # a fixed date, so that the same input gives the same bytes


def read_checked(package: Path, name: str) -> bytes:
    """Return the bytes of `package/name`; end the program if they are not the published ones."""
    path = package / name
    if not path.is_file():
        sys.exit(f"{path}: no such file; give the folder of the unpacked npm package")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SOURCE_SHA256[name]:
        sys.exit(f"{path}: the sha256 differs from @mediapipe/pose@0.5.1675469404; download it again")
    return data


def filled(table: Any, **fields: object) -> Any:
    """Set fields of a generated table object and return it.

    The generated classes take no arguments.
    """
    for name, value in fields.items():
        if not hasattr(table, name):
            raise AttributeError(f"{type(table).__name__} has no field {name}")
        setattr(table, name, value)
    return table


def image_input_metadata(mean: float, std: float) -> bytes:
    """Return an `M001` metadata buffer: one RGB image input, normalised as (pixel - mean) / std."""
    options = filled(metadata_schema.NormalizationOptionsT(), mean=[mean], std=[std])
    unit = filled(
        metadata_schema.ProcessUnitT(),
        optionsType=metadata_schema.ProcessUnitOptions.NormalizationOptions,
        options=options,
    )
    image = filled(metadata_schema.ImagePropertiesT(), colorSpace=metadata_schema.ColorSpaceType.RGB)
    content = filled(
        metadata_schema.ContentT(),
        contentPropertiesType=metadata_schema.ContentProperties.ImageProperties,
        contentProperties=image,
    )
    tensor = filled(metadata_schema.TensorMetadataT(), name="image", content=content, processUnits=[unit])
    graph = filled(metadata_schema.SubGraphMetadataT(), inputTensorMetadata=[tensor])
    root = filled(metadata_schema.ModelMetadataT(), subgraphMetadata=[graph])
    builder = flatbuffers.Builder(1024)
    builder.Finish(root.Pack(builder), b"M001")
    return bytes(builder.Output())


def with_metadata(network: bytes, metadata: bytes) -> bytes:
    """Return the same network with one more buffer that holds `metadata`."""
    model = model_schema.ModelT.InitFromPackedBuf(network, 0)
    model.buffers.append(filled(model_schema.BufferT(), data=list(metadata)))
    entry = filled(model_schema.MetadataT(), name="TFLITE_METADATA", buffer=len(model.buffers) - 1)
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(network) + 4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def bundle(networks: dict[str, bytes]) -> bytes:
    """Return an uncompressed zip whose entries start at multiples of four bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in networks.items():
            entry = zipfile.ZipInfo(name, ZIP_EPOCH)
            begin = out.tell() + LOCAL_HEADER_BYTES + len(name)
            padding = -begin % ALIGNMENT_BYTES
            # A private extra field (id 0xFFFF, 4 bytes of header) pads the entry; every zip reader accepts it.
            entry.extra = b"\xff\xff" + padding.to_bytes(2, "little") + bytes(padding) if padding else b""
            archive.writestr(entry, data)
    return out.getvalue()


def main() -> None:
    """Write `pose_lite.task`, `pose_full.task` and `pose_heavy.task` beside this file."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    package = Path(sys.argv[1])
    detector = with_metadata(read_checked(package, DETECTOR), image_input_metadata(127.5, 127.5))
    for size in ("lite", "full", "heavy"):
        network = read_checked(package, f"pose_landmark_{size}.tflite")
        landmarks = with_metadata(network, image_input_metadata(0.0, 255.0))
        data = bundle({"pose_detector.tflite": detector, "pose_landmarks_detector.tflite": landmarks})
        (Path(__file__).parent / f"pose_{size}.task").write_bytes(data)
        print(f"pose_{size}.task  {len(data)} bytes  sha256 {hashlib.sha256(data).hexdigest()}")


if __name__ == "__main__":
    main()
