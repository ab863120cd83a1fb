"""What makes a clip hard to measure: said in the report, so that no number looks better than it is.

In: the times of the pictures that were read, and what the file promises.  Out: gaps, and notes (`Reason`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hingecheck.records import Code, Floats, Reason, VideoInfo

LOW_RATE_HZ: Final = 14.0
"""Pictures a second below which a lift is followed badly."""

LOW_LINES: Final = 300
"""Pixels of the picture's shorter side below which landmarks are too far off."""

GAP_S: Final = 0.3
"""Shortest time without a picture that counts as a gap, in seconds."""

GAP_STEPS: Final = 3.0
"""The same, as a multiple of the usual time between two pictures."""

GRAVE_GAP_S: Final = 1.0
"""Shortest gap that may hide a repetition, in seconds."""

DAMAGED: Final = 0.05
"""Share of damaged pictures from which a report says so."""

CUT: Final = 0.1
CUT_S: Final = 0.5
"""Share and time of the promised duration that must be missing before a clip counts as cut off."""

CAPTURED: Final = "com.android.capture.fps"
"""The tag in which Android phones write at how many pictures a second they filmed."""

SLOWER: Final = 1.8
"""Smallest ratio of filmed to played pictures a second that is slow motion."""


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of a clip: the times of its pictures, the step between them, and what the file promised.

    `new_s`: the times of the pictures that do not only repeat the one before (`frozen`).  `first_s`: the file's own
    time of the first picture.  `lines`: pixels of the shorter side.  `slow_motion`: the factor that the user gave.
    """

    times_s: Floats
    new_s: Floats
    step_s: float
    first_s: float
    failed: int
    promised_s: float
    lines: int
    slow_motion: float
    interlaced: bool


def gaps_s(times_s: Floats, step_s: float) -> tuple[tuple[float, float], ...]:
    """Times without a new picture, each from the last picture before it to the first after it, in seconds."""
    long = np.diff(times_s) > np.fmax(GAP_S, GAP_STEPS * step_s)
    return tuple((float(times_s[i]), float(times_s[i + 1])) for i in np.flatnonzero(long))


def losses(read: Read) -> list[Reason]:
    """What is lost of the clip: its end, pictures in it, or times between pictures."""
    notes, count = [], len(read.times_s)
    end_s = max(read.first_s, 0.0) + float(read.times_s[-1]) + (read.step_s if np.isfinite(read.step_s) else 0.0)
    if read.promised_s - end_s > max(CUT_S, CUT * read.promised_s):
        notes.append(Reason(Code.CUT_OFF, (end_s, read.promised_s)))
    elif read.failed > DAMAGED * (count + read.failed):
        notes.append(Reason(Code.FRAMES_DAMAGED, (read.failed / (count + read.failed),)))
    return [*notes, *gap_notes(gaps_s(read.new_s, read.step_s))]


def gap_notes(gaps: Sequence[tuple[float, float]]) -> list[Reason]:
    """That there are gaps (begin and end in seconds), if there are some."""
    longest_s = max((end - begin for begin, end in gaps), default=0.0)
    return [Reason(Code.PICTURE_GAPS, (float(len(gaps)), longest_s))] if gaps else []


def cut(times_s: Sequence[float]) -> list[Reason]:
    """That the clip is cut, if it is."""
    return [Reason(Code.CUTS, (float(len(times_s)), times_s[0]))] if times_s else []


def with_cuts(info: VideoInfo, times_s: Sequence[float]) -> VideoInfo:
    """The facts about a clip with these cuts, which also hold those that the landmarks confirm."""
    others = [note for note in info.notes if note.code is not Code.CUTS]
    return replace(info, cuts_s=tuple(times_s), notes=(*cut(times_s), *others))


def grave(read: Read) -> list[Reason]:
    """The losses because of which somebody or a repetition may have been missed."""
    return [note for note in losses(read) if note.code is not Code.PICTURE_GAPS or float(note.values[1]) >= GRAVE_GAP_S]


def limits(read: Read, tags: Mapping[str, str]) -> list[Reason]:
    """What limits the measures of the whole clip.  `tags`: those of the file."""
    notes = []
    if 1 / read.step_s < LOW_RATE_HZ:
        notes.append(Reason(Code.LOW_RATE, (1 / read.step_s,)))
    if read.lines < LOW_LINES:
        notes.append(Reason(Code.LOW_RESOLUTION, (float(read.lines),)))
    if read.interlaced:
        notes.append(Reason(Code.INTERLACED))
    slower = _captured_hz(tags) * read.step_s
    if slower > SLOWER and read.slow_motion == 1.0:
        notes.append(Reason(Code.SLOW_MOTION, (float(round(slower)),)))
    return notes


def _captured_hz(tags: Mapping[str, str]) -> float:
    """At how many pictures a second the phone filmed, as its tag says; NaN without it."""
    for name, value in tags.items():
        if name.lower() == CAPTURED:
            with contextlib.suppress(ValueError):
                return float(value)
    return float("nan")
