"""Which pictures of a clip the decoder may leave out.

In: the times of all pictures, and how far apart those are that somebody looks at.  Out: a `Sparing`, to be asked before
each packet is decoded and after each picture.  Why: a phone records up to 240 pictures a second, and at most 30 are
looked at.

A clip describes most pictures as changes of other pictures.  Many describe none: without them, every other picture is
the same to the bit.  The decoder knows them (FFmpeg's `skip_frame`).  Of these, those that nobody looks at are left
out.  Their times still count.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Final, Literal

import numpy as np
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from hingecheck.records import Ints
from hingecheck.video.seeking import TIME_TOLERANCE_S

CODECS: Final = ("h264", "hevc")
"""Decoders that can leave out pictures.  Phones record with these."""


Discard = Literal["DEFAULT", "NONREF"]
"""What the decoder may leave out: nothing, or a picture that no other refers to."""


class Sparing:
    """Which pictures are left out of one pass over a clip: none of those looked at, known by their times."""

    def __init__(self, looked_at: Ints) -> None:
        """Leave out any other picture that no picture needs."""
        self._wanted, self._stopped = frozenset(looked_at.tolist()), False
        self._sent: list[int] = []  # a heap: those that the decoder may leave out, and has not given

    def discard(self, packet: Packet[VideoStream]) -> Discard:
        """What the decoder may leave out of this packet, as its option `skip_frame`."""
        stamp = packet.pts
        if self._stopped or stamp is None or stamp in self._wanted or packet.is_discard or not packet.size:
            return "DEFAULT"
        heapq.heappush(self._sent, stamp)
        return "NONREF"

    def stop(self) -> None:
        """Leave out nothing more: after damage, other pictures may be looked at than those that were wanted."""
        self._stopped = True

    def left_out(self, picture: VideoFrame) -> list[float]:
        """The times, in seconds, of what was left out since the last picture and before this one."""
        times_s, stamp, unit = list[float](), picture.pts, picture.time_base or Fraction(0)
        while stamp is not None and self._sent and self._sent[0] <= stamp:
            sent = heapq.heappop(self._sent)
            if sent != stamp:
                times_s.append(sent * unit.numerator / unit.denominator)
        return times_s


def shown(
    pictures: Iterable[VideoFrame], spared: Sparing | None, time_s: Callable[[VideoFrame], float | None]
) -> Iterator[tuple[float | None, VideoFrame | None]]:
    """The pictures with their times (`time_s`, in seconds); in place of each that was left out, None with its time."""
    for picture in pictures:
        if spared is not None:
            yield from ((left_s, None) for left_s in spared.left_out(picture))
        yield time_s(picture), picture


def wanted(ticks: Ints, unit_s: float, apart_s: float) -> Ints:
    """Those of the sorted times (N,), in units of `unit_s` seconds, that are looked at.

    They are the first, each that follows the last one looked at by `apart_s` or more, and the clip's last.
    """
    time_s = (ticks - ticks[0]) * unit_s
    chosen = [0]
    while (later := int(np.searchsorted(time_s, time_s[chosen[-1]] + apart_s - TIME_TOLERANCE_S))) < len(ticks):
        chosen.append(max(later, chosen[-1] + 1))
    return np.unique(ticks[[*chosen, len(ticks) - 1]])
