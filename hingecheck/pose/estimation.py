"""Stage 2, observe: frames become landmarks of one person over time.

In: frames in order of time or against it, a pose model, and a function that traces the trunk in a frame.  Out: a
`PoseTrack` in display pixels and one trace per frame.  Why the trace is made here: frame and mask are large, so they
are dropped as soon as the frame is traced; a few kilobytes per frame remain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from hingecheck import landmarks
from hingecheck.records import Floats, Frame, PoseTrack, Sighting, Trace


class PoseEstimator(Protocol):
    """A pose model that stays with the person that it found first."""

    def follow(self, frame: Frame) -> Sighting | None:
        """The followed person in `frame`, None if nobody is found; the frames come in order of time or against it."""


def observe(
    frames: Iterable[Frame],
    estimator: PoseEstimator,
    trace: Callable[[Frame, Sighting | None], Trace],
) -> tuple[PoseTrack, list[Trace]]:
    """Landmarks in display pixels and a trace for every frame, in order of time; NaN in frames without a person.

    `trace` gets each frame with the person in it, or None.  There must be at least one frame.
    """
    blank = np.full((landmarks.COUNT, 3), np.nan)
    times_s, points, worlds, visibility, traces = [], [], [], [], []
    for frame in frames:
        sighting = estimator.follow(frame)
        traces.append(trace(frame, sighting))
        times_s.append(frame.time_s)
        points.append(blank[:, :2] if sighting is None else on_display(sighting.xy_px, frame))
        worlds.append(blank if sighting is None else sighting.world_m)
        visibility.append(blank[:, 0] if sighting is None else sighting.visibility)
    order = np.argsort(times_s)
    xy_px = np.stack(points)[order]
    track = PoseTrack(
        time_s=np.array(times_s)[order],
        xy_px=xy_px,
        visibility=np.stack(visibility)[order],
        world_m=np.stack(worlds)[order],
        filled=np.zeros(xy_px.shape[:2], bool),
    )
    return track, [traces[index] for index in order]


def on_display(xy_px: Floats, frame: Frame) -> Floats:
    """Points (n, 2) in display pixels; `xy_px` is in pixels of the frame's picture."""
    return np.asarray(xy_px / frame.scale + np.array(frame.origin_px))
