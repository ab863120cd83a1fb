"""Landmarks from a file in place of the pose network: a replay of what the network gave once, or of another source.

One file (`.npz`, as `numpy.savez_compressed` writes it) holds what was seen in one clip.  Arrays, for N frames, of
which the source looked at M, the first and the last among them:

===============  ==============  =================================================================================
format           ()              the words `hingecheck/seen/2`
clip_sha256      ()              sha256 of the clip's bytes, 64 hex digits: the clip is found by it, never by name
frame_s          (N,)            each frame's time, in seconds from the first frame
time_s           (M,)            the times of the frames that the source looked at
xy_px            (M, 33, 2)      landmarks in display pixels of the upright picture, x right, y down, in the order of
                                 `hingecheck.landmarks`; NaN in a frame in which nobody is seen
visibility       (M, 33)         how sure the source is that a landmark can be seen, 0..1
world_m          (M, 33, 3)      landmarks in metres from the mid-hip, x right, y down, z away from the camera
edge_offset      (M, 2, 61)      distance of both edges of the trunk (0 = image left of an upright trunk) from the
                                 axis mid-hip -> mid-shoulder, in trunk lengths, at `spine.contour.STATION`; NaN
                                 where there is no edge
edge_valid       (M, 2, 61)      bool: this edge is the body's own, no arm is near
trunk_crop       (M, 72, 72)     uint8: the person mask around the trunk, 0..255, axis upright; see `spine.contour`
trunk_cut        (M,)            bool: a part of the trunk lies outside the picture
===============  ==============  =================================================================================

Four more arrays hold K small grey pictures.  They may be absent: then they are made from the clip.

===============  ==============  =================================================================================
thumb_time_s     (K,)            when each was taken, in seconds
thumb_change     (K, h, w)       uint8: the first picture, then how much each differs from the one before, modulo 256
thumb_scale      ()              thumbnail pixels a display pixel
thumb_origin_px  (2,)            the display pixel at their upper left corner
===============  ==============  =================================================================================

`Recording` writes such files.  It keeps landmarks as float64, so a replay gives the same results as the network gave.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from hingecheck import landmarks
from hingecheck.errors import InputError, OutputExists, UsageError
from hingecheck.progress import Stage, Watch, counted
from hingecheck.records import CROP_SIZE_PX, Floats, PoseTrack, Seen, Thumbnails, Trace
from hingecheck.results import folder
from hingecheck.spine.contour import STATION
from hingecheck.video import reading, thumbnails, working_copy

if TYPE_CHECKING:
    from hingecheck.backends.source import PoseSource
    from hingecheck.video.working_copy import WorkingCopy

FORMAT: Final = "hingecheck/seen/2"

SAME_TIME_S: Final = 1e-4
"""Frames whose times differ by less are the same frame."""

_FRAME: Final[Mapping[str, tuple[int, ...]]] = {
    "xy_px": (landmarks.COUNT, 2),
    "visibility": (landmarks.COUNT,),
    "world_m": (landmarks.COUNT, 3),
    "edge_offset": (2, len(STATION)),
    "edge_valid": (2, len(STATION)),
    "trunk_crop": (CROP_SIZE_PX, CROP_SIZE_PX),
    "trunk_cut": (),
}
"""Shape of each array in one frame that the source looked at."""

_SMALL: Final = frozenset(("thumb_time_s", "thumb_change", "thumb_scale", "thumb_origin_px"))
"""The arrays that hold small pictures: all four or none."""

_DAMAGED: Final = (OSError, ValueError, TypeError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged file raises."""

_AGAIN: Final = "Record the clip again."


@dataclass(frozen=True)
class Replay:
    """A pose source that gives what files hold; each file is of one clip."""

    files: Sequence[Path]

    def read(self, clip: reading.Video, copy: WorkingCopy, watch: Watch | None) -> Seen:  # noqa: ARG002
        """What was recorded of this clip; the frames are decoded, too, so that the clip is known.

        The working copy stays empty.  Raises InputError if no file is of this clip, or if the file is damaged.
        """
        small = _pictures_of(clip, watch)
        path, data = self._recorded(clip)
        try:
            seen = _seen(data, small)
        except _DAMAGED as error:
            raise _unreadable(path, error) from error
        if len(seen.frame_s) != len(clip.times_s) or np.abs(seen.frame_s - clip.times_s).max() > SAME_TIME_S:
            raise InputError(f"{path}: {clip.path} was recorded with other frames than can be decoded here", _AGAIN)
        return seen

    def _recorded(self, clip: reading.Video) -> tuple[Path, dict[str, Any]]:
        """The file of this clip, and what it holds."""
        sha256 = clip.info().sha256
        for path in self.files:
            data = _load(path)
            if str(data["clip_sha256"]) == sha256:
                return path, data
        raise InputError(f"{clip.path}: none of {len(self.files)} recordings is of this clip", _AGAIN)


