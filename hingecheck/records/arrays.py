"""Array types of the records, and the checks that every record makes once, when it is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Words = NDArray[np.str_]


def check(record: object, shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Freeze every array of a record and compare shapes; -1 fits any length."""
    for item in fields(record):  # type: ignore[arg-type]
        value = getattr(record, item.name)
        if isinstance(value, np.ndarray):
            value.setflags(write=False)
    for name, want in shapes.items():
        got = getattr(record, name).shape
        if len(got) != len(want) or any(w not in (-1, g) for g, w in zip(got, want, strict=True)):
            raise ValueError(f"{type(record).__name__}.{name}: shape {got}, expected {want}")


def check_time(time_s: Floats) -> None:
    """Raise ValueError unless times (N,) grow strictly and are all known."""
    if time_s.size and (np.isnan(time_s).any() or np.any(np.diff(time_s) <= 0)):
        raise ValueError("time_s must grow strictly and hold no NaN")
