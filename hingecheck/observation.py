"""Stages 2 to 5 of a clip: observe, trace, clean, orient.

In: a clip and a source of landmarks.  Out: everything that the spine is inferred from, thumbnails, and the motion of
the camera (`Observation`), for each part of the clip between two cuts.

Steps (`observe`):

1. The pose source looks at the clip.  It gives landmarks, traces of the trunk, and thumbnails.
2. The clip is split at its cuts, and where the lifter jumps because some seconds were cut out.  The next steps are done
   for each part by itself.
3. The thumbnails show how the camera moved.  This motion is taken out here, once: from now on the landmarks have the
   coordinates of a camera that stands still.  They are put back into the picture only for drawing.
4. The landmarks are cleaned, and the view is determined.
5. If hardly anybody is seen in any part, the analysis ends with NobodyFound.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from hingecheck import landmarks, parts, posture
from hingecheck.backends.source import PoseSource
from hingecheck.errors import NobodyFound
from hingecheck.filtering import lasting_s
from hingecheck.geometry import length
from hingecheck.kinematics import view
from hingecheck.pose import camera_motion, cleaning, covering, identity
from hingecheck.progress import Watch
from hingecheck.records import Code, Floats, Observed, PoseTrack, Reason, Seen, Thumbnails
from hingecheck.spine import contour
from hingecheck.video import reading
from hingecheck.video.working_copy import WorkingCopy

LEAST_SEEN, LEAST_SEEN_S = 0.1, 0.09
"""Smallest share of the clip, and shortest time in seconds, in which the trunk of a lifter must be seen."""


SHORTEST_PART_S: Final = 0.7
"""Shortest part between two cuts that is measured, in seconds.  Own choice: the shortest part with a whole pull in 35
public clips lasts 0.97 s."""


JUMP: Final = 0.1
"""Smallest distance between the shoulders before and after a jump, in trunk lengths.  Where only plates jumped, or the
camera shook, the shoulders stay.  A drawn lifter who moves by 0.06 at once between two repetitions is no reason to
split a clip."""

FASTER: Final = 2.0
"""Smallest ratio of the shoulders' speed in a jump to that just before and just after it.  It is 2.5 and more where
0.8 s around the lockout were cut out of three drawn pulls.  Of 86 public clips two have a place at which the picture
may jump: it is 0.9 in one; in the other, the clip has just begun."""

BESIDE: Final = 2
"""Number of looks before and after a jump whose speeds are compared with it."""


@dataclass(frozen=True)
class Observation:
    """The result of stages 2 to 5 for a part of a clip; for all of it if it has no cuts.

    `observed.track` and `thumbnails` are those of a camera that stands still.  `camera_px` (M, 2): the motion that was
    taken out of each sample, in display pixels.  `frame_s` (N,): the times of all frames, in seconds.  `new_s` (F,): of
    those that show something new of the lifter; None: all.  `notes`: what makes the lifter hard
    to follow.
    """

    observed: Observed
    thumbnails: Thumbnails
    camera_px: Floats
    frame_s: Floats
    new_s: Floats | None = None
    notes: tuple[Reason, ...] = ()

    @property
    def seen_s(self) -> float:
        """How long the trunk of the lifter is seen, in seconds."""
        track = self.observed.track
        return lasting_s(track.time_s, track.seen)


def observe(
    clip: reading.Video, source: PoseSource, copy: WorkingCopy, watch: Watch | None = None
) -> tuple[Observation, ...]:
    """What is seen of the lifter in each part of a clip; its working copy is filled.  Raises NobodyFound."""
    # 1
    seen = source.read(clip, copy, watch)
    # 2
    jumps_s = [time_s for time_s in clip.jumps_s if _jumps(seen.track, time_s)]
    split = parts.split(seen, sorted({*clip.cuts_s, *jumps_s}), SHORTEST_PART_S)
    each = tuple(_shown(of_part(part), part, clip.new_s(part.frame_s)) for part in split)
    # 5
    if not any(_somebody(part.observed.track) for part in each):
        if any(_somebody(part.observed.raw) and posture.lies(part.observed.raw) for part in each):
            raise NobodyFound(
                f"{clip.path}: nobody stands in this clip",
                "If the picture lies on its side, give --rotate.",
            )
        raise NobodyFound(
            f"{clip.path}: nobody was found in this clip",
            "Film the whole lifter from the side, in good light, filling at least half of the picture's height.",
        )
    return each


def _jumps(raw: PoseTrack, time_s: float) -> bool:
    """True if the shoulders are elsewhere from the last landmarks before a time to the first ones from then on.

    They must also get there faster than they move just before and just after it.
    """
    shoulder, hip = (raw.middle_px(pair)[raw.seen] for pair in (landmarks.SHOULDERS, landmarks.HIPS))
    seen_s = raw.time_s[raw.seen]
    after = int(np.searchsorted(seen_s, time_s))
    if not 0 < after < len(seen_s):
        return False
    way = length(np.diff(shoulder, axis=0)) / np.median(length(shoulder - hip))
    speed = way / np.diff(seen_s)
    beside = np.delete(speed[max(after - 1 - BESIDE, 0) : after + BESIDE], min(after - 1, BESIDE))
    return bool(way[after - 1] >= JUMP and speed[after - 1] >= FASTER * beside.max(initial=0.0))


def _shown(seen: Observation, part: Seen, new_s: Floats) -> Observation:
    """What is seen, with notes, and with the times of pictures that show something new of the lifter.

    These are not those of another person, nor those in which something covers the lifter.
    """
    others_s, hidden = identity.others_s(part.track), covering.covered(part.thumbnails, part.track)
    for begin_s, end_s in others_s:
        new_s = new_s[(new_s < begin_s) | (new_s > end_s)]
    people, shaken = identity.notes(others_s, part.among_px), camera_motion.notes(part.track, seen.camera_px)
    shown_s = covering.uncovered_s(new_s, part.thumbnails, hidden)
    return replace(seen, new_s=shown_s, notes=(*people, *covering.notes(hidden), *shaken))


def notes(each: Sequence[Observation]) -> list[Reason]:
    """What makes the lifter hard to follow; one note of a kind, that of the first part."""
    found: dict[Code, Reason] = {}
    for note in (note for part in each for note in part.notes):
        found.setdefault(note.code, note)
    return list(found.values())


def of_part(seen: Seen) -> Observation:
    """What is seen of the lifter in a part."""
    # 3
    motion = camera_motion.transforms(seen.thumbnails, seen.track)
    camera_px = camera_motion.shift_px(seen.thumbnails, motion, seen.track)
    # 4
    track = cleaning.clean(camera_motion.taken_out(seen.track, camera_px))
    observed = Observed(contour.collect(seen.traces), seen.track, track, view.orient(track))
    steady = camera_motion.steadied(seen.thumbnails, motion)
    return Observation(observed, steady, camera_px, seen.frame_s)


def _somebody(track: PoseTrack) -> bool:
    """True if the trunk is seen for a good part of the time."""
    seen_s, whole_s = (lasting_s(track.time_s, frames) for frames in (track.seen, track.seen | True))
    return not (seen_s < LEAST_SEEN * whole_s or seen_s < LEAST_SEEN_S)