@dataclass(frozen=True)
class Recording:
    """A pose source that writes what another source gives, one file a clip, into a folder."""

    source: PoseSource
    folder: Path

    def read(self, clip: reading.Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        """What the other source gives; raises OutputExists for a file that is there, UsageError if none can be written.

        The file is named after the clip.  It is written whole or not at all.
        """
        path = self.folder / f"{clip.path.stem}.npz"
        if path.exists():
            raise OutputExists(f"{path}: is there already", "Remove it, or give another folder.")
        seen = self.source.read(clip, copy, watch)
        arrays = _arrays(seen) | {"clip_sha256": np.array(clip.info().sha256)}
        if not _same_pictures(_pictures_of(clip, None), seen.thumbnails):
            arrays |= _pictures(seen.thumbnails)
        data = io.BytesIO()
        np.savez_compressed(data, **arrays)
        try:
            folder.put(path, data.getvalue())
        except OSError as error:
            raise UsageError(f"{path}: cannot be written ({error.strerror})", "Give another folder.") from error
        return seen


def _pictures_of(clip: reading.Video, watch: Watch | None) -> Thumbnails:
    """Thumbnails of the whole pictures of a clip, as the pose network makes them."""
    keeper = thumbnails.Keeper()
    small = clip.small(working_copy.height_px(clip.width, clip.height), working_copy.APART_S)
    for picture in counted(small, watch, Stage.MEASURING, clip.expected_frames):
        if keeper.wants(picture.time_s):
            keeper.keep(picture.frame())
    return keeper.thumbnails()


def _load(path: Path) -> dict[str, Any]:
    """All arrays of a file that says it is a recording."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as data:
            if str(data["format"]) != FORMAT:
                raise ValueError(f"its format is not {FORMAT}")
            _check_names(found := dict(data.items()))
            return found
    except _DAMAGED as error:
        raise _unreadable(path, error) from error


def _check_names(data: Mapping[str, Any]) -> None:
    wanted = {"clip_sha256", "frame_s", "time_s", *_FRAME} | (set() if _SMALL.isdisjoint(data) else _SMALL)
    missing = wanted - data.keys()
    if missing:
        raise ValueError(f"without {', '.join(sorted(missing))}")


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{path}: is no recording, or a damaged one ({error})", _AGAIN)


def _seen(data: Mapping[str, Any], small: Thumbnails) -> Seen:
    """The record that a file's arrays make; raises ValueError if they make none."""
    count = len(data["time_s"])
    for name, shape in _FRAME.items():
        if data[name].shape != (count, *shape):
            raise ValueError(f"{name}: shape {data[name].shape}, expected {(count, *shape)}")
    track = PoseTrack(
        time_s=_numbers(data, "time_s"),
        xy_px=_numbers(data, "xy_px"),
        visibility=_numbers(data, "visibility"),
        world_m=_numbers(data, "world_m"),
        filled=np.zeros((count, landmarks.COUNT), bool),
    )
    pictures = _thumbnails(data) if "thumb_change" in data else small
    return Seen(track, _traces(data, track), pictures, _numbers(data, "frame_s"))


def _numbers(data: Mapping[str, Any], name: str) -> Floats:
    """The array as float64, NaN where it is unknown; raises ValueError for an infinite number."""
    numbers = np.asarray(data[name], np.float64)
    if np.isinf(numbers).any():
        raise ValueError(f"{name}: holds infinite numbers")
    return numbers


def _traces(data: Mapping[str, Any], track: PoseTrack) -> tuple[Trace, ...]:
    hip_px = track.middle_px(landmarks.HIPS)
    axis_px = track.middle_px(landmarks.SHOULDERS) - hip_px
    offset, valid = _numbers(data, "edge_offset"), np.asarray(data["edge_valid"], bool)
    crop, cut = np.asarray(data["trunk_crop"], np.uint8), np.asarray(data["trunk_cut"], bool)
    return tuple(
        Trace(hip_px[i], axis_px[i], offset[i], valid[i], crop[i], bool(cut[i])) for i in range(len(track.time_s))
    )


def _thumbnails(data: Mapping[str, Any]) -> Thumbnails:
    grey = np.cumsum(data["thumb_change"], axis=0, dtype=np.uint8)
    x, y = _numbers(data, "thumb_origin_px")
    return Thumbnails(_numbers(data, "thumb_time_s"), grey, float(data["thumb_scale"]), (float(x), float(y)))


def _arrays(seen: Seen) -> dict[str, Any]:
    """The arrays of a file, but for the one that says of which clip it is."""
    track, traces = seen.track, seen.traces
    return {
        "format": np.array(FORMAT),
        "frame_s": seen.frame_s,
        "time_s": track.time_s,
        "xy_px": track.xy_px,
        "visibility": track.visibility.astype(np.float32),
        "world_m": track.world_m.astype(np.float32),
        "edge_offset": np.stack([trace.offset for trace in traces]),
        "edge_valid": np.stack([trace.valid for trace in traces]),
        "trunk_crop": np.stack([trace.crop for trace in traces]),
        "trunk_cut": np.array([trace.cut for trace in traces]),
    }


def _pictures(small: Thumbnails) -> dict[str, Any]:
    return {
        "thumb_time_s": small.time_s,
        "thumb_change": np.concatenate([small.grey[:1], np.diff(small.grey, axis=0)]),
        "thumb_scale": np.array(small.scale),
        "thumb_origin_px": np.array(small.origin_px),
    }


def _same_pictures(one: Thumbnails, other: Thumbnails) -> bool:
    places = (one.scale, *one.origin_px) == (other.scale, *other.origin_px)
    return places and np.array_equal(one.time_s, other.time_s) and np.array_equal(one.grey, other.grey)
