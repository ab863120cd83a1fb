"""Replayed landmarks equal those of the network, and recordings of other clips are refused."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.backends import bundles
from hingecheck.backends.pose_network import PoseNetwork
from hingecheck.backends.replay import Recording, Replay
from hingecheck.errors import InputError, OutputExists, UsageError
from hingecheck.geometry import length
from hingecheck.progress import Progress, Stage, Watch
from hingecheck.records import CROP_SIZE_PX, PoseTrack, Seen, Trace
from hingecheck.spine.contour import STATION
from hingecheck.video.reading import Video
from hingecheck.video.working_copy import WorkingCopy
from tests.conftest import noise_pictures, write_video
from tests.recordings import REPLAY, SAMPLES, Nobody

NETWORK_PX = {0.5: 3.0, 0.95: 10.0}
"""On another processor or codec build, these shares of the landmarks are at most so far from those recorded.  On one
with AVX-512 they were 1.1 and 6.3 px away: squares follow each other, so small differences grow."""


@dataclass(frozen=True)
class Chosen:
    """A pose source that sees random landmarks and edges, and nobody in the second frame; `dark` darkens thumbnails."""

    dark: bool = False

    def read(self, clip: Video, copy: WorkingCopy, watch: Watch | None) -> Seen:
        nobody = Nobody().read(clip, copy, watch)
        rng, count = np.random.default_rng(4), len(nobody.traces)
        xy_px, world_m, visibility = (
            rng.uniform(0, 200, (count, 33, 2)),
            rng.random((count, 33, 3)),
            rng.random((count, 33)),
        )
        for array in (xy_px, world_m, visibility):
            array[1] = np.nan
        world_m, visibility = (array.astype(np.float32).astype(float) for array in (world_m, visibility))
        track = PoseTrack(nobody.track.time_s, xy_px, visibility, world_m, nobody.track.filled)
        small = nobody.thumbnails
        pictures = replace(small, grey=small.grey // 2) if self.dark else small
        return Seen(track, edges(track, rng), pictures, nobody.frame_s)


def edges(track: PoseTrack, rng: np.random.Generator) -> tuple[Trace, ...]:
    """Random edges along the trunk that the landmarks give."""
    hip, shoulder = track.middle_px(landmarks.HIPS), track.middle_px(landmarks.SHOULDERS)
    k, size = len(STATION), (CROP_SIZE_PX, CROP_SIZE_PX)
    return tuple(
        Trace(a, b - a, rng.random((2, k)), rng.random((2, k)) > 0.5, rng.integers(0, 255, size).astype(np.uint8), True)
        for a, b in zip(hip, shoulder, strict=True)
    )


@pytest.fixture
def clip(tmp_path: Path) -> Video:
    pictures = [np.asarray(picture + 4 * i, np.uint8) for i, picture in enumerate(noise_pictures(12))]
    return Video(write_video(tmp_path / "clip.mp4", pictures))


@pytest.fixture
def recorded(clip: Video, tmp_path: Path) -> Path:
    """The recording of the clip."""
    Recording(Chosen(), tmp_path).read(clip, WorkingCopy(), None)
    return tmp_path / "clip.npz"


def assert_same(first: Seen, second: Seen) -> None:
    for name in ("time_s", "xy_px", "visibility", "world_m", "filled"):
        np.testing.assert_array_equal(getattr(first.track, name), getattr(second.track, name), name)
    for first_trace, second_trace in zip(first.traces, second.traces, strict=True):
        for name in ("origin_px", "axis_px", "offset", "valid", "crop", "cut"):
            np.testing.assert_array_equal(getattr(first_trace, name), getattr(second_trace, name), name)
    for name in ("time_s", "grey", "scale", "origin_px"):
        np.testing.assert_array_equal(getattr(first.thumbnails, name), getattr(second.thumbnails, name), name)


@pytest.mark.parametrize("dark", [False, True])
def test_replay_gives_what_was_recorded(clip: Video, dark: bool, tmp_path: Path) -> None:
    given = Recording(Chosen(dark), tmp_path).read(clip, WorkingCopy(), None)
    (path,) = tmp_path.glob("*.npz")
    told: list[Progress] = []
    replayed = Replay([path]).read(clip, WorkingCopy(), told.append)
    assert_same(replayed, given)
    assert told == [Progress(Stage.MEASURING, done, 12) for done in range(13)]


def test_a_recording_is_matched_by_clip_content_not_by_name(clip: Video, recorded: Path, tmp_path: Path) -> None:
    renamed = Video(Path(shutil.copy(clip.path, tmp_path / "another name.mp4")))
    assert len(Replay([recorded]).read(renamed, WorkingCopy(), None).traces) == 12
    other_clip = write_video(tmp_path / "other.mp4", noise_pictures(12))
    shutil.copy(other_clip, clip.path)
    with pytest.raises(InputError, match="none of 1 recordings is of this clip"):
        Replay([recorded]).read(clip, WorkingCopy(), None)


def changed(path: Path, **arrays: Any) -> None:
    """Write the file again with some arrays changed; None takes one out."""
    with np.load(path) as data:
        held = dict(data.items()) | arrays
    np.savez(path, **{name: array for name, array in held.items() if array is not None})


WRONG: dict[str, dict[str, Any]] = {
    "format": {"format": np.array("hingecheck/seen/9")},
    "without xy_px": {"xy_px": None},
    "xy_px: shape": {"xy_px": np.zeros((12, 17, 2))},
    "infinite": {"xy_px": np.full((12, 33, 2), np.inf)},
    "must grow": {"time_s": np.zeros(12)},
    "Object arrays": {"xy_px": np.array([None] * 12)},
    "convert": {"xy_px": np.full((12, 33, 2), "left")},
    "other frames": {"time_s": np.arange(12.0), "frame_s": np.arange(12.0)},
    "must be samples": {"frame_s": np.arange(12.0)},
    "expected": {"trunk_crop": np.zeros((11, 72, 72), np.uint8)},
    "grey": {"thumb_change": np.zeros((3, 4), np.uint8), "thumb_time_s": np.zeros(3)}
    | {"thumb_scale": np.array(1.0), "thumb_origin_px": np.zeros(2)},
    "thumb_time_s": {"thumb_change": np.zeros((3, 4, 4), np.uint8)},
}


@pytest.mark.parametrize("words", WRONG)
def test_a_recording_with_wrong_arrays_is_refused(words: str, clip: Video, recorded: Path) -> None:
    changed(recorded, **WRONG[words])
    with pytest.raises(InputError, match=words) as caught:
        Replay([recorded]).read(clip, WorkingCopy(), None)
    assert str(recorded) in caught.value.message


def test_a_damaged_or_missing_recording_is_refused(clip: Video, recorded: Path) -> None:
    whole = recorded.read_bytes()
    for data in (b"", b"just words", whole[: len(whole) // 2], whole[:-9]):
        recorded.write_bytes(data)
        with pytest.raises(InputError, match="is no recording, or a damaged one"):
            Replay([recorded]).read(clip, WorkingCopy(), None)
    recorded.unlink()
    with pytest.raises(InputError, match="No such file"):
        Replay([recorded]).read(clip, WorkingCopy(), None)


def test_overwritten_bytes_are_reported_or_harmless(clip: Video, recorded: Path) -> None:
    whole, outcomes = recorded.read_bytes(), []
    intact = Replay([recorded]).read(clip, WorkingCopy(), None)
    for at in range(0, len(whole), len(whole) // 30):
        recorded.write_bytes(whole[:at] + b"\xff" * 40 + whole[at + 40 :])
        try:
            assert_same(Replay([recorded]).read(clip, WorkingCopy(), None), intact)
            outcomes.append("same")
        except InputError:
            outcomes.append("told")
    assert outcomes.count("told") > 25


def test_a_recording_is_written_whole_and_never_replaced(clip: Video, recorded: Path, tmp_path: Path) -> None:
    before = recorded.read_bytes()
    with pytest.raises(OutputExists, match="is there already"):
        Recording(Chosen(), tmp_path).read(clip, WorkingCopy(), None)
    assert recorded.read_bytes() == before
    recorded.unlink()
    with pytest.raises(InputError):
        Recording(Replay([]), tmp_path).read(clip, WorkingCopy(), None)
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]
    with pytest.raises(UsageError, match="cannot be written"):
        Recording(Chosen(), tmp_path / "nowhere").read(clip, WorkingCopy(), None)


@pytest.mark.network
def test_the_network_matches_the_stored_recording(tmp_path: Path) -> None:
    clip = Video(SAMPLES / "refuse_no_lift.mp4")
    network = PoseNetwork(bundles.find(bundles.DEFAULT).path)
    with WorkingCopy() as copy:
        fresh = Recording(network, tmp_path).read(clip, copy, None)
    assert_same(Replay([tmp_path / "refuse_no_lift.npz"]).read(clip, WorkingCopy(), None), fresh)
    stored = Replay([REPLAY / "refuse_no_lift.npz"]).read(clip, WorkingCopy(), None)
    away_px = length(fresh.track.xy_px - stored.track.xy_px)
    assert np.isfinite(away_px).mean() > 0.95
    assert all(np.nanquantile(away_px, share) < limit_px for share, limit_px in NETWORK_PX.items())
    offsets = np.stack([[trace.offset for trace in seen.traces] for seen in (fresh, stored)])
    assert np.nanmedian(np.abs(offsets[0] - offsets[1])) < 0.01
