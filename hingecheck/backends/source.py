"""Where landmarks come from: what the analysis asks of the pose network, of a replay, or of any other source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from hingecheck.pose.lifter import Region
from hingecheck.records import Seen
from hingecheck.video.reading import Video

Watch = Callable[[float, float], None]
"""Called with each frame's time and the clip's expected duration, in seconds; for a progress bar."""


class PoseSource(Protocol):
    """A source of landmarks."""

    def read(self, clip: Video, region: Region | None, watch: Watch | None) -> Seen:
        """Everything seen of one person in `clip`, in `region` of it if one is given."""
