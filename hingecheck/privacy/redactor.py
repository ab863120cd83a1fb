"""Keeps names and faces out of results: blurs heads over a clip, and replaces file names by a pseudonym.

In: an analysis, its clip, and the pseudonym if there is one.  Out: a function that blurs pictures of the clip
(`redactor`), and an analysis without file names (`marked`).

Steps of blurring (`hiding`).  Only heads are blurred.  Pictures in which heads cannot be followed are left out.

1. Take the lifter's head from the landmarks, interpolated where they were lost for a moment (`head_tracks.lifter`).
2. Look for the faces of other people once every LOOK_PAUSE_S (`heads.circles`).
3. Link what was found over time (`head_tracks.link`).
4. Blur the heads in each picture that is handed out (`blurring.retouch`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from hingecheck import texts
from hingecheck.backends import bundles
from hingecheck.errors import UsageError
from hingecheck.privacy import blurring, head_tracks, heads
from hingecheck.privacy.blurring import Retouch
from hingecheck.privacy.bodies import Body
from hingecheck.progress import Stage, Watch, counted
from hingecheck.records import NO_LIMITS, Analysis, Floats, Frame, PoseTrack, VideoInfo
from hingecheck.video.reading import Video

LOOK_PAUSE_S: Final = 0.2
"""Time between two looks for faces, in seconds: somebody who walks moves by about one head."""

LOOK_HEIGHT_PX: Final = 1080
"""Largest height of the pictures in which faces are looked for, in pixels."""

PSEUDONYM: Final = re.compile(r"\w([\w .-]{0,58}\w)?")
"""A pseudonym that can be a file name."""

OWN_MODEL: Final = "a model of the user's own"
"""What stands in the provenance for the file name of the user's own model."""


def redactor(analysis: Analysis, path: Path, watch: Watch | None = None) -> Retouch:
    """A function that blurs the faces in pictures of the clip.

    It decodes the clip once more; `watch` hears how far it is.  Raises ModelError if the model is missing or damaged.
    """
    from hingecheck.backends.face_network import FaceNetwork

    clip = Video(path, analysis.video.repairs, NO_LIMITS)
    frames = counted(clip.frames(LOOK_HEIGHT_PX), watch, Stage.HEADS, analysis.video.frames_read)
    return hiding(analysis.pose, frames, FaceNetwork(model().path))


def hiding(pose: PoseTrack, frames: Iterable[Frame], detector: heads.Faces) -> Retouch:
    """A function that blurs the faces in pictures of a clip; `pose`: the lifter's landmarks, `frames`: the clip's."""
    own = head_tracks.lifter(pose)  # 1
    looks = _looks(frames, detector)  # 2
    others = head_tracks.link((time_s, head_tracks.others(circles, own, time_s)) for time_s, circles in looks)  # 3
    tracks = others if own is None else [own, *others]
    return blurring.retouch(tracks, Body.of(pose), partial(_is_lost, own, others))  # 4


def _is_lost(own: head_tracks.Track | None, others: Sequence[head_tracks.Track], time_s: float) -> bool:
    """True if a head cannot be followed at a time: the lifter's, or a face that only one look found.

    Such a face moves too fast, or it is the lifter's while the landmarks are elsewhere.
    """
    once_s = [float(track.time_s[0]) for track in others if len(track.time_s) == 1]
    return own is None or own.at(time_s) is None or any(abs(time_s - s) <= LOOK_PAUSE_S for s in once_s)


def _looks(frames: Iterable[Frame], detector: heads.Faces) -> Iterator[tuple[float, Floats]]:
    """The times of the looks, in seconds, and the heads (n, 4) of each in display pixels, with their scores."""
    next_s = float("-inf")
    for frame in frames:
        if frame.time_s >= next_s:
            next_s = frame.time_s + LOOK_PAUSE_S
            yield frame.time_s, heads.circles(frame.rgb, detector) / [*[frame.scale] * 3, 1.0]


def model() -> bundles.Bundle:
    """The model with which `redactor` finds faces, with its hash checked; raises ModelError."""
    return bundles.face()


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
