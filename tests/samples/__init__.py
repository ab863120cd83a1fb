"""Tests of the renderer in `samples`."""
