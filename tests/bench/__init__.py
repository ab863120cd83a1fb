"""Compares the cost of an analysis with that of a plain MediaPipe loop: `python -m tests.bench`."""
