"""What keeps names and faces out of results: heads blurred over a clip, file names that give way to a pseudonym."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import texts
from hingecheck.backends import bundles
from hingecheck.errors import UsageError
from hingecheck.privacy import blurring
from hingecheck.privacy import heads as head_search
from hingecheck.privacy.blurring import Retouch
from hingecheck.privacy.bodies import Bodies, shoulders_seen, trunk_lengths
from hingecheck.records import Analysis, Bytes, Floats, Frame, PoseTrack, VideoInfo
from hingecheck.video.reading import Video

LOOK_PAUSE_S, LOST_PAUSE_S, LOOK_HEIGHT_PX = 1.0, 0.3, 1080
"""How often people and faces are looked for all over the clip, how often where the lifter's own landmarks were lost,
and in pictures of which height at most."""

PEOPLE_LEVELS: Final = (1.0, 0.6)
FACE_LEVELS: Final = (1.0, 0.6, 0.36, 0.2)
PICTURE_LEVELS: Final = (1.0, 0.6, 0.36)
"""Squares in which people and faces are looked for in the clip, and faces in each picture that is handed out."""

PEOPLE_MODEL: Final = "lite"
PSEUDONYM: Final = re.compile(r"\w([\w .-]{0,58}\w)?")
OWN_MODEL: Final = "a model of the user's own"


@contextmanager
def redactor(analysis: Analysis, path: Path) -> Iterator[Retouch]:
    """A function that blurs all heads in pictures of the clip; models are open as long as the `with` lasts.

    Decodes the clip once more.  Raises ModelError if a model is missing or damaged.
    """
    from hingecheck.backends.mediapipe import (
        MediaPipeEstimator,
        MediaPipeFaces,
    )

    pose, face = models()
    with MediaPipeEstimator(pose.path) as people, MediaPipeFaces(face.path) as faces:
        yield hiding(analysis.pose, Video(path).frames(LOOK_HEIGHT_PX), people, faces)


def hiding(
    pose: PoseTrack, frames: Iterable[Frame], people: head_search.People, detector: head_search.Faces
) -> Retouch:
    """A function that blurs all heads in pictures of the clip with these `frames`, in which the lifter has `pose`."""
    search = _Search(people, detector, blurring.lifter(pose))
    looks = list(search.looks(frames))
    known = Bodies.of(pose, [(look.time_s, look.people_px) for look in looks if look.lost])
    others = blurring.link((look.time_s, look.heads(search.own, known)) for look in looks)
    return blurring.retouch(others if search.own is None else [search.own, *others], search.left, known)


@dataclass(frozen=True)
class _Looked:
    """What one look at the clip found: circles (n, 3) of faces, landmarks (m, 33, 2) of people, in display pixels.

    `lost`: the lifter's own landmarks are not known at that moment.
    """

    time_s: float
    faces_px: Floats
    people_px: Floats
    lost: bool

    def heads(self, own: blurring.Track | None, known: Bodies) -> Floats:
        """Heads (k, 4) beside the lifter's own: circles, and 1 if it was seen together with its shoulders.

        Where the lifter was lost, nobody knows whose a head is; it may be the lifter's, so it counts as a face alone.
        """
        body = known.at(self.time_s)
        people_px = self.people_px if self.lost else known.others(self.people_px, self.time_s)
        sure = shoulders_seen(people_px, body) & (not self.lost)
        people = np.column_stack([blurring.heads(people_px, trunk_lengths(people_px)), sure])
        faces_px = self.faces_px[~body.holds(self.faces_px[:, :2])]
        found = np.concatenate([np.pad(faces_px, ((0, 0), (0, 1))), people])
        return found if self.lost else blurring.beside(found, own, self.time_s)


def models() -> tuple[bundles.Bundle, bundles.Bundle]:
    """What `redactor` finds people and faces with, checked; raises ModelError."""
    return bundles.find(PEOPLE_MODEL), bundles.face()


@dataclass(frozen=True)
class _Search:
    """Looks for heads and people; where the lifter was lost, oftener and for whatever may be a face."""

    people: head_search.People
    detector: head_search.Faces
    own: blurring.Track | None

    def looks(self, frames: Iterable[Frame]) -> Iterator[_Looked]:
        """One look once in a while, and one as soon as the lifter is lost."""
        next_s, was_lost = 0.0, False
        for frame in frames:
            lost, time_s = self._lost(frame.time_s), frame.time_s
            due_s = next_s - (LOOK_PAUSE_S - LOST_PAUSE_S if lost else 0.0)
            if time_s < due_s and (was_lost or not lost):
                continue
            next_s, was_lost = time_s + LOOK_PAUSE_S, lost
            votes = 1 if lost else head_search.VOTES
            found = head_search.faces(frame.rgb, self.detector, FACE_LEVELS, votes) / frame.scale
            bodies = head_search.people(frame.rgb, self.people, PEOPLE_LEVELS) / frame.scale
            yield _Looked(time_s, found, bodies, lost)

    def left(self, picture: Bytes, time_s: float) -> Floats:
        """Circles (n, 3) of faces in one picture."""
        if self._lost(time_s):
            return head_search.faces(picture, self.detector, FACE_LEVELS, votes=1)
        return head_search.faces(picture, self.detector, PICTURE_LEVELS)

    def _lost(self, time_s: float) -> bool:
        return self.own is None or not self.own.seen(time_s)


def checked(pseudonym: str) -> str:
    """The same pseudonym; raises UsageError if it cannot stand for a file name."""
    if PSEUDONYM.fullmatch(pseudonym) is None:
        raise UsageError(
            f"--pseudonym {pseudonym}: cannot stand for a file name",
            "Use up to 60 letters, digits, spaces, dots, dashes; a letter or digit first and last.",
        )
    return pseudonym


def marked(analysis: Analysis, *, pseudonym: str, heads_blurred: bool) -> Analysis:
    """The analysis with file names replaced by `pseudonym`, and a note of what was done for privacy."""
    note = {"heads_blurred": heads_blurred, "pseudonym": bool(pseudonym)}
    provenance = dict(analysis.provenance) | {"privacy": note}
    if not pseudonym:
        return replace(analysis, provenance=provenance)
    used = analysis.criteria
    return replace(
        analysis,
        video=_renamed(analysis.video, pseudonym),
        criteria=replace(used, own_file=texts.OWN_FILE) if used.own_file else used,
        provenance=_nameless(provenance, pseudonym),
    )


def _renamed(video: VideoInfo, pseudonym: str) -> VideoInfo:
    return replace(video, file=pseudonym + Path(video.file).suffix.lower())


def _nameless(provenance: Mapping[str, object], pseudonym: str) -> dict[str, object]:
    """Provenance whose file names have given way: own clips, a model of the user's own."""
    found = dict(provenance)
    for key, change in (("own_clips", _clips(pseudonym)), ("models", _model), ("settings", _settings)):
        table = found.get(key)
        if isinstance(table, dict):
            found[key] = {name: change(name, value) for name, value in table.items()}
    return found


def _clips(pseudonym: str) -> Callable[[str, object], object]:
    return lambda role, file: file and f"{pseudonym} {role}{Path(str(file)).suffix}"


def _model(_: str, entry: object) -> object:
    if isinstance(entry, dict) and _is_file(entry.get("name")):
        return entry | {"name": OWN_MODEL}
    return entry


def _settings(_: str, value: object) -> object:
    return OWN_MODEL if _is_file(value) else value


def _is_file(name: object) -> bool:
    """Whether a model's name is that of a file: those that travel have names without a dot."""
    return isinstance(name, str) and "." in name
