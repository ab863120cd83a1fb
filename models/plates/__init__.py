"""Training of the plate finder: frames, network, export; only needed to make `plates.onnx` anew."""
