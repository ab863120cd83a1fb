"""Keeps names and faces out of results: blurs heads over a clip, and replaces file names by a pseudonym.

In: an analysis, its clip, and the pseudonym if there is one.  Out: a function that blurs pictures of the clip
(`redactor`), and an analysis without file names (`marked`).

Steps of blurring (`hiding`).  Only heads are blurred.  While the lifter is lost, a picture with a face that is not
covered is left out.

1. Take the lifter's head from the landmarks, interpolated where they were lost for a moment (`head_tracks.lifter`).
2. Look for people and faces once every LOOK_PAUSE_S, and every LOST_PAUSE_S where the lifter's landmarks were lost.
3. Link what was found over time (`head_tracks.link`).
4. Blur each picture that is handed out; look for faces in it once more, and blur them, too (`blurring.retouch`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import texts
from hingecheck.backends import bundles
from hingecheck.errors import UsageError
from hingecheck.privacy import blurring, head_tracks
from hingecheck.privacy import heads as head_search
from hingecheck.privacy.blurring import Retouch
from hingecheck.privacy.bodies import Bodies, shoulders_seen, trunk_lengths
from hingecheck.progress import Stage, Watch, counted
from hingecheck.records import NO_LIMITS, Analysis, Bytes, Floats, Frame, PoseTrack, VideoInfo
from hingecheck.video.reading import Video

LOOK_PAUSE_S: Final = 0.5
"""Time between two searches of the clip for people and faces, in seconds."""

LOST_PAUSE_S: Final = 0.3
"""The same time where the lifter's own landmarks were lost, in seconds."""

LOOK_HEIGHT_PX: Final = 1080
"""Largest height of the pictures that are searched, in pixels."""

PEOPLE_LEVELS: Final = (1.0, 0.6)
"""Sizes of the squares in which people are looked for in the clip, in shorter sides of the picture."""

FACE_LEVELS: Final = (1.0, 0.6, 0.36, 0.2)
"""The same for faces in the clip."""

PICTURE_LEVELS: Final = (1.0, 0.6, 0.36)
"""The same for faces in each picture that is handed out."""

PEOPLE_MODEL: Final = "lite"
"""Name of the pose bundle that finds people."""

PSEUDONYM: Final = re.compile(r"\w([\w .-]{0,58}\w)?")
"""A pseudonym that can be a file name."""

OWN_MODEL: Final = "a model of the user's own"
"""What stands in the provenance for the file name of the user's own model."""


@contextmanager
def redactor(analysis: Analysis, path: Path, watch: Watch | None = None) -> Iterator[Retouch]:
    """A function that blurs all heads in pictures of the clip, for use in a `with` statement.

    It decodes the clip once more; `watch` hears how far it is.  Raises ModelError if a model is missing or damaged.
    """
    from hingecheck.backends.mediapipe import MediaPipeFaces, MediaPipePeople

    pose, face = models()
    with MediaPipePeople(pose.path) as people, MediaPipeFaces(face.path) as faces:
        clip = Video(path, analysis.video.repairs, NO_LIMITS)
        frames = counted(clip.frames(LOOK_HEIGHT_PX), watch, Stage.HEADS, analysis.video.frames_read)
        yield hiding(analysis.pose, frames, people, faces)


def hiding(
    pose: PoseTrack, frames: Iterable[Frame], people: head_search.People, detector: head_search.Faces
) -> Retouch:
    """A function that blurs all heads in pictures of a clip; `pose`: the lifter's landmarks, `frames`: the clip's."""
    search = _Search(people, detector, head_tracks.lifter(pose))  # 1
    looks = list(search.looks(frames))  # 2
    bodies = Bodies.of(pose, [(look.time_s, look.people_px) for look in looks if look.lost])
    others = head_tracks.link((look.time_s, look.heads(search.lifter_head, bodies)) for look in looks)  # 3
    tracks = others if search.lifter_head is None else [search.lifter_head, *others]
    return blurring.retouch(tracks, search.left, bodies, search.is_lost)  # 4


@dataclass(frozen=True)
class _Look:
    """What one search of a frame found, in display pixels: circles (n, 3) of faces, landmarks (m, 33, 2) of people.

    `lost`: the lifter's own landmarks are unknown at that moment.
    """

    time_s: float
    faces_px: Floats
    people_px: Floats
    lost: bool

    def heads(self, lifter_head: head_tracks.Track | None, bodies: Bodies) -> Floats:
        """Heads (k, 4) other than the lifter's: x, y, radius, and 1 if the head was seen together with its shoulders.

        Where the lifter was lost, a head may be the lifter's.  It then counts as a face without shoulders.
        """
        body = bodies.at(self.time_s)
        people_px = self.people_px if self.lost else bodies.others(self.people_px, self.time_s)
        sure = shoulders_seen(people_px, body) & (not self.lost)
        people = np.column_stack([head_tracks.heads(people_px, trunk_lengths(people_px)), sure])
        faces_px = self.faces_px[~body.holds(self.faces_px[:, :2])]
        heads_px = np.concatenate([np.pad(faces_px, ((0, 0), (0, 1))), people])
        return heads_px if self.lost else head_tracks.beside(heads_px, lifter_head, self.time_s)


