"""Array types of the records, and the checks that a record makes when it is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
"""Numbers; NaN = unknown."""

Bools = NDArray[np.bool_]
"""Marks, for example of frames."""

Bytes = NDArray[np.uint8]
"""Values from 0 to 255: pictures and masks."""

Ints = NDArray[np.intp]
"""Indices and counts."""

Words = NDArray[np.str_]
"""Texts: the code of the reason of each frame, "" where it has none."""


def check(record: object, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Make every array of a record read-only, and compare the shapes of the named ones; -1 fits any length.

    Raises ValueError for another shape.
    """
    for item in fields(record):  # type: ignore[arg-type]
        value = getattr(record, item.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    for name, expected in shapes.items():
        shape = getattr(record, name).shape
        if len(shape) != len(expected) or any(e not in (-1, s) for s, e in zip(shape, expected, strict=True)):
            raise ValueError(f"{type(record).__name__}.{name}: shape {shape}, expected {expected}")


def check_time(time_s: Floats) -> None:
    """Raise ValueError unless the times (N,) are all known and each is later than the one before."""
    if time_s.size and (np.isnan(time_s).any() or np.any(np.diff(time_s) <= 0)):
        raise ValueError("time_s must grow strictly and hold no NaN")
