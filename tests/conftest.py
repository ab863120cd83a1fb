"""Fixtures: a synthetic lifter whose answers are chosen, and videos made on the spot."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from hingecheck.records import Bytes

SAMPLES = Path(__file__).parents[1] / "samples" / "clips"


@pytest.fixture(scope="session")
def sample_clip() -> Path:
    """A shipped clip of two hip-led repetitions."""
    return SAMPLES / "hip_led.mp4"


def hingecheck(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hingecheck.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.fixture(scope="session")
def result(sample_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The result folder of the shipped sample."""
    out = tmp_path_factory.mktemp("results") / "hip_led"
    done = hingecheck("analyze", sample_clip, "--out", out)
    assert done.returncode == 0, done.stderr
    told = " ".join(done.stdout.split())
    assert "consistent with a hip-led lift" in told
    assert "low back" in told
    assert "Traceback" not in done.stderr
    return out


def write_video(path: Path, pictures: list[Bytes], *, rate_hz: int = 30, pts: list[int] | None = None) -> Path:
    """An H.264 clip; `pts` are milliseconds, else the rate gives them."""
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
    """A softly textured empty room."""
    coarse = np.random.default_rng(1).integers(60, 190, (height // 20, width // 20, 3))
    room = np.asarray(np.kron(coarse, np.ones((20, 20, 1))), np.uint8)
    return [room] * count
