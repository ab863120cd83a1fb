"""Training of the plate finder; needed only to make `plates.onnx` and `bar_end.onnx` again.

- `frames`: render training frames. `examples`: cut out and augment them. `painting`: other plates and exposures.
- `net`: the network. `train`: training, errors and export. See ../PLATES.md.
"""
