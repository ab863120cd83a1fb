"""What keeps names and faces out of results: heads blurred over a clip, file names that give way to a pseudonym."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from hingecheck import bundles, headsearch, redaction
from hingecheck.errors import UsageError
from hingecheck.records import Analysis, Bytes, Floats, VideoInfo
from hingecheck.redaction import Retouch
from hingecheck.video import Video

LOOKS_PER_S, LOOK_HEIGHT_PX = 1.0, 1080
"""How often people and faces are looked for all over the clip, and in pictures of which height at most."""

PEOPLE_LEVELS: Final = (1.0, 0.6)
FACE_LEVELS: Final = (1.0, 0.6, 0.2)
PICTURE_LEVELS: Final = (1.0, 0.6, 0.36)
"""Squares in which people and faces are looked for in the clip, and faces in each picture that is handed out."""

PEOPLE_MODEL: Final = "lite"
PSEUDONYM: Final = re.compile(r"[\w.-][\w .-]{0,59}")


@contextmanager
def redactor(analysis: Analysis, path: Path) -> Iterator[Retouch]:
    """A function that blurs all heads in pictures of the clip; models are open as long as the `with` lasts.

    Decodes the clip once more.  Raises ModelError if a model is missing or damaged.
    """
    from hingecheck.backends.mediapipe import MediaPipeEstimator, MediaPipeFaces  # noqa: PLC0415  heavy

    pose, face = bundles.find(PEOPLE_MODEL), bundles.face()
    own, plates = redaction.lifter(analysis.pose), redaction.plates(analysis.pose)
    with MediaPipeEstimator(pose.path) as people, MediaPipeFaces(face.path) as faces:
        seen = _sightings(Video(path), people, faces, plates)
        others = redaction.link((time_s, redaction.beside(circles, own, time_s)) for time_s, circles in seen)
        yield redaction.retouch(
            others if own is None else [own, *others],
            lambda picture: headsearch.faces(picture, faces, PICTURE_LEVELS),
            plates,
        )


def redacted(pictures_at: Callable[[Sequence[float]], list[Bytes]], hide: Retouch) -> Callable[..., list[Bytes]]:
    """`pictures_at` with every picture it gives blurred."""

    def blurred(times_s: Sequence[float]) -> list[Bytes]:
        pictures = pictures_at(times_s)
        return [hide(picture, time_s) for picture, time_s in zip(pictures, times_s, strict=True)]

    return blurred


def _sightings(
    clip: Video, people: headsearch.People, faces: headsearch.Faces, plates: redaction.Track | None
) -> Iterator[tuple[float, Floats]]:
    """Circles (n, 3) of heads in display pixels, once in a while."""
    next_s = 0.0
    for frame in clip.frames(LOOK_HEIGHT_PX):
        if frame.time_s < next_s:
            continue
        next_s = frame.time_s + 1.0 / LOOKS_PER_S
        found = headsearch.faces(frame.rgb, faces, FACE_LEVELS) / frame.scale
        bodies = headsearch.people(frame.rgb, people, PEOPLE_LEVELS) / frame.scale
        yield frame.time_s, np.concatenate([redaction.beside(found, plates, frame.time_s), bodies])


def checked(pseudonym: str) -> str:
    """The same pseudonym; raises UsageError if it cannot stand for a file name."""
    if PSEUDONYM.fullmatch(pseudonym) is None:
        raise UsageError(
            f"--pseudonym {pseudonym}: cannot stand for a file name",
            "Use up to 60 letters, digits, spaces, dots, dashes.",
        )
    return pseudonym


def marked(analysis: Analysis, *, pseudonym: str, heads_blurred: bool) -> Analysis:
    """The analysis with file names replaced by `pseudonym`, and a note of what was done for privacy."""
    note = {"heads_blurred": heads_blurred, "pseudonym": bool(pseudonym)}
    provenance = dict(analysis.provenance) | {"privacy": note}
    if not pseudonym:
        return replace(analysis, provenance=provenance)
    return replace(analysis, video=_renamed(analysis.video, pseudonym), provenance=_nameless(provenance, pseudonym))


def _renamed(video: VideoInfo, pseudonym: str) -> VideoInfo:
    return replace(video, file=pseudonym + Path(video.file).suffix.lower())


def _nameless(provenance: Mapping[str, object], pseudonym: str) -> dict[str, object]:
    """Provenance whose file names have given way: own clips, own thresholds, a model of the user's own."""
    found = dict(provenance)
    clips = found.get("own_clips")
    if isinstance(clips, dict):
        found["own_clips"] = {role: name and f"{pseudonym} {role}{Path(name).suffix}" for role, name in clips.items()}
    found["criteria"] = str(found.get("criteria", "")).partition(" with ")[0] + (
        " with a file of the user's own" if " with " in str(found.get("criteria", "")) else ""
    )
    return found
