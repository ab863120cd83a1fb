"""Training of the spine model; needed only to make `spine_encoder.onnx` and `spine_head.onnx` again.

- `frames`: render training frames. `data`: read them. `lending`: landmarks for silhouettes. `batches`: network inputs.
- `net`: the network. `train`: training. `restore`: members from the shipped files, to train further.
- `export`: calibration and export. `check`: errors on unseen lifters. See ../SPINE.md.
"""
