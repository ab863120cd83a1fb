"""Say what is drawn at a time: joints, the near arm, the outline of the back, and the frame whose angles are written.

Input: an analysis.  Output: a `Moment` for any time.  The lifter is looked at in samples (`Analysis.pose`, `contour`),
which are fewer than the frames of the film and not evenly spaced.  So places are interpolated between two samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hingecheck import landmarks
from hingecheck.filtering import usual_step_s
from hingecheck.records import Analysis, Angle, Bools, Code, Floats, Measure, Part, Reason, Tangent
from hingecheck.report import phases

SAME_TIME_S: Final = 1e-6
"""Rounding error of times, in seconds."""

TANGENT_HALF: Final = 0.24
"""Half of a drawn tangent, in trunk lengths."""

ARM_SEEN: Final = 0.7
"""Least visibility (0 to 1) of shoulder, elbow and wrist to draw the arm."""

PATH_STAYS_S: Final = 1.0
"""Time for which the path of the bar stays after a repetition, in seconds."""

_LEFT, _RIGHT = ([int(joint[side]) for joint in landmarks.CHAIN] for side in (0, 1))
_ARMS: Final = {
    name: [int(joint[side]) for joint in (landmarks.SHOULDERS, landmarks.ELBOWS, landmarks.WRISTS)]
    for side, name in enumerate(("left", "right"))
}


@dataclass(frozen=True)
class Moment:
    """What is drawn at one time.  Places are in display pixels, NaN where they are not seen.

    `frame`: index of the angles to write.  `joints_px` (4, 2): shoulder, hip, knee, ankle.  `arm_px` (3, 2): shoulder,
    elbow and wrist of the near arm, NaN if it is hidden.  `edge_px` (K, 2): outline of the back.  `clean` (K,): where
    nothing hides it.  `trunk_px`: length of the trunk.
    """

    frame: int
    joints_px: Floats
    arm_px: Floats
    edge_px: Floats
    clean: Bools
    trunk_px: float

    @property
    def seen(self) -> bool:
        """True if the trunk of the lifter is seen."""
        return not np.isnan(self.joints_px[:2]).any()


@dataclass(frozen=True)
class Scene:
    """An analysis and the numbers that its drawing needs at every time.

    `trunk_px`: length of the upright trunk, in display pixels.  `step_s`: usual time between two samples, in seconds.
    `timeline`: what the lifter does when.
    """

    analysis: Analysis
    trunk_px: float
    step_s: float
    timeline: phases.Timeline

    @staticmethod
    def of(analysis: Analysis) -> Scene:
        """Compute the scene of an analysis."""
        trunk_px = float(np.nanquantile(np.hypot(*analysis.contour.axis_px.T), 0.9))
        return Scene(analysis, trunk_px, usual_step_s(analysis.pose.time_s), phases.Timeline.of(analysis.reps))

    def at(self, time_s: float) -> Moment:
        """What is drawn at a time in seconds."""
        pose, contour, view = self.analysis.pose, self.analysis.contour, self.analysis.part_at(time_s).view
        between = _Between.of(pose.time_s, time_s, self.step_s / 2, [part.begin_s for part in self.analysis.parts])
        xy_px, near = between.mixed(pose.xy_px), _ARMS[view.side]
        hidden = not np.fmin.reduce(between.least(pose.visibility)[near]) >= ARM_SEEN  # unknown: hidden
        edges_px = contour.edge_px(view.dorsal, between.samples)
        return Moment(
            frame=frame_at(self.analysis, time_s),
            joints_px=(xy_px[_LEFT] + xy_px[_RIGHT]) / 2,
            arm_px=np.full((len(near), 2), np.nan) if hidden else xy_px[near],
            edge_px=between.joined(edges_px[0], edges_px[-1]),
            clean=contour.valid[between.nearest, view.dorsal],
            trunk_px=float(np.hypot(*between.mixed(contour.axis_px))),
        )

    def bar_path_px(self, time_s: float) -> Floats:
        """The path of the bar (K, 2) in display pixels from the start of the newest repetition up to a time.

        It is as the camera sees it at that time.  It is empty before the first and after the end of a repetition.
        """
        place = self.analysis.bar_place
        begun = [rep.rep for rep in self.analysis.reps if phases.begin_s(rep.rep) <= time_s]
        if place is None or not begun or time_s > phases.end_s(begun[-1]) + PATH_STAYS_S:
            return np.zeros((0, 2))
        now = frame_at(self.analysis, time_s)
        first = int(np.searchsorted(place.time_s, phases.begin_s(begun[-1])))
        return np.asarray(place.place_px[first : now + 1] + place.camera_px[now])

    def reading(self, name: str, frame: int) -> Measure:
        """An angle to write beside a frame: that of its posture, or else the one measured in the frame."""
        angle: Angle = getattr(self.analysis.angles, name)
        time_s = float(self.analysis.angles.time_s[frame])
        if name in phases.SIDE_VIEW_ONLY and not self.analysis.part_at(time_s).view.assessable:
            return Measure.missing(Code.VIEW_OBLIQUE)
        held = self.timeline.held(name, time_s)
        return angle_at(angle, frame) if held is None else held

    def part(self, moment: Moment) -> Part:
        """The part of the clip that a moment belongs to."""
        return self.analysis.part_at(float(self.analysis.angles.time_s[moment.frame]))

    def touch(self, moment: Moment, tangent: Tangent) -> Floats:
        """The point (2,) where a tangent touches the outline of the back, in display pixels."""
        nearest = int(np.argmin(np.abs(self.analysis.contour.station - tangent.station)))
        return np.asarray(moment.edge_px[nearest])

    def along(self, moment: Moment, tangent: Tangent) -> Floats:
        """The upper half of a tangent as a vector (2,), in display pixels."""
        angle = getattr(self.analysis.angles, tangent.segment)
        lean = np.radians(tangent.standing_deg + angle.value_deg[moment.frame])
        half_px = TANGENT_HALF * moment.trunk_px
        return np.asarray(half_px * np.array([self.part(moment).view.facing_sign * np.sin(lean), -np.cos(lean)]))


def angle_at(angle: Angle, frame: int) -> Measure:
    """An angle in a frame with its 90 % interval, or the reason why it is not measured."""
    value, half = float(angle.value_deg[frame]), float(angle.half_deg[frame])
    if np.isnan(value):
        return Measure.missing(Reason(Code(angle.reason[frame])))
    return Measure(value, value - half, value + half)


def frame_at(analysis: Analysis, time_s: float) -> int:
    """Index of the frame to show for a time in seconds: the first frame that is not earlier."""
    frame = int(np.searchsorted(analysis.angles.time_s, time_s - SAME_TIME_S))
    return min(frame, len(analysis.angles.time_s) - 1)


@dataclass(frozen=True)
class _Between:
    """The place of a time between two samples.

    `samples`: the sample before and the one after, or only one at a sample and outside all of them.  `share`: how far
    the time is from the first to the second, 0 to 1.  `close`: places in `samples` of those that are so near in time
    that they can stand in alone, nearest first.  `nearest`: the sample nearest in time.
    """

    samples: tuple[int, ...]
    share: float
    close: tuple[int, ...]
    nearest: int

    @staticmethod
    def of(sampled_s: Floats, time_s: float, close_s: float, begins_s: Sequence[float] = ()) -> _Between:
        """Find a time among the times of the samples.

        `close_s`: the largest distance of a sample that is close.  `begins_s`: begins of the parts of a cut clip; a
        time has no samples of two parts.
        """
        after = min(int(np.searchsorted(sampled_s, time_s - SAME_TIME_S)), len(sampled_s) - 1)
        inside = after > 0 and sampled_s[after] > time_s + SAME_TIME_S
        if inside and any(time_s < begin_s <= sampled_s[after] for begin_s in begins_s):
            after, inside = after - 1, False
        samples = (after - 1, after) if inside else (after,)
        away_s = [abs(float(sampled_s[sample]) - time_s) for sample in samples]
        order = sorted(range(len(samples)), key=away_s.__getitem__)
        close = tuple(place for place in order if away_s[place] <= max(close_s, SAME_TIME_S))
        return _Between(samples, away_s[0] / (sum(away_s) or 1.0), close, samples[order[0]])

    def mixed(self, values: Floats) -> Floats:
        """Values (M, ...) of all samples, interpolated."""
        return self.joined(values[self.samples[0]], values[self.samples[-1]])

    def joined(self, first: Floats, second: Floats) -> Floats:
        """The values (...) of both samples, interpolated.  If one is unknown, the other counts if it is close."""
        if len(self.samples) == 1:
            return first if self.close else np.full_like(first, np.nan)
        out = first + self.share * (second - first)
        for place in self.close:
            out = np.where(np.isnan(out), (first, second)[place], out)
        return np.asarray(out)

    def least(self, values: Floats) -> Floats:
        """The smaller values (...) of both samples, from those (M, ...) of all; NaN only if both are unknown."""
        return np.asarray(np.fmin(values[self.samples[0]], values[self.samples[-1]]))
