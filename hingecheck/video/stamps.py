"""When each picture of a clip is shown, where the file says it badly.

In: an open clip.  Out: `Stamps`, the times of its pictures.  Some programs write pairs of pictures with equal times, or
times a tick apart, or no times at all.  The pictures themselves are sound: they were taken evenly.

Steps (`read`):

1. Read the times of all packets of the stream, without decoding them.
2. Without times, or with a single time for all, count the pictures at the rate that the file gives.
3. Else find groups of pictures that are less than CLOSE_S apart, though the time up to the next group is much longer.
   Spread each group evenly up to the next one.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame

from hingecheck.records import Bools, Code, Floats, Ints, Reason
from hingecheck.video import streams

CLOSE_S: Final = 0.003
"""Time between two pictures below which they were not taken one after the other, in seconds (333 a second)."""

CLOSER: Final = 0.2
"""The same as a share of the usual time between two pictures; and how much of the time up to the next group a group
takes at most.  A stretch of slow motion takes all of it."""

OFTEN: Final = 0.2
"""Smallest share of pictures whose times are spread.  Fewer come from a camera that stumbles."""

FASTEST_HZ: Final = 2000.0
"""Pictures a second above which the times cannot be those of the camera."""

RATES_HZ: Final = (5.0, 300.0)
"""Rates that a file is believed to have, in pictures a second."""


@dataclass
class Stamps:
    """The times of the pictures of a clip.  Use one for one pass over the clip.

    `rate_hz`: the rate at which pictures are counted; 0: they have times of their own.  `spread`: the new times in
    seconds by the file's stamp, for stamps that are changed.  `packets`: number of pictures in the file, as far as it
    can be read.  `note`: what was changed.  `ticks` (N,): the file's own times of showing, sorted, in the stream's
    units; none if they are not used.
    """

    rate_hz: float = 0.0
    spread: dict[int, list[float]] = field(default_factory=dict)
    packets: int = 0
    note: Reason | None = None
    ticks: Ints = field(default_factory=lambda: np.empty(0, np.int64))
    _count: int = 0
    _used: Counter[int] = field(default_factory=Counter)

    @property
    def changed(self) -> bool:
        """True if the times are not those of the file."""
        return self.note is not None

    def fresh(self) -> Stamps:
        """The same for another pass."""
        return Stamps(self.rate_hz, self.spread, self.packets, self.note, self.ticks)

    def time_s(self, picture: VideoFrame) -> float | None:
        """The time of the next picture that was decoded, in seconds; None if it is not known."""
        self._count += 1
        if self.rate_hz:
            return (self._count - 1) / self.rate_hz
        if picture.pts is None or picture.time is None:
            return None
        times_s = self.spread.get(picture.pts)
        if times_s is None:
            return float(picture.time)
        self._used[picture.pts] += 1
        return times_s[min(self._used[picture.pts], len(times_s)) - 1]


def read(clip: InputContainer, index: int) -> Stamps:
    """The times of the pictures of one stream."""
    stream = streams.at(clip, index)
    # 1
    stamps, packets = _stamps(clip, index)
    unit_s = float(stream.time_base or 0)
    if clip.format.name == "avi" or not packets or not unit_s:  # AVI says in which order frames are shown, not when
        return Stamps(packets=packets)
    ticks = np.sort(np.array(stamps, np.int64))
    # 2
    if len(stamps) < packets / 2 or (ticks[-1] - ticks[0]) * unit_s < (packets - 1) / FASTEST_HZ:
        rate_hz = _rate_hz(clip, index, packets)
        return Stamps(rate_hz, packets=packets, note=Reason(Code.RATE_ASSUMED, (round(rate_hz, 2),)))
    # 3
    spread, moved = _spread(np.asarray(ticks * unit_s, np.float64))
    if moved.mean() < OFTEN:
        return Stamps(packets=packets, ticks=ticks)
    new: dict[int, list[float]] = {}
    for tick, time_s in zip(ticks.tolist(), spread.tolist(), strict=True):
        new.setdefault(tick, []).append(time_s)
    return Stamps(0.0, new, packets, Reason(Code.STAMPS_SPREAD, (float(moved.mean()),)))


def _stamps(clip: InputContainer, index: int) -> tuple[list[int], int]:
    """The times of showing of the packets of a stream, in its units, and the number of packets."""
    stamps, packets = [], 0
    with contextlib.suppress(FFmpegError, OSError):  # the file breaks off
        for packet in clip.demux(streams.at(clip, index)):
            if packet.size and not packet.is_discard:
                packets += 1
                if packet.pts is not None:
                    stamps.append(packet.pts)
    return stamps, packets


def _rate_hz(clip: InputContainer, index: int, packets: int) -> float:
    """Pictures a second as the file's duration or its stream gives them; 0 if neither can be believed."""
    stream, duration_s = streams.at(clip, index), (clip.duration or 0) / 1e6
    guesses = [packets / duration_s if duration_s else 0.0, float(stream.guessed_rate or 0)]
    return next((rate for rate in guesses if RATES_HZ[0] <= rate <= RATES_HZ[1]), 0.0)


def _spread(times_s: Floats) -> tuple[Floats, Bools]:
    """Sorted times with each group of close ones spread evenly, and which of them moved."""
    step_s = np.diff(times_s)
    taken = step_s >= CLOSE_S
    if not taken.any():
        return times_s, np.zeros(len(times_s), bool)
    starts = np.append(0, np.flatnonzero(step_s >= min(CLOSE_S, CLOSER * float(np.median(step_s[taken])))) + 1)
    counts = np.diff(np.append(starts, len(times_s)))
    room_s = np.append(np.diff(times_s[starts]), np.inf)  # up to the next group
    usual_s = float(np.median(room_s[:-1] / counts[:-1]))
    each_s = np.minimum(room_s / counts, 2 * usual_s)  # after the last picture of a group there may be a true gap
    each_s[-1] = usual_s
    extent_s = times_s[starts + counts - 1] - times_s[starts]
    grouped = np.repeat((counts > 1) & (extent_s < CLOSER * room_s), counts)
    place = np.arange(len(times_s)) - np.repeat(starts, counts)
    new_s = np.repeat(times_s[starts], counts) + place * np.repeat(each_s, counts)
    return np.where(grouped, new_s, times_s), grouped & (place > 0)
