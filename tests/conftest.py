"""Fixtures and helpers that many files use: run the command, analyse a shipped clip, write videos."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
import numpy as np
import pytest
from av.video.stream import VideoStream
from typer.testing import CliRunner

from hingecheck import cli
from hingecheck.backends.source import PoseSource
from hingecheck.records import Bytes
from tests.recordings import SAMPLES, Stored, in_place_of_the_network

REPLAYED: Final = Stored()


@dataclass(frozen=True)
class Done:
    """The exit code and the output of a command."""

    returncode: int
    stdout: str
    stderr: str


def hingecheck(*arguments: object, cwd: Path | None = None, source: PoseSource | None = REPLAYED) -> Done:
    """Run the command in this process with landmarks from `source`. None runs the pose network."""
    landmarks = contextlib.nullcontext() if source is None else in_place_of_the_network(source)
    with landmarks, contextlib.nullcontext() if cwd is None else contextlib.chdir(cwd):
        done = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def sample_clip() -> Path:
    """A shipped clip of two hip-led repetitions."""
    return SAMPLES / "hip_led.mp4"


@pytest.fixture(scope="session")
def result(sample_clip: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The result folder of the shipped sample, made once for all workers of a test run. Do not write to it."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    out = shared / "result of hip_led"
    with _locked(shared / "result.lock"):
        if not out.exists():
            _make_result(sample_clip, out)
    return out


def _make_result(clip: Path, out: Path) -> None:
    done = hingecheck("analyze", clip, "--out", out)
    assert done.returncode == 0, done.stderr
    output = " ".join(done.stdout.split())
    assert "Consistent with a hip-led lift" in output
    assert "low back" in output


@contextlib.contextmanager
def _locked(lock: Path) -> Iterator[None]:
    """Hold a lock that only one worker of the test run can hold at a time."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_video(path: Path, pictures: list[Bytes], *, rate_hz: int = 30, pts: list[int] | None = None) -> Path:
    """Write an H.264 clip. `pts` are milliseconds; without them, the rate sets the times."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate_hz)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = round(index * 1000 / rate_hz) if pts is None else pts[index]
            frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def noise_pictures(count: int, *, height: int = 240, width: int = 180) -> list[Bytes]:
    """Return `count` pictures of an empty room with a coarse texture."""
    coarse = np.random.default_rng(1).integers(60, 190, (height // 20, width // 20, 3))
    room = np.asarray(np.kron(coarse, np.ones((20, 20, 1))), np.uint8)
    return [room] * count
