"""Refuses clips that are too large, too small or too long to be read.

In: the size of a clip's pictures and the limits.  Out: nothing, or an InputError that says what to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hingecheck.errors import InputError
from hingecheck.records import Limits
from hingecheck.video.container import PLAYABLE

LEAST_SIDE_PX: Final = 16
"""Least pixels of a picture's shorter side."""

LONGEST_SHAPE: Final = 8.0
"""Largest ratio of a picture's sides."""


def check_pixels(path: Path, pixels: int, limits: Limits) -> None:
    """Raise InputError if a picture has too many pixels, or is not known to have any (0)."""
    if not pixels:
        raise InputError(
            f"{path}: no frame of it can be decoded, or they have more than {limits.pixels / 1e6:.3g} million pixels",
            f"{PLAYABLE} For larger pictures, raise the limit with --max-megapixels.",
        )
    if pixels > limits.pixels:
        raise InputError(
            f"{path}: its pictures have {pixels / 1e6:.3g} million pixels, more than the limit of "
            f"{limits.pixels / 1e6:.3g} million",
            "Export it smaller, or raise the limit with --max-megapixels.",
        )


def check_sides(path: Path, width: int, height: int) -> None:
    """Raise InputError for a picture in which no person can be seen."""
    if min(width, height) < LEAST_SIDE_PX:
        raise InputError(
            f"{path}: the picture is too small ({width} × {height} pixels)", "Give the phone's own file, in full size."
        )
    if max(width, height) > LONGEST_SHAPE * min(width, height):
        raise InputError(
            f"{path}: the picture is only a strip ({width} × {height} pixels)", "Film the whole lifter in the picture."
        )


def too_long(path: Path, limits: Limits) -> InputError:
    """The error for a clip with too many pictures, or too long a one."""
    return InputError(
        f"{path}: is longer than {limits.duration_s / 60:g} minutes or {limits.frames} frames",
        "Cut out the set, or raise the limit with --max-minutes and --max-frames.",
    )
