"""The parts of a cut clip: each is measured by itself, then the results are put one after the other.

In: what is seen of a whole clip, and the times of its cuts.  Out: what is seen of each part (`split`); later one record
of several (`joined`).  Why: across a cut nothing is one movement.  The camera, the lifter and even the room may be
others, so a part has its own lifter, camera motion, view, zero and repetitions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeVar, cast

import numpy as np

from hingecheck.records import Floats, PoseTrack, Seen, Thumbnails, Trace

Record = TypeVar("Record")

ONCE: Final = frozenset({"station"})
"""Arrays that do not hold one value for each time."""

OF_A_SAMPLE: Final = ("xy_px", "visibility", "world_m", "filled")
"""Arrays of a `PoseTrack` beside its times."""


def split(seen: Seen, cuts_s: Sequence[float], shortest_s: float) -> list[Seen]:
    """What is seen of each part.  A part shorter than `shortest_s` is looked at as if nobody were in it."""
    starts = np.unique(np.searchsorted(seen.frame_s, [seen.frame_s[0], *cuts_s]))
    ends = [*starts[1:], len(seen.frame_s)]
    if len(starts) == 1:
        return [seen]
    pieces = [_piece(seen, seen.frame_s[begin:end]) for begin, end in zip(starts, ends, strict=True) if begin < end]
    return [_unseen(each) if each.frame_s[-1] - each.frame_s[0] < shortest_s else each for each in pieces]


def joined(records: Sequence[Record], main: Record) -> Record:
    """One record of several: arrays over time one after the other, everything else as in `main`."""
    values: dict[str, Any] = {}
    for field in fields(cast(Any, main)):
        each = [getattr(record, field.name) for record in records]
        if isinstance(each[0], np.ndarray) and field.name not in ONCE:
            values[field.name] = np.concatenate(each)
        elif is_dataclass(each[0]) and _over_time(each[0]):
            values[field.name] = joined(each, getattr(main, field.name))
    return cast(Record, replace(cast(Any, main), **values))


def _over_time(record: Any) -> bool:
    """True if a record holds arrays over time."""
    return any(isinstance(getattr(record, field.name), np.ndarray) for field in fields(record))


def _piece(seen: Seen, frame_s: Floats) -> Seen:
    """What is seen in some frames in a row.  Its first and last frame become samples, if they are none."""
    first_s, last_s = frame_s[[0, -1]]
    inside = np.flatnonzero((seen.track.time_s >= first_s) & (seen.track.time_s <= last_s))
    ends_s = [time_s for time_s in dict.fromkeys((first_s, last_s)) if time_s not in seen.track.time_s[inside]]
    track = _with_blanks(_rows(seen.track, inside), np.array(ends_s))
    traces = {float(seen.track.time_s[i]): seen.traces[i] for i in inside}
    blank = _blank_trace(seen.traces[0])
    whole = tuple(traces.get(float(time_s), blank) for time_s in track.time_s)
    return Seen(track, whole, _thumbnails(seen.thumbnails, first_s, last_s), frame_s, seen.among_px)


def _thumbnails(whole: Thumbnails, first_s: float, last_s: float) -> Thumbnails:
    """The thumbnails of a part; the nearest one if it has none of its own."""
    inside = (whole.time_s >= first_s) & (whole.time_s <= last_s)
    if not inside.any():
        inside[np.abs(whole.time_s - first_s).argmin()] = True
    return whole.those(inside)


def _rows(track: PoseTrack, rows: Any) -> PoseTrack:
    values = {name: getattr(track, name)[rows] for name in ("time_s", *OF_A_SAMPLE)}
    return replace(track, **values)


def _with_blanks(track: PoseTrack, blank_s: Floats) -> PoseTrack:
    """The track with samples at these times in which nobody is seen."""
    if not len(blank_s):
        return track
    order = np.argsort(np.concatenate([track.time_s, blank_s]))
    values = {}
    for name in OF_A_SAMPLE:
        array = getattr(track, name)
        empty = np.zeros if array.dtype == bool else lambda shape: np.full(shape, np.nan)
        values[name] = np.concatenate([array, empty((len(blank_s), *array.shape[1:]))]).astype(array.dtype)[order]
    return PoseTrack(np.concatenate([track.time_s, blank_s])[order], **values)


def _blank_trace(like: Trace) -> Trace:
    """A trace of nobody."""
    nowhere = np.full(2, np.nan)
    return Trace(
        nowhere, nowhere, np.full_like(like.offset, np.nan), np.zeros_like(like.valid), np.zeros_like(like.crop), False
    )


def _unseen(seen: Seen) -> Seen:
    """The same time, with nobody in it."""
    blank = _blank_trace(seen.traces[0])
    xy_px, world_m = (np.full_like(array, np.nan) for array in (seen.track.xy_px, seen.track.world_m))
    return replace(
        seen, track=replace(seen.track, xy_px=xy_px, world_m=world_m), traces=tuple(blank for _ in seen.traces)
    )
