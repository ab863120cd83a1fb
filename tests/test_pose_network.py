"""Scouting and looking: the network runs where and when something happens, and workers change nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from hingecheck import landmarks
from hingecheck.backends import bundles, landmarker, mediapipe
from hingecheck.backends.pose_network import LOOK_PX, PoseNetwork
from hingecheck.pose.following import Look, Square
from hingecheck.progress import Progress, Stage
from hingecheck.records import Bytes, Floats, Frame, Seen, Sighting
from hingecheck.video.reading import Video
from hingecheck.video.working_copy import WorkingCopy
from tests import lifter
from tests.conftest import write_video
from tests.recordings import SAMPLES
from tests.test_replay import assert_same

SHAPE = (256, 320)
STANDING = lifter.track(lifter.Set(bends=()).posture(), lifter.Camera(stature_px=200.0, ankle_px=(0.0, 230.0))).xy_px[0]


def pictures(y_px: Floats) -> list[Bytes]:
    """A noisy grey wall with a bright block of 60 pixels, its top at y."""
    noise, drawn = np.random.default_rng(0).normal(90, 2, (len(y_px), *SHAPE)), []
    for grey, y in zip(noise, y_px, strict=True):
        grey[round(y) : round(y) + 60, 130:190] = 220
        drawn.append(np.repeat(grey.clip(0, 255).astype(np.uint8)[..., None], 3, axis=2))
    return drawn


@dataclass
class Network:
    """In place of the pose network: a person stands at the bright block."""

    bundle: Path
    shapes: ClassVar[list[tuple[int, ...]]] = []
    lock: ClassVar[threading.Lock] = threading.Lock()

    def look(self, rgb: Bytes, square: Square) -> Look:
        with self.lock:
            self.shapes.append(rgb.shape)
        y, x = np.argwhere(rgb[..., 0] > 160).mean(axis=0)
        points, n = STANDING + np.array([x, y]), landmarks.COUNT
        sighting = Sighting(points, np.ones(n), np.zeros((n, 3)), np.ones(rgb.shape[:2], np.float32))
        return Look(sighting, 1.0, Square(points[list(landmarks.HIPS)].mean(axis=0), square.side_px, 0.0))


@dataclass
class People:
    """In place of the model that finds people: one person, and if `closer` only in a part of the picture."""

    bundle: Path
    closer: ClassVar[bool] = False
    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def __enter__(self) -> People:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to release."""

    def everyone(self, frame: Frame) -> list[Floats]:
        if self.closer and frame.rgb.shape[1] == SHAPE[1]:
            return []
        y, x = np.argwhere(frame.rgb[..., 0] > 160).mean(axis=0)
        return [STANDING + np.array([x, y])]


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> type[Network]:
    monkeypatch.setattr(landmarker, "Landmarker", Network)
    monkeypatch.setattr(mediapipe, "MediaPipePeople", People)
    Network.shapes.clear()
    return Network


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Video:
    """Seven seconds: the block goes down and up from 2 s to 4 s."""
    y_px = np.interp(np.arange(210) / 30, [2, 3, 4], [40, 150, 40])
    return Video(write_video(tmp_path_factory.mktemp("clips") / "clip.mp4", pictures(y_px)))


def read(clip: Video, workers: int = 0, told: list[Progress] | None = None) -> Seen:
    with WorkingCopy() as copy:
        return PoseNetwork(Path("any.task"), workers).read(clip, copy, None if told is None else told.append)


@pytest.mark.usefixtures("fakes")
def test_the_network_looks_often_in_the_movement_and_seldom_at_rest(clip: Video) -> None:
    seen = read(clip)
    time_s = seen.track.time_s
    assert seen.frame_s == pytest.approx(np.arange(210) / 30, abs=1e-3)
    assert 20 <= ((time_s >= 2) & (time_s < 4)).sum() <= 21
    assert ((time_s < 1.5) | (time_s > 4.6)).sum() < 12
    assert np.ptp(seen.track.middle_px(landmarks.HIPS)[:, 1]) == pytest.approx(110, abs=5)


def test_progress_counts_frames_of_both_stages(fakes: type[Network], clip: Video) -> None:
    told: list[Progress] = []
    read(clip, told=told)
    scouted = [progress for progress in told if progress.stage is Stage.SCOUTING]
    measured = [progress for progress in told if progress.stage is Stage.MEASURING]
    assert scouted[-1] == Progress(Stage.SCOUTING, 210, 210)
    assert measured[-1].done == measured[-1].expected == len(fakes.shapes) - 1  # the first picture takes two looks


def test_a_lifter_found_only_in_the_part_that_moves_is_looked_at_there(
    fakes: type[Network], clip: Video, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = read(clip)
    assert {*fakes.shapes} == {(*SHAPE, 3)}
    monkeypatch.setattr(People, "closer", True)
    fakes.shapes.clear()
    part = read(clip)
    ((height, width, _),) = {*fakes.shapes}
    assert height <= min(SHAPE[0], LOOK_PX)
    assert width < SHAPE[1]
    hips_px = [seen.track.middle_px(landmarks.HIPS)[[0, -1]] for seen in (whole, part)]
    assert hips_px[0] == pytest.approx(hips_px[1], abs=2)
    assert part.thumbnails.origin_px != (0.0, 0.0)


@pytest.mark.usefixtures("fakes")
def test_an_interrupt_stops_all_workers(clip: Video) -> None:
    before = threading.active_count()

    def interrupt(progress: Progress) -> None:
        if progress.stage is Stage.MEASURING and progress.done == 3:
            raise KeyboardInterrupt

    with WorkingCopy() as copy, pytest.raises(KeyboardInterrupt):
        PoseNetwork(Path("any.task"), 2).read(clip, copy, interrupt)
    assert threading.active_count() == before


@pytest.mark.network
@pytest.mark.parametrize(("width", "height"), [(32, 256), (256, 32), (32, 32)])
def test_a_picture_of_an_tiny_size_ends_without_a_crash(width: int, height: int, tmp_path: Path) -> None:
    clip = Video(write_video(tmp_path / "clip.mkv", [np.full((height, width, 3), 90, np.uint8)] * 12))
    with WorkingCopy() as copy:
        seen = PoseNetwork(bundles.find("lite").path).read(clip, copy, None)
    assert not seen.track.seen.any()


@pytest.mark.network
def test_the_number_of_workers_changes_no_byte(tmp_path: Path) -> None:
    frames = Video(SAMPLES / "hip_led.mp4").frames(480)
    clip = Video(write_video(tmp_path / "clip.mp4", [frame.rgb for frame, _ in zip(frames, range(200), strict=False)]))
    bundle = bundles.find(bundles.DEFAULT).path
    seen = []
    for workers in (1, 2):
        with WorkingCopy() as copy:
            seen.append(PoseNetwork(bundle, workers).read(clip, copy, None))
    assert_same(*seen)
    assert np.array_equal(seen[0].frame_s, seen[1].frame_s)
    assert len(seen[0].traces) < 100
    assert seen[0].track.seen.mean() > 0.9


STARTS_NOTHING = """
import sys

def hook(event, arguments):
    if event == "subprocess.Popen":
        raise AssertionError(arguments)

sys.addaudithook(hook)
import hingecheck.backends.mediapipe
assert "sounddevice" not in sys.modules  # another module can still import it
"""


def test_the_pose_networks_start_no_other_program() -> None:
    """MediaPipe's import looks for a sound library, with the C compiler where there is one."""
    subprocess.run([sys.executable, "-c", STARTS_NOTHING], check=True, timeout=300)