def models() -> tuple[bundles.Bundle, bundles.Bundle]:
    """The models with which `redactor` finds people and faces, with their hashes checked; raises ModelError."""
    return bundles.find(PEOPLE_MODEL), bundles.face()


@dataclass(frozen=True)
class _Search:
    """Looks for people and faces; where the lifter was lost, more often, and a face counts also without its body.

    `lifter_head`: the lifter's head.
    """

    people: head_search.People
    detector: head_search.Faces
    lifter_head: head_tracks.Track | None

    def looks(self, frames: Iterable[Frame]) -> Iterator[_Look]:
        """One search every LOOK_PAUSE_S, every LOST_PAUSE_S while the lifter is lost, and one when the loss begins."""
        next_s, was_lost = 0.0, False
        for frame in frames:
            lost, time_s = self.is_lost(frame.time_s), frame.time_s
            due_s = next_s - (LOOK_PAUSE_S - LOST_PAUSE_S if lost else 0.0)
            if time_s < due_s and (was_lost or not lost):
                continue
            next_s, was_lost = time_s + LOOK_PAUSE_S, lost
            faces_px = self._faces(frame.rgb, frame.scale, time_s, FACE_LEVELS)
            people_px = head_search.people(frame.rgb, self.people, PEOPLE_LEVELS) / frame.scale
            yield _Look(time_s, faces_px, people_px, lost)

    def left(self, picture: Bytes, time_s: float) -> Floats:
        """Circles (n, 3) of the faces that are left in one picture; while the lifter is lost, of everybody's heads."""
        if not self.is_lost(time_s):
            return self._faces(picture, 1.0, time_s, PICTURE_LEVELS)
        faces_px = self._faces(picture, 1.0, time_s, FACE_LEVELS)
        people_px = head_search.people(picture, self.people, PEOPLE_LEVELS)
        return np.concatenate([faces_px, head_tracks.heads(people_px, trunk_lengths(people_px))])

    def _faces(self, picture: Bytes, scale: float, time_s: float, levels: Sequence[float]) -> Floats:
        """Circles (n, 3) of faces in display pixels: beside the lifter's head with their bodies; all if it is lost.

        `scale`: pixels of the picture per display pixel.
        """
        found = head_search.faces(picture, self.detector, levels)
        own = None if self.lifter_head is None or self.is_lost(time_s) else self.lifter_head.at(time_s)
        if own is None:
            return found / scale
        others = head_tracks.beside(found / scale, self.lifter_head, time_s)
        return head_search.embodied(picture, others * scale, self.people, own * scale) / scale

    def is_lost(self, time_s: float) -> bool:
        """True if the lifter's head is not known at a time."""
        return self.lifter_head is None or self.lifter_head.lost(time_s)


def checked(pseudonym: str) -> str:
    """The pseudonym unchanged; raises UsageError if it cannot stand for a file name."""
    if PSEUDONYM.fullmatch(pseudonym) is None:
        raise UsageError(
            f"--pseudonym {pseudonym}: cannot stand for a file name",
            "Use up to 60 letters, digits, spaces, dots or dashes. Begin and end with a letter or digit.",
        )
    return pseudonym


def marked(analysis: Analysis, *, pseudonym: str, heads_blurred: bool) -> Analysis:
    """The analysis with a note of what was done for privacy, and with file names replaced by `pseudonym` unless ""."""
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
    """The facts about the video with the pseudonym as its file name."""
    return replace(video, file=pseudonym + Path(video.file).suffix.lower())


def _nameless(provenance: Mapping[str, object], pseudonym: str) -> dict[str, object]:
    """The provenance without file names of the user's own clips and model."""
    nameless = dict(provenance)
    for key, change in (("own_clips", _clips(pseudonym)), ("models", _model), ("settings", _settings)):
        table = nameless.get(key)
        if isinstance(table, dict):
            nameless[key] = {name: change(name, value) for name, value in table.items()}
    return nameless


def _clips(pseudonym: str) -> Callable[[str, object], object]:
    """The function that replaces the file name of a clip with that role."""
    return lambda role, file: file and f"{pseudonym} {role}{Path(str(file)).suffix}"


def _model(_: str, entry: object) -> object:
    """A model's entry without the file name of the user's own model."""
    if isinstance(entry, dict) and _is_file(entry.get("name")):
        return entry | {"name": OWN_MODEL}
    return entry


def _settings(_: str, value: object) -> object:
    """A setting without the file name of the user's own model."""
    return OWN_MODEL if _is_file(value) else value


def _is_file(name: object) -> bool:
    """True if a model's name is a file's: the models of the package have names without a dot."""
    return isinstance(name, str) and "." in name
