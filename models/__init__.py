"""The models that ship with hingecheck, and the scripts that made them.

- `plates/`: training of the plate finder. `spine/`: training of the spine model.
- `build_pose_bundles.py`, `build_face_detector.py`: build Google's published networks into the files that ship.
- `*.md`: one model card per model. `MANIFEST.toml`: the sha256 of every file.
"""
