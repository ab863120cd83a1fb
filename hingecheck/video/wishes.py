"""What the user says about a clip, checked: who is the lifter, what its file does not say, how large it may be."""

from __future__ import annotations

import re
from typing import Final, Literal

from hingecheck.errors import UsageError
from hingecheck.records import TURNS_DEG, Limits, Repairs, Wanted

PEOPLE: Final[tuple[Literal["auto", "left", "right", "largest"], ...]] = ("auto", "left", "right", "largest")
"""The words for a person."""

FASTEST: Final = 64.0
"""Largest factor of slow motion."""


def repairs(rotate: int, slow_motion: float) -> Repairs:
    """What the user says about the clip.  Raises UsageError for another turn or factor."""
    if rotate not in TURNS_DEG:
        raise UsageError(f"--rotate {rotate}: is not a quarter turn", "Give 90, 180 or 270, clockwise.")
    if not 1.0 <= slow_motion <= FASTEST:
        raise UsageError(
            f"--slow-motion {slow_motion:g}: is not between 1 and {FASTEST:g}",
            "Give how many times slower than the lift the clip is, for example 8.",
        )
    return Repairs(rotate, slow_motion)


def person(who: str) -> Wanted:
    """Who of several people is the lifter.  Raises UsageError for other words."""
    for word in PEOPLE:
        if who == word:
            return word
    try:
        x, y = map(float, who.split(","))
    except ValueError as error:
        raise UsageError(
            f"--person {who}: is not known", "Give left, right, largest, or a point on the lifter's hips, like 640,360."
        ) from error
    return x, y


def check_place(who: Wanted, width: int, height: int) -> None:
    """Raise UsageError if a person is named by a point outside the picture, whose sides are in display pixels."""
    if isinstance(who, tuple) and not (0 <= who[0] < width and 0 <= who[1] < height):
        raise UsageError(
            f"--person {who[0]:g},{who[1]:g}: is outside the picture, which has {width} x {height} pixels",
            "Give a point on the lifter's hips, counted from the upper left corner.",
        )


def limits(megapixels: float | None, frames: int | None, minutes: float | None) -> Limits:
    """The largest clip that the user allows; None stands for the default."""
    usual = Limits()
    return Limits(
        usual.pixels if megapixels is None else round(megapixels * 1e6),
        usual.frames if frames is None else frames,
        usual.duration_s if minutes is None else minutes * 60,
    )


def picture_size(words: str) -> tuple[int, int] | None:
    """Width and height of a picture from words like 1080x1920; None without words.  Raises UsageError for others."""
    if not words:
        return None
    found = re.fullmatch(r"([1-9]\d{0,4})[x×]([1-9]\d{0,4})", words.strip().lower())
    if found is None:
        raise UsageError(f"--picture-size {words}: is not a size", "Give width and height in pixels, like 1080x1920.")
    return int(found[1]), int(found[2])
