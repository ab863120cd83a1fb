"""The data that the files of this stage share: the pictures, and the bends of a clip.

In: nothing is computed here except simple questions about a `Course`.  Out: the types that `turns`, `evidence` and
`segment` hand to each other.

Words.  A *bend* is one way down and up again.  A *valley* is the frame of a bend in which the hands are lowest.  A
*peak* is the frame before, between or after the valleys in which the hands are highest: an upright moment.  Heights are
in leg lengths (hip to ankle of the straight leg) above the ankles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from hingecheck.records import AngleTrack, Bools, Floats, Looks
from hingecheck.signals.hand_height import Hands

CUT_S: Final = 0.085
"""Tolerance at the clip's ends, in seconds.  A valley this near to the first or last frame is where the clip was cut,
not where the hands turned."""

AROUND_S: Final = 0.2
"""Uncertainty of a peak's or valley's time, in seconds.  Plates also hide the hips for a few frames, so posture is read
over this time before and after, and so is the bar."""

AT_THE_BAR: Final = 0.35
"""Largest distance, from front to back, of feet and hands from their place in the bend, in leg lengths.  Within it the
lifter is at the bar.  The hands count too, because plates may hide the feet of a lifter who walks away."""


class Pictures(Protocol):
    """What thumbnails show of the load (`barbell.evidence.Pictures`).  All times are in seconds."""

    def plates_up(self) -> tuple[Floats, Floats] | None:
        """Times (M,) and heights (M,) of the plates above their resting place, in leg lengths; None without plates."""

    def bar_up(self, times_s: Sequence[float], within_s: float) -> Floats:
        """Height (M,) of the bar's end above its resting place, within `within_s` of each time, in leg lengths."""

    def looks(self, upright_s: Sequence[float], bent_s: Sequence[float]) -> Looks | None:
        """The upright moments as two kinds of pictures; None if they cannot be compared.

        `bent_s`: the time of the bend after each upright moment but the last.
        """

    def beside(self, upright_s: Sequence[float], bent_s: Sequence[float], left_s: Sequence[float]) -> Floats:
        """How much (M,) the picture beside the lifter changes, in squared leg lengths; NaN = unknown.

        `left_s`: when the hands leave the bottom of each bend.
        """


@dataclass(frozen=True)
class Course:
    """The bends of a clip: frame indices of its `valleys` (B) and of the `peaks` around them (B + 1).

    `plates` (N,): height of the plates above their resting place, in leg lengths; NaN where they are not seen.
    """

    track: AngleTrack
    hands: Hands
    plates: Floats
    valleys: tuple[int, ...]
    peaks: tuple[int, ...]

    @property
    def height(self) -> Floats:
        """Height of the hands (N,), in leg lengths."""
        return self.hands.height

    @property
    def time_s(self) -> Floats:
        """Times of the frames (N,), in seconds."""
        return self.track.time_s

    def begins_at(self, frame: int) -> bool:
        """True if a frame is within CUT_S of the clip's beginning."""
        return bool(self.time_s[frame] - self.time_s[0] <= CUT_S)

    def ends_at(self, frame: int) -> bool:
        """True if a frame is within CUT_S of the clip's end."""
        return bool(self.time_s[-1] - self.time_s[frame] <= CUT_S)

    def around(self, frame: int) -> Bools:
        """Frames (N,) within AROUND_S of a frame."""
        return np.asarray(np.abs(self.time_s - self.time_s[frame]) <= AROUND_S)


def at_the_bar(track: AngleTrack, frame: int) -> Bools:
    """Frames (N,) in which feet and hands are, from front to back, within AT_THE_BAR of their place in `frame`.

    A part that is never seen does not count.
    """
    forward = [_without_gaps(series) for series in (track.foot_forward, track.hand_forward)]
    return np.asarray(np.fmax(*(np.abs(series - series[frame]) for series in forward)) <= AT_THE_BAR)


def _without_gaps(series: Floats) -> Floats:
    """The series (N,) with gaps bridged by straight lines; unchanged if every value is NaN."""
    known = np.flatnonzero(~np.isnan(series))
    return np.asarray(np.interp(np.arange(len(series)), known, series[known])) if len(known) else series
