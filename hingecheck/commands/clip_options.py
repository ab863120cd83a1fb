"""Options about the clip itself: what its file does not say, and how large it may be."""

from __future__ import annotations

from typing import Annotated

import typer

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
Person = Annotated[
    str,
    typer.Option(
        "--person",
        metavar="WHO",
        help="Who of several people is the lifter: left, right, largest, or a point on the hips as X,Y in pixels. "
        "auto: who moves like one.",
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
