"""Damaged and cut clips: every pass reads the same frames, and every failure is a HingecheckError."""

from __future__ import annotations

import hashlib
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.stream import VideoStream

from hingecheck.errors import HingecheckError
from hingecheck.records import Bytes
from hingecheck.video import recording_day, writing
from hingecheck.video.reading import Video
from tests.conftest import noise_pictures

KINDS = (("mp4", "libx264"), ("avi", "mpeg4"), ("avi", "libx264"), ("mkv", "libx264"))


def moving_pictures(count: int, height: int, width: int) -> list[Bytes]:
    """Return pictures in which a pattern moves sideways."""
    picture = noise_pictures(1, height=height, width=width)[0]
    return [np.roll(picture, 3 * index, axis=1) for index in range(count)]


def write_clip(path: Path, codec: str, pictures: list[Bytes], *, sound: bool = False) -> Path:
    """Write a clip at 25 Hz with a key frame every 12 frames. `sound` adds a silent track."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        track = container.add_stream("aac", rate=44_100, layout="mono") if sound else None
        assert isinstance(stream, VideoStream)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.codec_context.gop_size = "yuv420p", 12
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
        if isinstance(track, av.AudioStream):
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 44_100), np.float32), format="fltp", layout="mono")
            silence.sample_rate = 44_100
            container.mux(track.encode(silence))
            container.mux(track.encode(None))
    return path


def with_changed_bytes(data: bytes, seed: int, count: int) -> bytes:
    """Change `count` bytes in the last nine tenths of the data."""
    out = bytearray(data)
    for index in np.random.default_rng(seed).integers(len(out) // 10, len(out), count):
        out[index] ^= 0xFF
    return bytes(out)


def frames_of(clip: Video) -> tuple[list[float], str]:
    """Read a clip once. Return its frame times and a hash of its pictures."""
    times_s, pictures = [], hashlib.sha256()
    for frame in clip.frames():
        times_s.append(frame.time_s)
        pictures.update(frame.rgb.tobytes())
    return times_s, pictures.hexdigest()


@pytest.mark.parametrize(("suffix", "codec"), KINDS)
def test_every_pass_over_a_damaged_clip_reads_the_same_frames(suffix: str, codec: str, tmp_path: Path) -> None:
    whole = write_clip(tmp_path / f"whole.{suffix}", codec, moving_pictures(60, 240, 320)).read_bytes()
    for seed in range(3):
        path = tmp_path / f"{seed}.{suffix}"
        path.write_bytes(with_changed_bytes(whole, seed, 12))
        try:
            clip = Video(path)
        except HingecheckError:
            continue
        passes = [frames_of(clip) for _ in range(3)]
        assert passes[1:] == passes[:-1]
        assert clip.info().frames_read == len(passes[0][0])


@pytest.mark.parametrize("codec", ["mpeg4", "libx264", "mjpeg"])
def test_an_avi_is_read_with_all_frames_in_order(codec: str, tmp_path: Path) -> None:
    shades: list[Bytes] = [np.full((48, 64, 3), 20 + 5 * index, np.uint8) for index in range(40)]
    if codec == "mjpeg":
        path = write_jpeg_clip(tmp_path / "clip.avi", shades)
    else:
        path = write_clip(tmp_path / "clip.avi", codec, shades)
    frames = list(Video(path).frames())
    assert len(frames) == 40
    assert [frame.rgb.mean() for frame in frames] == pytest.approx([20 + 5 * i for i in range(40)], abs=5)
    steps_s = np.diff([frame.time_s for frame in frames])
    assert np.median(steps_s) == pytest.approx(0.04)
    assert np.sum(np.abs(steps_s - 0.04) > 1e-6) <= 1  # the encoder leaves a gap after the first frame


def write_jpeg_clip(path: Path, pictures: list[Bytes]) -> Path:
    """Write a clip of JPEG pictures, as old cameras did."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=25)
        assert isinstance(stream, VideoStream)
        stream.height, stream.width, stream.pix_fmt = *pictures[0].shape[:2], "yuvj420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("codec", ["mpeg4", "libx264"])
@pytest.mark.parametrize("part", [0.5, 0.7, 0.95])
def test_a_cut_avi_gives_its_remaining_frames(part: float, codec: str, tmp_path: Path) -> None:
    data = write_clip(tmp_path / "whole.avi", codec, moving_pictures(60, 240, 320)).read_bytes()
    (tmp_path / "cut.avi").write_bytes(data[: int(part * len(data))])
    clip = Video(tmp_path / "cut.avi")
    first, second = frames_of(clip), frames_of(clip)
    assert first == second
    info = clip.info()
    assert len(first[0]) == info.frames_read >= 5
    assert info.frames_read + info.frames_failed >= 60
    writing.write(tmp_path / "film.mp4", clip, clip.frames(), info.rate_hz)
    assert frames_of(Video(tmp_path / "film.mp4"))[0] == pytest.approx(first[0], abs=1e-4)


def test_the_film_omits_sound_without_a_decoder(tmp_path: Path) -> None:
    data = write_clip(tmp_path / "clip.mp4", "libx264", moving_pictures(10, 40, 60), sound=True).read_bytes()
    (tmp_path / "clip.mp4").write_bytes(data.replace(b"mp4a", b"xxxx"))
    clip = Video(tmp_path / "clip.mp4")
    writing.write(tmp_path / "film.mp4", clip, clip.frames(), 25.0)
    assert len(frames_of(Video(tmp_path / "film.mp4"))[0]) == 10


@pytest.mark.parametrize(("suffix", "codec"), KINDS)
def test_a_damaged_clip_is_read_or_refused_with_a_message(suffix: str, codec: str, tmp_path: Path) -> None:
    whole = write_clip(tmp_path / f"whole.{suffix}", codec, moving_pictures(15, 40, 60), sound=True).read_bytes()
    path, random = tmp_path / f"clip.{suffix}", np.random.default_rng(7)
    readable, errors = 0, list[HingecheckError]()
    for turn in range(25):
        path.write_bytes(damaged(whole, random, turn))
        try:
            recording_day.day(path)
            clip = Video(path)
            times_s, _ = frames_of(clip)
            assert clip.info().frames_read == len(times_s)
            writing.write(tmp_path / "film.mp4", clip, clip.frames(), 25.0)
            readable += 1
        except HingecheckError as error:
            errors.append(error)
    assert readable
    assert errors
    assert all(str(path) in error.message and error.remedy for error in errors)


def damaged(data: bytes, random: np.random.Generator, turn: int) -> bytes:
    """Cut the data off, remove a piece, or change bytes, depending on the turn."""
    out, start = bytearray(data), int(random.integers(1, len(data)))
    if turn % 3 == 0:
        return bytes(out[:start])
    if turn % 3 == 1:
        return bytes(out[:start] + out[start + int(random.integers(1, 64)) :])
    for index in random.integers(0, len(out), int(random.integers(1, 20))):
        out[index] = random.integers(256)
    return bytes(out)
