"""Stages 2 to 5 of a clip: observe, trace, clean, orient.

In: a clip and a source of landmarks.  Out: everything that the spine is inferred from, thumbnails, and the motion of
the camera (`Observation`).

Steps (`observe`):

1. The pose source looks at the clip.  It gives landmarks, traces of the trunk, and thumbnails.
2. The thumbnails show how the camera moved.  This motion is taken out here, once: from now on the landmarks have the
   coordinates of a camera that stands still.  They are put back into the picture only for drawing.
3. The landmarks are cleaned.  If hardly anybody is seen, the analysis ends with NobodyFound.
4. The view is determined.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hingecheck.backends.source import PoseSource
from hingecheck.errors import NobodyFound
from hingecheck.filtering import lasting_s
from hingecheck.kinematics import view
from hingecheck.pose import camera_motion, cleaning
from hingecheck.progress import Watch
from hingecheck.records import Floats, Observed, PoseTrack, Thumbnails
from hingecheck.spine import contour
from hingecheck.video import reading
from hingecheck.video.working_copy import WorkingCopy

LEAST_SEEN, LEAST_SEEN_S = 0.1, 0.09
"""Smallest share of the clip, and shortest time in seconds, in which the trunk of a lifter must be seen."""


@dataclass(frozen=True)
class Observation:
    """The result of stages 2 to 5 for a clip.

    `observed.track` and `thumbnails` are those of a camera that stands still.  `camera_px` (M, 2): the motion that was
    taken out of each sample, in display pixels.  `frame_s` (N,): the times of all frames, in seconds.
    """

    observed: Observed
    thumbnails: Thumbnails
    camera_px: Floats
    frame_s: Floats


def observe(clip: reading.Video, source: PoseSource, copy: WorkingCopy, watch: Watch | None = None) -> Observation:
    """What is seen of the lifter in a clip; its working copy is filled.  Raises NobodyFound."""
    # 1
    seen = source.read(clip, copy, watch)
    # 2
    motion = camera_motion.transforms(seen.thumbnails, seen.track)
    camera_px = camera_motion.shift_px(seen.thumbnails, motion, seen.track)
    # 3
    track = _check_somebody(cleaning.clean(camera_motion.taken_out(seen.track, camera_px)), clip.path)
    # 4
    observed = Observed(contour.collect(seen.traces), seen.track, track, view.orient(track))
    return Observation(observed, camera_motion.steadied(seen.thumbnails, motion), camera_px, seen.frame_s)


def _check_somebody(track: PoseTrack, path: Path) -> PoseTrack:
    """The track unchanged.  Raises NobodyFound if the trunk is hardly ever seen."""
    seen_s, whole_s = (lasting_s(track.time_s, frames) for frames in (track.seen, track.seen | True))
    if seen_s < LEAST_SEEN * whole_s or seen_s < LEAST_SEEN_S:
        raise NobodyFound(
            f"{path}: nobody was found in this clip",
            "Film the whole lifter from the side, in good light, filling at least half of the picture's height.",
        )
    return track
