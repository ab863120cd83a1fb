"""Damaged and cut clips: every pass gives the same frames, and nothing but an error of ours comes out."""

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


def moving(count: int, height: int, width: int) -> list[Bytes]:
    """A picture that moves to the side."""
    room = noise_pictures(1, height=height, width=width)[0]
    return [np.roll(room, 3 * index, axis=1) for index in range(count)]


def written(path: Path, codec: str, pictures: list[Bytes], *, sound: bool = False) -> Path:
    """A clip at 25 Hz, with a key frame every 12, and with silence if asked for."""
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
            quiet = av.AudioFrame.from_ndarray(np.zeros((1, 44_100), np.float32), format="fltp", layout="mono")
            quiet.sample_rate = 44_100
            container.mux(track.encode(quiet))
            container.mux(track.encode(None))
    return path


def flipped(data: bytes, seed: int, count: int) -> bytes:
    """The same with some bytes of the rear nine tenths changed."""
    out = bytearray(data)
    for place in np.random.default_rng(seed).integers(len(out) // 10, len(out), count):
        out[place] ^= 0xFF
    return bytes(out)


def seen(clip: Video) -> tuple[list[float], str]:
    """Times and pictures of a pass."""
    times_s, pictures = [], hashlib.sha256()
    for frame in clip.frames():
        times_s.append(frame.time_s)
        pictures.update(frame.rgb.tobytes())
    return times_s, pictures.hexdigest()


@pytest.mark.parametrize(("suffix", "codec"), KINDS)
def test_every_pass_over_a_damaged_clip_gives_the_same_frames(suffix: str, codec: str, tmp_path: Path) -> None:
    whole = written(tmp_path / f"whole.{suffix}", codec, moving(60, 240, 320)).read_bytes()
    for seed in range(3):
        path = tmp_path / f"{seed}.{suffix}"
        path.write_bytes(flipped(whole, seed, 12))
        try:
            clip = Video(path)
        except HingecheckError:
            continue
        passes = [seen(clip) for _ in range(3)]
        assert passes[1:] == passes[:-1]
        assert clip.info().frames_read == len(passes[0][0])


@pytest.mark.parametrize("codec", ["mpeg4", "libx264", "mjpeg"])
def test_an_avi_keeps_all_its_frames_in_their_order(codec: str, tmp_path: Path) -> None:
    shades: list[Bytes] = [np.full((48, 64, 3), 20 + 5 * index, np.uint8) for index in range(40)]
    if codec == "mjpeg":
        path = written_as_jpegs(tmp_path / "clip.avi", shades)
    else:
        path = written(tmp_path / "clip.avi", codec, shades)
    frames = list(Video(path).frames())
    assert len(frames) == 40
    assert [frame.rgb.mean() for frame in frames] == pytest.approx([20 + 5 * i for i in range(40)], abs=5)
    steps_s = np.diff([frame.time_s for frame in frames])
    assert np.median(steps_s) == pytest.approx(0.04)
    assert np.sum(np.abs(steps_s - 0.04) > 1e-6) <= 1  # the encoder leaves a gap after the first frame


def written_as_jpegs(path: Path, pictures: list[Bytes]) -> Path:
    """A clip as old cameras wrote them."""
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
def test_a_cut_avi_gives_what_it_holds(part: float, codec: str, tmp_path: Path) -> None:
    data = written(tmp_path / "whole.avi", codec, moving(60, 240, 320)).read_bytes()
    (tmp_path / "cut.avi").write_bytes(data[: int(part * len(data))])
    clip = Video(tmp_path / "cut.avi")
    first, second = seen(clip), seen(clip)
    assert first == second
    info = clip.info()
    assert len(first[0]) == info.frames_read >= 5
    assert info.frames_read + info.frames_failed >= 60
    writing.write(tmp_path / "film.mp4", clip, clip.frames(), info.rate_hz)
    assert seen(Video(tmp_path / "film.mp4"))[0] == pytest.approx(first[0], abs=1e-4)


def test_sound_without_a_decoder_is_left_out_of_the_film(tmp_path: Path) -> None:
    data = written(tmp_path / "clip.mp4", "libx264", moving(10, 40, 60), sound=True).read_bytes()
    (tmp_path / "clip.mp4").write_bytes(data.replace(b"mp4a", b"xxxx"))
    clip = Video(tmp_path / "clip.mp4")
    writing.write(tmp_path / "film.mp4", clip, clip.frames(), 25.0)
    assert len(seen(Video(tmp_path / "film.mp4"))[0]) == 10


@pytest.mark.parametrize(("suffix", "codec"), KINDS)
def test_no_damage_ends_in_a_traceback(suffix: str, codec: str, tmp_path: Path) -> None:
    whole = written(tmp_path / f"whole.{suffix}", codec, moving(15, 40, 60), sound=True).read_bytes()
    path, random = tmp_path / f"clip.{suffix}", np.random.default_rng(7)
    read, told = 0, list[HingecheckError]()
    for turn in range(25):
        path.write_bytes(harmed(whole, random, turn))
        try:
            recording_day.day(path)
            clip = Video(path)
            times_s, _ = seen(clip)
            assert clip.info().frames_read == len(times_s)
            writing.write(tmp_path / "film.mp4", clip, clip.frames(), 25.0)
            read += 1
        except HingecheckError as error:
            told.append(error)
    assert read
    assert told
    assert all(str(path) in error.message and error.remedy for error in told)


def harmed(data: bytes, random: np.random.Generator, turn: int) -> bytes:
    """The file with bytes changed, cut off, or with a piece taken out, by turns."""
    out, at = bytearray(data), int(random.integers(1, len(data)))
    if turn % 3 == 0:
        return bytes(out[:at])
    if turn % 3 == 1:
        return bytes(out[:at] + out[at + int(random.integers(1, 64)) :])
    for place in random.integers(0, len(out), int(random.integers(1, 20))):
        out[place] = random.integers(256)
    return bytes(out)
