"""Stage 2, observe: frames become landmarks over time, one person throughout.

Streaming: a frame and its mask live until they are traced, then a few kilobytes remain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

import numpy as np

from hingecheck import landmarks
from hingecheck.records import Floats, Frame, PoseTrack, Sighting, Trace


class PoseEstimator(Protocol):
    """A pose model.  `follow` keeps to the person it first found; `everyone` looks at one picture afresh."""

    def follow(self, frame: Frame) -> Sighting | None:
        """The person in `frame`, or None; frames must come in order of time."""

    def everyone(self, frame: Frame) -> list[Floats]:
        """Landmarks (33, 2), in pixels of `frame.rgb`, of all people in one picture."""

    def close(self) -> None:
        """Release the model."""


def observe(
    frames: Iterable[Frame],
    estimator: PoseEstimator,
    trace: Callable[[Frame, Sighting | None], Trace],
) -> tuple[PoseTrack, list[Trace]]:
    """Landmarks in display pixels, and one trace, for every frame; frames without a person are NaN."""
    blank = np.full((landmarks.COUNT, 3), np.nan)
    times_s, points, worlds, visibility, traces = [], [], [], [], []
    for frame in frames:
        sighting = estimator.follow(frame)
        traces.append(trace(frame, sighting))
        times_s.append(frame.time_s)
        points.append(blank[:, :2] if sighting is None else on_display(sighting.xy_px, frame))
        worlds.append(blank if sighting is None else sighting.world_m)
        visibility.append(blank[:, 0] if sighting is None else sighting.visibility)
    xy_px = np.stack(points)
    track = PoseTrack(
        time_s=np.array(times_s),
        xy_px=xy_px,
        visibility=np.stack(visibility),
        world_m=np.stack(worlds),
        filled=np.zeros(xy_px.shape[:2], bool),
    )
    return track, traces


def on_display(xy_px: Floats, frame: Frame) -> Floats:
    """Display pixels of points (n, 2) that are given in pixels of the frame's picture."""
    return np.asarray(xy_px / frame.scale + np.array(frame.origin_px))
