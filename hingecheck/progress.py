"""How far a run has come: the stages tell it, the commands show it.

A function that works for long takes a `Watch` and calls it with a `Progress`.  None stands for nobody who watches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

Item = TypeVar("Item")


class Stage(StrEnum):
    """What a run is doing now, in the order of a run."""

    STARTING = "getting ready"
    STANDING = "measuring the standing clip"
    SCOUTING = "scouting the clip"
    MEASURING = "measuring the lifter"
    JUDGING = "judging the lift"
    MAX_BEND = "measuring the bending clip"
    HEADS = "finding the heads"
    KEY_FRAMES = "drawing the key frames"
    FILM = "drawing the film"
    REPORT = "writing the report"


@dataclass(frozen=True, slots=True)
class Progress:
    """The present stage, and how many frames it has done.  `expected`: frames in all; 0 if this is not known."""

    stage: Stage
    done: int = 0
    expected: int = 0


Watch = Callable[[Progress], None]
"""Called when a stage begins, and after each frame if the stage works frame by frame."""


def begin(watch: Watch | None, stage: Stage) -> None:
    """Tell that a stage begins."""
    if watch is not None:
        watch(Progress(stage))


def counted(frames: Iterable[Item], watch: Watch | None, stage: Stage, expected: int = 0) -> Iterator[Item]:
    """The frames unchanged.  Tells that the stage begins, and after each frame how many are done."""
    if watch is None:
        yield from frames
        return
    watch(Progress(stage, 0, expected))
    for done, frame in enumerate(frames, 1):
        yield frame
        watch(Progress(stage, done, expected))


def as_stage(watch: Watch | None, stage: Stage) -> Watch | None:
    """A watch that hears of one stage only, whatever the stages in it are."""
    if watch is None:
        return None
    return lambda progress: watch(replace(progress, stage=stage))
