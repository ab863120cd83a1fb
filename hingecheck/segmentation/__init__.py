"""Stage 8: find the repetitions of a clip.

`segment` is the entry point: angles come in, repetitions with their events go out.
"""
