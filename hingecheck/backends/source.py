"""Where landmarks come from: what the analysis asks of the pose network, of a replay, or of any other source."""

from __future__ import annotations

from typing import Protocol

from hingecheck.progress import Watch
from hingecheck.records import Seen
from hingecheck.video.reading import Video
from hingecheck.video.working_copy import WorkingCopy


class PoseSource(Protocol):
    """A source of landmarks: the pose network, or a replay of its stored answers."""

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        """Everything that is seen of the lifter in a clip.  A source may fill the clip's working copy.

        `watch` hears how far it is.
        """
