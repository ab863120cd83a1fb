"""The clips that are measured.  This module imports nothing heavy, because the measuring process must stay small."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

LOOP: Final = "loop"
"""The plain loop, as the other side of a comparison."""


@dataclass(frozen=True)
class Scene:
    """How the lifter is shown.

    `height`: the standing lifter's height, as a share of the picture's.  `x`: where the lifter stands, as a share of
    the picture's width.  `light`: factor of all grey levels.  `noise`: SD of the sensor noise, in grey levels.
    """

    height: float = 0.79
    x: float = 0.5
    light: float = 1.0
    noise: float = 2.0


@dataclass(frozen=True)
class Case:
    """One clip, and what its analysis is compared with.

    `against`: the plain loop on the same clip, or the name of another case: then the analysis of its clip.
    `repeats`: how often the clip repeats what was encoded once.
    `loop_frames`: the number of frames after which the loop stops, if the user does not say; None: it reads all.
    """

    name: str
    width_px: int
    height_px: int
    rate_hz: int
    length_s: float
    mbit_s: float
    codec: str = "libx264"
    scene: Scene = Scene()
    repeats: int = 1
    against: str = LOOP
    loop_frames: int | None = None

    @property
    def frames(self) -> int:
        """Number of frames of the clip."""
        return round(self.rate_hz * self.length_s)

    @property
    def encoded(self) -> int:
        """Number of frames that are encoded, and then repeated."""
        return self.frames // self.repeats

    def path(self, folder: Path) -> Path:
        """Where the clip lies."""
        return folder / f"{self.name}.mp4"


CASES: Final = {
    case.name: case
    for case in (
        Case("720p30", 1280, 720, 30, 10.0, 8.0),
        Case("1080p30", 1920, 1080, 30, 10.0, 14.0),
        Case("1080p60", 1920, 1080, 60, 10.0, 22.0),
        Case("4k60", 3840, 2160, 60, 10.0, 50.0, codec="libx265"),
        Case("1080p240", 1920, 1080, 240, 10.0, 60.0),
        Case("hard", 1920, 1080, 30, 10.0, 14.0, scene=Scene(0.4, 0.2, 0.35, 3.0), against="1080p30"),
        Case("10min", 1920, 1080, 30, 600.0, 14.0, repeats=5, loop_frames=600),
    )
}
"""The cases of the table, by name."""

TRIAL: Final = Case("trial", 640, 360, 10, 7.0, 1.0)
"""A small case that is not in the table.  It shows in half a minute whether everything works."""


def named(names: str) -> list[Case]:
    """The cases of a list of names with commas; raises ValueError for a name that is not known."""
    known = CASES | {TRIAL.name: TRIAL}
    wanted = [name.strip() for name in names.split(",")]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such case; there are {', '.join(known)}")
    return [known[name] for name in wanted]


def clips_of(cases: list[Case]) -> list[Case]:
    """The cases whose clips are needed: these, and those that they are compared with."""
    others = [CASES[case.against] for case in cases if case.against != LOOP]
    return list({case.name: case for case in (*cases, *others)}.values())
