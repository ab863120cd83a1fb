"""Something that does not move in front of the trunk is found; a plain lifter, and one who stays, are not covered."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from hingecheck import landmarks, texts
from hingecheck.pose import covering
from hingecheck.records import Floats, PoseTrack, Thumbnails
from tests import lifter

SCALE = 0.2
TRACK = lifter.track(lifter.Set().posture())


def thumbnails(track: PoseTrack, covers: tuple[float, float] | None = None) -> Thumbnails:
    """A grey room with the trunk as a bright line; `covers`: top and bottom of a white box, in pixels."""
    hip, shoulder = (SCALE * track.middle_px(pair) for pair in (landmarks.HIPS, landmarks.SHOULDERS))
    pictures, some = [], range(0, len(track.time_s), 4)
    for frame in some:
        picture = np.full((200, 100), 120, np.uint8)
        cv2.line(picture, _pixel(hip[frame]), _pixel(shoulder[frame]), 220, 9)
        if covers is not None:
            picture[round(SCALE * covers[0]) : round(SCALE * covers[1])] = 250
        pictures.append(picture)
    return Thumbnails(track.time_s[list(some)], np.array(pictures), SCALE, (0.0, 0.0))


def _pixel(place: Floats) -> tuple[int, int]:
    return round(float(place[0])), round(float(place[1]))


def test_a_caption_over_the_hips_hides_the_frames_in_which_the_lifter_is_behind_it() -> None:
    hip_y = float(np.median(TRACK.middle_px(landmarks.HIPS)[:30, 1]))
    small = thumbnails(TRACK, (hip_y - 60, hip_y + 30))
    hidden = covering.covered(small, TRACK)
    assert hidden[:8].all()
    (note,) = covering.notes(hidden)
    assert f"covers the trunk in {hidden.mean():.0%} of the clip" in texts.reason(note)
    shown_s = covering.uncovered_s(TRACK.time_s, small, hidden)
    assert not (shown_s < 1.0).any()
    assert len(shown_s) == pytest.approx(len(TRACK.time_s) * (1 - hidden.mean()), rel=0.1)


def test_a_lifter_whom_nothing_covers_or_who_does_not_bend_is_not_covered() -> None:
    assert not covering.covered(thumbnails(TRACK), TRACK).any()
    standing = lifter.track(lifter.Set(bends=()).posture())
    assert not covering.covered(thumbnails(standing), standing).any()
    assert covering.notes(np.zeros(40, bool)) == []
    few = np.arange(40) < 3
    assert covering.notes(few) == []
    assert covering.uncovered_s(TRACK.time_s, thumbnails(TRACK), few) is TRACK.time_s
