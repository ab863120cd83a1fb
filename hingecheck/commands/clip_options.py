"""Options about the clip itself: what its file does not say, and how large it may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from hingecheck.errors import UsageError

if TYPE_CHECKING:
    from hingecheck.records import Limits, Repairs

FASTEST: Final = 64.0
"""Largest factor of slow motion."""

Rotate = Annotated[
    int, typer.Option("--rotate", metavar="DEGREES", help="Turn the picture clockwise: 90, 180 or 270 degrees.")
]
SlowMotion = Annotated[
    float,
    typer.Option(
        "--slow-motion",
        metavar="FACTOR",
        help="The clip is slow motion, this many times slower than the lift. 240 frames a second that play at 30: 8.",
    ),
]
MaxMegapixels = Annotated[
    float | None,
    typer.Option(min=0.01, help="Refuse pictures with more million pixels than this. Default: 40, more than 8K."),
]
MaxFrames = Annotated[int | None, typer.Option(min=1, help="Refuse clips with more frames than this. Default: 300000.")]
MaxMinutes = Annotated[
    float | None, typer.Option(min=0.01, help="Refuse clips that last longer than this. Default: 60.")
]


def repairs(rotate: int, slow_motion: float) -> Repairs:
    """What the user says about the clip.  Raises UsageError for another turn or factor."""
    from hingecheck.records import TURNS_DEG, Repairs

    if rotate not in TURNS_DEG:
        raise UsageError(f"--rotate {rotate}: is not a quarter turn", "Give 90, 180 or 270, clockwise.")
    if not 1.0 <= slow_motion <= FASTEST:
        raise UsageError(
            f"--slow-motion {slow_motion:g}: is not between 1 and {FASTEST:g}",
            "Give how many times slower than the lift the clip is, for example 8.",
        )
    return Repairs(rotate, slow_motion)


def limits(megapixels: float | None, frames: int | None, minutes: float | None) -> Limits:
    """The largest clip that the user allows; None stands for the default."""
    from hingecheck.records import Limits

    usual = Limits()
    return Limits(
        usual.pixels if megapixels is None else round(megapixels * 1e6),
        usual.frames if frames is None else frames,
        usual.duration_s if minutes is None else minutes * 60,
    )
